"""Ids from content."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.schemas.ids import content_id, sha256_hex

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(JSON, max_size=4))
def test_an_id_has_kind_scheme_and_sixteen_characters(parts):
    """Whatever the parts, lone surrogates included, the id has the documented form."""
    assert re.fullmatch(r"doc1_[a-z2-7]{16}", content_id("doc", *parts))


@given(st.dictionaries(st.text(), st.integers(), min_size=2, max_size=5))
def test_the_order_of_keys_does_not_matter(mapping):
    """The same mapping written in another order is the same content."""
    turned = dict(reversed(mapping.items()))
    assert content_id("gen", mapping) == content_id("gen", turned)


def test_ids_stay_what_they_are():
    """An id stored yesterday is found today: the scheme is pinned by one known value."""
    assert content_id("doc", "https://example.org/", "text") == "doc1_zkfxivoxdu2uwbnj"


@pytest.mark.parametrize(
    ("one", "other"),
    [(("ab", "c"), ("a", "bc")), (("1",), (1,)), ((None,), ("null",)), ((), ("",))],
)
def test_different_parts_have_different_ids(one, other):
    """Where one part ends, and of what type it is, counts."""
    assert content_id("doc", *one) != content_id("doc", *other)


def test_the_kind_is_only_a_tag():
    """Two kinds over the same parts differ in the tag alone, so an id says what it names."""
    assert content_id("doc", 1).split("_")[1] == content_id("gen", 1).split("_")[1]


def test_what_is_no_json_value_is_refused():
    """A part whose form depends on the process (a set, an object) cannot become an id."""
    with pytest.raises(TypeError):
        content_id("doc", {"a", "b"})


def test_sha256_is_the_published_one():
    """The digest of the empty input is the known one (FIPS 180-4)."""
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
