"""The gold set: a folder of JSON files, one a case, that grows from the curator's own cases."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from casebook.runtime.services import Services
from casebook.schemas.cases import STATEMENT_FIELDS, CaseStudy, Statement, SupportLevel
from casebook.schemas.documents import Document
from casebook.schemas.errors import InvalidDecision, InvalidSource
from casebook.schemas.evals import GoldCase, GoldSource, GoldStatement
from casebook.schemas.listings import CaseView
from casebook.schemas.reviews import CaseStatus


class GoldFile:
    """A gold case and the file that it lies in; ``sha256`` is of the file's bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        data = _bytes(path)
        self.sha256 = hashlib.sha256(data).hexdigest()
        try:
            self.case = GoldCase.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise InvalidSource(f"{path} is no gold case: {where}: {first['msg']}") from error
        if strange := self.case.unknown_fields():
            raise InvalidSource(f"{path}: a case study has no field {', '.join(strange)}")

    @property
    def text_path(self) -> Path | None:
        """The file with the text, where the gold case names one."""
        named = self.case.source.path
        return (self.path.parent / named).resolve() if named else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidSource(f"{path} cannot be read: {error.strerror}") from error


def gold_files(folders: Sequence[Path]) -> list[GoldFile]:
    """Return the gold cases of ``folders``, by name.

    Raises:
        InvalidSource: if a folder holds none, a file is none, or two have one name.
    """
    found: dict[str, GoldFile] = {}
    for folder in folders:
        paths = sorted(folder.glob("*.json"))
        if not paths:
            raise InvalidSource(f"{folder} holds no gold cases; `casebook gold add ID` makes one")
        for file in map(GoldFile, paths):
            if found.setdefault(file.case.name, file) is not file:
                raise InvalidSource(f"{file.path}: another gold case is named {file.case.name}")
    return list(found.values())


async def add(case_id: str, services: Services, folder: Path, *, who: str) -> Path:
    """Write a case, as the curator left it, into ``folder``; return the file.

    The text stays in the warehouse: the gold case names the document and its hash.

    Raises:
        UnknownId: if there is no such case.
        InvalidDecision: if no person has approved or edited it.
    """
    view = await asyncio.to_thread(services.warehouse.case, case_id)
    accepted = view.status in {CaseStatus.APPROVED, CaseStatus.PUBLISHED}
    if view.status is CaseStatus.REJECTED or not (accepted or view.revision.made_by == "person"):
        raise InvalidDecision(
            f"{case_id} was neither approved nor edited: gold is what a person has checked"
        )
    path = folder / f"{case_id}.json"
    made = gold_case(view, who)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(path.write_text, made.model_dump_json(indent=1) + "\n", "utf-8")
    return path


def gold_case(view: CaseView, who: str) -> GoldCase:
    """Return the gold case that a case's current revision is; what has no support is left out."""
    study, document = view.revision.case_study, view.document
    return GoldCase(
        name=view.case.case_id,
        source=GoldSource(
            url=document.url,
            document_id=document.document_id,
            text_sha256=text_sha256(document),
        ),
        facts={name: fact.value for name, fact in study.facts()},
        statements={name: _kept(study, name) for name in STATEMENT_FIELDS},
        tags=[t.slug for t in study.tags if t.support.level is not SupportLevel.UNSUPPORTED],
        added_by=who,
        added_at=datetime.now(UTC),
        revision_id=view.revision.revision_id,
    )


def _kept(study: CaseStudy, name: str) -> list[GoldStatement]:
    statements: Sequence[Statement] = getattr(study, name)
    return [
        GoldStatement(text=s.text, quotes=[e.quote for e in s.evidence if e.start is not None])
        for s in statements
        if s.support.level is not SupportLevel.UNSUPPORTED
    ]


def text_sha256(document: Document) -> str:
    """Return the SHA-256 of a document's text."""
    return hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
