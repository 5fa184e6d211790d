"""The wording of sources and numbers."""

import pytest
from case_views import a_document

from publishing.wording import byline, heading, judging_note, reliability_note, support_label
from schemas.cases import Origin, Section, SupportLevel
from schemas.reviews import Recipe
from schemas.sources import FROM_BROWSER, SourceKind, Speakers

ANONYMOUS = {"authors": (), "site": None, "published": None}


@pytest.mark.parametrize(
    ("kind", "changes", "line"),
    [
        ("web", {}, "A blog post by Ines Okafor on Harbourline Engineering, 4 May 2026"),
        ("markdown", {"site": None}, "An article by Ines Okafor, 4 May 2026"),
        ("video", {"authors": ["AI Conf"], "site": None}, "A video from AI Conf, 4 May 2026"),
        ("paper", ANONYMOUS | {"authors": [*"ABCDEF"]}, "A paper by A, B, C and 3 others"),
        ("pdf", ANONYMOUS, "A PDF"),
        ("pdf", ANONYMOUS | {"steps": [FROM_BROWSER]}, "A PDF, as a curator’s browser showed it"),
    ],
)
def test_the_source_is_described_in_one_line(kind, changes, line):
    """Kind, authors, site and date are named if known."""
    assert byline(a_document(kind=SourceKind(kind), **changes)) == line


def test_a_conversation_names_who_speaks_for_whom():
    """Guests, their company and the hosts are named; in a talk the guests only."""
    talk, people = a_document(kind=SourceKind.CAPTIONS), {"guests": ("Ana Lo", "Ben Ek")}
    asked = talk.spoken_by(Speakers(**people, hosts=("Cy Do",), guests_company="Harbourline"))
    line = "A conversation with Ana Lo and Ben Ek of Harbourline, hosted by Cy Do, on Harbourline"
    assert byline(asked) == f"{line} Engineering, 4 May 2026"
    alone = talk.model_copy(update=ANONYMOUS).spoken_by(Speakers(**people))
    assert byline(alone) == "A talk by Ana Lo and Ben Ek"


@pytest.mark.parametrize(
    ("own", "total", "words"),
    [
        (3, 3, "a curator approved each case"),
        (12, 1194, "12 of 1,194 cases have quotes"),
        (1, 2, "1 of 2 cases has quotes"),
        (0, 9, "The cases were imported from other databases and not compared"),
    ],
)
def test_quotes_and_approval_are_claimed_for_the_cases_that_have_them(own, total, words):
    """If cases were imported, the share is stated; imported cases have neither."""
    assert words in reliability_note(own, total)
    assert ("curator" in reliability_note(own, total)) == bool(own)


@pytest.mark.parametrize(
    ("origins", "words"),
    [
        ([Origin.SELECTED, Origin.SOURCE], "Key sentences"),
        ([Origin.SELECTED, Origin.MODEL], "Summary"),
        ([Origin.CURATOR], "Summary"),
        ([], "Summary"),
    ],
)
def test_sentences_of_the_source_are_not_called_a_summary(origins, words):
    """Only what somebody worded is one; other sections keep their headings."""
    assert heading(Section.ABSTRACT, origins) == words
    assert heading(Section.LESSONS, origins) == "Lessons"


@pytest.mark.parametrize(
    ("strategy", "judge", "words"),
    [
        ("guided", None, "selected by code"),
        ("single", None, "Not judged"),
        ("guided", "a-judge", ""),
    ],
)
def test_the_note_says_that_code_selected_a_draft(strategy, judge, words):
    """It is shorter than the note on each level, and empty if a judge was asked."""
    made = {"recipe_id": "rcp1_a", "model": "m", "fingerprint": "1", "prompts": ()}
    note = judging_note(Recipe(**made, strategy=strategy, judge=judge))
    assert words in note
    assert bool(words) == bool(note)


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin.SELECTED, "verbatim, chosen by code"),
        (Origin.CURATOR, "verbatim, a curator’s words"),
        (Origin.SOURCE, "verbatim"),
    ],
)
def test_a_statement_says_who_chose_or_worded_it(origin, words):
    """A sentence that a model copied needs no remark."""
    assert support_label(SupportLevel.VERBATIM, origin) == words
