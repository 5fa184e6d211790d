"""``doctor``: what is configured, what works, what is missing. Never shows a key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from casebook.cli import stopping
from casebook.cli.context import AsJson, load_settings
from casebook.cli.terminal import out, print_json
from casebook.schemas.errors import CasebookError, ConfigurationError

if TYPE_CHECKING:
    from casebook.runtime.services import Services
    from casebook.runtime.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One line: ``state`` is ok, warn or bad; ``exit_code`` what a bad one asks for."""

    name: str
    state: str
    detail: str
    exit_code: int = 0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check the settings, the folders, the model and what is installed."""
    settings = load_settings(context)
    findings = list(examine(settings))
    if as_json:
        for finding in findings:
            print_json(asdict(finding))
    else:
        colours = {"ok": "green", "warn": "yellow", "bad": "red"}
        for finding in findings:
            from rich.markup import escape

            mark = f"[{colours[finding.state]}]{finding.state:<4}[/]"
            out().print(f"{mark} {finding.name:<12} {escape(finding.detail)}")
    raise typer.Exit(max((f.exit_code for f in findings), default=0))


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield the findings, cheap ones first."""
    from casebook import __version__

    yield Finding("casebook", "ok", __version__)
    yield Finding("curator", "ok", settings.curator)
    for name, check in (
        ("settings", _settings),
        ("home", _home),
        ("data", _data),
        ("warehouse", _warehouse),
        ("put aside", _put_aside),
        ("model", _model),
        ("answer", _answer),
        ("recordings", _recordings),
        ("browser", _browser),
        ("ocr", _ocr),
        ("orchestrator", _orchestrator),
    ):
        yield _checked(name, check, settings)


def _checked(name: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(name, "ok", check(settings))
    except _Remark as remark:
        return Finding(name, "warn", str(remark))
    except CasebookError as error:
        return Finding(name, "bad", str(error), error.exit_code)


class _Remark(Exception):
    """Works, but a person should know."""


def _settings(settings: Settings) -> str:
    """Name what was set, and what looks like a setting and is none."""
    from casebook.runtime.settings import unknown_variables, variable_of

    if strange := unknown_variables():
        told = [
            f"{name} (do you mean {meant}?)" if meant else name for name, meant in strange.items()
        ]
        raise _Remark(f"no settings, and not heeded: {', '.join(told)}")
    set_here = [
        f"{variable_of(name)}={_shown(getattr(settings, name))}"
        for name in type(settings).model_fields
        if name in settings.model_fields_set
    ]
    return ", ".join(set_here) or "all at their defaults"


def _shown(value: object) -> str:
    """Return a setting's value as it may be shown: no secret, and of models their names."""
    from pydantic import SecretStr

    if isinstance(value, SecretStr):
        return "(set)"
    return ",".join(sorted(map(str, value))) if isinstance(value, dict | frozenset) else str(value)


def _home(settings: Settings) -> str:
    _check_folder(settings.home, "CASEBOOK_HOME")
    return str(settings.home)


def _data(settings: Settings) -> str:
    """Look at the place of snapshots and a lake's files, where it is another than the home."""
    if settings.data is None:
        return "in the home"
    folder = settings.data.removeprefix("file://")
    if "://" in folder:
        from casebook.warehouse.objects import check_writable

        check_writable(folder)
    else:
        _check_folder(Path(folder), "CASEBOOK_DATA")
    return settings.data


def _check_folder(folder: Path, setting: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be written ({error.strerror}); set {setting}"
        ) from error


def _warehouse(settings: Settings) -> str:
    from casebook.runtime.services import Services

    warehouse = Services(settings).warehouse
    counts = {name: count for name, count in warehouse.counts().items() if count}
    rows = ", ".join(f"{count} {name}" for name, count in counts.items()) or "empty"
    return f"{warehouse.name}, version {warehouse.version()}: {rows}"


def _put_aside(settings: Settings) -> str:
    """Count what was paid for and waits for the warehouse."""
    from casebook.publishing.wording import count
    from casebook.runtime.services import Services

    if waiting := len(Services(settings).ledger.waiting()):
        where = " or ".join(settings.unstored_roots)
        raise _Remark(
            f"{count(waiting, 'answer')} not yet in the warehouse, in {where}: go on with the "
            "batch (`casebook backfill list`), which stores them; what no batch asks for any more "
            "may be deleted"
        )
    return "no answer waits for the warehouse"


def _model(settings: Settings) -> str:
    from casebook.runtime.services import Services

    services = Services(settings)
    where = "embedded" if settings.embedded else settings.endpoint
    key = "a key is set" if settings.openai_api_key else "no key is set"
    price = services.profile.price
    known = f"${price.input}/${price.output} per million tokens" if price else "price not known"
    known += f" (as listed on {price.listed})" if price and price.listed else ""
    return (
        f"{services.model_name} at {where} ({key}); strategy {_strategy(services)}; "
        f"{services.profile.context_tokens:,} tokens of context, "
        f"{services.profile.output_tokens:,} of output, JSON by {services.profile.mode.value}, "
        f"{known}"
    )


def _recordings(settings: Settings) -> str:
    from casebook.extractors.gathering.youtube_sound import is_installed

    asked = "its page alone" if settings.youtube_robots == "page" else "every call"
    robots = f"of a video robots.txt is asked about {asked} (CASEBOOK_YOUTUBE_ROBOTS)"
    if settings.transcription_model is None:
        raise _Remark(
            "not listened to: captions or a transcript are needed (CASEBOOK_TRANSCRIPTION_MODEL); "
            f"{robots}"
        )
    where = settings.transcription_base_url or "OpenAI"
    sound = "yt-dlp is there" if is_installed() else "yt-dlp is missing (extra [media])"
    return f"{settings.transcription_model} at {where}; {sound}; {robots}"


def _strategy(services: Services) -> str:
    """Say which strategy a source will get, and by whom."""
    from casebook.summarizer.models.profiles import Strategy

    if wanted := services.wanted_strategy:
        return f"{wanted.value} (set by CASEBOOK_LLM_STRATEGY)"
    if services.profile.strategy is Strategy.SINGLE:
        return "single where a source fits, else map_reduce (by the model's profile)"
    return f"{services.profile.strategy.value} (by the model's profile)"


def _answer(settings: Settings) -> str:
    """Ask the model one tiny thing."""
    from pydantic import BaseModel

    from casebook.prompts.loader import Message
    from casebook.runtime.services import Services

    class Ready(BaseModel):
        """A sign of life."""

        ready: bool

    async def ask() -> float:
        brisk = settings.model_copy(update={"llm_attempts": 1})
        async with Services(brisk) as services:
            question = [Message(role="user", content='Answer with {"ready": true} as JSON.')]
            started = time.monotonic()
            await services.model.ask(question, Ready, {"temperature": 0.0, "max_tokens": 20})
            return time.monotonic() - started

    return f"answers in {stopping.run(ask()):.1f} s"


def _browser(settings: Settings) -> str:
    from casebook.extractors.gathering import browser

    if not settings.render:
        raise _Remark("pages that need JavaScript are not run: CASEBOOK_RENDER is off")
    if not browser.is_installed():
        raise _Remark("pages that need JavaScript are not run: install the extra [browser]")
    return f"pages that need JavaScript run in {browser.program() or 'Playwright’s own Chromium'}"


def _ocr(_: Settings) -> str:
    import os
    import shutil

    from casebook.extractors.pdf.ocr.languages import installed

    if program := shutil.which("tesseract"):
        languages = ", ".join(sorted(installed(program, os.environ.get("TESSDATA_PREFIX"))))
        return f"scanned pages are recognised by {program} in {languages}"
    raise _Remark("scanned pages are not recognised: install tesseract (apt: tesseract-ocr)")


def _orchestrator(settings: Settings) -> str:
    from casebook.runtime.orchestrator import is_named_in_vain, running_server

    address = running_server(settings.home)
    if is_named_in_vain(address):
        raise _Remark("no Prefect server answers at PREFECT_API_URL: submit works without it")
    if address:
        return f"Prefect at {address}: submit goes through it"
    raise _Remark("no Prefect server runs; submit works directly (`casebook up` starts one)")
