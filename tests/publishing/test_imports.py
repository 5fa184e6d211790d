"""The records of another database, whatever it calls its columns."""

from datetime import UTC, date, datetime

import pytest

from publishing.exchange.imports import mapped_tags, markdown_row, records, spellings
from schemas.errors import InputError
from schemas.taxonomy import load_taxonomy

ROW = {
    "slug": "rag-at-acme",
    "title": "RAG at  Acme",
    "source_url": "https://acme.example/rag",
    "company": "Acme",
    "industry": "tech",
    "year": 2024,
    "tags": ["rag", "vLLM", "unheard-of"],
    "short_summary": "Acme answers tickets.",
    "full_summary": "## Overview\n\nIt runs on two machines.",
}


def one(row, **mapping):
    """The only record of a row."""
    (found,), broken = records([row], mapping)
    assert broken == []
    return found


def test_the_usual_names_of_columns_are_understood():
    """All fields are read; titles are one line, abstract and prose one text."""
    found = one(ROW)
    assert (found.key, found.title, found.url) == (ROW["slug"], "RAG at Acme", ROW["source_url"])
    assert (found.company, found.industry, found.year) == ("Acme", "tech", "2024")
    assert found.tags == ("rag", "vLLM", "unheard-of")
    assert found.text == "Acme answers tickets.\n\n## Overview\n\nIt runs on two machines."


def test_a_mapping_names_unusual_columns():
    """Only the mapped column is used; an unknown field is an error that lists the known ones."""
    row = {"headline": "x", "Überschrift": "RAG at Acme", "body": "Text."}
    assert one(row, title="Überschrift").title == "RAG at Acme"
    with pytest.raises(InputError, match="unknown field titel: use key, title"):
        records([row], {"titel": "headline"})


@pytest.mark.parametrize(
    ("given", "names"),
    [("rag, vLLM; evals", ("rag", "vLLM", "evals")), (["rag", "rag", " "], ("rag",)), (None, ())],
)
def test_tags_are_lists_or_text(given, names):
    """Commas, semicolons and bars separate tags; duplicates are dropped."""
    assert one(ROW | {"tags": given}).tags == names


def test_a_row_without_title_or_text_is_reported():
    """Rows are named by key or position; a file without usable rows is an error."""
    found, broken = records([ROW, ROW | {"title": ""}, {"title": "x"}], {})
    assert len(found) == 1
    assert [(b.key, b.problem) for b in broken] == [
        ("rag-at-acme", "it has no title"), ("row 3", "it has no text")]  # fmt: skip
    with pytest.raises(InputError, match="no row has a title and a text"):
        records([{"heading": "x"}], {})


def test_front_matter_becomes_a_row():
    """The row has the body as text, and the file name as key unless one is given."""
    row = markdown_row("---\ntitle: RAG at Acme\ntags: [rag, vllm]\n---\nText.\n", "acme")
    assert one(row).key == "acme"
    assert one(row).tags == ("rag", "vllm")
    for text, why in (("Text.", "no front matter"), ("---\na: [\n---\nx", "not valid YAML")):
        with pytest.raises(InputError, match=why):
            markdown_row(text, "acme")


def test_tags_are_mapped_to_terms_and_companies_to_one_spelling():
    """Slugs of other vocabularies are known; unknown names are reported as written."""
    terms, unmapped = mapped_tags(one(ROW), load_taxonomy())
    assert {term.label for term in terms} >= {"vLLM"}
    assert unmapped == ["unheard-of"]
    several = [one(ROW | {"company": name}) for name in ("DoorDash", "Doordash", "DoorDash")]
    assert spellings([*several, one(ROW)]) == (("DoorDash", "Doordash"),)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-11-21T13:46:26.342Z", datetime(2024, 11, 21, 13, 46, 26, 342_000, UTC)),
        (datetime(2025, 1, 2, 3), datetime(2025, 1, 2, 3, tzinfo=UTC)),  # noqa: DTZ001
        (date(2025, 1, 2), datetime(2025, 1, 2, tzinfo=UTC)),
        ("2999-01-01", None), ("May", None), (True, None), (2024, None), (None, None),
    ],
)  # fmt: skip
def test_only_whole_dates_of_the_past_are_dates(value, at):
    """A time without a zone is in UTC; years, words and what is to come give no date.

    Records without one all have the time of the import.
    """
    before = datetime.now(UTC)
    found, _ = records([ROW | {"created_at": value}, ROW | {"published": value}], {})
    assert {record.created_at for record in found} == {at or found[0].created_at}
    assert at or found[0].created_at >= before
    assert found[1].published == (at and at.date())
