"""The published site's data as a dataset to hand on: a folder of files, one release after another.

The folder may be a clone of a repository: files are replaced one by one, and whatever begins with
``.git`` stays. ``release.json`` is written last, so that a run that broke off is completed by the
next one.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError

from publishing.exchange.export_texts import article, change_list, dataset_card
from publishing.plan import Exported, SiteSettings
from publishing.records import CaseRecord
from schemas.errors import InputError, PublishError
from schemas.frozen import Frozen
from warehouse import Dataset

RECORDS = "cases.jsonl"
_RELEASE, _CHANGES, _NEW = "release.json", "CHANGES.md", ".casebook-new"


class ReleasedCase(Frozen):
    """A case in a release; ``digest`` is a hash of its whole record."""

    revision_id: str
    title: str
    digest: str


class DatasetRelease(Frozen):
    """What a folder holds; ``release`` is a date, None before the first release is complete."""

    release: str | None = Field(pattern=r"^\d{4}-\d\d-\d\d(\.\d+)?$")
    title: str
    cases: Mapping[str, ReleasedCase]


def export(site: Path, target: Path, settings: SiteSettings, day: date) -> Exported:
    """Write the data of the site in the folder ``site`` as a release of ``day`` to ``target``.

    Where no case changed since the last release, nothing is written.

    Raises:
        InputError: if nothing is published, ``target`` is not ours, or ``day`` is before the last.
        PublishError: if a file cannot be written; the same command goes on from there.
    """
    lines = site / "data" / RECORDS
    if not lines.is_file():
        raise InputError("Nothing is published yet: `casebook publish` first.")
    last = _last_release(target)
    with _file_errors(target):
        target.mkdir(parents=True, exist_ok=True)
        if last is None:  # from here on the folder is known as ours
            last = DatasetRelease(release=None, title=settings.title, cases={})
            _write(target / _RELEASE, last.model_dump_json(indent=1))
        with _staging(target) as new:
            shutil.copyfile(lines, new / RECORDS)
            cases = dict(_write_cases(new))
            done = _compared(target, last, cases, _name(day, last))
            if done.is_new:
                release = DatasetRelease(release=done.release, title=settings.title, cases=cases)
                _write_data(new, release, settings)
                old = target / _CHANGES
                earlier = old.read_text("utf-8") if old.is_file() else ""
                _write(new / _CHANGES, change_list(done, earlier, last.release))
                _replace(new, target)
                _write(new / _RELEASE, release.model_dump_json(indent=1) + "\n")
                (new / _RELEASE).replace(target / _RELEASE)
    return done


def dataset_title(path: Path) -> str | None:
    """Return what an export in a folder, or beside a file, is called, None where there is none."""
    try:
        text = ((path if path.is_dir() else path.parent) / _RELEASE).read_bytes()
        return DatasetRelease.model_validate_json(text).title
    except (OSError, ValidationError):
        return None


def _last_release(target: Path) -> DatasetRelease | None:
    """Return what an earlier export left, None in an empty folder; refuse folders of others."""
    try:
        return DatasetRelease.model_validate_json((target / _RELEASE).read_bytes())
    except FileNotFoundError:
        if not target.exists() or all(one.name.startswith(".git") for one in target.iterdir()):
            return None
    except (OSError, ValidationError):
        pass
    raise InputError(
        f"{target} holds files that `casebook export` did not write: choose an empty folder, or "
        "a clone of a repository that it wrote to."
    )


def _name(day: date, last: DatasetRelease) -> str:
    """Return the name of the next release: the day, or the day and a number."""
    before, _, number = (last.release or "").partition(".")
    if before > day.isoformat():
        raise InputError(f"The last release is {last.release}: give that day or a later one.")
    return f"{day}.{int(number or 1) + 1}" if before == day.isoformat() else day.isoformat()


def _compared(
    target: Path, last: DatasetRelease, cases: Mapping[str, ReleasedCase], name: str
) -> Exported:
    old = last.cases
    differing = [i for i in cases if i in old and cases[i].digest != old[i].digest]
    found = {
        "added": tuple(one.title for i, one in cases.items() if i not in old),
        "changed": tuple(cases[i].title for i in differing),
        "withdrawn": tuple(i for i in old if i not in cases),  # its title may be what was wrong
    }
    release = name if any(found.values()) else last.release
    return Exported(path=target, release=release, cases=len(cases), **found)


def _write_cases(new: Path) -> Iterator[tuple[str, ReleasedCase]]:
    """Write each case as Markdown; yield its id and what a release notes of it."""
    (new / "markdown").mkdir()
    with (new / RECORDS).open(encoding="utf-8") as lines:
        for line in lines:
            try:
                record = CaseRecord.model_validate_json(line)
            except ValidationError as error:
                message = "The site is of another version of casebook: `casebook publish` first."
                raise InputError(message) from error
            _write(new / "markdown" / f"{record.slug}.md", article(record))
            kept = {"revision_id": record.revision_id, "title": record.title}
            yield record.case_id, ReleasedCase(**kept, digest=record.content_hash)


def _write_data(new: Path, release: DatasetRelease, settings: SiteSettings) -> None:
    """Write tables, schema and card."""
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


def _replace(new: Path, target: Path) -> None:
    """Move the new files into place, and remove those of cases that are gone."""
    names = [file.relative_to(new) for file in sorted(new.rglob("*")) if file.is_file()]
    for name in names:
        (target / name).parent.mkdir(exist_ok=True)
        (new / name).replace(target / name)
    kept = {target / name for name in names}
    for file in (target / "markdown").glob("*.md"):
        if file not in kept:
            file.unlink()


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """Yield an empty folder in the target, which is removed at the end."""
    new = target / _NEW
    shutil.rmtree(new, ignore_errors=True)  # a run that broke off left it
    new.mkdir()
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


@contextmanager
def _file_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        message = f"The data could not be written to {target}: {why}. Export again to complete it."
        raise PublishError(message) from error
