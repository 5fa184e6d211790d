"""Drafts for the desk's tests, made from an example page by the real extraction and grounding."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from fastapi.testclient import TestClient

from casebook.extractors.kinds.html import extract
from casebook.schemas.cases import CaseStudy
from casebook.schemas.documents import Document
from casebook.schemas.failures import Failure
from casebook.schemas.ids import content_id
from casebook.schemas.reviews import Case, Revision
from casebook.schemas.sources import Payload, Source, SourceKind, SourceRef
from casebook.schemas.triage import Criterion, Triage, Verdict
from casebook.summarizer.grounding.drafts import Grounder
from casebook.summarizer.proposals import Claim, FactClaim, Proposal
from casebook.warehouse.store import Warehouse

EXAMPLES = Path(__file__).parents[1] / "examples"
ADDRESS = "https://engineering.parcelwise.example/blog/support-triage"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@cache
def example_document() -> Document:
    """The document that extraction reads in examples/support-triage.html."""
    data = (EXAMPLES / "support-triage.html").read_bytes()
    read = extract(
        Payload(data=data, media_type="text/html", charset="utf-8", url=ADDRESS, final_url=ADDRESS)
    )
    source_id = content_id("src", ADDRESS)
    return Document(
        **read.model_dump(exclude={"canonical_url"}),
        document_id=content_id("doc", ADDRESS, read.text),
        source_id=source_id,
        snapshot_id=content_id("snap", ADDRESS),
        url=ADDRESS,
    )


def claim(text: str, *quotes: str, **measured: str) -> Claim:
    return Claim(text=text, quotes=quotes, **measured)


@cache
def example_study() -> CaseStudy:
    """A draft of the example with supported, weak and unsupported statements."""
    proposal = Proposal(
        facts={
            "title": FactClaim(value=example_document().title or ""),
            "company": FactClaim(
                value="Parcelwise", quotes=["Parcelwise runs delivery tracking and returns"]
            ),
            "industry": FactClaim(
                value="Travel and logistics", quotes=["delivery tracking and returns"]
            ),
            "year": FactClaim(value="2026"),
            "deployment": FactClaim(
                value="full production",
                quotes=["It has been live for every shop since September 2025."],
            ),
        },
        statements={
            "summary": [
                claim(
                    "Parcelwise sorts about 11,000 support tickets a week and drafts most of the "
                    "replies; an agent presses the button for all but three intents.",
                    "In an average week that means 11,000 tickets in seven languages",
                    "for the other 31 an agent always presses the button",
                )
            ],
            "architecture": [
                claim(
                    "Each ticket passes four steps: redact, classify, retrieve and draft.",
                    "takes it through four steps: redact, classify, retrieve and draft",
                ),
                claim(
                    "A small classifier answers first, and uncertain tickets go to GPT-4.1 mini.",
                    "When its top probability is below 0.82, which is the case for about a fifth "
                    "of all tickets, the text goes to GPT-4.1 mini",
                ),
                claim(
                    "Articles live in PostgreSQL with pgvector, filtered by shop before the "
                    "similarity search.",
                    "Articles and past answers live in PostgreSQL with pgvector, filtered by shop "
                    "before the similarity search",
                ),
                claim(
                    "Drafts are stored in Elasticsearch for three years.",
                    "All drafts are archived in Elasticsearch.",
                ),
            ],
            "challenges": [
                claim(
                    "One in eight shops had at least two help articles that disagreed about the "
                    "same rule.",
                    "one in eight shops had at least two help articles that disagreed about the "
                    "same rule",
                ),
                claim(
                    "Labels in Polish were wrong, since agents answered without correcting the "
                    "queue; 23 percent of tickets were affected.",
                    "agents in Gdansk used to answer Polish tickets without ever correcting the "
                    "queue, so the training labels were wrong",
                ),
            ],
            "solutions": [
                claim(
                    "A token bucket shared through Redis, with jitter on retries, keeps them "
                    "under the provider's limit.",
                    "a token bucket shared through Redis, jitter on retries",
                )
            ],
            "lessons": [
                claim(
                    "A citation makes people less careful, so what it points to has to be right.",
                    "A citation makes people less careful, so the thing it points to has to be "
                    "right.",
                )
            ],
            "results": [
                claim(
                    "Tickets change queue far less often.",
                    "Tickets that change queue at least once fell from 23 percent to 6.1 percent.",
                    metric="tickets that change queue",
                    value="6.1 percent",
                    baseline="23 percent",
                )
            ],
        },
    )
    return Grounder(example_document()).case_study(proposal)


def rewritten() -> dict[str, object]:
    """Fields of a newer draft: a summary reworded, a lesson dropped, another company and year."""
    study = example_study()
    (summary,) = study.summary
    shorter = summary.text.replace("about 11,000", "11,000").replace("three intents", "3 intents")
    return {
        "summary": [summary.model_copy(update={"text": shorter})],
        "lessons": [],
        "company": study.company.model_copy(update={"value": "Parcelwise BV"}),
        "year": study.year.model_copy(update={"value": "2025"}),
    }


def source_of(number: int, *, url: str | None = None, kind: SourceKind = SourceKind.WEB) -> Source:
    address = url or f"{ADDRESS}/{number}"
    return Source(
        source_id=content_id("src", address),
        kind=kind,
        canonical_url=address,
        reference=SourceRef(source=address),
        submitted_by="ada",
        submitted_at=NOON,
    )


class Builder:
    """Puts rows into a warehouse as the stages would."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._made = 0

    def triaged(self, document: Document, verdict: Verdict) -> Triage:
        """A verdict with its reason."""
        return Triage(
            triage_id=content_id("triage", document.document_id, verdict.value),
            document_id=document.document_id,
            rubric="v1",
            model="rules",
            verdict=verdict,
            reason="It is technical, but tells little of a real deployment.",
            criteria=[Criterion(name="deployment", score=0.4, reason="Two sentences speak of it.")],
            generation_ids=[],
            decided_at=NOON,
        )

    def draft(
        self,
        study: CaseStudy | None = None,
        document: Document | None = None,
        *,
        verdict: Verdict = Verdict.CASE_STUDY,
        at: datetime | None = None,
        url: str | None = None,
    ) -> str:
        """Store a draft with its source, document and verdict; return its case id."""
        self._made += 1
        document = document or example_document()
        source = source_of(self._made, url=url, kind=document.kind)
        document = document.model_copy(
            update={
                "source_id": source.source_id,
                "document_id": content_id("doc", source.source_id),
            }
        )
        case_id = content_id("case", source.source_id)
        at = at or NOON + timedelta(minutes=self._made)
        revision = Revision(
            revision_id=content_id("rev", case_id, "draft"),
            case_id=case_id,
            parent_id=None,
            document_id=document.document_id,
            made_by="model",
            author="SmolLM2-135M-Instruct",
            recipe_id="recipe1_test",
            strategy="guided",
            generation_ids=[],
            case_study=study or example_study(),
            created_at=at,
        )
        self.warehouse.append(
            source,
            document,
            self.triaged(document, verdict),
            Case(case_id=case_id, source_id=source.source_id, created_at=at),
            revision,
        )
        return case_id

    def newer(self, case_id: str, name: str = "newer", **fields: object) -> str:
        """Store a newer draft beside a case, the same but for ``fields``; return its id."""
        first = self.warehouse.case(case_id).revisions[0]
        draft = first.model_copy(
            update={
                "revision_id": content_id("rev", case_id, name),
                "recipe_id": f"recipe1_{name}",
                "case_study": first.case_study.model_copy(update=fields),
                "created_at": NOON + timedelta(days=1),
            }
        )
        self.warehouse.append(draft)
        return draft.revision_id

    def refused(self, title: str = "Our autumn offsite") -> str:
        """Store a source that triage refused; return its id."""
        self._made += 1
        source = source_of(self._made)
        document = example_document().model_copy(
            update={
                "source_id": source.source_id,
                "document_id": content_id("doc", source.source_id),
                "title": title,
            }
        )
        verdict = self.triaged(document, Verdict.NOT_A_CASE_STUDY)
        self.warehouse.append(source, document, verdict)
        return source.source_id

    def failed(
        self,
        *,
        message: str,
        transient: bool = False,
        url: str | None = None,
        kind: SourceKind = SourceKind.WEB,
    ) -> str:
        """Store a source whose fetch failed; return its id."""
        self._made += 1
        source = source_of(self._made, url=url).model_copy(update={"kind": kind})
        failure = Failure(
            failure_id=content_id("fail", source.source_id),
            source_id=source.source_id,
            stage="fetch",
            kind="server_busy" if transient else "page_missing",
            transient=transient,
            message=message,
            at=NOON,
        )
        self.warehouse.append(source, failure)
        return source.source_id


class DeskClient(TestClient):
    """A browser's requests: same origin, and the token that the desk's forms carry."""

    def token(self) -> str:
        """The token of the running desk."""
        return self.app.state.desk.token

    def send_form(self, address: str, *, htmx: bool = False, **fields: str):
        """POST a form as a browser would, without following the redirect."""
        headers = {"sec-fetch-site": "same-origin"} | ({"hx-request": "true"} if htmx else {})
        data = {"token": self.token()} | fields
        return self.post(address, data=data, headers=headers, follow_redirects=False)

    def decide(self, case_id: str, decision: str, *, htmx: bool = False, **fields: str):
        """Send one of the case page's forms."""
        return self.send_form(f"/cases/{case_id}/decisions", htmx=htmx, decision=decision, **fields)


def texts(document, path: str) -> Sequence[str]:
    """The text of each element at ``path``, blanks made single."""
    return [" ".join(node.text_content().split()) for node in document.xpath(path)]
