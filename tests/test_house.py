"""The size and shape of the code base stay within their limits."""

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The third edition's design gives them; a package that needs more room removes something.
CEILINGS = {
    "extractors": 7_200,
    "summarizer": 5_900,
    "flows": 1_000,
    "services": 2_200,
    "warehouse": 1_900,
    "review": 1_900,
    "desk": 4_600,
    "publishing": 7_300,
    "cli": 2_600,
    "schemas": 1_900,
    "prompts": 300,
    "config": 600,
    "benchmarks": 3_000,
    "tests": 30_000,
}
PACKAGES = [name for name in CEILINGS if name not in {"benchmarks", "tests"}]
PROGRAM_CEILING = 36_500
FILE_CEILING = 400
MOST_ERRORS = 40
MOST_BYTES = {"README.md": 9_000, "CHANGELOG.md": 12_000, "benchmarks/RESULTS.md": 16_000}
ODD = re.compile(
    r"\b(told|tells? (?:of|whether|a|an|the)|whoever|whereof|thereof|what is (?:said|asked|handed))\b",
    re.IGNORECASE,
)


def lines_of(package: str) -> Counter[str]:
    """Return the number of lines per file of a package."""
    files = (ROOT / package).rglob("*.py")
    return Counter({str(f.relative_to(ROOT)): f.read_text("utf-8").count("\n") for f in files})


@pytest.mark.parametrize("package", CEILINGS)
def test_a_package_stays_under_its_ceiling(package: str) -> None:
    """No package grows past the lines that the design gives it."""
    assert sum(lines_of(package).values()) <= CEILINGS[package]


def test_the_program_stays_under_its_ceiling() -> None:
    """All packages together stay under the ceiling of the whole program."""
    assert sum(sum(lines_of(package).values()) for package in PACKAGES) <= PROGRAM_CEILING


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_is_too_long(package: str) -> None:
    """A file that grows past 400 lines holds more than one thing."""
    assert [name for name, n in lines_of(package).items() if n > FILE_CEILING] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_imported_from_this_checkout(package: str) -> None:
    """A package of the same name elsewhere is not imported by accident."""
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).is_relative_to(ROOT)


def test_there_are_few_error_classes() -> None:
    """A new error class is only worth it where a caller does something different."""
    tree = ast.parse((ROOT / "schemas/errors.py").read_text("utf-8"))
    assert sum(isinstance(node, ast.ClassDef) for node in ast.walk(tree)) <= MOST_ERRORS


@pytest.mark.parametrize("package", PACKAGES)
def test_the_code_speaks_plain_english(package: str) -> None:
    """Words of the first edition's private dialect do not come back."""
    found = {
        str(path.relative_to(ROOT)): words
        for path in (ROOT / package).rglob("*.py")
        if (words := ODD.findall(path.read_text("utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("name", MOST_BYTES)
def test_texts_stay_short(name: str) -> None:
    """README, changelog and results stay readable at one sitting."""
    assert (ROOT / name).stat().st_size <= MOST_BYTES[name]
