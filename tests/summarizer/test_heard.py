"""Statements that rest on a machine's transcript."""

import pytest
from scripted_model import document_of

from schemas.cases import (
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Measure,
    Section,
    Statement,
    Support,
    SupportLevel,
)
from schemas.sources import Document, Passage, SourceKind
from summarizer.heard import heard_task, with_heard

SAID = (
    "We run bee gee reranker on one L4 and it cut the answers by 40 percent.",
    "Before that we kept every document in PostgreSQL for two teams.",
)


def talk(*, heard: str | None = "recognized", confidence: float | None = None) -> Document:
    made = document_of(*SAID, kind=SourceKind.RECORDING, title="Reranking at Kellamoor")
    passages = [
        one.model_copy(update={"heard": heard, "confidence": confidence}) for one in made.passages
    ]
    return made.model_copy(update={"passages": passages})


def statement(document: Document, text: str, n: int = 1, **fields: object) -> Statement:
    """Return a judged statement whose quote is the passage with this number."""
    passage = document.passages[n - 1]
    quote = Evidence(
        quote=document.passage_text(passage),
        passage=n,
        start=passage.start,
        end=passage.end,
        match=Match.EXACT,
        score=1.0,
        heard=passage.heard,
    )
    given = {"support": Support(level=SupportLevel.VERIFIED)} | fields
    return Statement(n=1, section=Section.RESULTS, text=text, evidence=(quote,), **given)


def with_slide(document: Document, text: str) -> Document:
    """Return the talk followed by a slide, which a person wrote."""
    start, n = len(document.text) + 2, len(document.passages) + 1
    slide = Passage(n=n, start=start, end=start + len(text), headings=("Slides",), page=1)
    changes = {"text": f"{document.text}\n\n{text}", "passages": [*document.passages, slide]}
    return document.model_copy(update=changes)


def level(document: Document, one: Statement | Fact) -> tuple[SupportLevel, str]:
    """Return the level and the reason of a part after the check."""
    parts = {"facts": (one,)} if isinstance(one, Fact) else {"statements": (one,)}
    study = with_heard(CaseStudy(**parts), document)
    support = (study.facts or study.statements)[0].support
    return support.level, support.reason


@pytest.mark.parametrize(
    ("text", "n", "word"),
    [
        ("Answers became 40 percent shorter.", 1, "40 percent"),
        ("A reranker runs on one L4.", 1, "L4"),
        ("The texts are reranked with bge-reranker-v2.", 1, "bge-reranker-v2"),
        ("Kellamoor kept all documents in PostgreSQL.", 2, ""),
        ("Two teams used it.", 2, ""),
        ("It took two days.", 2, ""),
    ],
)
def test_numbers_and_unknown_names_wait_for_a_listener(text: str, n: int, word: str) -> None:
    """A number or name that only a machine heard is a doubt; the page's own and known ones are not."""
    document = talk()
    found, reason = level(document, statement(document, text, n))
    assert found is (SupportLevel.DOUBTFUL if word else SupportLevel.VERIFIED)
    assert not word or (f"“{word}”" in reason and "listen" in reason)


def test_parts_of_a_result_and_facts_wait_too() -> None:
    """The value of a result, and a company that only a machine heard, are doubts."""
    document = talk()
    measured = statement(document, "Answers became shorter.", measure=Measure(value="40"))
    assert level(document, measured)[0] is SupportLevel.DOUBTFUL
    quote = statement(document, "x").evidence
    verified = Support(level=SupportLevel.VERIFIED)
    fact = Fact(name="company", value="Callamore", evidence=quote, support=verified)
    assert level(document, fact)[0] is SupportLevel.DOUBTFUL
    known = fact.model_copy(update={"value": "Kellamoor"})
    assert level(document, known)[0] is SupportLevel.VERIFIED


def test_a_summary_waits_with_the_statements_it_rests_on() -> None:
    """A number of the summary is a doubt until the statement with its quote is confirmed."""
    document = talk()
    base = statement(document, "Answers became 40 percent shorter.")
    about = {"section": Section.ABSTRACT, "evidence": (), "n": 2, "rests_on": (1,)}
    summary = base.model_copy(update=about)
    study = with_heard(CaseStudy(statements=(base, summary)), document)
    assert [s.support.level for s in study.statements] == [SupportLevel.DOUBTFUL] * 2
    confirmed = Support(level=SupportLevel.DOUBTFUL, reason="x", confirmed_by="ana")
    listened = base.model_copy(update={"support": confirmed})
    study = with_heard(CaseStudy(statements=(listened, summary)), document)
    assert study.statements[1].support.level is SupportLevel.VERIFIED


def test_words_of_little_confidence_wait() -> None:
    """A recognizer that was not sure of a passage makes its statements doubts."""
    document = talk(confidence=0.4)
    assert level(document, statement(document, "All texts were kept.", 2))[0] is (
        SupportLevel.DOUBTFUL
    )


def test_what_people_wrote_confirmed_or_refuted_stays() -> None:
    """Captions by a person raise no doubt; nor does a confirmed part, and a refuted one stays."""
    written = talk(heard=None)
    assert level(written, statement(written, "It cut 40 percent."))[0] is SupportLevel.VERIFIED
    document = talk()
    for support in (
        Support(level=SupportLevel.VERIFIED, confirmed_by="ana"),
        Support(level=SupportLevel.REFUTED, reason="no"),
    ):
        found = level(document, statement(document, "It cut 40 percent.", support=support))
        assert found == (support.level, support.reason)


def test_only_heard_sources_change_the_task() -> None:
    """The drafting prompt is told of mishearing, and is the same as before for all other sources."""
    assert heard_task(talk(heard=None)) == ""
    assert "A machine heard" in heard_task(talk())


def test_a_number_on_the_slides_is_not_only_heard():
    """What the speaker said stands in writing, so nobody has to listen."""
    said = "One L4 cut the answers by 40 percent."
    assert level(talk(), statement(talk(), said))[0] is SupportLevel.DOUBTFUL
    shown = with_slide(talk(), "Answers by 40 percent, on one L4")
    assert level(shown, statement(shown, said))[0] is SupportLevel.VERIFIED
