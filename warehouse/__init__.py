"""The warehouse: every row that was ever stored, in DuckDB, and the bytes of the sources."""

from warehouse.blobs import BlobStore
from warehouse.lake import Lake
from warehouse.parquet import read_rows, write_parquet
from warehouse.store import Warehouse

__all__ = ["BlobStore", "Lake", "Warehouse", "read_rows", "write_parquet"]
