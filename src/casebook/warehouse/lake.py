"""A DuckLake: rows in a PostgreSQL catalogue and in Parquet files, for many machines at once.

Readers never wait. Writers take turns (``WritersTurn``), because a DuckLake has no unique keys:
whoever writes must have seen what the writer before it stored, to add no id twice and to number its
rows above. The turn makes them wait in line; what makes it right, even where a turn was lost with
its session, is that every commit takes the number after the snapshot it read, under the catalogue's
primary key. Two cannot take the same one, and with no retries inside DuckLake the second is told
(``WarehouseConflict``) and begins again from what is there then.
"""

import ctypes
import importlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import duckdb

from casebook.schemas.errors import (
    BucketSilent,
    ConfigurationError,
    WarehouseConflict,
    WarehouseError,
    WarehouseUnreachable,
)
from casebook.warehouse import migrating
from casebook.warehouse.database import BROKEN_OPTIMIZERS, SETTINGS
from casebook.warehouse.objects import NO_ANSWER
from casebook.warehouse.postgres import Postgres, Questions, WritersTurn
from casebook.warehouse.sql import Migration, quoted

SCHEMA = "casebook"  # of PostgreSQL, with the catalogue's tables
_EXTENSIONS = ("postgres_scanner", "ducklake")
# Their questions about columns go to the catalogue one by one: 280 of the 360 that one list of
# cases took. Without them it is planned as written, three times as fast.
_ASKING_OPTIMIZERS = ("join_order", "statistics_propagation")
_SESSION = (
    "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL ducklake_max_retry_count = 0;"
    f" SET GLOBAL disabled_optimizers = '{','.join(BROKEN_OPTIMIZERS + _ASKING_OPTIMIZERS)}'"
)
# Asked of the server itself: DuckDB takes some ten questions to tell.
_SCHEMA_VERSION = (
    "SELECT schema_version FROM {}.ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1"
)
# Entries of one commit lie between two multiples of this: room for more than any has.
_ENTRIES_PER_COMMIT = 1 << 32
_CONFLICTS = ("maximum retry count", "Transaction conflict")
_ABSENT = "creating a new DuckLake is explicitly disabled"
_NO_CONNECTION = "Unable to connect to Postgres"
_DISCONNECTED = (
    _NO_CONNECTION,
    "server closed the connection",
    "connection to",
    "terminating connection",
    "the database system is",
    'Failed to execute query "ROLLBACK"',  # all that is told of a commit that found no server
    "unsuccessful query result",  # likewise
)
# What DuckDB says where the server went away in an unlucky moment, and of faults of its own. Which
# it was nobody can tell: the server may be back when it is asked.
_BROKEN = ("INTERNAL Error", "database has been invalidated", "Current transaction is aborted")


class DuckLake:
    """One lake, as a ``Database``. Opens nothing by itself; then keeps one instance open.

    Args:
        catalogue: the PostgreSQL server and database.
        data: folder or fsspec address of the Parquet files, the same on every machine.
        lock_timeout: seconds to wait for other writers.
    """

    def __init__(self, catalogue: Postgres, data: str, lock_timeout: float) -> None:
        self.name = f"DuckLake ({catalogue.shown}, data in {data})"
        self._catalogue = catalogue
        self._data = data.rstrip("/") + "/"
        folder = self._data.removeprefix("file://")
        self._folder = None if "://" in folder else Path(folder)
        self._turn = WritersTurn(catalogue, SCHEMA, lock_timeout)
        self._questions = Questions(catalogue)
        self._opening = threading.Lock()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._writable = False
        self._known: int | None = None  # migrations, once the lake was brought to them
        self._schema_version = -1  # of the lake's tables, when they were looked at last

    def close(self) -> None:
        """Close the instance and the sessions beside it."""
        with self._opening:
            if self._instance is not None:
                self._instance.close()
                self._instance = None
        self._turn.close()
        self._questions.close()

    @contextmanager
    def connection(
        self,
        *,
        read_only: bool = False,  # noqa: ARG002 - the file's difference; a lake has room for both
        external_access: bool = False,  # noqa: ARG002 - never given here
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection to the lake.

        Raises:
            WarehouseUnreachable: if the server does not answer.
            WarehouseConflict: if another writer committed since our snapshot was taken.
            WarehouseError: if a statement fails.
        """
        with self._plain_errors():
            instance = self._open()
            cursor = instance.cursor()
            try:
                cursor.execute("USE lake")
                yield cursor
            except BaseException:
                # Left to the connection's end, a rollback that finds no server ends the program.
                try:
                    cursor.rollback()
                except duckdb.FatalException:
                    self._abandon(instance, cursor)
                    raise
                except duckdb.Error:
                    pass
                cursor.close()
                raise
            cursor.close()

    def _abandon(self, *broken: duckdb.DuckDBPyConnection) -> None:
        """Have the next connection open an instance anew; what is broken is never closed.

        A session that is lost in an unlucky moment is an internal error to DuckDB, after which the
        instance does nothing any more, not even end what was begun: to close it ends the program.
        """
        with self._opening:
            if self._instance in broken:
                self._instance = None
        for connection in broken:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection inside one transaction, committed unless an exception leaves it.

        Raises:
            ConfigurationError: if it would write, and the data's bucket is not there.
            WarehouseLocked: if the turn to write does not come in time.
            WarehouseTooNew: if a newer casebook has migrated the lake since this one did.
            WarehouseError: as ``connection`` does.
        """
        if not read_only:
            self._check_writable()
        turn: AbstractContextManager[None] = nullcontext() if read_only else self._turn()
        with turn, self.connection() as connection:
            connection.execute("BEGIN TRANSACTION READ ONLY" if read_only else "BEGIN TRANSACTION")
            self._refuse_newer(connection)
            yield connection
            connection.commit()

    def _refuse_newer(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Look what was migrated since, where tables were changed: that costs next to nothing."""
        if self._known is None:
            return
        present = self._questions.number(_SCHEMA_VERSION, SCHEMA)
        if present != self._schema_version:
            migrating.refuse_newer(connection, self.name, self._known)
            self._schema_version = present

    def next_entry(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Return the first place that belongs to the commit this transaction will make."""
        (snapshot,) = connection.execute("FROM ducklake_current_snapshot('lake')").fetchall()[0]
        return (int(snapshot) + 1) * _ENTRIES_PER_COMMIT

    def version(self) -> int:
        """Return the number of the newest migration, 0 where there is no lake."""
        if self._found() is None:
            return 0
        with self.transaction(read_only=True) as connection:
            return migrating.version(connection)

    def migrate(self, schema: Sequence[Migration]) -> list[int]:
        """Apply what the lake lacks, while no other casebook writes.

        Raises:
            WarehouseTooNew: if the lake knows more migrations than ``schema`` has.
            MigrationFailed: if one does not apply; it names the snapshot before it.
        """
        self._known = None
        applied = self._migrated(schema)
        self._known = len(schema)
        return applied

    def _migrated(self, schema: Sequence[Migration]) -> list[int]:
        with self.connection() as connection:
            self._schema_version = self._questions.number(_SCHEMA_VERSION, SCHEMA)
            if not migrating.pending(connection, self.name, schema):
                return []
        with self._turn(), self.connection() as connection:
            pending = migrating.pending(connection, self.name, schema)
            (before,) = connection.execute("FROM ducklake_current_snapshot('lake')").fetchall()[0]
            kept = f"the lake's snapshot {before} has the rows as they were"
            return migrating.apply(connection, self.name, pending, kept)

    def _open(self) -> duckdb.DuckDBPyConnection:
        """Return the instance with the lake attached; a lake is made by one process at a time."""
        instance = self._found()
        if instance is None:
            self._check_writable()  # the lake would note the address, and refuse a corrected one
            with self._turn():
                instance = self._found(create=True)
        assert instance is not None  # noqa: S101 - what is absent was made
        return instance

    def _check_writable(self) -> None:
        """Look once whether the data's bucket is there: small rows lie in the catalogue alone."""
        if not self._writable and "://" in self._data:
            from casebook.warehouse.objects import check_writable

            check_writable(self._data.rstrip("/"))
        self._writable = True

    def _found(self, *, create: bool = False) -> duckdb.DuckDBPyConnection | None:
        """Return the instance, opened now if there is a lake, or if it is to be made."""
        with self._opening, self._plain_errors():
            if self._instance is None:
                self._instance = self._attached(create=create)
            return self._instance

    def _attached(self, *, create: bool) -> duckdb.DuckDBPyConnection | None:
        """Open an instance in memory that can reach the lake and nothing else."""
        instance = duckdb.connect(config=SETTINGS)
        try:
            place = quoted(self._placed(instance, create=create))
            for name in _EXTENSIONS:
                instance.execute(f"LOAD {quoted(str(_extension(name)))}")
            instance.execute(self._attach(place, create=create))
            self._check_folder()
            instance.execute(f"SET allowed_directories = [{place}]")
            instance.execute(f"SET enable_external_access = false; {_SESSION}")
        except duckdb.InvalidInputException as error:
            instance.close()
            if _ABSENT in str(error):
                return None
            raise
        except BaseException:
            instance.close()
            raise
        return instance

    def _placed(self, instance: duckdb.DuckDBPyConnection, *, create: bool) -> str:
        """Return what DuckDB calls the folder; what is none is reached through fsspec."""
        if self._folder is None:
            from casebook.warehouse.objects import for_duckdb

            system, place = for_duckdb(self._data)
            instance.register_filesystem(system)
            return place
        if create:
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._data.removeprefix("file://")

    def _check_folder(self) -> None:
        """Refuse a lake whose folder is away: files in one made anew would be in nobody's reach.

        Raises:
            ConfigurationError: if it is not there, as before a file server is mounted.
        """
        if self._folder is not None and not self._folder.is_dir():
            raise ConfigurationError(
                f"The warehouse's data in {self._data} is not there, though its catalogue is: mount"
                " the folder, or correct CASEBOOK_DATA."
            )

    def _attach(self, place: str, *, create: bool) -> str:
        address = quoted(f"ducklake:postgres:{self._catalogue.conninfo}")
        options = (
            f"DATA_PATH {place}, METADATA_SCHEMA {quoted(SCHEMA)},"
            f" CREATE_IF_NOT_EXISTS {str(create).lower()}"
        )
        return f"ATTACH {address} AS lake ({options})"

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Translate DuckDB's and the file system's errors; theirs quote rows and passwords."""
        try:
            yield
        except duckdb.Error as error:
            raise self._translated(str(error)) from None
        except OSError as error:
            raise WarehouseError(
                f"The warehouse's data in {self._data} cannot be written: {error.strerror}."
                " Make room, or check CASEBOOK_DATA."
            ) from error

    def _translated(self, text: str) -> WarehouseError:
        line = self._catalogue.scrubbed(text)
        if any(sign in text for sign in _CONFLICTS):
            return WarehouseConflict(f"Another writer's commit to {self.name} came first.")
        if any(sign in text for sign in _DISCONNECTED):
            _, _, reason = line.partition(_NO_CONNECTION)  # it tells the address twice before
            return self._catalogue.unreachable(reason.partition('": ')[2] or line)
        if any(sign in text for sign in _BROKEN):
            return WarehouseUnreachable(
                f"DuckDB failed within itself at the warehouse {self.name} ({line}). So it does"
                " where PostgreSQL goes away in mid-work: see that the server runs, then give the"
                " same command again. Where that does not help, it is a fault of DuckDB's: please"
                " report it."
            )
        if NO_ANSWER in text:  # what our file system raised has become DuckDB's own error
            return BucketSilent(
                f"The warehouse's data in {self._data} cannot be had: {NO_ANSWER}. See whether"
                " the bucket's server is there, and try again."
            )
        return WarehouseError(f"The warehouse {self.name} failed: {line}")


def _extension(name: str) -> Path:
    """Return the extension's file inside its package; nothing is downloaded.

    ``duckdb_extensions.import_extension`` would copy it under the user's home first.

    Raises:
        ConfigurationError: if the package is not installed, or is for another DuckDB.
    """
    try:
        package = importlib.import_module(f"duckdb_extension_{name}")
        folder = Path(str(package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
        return next(folder.glob(f"{name}.duckdb_extension"))
    except (ImportError, StopIteration) as error:
        raise ConfigurationError(
            f"DuckDB's extension {name} for {duckdb.__version__} is missing:"
            ' pip install "casebook[scale]"'
        ) from error
