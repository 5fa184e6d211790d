"""The warehouse: every row that was ever stored, in DuckDB, and the bytes of the sources."""

from warehouse.blobs import BlobStore
from warehouse.dataset import Dataset
from warehouse.lake import Lake
from warehouse.parquet import read_rows
from warehouse.store import Warehouse

__all__ = ["BlobStore", "Dataset", "Lake", "Warehouse", "read_rows"]
