"""Which properties may take an element off the page: no other one needs a look."""

import pytest

from casebook.extractors.visibility.declarations import styles

VALUES = (
    *"none 0 0px 1px hidden collapse absolute fixed -9999px 9999px 0.01 100% 0fr grid disc".split(),
    *"contents strict paint clip nowrap scale(0) blur(99px) url(a.png) rect(0,0,0,0) 1".split(),
    *("circle(0)", "inset(50%)", "rotatex(90deg)", "x 90deg", "linear-gradient(#0000, #0000)"),
    "path('m -9000 0')",
)


class Asked(dict[str, str]):
    """A style that notes which properties it is asked for."""

    def __init__(self, told):
        super().__init__(told)
        self.names = set()

    def get(self, name, default=None):
        """Return what a mapping does."""
        self.names.add(name)
        return super().get(name, default)

    def __contains__(self, name):
        self.names.add(name)
        return super().__contains__(name)

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


def asked():
    """Return all properties that are looked at when an element has one of them, and the worst."""
    names = set(styles._REMOVING)
    for name in styles._REMOVING:
        for value in VALUES:
            style = Asked({**styles._AT_WORST, name: value})
            styles._removed(style)
            names |= style.names
    return names


@pytest.mark.parametrize("name", sorted(asked()))
def test_only_what_is_told_so_removes_an_element(name):
    """What is looked at beside it removes nothing by itself, whatever its value."""
    removing = [v for v in VALUES if styles._removed({**styles._AT_WORST, name: v})]
    assert bool(removing) == (name in styles._REMOVING)
    assert all(styles.removes_element({**styles._AT_WORST, name: v}) for v in removing)
