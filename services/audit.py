"""Seals the audit log in a hash chain, and finds later changes."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path

from publishing.exchange.export import DatasetRelease, read_release
from schemas.audit import AuditHead, AuditSeal, Verification
from schemas.errors import ConfigurationError, InputError
from schemas.frozen import sha256_hex
from warehouse import Warehouse

_SETTLED = timedelta(seconds=60)  # another machine's rows can become visible a little later
KEY, SIGNATURE = "release.key", "release.json.sig"
_NAMESPACE = "casebook-release"


def seal(warehouse: Warehouse, *, settled: timedelta = _SETTLED) -> AuditHead | None:
    """Seal the rows since the last seal, and return the head; None for an empty log."""
    last = next(iter(reversed(warehouse.audit_seals())), None)
    upto, kinds = datetime.now(UTC) - settled, tuple(warehouse.audit_kinds())
    after = last.upto if last else None
    if (after is None or upto > after) and kinds:
        found = warehouse.sealed_rows(after, upto, kinds)
        if found.rows:
            before = last.head if last else ""
            made = AuditSeal(
                n=last.n + 1 if last else 1,
                upto=upto,
                kinds=kinds,
                head=_head(before, found.digest, upto),
                **found.model_dump(exclude={"changed"}),
            )
            warehouse.append(made)
            last = warehouse.audit_seals()[-1]  # another process may have been first
    return AuditHead(n=last.n, head=last.head) if last else None


def verify(warehouse: Warehouse, release: Path | None = None) -> Verification:
    """Compare the audit log with its seals, and the files of a release with its manifest."""
    seals = warehouse.audit_seals()
    problems = list(_log_problems(warehouse, seals))
    last = seals[-1] if seals else None
    head = AuditHead(n=last.n, head=last.head) if last else None
    files, signed_by = 0, None
    if release:
        found = read_release(release)
        files = len(found.files)
        problems += _file_problems(release, found)
        problems += _head_problems(found, seals)
        signed_by, problem = _signer(release)
        problems += [problem] if problem else []
    return Verification(
        seals=len(seals),
        rows=sum(one.rows for one in seals),
        unsealed=warehouse.unsealed_rows(last.upto if last else None),
        head=head,
        files=files,
        signed_by=signed_by,
        problems=tuple(problems),
    )


def sign(release: Path, home: Path) -> bool:
    """Sign a release with the SSH key ``release.key`` in the home; return whether there is one.

    Raises ConfigurationError if it cannot sign.
    """
    key = home / KEY
    if not key.exists():
        return False
    (release / SIGNATURE).unlink(missing_ok=True)
    _ssh("sign", "-f", str(key), "-n", _NAMESPACE, str(release / "release.json"))
    return True


def _head(before: str, digest: str, upto: datetime) -> str:
    return sha256_hex(json.dumps([before, digest, upto.isoformat()]).encode())


def _log_problems(warehouse: Warehouse, seals: list[AuditSeal]) -> Iterator[str]:
    before: AuditSeal | None = None
    for n, one in enumerate(seals, start=1):
        after = before.upto if before else None
        if one.n != n or one.head != _head(before.head if before else "", one.digest, one.upto):
            yield f"seal {one.n} does not follow the seal before it: the chain was changed"
        now = warehouse.sealed_rows(after, one.upto, one.kinds, one.n)
        if (now.rows, now.digest) != (one.rows, one.digest):
            yield from (f"row changed or added after seal {n}: {words}" for words in now.changed)
            if missing := len(set(one.row_hashes) - set(now.row_hashes)):
                yield f"{missing} rows of seal {n} are missing or were changed"
        before = one


def _file_problems(folder: Path, release: DatasetRelease) -> Iterator[str]:
    for name, expected in release.files.items():
        file = folder / name
        if not file.is_file():
            yield f"{name} is missing from release {release.release}"
            continue
        with file.open("rb") as opened:
            if file_digest(opened, "sha256").hexdigest() != expected:
                yield f"{name} is not the file of release {release.release}"


def _head_problems(release: DatasetRelease, seals: list[AuditSeal]) -> Iterator[str]:
    if (stated := release.audit) is None:
        return
    heads = {one.n: one.head for one in seals}
    if stated.n not in heads:
        yield f"release {release.release} names seal {stated.n}, which the warehouse does not have"
    elif heads[stated.n] != stated.head:
        yield f"release {release.release} has another head of seal {stated.n}: the chain is new"


def _signer(release: Path) -> tuple[str | None, str | None]:
    """Return the key that signed a release, and a problem if the signature does not fit."""
    signature = release / SIGNATURE
    if not signature.exists():
        return None, None
    text = (release / "release.json").read_bytes()
    try:
        said = _ssh("check-novalidate", "-n", _NAMESPACE, "-s", str(signature), given=text)
    except InputError:
        return None, "the signature does not fit release.json"
    return said.split(" with ", 1)[-1].strip(), None


def _ssh(action: str, *arguments: str, given: bytes = b"") -> str:
    """Return the output of ``ssh-keygen -Y``, or raise InputError with its error."""
    if not (program := shutil.which("ssh-keygen")):
        raise ConfigurationError("signing needs ssh-keygen: install OpenSSH's client")
    command = [program, "-Y", action, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, input=given)  # noqa: S603
    if done.returncode:
        raise InputError(f"ssh-keygen: {done.stderr.decode('utf-8', 'replace').strip()[:200]}")
    return done.stdout.decode("utf-8", "replace")
