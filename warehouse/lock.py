"""The hashes of released migrations, which must never be edited.

``python -m warehouse.lock`` adds new migrations and refuses edited ones.
"""

import json
import sys

from schemas.frozen import sha256_hex
from warehouse.schema import LOCK, columns_after, hash_of, migrations, released


def current_hashes() -> dict[str, dict[str, str]]:
    """Return the hashes of each migration by its name."""
    return {
        one.name: {
            "sha256": sha256_hex(one.sql.encode()),
            "columns": hash_of(columns_after(applied)),
        }
        for applied, one in enumerate(migrations(), start=1)
    }


def changed() -> list[str]:
    """Return the released migrations whose file was edited or removed."""
    current = current_hashes()
    return [name for name, hashes in released().items() if current.get(name) != hashes._asdict()]


def main() -> int:
    """Lock new migrations; return 1 if a released one was edited."""
    if edited := ", ".join(changed()):
        sys.stderr.write(f"released migrations were edited: {edited}; add a migration\n")
        return 1
    LOCK.write_text(json.dumps(current_hashes(), indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
