"""Export of the published data as a dataset: a folder of files, in successive releases.

The folder can be a clone of a repository: files are replaced one by one, and names that start with
``.git`` are kept. ``release.json`` is written last, so the next run completes an interrupted one.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import file_digest
from pathlib import Path

from pydantic import Field, ValidationError

from publishing.exchange.export_texts import (
    article,
    change_list,
    citation_file,
    dataset_card,
    zenodo_file,
)
from publishing.folder import empty_folder, file_errors
from publishing.plan import Exported, SiteSettings
from publishing.records import CaseRecord
from schemas.audit import AuditHead
from schemas.errors import InputError
from schemas.frozen import Frozen, sha256_hex
from warehouse import Dataset

RECORDS = "cases.jsonl"
_RELEASE, _CHANGES, _NEW = "release.json", "CHANGES.md", ".casebook-new"


class ReleasedCase(Frozen):
    """A case in a release; ``digest`` is the hash of its record."""

    revision_id: str
    title: str
    digest: str


class DatasetRelease(Frozen):
    """A release in a folder; ``release`` is a date, None until the first one is complete."""

    release: str | None = Field(pattern=r"^\d{4}-\d\d-\d\d(\.\d+)?$")
    title: str
    cases: Mapping[str, ReleasedCase]
    files: Mapping[str, str] = {}  # SHA-256 by name
    audit: AuditHead | None = None  # the seal of the audit log that covers it


def export(
    site: Path,
    target: Path,
    settings: SiteSettings,
    day: date,
    audit: AuditHead | None = None,
) -> Exported:
    """Write the data of the site in ``site`` to ``target``, as a release of ``day``.

    ``audit`` is the head of the audit log's chain, which the release publishes.

    If no case changed since the last release, no files are written.

    Raises:
        InputError: if nothing is published, ``target`` is not ours, or ``day`` is too early.
        PublishError: if a file cannot be written; run the same command again to continue.
    """
    lines = site / "data" / RECORDS
    if not lines.is_file():
        raise InputError("Nothing is published yet: `casebook publish` first.")
    last = _last_release(target)
    with file_errors(f"The data could not be written to {target}", "Export again to complete it."):
        target.mkdir(parents=True, exist_ok=True)
        if last is None:  # marks the folder as ours
            last = DatasetRelease(release=None, title=settings.title, cases={})
            _write(target / _RELEASE, last.model_dump_json(indent=1))
        with empty_folder(target / _NEW) as new:
            shutil.copyfile(lines, new / RECORDS)
            cases = dict(_write_cases(new))
            done = _compared(target, last, cases, _name(day, last))
            if done.is_new:
                release = DatasetRelease(release=done.release, title=settings.title, cases=cases)
                _write_data(new, release, settings)
                old = target / _CHANGES
                earlier = old.read_text("utf-8") if old.is_file() else ""
                _write(new / _CHANGES, change_list(done, earlier, last.release))
                files = {name: _hash(new / name) for name in map(str, _files(new))}
                _replace(new, target)
                release = release.model_copy(update={"files": files, "audit": audit})
                _write(new / _RELEASE, release.model_dump_json(indent=1) + "\n")
                (new / _RELEASE).replace(target / _RELEASE)
    return done


def dataset_title(path: Path) -> str | None:
    """Return the title of the export in a folder, or beside a file, None if it is missing."""
    try:
        text = ((path if path.is_dir() else path.parent) / _RELEASE).read_bytes()
        return DatasetRelease.model_validate_json(text).title
    except (OSError, ValidationError):
        return None


def read_release(folder: Path) -> DatasetRelease:
    """Return the release in a folder, or raise InputError."""
    if (found := _last_release(folder)) is None:
        raise InputError(f"{folder} has no release.json; name the folder of a `casebook export`")
    return found


def _last_release(target: Path) -> DatasetRelease | None:
    """Return the last release, None in an empty folder; refuse folders that are not ours."""
    try:
        return DatasetRelease.model_validate_json((target / _RELEASE).read_bytes())
    except FileNotFoundError:
        if not target.exists() or all(one.name.startswith(".git") for one in target.iterdir()):
            return None
    except (OSError, ValidationError):
        pass
    raise InputError(
        f"{target} contains files that `casebook export` did not write: choose an empty folder, or "
        "a clone of a repository that it wrote to."
    )


def _name(day: date, last: DatasetRelease) -> str:
    """Return the name of the next release: the day, with a number if it is not the first."""
    before, _, number = (last.release or "").partition(".")
    if before > day.isoformat():
        raise InputError(f"The last release is {last.release}: use that day or a later one.")
    return f"{day}.{int(number or 1) + 1}" if before == day.isoformat() else day.isoformat()


def _compared(
    target: Path, last: DatasetRelease, cases: Mapping[str, ReleasedCase], name: str
) -> Exported:
    old = last.cases
    differing = [i for i in cases if i in old and cases[i].digest != old[i].digest]
    found = {
        "added": tuple(one.title for i, one in cases.items() if i not in old),
        "changed": tuple(cases[i].title for i in differing),
        "withdrawn": tuple(i for i in old if i not in cases),
    }
    release = name if any(found.values()) else last.release
    return Exported(path=target, release=release, cases=len(cases), **found)


def _write_cases(new: Path) -> Iterator[tuple[str, ReleasedCase]]:
    """Write each case as Markdown; yield its id and its entry in the release."""
    (new / "markdown").mkdir()
    with (new / RECORDS).open(encoding="utf-8") as lines:
        for line in lines:
            try:
                record = CaseRecord.model_validate_json(line)
            except ValidationError as error:
                message = "Another version of casebook wrote the site: `casebook publish` first."
                raise InputError(message) from error
            _write(new / "markdown" / f"{record.slug}.md", article(record))
            kept = {"revision_id": record.revision_id, "title": record.title}
            yield record.case_id, ReleasedCase(**kept, digest=_digest(record))


def _digest(record: CaseRecord) -> str:
    """Return the hash of a record; without findings that of its page, as in earlier releases."""
    found = "".join(one.model_dump_json() for one in record.findings)
    return sha256_hex(f"{record.content_hash}{found}".encode()) if found else record.content_hash


def _write_data(new: Path, release: DatasetRelease, settings: SiteSettings) -> None:
    """Write the tables, the schema and the card."""
    for name in ("data", "csv"):
        (new / name).mkdir()
    with Dataset(new / RECORDS) as tables:
        rows = tables.write(new / "data")
        text = dataset_card(settings, str(release.release), rows, tables)
    for file in (new / "data").glob("*.csv"):
        file.rename(new / "csv" / file.name)
    schema = CaseRecord.model_json_schema(mode="serialization")
    _write(new / "cases.schema.json", json.dumps(schema, indent=2) + "\n")
    _write(new / "README.md", text)
    _write(new / "CITATION.cff", citation_file(settings, str(release.release)))
    _write(new / ".zenodo.json", zenodo_file(settings, str(release.release), text))


def _replace(new: Path, target: Path) -> None:
    """Move the new files into place, and remove the files of withdrawn cases."""
    names = _files(new)
    for name in names:
        (target / name).parent.mkdir(exist_ok=True)
        (new / name).replace(target / name)
    kept = {target / name for name in names}
    for file in (target / "markdown").glob("*.md"):
        if file not in kept:
            file.unlink()


def _files(folder: Path) -> list[Path]:
    return [file.relative_to(folder) for file in sorted(folder.rglob("*")) if file.is_file()]


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
