"""Near-copies are told from either side, with the case that each one has, by file and lake alike."""

from datetime import UTC, datetime

from casebook.schemas.copies import NearCopy


def copy_of(one, other, share=0.9, other_share=0.5):
    return NearCopy(
        copy_id=f"copy1_{one.document_id}_{other.document_id}",
        document_id=one.document_id,
        source_id=one.source_id,
        other_document_id=other.document_id,
        other_source_id=other.source_id,
        share=share,
        other_share=other_share,
        found_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_near_copies_are_told_with_their_cases(warehouse, new_story):
    """The nearest first: an approved case by its title, a source that has no case by its text's."""
    own, cased, bare = new_story("a"), new_story("b"), new_story("c")
    mine, alone = own.document(), bare.document()
    told = cased.told("draft 1, edit 2, approve 2")
    warehouse.append(own.source(), mine, *told, bare.source(), alone)
    warehouse.append(copy_of(mine, told[1], 0.5, 0.4), copy_of(alone, mine, 0.3, 0.9))
    first, second = warehouse.twins("src1_a")["src1_a"]
    assert (first.source_id, first.share, first.other_share) == ("src1_c", 0.9, 0.3)
    assert (first.case_id, first.status, first.title) == (None, None, "How we built it")
    assert first.url == "https://c.example/talk"
    assert (second.case_id, second.status, second.title) == ("case1_b", "approved", "A title")
    both = warehouse.twins("src1_b", "src1_c")
    assert {mine: [twin.source_id for twin in found] for mine, found in both.items()} == {
        "src1_b": ["src1_a"],
        "src1_c": ["src1_a"],
    }
    assert warehouse.twins() == {}
    assert warehouse.twins("src1_x") == {}


def test_only_the_newest_texts_of_two_sources_are_near_copies(warehouse, new_story):
    """A text that was fetched again, and says something else now, is no copy any more."""
    own, other = new_story("a"), new_story("b")
    mine, theirs = own.document(), other.document()
    warehouse.append(own.source(), mine, other.source(), theirs, copy_of(mine, theirs))
    assert list(warehouse.twins("src1_a")) == ["src1_a"]
    warehouse.append(other.document())
    assert warehouse.twins("src1_a", "src1_b") == {}
