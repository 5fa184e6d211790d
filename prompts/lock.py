"""The hashes of released prompts: a released version is never edited, only followed.

``python -m prompts.lock`` adds new versions and refuses edited ones.
"""

import hashlib
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
LOCK = FOLDER / "released.json"


def current_hashes() -> dict[str, str]:
    """Return the SHA-256 of every prompt file by ``name/vN``."""
    return {
        str(path.relative_to(FOLDER).with_suffix("")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(FOLDER.rglob("v*.md"))
    }


def released_hashes() -> dict[str, str]:
    """Return the hashes in the lock file."""
    return dict(json.loads(LOCK.read_text("utf-8"))) if LOCK.exists() else {}


def changed() -> list[str]:
    """Return the released prompts whose file was edited or removed."""
    return [name for name, _ in released_hashes().items() - current_hashes().items()]


def main() -> int:
    """Lock new versions; return 1 if a released one was edited."""
    if edited := ", ".join(changed()):
        sys.stderr.write(f"released prompts were edited: {edited}; add a version\n")
        return 1
    LOCK.write_text(json.dumps(current_hashes(), indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
