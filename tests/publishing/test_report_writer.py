"""Sentences that cite: what code refuses, what the judge refuses, and what becomes of them."""

from collections.abc import Callable

import pytest
from scripted_endpoint import Reply, ScriptedEndpoint, completion, schema_name
from scripted_model import PROFILE

from publishing.reports.citation_checks import CitationChecker, CitingClaim, checked
from publishing.reports.verbatim import counted
from publishing.reports.writer import ReportWriter, forecast
from schemas.cases import SupportLevel
from schemas.reports import (
    Citation,
    Material,
    ReportNumber,
    ReportSection,
    ReportSentence,
    SentenceRole,
    Theme,
)
from summarizer.asker import Asker

COMPANIES = {
    "Ottokar": "ottokar",
    "Ottokar AG": "ottokar",
    "Brotmann": "brotmann",
    "Block": "block",
}
SHARE = ReportNumber(
    name="q:share", sql="SELECT 1 AS value", value="38", meaning="share of cases, in %"
)
WASTE = ReportNumber(name="s:2", sql="", value="18 %", meaning="its value")


def a_citation(n: int, label: str, text: str) -> Citation:
    """A citation of a statement of that number."""
    return Citation(
        case_id=f"case1_{label.lower()}", revision_id="rev1_a", part=f"s{n}", text=text,
        label=label, title=f"{label} plans", year="2024",
    )  # fmt: skip


STATED = {
    1: a_citation(1, "Ottokar", "We block every fourth tray. GPT-4 plans the dough since March."),
    2: a_citation(2, "Ottokar", "Waste fell after the planner came."),
    3: a_citation(3, "Brotmann", "Bakers ignored the plan in 30 of 40 shops."),
    4: a_citation(4, "Ottokar", "The plan came, and waste fell from 40 trays to 30."),
}
GROUNDS = CitationChecker("we block trays", STATED, [SHARE, WASTE], COMPANIES, ["Dough and plans"])


@pytest.mark.parametrize(
    ("text", "cites", "problem"),
    [
        ("At Ottokar GPT-4 plans the dough.", (1,), ""),
        ("Ottokar AG plans its dough with a model.", (1,), ""),
        ("Waste fell by {s:2}.", (2,), ""),
        ("It is named in {q:share} % of the cases.", (1,), ""),
        ("It is named in {q:share} % of the cases, and most failed.", (), "no statement"),
        ("In 2024 waste fell after the planner came.", (2,), ""),
        ("Waste fell by 2024 trays.", (2,), "number 2024"),
        ("Bakers ignored the plan in 30 of 40 shops.", (3,), ""),
        ("Block every tray that is left.", (1,), ""),  # a word of the statements, no company
        ("Bakers ignored the plan.", (), "no statement"),
        ("Bakers ignored the plan.", (9,), "no statement"),
        ("At Brotmann GPT-4 plans the dough.", (1,), "Brotmann is not the company"),
        ("Brotmann plans its dough with a model.", (1,), "Brotmann is not the company"),
        ("Waste fell by 18 %.", (2,), "number 18"),
        ("Waste fell by a third.", (2,), "number"),
        ("Bakers ignored the plan in 31 of 40 shops.", (3,), "number 31"),
        ("GPT-5 plans the dough.", (1,), "“GPT-5”"),
        ("Waste fell by {s:2}.", (1,), "without citing its statement"),
        ("Waste fell by {s:7}.", (2,), "There is no number"),
        ("It is named in {q:all} cases.", (1,), "There is no number"),
        ("The planner came with Kubernetes.", (2,), "“Kubernetes”"),
        ("Most companies ignored the plan.", (3,), "“Most companies” needs"),
        ("Ottokar ignored the plan in 30 of 40 shops.", (1, 3), "number 30"),
        ("Unlike Ottokar, others ignored the plan in 30 of 40 shops.", (1, 3), ""),
        ("The plan came, and waste fell to 40 trays.", (4,), "is the reverse of its statements"),
        ("Waste rose from 30 trays to 40.", (4,), "is the reverse of “from 40 trays to 30”"),
        ("Waste fell to 30 trays.", (4,), ""),
        ("Waste fell by a quarter.", (4,), ""),
    ],
)
def test_code_refuses_what_the_cited_statements_lack(
    text: str, cites: tuple[int, ...], problem: str
) -> None:
    """Covers numbers, names, companies and placeholders; supported sentences pass."""
    found = GROUNDS.problem(CitingClaim(text=text, cites=cites))
    assert (problem in found) if problem else found == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Zorblatt plans the dough.", "“Zorblatt”"),
        ("Planning the dough saves trays.", ""),  # "plans" is an ordinary word
        ("Despite the plan, waste fell.", ""),
        ("Pass on the trays.", ""),
        ("Dough is planned. Zorblatt's plan is kept.", "“Zorblatt”"),
    ],
)
def test_a_name_at_the_beginning_of_a_sentence_is_a_name(text: str, problem: str) -> None:
    """A first word that no published text has in lower case must be in the statements.

    Without enough texts nobody can tell.
    """
    some = ["plan", "save", "despit", "pass", *(f"word{n}" for n in range(1_000))]
    for words in (some, some[:100]):
        checker = CitationChecker("", {1: STATED[1]}, (), COMPANIES, words=words)
        found = checker.problem(CitingClaim(text=text, cites=(1,)))
        assert found.startswith(problem) if problem and words is some else found == ""


class Script:
    """Gives an answer for each kind of question, and keeps the questions."""

    def __init__(self, **answers: object) -> None:
        self.answers, self.asked = answers, list[str]()

    def __call__(self, request: dict) -> Reply:
        """Return the next answer of the kind that is asked for, the last one again and again."""
        name = schema_name(request)
        self.asked.append(name)
        found = self.answers[name]
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return completion(found)


def verdicts(*labels: str) -> dict:
    """A judge's answer."""
    return {
        "verdicts": [
            {"sentence": n, "reason": "" if label == "entailed" else "too general", "label": label}
            for n, label in enumerate(labels, start=1)
        ]
    }


def a_theme() -> Theme:
    """A theme of the three statements, one of them a result."""
    return Theme(
        heading="Waste",
        material=[
            Material(
                citation=one, section="results" if n == 2 else "lessons", company=one.label,
                value="18 %" if n == 2 else None,
            )
            for n, one in [*STATED.items()][:3]
        ],
    )  # fmt: skip


@pytest.fixture
def writer(asker_of: Callable[..., Asker]) -> ReportWriter:
    """A writer whose model and judge are the scripted endpoint."""
    return ReportWriter("Dough and plans", "An aim.", asker_of(), asker_of(), COMPANIES)


def said(text: str, *cites: int, role: str = "did") -> dict:
    """A sentence of a section."""
    return {"role": role, "text": text, "cites": list(cites)}


async def test_a_failed_sentence_is_rewritten_once_and_then_dropped(
    endpoint: ScriptedEndpoint, writer: ReportWriter
) -> None:
    """A sentence refused by code or judge is retried once; a second failure is kept with its reason."""
    endpoint.script = script = Script(
        SectionAnswer={
            "sentences": [
                said("Ottokar blocks every fourth tray.", 1),
                said("All bakeries block trays.", 1),
                said("Waste fell by {s:2} at Ottokar.", 2, role="results"),
                said("At Brotmann GPT-4 plans.", 1),
                said("Bakers ignored the plan at Zorblatt.", 3),
            ]
        },
        SentenceVerdicts=[verdicts("entailed", "partly", "entailed"), verdicts("entailed", "not")],
        RewriteAnswer={
            "sentences": [
                {"sentence": 1, "role": "failed", "text": "Ottokar blocks trays.", "cites": [1]},
                {"sentence": 2, "text": "GPT-4 plans the dough at Ottokar.", "cites": [1]},
                {"sentence": 3, "text": "", "cites": []},
            ]
        },
    )
    written = await writer.section(a_theme(), [SHARE])
    assert [(one.text, one.support) for one in written.sentences] == [
        ("Ottokar blocks every fourth tray.", SupportLevel.VERIFIED),
        ("Ottokar blocks trays.", SupportLevel.VERIFIED),
        ("Waste fell by {s:case1_ottokar.results.2} at Ottokar.", SupportLevel.VERIFIED),
    ]
    assert [one.role for one in written.sentences] == ["did", "failed", "results"]
    assert [one.reason for one in written.dropped] == [
        "too general",
        "“Zorblatt” is not in the statements that it cites.",
    ]
    assert script.asked == [
        "SectionAnswer",
        "SentenceVerdicts",
        "RewriteAnswer",
        "SentenceVerdicts",
    ]
    question = endpoint.requests[2]["messages"][-1]["content"]
    assert "Why it was refused: too general" in question


async def test_without_a_judge_sentences_stay_unverified(
    endpoint: ScriptedEndpoint, asker_of: Callable[..., Asker]
) -> None:
    """Readers see that they were not judged."""
    endpoint.script = Script(SectionAnswer={"sentences": [said("Ottokar blocks trays.", 1)]})
    writer = ReportWriter("Dough", "An aim.", asker_of(), None, COMPANIES)
    (one,) = (await writer.section(a_theme(), [])).sentences
    assert one.support is SupportLevel.UNVERIFIED


async def test_a_sentence_that_the_judge_passes_over_is_not_carried(
    endpoint: ScriptedEndpoint, asker_of: Callable[..., Asker]
) -> None:
    """A missing verdict is not an approval: the judge is asked again, about the rest alone."""
    claims = [
        CitingClaim(text="Ottokar blocks trays.", cites=(1,)),
        CitingClaim(text="Waste fell.", cites=(2,)),
    ]
    endpoint.script = script = Script(SentenceVerdicts=[verdicts("entailed"), verdicts("partly")])
    found = await checked(claims, GROUNDS, asker_of())
    assert [one.support for one in found] == [SupportLevel.VERIFIED, None]
    assert len(script.asked) == 2
    endpoint.script = script = Script(SentenceVerdicts={"verdicts": []})
    others = [one.model_copy(update={"text": f"{one.text} So it is."}) for one in claims]
    found = await checked(others, GROUNDS, asker_of())
    assert [one.reason for one in found] == ["The judge gave no verdict on it."] * 2
    assert len(script.asked) == 3


async def test_a_malformed_verdict_costs_no_other_and_the_lower_of_two_counts(
    endpoint: ScriptedEndpoint, asker_of: Callable[..., Asker]
) -> None:
    """An unknown or missing label is no verdict; the order of two verdicts does not matter."""
    claims = [CitingClaim(text=f"Waste fell {n}.", cites=(2,)) for n in ("a", "b", "c")]

    def verdict(n: int, label: str | None) -> dict:
        return {"sentence": n, "reason": f"{label}", "label": label}

    first = [verdict(1, "contrary"), verdict(1, "entailed"), verdict(2, None), verdict(3, "fine")]
    second = [None, *verdicts("entailed")["verdicts"]]
    answers = [{"verdicts": first}, {"verdicts": second}, {"verdicts": None}]
    endpoint.script = Script(SentenceVerdicts=answers)
    found = await checked(claims, GROUNDS, asker_of())
    assert [one.reason for one in found] == ["contrary", "", "The judge gave no verdict on it."]
    assert [one.support for one in found] == [None, SupportLevel.VERIFIED, None]


async def test_a_changed_aspect_is_a_refusal_and_an_unreadable_one_is_none(
    endpoint: ScriptedEndpoint, asker_of: Callable[..., Asker]
) -> None:
    """The judge sees the kind of each sentence; its label cannot outweigh its own findings."""
    claims = [
        CitingClaim(text="Waste fell because the planner came.", cites=(2,)),
        CitingClaim(text="Two companies block trays or ignore the plan.", cites=(1, 3)),
        CitingClaim(text="Ottokar blocks trays.", cites=(1,)),
    ]
    answer = verdicts("entailed", "entailed", "entailed")
    for one, quantity in zip(answer["verdicts"], ("same", "changed", ["?"]), strict=True):
        one["quantity"] = quantity
    endpoint.script = Script(SentenceVerdicts=answer)
    found = await checked(claims, GROUNDS, asker_of())
    assert [one.reason for one in found] == [
        "",
        "Its statements do not support it (changed).",
        "",
    ]
    question = endpoint.requests[-1]["messages"][-1]["content"]
    assert "Sentence 1 (cause, generalisation; 1 company): Waste fell because" in question
    assert "Sentence 2 (count, generalisation; 2 companies): Two companies" in question
    assert "Sentence 3 (report; 1 company): Ottokar blocks trays. [1]" in question


async def test_the_judge_sees_the_level_of_weak_statements(
    endpoint: ScriptedEndpoint, writer: ReportWriter
) -> None:
    """Unjudged and imported statements are marked, in the summary by the weakest below it."""
    sentences = [said("Ottokar blocks trays.", 1, 3), said("Waste fell.", 2)]
    endpoint.script = Script(
        SectionAnswer={"sentences": sentences},
        SentenceVerdicts=verdicts("entailed", "entailed"),
        CitingAnswer={"sentences": [{"text": "Trays and waste.", "cites": [1, 2]}]},
    )
    levels = (SupportLevel.UNVERIFIED, SupportLevel.VERIFIED, SupportLevel.IMPORTED)
    theme = a_theme()
    material = [
        one.model_copy(update={"support": level})
        for one, level in zip(theme.material, levels, strict=True)
    ]
    written = await writer.section(theme.model_copy(update={"material": tuple(material)}), [])
    question = endpoint.requests[-1]["messages"][-1]["content"]
    assert "[1] Ottokar, 2024 (unjudged): We block" in question
    assert "[2] Ottokar, 2024: Waste" in question
    assert "[3] Brotmann, 2024 (imported): Bakers" in question
    section = ReportSection(heading="Waste", sentences=written.sentences)
    await writer.summary([section], [], lambda one: one.text)
    question = endpoint.requests[-1]["messages"][-1]["content"]
    assert "[1] Ottokar and Brotmann (imported): Ottokar blocks trays." in question
    assert "[2] Ottokar: Waste fell." in question


async def test_an_outline_merges_names_and_keeps_what_it_passes_over(
    endpoint: ScriptedEndpoint, writer: ReportWriter
) -> None:
    """Themes named together are merged; unknown numbers are ignored."""
    endpoint.script = Script(
        OutlineAnswer={
            "sections": [
                {"heading": "Trays and waste", "themes": [3, 1, 8]},
                {"heading": "Nothing", "themes": [9]},
            ]
        }
    )
    themes = [a_theme().model_copy(update={"heading": f"Theme {n}"}) for n in (1, 2, 3)]
    found = await writer.outline(themes, 7)
    assert [(one.heading, len(one.material)) for one in found] == [
        ("Trays and waste", 6),
        ("Theme 2", 3),
    ]


async def test_a_summary_cites_what_its_sentences_cite(
    endpoint: ScriptedEndpoint, writer: ReportWriter
) -> None:
    """It cites sentences of the report, and readers get the statements behind these."""
    endpoint.script = Script(
        SectionAnswer={"sentences": [said("Ottokar blocks trays.", 1), said("Waste fell.", 2)]},
        SentenceVerdicts=[verdicts("entailed", "entailed"), verdicts("entailed")],
        CitingAnswer={
            "sentences": [{"text": "Trays are blocked and waste fell.", "cites": [1, 2]}]
        },
    )
    written = await writer.section(a_theme(), [])
    section = ReportSection(heading="Waste", sentences=written.sentences)
    short = await writer.summary([section], [SHARE], lambda one: one.text)
    (one,) = short.sentences
    assert one.citations == (STATED[1], STATED[2])


async def test_a_thesis_rests_on_claims(endpoint: ScriptedEndpoint, writer: ReportWriter) -> None:
    """The judge sees each claim with its counts; readers get the first evidence of each.

    Advice is shown as the report's own, not as an unjudged account of a company.
    """
    texts = [f"Claim {n}" for n in range(1, 8)]
    sections = [
        ReportSection(
            heading=text,
            sentences=(
                counted("{q:share} companies report what speaks for it."),
                a_sentence(SentenceRole.EVIDENCE, f"{text} was seen.", 1 + n % 2),
                a_sentence(SentenceRole.ADVICE, f"Count trays {n}.", 3),
            ),
        )
        for n, text in enumerate(texts)
    ]
    thesis = {"text": "In these cases trays were counted.", "cites": [*range(1, 20, 3)]}
    endpoint.script = Script(
        CitingAnswer={"sentences": [thesis, {"text": "Count trays.", "cites": [3]}]},
        SentenceVerdicts=verdicts("entailed", "entailed"),
    )
    writer.levels[STATED[3]] = SupportLevel.IMPORTED
    short = await writer.summary(sections, [SHARE], lambda one: one.text)
    question = endpoint.requests[-1]["messages"][-1]["content"]
    assert "[1] All cases: On “Claim 1”: {q:share} companies report" in question
    assert "[19] All cases: On “Claim 7”" in question
    assert "; all cases): In these cases trays were counted. [1][4][7][10][13][16][19]" in question
    assert "[3] Brotmann: (advice of the report) Count trays 0." in question
    assert [one.citations for one in short.sentences] == [(STATED[1], STATED[2]), (STATED[3],)]


def a_sentence(role: SentenceRole, text: str, n: int) -> ReportSentence:
    """A verified sentence that cites one statement."""
    return ReportSentence(
        n=0, role=role, text=text, citations=(STATED[n],), support=SupportLevel.VERIFIED
    )


def test_a_forecast_grows_with_the_themes() -> None:
    """Each theme adds its section, and its share of rewriting and judging."""
    one, two = (forecast([a_theme()] * n, PROFILE, PROFILE, outlined=True) for n in (1, 2))
    assert len(two) == len(one) + 4
    assert all(call.cost_usd for call in two)
    assert len(forecast([a_theme()], PROFILE, None, outlined=False)) == 3
