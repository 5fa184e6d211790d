"""Cases to publish, built from a few words about an invented company."""

import json
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from casebook.publishing.anchors import link_to_quote
from casebook.publishing.site import PublishedPage, render_site
from casebook.schemas.cases import (
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Origin,
    Result,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from casebook.schemas.documents import Document, ExtractionStep, Locator, Passage
from casebook.schemas.ids import content_id
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import Case, CaseStatus, Decision, Publication, Review, Revision
from casebook.schemas.sources import Source, SourceKind, SourceRef
from casebook.warehouse.parquet import write_parquet

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BUILT = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
SUPPORTED = Support(level=SupportLevel.SUPPORTED, reason="The quote says so.")
WEAK = Support(level=SupportLevel.WEAK, reason="The quote does not name the number.")
UNSUPPORTED = Support(level=SupportLevel.UNSUPPORTED, reason="The quote is not in the source.")

ADDRESS = "https://engineering.harbourline.example/claims-assistant"


def document_of(
    text: str,
    *,
    url: str | None = ADDRESS,
    kind: SourceKind = SourceKind.WEB,
    locator: Locator | None = None,
) -> Document:
    """A document of one passage."""
    passage = Passage(n=1, start=0, end=len(text), locator=locator or Locator())
    return Document(
        document_id=content_id("doc", url, text),
        source_id=content_id("src", url),
        snapshot_id=content_id("snap", url),
        kind=kind,
        extractor="test",
        url=url,
        title="How we built the claims assistant",
        authors=["Ines Okafor"],
        published=date(2026, 5, 4),
        language="en",
        site="Harbourline Engineering",
        text=text,
        passages=[passage],
        extraction=[ExtractionStep(method="test", outcome="written here")],
    )


def quote_in(document: Document, quote: str) -> Evidence:
    """Evidence for the first place where ``quote`` stands."""
    start = document.text.index(quote)
    end = start + len(quote)
    return Evidence(quote=quote, passage=1, start=start, end=end, match=Match.EXACT, score=1.0)


def statement(
    text: str,
    evidence: Sequence[Evidence] = (),
    *,
    support: Support = SUPPORTED,
    origin: Origin = Origin.MODEL,
) -> Statement:
    return Statement(text=text, evidence=evidence, support=support, origin=origin)


def view_of(
    study: CaseStudy,
    document: Document,
    *,
    case_id: str | None = None,
    address: str | None = None,
) -> CaseView:
    """A case whose only revision, ``study``, was approved by Mira."""
    case_id = case_id or content_id("case", document.document_id)
    revision = Revision(
        revision_id=content_id("rev", case_id, study.model_dump(mode="json")),
        case_id=case_id,
        parent_id=None,
        document_id=document.document_id,
        made_by="model",
        author="SmolLM2-135M-Instruct",
        recipe_id="recipe1_test",
        strategy="guided",
        generation_ids=["gen1_a", "gen1_b"],
        case_study=study,
        created_at=NOON,
    )
    approval = Review(
        review_id=content_id("review", case_id),
        case_id=case_id,
        revision_id=revision.revision_id,
        decision=Decision.APPROVE,
        reason="private remark of the curator",
        who="Mira Lindqvist",
        at=NOON,
    )
    publication = Publication(
        publication_id="pub1_x",
        case_id=case_id,
        revision_id=revision.revision_id,
        target="site",
        address=address or "",
        content_hash="0" * 64,
        withdrawn=False,
        at=NOON,
    )
    return CaseView(
        case=Case(case_id=case_id, source_id=document.source_id, created_at=NOON),
        status=CaseStatus.APPROVED,
        source=Source(
            source_id=document.source_id,
            kind=document.kind,
            canonical_url=document.url,
            reference=SourceRef(source=document.url or "/home/mira/private/talk.html"),
            submitted_by="submitter@harbourline.example",
            submitted_at=NOON,
        ),
        document=document,
        triage=None,
        revision=revision,
        revisions=[revision],
        reviews=[approval],
        published=publication if address else None,
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

Measure on your own letters before you choose a model; public leaderboards told us nothing."""


def harbourline() -> CaseView:
    """A complete case with every kind of part, and silent about failures and techniques."""
    document = document_of(TEXT, locator=Locator(section="What we built"))

    def said(text: str, quote: str, **more: Any) -> Statement:
        return statement(text, [quote_in(document, quote)], **more)

    def measured(text: str, quote: str, **parts: str) -> Result:
        return Result(text=text, evidence=[quote_in(document, quote)], support=SUPPORTED, **parts)

    def fact(value: str, quote: str, support: Support = SUPPORTED) -> Fact:
        return Fact(value=value, evidence=[quote_in(document, quote)], support=support)

    def tag(slug: str, label: str, group: Any, quote: str, support: Support = SUPPORTED) -> Tag:
        evidence = [quote_in(document, quote)]
        return Tag(slug=slug, label=label, group=group, evidence=evidence, support=support)

    lines = TEXT.split("\n\n")
    study = CaseStudy(
        title=Fact(value="A claims assistant that drafts, and officers who decide"),
        company=fact("Harbourline", "Harbourline insures"),
        industry=fact("Insurance", "insures small cargo ships"),
        year=fact("2026", "all claims of March", WEAK),
        deployment=fact("full production", "drafts an answer"),
        narrator=Fact(value="vendor", support=UNSUPPORTED),
        summary=[
            said(
                "Harbourline drafts answers to cargo claims with a model; officers check each.",
                lines[1],
            ),
            said("First answers now take 3 hours instead of 26.", "fell from 26 hours to 3 hours"),
        ],
        architecture=[
            said(
                "Policy clauses are retrieved from PostgreSQL with pgvector.",
                "Retrieval runs on PostgreSQL with pgvector",
            ),
            said(lines[2], lines[2], origin=Origin.SOURCE),
        ],
        challenges=[
            said("Scanned tariff tables turned into unreadable text.", lines[3]),
            said("The model was wrong about half of the rates.", "made up rates", support=WEAK),
            said("UNSUPPORTED-STATEMENT", "made up rates", support=UNSUPPORTED),
        ],
        solutions=[
            said("They wrote every rate out as a sentence.", lines[4], origin=Origin.CURATOR)
        ],
        lessons=[said("Measure on your own documents; leaderboards do not help.", lines[7])],
        results=[
            measured(
                "Claimants wait far less for a first answer.",
                lines[5],
                metric="median time to first answer",
                value="3 hours",
                baseline="26 hours",
                method="all claims of March",
            ),
            measured(
                "Officers correct fewer drafts.",
                lines[6],
                metric="drafts changed",
                value="18 %",
                baseline="61 %",
            ),
            measured("About 4,000 claims a week are answered.", lines[0]),
        ],
        tools=[
            said("vLLM serves the model.", "served with vLLM"),
            said("NEVER-FOUND stays without a quote.", "made up rates").model_copy(
                update={"evidence": [Evidence(quote="a quote that nobody said")], "support": WEAK}
            ),
        ],
        tags=[
            tag("rag", "Retrieval-augmented generation", "technique", "retrieves the policy"),
            tag("human-review", "Human review", "concern", "a claims officer checks"),
            tag("vllm", "vLLM", "tool", "served with vLLM"),
            tag("pgvector", "pgvector", "tool", "pgvector", WEAK),
            tag("made-up", "UNSUPPORTED-TAG", "tool", "made up rates", UNSUPPORTED),
        ],
    )
    return view_of(study, document)


def hostile_case(number: int, text: str) -> CaseView:
    """A case in which every text that reaches a page is ``text``."""
    document = document_of(f"{text} {number}", url=f"https://hostile.example/{number}").model_copy(
        update={"title": text, "authors": [text], "site": text, "language": text}
    )
    evidence = [
        Evidence(quote=text, passage=1, start=0, end=len(text), match=Match.EXACT, score=1.0)
    ]
    support = Support(level=SupportLevel.WEAK, reason=text)
    said = Statement(text=text + " ", evidence=evidence, support=support)
    result = Result(**said.model_dump(), metric=text, value=text, baseline=text, method=text)
    fact = Fact(value=text, evidence=evidence, support=support)
    tag = Tag(slug=text, label=text, group="tool", evidence=evidence, support=support)
    study = CaseStudy(
        title=fact, company=fact, industry=fact, year=fact, deployment=fact, narrator=fact,
        summary=[said], architecture=[said], techniques=[said], tools=[said], challenges=[said],
        solutions=[said], lessons=[said], results=[result], failures=[said], tags=[tag],
    )  # fmt: skip
    view = view_of(study, document, case_id=content_id("case", number, text))
    revision = view.revision.model_copy(update={"author": text, "strategy": text})
    reviews = [view.reviews[0].model_copy(update={"who": text})]
    return view.model_copy(
        update={"revision": revision, "revisions": [revision], "reviews": reviews}
    )


def pack_of(number: int, strings: Sequence[str]) -> CaseView:
    """A case whose title is the first string and whose statements and quotes are all of them."""
    text = "\n".join(strings)
    document = document_of(text, url=f"https://hostile.example/pack/{number}")
    lessons = [statement(f"{s} !", [quote_in(document, s)], support=WEAK) for s in strings]
    title = Fact(value=strings[0], support=SUPPORTED)
    study = CaseStudy(title=title, lessons=lessons)
    return view_of(study, document, case_id=content_id("case", "pack", number))


def _security(name: str) -> Path:
    root = Path(__file__).parents[2]
    path = Path(os.environ.get("CASEBOOK_DATASETS", root / "../shared/data")) / "security" / name
    if not path.is_file():
        pytest.skip(f"{name} is not there; set CASEBOOK_DATASETS to the folder of data sets")
    return path


@pytest.fixture(scope="session")
def hostile_strings() -> list[str]:
    """Attack strings and naughty strings that are not blank."""
    attacks = _security("xss.txt").read_text(encoding="utf-8").splitlines()
    naughty = json.loads(_security("naughty_strings.json").read_text(encoding="utf-8"))
    return [text for text in dict.fromkeys([*attacks, *naughty]) if re.search(r"\S", text)]


@pytest.fixture(scope="session")
def hostile_sample(hostile_strings) -> list[str]:
    """About fifty of them from all over the lists, and the longest."""
    return [*hostile_strings[::58], max(hostile_strings, key=len)]


@pytest.fixture(scope="session")
def hostile_views(hostile_sample) -> list[CaseView]:
    """One case per string of the sample, with it in every place; then all of them in one case."""
    views = [hostile_case(number, text) for number, text in enumerate(hostile_sample)]
    return [*views, pack_of(0, hostile_sample)]


@pytest.fixture(scope="session")
def hostile_packs(hostile_strings) -> list[CaseView]:
    """Every string as a statement and as a quote, sixty to a case."""
    packs = [hostile_strings[at : at + 60] for at in range(0, len(hostile_strings), 60)]
    return [pack_of(number, strings) for number, strings in enumerate(packs)]


@pytest.fixture
def full_case() -> CaseView:
    return harbourline()


@pytest.fixture
def make_case() -> Callable[..., CaseView]:
    """Make a case of one summary line, and perhaps a lesson; the title makes its id."""

    def make(
        title: str, *, industry: str | None = None, said: str | None = None, **more: Any
    ) -> CaseView:
        document = document_of(f"{title} is told here.", url=f"{ADDRESS}?{quote_plus(title)}")
        study = CaseStudy(
            title=Fact(value=title, support=SUPPORTED),
            industry=Fact(value=industry, support=SUPPORTED),
            summary=[statement("It is told.", [quote_in(document, "is told here")])],
            lessons=[statement(said)] if said else [],
        )
        more.setdefault("case_id", content_id("case", title))
        return view_of(study, document, **more)

    return make


@pytest.fixture
def link() -> Callable[..., str | None]:
    """Link to the first place where ``quote`` stands in a document of ``text``."""

    def link(text: str, quote: str, **document: Any) -> str | None:
        made = document_of(text, **document)
        return link_to_quote(made, quote_in(made, quote))

    return link


@pytest.fixture
def publish(tmp_path) -> Callable[..., tuple[Path, list[PublishedPage]]]:
    """Write a site of the given cases; return its folder and pages."""

    def publish(*cases: CaseView, **more: Any) -> tuple[Path, list[PublishedPage]]:
        arguments = {"title": "Models at work", "built_at": BUILT, "parquet": write_parquet} | more
        return tmp_path / "site", render_site(cases, tmp_path / "site", **arguments)

    return publish
