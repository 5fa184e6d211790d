"""The hashes of released prompts, whose files must not change.

``python -m prompts.lock`` adds new versions, and fails if a released one was edited.
"""

import json
import sys
from pathlib import Path

from schemas.frozen import sha256_hex

FOLDER = Path(__file__).parent
LOCK = FOLDER / "released.json"


def current_hashes() -> dict[str, str]:
    """Return the SHA-256 hash of each prompt file, by ``name/vN``."""
    return {
        str(path.relative_to(FOLDER).with_suffix("")): sha256_hex(path.read_bytes())
        for path in sorted(FOLDER.rglob("v*.md"))
    }


def released_hashes() -> dict[str, str]:
    """Return the hashes in the lock file."""
    return dict(json.loads(LOCK.read_text("utf-8"))) if LOCK.exists() else {}


def changed() -> list[str]:
    """Return the released prompts whose files were edited or removed."""
    return [name for name, _ in released_hashes().items() - current_hashes().items()]


def main() -> int:
    """Add new versions to the lock file; return 1 if a released one was edited."""
    if edited := ", ".join(changed()):
        sys.stderr.write(f"released prompts were edited: {edited}; add a new version instead\n")
        return 1
    LOCK.write_text(json.dumps(current_hashes(), indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
