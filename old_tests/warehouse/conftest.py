"""A story that can be told step by step into a real warehouse: a file, and a lake."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from postgres_server import PostgresServer

from casebook.schemas.cases import CaseStudy, Evidence, Fact, Statement, Support, SupportLevel
from casebook.schemas.documents import Document, Locator, Passage
from casebook.schemas.failures import Failure
from casebook.schemas.generations import Generation, Usage, Waste
from casebook.schemas.reviews import Case, CaseStatus, Decision, Publication, Review, Revision
from casebook.schemas.sources import Snapshot, Source, SourceKind, SourceRef
from casebook.schemas.triage import Criterion, Triage, Verdict
from casebook.warehouse import Row, Warehouse
from casebook.warehouse.lake import DuckLake
from casebook.warehouse.postgres import Postgres
from casebook.warehouse.records import TABLES

START = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
SUPPORTED = Support(level=SupportLevel.SUPPORTED, reason="The source says so.")


class Story:
    """The rows of one source and its case; each call makes the next row, a second later."""

    def __init__(self, name: str = "a") -> None:
        self.name = name
        self._clock = START
        self._made = 0

    def _next(self) -> tuple[int, datetime]:
        self._made += 1
        self._clock += timedelta(seconds=1)
        return self._made, self._clock

    def source(self, kind: SourceKind = SourceKind.WEB) -> Source:
        """The submitted source."""
        url = f"https://{self.name}.example/talk"
        return Source(
            source_id=f"src1_{self.name}",
            kind=kind,
            canonical_url=url,
            reference=SourceRef(source=f"{url}?utm_source=x", url=url),
            submitted_by="ada",
            submitted_at=START,
        )

    def snapshot(self) -> Snapshot:
        """Its next snapshot."""
        n, at = self._next()
        return Snapshot(
            snapshot_id=f"snap1_{self.name}{n}",
            source_id=f"src1_{self.name}",
            url=f"https://{self.name}.example/talk",
            final_url=None,
            media_type="text/html",
            charset="utf-8",
            headers={"etag": '"1"', "x-empty": ""},
            sha256="0" * 64,
            size=12,
            fetched_at=at,
        )

    def document(
        self, snapshot_id: str = "snap1_a", title: str | None = "How we built it"
    ) -> Document:
        """Its next document, of two passages."""
        n, _ = self._next()
        return Document(
            document_id=f"doc1_{self.name}{n}",
            source_id=f"src1_{self.name}",
            snapshot_id=snapshot_id,
            kind=SourceKind.WEB,
            extractor="trafilatura/1",
            url=None,
            title=title,
            authors=["Grace", "Łukasz"],
            published=START.date(),
            language="en",
            site=None,
            text="One.\n\nTwo 🜁.",
            passages=[
                Passage(n=1, start=0, end=4, locator=Locator(section="Start")),
                Passage(n=2, start=6, end=12, locator=Locator(seconds=1.5)),
            ],
            extraction=[],
            hidden_text=[],
        )

    def triage(
        self, document: Document, verdict: Verdict = Verdict.CASE_STUDY, rubric: str = "v1"
    ) -> Triage:
        """The next verdict on ``document``."""
        n, at = self._next()
        evidence = [Evidence(quote="One.", passage=1, start=0, end=4, match="exact", score=1.0)]
        return Triage(
            triage_id=f"triage1_{self.name}{n}",
            document_id=document.document_id,
            rubric=rubric,
            model="small",
            verdict=verdict,
            reason="It tells of a system in use.",
            criteria=[Criterion(name="deployed", score=0.1, reason="Said.", evidence=evidence)],
            generation_ids=["gen1_x"],
            decided_at=at,
        )

    def generation(self, document_id: str = "doc1_a") -> Generation:
        """The next model call."""
        n, at = self._next()
        return Generation(
            generation_id=f"gen1_{self.name}{n}",
            document_id=document_id,
            stage="summarize",
            prompt="case_study",
            prompt_version=1,
            prompt_hash="ab",
            schema_hash="cd",
            model="small",
            endpoint="http://127.0.0.1/v1",
            parameters={"temperature": 0.1, "stop": ["\n"], "seed": None, "deep": {"n": 3}},
            answer='{"title": "x"}',
            usage=Usage(prompt_tokens=10, completion_tokens=2, cost_usd=1e-05),
            seconds=0.25,
            attempts=1,
            created_at=at,
        )

    def waste(self, document_id: str = "doc1_a", kind: str = "answer_invalid") -> Waste:
        """The next question without a usable answer."""
        n, at = self._next()
        return Waste(
            waste_id=f"waste1_{self.name}{n}",
            question_id=f"gen1_{self.name}{n}",
            document_id=document_id,
            stage="triage",
            prompt="triage",
            prompt_version=1,
            model="large",
            endpoint="http://127.0.0.1/v1",
            kind=kind,
            usage=Usage(prompt_tokens=100, completion_tokens=20, cost_usd=0.5),
            seconds=1.0,
            attempts=2,
            at=at,
        )

    def case(self) -> Case:
        """The source's case."""
        return Case(case_id=f"case1_{self.name}", source_id=f"src1_{self.name}", created_at=START)

    def revision(
        self,
        document: Document,
        number: int = 1,
        made_by: str = "model",
        company: str | None = "Initech",
        title: str | None = "A title",
    ) -> Revision:
        """The revision with this number."""
        _, at = self._next()
        statement = Statement(text="They cache.", evidence=[], support=SUPPORTED)
        return Revision(
            revision_id=f"rev1_{self.name}{number}",
            case_id=f"case1_{self.name}",
            parent_id=None,
            document_id=document.document_id,
            made_by=made_by,
            author="small" if made_by == "model" else "ada",
            recipe_id="recipe1_x" if made_by == "model" else None,
            strategy="single",
            generation_ids=["gen1_x"],
            case_study=CaseStudy(
                title=Fact(value=title, evidence=[], support=SUPPORTED),
                company=Fact(value=company, evidence=[], support=SUPPORTED),
                year=Fact(value="2025", evidence=[], support=SUPPORTED),
                lessons=[statement, statement],
            ),
            created_at=at,
        )

    def review(self, decision: Decision, number: int = 1) -> Review:
        """The next review, of the revision with this number."""
        n, at = self._next()
        return Review(
            review_id=f"review1_{self.name}{n}",
            case_id=f"case1_{self.name}",
            revision_id=f"rev1_{self.name}{number}",
            decision=decision,
            reason=None,
            who="ada",
            at=at,
        )

    def publication(
        self, number: int = 1, *, withdrawn: bool = False, target: str = "site"
    ) -> Publication:
        """The next publication, or withdrawal, of the revision with this number."""
        n, at = self._next()
        return Publication(
            publication_id=f"pub1_{self.name}{n}",
            case_id=f"case1_{self.name}",
            revision_id=f"rev1_{self.name}{number}",
            target=target,
            address="cases/a.html",
            content_hash="ef",
            withdrawn=withdrawn,
            at=at,
        )

    def failure(self, stage: str = "fetch") -> Failure:
        """The next failure of this stage."""
        n, at = self._next()
        return Failure(
            failure_id=f"fail1_{self.name}{n}",
            source_id=f"src1_{self.name}",
            stage=stage,
            kind="host_unreachable",
            transient=True,
            message="The host does not answer.",
            at=at,
        )

    def told(self, steps: str) -> list[Row]:
        """Return source, document and case, then a row or two for each step.

        Steps are separated by commas: ``draft 1``, ``edit 2``, ``approve 1``, ``publish 1``,
        ``withdraw 1``, and the other decisions likewise; the number names the revision.
        """
        document = self.document()
        rows: list[Row] = [self.source(), document, self.case()]
        for step in steps.split(", ") if steps else []:
            verb, number = step.split()
            rows += self._step(verb, int(number), document)
        return rows

    def _step(self, verb: str, number: int, document: Document) -> list[Row]:
        match verb:
            case "draft":
                return [self.revision(document, number)]
            case "edit":
                edited = self.revision(document, number, made_by="person")
                return [edited, self.review(Decision.EDIT, number)]
            case "publish" | "withdraw":
                return [self.publication(number, withdrawn=verb == "withdraw")]
            case _:
                return [self.review(Decision(verb), number)]


BOTH = ["file", pytest.param("lake", marks=pytest.mark.postgres)]


@pytest.fixture
def new_file(tmp_path: Path) -> Path:
    """Where a warehouse's file will be; neither it nor its folder exists yet."""
    return tmp_path / "home" / "casebook.duckdb"


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """The file of a warehouse without rows."""
    return Path(shutil.copy(migrated, tmp_path))


@pytest.fixture(scope="session")
def lake_in(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], DuckLake]]:
    """Make a client of the lake in the database that conninfo names."""
    data = str(tmp_path_factory.mktemp("lakes"))
    made = []

    def make(conninfo: str) -> DuckLake:
        made.append(DuckLake(Postgres(conninfo), data, 20.0))
        return made[-1]

    yield make
    for lake in made:
        lake.close()


@pytest.fixture(scope="session")
def one_lake(lake_in: Callable[[str], DuckLake], postgres: PostgresServer) -> Warehouse:
    """A lake that tests use in turn: making one takes longer than emptying it."""
    warehouse = Warehouse(lake_in(postgres.create("one")))
    warehouse.migrate()
    return warehouse


def _emptied(lake: Warehouse) -> Warehouse:
    with lake._database.transaction() as connection:
        for table in TABLES.values():
            connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - our names
    return lake


_names = count()


@pytest.fixture
def new_lake(lake_in: Callable[[str], DuckLake], postgres: PostgresServer) -> Iterator[DuckLake]:
    """A lake that does not exist yet."""
    lake = lake_in(postgres.create(f"new{next(_names)}"))
    yield lake
    lake.close()


@pytest.fixture
def new_file_warehouse(new_file: Path) -> Warehouse:
    """A warehouse of which neither the file nor the folder exists yet."""
    return Warehouse(new_file)


@pytest.fixture
def file_warehouse(path: Path) -> Warehouse:
    """A file without rows."""
    return Warehouse(path)


@pytest.fixture(params=BOTH)
def new_warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """A warehouse that does not exist yet, as a file and as a lake."""
    if request.param == "lake":
        return Warehouse(request.getfixturevalue("new_lake"))
    return request.getfixturevalue("new_file_warehouse")


@pytest.fixture(params=BOTH)
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """A warehouse without rows, as a file and as a lake."""
    if request.param == "lake":
        return _emptied(request.getfixturevalue("one_lake"))
    return request.getfixturevalue("file_warehouse")


@pytest.fixture
def story() -> Story:
    """The story of the source called ``a``."""
    return Story()


@pytest.fixture
def new_story() -> Callable[[str], Story]:
    """Begin the story of another source."""
    return Story


@pytest.fixture
def statuses(warehouse: Warehouse) -> Callable[[], dict[str, CaseStatus]]:
    """Read the status of every case by its id."""
    return lambda: {case.case_id: case.status for case in warehouse.cases()}


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Warehouse]:
    """A batch's warehouse, which keeps its connection between calls."""
    warehouse = Warehouse(tmp_path / "w.duckdb", busy=True)
    warehouse.migrate()
    yield warehouse
    warehouse.close()
