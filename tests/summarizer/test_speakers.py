"""Who speaks for whom: by the words, by a model, and for the checks."""

import pytest
from roles import EXPECTED, FOLDER, read_source
from scripted_endpoint import api_error, completion
from scripted_model import checked, document_of

from schemas.cases import CaseStudy, Section, SupportLevel
from schemas.errors import BudgetReached, ProviderUnavailable
from schemas.sources import Document, SourceKind, Speakers
from summarizer.budget import Budget
from summarizer.items import items_of
from summarizer.profiles import Profile
from summarizer.quotes import second_of
from summarizer.speakers import by_words, settled

VOICES = {1: "Speaker 1", 2: "Speaker 2", 3: "Speaker 1", 4: "Speaker 2"}
TALK = document_of(
    "Today we look at letters.",
    "We at Kellamoor draft them with Ink, and clerks check them.",
    "Nobody in my company would do that. It must cost a lot, I think.",
    "It costs four cents a letter.",
    speakers=VOICES,
    title="Letters, with Ana Lo",
    kind=SourceKind.CAPTIONS,
)
ANSWER = {
    "speakers": [
        {"label": "Speaker 1", "name": "Zoe Made-Up", "role": "host"},
        {"label": "Speaker 2", "name": "Ana Lo", "role": "guest"},
        {"label": "Speaker 9", "name": None, "role": "guest"},
    ],
    "company": "Kellamoor",
    "system": "Ink",
}


@pytest.mark.parametrize("name", [n for n, one in EXPECTED.items() if one["half"] == "rules"])
def test_words_never_give_a_wrong_role(name: str) -> None:
    """Hosts, guests and company are as expected, or unknown; without a host a model decides."""
    found, is_sure = by_words(read_source(FOLDER / name))
    want = EXPECTED[name]
    if found is None:
        assert want["hosts"] == want["guests"] == []
        return
    assert set(found.hosts) <= set(want["hosts"])
    assert set(found.guests) <= set(want["guests"])
    assert found.guests_company in {want["company"], None}
    if is_sure:
        assert found.hosts or len(found.guests) == 1
        assert [list(found.hosts), list(found.guests)] == [want["hosts"], want["guests"]]


async def test_a_model_settles_the_rest_and_is_paid_once(endpoint, asker_of) -> None:
    """Names that the source does not have are dropped; labels without a known name remain."""
    endpoint.script = lambda _: completion(ANSWER)
    for _ in range(2):
        found = await settled(TALK, asker_of())
    assert found == Speakers(
        hosts=("Speaker 1",),
        guests=("Ana Lo (Speaker 2)",),
        guests_company="Kellamoor",
        guests_system="Ink",
        roles_by="model",
    )
    [request] = endpoint.requests
    shown = request["messages"][-1]["content"]
    assert "- Speaker 1: 19 words; first: Today we look at letters." in shown
    assert "Title: Letters, with Ana Lo" in shown


@pytest.mark.parametrize(
    ("document", "profile"),
    [
        (document_of("We draft letters.", "Welcome to the show!"), {}),
        (read_source(FOLDER / "solo-talk.vtt"), {}),
        (read_source(FOLDER / "two-hosts.md"), {}),
        (TALK, {"small": True}),
    ],
    ids=["a post", "one speaker", "clear words", "a small model"],
)
async def test_nothing_is_asked_in_vain(endpoint, asker_of, document: Document, profile) -> None:
    """Written posts, talks by one person and clear conversations need no model."""
    asker = asker_of(Profile(model="scripted", **profile))
    assert await settled(document, asker) == by_words(document)[0]
    assert endpoint.requests == []


async def test_a_system_that_the_source_does_not_name_is_dropped(endpoint, asker_of) -> None:
    """The model made it up, and the judge would read it beside the source."""
    endpoint.script = lambda _: completion(ANSWER | {"system": "Ink Turbo"})
    assert (await settled(TALK, asker_of())).guests_system is None


async def test_a_failure_costs_the_roles_only(endpoint, asker_of) -> None:
    """Roles by words remain, with a note; an outage or a spent budget still ends the draft."""
    endpoint.script = lambda _: api_error(400)
    found = await settled(TALK, asker_of())
    assert found.roles_note.startswith("No model settled who speaks for whom: ")
    endpoint.script = lambda _: api_error(500)
    with pytest.raises(ProviderUnavailable):
        await settled(TALK, asker_of())
    with pytest.raises(BudgetReached):
        await settled(TALK, asker_of(budget=Budget(0.0000001)))


SPOKEN = TALK.spoken_by(
    Speakers(hosts=("Speaker 1",), guests=("Ana Lo (Speaker 2)",), guests_company="Kellamoor")
)
SAID = "Nobody in my company would do that."


def test_a_statement_of_the_host_alone_is_a_doubt_and_a_hint() -> None:
    """The judge gets it as a note; a guest's quote beside the host's clears it."""
    alone = checked(SAID, Section.CONTEXT, [SAID], SPOKEN)
    assert alone.support.level is SupportLevel.DOUBTFUL
    assert alone.support.reason == "Only the host says it (Speaker 1)."
    both = checked(SAID, Section.CONTEXT, [SAID, "clerks check them"], SPOKEN)
    assert both.support.level is not SupportLevel.DOUBTFUL
    assert checked(SAID, Section.CONTEXT, [SAID], TALK).support.level is SupportLevel.VERBATIM
    study = CaseStudy(statements=(alone.model_copy(update={"n": 1}),))
    items = items_of(study, SPOKEN, lambda _: True)
    [item] = items
    assert item.by_code == alone.support


def test_a_second_within_a_long_turn_is_estimated() -> None:
    """Pieces of one turn share its second; the time of a later quote is interpolated, "about"."""
    passages = [
        one.model_copy(update={"seconds": second})
        for one, second in zip(TALK.passages, (0.0, 60.0, 60.0, 120.0), strict=True)
    ]
    timed = TALK.model_copy(update={"passages": passages})
    starts = [one.start for one in passages]
    assert second_of(timed, starts[1]) == 60
    middle = second_of(timed, starts[2])
    assert 80 < middle < 100
    assert second_of(timed, starts[3] + 9) == 120
    quote = checked(SAID, Section.CONTEXT, [SAID], timed).evidence[0]
    assert (quote.seconds, quote.estimated) == (middle, True)
