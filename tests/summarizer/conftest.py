"""Shared parts of the summarizer's tests: a scripted endpoint, a ledger in memory, documents."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemas.documents import Document, Passage
from schemas.generations import AnswerStatus, Generation
from schemas.sources import SourceKind
from summarizer.asking import Asker
from summarizer.client import ModelClient
from summarizer.limiter import Limiter
from summarizer.profiles import Price, Profile

sys.path.insert(0, str(Path(__file__).parents[1]))  # before the first edition's tests
from scripted_endpoint import ScriptedEndpoint  # noqa: E402 - see above

EXAMPLES = Path(__file__).parents[2] / "examples"


class MemoryLedger:
    """A ledger in memory, with the protocol of the real one."""

    def __init__(self) -> None:
        self.kept: list[Generation] = []

    async def answer(self, question_id: str) -> Generation | None:
        found = (g for g in reversed(self.kept) if g.question_id == question_id)
        return next((g for g in found if g.status is AnswerStatus.OK), None)

    async def keep(self, generation: Generation) -> None:
        self.kept.append(generation)


def document_of(*paragraphs: str, kind: SourceKind = SourceKind.WEB, **fields: object) -> Document:
    """Return a document; a paragraph that starts with ``# `` is a heading, ``Name: `` a speaker."""
    text, passages, headings = "", [], ()
    speakers = fields.pop("speakers", {})
    for paragraph in paragraphs:
        if paragraph.startswith("# "):
            headings = (paragraph[2:],)
            continue
        start, n = len(text), len(passages) + 1
        text += paragraph
        passages.append(
            Passage(n=n, start=start, end=len(text), headings=headings, speaker=speakers.get(n))
        )
        text += "\n\n"
    given = {"title": "A title", "url": None} | fields
    return Document.model_validate(
        {
            "document_id": "doc1_x",
            "source_id": "src1_x",
            "snapshot_id": "snap1_x",
            "kind": kind,
            "text": text,
            "passages": passages,
            **given,
        }
    )


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    server = ScriptedEndpoint()
    yield server
    server.close()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


PROFILE = Profile(
    model="scripted",
    context_tokens=128_000,
    output_tokens=4_000,
    price=Price(input=1.0, output=10.0),
)


class Waits(list[float]):
    """Records waits and moves a clock in place of sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client_of(endpoint: ScriptedEndpoint, waits: Waits) -> Callable[..., ModelClient]:
    """Return a factory of clients for the scripted endpoint that never really sleep."""

    def make(profile: Profile = PROFILE, concurrent: int = 4, **options: object) -> ModelClient:
        limiter = Limiter(concurrent, clock=waits.clock, sleep=waits.sleep)
        return ModelClient(
            endpoint.base_url, "key", profile.model, profile, limiter=limiter, **options
        )

    return make


@pytest.fixture
def asker_of(
    client_of: Callable[..., ModelClient], ledger: MemoryLedger
) -> Callable[..., Asker]:
    """Return a factory of askers for the scripted endpoint."""

    def make(profile: Profile = PROFILE, **options: object) -> Asker:
        return Asker(lambda: client_of(profile), profile, ledger, "doc1_x", **options)

    return make
