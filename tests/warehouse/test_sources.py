"""State of sources: open failures, refusals, aliases, checks and near copies."""

from datetime import timedelta
from itertools import count

from warehouse_rows import START, Story

from schemas.batches import Batch, BatchItem, SourceState, WatchedItem
from schemas.reviews import Decision, Verdict
from schemas.sources import CheckResult
from schemas.subjects import SubjectChange, SubjectState

DAY = timedelta(days=1)

OUTCOMES = [
    # steps, stages whose failure is open, state
    ("", None, "unfinished"),
    ("fail:fetch", "fetch", "failed"),
    ("fail:fetch snapshot", None, "unfinished"),
    ("snapshot fail:fetch", "fetch", "failed"),
    ("fail:fetch document", None, "unfinished"),
    ("fail:extract snapshot", "extract", "failed"),
    ("fail:extract document", None, "unfinished"),
    ("document fail:triage document", "triage", "failed"),
    ("document fail:triage triage", None, "unfinished"),
    ("document fail:triage refuse", None, "refused"),
    ("document fail:summarize triage", "summarize", "failed"),
    ("document fail:summarize draft", None, "drafted"),
    ("document fail:summarize refuse", None, "refused"),
    ("fail:fetch fail:extract document", None, "unfinished"),
    ("document refuse fail:fetch", "fetch", "failed"),
    ("document draft fail:fetch", "fetch", "drafted"),
    ("document draft fail:fetch check", None, "drafted"),
    ("document draft fail:fetch lost", "fetch", "drafted"),
    ("document draft fail:publish draft", "publish", "drafted"),
    ("document draft fail:publish publish", None, "drafted"),
    ("document draft fail:fetch publish", "fetch", "drafted"),
    ("document draft reject", None, "rejected"),
    ("document refuse triage draft", None, "drafted"),
    ("fail:fetch alias", None, "unfinished"),
]


def _rows(story, steps):
    """Return the source and a row or two for each step; ``fail:fetch`` is a failed fetch."""
    document, drafts = story.document(), count(1)
    make = {
        "fail": story.failure,
        "snapshot": lambda _: story.snapshot(),
        "document": lambda _: document,
        "triage": lambda _: story.triage(document.document_id),
        "refuse": lambda _: story.triage(document.document_id, Verdict.NOT_A_CASE_STUDY),
        "case": lambda _: story.case(),
        "draft": lambda _: story.revision(document.document_id, next(drafts)),
        "publish": lambda _: story.publication(),
        "reject": lambda _: story.review(Decision.REJECT),
        "check": lambda _: story.check(CheckResult.SAME),
        "lost": lambda _: story.check(CheckResult.UNREACHABLE),
        "alias": lambda _: story.alias("src1_none"),
    }
    parts = [step.partition(":") for step in steps.replace("draft", "case draft").split()]
    return [story.source(), *(make[name](stage) for name, _, stage in parts)]


def test_outcomes(warehouse):
    """A failure is open until its stage or a later one succeeds."""
    stories = [Story(f"s{number:02}") for number in range(len(OUTCOMES))]
    found = [_rows(story, steps) for story, (steps, *_) in zip(stories, OUTCOMES, strict=True)]
    warehouse.append(*[row for rows in found for row in rows])
    failed = {one.failure.source_id: one.failure.stage for one in warehouse.open_failures()}
    states = warehouse.source_states([story.source_id for story in stories])
    unfinished = {source.source_id for source in warehouse.unfinished()}
    refused = {one.source.source_id for one in warehouse.refused()}
    for story, (steps, stage, state) in zip(stories, OUTCOMES, strict=True):
        found = (failed.get(story.source_id), states[story.source_id])
        assert found == (stage, state), steps
        # An address that leads elsewhere waits for nothing itself.
        assert (story.source_id in unfinished) == (state == "unfinished" and "alias" not in steps)
        assert (story.source_id in refused) == (state == "refused" or "refuse fail" in steps)


def test_the_collection_counts_each_source_and_case_once(warehouse):
    """Sources by origin, outcome and reason; aliases, refused items and open ones too."""
    steps = {
        "shown": "document draft publish",
        "gone": "document draft reject",
        "refused": "document refuse",
        "failed": "fail:extract",
        "waiting": "snapshot",
        "double": "alias",
    }
    found = {name: _rows(Story(name), chain) for name, chain in steps.items()}
    approval = Story("shown").review(Decision.APPROVE)
    warehouse.append(*[row for rows in found.values() for row in rows], approval)
    about = {"watch_id": "w", "address": "https://x.example/1", "title": None, "reason": None}
    unwanted = about | {"state": "refused"}
    items = [WatchedItem(source_id=name, **unwanted) for name in ("src1_new", "src1_refused")]
    seen = WatchedItem(source_id="src1_seen", **about, state="known")
    warehouse.append(*items, seen)
    counted = [tuple(row.values()) for row in warehouse.collection()]
    assert counted == [
        ("case", "", "rejected", "", 1),
        ("case", "", "shown", "", 1),
        ("source", "listed", "refused", "deployed", 1),
        ("source", "listed", "unwanted", "", 1),
        ("source", "submitted", "case", "", 2),
        ("source", "submitted", "duplicate", "redirect", 1),
        ("source", "submitted", "failed", "extract", 1),
        ("source", "submitted", "waiting", "", 1),
    ]


def test_open_failure(warehouse):
    """An open failure has its options and its number of retries."""
    story = Story()
    warehouse.append(story.source(), story.failure(), story.failure("extract", "damaged"))
    failure = warehouse.open_failure("src1_a")
    assert (failure.failure.kind, failure.attempts) == ("damaged", 2)
    assert failure.reference == story.source().reference
    assert failure.kind == "web"
    assert failure.failure.remedy == "wait"
    assert warehouse.open_failures() == [failure]
    assert warehouse.open_failure("src1_b") is None


def test_aliases(warehouse):
    """An address that leads to another source has the state of that source."""
    other, story = Story("b"), Story("a")
    warehouse.append(*other.rows("draft 1"), story.source(), story.alias("src1_b"))
    states = warehouse.source_states(["src1_a", "src1_new"])
    assert states == {"src1_a": SourceState.DRAFTED, "src1_new": SourceState.NEW}


def test_last_checks(warehouse):
    """The newest check that reached a source takes precedence over later failed ones."""
    story, other = Story("a"), Story("b")
    gone, away = story.check(CheckResult.GONE), story.check(CheckResult.UNREACHABLE)
    only = other.check(CheckResult.UNREACHABLE)
    warehouse.append(story.check(CheckResult.SAME), gone, away, only)
    assert warehouse.last_checks() == {"src1_a": gone, "src1_b": only}
    assert warehouse.last_checks(["src1_b"]) == {"src1_b": only}
    assert warehouse.last_checks([]) == {}


def _keep(warehouse, name, document_id, signature):
    bands = [(n, hash(tuple(signature[n * 4 : n * 4 + 4]))) for n in range(2)]
    warehouse.add_signatures((document_id, f"src1_{name}", signature, bands))


def test_near_copies(warehouse):
    """Sources whose newest texts share a band and half of their hashes are near copies."""
    large = 2**64 - 1
    warehouse.append(*Story("a").rows("draft 1"), *Story("b").rows("draft 1"))
    warehouse.append(Story("c").source(), Story("d").source())
    _keep(warehouse, "a", "doc1_a1", [1, 2, 3, 4, 5, 6, 7, large])
    _keep(warehouse, "b", "doc1_b1", [1, 2, 3, 4, 5, 6, 0, 0])
    _keep(warehouse, "c", "doc1_c1", [1, 2, 3, 4, 0, 0, 0, 0])
    _keep(warehouse, "d", "doc1_d1", [1, 2, 3, 9, 5, 6, 7, 9])
    copies = warehouse.near_copies("src1_a")
    assert [(one.source_id, one.similarity) for one in copies] == [
        ("src1_b", 0.75),
        ("src1_c", 0.5),
    ]
    assert (copies[0].case_id, copies[0].title) == ("case1_b", "How we built it")
    assert (copies[1].case_id, copies[1].url) == (None, "https://c.example/talk")
    assert [line.near_copies for line in warehouse.cases()] == [2, 2]


def test_near_copies_of_the_newest_text(warehouse):
    """A source's newest text replaces the earlier one."""
    warehouse.append(Story("a").source(), Story("b").source())
    _keep(warehouse, "a", "doc1_a1", [1, 2, 3, 4, 5, 6, 7, 8])
    _keep(warehouse, "b", "doc1_b1", [1, 2, 3, 4, 5, 6, 7, 8])
    _keep(warehouse, "b", "doc1_b1", [0, 0, 0, 0, 0, 0, 0, 0])
    assert [one.similarity for one in warehouse.near_copies("src1_b")] == [1.0]
    _keep(warehouse, "b", "doc1_b2", [1, 2, 0, 0, 9, 9, 9, 9])
    assert warehouse.near_copies("src1_a") == []


def test_attention(warehouse):
    """Sources that need a person are counted by reason."""
    warehouse.append(*Story("a").rows("draft 1"), *Story("b").rows("draft 1, approve 1, draft 2"))
    warehouse.append(*Story("c").rows("draft 1, reject 1, draft 2"))
    for number, steps in enumerate(("", "fail:fetch", "document refuse")):
        warehouse.append(*_rows(Story(f"s{number}"), steps))
    counted = {why: count for why, count in warehouse.attention().items() if count}
    assert counted == {
        "drafts": 1,
        "approved": 1,
        "rejected": 1,
        "refused": 1,
        "failed": 1,
        "unfinished": 1,
        "newer_drafts": 1,
    }


COSTS = {
    "model": [("large", 2, 2, 1.0), ("small", 6, 3, 0.5)],
    "stage": [("summarize", 8, 5, 1.5)],
    "day": [("2026-03-01", 8, 5, 1.5)],
    "case": [("case1_a", 4, 3, 1.25), (None, 4, 2, 0.25)],
    "source": [("src1_a", 4, 3, 1.25), ("src1_b", 2, 1, 0.25), (None, 2, 1, None)],
}


def test_costs(warehouse):
    """Calls are summed by the chosen field, with wasted ones and those without a price."""
    story, other = Story("a"), Story("b")
    rows = story.rows("draft 1")
    document_id = rows[1].document_id
    warehouse.append(
        *rows,
        other.source(),
        story.generation(document_id),
        story.generation(document_id, "invalid", 1.0, model="large"),
        other.generation("src1_b"),
        other.generation("somewhere", cost=None),
    )
    for by, lines in COSTS.items():
        found = warehouse.costs(by)
        shown = [(one.key, one.calls, one.wasted_calls, one.cost_usd) for one in found]
        assert shown == lines
        assert sum(line.unpriced for line in found) == 1
    assert [one.label for one in found] == ["A title", "https://b.example/talk", None]


def test_spent_since(warehouse):
    """The sum has all priced calls since a moment."""
    story = Story()
    first, second = story.generation("x"), story.generation("x", cost=None)
    third = story.generation("x", cost=0.5)
    warehouse.append(first, second, third)
    assert warehouse.spent_since(START) == 0.75
    assert warehouse.spent_since(third.at) == 0.5
    assert warehouse.costs("day", since=third.at)[0].cost_usd == 0.5


def test_a_source_with_two_cases_counts_once(warehouse):
    """It is one source in its batch, its costs and its near copies, whose case is the main one."""
    story = Story("a")
    source, document, case, draft = story.rows()
    called = story.generation(document.document_id, cost=1.0)
    second = case.model_copy(update={"case_id": "case1_other", "subject_id": "subject1_b"})
    other = {"case_id": "case1_other", "generation_ids": (called.generation_id,)}
    batch = Batch(batch_id="batch1_x", origin="list", size=1, created_by="ada")
    warehouse.add_batch(batch, [BatchItem(source_id="src1_a", reference=source.reference)])
    warehouse.append(source, document, second, story.revision(document.document_id, 2, **other))
    warehouse.append(case, draft, called, *Story("b").rows())
    _keep(warehouse, "a", document.document_id, [1, 2, 3, 4, 5, 6, 7, 8])
    _keep(warehouse, "b", "doc1_b1", [1, 2, 3, 4, 5, 6, 7, 8])

    progress = warehouse.batch("batch1_x")
    assert (dict(progress.counts), progress.cases) == ({"drafted": 1}, 2)
    assert progress.cost_usd == 1.0
    assert [(one.key, one.cost_usd) for one in warehouse.costs("case")] == [("case1_other", 1.0)]
    assert [one.cost_usd for one in warehouse.costs("source")] == [1.0]
    assert [one.case_id for one in warehouse.near_copies("src1_b")] == ["case1_a"]
    warehouse.append(story.review(Decision.REJECT))
    assert warehouse.source_states(["src1_a"]) == {"src1_a": "drafted"}


def test_a_source_waits_for_its_confirmed_subjects(warehouse):
    """Its state is that of the subject without a case; only its own draft answers a failure."""
    story = Story("a")
    rows = story.rows()
    told = {"source_id": "src1_a", "system": "desk", "state": "confirmed"}
    main = SubjectChange(**told, company="Acme")
    second = SubjectChange(**told, company="Beta", subject_id="subject1_b")
    warehouse.append(*rows, main, second)
    assert warehouse.source_states(["src1_a"]) == {"src1_a": "unfinished"}
    assert [one.source_id for one in warehouse.unfinished()] == ["src1_a"]
    failed = story.failure("summarize").model_copy(update={"subject_id": "subject1_b"})
    warehouse.append(failed)
    warehouse.append(story.revision(rows[1].document_id, 2))
    assert warehouse.source_states(["src1_a"]) == {"src1_a": "failed"}
    assert warehouse.open_failure("src1_a", "subject1_b").failure == failed
    assert warehouse.open_failure("src1_a") is None
    renamed = second.model_copy(update={"company": "Better", "at": START})
    warehouse.append(renamed)
    known = warehouse.subjects("src1_a")
    assert [(one.company, one.case_id) for one in known] == [("Acme", "case1_a"), ("Better", None)]
    assert {one.company for one in known[1].names} == {"Beta", "Better"}
    warehouse.append(
        renamed.model_copy(update={"state": SubjectState.DROPPED, "at": renamed.at + DAY})
    )
    assert warehouse.source_states(["src1_a"]) == {"src1_a": "drafted"}
    assert warehouse.open_failures() == []
