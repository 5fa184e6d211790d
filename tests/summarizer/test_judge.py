"""The judge and the repair, with a scripted model behind a real client."""

import re

import pytest
from scripted_endpoint import api_error, completion, schema_name
from scripted_model import (
    CASE_STUDY,
    EMPTY,
    TRIAGE,
    answer_of,
    asked_items,
    document_of,
    drafted,
    judge_of,
    statement,
    verdict,
)

from schemas.cases import NOT_JUDGED, Section, SupportLevel
from schemas.errors import AnswerInvalid, ProviderUnavailable
from schemas.taxonomy import load_taxonomy
from summarizer.judge import judge_study
from summarizer.profiles import Profile
from summarizer.verification import verify

HALVED = "The median time to the first answer fell from 26 to 2 hours."
DRAFT_AND_JUDGE = ["CaseStudyAnswer", "JudgeAnswer"]


async def verified(document, asker_of, *, repair=False):
    draft, writer = await drafted(document, asker_of()), asker_of() if repair else None
    return await verify(draft, document, load_taxonomy(), asker_of(), writer)


def judged_by(change, repair=None):
    """Answer with verdicts that ``change`` makes of the items: (number, text) pairs."""

    def script(request):
        kind = schema_name(request)
        if kind == "JudgeAnswer":
            return completion({"verdicts": change(asked_items(request))})
        return (
            completion(repair(request)) if repair and kind == "RepairAnswer" else answer_of(request)
        )

    return script


def by_text(label_of):
    """Label items by their text; the others are entailed."""
    return lambda items: [verdict(n, text, label_of.get(text, "entailed")) for n, text in items]


def levels_of(study):
    parts = [*study.statements, *study.facts, *study.tags]
    return {
        getattr(p, "text", None) or getattr(p, "value", None) or p.label: p.support for p in parts
    }


def judge_requests(endpoint):
    return [r for r in endpoint.requests if schema_name(r) == "JudgeAnswer"]


def listed(request):
    return request["messages"][-1]["content"].rpartition("highest to the lowest")[2]


async def test_the_judge_sees_the_document_and_every_part(document, model, asker_of):
    """It gets the draft's whole beginning, then all parts with section, quotes and links."""
    await verified(document, asker_of)
    draft, judge = model.requests
    assert draft["messages"][0] == judge["messages"][0]
    assert draft["response_format"] == judge["response_format"]
    beginning = draft["messages"][1]["content"].partition("Task: ")[0]
    assert "# What was hard" in beginning
    assert judge["messages"][1]["content"].startswith(beginning)
    asked = listed(judge)
    numbers = [n for n, _ in asked_items(judge)]
    assert numbers == list(range(1, len(numbers) + 1))
    for line in (
        "1, context: Kellamoor's assistant drafts the answer",
        "- [4] “We run every photograph through Tesseract first”",
        "- answers item 3",
        "- parts: metric: median time to the first answer; value: 2; unit: hours",
        "- a sentence of the source, word for word",
        "- note: The number 92% is not in the quoted passage.",
        "- rests on 1",
        ", fact, company: Kellamoor",
        ", fact, industry: insurance",
        ", tag, tool: vLLM",
        ", gap: No cost per draft is given.",
    ):
        assert line in asked
    assert "moon" not in asked  # its quote is not in the source: code has decided


async def test_levels_after_a_judge(document, model, asker_of):
    """Entailed parts are verified, facts and tags too; a copied sentence stays verbatim."""
    outcome = await verified(document, asker_of)
    levels = {text: support.level for text, support in levels_of(outcome.study).items()}
    assert levels["A third of the claims were photographs of receipts without any text."] == (
        SupportLevel.VERBATIM
    )
    assert levels["Kellamoor"] == levels["vLLM"] == SupportLevel.VERIFIED
    assert levels["Kellamoor does not know why pencil fails."] is SupportLevel.REFUTED
    assert outcome.unjudged is None
    assert not any(s.support.is_unjudged for s in outcome.study.statements)


async def test_a_note_is_a_hint_and_no_lock(document, endpoint, asker_of):
    """The judge's word counts where code finds a number missing: it cannot calculate."""
    endpoint.script = judged_by(by_text({}))
    study = (await verified(document, asker_of)).study
    support = levels_of(study)["Clerks send more than 92% of the drafts unchanged."]
    assert support.level is SupportLevel.VERIFIED


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("partly", SupportLevel.DOUBTFUL),
        ("not", SupportLevel.REFUTED),
        ("contrary", SupportLevel.REFUTED),
    ],
)
async def test_a_judge_lowers_every_kind_of_part(document, endpoint, asker_of, label, level):
    """Statements, verbatim ones too, facts and tags get the judge's level and reason."""
    endpoint.script = judged_by(lambda items: [verdict(n, text, label) for n, text in items])
    study = (await verified(document, asker_of)).study
    supports = levels_of(study)
    verbatim = "A third of the claims were photographs of receipts without any text."
    for text in (HALVED, verbatim, "insurance", "PostgreSQL"):
        assert (supports[text].level, supports[text].reason) == (level, "The words decide.")


async def test_missing_verdicts_are_asked_for_alone(document, endpoint, asker_of):
    """The second question is about the missing items, with the same numbers."""

    def change(items):
        return [verdict(*one) for one in items if one[0] not in {2, 5} or len(items) == 2]

    endpoint.script = judged_by(change)
    outcome = await verified(document, asker_of)
    first, second = (asked_items(request) for request in judge_requests(endpoint))
    assert second == [first[1], first[4]]
    assert outcome.unjudged is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: None,
        lambda good: good | {"label": None},
        lambda good: good | {"label": "maybe"},
        lambda good: good | {"first_words": "Quite another statement begins here"},
        lambda good: good | {"first_words": ""},
        lambda good: good | {"item": good["item"] + 1},
    ],
)
async def test_one_bad_verdict_costs_no_other(document, endpoint, asker_of, spoil):
    """A missing, malformed or misplaced verdict leaves only its own statement unjudged."""

    def change(items):
        good = [
            verdict(n, text, "not" if text.startswith("Kellamoor's") else "entailed")
            for n, text in items
        ]
        spoilt = [spoil(one) if HALVED.startswith(one["first_words"]) else one for one in good]
        return [one for one in spoilt if one]

    endpoint.script = judged_by(change)
    outcome = await verified(document, asker_of)
    supports = levels_of(outcome.study)
    assert supports[HALVED].is_unjudged
    assert supports[CASE_STUDY["context"][0]["statement"]].level is SupportLevel.REFUTED
    assert sum(support.is_unjudged for support in supports.values()) == 1
    assert isinstance(outcome.unjudged, AnswerInvalid)
    assert "no usable verdict on 1 of" in supports[HALVED].reason


async def test_a_judge_that_counts_from_one_is_not_misread(document, endpoint, asker_of):
    """If the second answer renumbers its items, no verdict lands on another statement."""

    def change(items):
        if items[0][0] == 1:
            return [verdict(n, text) for n, text in items if n not in {3, 6}]
        return [verdict(n, text, "not") for n, (_, text) in enumerate(items, 1)]

    endpoint.script = judged_by(change)
    outcome = await verified(document, asker_of)
    supports = levels_of(outcome.study).values()
    assert sum(support.is_unjudged for support in supports) == 2
    assert not any("The words decide" in support.reason for support in supports)


async def test_of_two_verdicts_the_lower_counts(document, endpoint, asker_of):
    """Two verdicts on one item are no reason to trust the better one."""
    endpoint.script = judged_by(
        lambda items: [verdict(n, t, label) for n, t in items for label in ("partly", "entailed")]
    )
    study = (await verified(document, asker_of)).study
    assert levels_of(study)[HALVED].level is SupportLevel.DOUBTFUL


async def test_a_retry_asks_afresh_for_the_missing(document, endpoint, asker_of):
    """Stored verdicts are used again; only an answer that left the gap is asked for anew."""
    endpoint.script = judged_by(lambda items: [verdict(*one) for one in items if one[0] != 2])
    assert (await verified(document, asker_of)).unjudged
    endpoint.requests.clear()
    endpoint.script = answer_of
    outcome = await verified(document, asker_of)
    assert outcome.unjudged is None
    assert [asked_items(r) for r in endpoint.requests] == [[asked_items(endpoint.requests[0])[0]]]
    assert asked_items(endpoint.requests[0])[0][0] == 2


async def test_an_answer_that_is_cut_off_keeps_its_beginning(document, endpoint, asker_of):
    """The complete verdicts count, and the judge is asked about the others."""

    def script(request):
        if schema_name(request) != "JudgeAnswer":
            return answer_of(request)
        reply = completion(judge_of(request))
        if len(asked_items(request)) > 12:
            content = reply.body["choices"][0]["message"]["content"]
            cut = content[: content.index('"item": 9')]
            return completion(cut, finish="length")
        return reply

    endpoint.script = script
    outcome = await verified(document, asker_of)
    assert outcome.unjudged is None
    first, second = (asked_items(request) for request in judge_requests(endpoint))
    assert second == first[8:]


async def test_an_unavailable_judge_costs_no_draft(document, endpoint, asker_of):
    """Without the judge all parts are marked as not judged, and the outcome says why."""
    endpoint.script = lambda request: (
        api_error(500) if schema_name(request) == "JudgeAnswer" else answer_of(request)
    )
    outcome = await verified(document, asker_of, repair=True)
    assert isinstance(outcome.unjudged, ProviderUnavailable)
    support = outcome.study.section(Section.ABSTRACT)[0].support
    assert support.is_unjudged
    assert support.reason.startswith(f"{NOT_JUDGED}: ")
    assert "RepairAnswer" not in map(schema_name, endpoint.requests)


async def test_many_parts_are_judged_in_several_answers(endpoint, asker_of):
    """No more verdicts are asked for at once than the answer has room for."""
    facts = [f"Team {n} answers {n} letters a day with the assistant." for n in range(100, 160)]
    document = document_of(*facts)
    claims = [
        statement(n, f"For team {n} the assistant answers {n} letters a day.", fact)
        for n, fact in enumerate(facts, start=100)
    ]
    endpoint.script = lambda request: (
        completion({**EMPTY, "triage": TRIAGE, "architecture": claims})
        if schema_name(request) == "CaseStudyAnswer"
        else answer_of(request)
    )
    study = (await verified(document, asker_of)).study
    assert [len(asked_items(r)) for r in judge_requests(endpoint)] == [30, 30]
    assert {s.support.level for s in study.statements} == {SupportLevel.VERIFIED}


async def test_a_long_document_is_judged_in_windows(endpoint, asker_of):
    """Each statement is beside the window with its first quote, with cited passages from others."""
    facts = [
        f"Team {n} answers {n} letters a day. " + "It took long. " * 120 for n in range(100, 140)
    ]
    document = document_of(*facts)
    claims = [
        statement(n, f"For team {n} the assistant answers {n} letters a day.", fact[:35])
        for n, fact in enumerate(facts, start=100)
    ]
    claims[0]["quotes"].append(facts[-1][:35])
    endpoint.script = lambda request: (
        completion({**EMPTY, "triage": TRIAGE, "architecture": claims})
        if schema_name(request) == "CaseStudyAnswer"
        else answer_of(request)
    )
    draft = await drafted(document, asker_of())
    small = Profile(model="scripted", context_tokens=16_000, output_tokens=2_000)
    outcome = await verify(draft, document, load_taxonomy(), asker_of(small))
    assert {s.support.level for s in outcome.study.statements} == {SupportLevel.VERIFIED}
    requests = judge_requests(endpoint)
    assert len(requests) > 1
    for request in requests:
        passages = set(re.findall(r"^\[(\d+)\]", request["messages"][-1]["content"], re.MULTILINE))
        cited = set(re.findall(r"quote \[(\d+)\]", listed(request)))
        assert cited <= passages
    assert any("[40] (from another part of the source)" in listed(one) for one in requests)


async def test_only_wanted_parts_are_judged_again(document, model, asker_of):
    """Parts that are not wanted, or that a curator confirmed, keep their support unasked."""
    study = (await verified(document, asker_of)).study
    model.requests.clear()
    kept = study.statements[0].support.model_copy(update={"confirmed_by": "ana"})
    study = study.model_copy(
        update={"statements": (study.statements[0].model_copy(update={"support": kept}),)}
    )
    assert (await judge_study(study, document, asker_of(), lambda _: False)) == (study, None)
    assert model.requests == []


def mended(request):
    """Correct the result, and write the summary anew."""
    numbers = {text: n for n, text in asked_items(request)}
    new = CASE_STUDY["results"][0] | {
        "id": numbers[HALVED],
        "statement": "The median time to the first answer fell from 26 to 2 hours in March.",
        "quotes": ["fell from 26 hours to 2 hours in March"],
        "qualifier": None,
    }
    rests = [numbers[CASE_STUDY["context"][0]["statement"]]]
    sentence = {
        "sentence": "At Kellamoor an assistant drafts answers for clerks.",
        "rests_on": rests,
    }
    return {"corrections": [new], "summary": [sentence]}


async def test_what_is_carried_in_part_is_corrected_once(document, endpoint, asker_of):
    """A partly carried result goes back with the reason, and is judged again with its summary."""
    endpoint.script = judged_by(by_text({HALVED: "partly"}), mended)
    study = (await verified(document, asker_of, repair=True)).study
    kinds = [schema_name(request) for request in endpoint.requests]
    assert kinds == [*DRAFT_AND_JUDGE, "RepairAnswer", "JudgeAnswer"]
    asked = endpoint.requests[2]["messages"][-1]["content"]
    assert f"{HALVED}\n" in asked
    assert "- the judge: The words decide." in asked
    (first, *_) = study.section(Section.RESULTS)
    assert first.text.endswith("in March.")
    assert first.support.level is SupportLevel.VERIFIED
    again = [text for _, text in asked_items(endpoint.requests[3])]
    assert again == [first.text, study.section(Section.ABSTRACT)[0].text]


async def test_a_summary_is_written_anew_as_a_whole(document, endpoint, asker_of):
    """One bad sentence replaces all of them; each new one rests on statements that exist."""
    endpoint.script = judged_by(by_text({}), mended)
    study = (await verified(document, asker_of, repair=True)).study
    (only,) = study.section(Section.ABSTRACT)
    assert only.text == "At Kellamoor an assistant drafts answers for clerks."
    texts = {s.n: s.text for s in study.statements}
    assert [texts[n] for n in only.rests_on] == [CASE_STUDY["context"][0]["statement"]]
    assert only.support.level is SupportLevel.VERIFIED


async def test_a_corrected_gap_is_judged_again_without_quotes(document, endpoint, asker_of):
    """A quote given with a correction does not make the gap a note about numbers."""
    gap, narrower = "No cost per draft is given.", "No cost per draft is given for the pilot."

    def corrected(request):
        number = {text: n for n, text in asked_items(request)}[gap]
        return {"corrections": [statement(number, narrower, "served by vLLM")], "summary": []}

    endpoint.script = judged_by(by_text({gap: "partly"}), corrected)
    study = (await verified(document, asker_of, repair=True)).study
    (only,) = study.section(Section.GAPS)
    assert (only.text, only.evidence) == (narrower, ())
    assert only.support.level is SupportLevel.VERIFIED


@pytest.mark.parametrize("answer", ["nonsense", {"corrections": None, "summary": None}])
async def test_a_repair_without_an_answer_changes_nothing(document, endpoint, asker_of, answer):
    """The doubtful statement stays as the judge left it, for the curator."""
    endpoint.script = judged_by(by_text({HALVED: "partly"}), lambda _: answer)
    outcome = await verified(document, asker_of, repair=True)
    assert outcome.unjudged is None
    support = levels_of(outcome.study)[HALVED]
    assert (support.level, support.reason) == (SupportLevel.DOUBTFUL, "The words decide.")


async def test_a_correction_of_something_else_is_refused(document, endpoint, asker_of):
    """A correction must share words with its statement; a wrong number replaces nothing."""

    def other(request):
        answer = mended(request)
        answer["corrections"][0]["statement"] = "Clerks like the assistant very much."
        return answer

    endpoint.script = judged_by(by_text({HALVED: "partly"}), other)
    study = (await verified(document, asker_of, repair=True)).study
    assert levels_of(study)[HALVED].level is SupportLevel.DOUBTFUL
