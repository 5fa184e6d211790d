"""A warehouse that several machines share: a DuckLake with its catalogue in PostgreSQL."""


class Lake:
    """Where a shared warehouse is.

    ``dsn`` is the PostgreSQL server as libpq takes it, ``data_path`` the folder or fsspec address
    of the Parquet files.
    """

    def __init__(self, dsn: str, data_path: str) -> None:
        self.dsn = dsn
        self.data_path = data_path
