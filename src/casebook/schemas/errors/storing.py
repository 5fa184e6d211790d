"""Why nothing could be stored, read back or published."""

from casebook.schemas.errors.root import CasebookError


class WarehouseError(CasebookError):
    """The warehouse cannot do its work."""


class DiskFull(WarehouseError):
    """The disk takes nothing more, or has no room left but for what is being paid for."""


class WarehouseLocked(WarehouseError):
    """Another program kept the database file for longer than the bounded wait."""

    transient = True
    exit_code = 6


class WarehouseConflict(WarehouseError):
    """Another writer's commit came between our reading and our writing; ours was not stored."""

    transient = True
    exit_code = 6


class WarehouseMemory(WarehouseError):
    """A statement needs more memory than its connection may have; the next one has more."""

    transient = True
    exit_code = 6


class WarehouseUnreachable(WarehouseError):
    """The database server of a shared warehouse does not answer."""

    transient = True
    exit_code = 6


class BucketSilent(WarehouseError):
    """The bucket of the snapshots, or of a lake's data, does not answer in time, or not now."""

    transient = True
    exit_code = 6


class LockLost(WarehouseError):
    """Another machine took over the document that this one worked on and did not answer for."""

    transient = True
    exit_code = 6


class WarehouseTooNew(WarehouseError):
    """The file was written by a newer casebook."""


class MigrationFailed(WarehouseError):
    """A migration did not apply; the backup made before it is named."""


class PublishError(CasebookError):
    """The published files could not be written."""

    exit_code = 3
