"""Seals of the audit log: each covers the rows since the one before, and its head all of them."""

from datetime import datetime

from schemas.frozen import NOW, Frozen


class AuditHead(Frozen):
    """The newest seal, as releases publish it; with changed rows it could not be made again."""

    n: int
    head: str


class AuditSeal(Frozen):
    """A seal on rows of the audit log up to ``upto``; ``head`` also covers the seal before.

    ``row_hashes`` are the first 64 bits of each row's hash, to find a changed row.
    """

    n: int
    upto: datetime
    kinds: tuple[str, ...]  # of rows; later versions of the log can have more
    rows: int
    digest: str  # of the hashes of these rows, in order
    head: str
    row_hashes: tuple[int, ...]
    at: datetime = NOW


class SealedRows(Frozen):
    """The rows of the audit log in a stretch of time, as they are now.

    ``changed`` are up to 20 rows in words that a seal does not cover.
    """

    rows: int
    digest: str
    row_hashes: tuple[int, ...]
    changed: tuple[str, ...] = ()


class Verification(Frozen):
    """The result of `casebook verify`; ``problems`` are the differences from the seals."""

    seals: int
    rows: int
    unsealed: int  # rows since the last seal
    head: AuditHead | None
    files: int = 0  # of a release
    signed_by: str | None = None  # the key of a release with a valid signature
    problems: tuple[str, ...] = ()
