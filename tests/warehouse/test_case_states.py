"""The state of a case follows from its rows by stated rules."""

from collections.abc import Iterator

import pytest
from warehouse_rows import Story, study

from schemas.errors import InvalidDecision, UnknownId
from schemas.reviews import CaseFilter, CaseStatus, Decision, Verdict
from schemas.sources import CheckResult, SourceKind
from warehouse import Lake, Warehouse

STATES = [
    # steps, current revision, status, draft that waits
    ("draft 1", 1, "draft", None),
    ("draft 1, draft 2", 2, "draft", None),
    ("draft 1, comment 1, assign 1", 1, "draft", None),
    ("draft 1, approve 1, comment 1", 1, "approved", None),
    ("draft 1, approve 1, draft 2", 1, "approved", 2),
    ("draft 1, approve 1, draft 2, approve 2", 2, "approved", None),
    ("draft 1, draft 2, approve 1", 1, "approved", 2),
    ("draft 1, edit 2", 2, "draft", None),
    ("draft 1, edit 2, draft 3", 2, "draft", 3),
    ("draft 1, edit 2, approve 2", 2, "approved", None),
    ("draft 1, approve 1, edit 2", 2, "draft", None),
    ("draft 1, approve 1, edit 2, approve 1", 1, "approved", None),
    ("draft 1, reject 1", 1, "rejected", None),
    ("draft 1, reject 1, draft 2", 1, "rejected", 2),
    ("draft 1, reject 1, reopen 1", 1, "draft", None),
    ("draft 1, approve 1, reopen 1, draft 2", 1, "draft", 2),
    ("draft 1, approve 1, draft 2, refuse_draft 2", 1, "approved", None),
    ("draft 1, approve 1, draft 2, refuse_draft 2, draft 3", 1, "approved", 3),
    ("draft 1, approve 1, draft 2, draft 3, refuse_draft 3", 1, "approved", None),
    ("draft 1, approve 1, draft 2, adopt_draft 2", 2, "draft", None),
    ("draft 1, approve 1, draft 2, adopt_draft 2, approve 2", 2, "approved", None),
    ("draft 1, approve 1, draft 2, edit 3", 3, "draft", None),
    ("draft 1, approve 1, publish 1", 1, "published", None),
    ("draft 1, approve 1, publish 1, draft 2", 1, "published", 2),
    ("draft 1, approve 1, publish 1, edit 2", 2, "draft", None),
    ("draft 1, approve 1, publish 1, edit 2, approve 2", 2, "approved", None),
    ("draft 1, approve 1, publish 1, edit 2, approve 2, publish 2", 2, "published", None),
    ("draft 1, approve 1, publish 1, unpublish 1", 1, "approved", None),
    ("draft 1, approve 1, publish 1, unpublish 1, publish 1", 1, "published", None),
    ("draft 1, approve 1, publish 1, reject 1", 1, "rejected", None),
    ("draft 1, approve 1, publish 1, edit 2, reject 2", 1, "published", None),
    ("draft 1, approve 1, publish 1, edit 2, approve 2, reject 2", 1, "published", None),
    ("draft 1, approve 1, publish 1, edit 2, reject 2, edit 3", 3, "draft", None),
    ("draft 1, approve 1, publish 1, draft 2, edit 3, reject 3", 1, "published", None),
    ("draft 1, approve 1, publish 1, withdraw 1", 1, "rejected", None),
    ("draft 1, approve 1, publish 1, edit 2, withdraw 2", 2, "rejected", None),
    ("draft 1, approve 1, publish 1, edit 2, withdraw 2, reopen 2, reject 2", 2, "rejected", None),
    ("draft 1, approve 1, withdraw 1, publish 1", 1, "rejected", None),
    ("draft 1, publish 1", 1, "draft", None),
    ("draft 1, approve 9", 1, "draft", None),
]


def _check_states(warehouse: Warehouse) -> None:
    """Store each row of the table as a separate case, and compare."""
    names = [f"s{number:02}" for number in range(len(STATES))]
    stories = [Story(name).rows(steps) for name, (steps, *_) in zip(names, STATES, strict=True)]
    warehouse.append(*[row for rows in stories for row in rows])
    views = warehouse.case_views([f"case1_{name}" for name in names])
    for name, view, (steps, current, status, waiting) in zip(names, views, STATES, strict=True):
        newer = view.newer and view.newer.revision_id
        expected = (f"rev1_{name}{current}", status, waiting and f"rev1_{name}{waiting}")
        assert (view.revision.revision_id, view.status, newer) == expected, steps


def test_states(warehouse):
    """Decisions choose the current revision and the status; a later draft waits until answered."""
    _check_states(warehouse)


@pytest.mark.postgres
def test_states_in_a_lake(lake: Lake):
    """The same rules hold in a lake, whose SQL is the same."""
    with Warehouse(lake) as shared:
        _check_states(shared)


@pytest.mark.parametrize(
    ("steps", "now", "next_time"),
    [
        ("draft 1, approve 1", None, 1),
        ("draft 1, approve 1, edit 2", None, None),
        ("draft 1, approve 1, publish 1", 1, 1),
        ("draft 1, approve 1, publish 1, draft 2", 1, 1),
        ("draft 1, approve 1, publish 1, edit 2", 1, 1),
        ("draft 1, approve 1, publish 1, edit 2, approve 2", 1, 2),
        ("draft 1, approve 1, publish 1, edit 2, approve 2, edit 3", 1, 1),
        ("draft 1, approve 1, publish 1, edit 2, reject 2", 1, 1),
        ("draft 1, approve 1, publish 1, draft 2, adopt_draft 2", 1, 1),
        ("draft 1, approve 1, publish 1, reopen 1", 1, 1),
        ("draft 1, approve 1, publish 1, withdraw 1", None, None),
        ("draft 1, approve 1, publish 1, edit 2, withdraw 2, reopen 2", None, None),
        ("draft 1, approve 1, publish 1, withdraw 1, reopen 1, approve 1", 1, 1),
        # A publication that was being written while its case was withdrawn is stored afterwards.
        ("draft 1, approve 1, withdraw 1, publish 1, reopen 1", None, None),
        ("draft 1, approve 1, publish 1, withdraw 1, unpublish 1", None, None),
        ("draft 1, approve 1, publish 1, withdraw 1, reopen 1, approve 1, publish 1, edit 2", 1, 1),
        ("draft 1, reject 1", None, None),
    ],
)
def test_what_readers_see_changes_by_approval_or_withdrawal(warehouse, steps, now, next_time):
    """Edits, their rejection and reopening do not affect it; withdrawing does."""
    warehouse.append(*Story().rows(steps))
    view = warehouse.case("case1_a")
    expected = tuple(number and f"rev1_a{number}" for number in (now, next_time))
    assert (view.published_revision_id, view.next_revision_id) == expected
    assert bool(view.published) == bool(now)
    for which, number in (("published_revision_id", now), ("next_revision_id", next_time)):
        shown = [one.revision.revision_id for one in warehouse.shown_views(["case1_a"], which)]
        assert shown == ([f"rev1_a{number}"] if number else [])
    planned = {row["case_id"]: row["revision_id"] for row in warehouse.publishable("site")}
    assert planned == ({"case1_a": f"rev1_a{next_time}"} if next_time else {})


def test_draft_waits_beside_an_edit_of_another(warehouse):
    """An edit of the old revision leaves the newer draft waiting; an edit of the draft does not."""
    story = Story()
    rows = story.rows("draft 1, approve 1, draft 2")
    edit = story.revision(rows[1].document_id, 3, made_by="person", parent_id="rev1_a1")
    warehouse.append(*rows, edit)
    assert warehouse.case("case1_a").newer.revision_id == "rev1_a2"


@pytest.fixture
def three(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A draft (a), an approved case (b) and a published one (c), changed in this order."""
    changed = {"company": "Globex", "title": "Beyond RAG"}
    warehouse.append(*Story("a").rows("draft 1"))
    warehouse.append(*Story("b").rows("draft 1, comment 1, approve 1"))
    story = Story("c")
    document = story.document()
    warehouse.append(
        story.source(SourceKind.PDF),
        document,
        story.case(),
        story.triage(document.document_id, Verdict.UNSURE),
        story.revision(document.document_id, study=study(**changed)),
        story.review(Decision.APPROVE),
        story.publication(),
        story.check(CheckResult.CHANGED),
        story.check(CheckResult.UNREACHABLE),
    )
    return warehouse


def test_list_of_cases(three):
    """The list can be filtered and sorted."""
    for wanted, names in (
        (CaseFilter(), "cba"),
        (CaseFilter(status=CaseStatus.DRAFT), "a"),
        (CaseFilter(kind=SourceKind.PDF), "c"),
        (CaseFilter(company="initech"), "ba"),
        (CaseFilter(text="beyond"), "c"),
        (CaseFilter(text="GLOBEX"), "c"),
        (CaseFilter(text="%"), ""),
        (CaseFilter(tag="rag", limit=1, offset=1), "b"),
        (CaseFilter(tag="agents"), ""),
        (CaseFilter(order="title"), "bac"),
        (CaseFilter(order="doubtful"), "cba"),
    ):
        assert "".join(line.case_id[-1] for line in three.cases(wanted)) == names, wanted


def test_line_of_a_case(three):
    """A line has facts, counts, verdict and the newest check that reached the source."""
    line = three.cases(CaseFilter(kind=SourceKind.PDF))[0]
    assert (line.title, line.company, line.year) == ("Beyond RAG", "Globex", "2025")
    assert line.statements == {"challenges": 1, "solutions": 1, "results": 1, "lessons": 1}
    assert line.support == {"verified": 3, "doubtful": 1}
    assert (line.verdict, line.checked) == (Verdict.UNSURE, CheckResult.CHANGED)
    assert line.url == "https://c.example/talk"
    assert (line.near_copies, line.newer_draft) == (2, False)  # the sources have one title


def test_order(three):
    """Cases are listed by id, and drafts follow each other."""
    assert three.case_ids() == ["case1_a", "case1_b", "case1_c"]
    assert three.case_ids(CaseStatus.APPROVED) == ["case1_b"]


def test_publications(three):
    """The newest row of each case and target decides."""
    story = Story("b")
    out, gone = story.publication(target="data"), story.publication(target="data", withdrawn=True)
    three.append(out, gone)
    assert [one.case_id for one in three.publications()] == ["case1_c"]
    assert [one.case_id for one in three.withdrawals()] == ["case1_b"]


def test_makings(three):
    """Each case drafted by a model is listed with the recipe of its current revision."""
    story = Story("a")
    three.append(story.revision("doc1_a1", 2, made_by="person"))
    first, _ = three.provenances()
    assert (first.recipe.judge, first.extractor, first.status) == ("large", "html/1", "approved")


def test_decide_only_what_was_seen(three):
    """A decision on an outdated revision or status stores nothing; the first of two counts."""
    story = Story("a")
    edit = story.revision("doc1_a1", 2, made_by="person")
    three.decide("case1_a", ("rev1_a1", CaseStatus.DRAFT), edit, story.review(Decision.EDIT, 2))
    with pytest.raises(InvalidDecision, match="changed in the meantime") as caught:
        three.decide("case1_a", ("rev1_a1", CaseStatus.DRAFT), story.review(Decision.REJECT))
    assert caught.value.kind == "case_changed"
    assert three.case("case1_a").status == CaseStatus.DRAFT
    seen = ("rev1_a2", CaseStatus.DRAFT)
    three.decide("case1_a", seen, story.review(Decision.REJECT, 2))
    with pytest.raises(InvalidDecision, match="changed in the meantime"):
        three.decide("case1_a", seen, story.review(Decision.APPROVE, 2))
    assert three.case("case1_a").status == CaseStatus.REJECTED
    with pytest.raises(UnknownId, match="case1_x"):
        three.decide("case1_x", ("rev1_a1", CaseStatus.DRAFT), story.review(Decision.REJECT))


def test_views_in_order(three):
    """Views are returned in the requested order; an unknown case is an error."""
    wanted = ["case1_c", "case1_a"]
    assert three.case_views(wanted) == [three.case(one) for one in wanted]
    assert three.case_views([]) == []
    with pytest.raises(UnknownId, match="case1_x"):
        three.case_views(["case1_a", "case1_x"])


def test_resolve(three):
    """A unique id with a prefix is found; no or several matches are helpful errors."""
    for prefix, found in (("rev1_a", "rev1_a1"), (" CASE1_B ", "case1_b"), ("c1", "rev1_c1")):
        assert three.resolve(prefix) == found
    for prefix in ("src1_", "a", "zzz", "", "%"):
        with pytest.raises(UnknownId, match="start"):
            three.resolve(prefix)
    three.append(*Story("aa").rows("draft 1"))
    assert three.resolve("case1_a") == "case1_a"  # though a longer one begins with it
    assert (three.source_of("rev1_b1"), three.source_of("doc1_c")) == ("src1_b", "src1_c")
