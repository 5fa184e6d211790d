"""The strategy for long documents: windows, their findings, and what was not read."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_endpoint import api_error, completion, schema_name
from scripted_model import EMPTY, document_of, merge_of, statement

from schemas.cases import SupportLevel
from schemas.errors import AnswerInvalid, ContextExceeded, ModelRejected, ProviderUnavailable
from schemas.sources import Passage, Speakers
from schemas.taxonomy import load_taxonomy
from summarizer import plans, service
from summarizer.answers import PartDraftAnswer
from summarizer.profiles import Price, Profile, Strategy
from summarizer.rendering import estimate_tokens, fair_sample, fence_for, render
from summarizer.strategies import map_reduce, single
from summarizer.strategies.windows import cut, halves
from summarizer.triage import triage_by_cues
from summarizer.verification import verify

NAMES = "Ada Bergen Cormorant Delta Elm Fennel Gannet Heron Ibis Juniper".split()
DOCUMENT = document_of(
    *(
        f"The {name} service reads {n + 12} kinds of letters each day. Its {name} pipeline was "
        f"rebuilt {n + 20} times before the model answered well. " + "It took very long. " * 60
        for n, name in enumerate(NAMES)
    )
)
FIXED = single.fixed_tokens(single.PROMPT, PartDraftAnswer) + 600
PROFILE = Profile(
    model="scripted",
    context_tokens=FIXED + 1_400,
    output_tokens=600,
    price=Price(input=1.0, output=4.0),
)
PLAN = plans.plan(DOCUMENT, PROFILE, Strategy.MAP_REDUCE)
VERDICT = triage_by_cues(DOCUMENT)


def shown(request):
    """Return the numbers of the passages that a question shows."""
    content = request["messages"][-1]["content"]
    return [int(n) for n in re.findall(r"^\[(\d+)\]", content, re.MULTILINE)]


def reader(request):
    """Note one statement on the first passage of a window, and choose every finding."""
    if schema_name(request) == "MergeAnswer":
        return completion(merge_of(request))
    name = NAMES[shown(request)[0] - 1]
    sentence = next(s for s in DOCUMENT.text.split(". ") if f"The {name} service" in s)
    claim = statement(1, f"{sentence.strip()}.", sentence.strip())
    company = {"value": name, "quote": f"The {name} service"}
    return completion({**EMPTY, "architecture": [claim], "company": company})


async def drafted(asker, on_step=lambda *_: None):
    return await service.summarize(DOCUMENT, asker, PLAN, VERDICT, on_step)


@pytest.fixture
def model(endpoint):
    endpoint.script = reader
    return endpoint


async def test_all_windows_are_read_and_put_together(model, asker_of):
    """Each passage is shown once, claims keep their quotes, and one call merges them."""
    steps = []
    draft = await drafted(asker_of(PROFILE), lambda *step: steps.append(step))
    *parts, merge = sorted(model.requests, key=lambda r: schema_name(r) == "MergeAnswer")
    assert sorted(n for request in parts for n in shown(request)) == list(range(1, 11))
    assert schema_name(merge) == "MergeAnswer"
    assert steps[-1] == (len(parts) + 1, len(parts) + 1)
    study = (await verify(draft, DOCUMENT, load_taxonomy())).study
    assert len(study.statements) == len(parts) > 3
    assert {s.support.level for s in study.statements} == {SupportLevel.VERBATIM}
    assert study.fact("company").value == "Ada"
    assert draft.unread == ()


async def test_a_crash_pays_only_for_the_rest(model, asker_of):
    """Windows answered before an outage are not requested again."""

    def fails_at_heron(request):
        is_lost = "Heron" in request["messages"][-1]["content"]
        return api_error(500) if is_lost else reader(request)

    model.script = fails_at_heron
    with pytest.raises(ProviderUnavailable):
        await drafted(asker_of(PROFILE))
    model.requests.clear()
    model.script = reader
    await drafted(asker_of(PROFILE))
    assert [schema_name(r) for r in model.requests] == ["PartAnswer", "MergeAnswer"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (completion("nonsense"), "does not match"),
        (completion(None, refusal="I cannot"), "refused"),
        (completion("", finish="content_filter"), "content filter"),
    ],
)
async def test_a_window_that_fails_by_itself_is_listed(model, asker_of, reply, reason):
    """The draft lists the uncovered passages with the reason."""
    model.script = lambda request: reply if "Heron" in str(request) else reader(request)
    draft = await drafted(asker_of(PROFILE))
    [gap] = draft.unread
    assert gap.first <= 8 <= gap.last
    assert reason in gap.reason


async def test_the_draft_lists_the_findings_that_the_merge_left_out(model, asker_of):
    """The merge sees the speakers; a solution keeps its challenge; unchosen findings are listed."""
    kept = {"id": 1, "form": "paragraph", "statement": "Letters came late.", "findings": [1]}
    solved = {**kept, "id": 2, "statement": "The model reads them.", "findings": [2], "answers": 1}
    chosen = {"challenges": [kept], "solutions": [solved]}

    def chooser(request):
        is_merge = schema_name(request) == "MergeAnswer"
        return (
            completion({**merge_of(request), "architecture": [], **chosen})
            if is_merge
            else reader(request)
        )

    model.script = chooser
    spoken = DOCUMENT.spoken_by(Speakers(hosts=("Ana",), guests_company="Acme"))
    draft = await service.summarize(spoken, asker_of(PROFILE), PLAN, VERDICT)
    [merge] = [r for r in model.requests if schema_name(r) == "MergeAnswer"]
    assert "Company: Acme\nSpeakers: Ana (host)\n" in merge["messages"][-1]["content"]
    assert [(one.section, one.answers) for one in draft.claims[:2]] == [
        ("challenges", None),
        ("solutions", 0),
    ]
    assert len(draft.left_out) == len(model.requests) - 3
    assert draft.left_out[0].section == "architecture"
    assert draft.left_out[0].text.startswith("The Elm service")


async def test_too_many_gaps_give_no_draft(model, asker_of):
    """If half of the source cannot be read, a draft of the rest would mislead."""
    lost = "Ada Cormorant Elm Gannet Ibis".split()
    model.script = lambda request: (
        completion(None, refusal="no") if any(n in str(request) for n in lost) else reader(request)
    )
    with pytest.raises(AnswerInvalid, match=r"no usable answer for .* of the source"):
        await drafted(asker_of(PROFILE))


async def test_a_window_that_is_too_long_after_all_is_read_in_halves(model, asker_of):
    """All text is read even if the endpoint's context is smaller than in its profile."""
    model.script = lambda request: (
        api_error(400, "context_length_exceeded")
        if schema_name(request) == "PartAnswer" and len(shown(request)) > 1
        else reader(request)
    )
    draft = await drafted(asker_of(PROFILE))
    assert len(draft.claims) == 10
    assert draft.unread == ()


async def test_findings_beyond_the_context_are_reduced_in_groups(model, asker_of):
    """Claims are first reduced in groups; every call fits the context."""

    def verbose(request):
        if schema_name(request) == "MergeAnswer":
            return completion(merge_of(request))
        first = shown(request)[0]
        claims = [
            statement(
                n, f"{first}-{n} " + "It ran in the old customs house. " * 20, "It took very long."
            )
            for n in range(8)
        ]
        return completion({**EMPTY, "lessons": claims})

    model.script = verbose
    draft = await drafted(asker_of(PROFILE))
    sizes = [len(json.dumps(r["messages"])) / 3.5 for r in model.requests]
    assert [schema_name(r) for r in model.requests].count("MergeAnswer") > 2
    assert max(sizes) < PROFILE.context_tokens
    assert draft.claims


async def test_a_statement_that_rests_on_no_finding_is_dropped(model, asker_of):
    """The merge invented it if it cites no known claim."""

    def invents(request):
        answer = merge_of(request)
        answer["lessons"] = [{"id": 1, "statement": "It won a prize in 2031.", "findings": [999]}]
        return completion(answer)

    model.script = lambda r: invents(r) if schema_name(r) == "MergeAnswer" else reader(r)
    draft = await drafted(asker_of(PROFILE))
    assert "prize" not in str(draft)


async def test_lasting_faults_end_the_whole(model, asker_of):
    """A rejected key raises an error instead of leaving a gap."""
    model.script = lambda _: api_error(401)
    with pytest.raises(ModelRejected):
        await drafted(asker_of(PROFILE))


async def test_silent_windows_give_no_draft(model, asker_of):
    """A long source without any claim does not give an empty draft."""
    model.script = lambda _: completion(EMPTY)
    with pytest.raises(AnswerInvalid, match="no statement in any part"):
        await drafted(asker_of(PROFILE))


def test_a_context_without_room_is_reported_before_any_call():
    """The error says which strategy to use instead."""
    with pytest.raises(ContextExceeded, match="OLLAMA_CONTEXT_LENGTH"):
        map_reduce.token_limits(Profile(context_tokens=FIXED))


SHAPES = st.lists(st.tuples(st.integers(1, 600), st.integers(0, 3)), min_size=1, max_size=30)


def sectioned(shape):
    """Return a document of paragraphs with these word counts, each under a heading."""
    text, passages = "", []
    for n, (count, section) in enumerate(shape, start=1):
        start = len(text)
        text += "word " * count
        passages.append(Passage(n=n, start=start, end=len(text) - 1, headings=(f"S{section}",)))
    return document_of().model_copy(update={"text": text, "passages": passages})


@given(SHAPES, st.integers(150, 4000))
def test_windows_hold_every_character_once(shape, limit):
    """Nothing is lost or repeated, no window is too long, and token estimates are sufficient."""
    document = sectioned(shape)
    windows = cut(document, limit)
    spans = [(p.start, p.end) for window in windows for p in window.passages]
    assert "".join(document.text[a:b] for a, b in spans).replace(" ", "") == document.text.replace(
        " ", ""
    )
    for window in windows:
        assert window.tokens <= limit
        bare = document.model_copy(update={"title": None})
        assert estimate_tokens(render(bare, window.passages)) <= window.tokens


def test_windows_end_at_sections_or_where_the_host_asks():
    """A section end in the second half of a window is preferred to a cut inside a section."""
    document = sectioned([(100, n // 3) for n in range(12)])
    assert [{p.section for p in w.passages} for w in cut(document, 600)] == [
        {"S0"},
        {"S1"},
        {"S2"},
        {"S3"},
    ]
    speakers = {n: "Host" if n % 4 == 1 else "Guest" for n in range(1, 13)}
    turns = ["word " * 100 + ("why?" if speakers[n] == "Host" else "so.") for n in speakers]
    talk = document_of(*turns, speakers=speakers)
    for name in ("Host", "Ana Lo (Host)"):
        windows = cut(talk.spoken_by(Speakers(hosts=(name,))), 1_000)
        assert all(w.passages[0].speaker == "Host" for w in windows)


def test_halves_end():
    """Cutting windows repeatedly ends at pieces that cannot be cut."""
    document = sectioned([(400, 0), (100, 1), (500, 1)])
    pieces, count = list(cut(document, 10_000)), 0
    while pieces:
        parts = halves(document, pieces.pop())
        pieces += parts if len(parts) > 1 else []
        count += 1
    assert count < 60


def test_a_long_source_is_sampled_fairly_for_triage():
    """Shows opening, end and parts of the middle, and marks the omissions."""
    document = document_of(*["word " * 50] * 100)
    chosen = fair_sample(document, 2_000)
    numbers = [passage.n for passage in chosen]
    assert numbers[:2] == [1, 2]
    assert numbers[-1] == 100
    assert any(30 < n < 70 for n in numbers)
    assert "are left out)" in render(document, chosen)
    assert fair_sample(document, 100_000) == list(document.passages)


def test_a_model_sees_what_surrounds_the_text():
    """Title, description, headings, speakers, pages and times are all inside the fence."""
    document = document_of(
        "# Setup", "We use it.", "Why?", "So.", speakers={2: "Ana", 3: "Ben"}, description="A talk."
    )
    passages = [p.model_copy(update={"seconds": 60.0 * p.n}) for p in document.passages]
    talk = document.model_copy(update={"passages": passages})
    talk = talk.spoken_by(Speakers(hosts=("Ana",), guests_company="Acme", guests_system="Letters"))
    assert render(talk).splitlines() == [
        "Title: A title",
        "Company: Acme",
        "System: Letters",
        "Speakers: Ana (host), Ben",
        "[0] A talk.",
        "# Setup",
        "[1, 1:00] We use it.",
        "[2, 2:00] Ana: Why?",
        "[3, 3:00] Ben: So.",
    ]
    page = document.passages[0].model_copy(update={"page": 7})
    assert "[1, p. 7] We use it." in render(document, [page])


async def test_windows_carry_the_opening(model, asker_of):
    """Each later window repeats the short opening, and says which part it is."""
    document = document_of(
        "Acme answers letters.", *[DOCUMENT.passage_text(p) for p in DOCUMENT.passages]
    )
    model.script = lambda r: (
        completion(merge_of(r))
        if schema_name(r) == "MergeAnswer"
        else completion(
            {**EMPTY, "lessons": [statement(1, "It took very long.", "It took very long.")]}
        )
    )
    await service.summarize(document, asker_of(PROFILE), PLAN, VERDICT)
    parts = [
        r["messages"][-1]["content"] for r in model.requests if schema_name(r) != "MergeAnswer"
    ]
    assert len(parts) > 2
    assert all("[1] Acme answers letters." in part for part in parts)
    assert sum("after the opening of the whole" in part for part in parts) == len(parts) - 1


def test_a_page_cannot_forge_its_fence():
    """Adding the fence to a page changes the page, and so its fence."""
    fence = fence_for(render(document_of("One.")))
    assert fence_for(render(document_of("One.", fence))) != fence
    assert fence_for(render(document_of("One."))) == fence
