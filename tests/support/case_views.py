"""Cases for tests: one complete case of an invented insurer, and short cases on request."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from made_rows import NOON, a_row, a_source

from publishing.conversion import published_case
from publishing.records import CaseRecord
from schemas.cases import (
    NOT_JUDGED,
    CaseStudy,
    Evidence,
    Fact,
    Form,
    Match,
    Measure,
    Method,
    Origin,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
    TermGroup,
)
from schemas.frozen import content_id
from schemas.overruling import overruled
from schemas.reviews import (
    Case,
    CaseStatus,
    CaseView,
    Publication,
    Recipe,
    Review,
    Revision,
    Unread,
)
from schemas.sources import Document, Passage, Source, SourceKind, SourceRef

ADDRESS = "https://engineering.harbourline.example/blog/claims-assistant"
TITLE = "A claims assistant that drafts, and officers who decide"

VERBATIM = Support(level=SupportLevel.VERBATIM)
VERIFIED = Support(level=SupportLevel.VERIFIED)
UNVERIFIED = Support(level=SupportLevel.UNVERIFIED)
DOUBTFUL = Support(level=SupportLevel.DOUBTFUL, reason="The quote does not name the number.")
CONFIRMED = DOUBTFUL.model_copy(update={"confirmed_by": "Mira Lindqvist"})
REFUTED = Support(level=SupportLevel.REFUTED, reason="The quote is not in the source.")
JUDGED_FALSE = Support(level=SupportLevel.REFUTED, reason="[5] speaks of invented rates only.")
KEPT = overruled(JUDGED_FALSE, "Mira Lindqvist", "The team told us so.")
UNJUDGED = Support(
    level=SupportLevel.UNVERIFIED,
    reason=f"{NOT_JUDGED}: a-judge did not answer.",
    confirmed_by="Mira Lindqvist",
)

TEXT = """Harbourline insures small cargo ships and answers about 4,000 claims a week.

Our assistant reads each claim letter, retrieves the policy clauses that apply, and drafts an \
answer that a claims officer checks before it is sent.

Retrieval runs on PostgreSQL with pgvector; the drafts come from a 70B open-weight model served \
with vLLM on two machines of our own.

The hardest part was tables: scanned tariffs came out of the converter as word soup, and the \
model made up rates with great confidence.

We rewrote the tariffs as plain sentences, one per rate, and the invented rates went away.

Median time to a first answer fell from 26 hours to 3 hours, measured on all claims of March.

Officers now change 18 % of the drafts, down from 61 % in the first pilot.

Measure on your own letters before you choose a model; public leaderboards did not help us.

A second reader samples fifty answers a week and files the errors by cause."""


def a_document(text: str = TEXT, *, url: str | None = ADDRESS, **changes: Any) -> Document:
    """A web page whose paragraphs are passages under one heading."""
    passages, start = [], 0
    for n, paragraph in enumerate(text.split("\n\n"), start=1):
        headings = () if n == 1 else ("What we built",)
        passages.append(Passage(n=n, start=start, end=start + len(paragraph), headings=headings))
        start += len(paragraph) + 2
    values = {
        "document_id": content_id("doc", url, text),
        "source_id": content_id("src", url, text),
        "snapshot_id": content_id("snap", url, text),
        "kind": SourceKind.WEB,
        "extractor": "html/1",
        "url": url,
        "title": "How we built the claims assistant",
        "authors": ("Ines Okafor",),
        "published": date(2026, 5, 4),
        "language": "en",
        "site": "Harbourline Engineering",
        "text": text,
        "passages": passages,
    }
    return Document.model_validate(values | changes)


def a_quote(document: Document, quote: str, **changes: Any) -> Evidence:
    """Return evidence for the first occurrence of ``quote``."""
    start = document.text.index(quote)
    passage = document.passage_at(start)
    found = {"passage": passage.n if passage else None, "start": start, "end": start + len(quote)}
    return Evidence(**({"quote": quote, "match": Match.EXACT, "score": 1.0} | found | changes))


def a_study(document: Document | None = None) -> CaseStudy:
    """A complete study of `TEXT` with every kind of part except failures and lessons."""
    document = document or a_document()
    lines = TEXT.split("\n\n")
    rows: list[tuple[Section, str, str, dict[str, Any]]] = [
        (
            Section.ABSTRACT,
            "Harbourline drafts answers to claims with a model that finds the clauses that apply.",
            lines[1],
            {},
        ),
        (Section.ABSTRACT, "Officers check each draft before it is sent.", "officer checks", {}),
        (
            Section.ABSTRACT,
            "First answers now take 3 hours instead of 26.",
            "fell from 26 hours to 3 hours",
            {},
        ),
        (Section.CONTEXT, "It answers about 4,000 claims a week.", "about 4,000 claims a week", {}),
        (
            Section.ARCHITECTURE,
            "Policy clauses are retrieved from PostgreSQL with pgvector.",
            "Retrieval runs on PostgreSQL with pgvector",
            {"support": UNVERIFIED},
        ),
        (
            Section.ARCHITECTURE,
            lines[2],
            lines[2],
            {"support": VERBATIM, "origin": Origin.SOURCE},
        ),
        (Section.CHALLENGES, "Scanned tariff tables became unreadable text.", lines[3], {}),
        (
            Section.CHALLENGES,
            "The model was wrong about half of the rates.",
            "made up rates",
            {"support": CONFIRMED},
        ),
        (Section.CHALLENGES, "DOUBTFUL-STATEMENT", "made up rates", {"support": DOUBTFUL}),
        (Section.CHALLENGES, "REFUTED-STATEMENT", "made up rates", {"support": REFUTED}),
        (
            Section.SOLUTIONS,
            "They wrote every rate out as a sentence.",
            lines[4],
            {"origin": Origin.CURATOR, "answers": 7},
        ),
        (Section.SOLUTIONS, "An officer checks each answer.", "a claims officer checks", {}),
        (Section.TOOLS, "vLLM serves the model.", "served with vLLM", {}),
        (Section.EVALUATION, "A second reader samples fifty answers a week.", lines[8], {}),
        (
            Section.RESULTS,
            "Claimants wait far less for a first answer.",
            lines[5],
            {
                "measure": Measure(
                    metric="median time to first answer",
                    value="3",
                    number=3.0,
                    unit="hours",
                    baseline="26 hours",
                    sample="all claims of March",
                    method=Method.SELF_REPORTED,
                )
            },
        ),
        (
            Section.RESULTS,
            "Officers correct fewer drafts.",
            lines[6],
            {
                "measure": Measure(
                    metric="drafts changed", value="18 %", number=18.0, unit="%", baseline="61 %"
                )
            },
        ),
        (Section.RESULTS, "The invented rates went away.", lines[4], {}),
    ]
    statements = [
        a_statement(n, text, a_quote(document, quote), section=section, **more)
        for n, (section, text, quote, more) in enumerate(rows, start=1)
    ]
    return CaseStudy(
        facts=(
            Fact(name="title", value=TITLE),
            _fact(document, "company", "Harbourline", "Harbourline insures"),
            _fact(document, "industry", "insurance", "insures small cargo ships", inferred=True),
            _fact(document, "year", "2026", "all claims of March", support=CONFIRMED),
            _fact(document, "stage", "full production", "drafts an answer"),
            Fact(name="narrator", value="REFUTED-FACT", support=REFUTED),
        ),
        statements=tuple(statements),
        tags=(
            _tag(document, "rag", "Retrieval-augmented generation", "technique", "retrieves"),
            _tag(document, "human-review", "Human review", "concern", "a claims officer checks"),
            _tag(document, "vllm", "vLLM", "tool", "served with vLLM"),
            _tag(document, "pgvector", "pgvector", "tool", "pgvector"),
            _tag(document, "made-up", "REFUTED-TAG", "tool", "made up rates", REFUTED),
        ),
    )


def a_kept_study(document: Document | None = None) -> CaseStudy:
    """The complete study, with a refuted title, solution, fact and tag that Mira kept.

    A statement that she confirmed had no verdict.
    """
    study = a_study(document)
    supports = {
        TITLE: KEPT,
        "They wrote every rate out as a sentence.": KEPT,
        "vLLM serves the model.": UNJUDGED,
        "full production": KEPT,
        "pgvector": KEPT,
    }

    def changed(part: Any, key: str) -> Any:
        return part.model_copy(update={"support": supports.get(key, part.support)})

    return CaseStudy(
        facts=tuple(changed(one, one.value) for one in study.facts),
        statements=tuple(changed(one, one.text) for one in study.statements),
        tags=tuple(changed(one, one.slug) for one in study.tags),
    )


def an_article() -> CaseView:
    """A case in prose, with a translated quote, one of the page's description, and a gap."""
    document = a_document(description="Half of all letters\narrive at night.")
    lines = [a_quote(document, line) for line in TEXT.split("\n\n")]
    night = Evidence(quote="letters arrive at night", passage=0, match=Match.EXACT, score=1.0)
    translated = lines[6].model_copy(update={"translation": "18 % now, 61 % then."})
    rows: list[tuple[Section, Form | None, str, list[Evidence], int | None]] = [
        (Section.ABSTRACT, Form.NEXT, "It drafts answers.", [lines[1]], None),
        (Section.RESULTS, Form.PARAGRAPH, "Officers change less.", [translated], None),
        (Section.CONTEXT, Form.PARAGRAPH, "Letters arrive at night.", [night], None),
        (Section.CHALLENGES, Form.PARAGRAPH, "Tables were soup.", [lines[3]], None),
        (Section.CHALLENGES, Form.NEXT, "So it made up rates.", [lines[3]], None),
        (Section.CHALLENGES, Form.NEXT, "Errors went unseen.", [lines[8]], None),
        (Section.SOLUTIONS, Form.PARAGRAPH, "Rates are sentences now.", [lines[4]], 4),
        (Section.SOLUTIONS, Form.PARAGRAPH, "A reader samples answers.", [lines[8]], 6),
        (Section.LESSONS, Form.ITEM, "Measure first.", [lines[7]], None),
        (Section.LESSONS, None, "A curator's lesson.", [lines[7]], None),
        (Section.FAILURES, Form.PARAGRAPH, "Rates were invented.", [lines[3]], None),
        (Section.QUESTIONS, Form.NEXT, "Will it last?", [lines[6]], None),
        (Section.EXAMPLE, None, "How it failed.", [lines[3]], None),
        (Section.GAPS, Form.ITEM, "The cost is not given.", [], None),
    ]
    statements = tuple(
        a_statement(n, text, *quotes, section=section, form=form, answers=answers)
        for n, (section, form, text, quotes, answers) in enumerate(rows, start=1)
    )
    facts = (*a_study(document).facts, _fact(document, "seller", "Clausewise", "retrieves"))
    return a_view(CaseStudy(facts=facts, statements=statements), document)


def a_statement(n: int, text: str, *evidence: Evidence, **changes: Any) -> Statement:
    """A verified statement, by default of the abstract."""
    values = {"section": Section.ABSTRACT, "support": VERIFIED} | changes
    return Statement(n=n, text=text, evidence=evidence, **values)


def _fact(document: Document, name: Any, value: str, quote: str, **changes: Any) -> Fact:
    values = {"support": VERIFIED} | changes
    return Fact(name=name, value=value, evidence=(a_quote(document, quote),), **values)


def _tag(
    document: Document,
    slug: str,
    label: str,
    group: TermGroup,
    quote: str,
    support: Support = VERIFIED,
) -> Tag:
    evidence = (a_quote(document, quote),)
    return Tag(slug=slug, label=label, group=group, evidence=evidence, support=support)


def a_view(
    study: CaseStudy | None = None,
    document: Document | None = None,
    *,
    status: CaseStatus = CaseStatus.APPROVED,
    address: str | None = None,
    case_id: str | None = None,
    revision: Mapping[str, Any] | None = None,
    source: Mapping[str, Any] | None = None,
) -> CaseView:
    """A case with one revision by a model; approved by Mira unless ``status`` is draft.

    ``address`` is that of a publication in force; ``revision`` and ``source`` change their fields.
    """
    document = document or a_document()
    study = study or a_study(document)
    case_id = case_id or content_id("case", document.source_id)
    made = Revision(
        revision_id=content_id("rev", case_id, study.model_dump(mode="json")),
        case_id=case_id,
        parent_id=None,
        document_id=document.document_id,
        made_by="model",
        author="SmolLM2-135M-Instruct",
        recipe=a_row(Recipe, recipe_id="rcp1_a", prompts=("guided_question/v2",), judge="a-judge"),
        unread=(Unread(first=4, last=6, reason="The budget was reached."),),
        study=study,
        created_at=NOON,
    ).model_copy(update=dict(revision or {}))
    return CaseView(
        case=Case(case_id=case_id, source_id=document.source_id, created_at=NOON),
        status=status,
        source=_a_source(document).model_copy(update=dict(source or {})),
        document=document,
        triage=None,
        revision=made,
        newer=None,
        revisions=(made,),
        reviews=() if status is CaseStatus.DRAFT else (an_approval(made),),
        published=a_publication(case_id, address) if address else None,
    )


def a_short_view(title: str, *texts: str, **changes: Any) -> CaseView:
    """A case with a title, a statement per text (or one), and facts by name in ``changes``."""
    text = f"{title} is described here."
    document = a_document(text, url=f"https://short.example/{content_id('x', title)}")
    known = ("company", "industry", "year", "stage")
    names = {name: changes.pop(name) for name in known if name in changes}
    if names.get("year"):
        document = document.model_copy(update={"published": date(int(names["year"]), 3, 1)})
    facts = tuple(
        Fact(name=name, value=value, support=VERIFIED)
        for name, value in {"title": title, **names}.items()
    )
    statements = tuple(
        a_statement(n, words, a_quote(document, text))
        for n, words in enumerate(texts or ("It is described.",), start=1)
    )
    study = CaseStudy(facts=facts, statements=statements)
    return a_view(study, document, **({"case_id": content_id("case", title)} | changes))


def a_publication(case_id: str, address: str, *, withdrawn: bool = False) -> Publication:
    """A publication of the case at ``address``, or its end."""
    ids = {"publication_id": content_id("pub", case_id, withdrawn), "case_id": case_id}
    about = {"address": address, "withdrawn": withdrawn}
    return a_row(Publication, revision_id="rev1_earlier", **ids, **about)


def with_study(view: CaseView, study: CaseStudy) -> CaseView:
    """The view with another study in its current revision."""
    revision = view.revision.model_copy(update={"study": study})
    return view.model_copy(update={"revision": revision, "revisions": (revision,)})


def _a_source(document: Document) -> Source:
    reference = SourceRef(source=document.url or "/home/mira/private/talk.html")
    given = {"reference": reference, "submitted_by": "submitter@harbourline.example"}
    ids = {"source_id": document.source_id, "kind": document.kind}
    return a_source(document.url, **ids, **given)


def an_approval(revision: Revision) -> Review:
    """The approval of a revision by Mira."""
    ids = {"case_id": revision.case_id, "revision_id": revision.revision_id}
    review_id, reason = content_id("review", revision.revision_id), "private remark of the curator"
    return a_row(Review, review_id=review_id, reason=reason, who="Mira Lindqvist", **ids)


def rows(view: CaseView) -> list[Any]:
    """The rows of a view, for a warehouse."""
    return [view.source, view.document, view.case, *view.revisions, *view.reviews]


def write_lines(views: Iterable[CaseView], path: Path) -> Path:
    """Write the cases as the site's JSON Lines, without pages and citations."""
    rest = {"page": "", "licence": None, "citation": ""}
    records = (CaseRecord.model_construct(**dict(published_case(view)), **rest) for view in views)
    path.write_text("".join(f"{record.model_dump_json()}\n" for record in records), "utf-8")
    return path
