"""``doctor``: checks of settings and installation. It shows no keys and creates no files."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from cli import options
from cli.context import interruptible, load_settings
from cli.terminal import emit
from publishing.wording import count
from schemas.errors import CasebookError, ConfigurationError

if TYPE_CHECKING:
    from config.resources import Resources
    from config.settings import Settings


_LEAST_FREE = 2.0  # GB
_POST = 12_000  # characters of a usual post


@dataclass(frozen=True)
class Diagnosis:
    """The outcome of a check: ``state`` is ok, warn or bad; ``exit_code`` applies if bad."""

    name: str
    state: str
    detail: str
    exit_code: int = 0


class HealthWarning(Exception):
    """A check passed, with a warning for the user."""


def doctor(context: typer.Context, _as_json: options.AsJson = False) -> None:
    """Check the settings, the home, the model and optional programs."""
    worst = 0
    for diagnosis in diagnose(load_settings(context)):
        worst = max(worst, diagnosis.exit_code)
        emit([diagnosis], "diagnosis", to_json=asdict)
    raise typer.Exit(worst)


def diagnose(settings: "Settings") -> Iterator[Diagnosis]:
    """Yield the outcome of each check, quick ones first."""
    yield Diagnosis("casebook", "ok", f"{version('casebook-llmops')}, curator {settings.curator}")
    from config.resources import Resources

    resources = Resources(settings)
    checks = (_settings, _home, _warehouse, _model, _judge, _answer)
    for check in (*checks, _recordings, _browser, _scans, _prefect):
        name = check.__name__.removeprefix("_")
        try:
            yield Diagnosis(name, "ok", check(resources))
        except HealthWarning as warning:
            yield Diagnosis(name, "warn", str(warning))
        except CasebookError as error:
            yield Diagnosis(name, "bad", str(error), error.exit_code)


def _settings(resources: "Resources") -> str:
    from config.settings import unknown_variables, variable_of

    if strange := unknown_variables():
        names = [f"{n} (did you mean {near}?)" if near else n for n, near in strange.items()]
        raise HealthWarning(f"ignored, since they are not settings: {', '.join(names)}")
    given = [variable_of(name) for name in sorted(resources.settings.model_fields_set)]
    return f"set: {', '.join(given)}" if given else "all at their defaults"


def _home(resources: "Resources") -> str:
    folder = resources.settings.home
    nearest = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(nearest, os.W_OK):
        raise ConfigurationError(f"{folder} cannot be written; set CASEBOOK_HOME to another folder")
    if nearest == folder and folder.stat().st_mode & 0o077:
        raise HealthWarning(f"other accounts can read {folder}; run `chmod -R go= {folder}`")
    if (free := shutil.disk_usage(nearest).free / 1e9) < _LEAST_FREE:
        raise HealthWarning(f"only {free:.1f} GB are free at {folder}")
    return f"{folder}{'' if nearest == folder else ' (not created yet)'}, {free:.1f} GB free"


def _warehouse(resources: "Resources") -> str:
    counts = {name: count for name, count in resources.warehouse.counts().items() if count}
    shown = ("sources", "documents", "cases", "generations")
    rows = ", ".join(f"{counts[name]} {name}" for name in shown if name in counts) or "empty"
    query = "SELECT max(number), strftime(max(applied_at), '%Y-%m-%d') FROM migrations"
    ((schema, day),) = resources.warehouse.sql(query)[1]
    return f"{rows}; schema {schema} since {day}"


def _model(resources: "Resources") -> str:
    settings, profile = resources.settings, resources.profile
    place = "embedded" if settings.embedded else settings.endpoint
    price = profile.price
    cost = f"${price.input:g}/${price.output:g} per million tokens" if price else "price unknown"
    plan, calls = resources.usual_plan(_POST), resources.forecast(_POST).calls
    how = f"{plan.strategy}, {count(calls, 'call')} for {_POST:,} characters: {plan.reason}"
    return f"{profile.model} ({place}), {cost}; {how}"


def _judge(resources: "Resources") -> str:
    name, found = resources.settings.judge_model, resources.judge_measurement
    if name is None:
        return "off: only code checks statements"
    if resources.judge_unfit:
        raise HealthWarning(resources.judge_unfit)
    if found is None:
        raise HealthWarning(f"{name} is not measured; run `casebook eval --judge`")
    if found.problem:
        raise HealthWarning(f"{name} {found}; {found.problem}; name another with CASEBOOK_JUDGE")
    return f"{name} {found}"


def _answer(resources: "Resources") -> str:
    async def ask() -> float:
        async with resources:
            began = time.monotonic()
            await resources.test_model()
            return time.monotonic() - began

    return f"the model answers in {interruptible(ask()):.1f} s"


def _recordings(resources: "Resources") -> str:
    missing = 'yt-dlp is missing (in the checkout: pip install ".[media]")'
    sound = "yt-dlp is installed" if find_spec("yt_dlp") else missing
    if (recognizer := resources.network.transcriber) is None:
        raise HealthWarning(
            "recordings are not transcribed (install casebook[speech], or set "
            f"CASEBOOK_TRANSCRIPTION_MODEL); {sound}"
        )
    return f"{recognizer.model}; {sound}"


def _browser(resources: "Resources") -> str:
    from extractors.fetch.rendering import browser_installed

    if not resources.settings.render:
        raise HealthWarning("pages that need JavaScript are not rendered: CASEBOOK_RENDER is off")
    if not browser_installed():
        advice = 'run `pip install ".[browser]"` in the checkout, and install Chromium'
        raise HealthWarning(f"pages that need JavaScript are not rendered: {advice}")
    return "pages that need JavaScript are rendered in Chromium"


def _scans(_: "Resources") -> str:
    if program := shutil.which("tesseract"):
        return f"scanned pages are read with {program}"
    raise HealthWarning("scanned pages are not read; install tesseract (apt: tesseract-ocr)")


def _prefect(resources: "Resources") -> str:
    from cli.server import left_behind, running

    if left := left_behind(resources.settings.home):
        raise HealthWarning(left)
    if url := running(resources.settings.home):
        return f"the server of `casebook up` is running at {url}"
    raise HealthWarning("no server is running; commands work without it (`casebook up` starts one)")
