"""The size and shape of the code base stay within their limits."""

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CEILINGS = {
    "extractors": 7_000,
    "summarizer": 4_500,
    "flows": 2_520,
    "warehouse": 1_520,
    "review": 5_975,
    "publishing": 6_890,
    "cli": 2_165,
    "schemas": 1_620,
    "prompts": 300,
    "config": 506,
    "benchmarks": 2_065,
    "tests": 22_940,
}
# Where a package still is above the ceiling of its design, it must not grow.
STILL_ABOVE = {
    "summarizer": 5_530,
}
PACKAGES = [name for name in CEILINGS if name not in {"benchmarks", "tests"}]
PROGRAM_CEILING = 33_850
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
    """No package grows past the lines that the design gives it, or that it has today."""
    ceiling = STILL_ABOVE.get(package, CEILINGS[package])
    assert sum(lines_of(package).values()) <= ceiling


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
