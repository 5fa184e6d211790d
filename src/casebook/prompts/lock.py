"""The hashes of released prompt files: a released version is never edited, only followed.

``python -m casebook.prompts.lock`` adds the versions that are new and refuses changed ones.
"""

import hashlib
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
LOCK = FOLDER / "released.json"


def current_hashes() -> dict[str, str]:
    """Return ``name/vN`` → SHA-256 of every prompt file on disk."""
    return {
        str(path.relative_to(FOLDER).with_suffix("")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(FOLDER.rglob("v*.md"))
    }


def released_hashes() -> dict[str, str]:
    """Return what the lock file says."""
    return dict(json.loads(LOCK.read_text("utf-8"))) if LOCK.exists() else {}


def changed() -> list[str]:
    """Return the released prompts whose file was edited or removed."""
    now = current_hashes()
    return [name for name, digest in released_hashes().items() if now.get(name) != digest]


def main() -> int:
    """Lock the new versions; exit code 1 if a released one was touched."""
    if edited := changed():
        sys.stderr.write(f"released prompts were edited: {', '.join(edited)}; add a version\n")
        return 1
    LOCK.write_text(json.dumps(current_hashes(), indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
