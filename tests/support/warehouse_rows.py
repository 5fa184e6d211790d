"""Rows of sources and their cases, made step by step for tests of the warehouse."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from made_rows import a_row, a_source

from schemas.cases import CaseStudy, Evidence, Fact, Measure, Statement, Support, Tag
from schemas.generations import AnswerStatus, Generation, Usage
from schemas.results import Failure
from schemas.reviews import (
    Case,
    Criterion,
    Decision,
    Publication,
    Recipe,
    Review,
    Revision,
    Triage,
    Unread,
    Verdict,
)
from schemas.sources import (
    Alias,
    Check,
    CheckResult,
    Document,
    LineBox,
    Passage,
    Snapshot,
    Source,
    SourceKind,
    SourceRef,
    Step,
)

START = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
VERIFIED = Support(level="verified")
QUOTE = Evidence(quote="One.", passage=1, start=2, end=6, match="exact", score=1.0, seconds=1.5)


def study(
    title: str | None = "A title", company: str | None = "Initech", **facts: Any
) -> CaseStudy:
    """Return a case study with a challenge, its solution, a result, a lesson and a tag."""
    values = {"title": title, "company": company, "industry": "tech", "year": "2025"} | facts
    doubtful = Support(level="doubtful", reason="40 % is not in the quote")
    measure = Measure(metric="cost", value="40", number=40.0, unit="%", baseline="2024")
    return CaseStudy(
        facts=tuple(
            Fact(name=name, value=value, evidence=(QUOTE,), support=VERIFIED, inferred=n == 2)
            for n, (name, value) in enumerate(values.items())
        ),
        statements=(
            Statement(n=1, section="challenges", text="Slow.", evidence=(), support=VERIFIED),
            Statement(
                n=2,
                section="solutions",
                text="Cache.",
                evidence=(QUOTE,),
                support=VERIFIED,
                answers=1,
            ),
            Statement(
                n=3,
                section="results",
                text="Costs fell by 40 %.",
                evidence=(QUOTE, QUOTE),
                support=doubtful,
                measure=measure,
            ),
            Statement(n=4, section="lessons", text="Measure.", evidence=(), support=VERIFIED),
        ),
        tags=(
            Tag(slug="rag", label="RAG", group="technique", evidence=(QUOTE,), support=VERIFIED),
        ),
    )


class Story:
    """The rows of one source and its case; each call makes the next row, a second later."""

    def __init__(self, name: str = "a") -> None:
        self.name = name
        self._numbers = count(1)

    def _next(self) -> tuple[int, datetime]:
        number = next(self._numbers)
        return number, START + timedelta(seconds=number)

    @property
    def source_id(self) -> str:
        """The source's id."""
        return f"src1_{self.name}"

    def source(self, kind: SourceKind = SourceKind.WEB) -> Source:
        """The submitted source."""
        url = f"https://{self.name}.example/talk"
        given = {"reference": SourceRef(source=f"{url}?utm_source=x", url=url)}
        given |= {"source_id": self.source_id, "kind": kind, "submitted_at": START}
        return a_source(url, **given)

    def alias(self, same_as: str, reason: str = "redirect") -> Alias:
        """The source leads to another one."""
        _, at = self._next()
        url = "https://other.example/"
        return Alias(source_id=self.source_id, same_as=same_as, url=url, reason=reason, found_at=at)

    def snapshot(self) -> Snapshot:
        """Its next snapshot."""
        n, at = self._next()
        return Snapshot(
            snapshot_id=f"snap1_{self.name}{n}",
            source_id=self.source_id,
            url=f"https://{self.name}.example/talk",
            final_url=None,
            media_type="text/html",
            charset="utf-8",
            headers={"etag": '"1"', "x-empty": ""},
            sha256="0" * 64,
            size=12,
            fetched_at=at,
            steps=(Step(method="http", outcome="200"),),
        )

    def document(
        self, snapshot_id: str | None = None, text: str = "# One.\n\nTwo 🜁.\n"
    ) -> Document:
        """Its next document, of two passages with text before and after them."""
        n, _ = self._next()
        line = LineBox(start=8, end=10, page=4, box=(0, 10, 1000, 20))
        second = {"page": 3, "seconds": 1.5, "speaker": "Grace", "lines": (line, line)}
        second |= {"heard": "recognized", "confidence": 0.42}
        return Document(
            document_id=f"doc1_{self.name}{n}",
            source_id=self.source_id,
            snapshot_id=snapshot_id or f"snap1_{self.name}",
            kind=SourceKind.WEB,
            extractor="html/1",
            url=None,
            title="How we built it",
            authors=("Grace", "Łukasz"),
            published=START.date(),
            language="en",
            text=text,
            passages=(
                Passage(n=1, start=2, end=6, headings=("Start", "Here")),
                Passage(n=2, start=8, end=len(text) - 1, **second),
            ),
            steps=(Step(method="html", outcome="ok", doubtful=True),),
            slides="https://a.example/deck.pdf",
        )

    def triage(self, document_id: str, verdict: Verdict = Verdict.CASE_STUDY) -> Triage:
        """The next verdict on a document."""
        n, at = self._next()
        return a_row(
            Triage,
            triage_id=f"tri1_{self.name}{n}",
            document_id=document_id,
            model="small",
            verdict=verdict,
            criteria=(Criterion(name="deployed", score=0.1, reason="yes", evidence=(QUOTE,)),),
            generation_ids=("gen1_x",),
            decided_at=at,
        )

    def generation(
        self,
        document_id: str,
        status: AnswerStatus = AnswerStatus.OK,
        cost: float | None = 0.25,
        **changes: Any,
    ) -> Generation:
        """The next call to a model."""
        n, at = self._next()
        values = {
            "generation_id": f"gen1_{self.name}{n}",
            "question_id": "q1_x",
            "document_id": document_id,
            "stage": "summarize",
            "prompt": "case_study",
            "prompt_version": 1,
            "prompt_hash": "ab",
            "schema_hash": "cd",
            "model": "small",
            "endpoint": "http://127.0.0.1/v1",
            "parameters": {"temperature": 0.1, "stop": ["\n"], "seed": None, "deep": {"n": 3}},
            "status": status,
            "answer": '{"title": "x\\u0000"}',
            "usage": Usage(prompt_tokens=10, completion_tokens=2, cost_usd=cost),
            "seconds": 0.25,
            "attempts": 2,
            "at": at,
        }
        return Generation.model_validate(values | changes)

    def case(self) -> Case:
        """The source's case."""
        return Case(case_id=f"case1_{self.name}", source_id=self.source_id, created_at=START)

    def revision(
        self, document_id: str, number: int = 1, made_by: str = "model", **changes: Any
    ) -> Revision:
        """The revision with this number; a person's is made from the one before."""
        _, at = self._next()
        is_model = made_by == "model"
        prompts = {"prompts": ("case_study/v1", "judge/v2"), "judge": "large"}
        recipe = a_row(Recipe, recipe_id="rec1_x", model="small", strategy="single", **prompts)
        values = {
            "revision_id": f"rev1_{self.name}{number}",
            "case_id": f"case1_{self.name}",
            "parent_id": None if is_model else f"rev1_{self.name}{number - 1}",
            "document_id": document_id,
            "made_by": made_by,
            "author": "small" if is_model else "ada",
            "recipe": recipe if is_model else None,
            "generation_ids": ("gen1_x",),
            "unread": (Unread(first=2, last=3, reason="too long"),),
            "study": study(),
            "created_at": at,
        }
        return Revision.model_validate(values | changes)

    def review(self, decision: Decision, number: int = 1) -> Review:
        """The next review, of the revision with this number."""
        n, at = self._next()
        about = {"review_id": f"review1_{self.name}{n}", "decision": decision, "at": at}
        return a_row(Review, **self._revised(number), who="ada", **about)

    def publication(
        self, number: int = 1, *, withdrawn: bool = False, target: str = "site"
    ) -> Publication:
        """The next publication, or withdrawal, of the revision with this number."""
        n, at = self._next()
        about = {"publication_id": f"pub1_{self.name}{n}", "address": "cases/a.html", "at": at}
        ids = self._revised(number)
        return a_row(Publication, **ids, target=target, withdrawn=withdrawn, **about)

    def _revised(self, number: int) -> dict[str, str]:
        return {"case_id": f"case1_{self.name}", "revision_id": f"rev1_{self.name}{number}"}

    def failure(self, stage: str = "fetch", kind: str = "host_unreachable") -> Failure:
        """The next failure of this stage, which may pass."""
        n, at = self._next()
        about = {"failure_id": f"fail1_{self.name}{n}", "source_id": self.source_id, "at": at}
        message = "The host does not answer."
        return a_row(Failure, stage=stage, kind=kind, transient=True, message=message, **about)

    def check(self, result: CheckResult, document_id: str = "doc1_a") -> Check:
        """The next time that the source was fetched again."""
        _, at = self._next()
        return Check(
            source_id=self.source_id,
            document_id=document_id,
            result=result,
            quotes=2,
            lost=("One.",),
            checked_at=at,
        )

    def rows(self, steps: str = "draft 1") -> list[Any]:
        """Return source, document and case, then a row or two for each step.

        Steps are separated by commas: ``draft 1``, ``edit 2``, ``approve 1``, ``publish 1``,
        ``unpublish 1`` and the other decisions; the number names the revision.
        """
        document = self.document()
        rows: list[Any] = [self.source(), document, self.case()]
        for step in steps.split(", "):
            verb, number = step.split()
            rows += self._step(verb, int(number), document.document_id)
        return rows

    def _step(self, verb: str, number: int, document_id: str) -> Sequence[Any]:
        match verb:
            case "draft":
                return [self.revision(document_id, number)]
            case "edit":
                edited = self.revision(document_id, number, made_by="person")
                return [edited, self.review(Decision.EDIT, number)]
            case "publish" | "unpublish":
                return [self.publication(number, withdrawn=verb == "unpublish")]
            case _:
                return [self.review(Decision(verb), number)]
