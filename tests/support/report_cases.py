"""Invented cases for reports: bakeries that let a language model plan their dough."""

from collections.abc import Mapping, Sequence
from typing import Any

from case_views import VERIFIED, a_document, a_quote, a_statement, a_view

from schemas.cases import CaseStudy, Fact, Measure, Statement, Support, Tag
from schemas.frozen import content_id
from schemas.reviews import CaseView

Stated = Sequence[tuple[str, str]]
VERBATIM = Support(level="verbatim")

BAKERIES: Mapping[tuple[str, str], Stated] = {
    ("Ottokar", "2023"): (
        ("challenges", "Every fourth tray of rolls was thrown away at closing time."),
        ("architecture", "A planner retrieves similar days from a vector index of past orders."),
        ("architecture", "The retrieved days and the weather go into the prompt of the planner."),
        ("lessons", "Bakers trusted the dough plan only once they could change it by hand."),
        ("results", "Waste at closing time fell by 18 % in three months."),
    ),
    ("Brotmann", "2024"): (
        ("challenges", "Bakers ignored the dough plan that the first planner printed."),
        ("architecture", "Brotmann fine-tuned a small model on two years of orders."),
        ("failures", "The fine-tuned model repeated last week's dough plan on public holidays."),
        ("lessons", "A rule for public holidays was worth more than a larger model."),
        ("results", "Waste fell from 30 % to 21 % of all trays."),
    ),
    ("Knusperhaus", "2024"): (
        ("architecture", "An evaluation set of forty past weeks is run before each release."),
        ("architecture", "A second model judges whether each dough plan fits the ovens."),
        ("challenges", "The judge model and the head baker disagreed on every fifth dough plan."),
        ("lessons", "Judging by the same model that plans hid most of its errors."),
    ),
    ("Semmel & Sohn", "2025"): (
        ("architecture", "The planner retrieves similar days from a vector index of past orders."),
        ("failures", "Retrieval of similar days failed for new shops without any past orders."),
        ("lessons", "New shops borrow the past orders of the nearest shop of their size."),
        ("results", "A dough plan costs 4 cents."),
    ),
}
_MEASURES = {
    "Waste at closing time fell by 18 % in three months.": Measure(
        metric="waste", value="18", number=18.0, unit="%", sample="three months"
    ),
    "A dough plan costs 4 cents.": Measure(metric="cost", value="4", number=4.0, unit="cents"),
}
_TAGS = {"Knusperhaus": ("evaluation", "Evaluation"), "Brotmann": ("fine-tuning", "Fine-tuning")}


def bakeries() -> list[CaseView]:
    """The cases, approved and not yet published."""
    return [a_bakery(*name, stated) for name, stated in BAKERIES.items()]


def a_bakery(company: str, year: str, stated: Stated) -> CaseView:
    """An approved case with these statements, each the source's own sentence."""
    text = "\n\n".join([f"{company} plans dough.", *(text for _, text in stated)])
    document = a_document(text, url=f"https://{content_id('b', company)[3:]}.example/post")
    facts: dict[Any, str] = {
        "title": f"How {company} plans dough",
        "company": company,
        "industry": "e-commerce",
        "year": year,
    }
    slug, label = _TAGS.get(company, ("rag", "Retrieval-augmented generation"))
    quote = a_quote(document, f"{company} plans dough.")
    study = CaseStudy(
        facts=tuple(Fact(name=n, value=v, support=VERIFIED) for n, v in facts.items()),
        statements=tuple(_statement(document, n, *one) for n, one in enumerate(stated, start=1)),
        tags=(Tag(slug=slug, label=label, group="technique", evidence=(quote,), support=VERIFIED),),
    )
    return a_view(study, document)


def _statement(document: Any, n: int, section: str, text: str) -> Statement:
    quote = a_quote(document, text)
    measure = _MEASURES.get(text)
    return a_statement(n, text, quote, section=section, support=VERBATIM, measure=measure)
