"""What DuckDB's Python module does with the values that it is given."""

import importlib.util
import sys

import pytest

from casebook.schemas.sources import Source


class Watching:
    """Stands first where Python looks for modules, and notes which."""

    def __init__(self) -> None:
        self.looked_for: list[str] = []

    def find_spec(self, name: str, *_: object) -> None:
        """Find nothing."""
        self.looked_for.append(name)


@pytest.mark.skipif(importlib.util.find_spec("pandas") is not None, reason="pandas is installed")
def test_no_module_is_looked_for_to_bind_a_value(warehouse, story, monkeypatch):
    """DuckDB looks for pandas at each value, on the whole path: a third of what a row takes."""
    warehouse.append(story.source())
    watching = Watching()
    monkeypatch.setattr(sys, "meta_path", [watching, *sys.meta_path])
    source: Source = story.source().model_copy(update={"source_id": "src1_another"})
    warehouse.append(source)
    assert warehouse.source(source.source_id) == source
    assert "pandas" not in watching.looked_for


@pytest.mark.skipif(importlib.util.find_spec("pandas") is not None, reason="pandas is installed")
def test_pandas_is_missing_as_before():
    """Whoever tries to import it, or asks whether it is there, is told so."""
    with pytest.raises(ModuleNotFoundError):
        __import__("pandas")
    assert importlib.util.find_spec("pandas") is None
