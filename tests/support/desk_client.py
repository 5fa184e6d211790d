"""A desk for tests, with rows as stored by the stages, and a client that has the key."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from case_views import a_document, a_study
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from lxml import html
from made_rows import NOON, a_row, a_source

from desk.app import ROUTED
from schemas.cases import CaseStudy, TermGroup
from schemas.frozen import content_id
from schemas.results import Failure
from schemas.reviews import Case, Recipe, Revision, Triage, Verdict
from schemas.sources import Document, Source, SourceKind
from schemas.taxonomy import TermProposal, term_key
from warehouse import Warehouse

KEY = "a-key-for-tests"
PLACE = "https://engineering.harbourline.example/blog"
OPEN = {"/healthz", "/login", "/mistake"}


class Builder:
    """Puts rows into a warehouse as the stages would."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._made = 0

    def address(self) -> str:
        """The address of another source."""
        self._made += 1
        return f"{PLACE}/{self._made}"

    def draft(self, *given: Any, **more: Any) -> str:
        """Store the rows of a draft as ``rows`` makes them; return its case id."""
        rows = self.rows(*given, **more)
        self.warehouse.append(*rows)
        return rows[-1].case_id

    def rows(
        self,
        study: CaseStudy | None = None,
        document: Document | None = None,
        *,
        verdict: Verdict = Verdict.CASE_STUDY,
        url: str | None = None,
        at: datetime | None = None,
    ) -> list[Any]:
        """Return the rows of a draft, its revision last: many are stored quicker at once."""
        document = document or a_document()
        source = a_source(url or self.address(), kind=document.kind)
        document = _of(source, document)
        case_id = content_id("case", source.source_id)
        at = at or NOON + timedelta(minutes=self._made)
        draft = Revision(
            revision_id=content_id("rev", case_id, "draft"),
            case_id=case_id,
            parent_id=None,
            document_id=document.document_id,
            made_by="model",
            author="SmolLM2-135M-Instruct",
            recipe=_recipe("first"),
            speakers=document.speakers,
            study=study or a_study(),
            created_at=at,
        )
        case = Case(case_id=case_id, source_id=source.source_id, created_at=at)
        return [source, document, _triage(document, verdict), case, draft]

    def newer(self, case_id: str, study: CaseStudy, document: Any = None, judge: Any = None) -> str:
        """Store a newer draft of a case; return its revision id."""
        view = self.warehouse.case(case_id)
        first = view.revisions[0]
        if document:
            document = document.model_copy(update={"source_id": view.source.source_id})
            self.warehouse.append(document)
        draft = first.model_copy(
            update={
                "revision_id": content_id("rev", case_id, study.model_dump(mode="json")),
                "document_id": document.document_id if document else first.document_id,
                "recipe": _recipe("newer", judge=judge),
                "study": study,
                "created_at": NOON + timedelta(days=1),
            }
        )
        self.warehouse.append(draft)
        return draft.revision_id

    def refused(self, title: str = "Our autumn offsite") -> str:
        """Store a source that triage refused; return its id."""
        source = a_source(self.address())
        document = _of(source, a_document()).model_copy(update={"title": title})
        triage = _triage(document, Verdict.NOT_A_CASE_STUDY)
        self.warehouse.append(source, document, triage)
        return source.source_id

    def failed(
        self,
        message: str = "It answers 404: check the address.",
        *,
        transient: bool = False,
        gone: bool = False,
        kind: str = "page_missing",
        url: str | None = None,
        source_kind: SourceKind = SourceKind.WEB,
    ) -> str:
        """Store a source whose fetch failed; return its id."""
        source = self.unfinished(url or self.address(), kind=source_kind)
        ids = {"failure_id": content_id("fail", source.source_id), "source_id": source.source_id}
        about = {"kind": kind, "message": message, "transient": transient, "gone": gone}
        self.warehouse.append(a_row(Failure, **ids, **about))
        return source.source_id

    def unfinished(self, address: str | None = None, **given: Any) -> Source:
        """Store a source of an interrupted run."""
        address = address or self.address()
        source = a_source(address, **given)
        self.warehouse.append(source)
        return source

    def proposed(self, name: str, quote: str, case_id: str, group: TermGroup = "tool") -> None:
        """Store the proposal of a tag by a case's document."""
        view = self.warehouse.case(case_id)
        proposal = TermProposal(
            key=term_key(name),
            name=name,
            group=group,
            document_id=view.document.document_id,
            quote=quote,
            proposed_at=NOON,
        )
        self.warehouse.append(proposal)


class DeskClient(TestClient):
    """The requests of a browser that opened the desk's address."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, base_url="http://127.0.0.1", **options)
        self.headers["accept"] = "text/html"

    def __enter__(self) -> Self:
        super().__enter__()
        self.get(f"/healthz?key={KEY}")
        return self

    @property
    def token(self) -> str:
        """The token of the desk's forms."""
        return self.app.state.desk.token

    def send_form(self, address: str, *, htmx: bool = False, **fields: Any):
        """POST a form as a browser would, without following the redirect."""
        headers = {"sec-fetch-site": "same-origin"} | ({"hx-request": "true"} if htmx else {})
        files = fields.pop("files", None)
        data = {"token": self.token} | fields
        return self.post(address, data=data, files=files, headers=headers, follow_redirects=False)

    def decide(self, case_id: str, decision: str, *, htmx: bool = False, **fields: str):
        """Send one of the case page's forms."""
        return self.send_form(f"/cases/{case_id}/decisions", htmx=htmx, decision=decision, **fields)

    def change(self, case_id: str, action: str, *, htmx: bool = False, **fields: str):
        """Send one of the case page's forms for an edit."""
        return self.decide(case_id, "edit", htmx=htmx, action=action, **fields)


def paths(method: str) -> list[str]:
    """The desk's paths for a method, without those that are open to strangers."""
    routes = [route for module in ROUTED for route in module.router.routes]
    found = {one.path for one in routes if isinstance(one, APIRoute) and method in one.methods}
    return sorted(found - OPEN)


def read(response: Any) -> Any:
    """Return the page of a response that is not an error."""
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


def texts(document: Any, path: str) -> Sequence[str]:
    """The text of each element at ``path``, white space made single."""
    return [" ".join(node.text_content().split()) for node in document.xpath(path)]


def _of(source: Source, document: Document) -> Document:
    return document.model_copy(
        update={
            "source_id": source.source_id,
            "document_id": content_id("doc", source.source_id),
        }
    )


def _recipe(name: str, **given: Any) -> Recipe:
    about = {"recipe_id": f"rcp1_{name}", "prompts": ("guided_question/v1",), "fingerprint": name}
    return a_row(Recipe, **about, **given)


def _triage(document: Document, verdict: Verdict) -> Triage:
    triage_id = content_id("triage", document.document_id, verdict.value)
    return a_row(Triage, triage_id=triage_id, document_id=document.document_id, verdict=verdict)
