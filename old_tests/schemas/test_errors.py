"""The error tree against its drawing."""

import inspect
import re
from typing import NamedTuple

import pytest

from casebook.schemas import errors
from casebook.schemas.errors import CasebookError

CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, CasebookError)
]


class Drawn(NamedTuple):
    """One class as the drawing has it."""

    parent: str
    transient: bool
    exit_code: int


def drawing() -> dict[str, Drawn]:
    """Read the tree in the module's docstring: name to parent, star and exit code."""
    drawn = {"CasebookError": Drawn("Exception", False, 1)}
    branch = "CasebookError"
    for line in (errors.__doc__ or "").splitlines():
        if not (found := re.match(r"    (│?\s*)[├└]── (.*)", line)):
            continue
        parent = branch if found[1].strip() or len(found[1]) > 1 else "CasebookError"
        code = re.search(r"exit (\d)", found[2])
        exit_code = int(code[1]) if code else drawn[parent].exit_code
        listed = re.split(r"\s{2,}", re.sub(r"\([^)]*\)", "", found[2]))[0]
        for name in (part.strip() for part in listed.split(",")):
            drawn[name.rstrip("*")] = Drawn(parent, name.endswith("*"), exit_code)
            if parent == "CasebookError":
                branch = name
    return drawn


def test_the_drawing_has_every_class_and_no_other():
    """A new error is drawn, and a removed one erased."""
    assert set(drawing()) == {c.__name__ for c in CLASSES}


@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
def test_each_class_is_as_drawn(error):
    """Parent, transience and exit code are those of the drawing."""
    drawn = drawing()[error.__name__]
    assert (error.__bases__[0].__name__, error.transient, error.exit_code) == drawn


@pytest.mark.parametrize("error", CLASSES, ids=lambda c: c.__name__)
def test_each_class_says_its_cause(error):
    """Every class has a docstring of its own, one sentence that ends."""
    assert error.__doc__ != getattr(error.__bases__[0], "__doc__", None)
    assert re.fullmatch(r"[A-Z].*\.", (error.__doc__ or "").strip())


def test_kinds_are_distinct_snake_case():
    """A Failure's kind tells the class, so no two share one."""
    kinds = [c.kind() for c in CLASSES]
    assert len(set(kinds)) == len(kinds)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", kind) for kind in kinds)


def test_a_rate_limit_carries_the_wish_to_wait():
    """``retry_after`` is there with or without a wish, beside the message."""
    assert errors.RateLimited("slow", 2.5).retry_after == 2.5
    assert errors.RateLimited("slow").retry_after is None
    assert str(errors.RateLimited("slow", 2.5)) == "slow"
