"""Fixtures of a draft made from a PDF, for a conftest to import."""

from pathlib import Path

import pytest
from case_views import VERIFIED, a_quote, a_statement

from extractors.pdf.reader import read
from schemas.cases import CaseStudy, Fact
from schemas.sources import Document, Payload, Snapshot
from services.identity import document_from

EXAMPLE = Path(__file__).parents[2] / "examples" / "claims-copilot.pdf"
PAYLOAD = Payload(data=EXAMPLE.read_bytes(), media_type="application/pdf", name=EXAMPLE.name)
QUOTE = "the writing model see the material, and it sees facts, not pages"


@pytest.fixture(scope="module")
def pdf_document() -> Document:
    """The example's text."""
    return document_from(read(PAYLOAD), PAYLOAD, "src1_a", "snap1_pdf")


@pytest.fixture
def pdf_case(build, resources, pdf_document) -> str:
    """A draft of the example, whose bytes are kept."""
    about, size = PAYLOAD.model_dump(exclude={"data"}), len(PAYLOAD.data)
    sha256 = resources.blobs.put(PAYLOAD.data)
    kept = Snapshot(snapshot_id="snap1_pdf", source_id="src1_a", sha256=sha256, size=size, **about)
    resources.warehouse.append(kept)
    document = pdf_document
    quotes = [a_quote(document, QUOTE, page=2), a_quote(document, "310 claims handlers", page=1)]
    facts = (Fact(name="title", value="Copilot", support=VERIFIED, evidence=quotes[1:]),)
    statements = [a_statement(n, f"Statement {n}.", *quotes[:1]) for n in (1, 2)]
    return build.draft(CaseStudy(facts=facts, statements=statements), document)
