"""Changes and shares that a case study states, calculated again."""

import pytest
from scripted_endpoint import completion
from scripted_model import asked_items, document_of, statement, verdict

from schemas.cases import CaseStudy, Measure, Section, SupportLevel
from schemas.taxonomy import load_taxonomy
from summarizer.answers import StatementAnswer
from summarizer.arithmetic import disagreements
from summarizer.drafts import Claim, Draft
from summarizer.judge import judge_study
from summarizer.mismatches import with_notices
from summarizer.profiles import Strategy
from summarizer.verification import verify

RATE = Measure(metric="click-through rate", value="94", unit="percent", baseline="82 percent")
WRONG = "Handling fell from 40 to 30 minutes, 35 %."
HONEST = "Ana checks each draft, which takes her a minute or less."


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("It fell from 40 minutes to 30 (25 %).", None),
        ("It fell by about 30 % from 40 to 30 minutes.", None),  # approximate
        ("It fell from 40 to 30 minutes, 33 % faster.", None),
        ("It fell from 70.39ms to 41.12ms—a 41.5% reduction by caching.", None),
        ("It is down by 90 percent, from 2 days to 4.8 hours.", None),
        ("It grew 40 % from 2019 to 2023.", None),
        ("They went from 4 to 8 cards, cutting latency by 30 %.", None),
        ("Errors halved from 0.41 to 0.2 %.", None),
        ("Of 48 tickets, 12 of 40 (30 %) were late.", None),
        ("The rate rose to 94 percent, 12 percentage points more than before.", RATE),
    ],
)
def test_numbers_that_agree_are_quiet(text, measure):
    """Rounding, units, other readings, years and other measures are no mistake."""
    assert disagreements(text, measure) == []


@pytest.mark.parametrize(
    ("text", "measure", "reason"),
    [
        (WRONG, None, "“35 %” does not fit “from 40 to 30 minutes”, which is 25%."),
        ("It halved the time from 40 to 30 s.", None, "which is a factor of 1.3."),
        ("It is 2 s, from 8 to 2 s, representing a 50% gain.", None, "which is 75%."),
        ("It fell from 30 to 40 ms.", None, "“fell” contradicts “from 30 to 40 ms”."),
        ("Late were 35 % (12 of 48).", None, "“35 %” does not fit 12 of 48, which is 25%."),
        ("The rate rose to 94 percent, 17 points more.", RATE, "which is 12 percentage points."),
    ],
)
def test_a_wrong_calculation_is_found(text, measure, reason):
    """A change or a share is compared with the numbers beside it and in the result."""
    (found,) = disagreements(text, measure)
    assert found.endswith(reason)


async def checked(source, text, summary, judge=None, **parts):
    """Return the levels of a result and of its summary, and the gaps noticed."""
    document = document_of(HONEST, source)
    result = Claim(section=Section.RESULTS, text=text, quotes=(source,), measure=Measure(**parts))
    claims = result, Claim(section=Section.ABSTRACT, text=summary, rests_on=(0,))
    draft = Draft(strategy=Strategy.SINGLE, strategy_reason="", claims=claims)
    study = (await verify(draft, document, load_taxonomy(), judge)).study
    ((first,), (last,)) = study.section(Section.RESULTS), study.section(Section.ABSTRACT)
    return first.support, last.support, study.section(Section.GAPS)


async def test_numbers_in_another_order_than_in_the_source_are_doubtful():
    """Code compares a result with its quote, and a summary with what it rests on."""
    source = "Handling fell from 40 minutes to 30."
    parts = {"metric": "handling", "value": "40", "unit": "min", "baseline": "30 min"}
    text = "Handling takes 40 minutes, against 30 before."
    exchanged, summary, gaps = await checked(source, text, "It rose from 30 to 40.", **parts)
    assert exchanged.reason == "“from 30 min to 40 min” is the reverse of “from 40 minutes to 30”."
    assert exchanged.level is SupportLevel.DOUBTFUL
    assert summary.is_publishable  # it agrees with what it rests on
    assert gaps == ()
    _, summary, _ = await checked(source, source, "It fell from 30 to 40 minutes.")
    assert summary.reason == "“fell” contradicts “from 30 to 40 minutes”."


async def test_numbers_of_the_source_that_do_not_agree_are_noticed():
    """A statement that repeats them is not doubtful; a gap has their quotes."""
    result, summary, (gap,) = await checked(WRONG, WRONG, WRONG)
    assert result.is_publishable
    assert summary.is_publishable
    assert gap.text == f"Numbers of the account do not agree: {disagreements(WRONG)[0]}"
    assert [e.quote for e in gap.evidence] == [WRONG]


@pytest.mark.parametrize("own", ["35 % is wrong: it is 25 %.", None])
async def test_the_judge_gets_a_note_and_its_mismatch_comes_second(endpoint, asker_of, own):
    """What code noticed as well is not repeated; notices are not judged themselves."""

    def judge(request):
        found = [verdict(n, text) for n, text in asked_items(request)]
        mismatches = [statement(0, own, "from 40 to 30 minutes", "minutes, 35 %")] if own else []
        return completion({"verdicts": found, "mismatches": mismatches})

    endpoint.script = judge
    *_, (gap,) = await checked(WRONG, WRONG, WRONG, asker_of())
    assert f"- note: {disagreements(WRONG)[0]}" in endpoint.requests[0]["messages"][-1]["content"]
    assert gap.text == f"Numbers of the account do not agree: {disagreements(WRONG)[0]}"
    assert gap.support.level is SupportLevel.VERIFIED
    study = CaseStudy(statements=(gap,))
    assert await judge_study(study, document_of(HONEST, WRONG), asker_of()) == (study, None)


@pytest.mark.parametrize(
    ("own", "level"),
    [
        ("The text has 40 minutes and then 30.", SupportLevel.VERIFIED),
        ("The text has 40 minutes, the table 70.", SupportLevel.DOUBTFUL),
        ("Ozymandias Corp. measured 40 minutes.", SupportLevel.DOUBTFUL),
    ],
)
async def test_a_person_confirms_what_a_mismatch_adds_to_its_quotes(own, level):
    """A number or name that a judge's own note made up reaches no reader unseen."""
    document = document_of("Handling fell from 40 minutes to 30.")
    noted = StatementAnswer(id=0, statement=own, quotes=["from 40 minutes to 30"])
    [gap] = with_notices(CaseStudy(), document, [noted]).statements
    assert gap.support.level is level
