"""What a curator can do to a draft, and what it becomes for a reader."""

import asyncio
import json
import threading

import pytest
from scripted_endpoint import completion

from casebook.pipeline.curation import decisions
from casebook.pipeline.curation.editing import (
    AddStatement,
    AddTag,
    DropStatement,
    DropTag,
    SetFact,
    SetMeasures,
    SetStatement,
)
from casebook.pipeline.curation.publish import publish
from casebook.pipeline.ingestion.ingest import ingest
from casebook.publishing.swap import alone
from casebook.runtime.settings import Settings
from casebook.schemas.cases import Origin, SupportLevel
from casebook.schemas.errors import ConfigurationError, GateClosed, InvalidDecision, UnknownId
from casebook.schemas.reviews import CaseStatus, Decision
from casebook.schemas.sources import SourceRef


@pytest.fixture
async def case_id(services, web):
    outcome = await ingest(SourceRef(source=web.url_for("/case")), services)
    return outcome.case_id


def status_of(services, case_id):
    return services.warehouse.case(case_id).status


async def test_approve_publish_reopen_withdraw(services, case_id):
    """A case goes to the site when approved and leaves it when reopened; each step is a row."""
    await decisions.approve(case_id, services, who="ada")
    done = await publish(services)
    assert (done.added, done.pages, status_of(services, case_id)) == (
        [case_id],
        1,
        CaseStatus.PUBLISHED,
    )
    lines = (done.path / "cases.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["case_id"] == case_id
    assert (await publish(services)).unchanged == [case_id]
    await decisions.reopen(case_id, services, who="bob", reason="a typo")
    gone = await publish(services)
    assert (gone.withdrawn, gone.pages) == ([case_id], 0)
    for _ in range(2):  # and at every later publication
        (page,) = (done.path / "cases").rglob("index.html")
        assert "This case was withdrawn" in page.read_text()
        await publish(services)
    history = [(r.decision, r.who) for r in services.warehouse.case(case_id).reviews]
    assert history == [(Decision.APPROVE, "ada"), (Decision.REOPEN, "bob")]


async def test_a_case_that_is_back_is_nowhere_withdrawn(services, case_id):
    """Also where its new title gave it a new address."""
    await decisions.approve(case_id, services, who="ada")
    await publish(services)
    await decisions.reopen(case_id, services, who="bob", reason="a better title")
    await publish(services)
    title = SetFact(field="title", value="A search for recipes")
    await decisions.edit(case_id, services, [title], who="bob")
    await decisions.approve(case_id, services, who="ada")
    done = await publish(services)
    (page,) = (done.path / "cases").rglob("index.html")
    assert "This case was withdrawn" not in page.read_text()


async def test_a_site_knows_where_it_is_and_its_licence(services, case_id, monkeypatch):
    """The settings reach its pages; an address ends in a slash, and one with a secret is refused."""
    told = {"site_address": "https://x.example/casebook", "site_licence": "CC BY 4.0"}
    settings = services.settings
    for name, value in told.items():
        monkeypatch.setitem(settings.__dict__, name, getattr(Settings.load(**told), name))
        assert value in getattr(settings, name)
    await decisions.approve(case_id, services, who="ada")
    done = await publish(services)
    page = next((done.path / "cases").rglob("index.html"))
    slug = page.parent.name
    assert f"https://x.example/casebook/cases/{slug}/" in (done.path / "feed.xml").read_text()
    assert "CC BY 4.0" in page.read_text()
    for wrong in ("ftp://x.example/", "https://ada:secret@x.example/", "https://x.example/?a=1"):
        with pytest.raises(ConfigurationError, match="CASEBOOK_SITE_ADDRESS") as error:
            Settings.load(site_address=wrong)
        assert "secret" not in str(error.value)


async def test_publishing_that_is_cancelled_ends(services, case_id, monkeypatch):
    """At the next page, not when the whole site is written; the site that was there stays."""
    await decisions.approve(case_id, services, who="ada")
    started, go_on, read = threading.Event(), threading.Event(), services.warehouse.case_views

    def slowly(case_ids):
        started.set()
        go_on.wait(30)
        return read(case_ids)

    monkeypatch.setattr(services.warehouse, "case_views", slowly)
    task = asyncio.create_task(publish(services))
    await asyncio.to_thread(started.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    site = services.settings.site_path
    with alone(site):  # its thread has ended
        assert not site.exists()
    assert status_of(services, case_id) == CaseStatus.APPROVED


async def test_what_is_decided_cannot_be_decided_again_unseen(services, case_id):
    """Approving twice, rejecting without a reason, and unknown cases are refused."""
    await decisions.approve(case_id, services, who="ada")
    with pytest.raises(InvalidDecision, match="already"):
        await decisions.approve(case_id, services, who="ada")
    with pytest.raises(InvalidDecision, match="why"):
        await decisions.reject(case_id, services, who="ada", reason=" ")
    with pytest.raises(UnknownId):
        await decisions.approve("case1_none", services, who="ada")


async def test_two_curators_do_not_overwrite_each_other(services, case_id):
    """A decision on a revision that is no longer the newest is refused."""
    seen = services.warehouse.case(case_id).revision.revision_id
    edits = [SetFact(field="company", value="Kettlebrook")]
    await decisions.edit(case_id, services, edits, who="ada", expected_revision=seen)
    with pytest.raises(InvalidDecision, match="meanwhile"):
        await decisions.approve(case_id, services, who="bob", expected_revision=seen)


async def test_edits_make_a_checked_copy(services, case_id):
    """Facts, statements and additions change in a new revision whose words are judged anew."""
    before = services.warehouse.case(case_id).revision
    edits = [
        SetFact(field="company", value="Kettlebrook"),
        SetFact(field="industry", value="Finance and Banking"),
        SetStatement(field="architecture", index=0, text="It handles 77,000 letters a week."),
        DropStatement(field="tools", index=0),
        AddStatement(
            field="lessons",
            text="A small check in code is worth more than a larger model.",
            quote="a small check in code is worth more than a larger model",
        ),
    ]
    await decisions.edit(case_id, services, edits, who="ada")
    after = services.warehouse.case(case_id).revision
    assert (after.parent_id, after.made_by, after.author) == (before.revision_id, "person", "ada")
    study = after.case_study
    assert study.company.value == "Kettlebrook"
    assert study.industry.value == "finance"
    assert study.architecture[0].support.level is SupportLevel.UNSUPPORTED
    assert study.architecture[0].origin is Origin.CURATOR
    assert study.tools == []
    assert study.lessons[-1].support.level is SupportLevel.SUPPORTED
    assert before.case_study.tools  # the old revision is as it was


async def test_what_a_curator_says_beyond_the_source_is_told(services, case_id):
    """A company or year from elsewhere is weak; a title with a number of its own is refused.

    A choice, such as the stage, is the curator's to make.
    """
    edits = [
        SetFact(field="company", value="Contoso"),
        SetFact(field="year", value="2019"),
        SetFact(field="title", value="How Kettlebrook answers 77,000 letters"),
        SetFact(field="deployment", value="internal tool"),
    ]
    await decisions.edit(case_id, services, edits, who="ada")
    study = services.warehouse.case(case_id).revision.case_study
    levels = {name: fact.support.level for name, fact in study.facts() if fact.value}
    assert levels["company"] is levels["year"] is SupportLevel.WEAK
    assert levels["title"] is SupportLevel.UNSUPPORTED
    assert levels["deployment"] is SupportLevel.SUPPORTED
    known = [SetFact(field="company", value="Kettlebrook"), SetFact(field="year", value="2026")]
    title = SetFact(field="title", value="Three models read 9,000 letters a week")
    await decisions.edit(case_id, services, [*known, title], who="ada")
    study = services.warehouse.case(case_id).revision.case_study
    facts = (study.company, study.year, study.title)
    assert {fact.support.level for fact in facts} == {SupportLevel.SUPPORTED}


BAD_EDITS = [
    SetFact(field="shoe_size", value="42"),
    SetFact(field="year", value="banana"),
    SetFact(field="deployment", value="somewhere"),
    SetFact(field="industry", value="selling of moonshine"),
    SetStatement(field="lessons", index=9, text="No such statement here."),
    SetStatement(field="summary", index=0, text="  "),
    DropStatement(field="failures", index=0),
    DropTag(slug="no-such-tag"),
    AddTag(slug="no-such-term"),
    AddTag(slug="kubernetes"),
    SetMeasures(index=5, measures={"value": "3"}),
    AddStatement(field="lessons", text="Cats are fluffy.", quote="cats are known to be fluffy"),
]


async def test_an_edit_that_does_not_fit_is_refused_and_changes_nothing(services, case_id):
    """A wrong field, number, tag, or a quote that is not in the source."""
    before = services.warehouse.case(case_id)
    for edit in BAD_EDITS:
        with pytest.raises(InvalidDecision):
            await decisions.edit(case_id, services, [edit], who="ada")
        assert services.warehouse.case(case_id) == before, edit


async def test_unsupported_statements_need_a_second_look_and_reach_no_reader(
    services, web, endpoint
):
    """An invented statement blocks a plain approval and is not on the site."""
    invented = {"statement": "It saved 99 million dollars.", "quotes": ["saved 99 million dollars"]}
    empty = {
        name: []
        for name in (
            "summary architecture techniques tools challenges solutions lessons results failures"
        ).split()
    }
    line = {"score": 3, "reason": "Yes.", "quote": ""}
    names = ("technical_detail", "real_use", "iteration", "deployed")
    endpoint.enqueue(
        completion(json.dumps(dict.fromkeys(names, line))),
        completion(json.dumps(empty | {"lessons": [invented]})),
    )
    outcome = await ingest(SourceRef(source=web.url_for("/case")), services)
    assert outcome.support == {"supported": 0, "weak": 0, "unsupported": 1}
    with pytest.raises(GateClosed, match=r"no support .* “It saved 99 million dollars.”"):
        await decisions.approve(outcome.case_id, services, who="ada")
    await decisions.approve(outcome.case_id, services, who="ada", leave_out_unsupported=True)
    done = await publish(services)
    for path in done.path.rglob("*"):
        assert not path.is_file() or "99 million" not in path.read_text(errors="ignore")


async def test_a_stricter_gate_keeps_a_case_from_readers_and_names_what_is_weak(services, case_id):
    """A weak statement passes by default; under a rate it stops approving, and publishing too."""
    weak = SetStatement(
        field="architecture", index=0, text="A reader sorts letters by subject with great care."
    )
    await decisions.edit(case_id, services, [weak], who="ada")
    [judged] = services.warehouse.case(case_id).revision.case_study.architecture
    assert judged.support.level is SupportLevel.WEAK, judged
    lenient = services.settings
    services.settings = lenient.model_copy(update={"gate_architecture": 1.0})
    with pytest.raises(GateClosed, match=r"CASEBOOK_GATE_ARCHITECTURE asks for 100%: “A reader"):
        await decisions.approve(case_id, services, who="ada")
    services.settings = lenient
    await decisions.approve(case_id, services, who="ada")
    assert (await publish(services)).added == [case_id]
    services.settings = lenient.model_copy(update={"gate_architecture": 0.5})
    done = await publish(services)
    assert (done.pages, done.withdrawn) == (0, [case_id])
    [kept] = done.refused
    assert kept.case_id == case_id
    assert "0% of architecture is supported" in kept.reason


async def test_what_a_result_measures_can_be_said_and_is_checked(services, case_id):
    """Parts change one by one, the number is read anew, and a number not in the source is marked."""
    quote = "The median time to a reply fell from 6 days to 11 hours"
    add = AddStatement(field="results", text="The median reply took 11 hours.", quote=quote)
    await decisions.edit(case_id, services, [add], who="ada")
    measures = {"metric": "median time to a reply", "value": "11", "unit": "hours"}
    await decisions.edit(case_id, services, [SetMeasures(index=0, measures=measures)], who="ada")
    more = {"baseline": "6 days", "method": "self-reported"}
    await decisions.edit(case_id, services, [SetMeasures(index=0, measures=more)], who="ada")
    [result] = services.warehouse.case(case_id).revision.case_study.results
    assert (result.shown_value, result.number, result.baseline) == ("11 hours", 11, "6 days")
    assert (result.method, result.support.level) == ("self-reported", SupportLevel.SUPPORTED)
    wrong = SetMeasures(index=0, measures={"value": "77"})
    await decisions.edit(case_id, services, [wrong], who="ada")
    [result] = services.warehouse.case(case_id).revision.case_study.results
    assert result.support.level is SupportLevel.UNSUPPORTED
    guess = SetMeasures(index=0, measures={"method": "guessed"})
    with pytest.raises(InvalidDecision, match="method is one of"):
        await decisions.edit(case_id, services, [guess], who="ada")


async def test_a_tag_can_be_added_where_the_source_names_it(services, case_id):
    """It comes with the sentences that name it, and not twice."""
    have = {tag.slug for tag in services.warehouse.case(case_id).revision.case_study.tags}
    assert "vllm" not in have
    await decisions.edit(case_id, services, [AddTag(slug="vllm")], who="ada")
    tag = services.warehouse.case(case_id).revision.case_study.tags[-1]
    assert (tag.slug, "vLLM" in tag.evidence[0].quote) == ("vllm", True)
    with pytest.raises(InvalidDecision, match="already"):
        await decisions.edit(case_id, services, [AddTag(slug="vllm")], who="ada")
