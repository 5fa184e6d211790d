"""What a case and a source are now follows from their rows by stated rules."""

import pytest

from casebook.schemas.errors import AmbiguousId, UnknownId
from casebook.schemas.listings import CaseFilter
from casebook.schemas.reviews import CaseStatus, Decision
from casebook.schemas.sources import SourceKind
from casebook.schemas.triage import Verdict

RULINGS = [
    ("draft 1", 1, "draft"),
    ("draft 1, draft 2", 2, "draft"),
    ("draft 1, comment 1, assign 1", 1, "draft"),
    ("draft 1, approve 1", 1, "approved"),
    ("draft 1, approve 1, comment 1, assign 1", 1, "approved"),
    ("draft 1, approve 1, draft 2", 1, "approved"),
    ("draft 1, approve 1, draft 2, approve 2", 2, "approved"),
    ("draft 1, draft 2, approve 1", 1, "approved"),
    ("draft 1, edit 2", 2, "draft"),
    ("draft 1, edit 2, draft 3", 2, "draft"),
    ("draft 1, edit 2, approve 2", 2, "approved"),
    ("draft 1, edit 2, approve 1", 1, "approved"),
    ("draft 1, approve 1, edit 2", 2, "draft"),
    ("draft 1, reject 1", 1, "rejected"),
    ("draft 1, reject 1, draft 2", 2, "rejected"),
    ("draft 1, reject 1, comment 1", 1, "rejected"),
    ("draft 1, reject 1, reopen 1", 1, "draft"),
    ("draft 1, edit 2, reject 2, draft 3", 2, "rejected"),
    ("draft 1, approve 1, reject 1", 1, "rejected"),
    ("draft 1, approve 1, reopen 1, draft 2", 1, "draft"),
    ("draft 1, approve 1, publish 1", 1, "published"),
    ("draft 1, approve 1, publish 1, draft 2", 1, "published"),
    ("draft 1, approve 1, publish 1, comment 1", 1, "published"),
    ("draft 1, approve 1, publish 1, edit 2", 2, "draft"),
    ("draft 1, approve 1, publish 1, edit 2, approve 2", 2, "approved"),
    ("draft 1, approve 1, publish 1, edit 2, approve 2, publish 2", 2, "published"),
    ("draft 1, approve 1, publish 1, withdraw 1", 1, "approved"),
    ("draft 1, approve 1, publish 1, withdraw 1, publish 1", 1, "published"),
    ("draft 1, approve 1, publish 1, reject 1", 1, "rejected"),
    ("draft 1, publish 1", 1, "draft"),
    ("draft 1, approve 9", 1, "draft"),
]


def test_current_revision_and_status(warehouse, new_story):
    """People's decisions choose the revision and the status; a model's later draft cannot."""
    told = {f"s{number}": ruling for number, ruling in enumerate(RULINGS)}
    warehouse.append(
        *[row for name, (steps, *_) in told.items() for row in new_story(name).told(steps)]
    )
    listed = {case.case_id: (case.revision_id, case.status) for case in warehouse.cases()}
    for name, (steps, current, status) in told.items():
        assert listed[f"case1_{name}"] == (f"rev1_{name}{current}", status), steps
    name, (_, current, status) = next(reversed(told.items()))
    view = warehouse.case(f"case1_{name}")
    assert (view.revision.revision_id, view.status) == (f"rev1_{name}{current}", status)


def test_a_persons_revision_is_an_edit_without_a_review(warehouse, story):
    """A revision by a person returns the case to draft even where no review was stored for it."""
    warehouse.append(*story.told("draft 1, approve 1"))
    document = warehouse.case("case1_a").document
    warehouse.append(story.revision(document, 2, made_by="person"))
    (listed,) = warehouse.cases()
    assert (listed.revision_id, listed.status) == ("rev1_a2", CaseStatus.DRAFT)


def test_one_case_does_not_touch_another(warehouse, story, new_story, statuses):
    """Decisions about one case leave the others as they were."""
    warehouse.append(*story.told("draft 1, approve 1"), *new_story("b").told("draft 1, reject 1"))
    warehouse.append(*new_story("c").told("draft 1"))
    assert statuses() == {"case1_a": "approved", "case1_b": "rejected", "case1_c": "draft"}


def test_many_cases_are_read_at_once(warehouse, story, new_story):
    """They come in the order asked for, each as alone; one that is not there is told."""
    warehouse.append(*story.told("draft 1, approve 1"), *new_story("b").told("draft 1, reject 1"))
    both = ["case1_b", "case1_a"]
    assert warehouse.case_views(both) == [warehouse.case(case_id) for case_id in both]
    assert warehouse.case_views([]) == []
    with pytest.raises(UnknownId, match="case1_c"):
        warehouse.case_views(["case1_a", "case1_c"])


def test_a_case_with_everything(warehouse, story):
    """The view of a case holds each row it is made of, in the order of storing."""
    source, document, case, *rows = story.told("draft 1, edit 2, approve 2, publish 2, draft 3")
    verdict = story.triage(document, Verdict.UNSURE)
    warehouse.append(source, document, case, *rows, story.triage(document), verdict)
    view = warehouse.case("case1_a")
    assert (view.case, view.source, view.document) == (case, source, document)
    assert view.triage == verdict
    assert [one.revision_id for one in view.revisions] == ["rev1_a1", "rev1_a2", "rev1_a3"]
    assert [one.decision for one in view.reviews] == [Decision.EDIT, Decision.APPROVE]
    assert view.published == rows[4]


def test_history_tells_withdrawals_too(warehouse, story):
    """The history has revisions, reviews and publications in one order, the withdrawal included."""
    rows = story.told("draft 1, edit 2, approve 2, publish 2, withdraw 2")
    warehouse.append(*rows)
    ids = [one.model_dump_json() for one in warehouse.history("case1_a")]
    assert ids == [row.model_dump_json() for row in rows[3:]]
    assert warehouse.case("case1_a").published is None


@pytest.mark.parametrize("case_id", ["case1_none", "", "src1_a"])
def test_an_unknown_case_is_an_error(warehouse, story, case_id):
    """Asking for a case that is not there says so."""
    warehouse.append(*story.told("draft 1"))
    with pytest.raises(UnknownId, match="casebook list"):
        warehouse.case(case_id)


def test_a_case_without_a_revision_is_not_listed(warehouse, story):
    """Until there is something to read there is no case to show."""
    warehouse.append(*story.told(""))
    assert warehouse.cases() == []


def test_a_line_of_the_list(warehouse, story):
    """A line shows the current revision's facts and counts, and when anything happened last."""
    rows = story.told("draft 1, comment 1")
    warehouse.append(*rows, story.triage(rows[1], Verdict.UNSURE))
    (line,) = warehouse.cases()
    assert (line.source_id, line.kind, line.url) == ("src1_a", "web", "https://a.example/talk")
    assert (line.title, line.company, line.industry, line.year) == (
        "A title", "Initech", None, "2025",
    )  # fmt: skip
    assert line.statements["lessons"] == 2
    assert line.statements["results"] == 0
    assert line.support == {"supported": 2, "weak": 0, "unsupported": 0}
    assert line.verdict is Verdict.UNSURE
    assert line.updated_at == rows[-1].at


FILTERS = [
    ({}, "cba"),
    ({"limit": 2}, "cb"),
    ({"status": "approved"}, "b"),
    ({"status": "published"}, ""),
    ({"kind": "pdf"}, "c"),
    ({"company": "INITECH"}, "ca"),
    ({"company": "Init"}, ""),
    ({"text": "ärz"}, "b"),
    ({"text": "tech"}, "ca"),
    ({"text": "%"}, ""),
    ({"text": "tech", "kind": "pdf"}, "c"),
]


def test_filters(warehouse, new_story):
    """Filters narrow the list and join with "and"; the last changed case comes first."""
    a, b, c = new_story("a"), new_story("b"), new_story("c")
    for one in (b, c):
        one._clock = one._clock.replace(hour=10 if one is b else 11)
    document = b.document()
    other = b.revision(document, company="Ärzte & Co", title=None)
    warehouse.append(
        *a.told("draft 1"),
        *[b.source(), document, b.case(), other, b.review(Decision.APPROVE)],
        *[c.source(SourceKind.PDF), *c.told("draft 1")[1:]],
    )
    for wanted, found in FILTERS:
        cases = warehouse.cases(CaseFilter.model_validate(wanted))
        assert [case.case_id for case in cases] == [f"case1_{name}" for name in found], wanted


def test_publications_in_force(warehouse, story, new_story):
    """Of each case and target the newest counts, unless it is a withdrawal."""
    newest, elsewhere = story.publication(2), story.publication(2, target="dataset")
    warehouse.append(story.publication(1), newest, elsewhere)
    gone = new_story("b")
    warehouse.append(gone.publication(), gone.publication(withdrawn=True))
    assert warehouse.publications() == [newest, elsewhere]


def _success(story, name, document):
    rows = {
        "snapshot": story.snapshot,
        "document": story.document,
        "draft": lambda: story.revision(document),
        "edit": lambda: story.revision(document, 2, made_by="person"),
        "publication": story.publication,
        "withdrawal": lambda: story.publication(withdrawn=True),
    }
    return rows[name]() if name in rows else story.triage(document, Verdict(name))


ANSWERS = [
    ("fetch", None, True),
    ("fetch", "snapshot", False),
    ("fetch", "document", False),
    ("extract", "snapshot", True),
    ("extract", "document", False),
    ("extract", "case_study", False),
    ("triage", "document", True),
    ("triage", "unsure", False),
    ("triage", "not_a_case_study", False),
    ("summarize", "case_study", True),
    ("summarize", "not_a_case_study", False),
    ("summarize", "draft", False),
    ("summarize", "edit", True),
    ("summarize", "publication", True),
    ("ground", "draft", False),
    ("some later stage", "case_study", True),
    ("publish", "draft", True),
    ("publish", "publication", False),
    ("publish", "withdrawal", True),
]


def test_open_failures(warehouse, new_story):
    """A failure is open until its source has a later result of that stage or beyond.

    Asked about one source, the answer is the same.
    """
    rows, other = [], new_story("other")
    for number, (stage, then, _) in enumerate(ANSWERS):
        story = new_story(f"s{number}")
        document = story.document()
        earlier = [story.snapshot(), story.triage(document), story.case()]
        rows += [story.source(), document, *earlier, story.revision(document, 9)]
        rows += [story.publication(), story.failure(stage)]
        rows += [_success(story, then, document)] if then else []
    warehouse.append(*rows, other.source(), other.snapshot(), other.document())
    still_open = {one.failure.source_id for one in warehouse.open_failures()}
    for number, (stage, then, is_open) in enumerate(ANSWERS):
        assert (f"src1_s{number}" in still_open) is is_open, (stage, then)
        assert (warehouse.open_failure(f"src1_s{number}") is not None) is is_open, (stage, then)
    assert warehouse.open_failure("src1_other") is None


def test_only_the_newest_failure_counts(warehouse, story, new_story):
    """A source is listed once, with its newest failure, all attempts and how to try again."""
    source, newest = story.source(), story.failure("extract")
    other = new_story("b")
    warehouse.append(other.source(), other.failure())
    warehouse.append(source, story.failure(), story.snapshot(), story.failure("triage"), newest)
    first, second = warehouse.open_failures()
    assert warehouse.open_failure(source.source_id) == second
    assert (first.failure.source_id, first.attempts) == ("src1_b", 1)
    assert (second.failure, second.attempts) == (newest, 3)
    assert (second.reference, second.kind) == (source.reference, source.kind)


VERDICTS = [
    (["not_a_case_study"], False, True),
    (["case_study", "not_a_case_study"], False, True),
    (["not_a_case_study", "unsure"], False, False),
    (["not_a_case_study"], True, False),
    ([], False, False),
]


def test_refused_sources(warehouse, new_story):
    """A source is refused while its newest verdict says so and nobody made a case of it."""
    rows, expected = [], []
    for number, (verdicts, has_case, refused) in enumerate(VERDICTS):
        story = new_story(f"s{number}")
        source, document = story.source(), story.document()
        triages = [story.triage(document, Verdict(verdict)) for verdict in verdicts]
        rows += [source, document, *triages, *[story.case()] * has_case]
        found = (source, document.document_id, document.title, triages[-1] if triages else None)
        expected += [found] * refused
    warehouse.append(*rows)
    found = [(one.source, one.document_id, one.title, one.triage) for one in warehouse.refused()]
    assert found == expected


PREFIXES = [
    ("case1_abc", "case1_abc"),
    ("case1_", "case1_abc"),
    ("CASE1_AB ", "case1_abc"),
    ("src1_abc", "src1_abc"),
    ("src1_abd", "src1_abd"),
    ("rev1_abc1", "rev1_abc1"),
    ("abc1", "rev1_abc1"),
    ("abd", "src1_abd"),
]


def test_resolving_an_id(warehouse, new_story):
    """A beginning that fits one id gives that id, with or without the tag."""
    warehouse.append(*new_story("abc").told("draft 1, draft 12"), new_story("abd").source())
    assert [warehouse.resolve(prefix) for prefix, _ in PREFIXES] == [found for _, found in PREFIXES]


def test_resolving_what_fits_nothing_or_much(warehouse, new_story):
    """No match and many matches are errors, and the second names some of them."""
    warehouse.append(*[new_story(name).source() for name in "stuvwxyz"])
    for prefix in ("case1_x", "", "%", "_"):
        with pytest.raises(UnknownId, match="No case, source, revision or batch"):
            warehouse.resolve(prefix)
    with pytest.raises(AmbiguousId, match=r"fits 8 ids.*src1_s, src1_t.*…"):
        warehouse.resolve("src")
