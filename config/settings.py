"""Settings from the environment and ``casebook.toml``, and logging.

The log is a file of JSON Lines in the home, with ``--verbose`` also on standard error.
"""

import getpass
import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

import structlog
from platformdirs import user_data_path
from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, TomlConfigSettingsSource
from structlog import processors

from schemas.errors import ConfigurationError

CONFIG_NAME = "casebook.toml"
OPENAI_ENDPOINT = "https://api.openai.com/v1"
LAKE = "ducklake:postgres:"
_PREFIX = "CASEBOOK_"
_NOT_SETTINGS = {"CASEBOOK_CHECKOUT", "CASEBOOK_DATASETS"}  # used by prefect.yaml and by tests
_REMOVED = {"llm_timeout": "set `timeout` in a [models] table"}
_HOST_AND_PORT = re.compile(r"(?:[^\s:/@\[\]]+|\[[0-9a-f:.]+\]):\d{1,5}")
_MONTH = 31 * 86_400

Dollars = Annotated[float, Field(ge=0, le=1e9)]
Place = Annotated[str, AfterValidator(lambda value: value.rstrip("/"))]


def _plain(value: str) -> str:
    address = urlsplit(value)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError("not an http:// or https:// address")
    if address.username or address.password or address.query or address.fragment:
        raise ValueError("must not contain a user, password, query or fragment")
    return value.rstrip("/")


def _with_port(value: str) -> str:
    value = value.strip().lower()
    if not _HOST_AND_PORT.fullmatch(value):
        raise ValueError(f"{value!r} needs a host and a port, e.g. wiki.internal:443")
    return value


Address = Annotated[str, AfterValidator(_plain)]
HostAndPort = Annotated[str, AfterValidator(_with_port)]


def _account() -> str:
    """Return the user name, or the user's number if there is no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


class Settings(BaseSettings):
    """``CASEBOOK_NAME`` in the environment, or ``name`` in a ``casebook.toml``."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    home: Path = Field(default_factory=lambda: user_data_path("casebook"), validate_default=True)
    """The folder of all data; by default the platform's user data folder."""
    curator: str = Field(default_factory=_account)
    """Your name, stored with each decision; by default the account's name."""
    warehouse: SecretStr | None = None
    """`ducklake:postgres:host=…` for several machines; by default a DuckDB file in the home."""
    data: Place | None = None
    """Folder or `s3://bucket/…` of snapshots and a shared warehouse; by default the home."""
    llm_base_url: Address | None = None
    """An OpenAI-compatible endpoint; by default the embedded model is used."""
    embedded_model: Path | None = None
    """A GGUF file to use as the embedded model; from 700 MB on it writes drafts like any other."""
    llm_model: str | None = None
    """The name of the model; without an endpoint, it is an OpenAI model."""
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    """The API key of the endpoint, if it needs one."""
    llm_strategy: Literal["auto", "single", "map_reduce", "guided"] = "auto"
    """How documents are drafted; `auto` depends on the model and the document's length."""
    language: Annotated[str, Field(min_length=2, max_length=40)] = "English"
    """The language of drafts; quotes stay in that of the source, with a translation."""
    llm_concurrency: Annotated[int, Field(ge=1, le=256)] = 4
    """Maximum number of parallel requests; twice as many sources are in progress."""
    models: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Custom models, or changes to known ones, as `[models."name"]` tables; see below."""
    subjects: ClassVar[int] = 8  # of one source that are drafted; others are proposed
    workers: ClassVar[int] = min(8, max(2, (os.cpu_count() or 2) // 2))  # that parse documents
    patience: ClassVar[float] = 6 * 3600.0  # seconds that a batch waits for an endpoint
    judge: str = "same"
    """The model that checks statements against quotes: `same`, `off` or a name."""
    transcription_base_url: Address | None = None
    """An endpoint with `/audio/transcriptions`; by default OpenAI."""
    transcription_model: str | None = None
    """The model that transcribes recordings, or the folder of one for faster-whisper; by default
    Whisper's base model if `[speech]` is installed, else recordings are rejected."""
    transcription_api_key: SecretStr | None = None
    """Its API key; by default `OPENAI_API_KEY` if the endpoint is the same."""
    speech_base_url: Address | None = None
    """An `/audio/speech` endpoint; by default OpenAI. It gets the key if the model uses it, too."""
    speech_model: str | None = None
    """The model that reads reports aloud; by default the offline voices of `[audio]`."""
    budget_run: Dollars | None = None
    """Maximum cost of one command in US dollars."""
    budget_day: Dollars | None = None
    """Maximum cost of all commands per day (UTC) in US dollars."""
    budget_source: Dollars = 1.0
    """Maximum cost of one source in US dollars; `--source-budget` overrides it."""
    host_interval: Annotated[float, Field(ge=0, le=_MONTH)] = 1.0
    """Delay between requests to the same host."""
    allowed_hosts: Annotated[frozenset[HostAndPort], NoDecode] = frozenset()
    """`host:port,…` of hosts that can be fetched from although they are not public."""
    proxy: Address | None = None
    """`http://host:port` of a proxy for all fetches."""
    render: bool = True
    """Render pages in Chromium if they are empty without JavaScript."""
    desk_listen: HostAndPort = "127.0.0.1:8484"
    """Address and port of the review desk; port 0 uses any free port."""
    desk_address: Address | None = None
    """The public address of the desk, if it is used from other machines."""
    desk_proxies: dict[IPv4Network | IPv6Network, str] = Field(default_factory=dict)
    """Trusted proxies, as `{"10.0.0.2": "X-Forwarded-User"}`: address, then user header or `""`."""
    site_title: str = "casebook"
    """The title of the published site."""
    site_address: Address | None = None
    """The public address of the site; enables feeds and a sitemap."""
    site_licence: str | None = None
    """The licence shown on the site."""
    site_contact: str | None = None
    """An e-mail or web address where readers can report mistakes."""
    mail: SecretStr | None = None
    """`smtp://USER:PASSWORD@HOST:587?from=ADDRESS&to=ADDRESS,…`, for `casebook digest --mail`."""

    @field_validator("home", mode="after")
    @classmethod
    def _home_is_a_folder(cls, value: Path) -> Path:
        if "://" in str(value) or ":/" in str(value):
            raise ValueError("must be a local folder; CASEBOOK_DATA can be an address")
        try:
            folder = value.expanduser().absolute()
        except RuntimeError:
            raise ValueError("this account has no home folder; set CASEBOOK_HOME") from None
        if folder.is_file():
            raise ValueError(f"{folder} is a file, not a folder")
        if "?" in str(folder):
            raise ValueError("the path must not contain a question mark")
        return folder

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        hosts = value.split(",") if isinstance(value, str) else value
        return [one for one in hosts if str(one).strip()] if isinstance(hosts, list) else hosts

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.warehouse and not self.warehouse.get_secret_value().startswith(LAKE):
            raise ValueError(f"CASEBOOK_WAREHOUSE must begin with {LAKE}")
        if self.data and (urlsplit(self.data).username or urlsplit(self.data).password):
            raise ValueError("CASEBOOK_DATA must not contain a user or password")
        if self.warehouse and not self.data:
            raise ValueError("CASEBOOK_WAREHOUSE also needs CASEBOOK_DATA")
        if self.llm_base_url and not self.llm_model:
            raise ValueError("CASEBOOK_LLM_BASE_URL also needs CASEBOOK_LLM_MODEL")
        return self

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: Any, init_settings: Any, env_settings: Any, *_: Any, **__: Any
    ) -> tuple[Any, ...]:
        """Return the sources in order of precedence: arguments, environment, the two files."""
        home = {**env_settings(), **init_settings()}.get("home") or user_data_path("casebook")
        files = [Path.cwd() / CONFIG_NAME]
        with suppress(RuntimeError):
            files.insert(0, Path(home).expanduser() / CONFIG_NAME)
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, files)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Return the settings, or raise ConfigurationError with the names of invalid ones."""
        if old := next((name for name in _REMOVED if os.environ.get(variable_of(name))), None):
            raise ConfigurationError(f"invalid setting: {_problem((old,), '')}")
        try:
            return cls(**overrides)
        except ValidationError as error:
            # Without the values: one may be a key.
            wrong = "; ".join(_problem(e["loc"], e["msg"]) for e in error.errors())
            raise ConfigurationError(f"invalid setting: {wrong}") from None
        except ValueError as error:
            raise ConfigurationError(f"invalid setting: {error}") from None
        except OSError as error:
            raise ConfigurationError(f"{error.filename} cannot be read: {error.strerror}") from None

    @property
    def site_path(self) -> Path:
        """The folder of the published site."""
        return self.home / "site"

    @property
    def embedded(self) -> bool:
        """Whether the embedded model is used."""
        return self.llm_base_url is None and self.llm_model is None

    @property
    def endpoint(self) -> str:
        """The base URL of the endpoint if the model is not embedded."""
        return self.llm_base_url or OPENAI_ENDPOINT

    @property
    def judge_model(self) -> str | None:
        """The judge's model, None if it is off or the model is embedded."""
        judge = self.llm_model if self.judge == "same" else self.judge
        return None if judge == "off" or self.embedded else judge


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return "OPENAI_API_KEY" if name == "openai_api_key" else f"{_PREFIX}{name.upper()}"


def unknown_variables() -> Mapping[str, str | None]:
    """Return unknown variables that look like settings, with similar names of settings."""
    known = [variable_of(name) for name in Settings.model_fields]
    strange = {name for name in os.environ if name.startswith(_PREFIX)} - _NOT_SETTINGS - {*known}
    return {name: next(iter(get_close_matches(name, known, 1)), None) for name in sorted(strange)}


def _problem(place: tuple[int | str, ...], message: str) -> str:
    """Return the message for an invalid setting, with the name of its variable."""
    text = message.removeprefix("Value error, ")
    if not place:
        return text
    name = str(place[0]).lower()
    where = f"{variable_of(name)} (or {name} in {CONFIG_NAME})"
    if name not in Settings.model_fields and name != "openai_api_key":
        near = next(iter(get_close_matches(name, list(Settings.model_fields), 1)), None)
        hint = _REMOVED.get(name) or (f"did you mean {near}?" if near else "correct the name")
        return f"{where} is not a setting; {hint}"
    return f"{where}: {text}"


def configure_logging(home: Path, *, verbose: bool = False) -> None:
    """Log INFO and above to ``logs/casebook.log`` if ``home`` exists and is writable."""
    logging.raiseExceptions = False  # a full disk only truncates the log
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if home.is_dir():
        with suppress(OSError):
            (home / "logs").mkdir(mode=0o700, exist_ok=True)
            path = home / "logs" / "casebook.log"
            handlers.append(RotatingFileHandler(path, maxBytes=5_000_000, backupCount=2))
    if verbose:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for noisy in ("httpx", "httpcore", "trafilatura", "prefect"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # These log error responses of endpoints, which can contain the key.
    for leaky in ("openai", "instructor"):
        logging.getLogger(leaky).setLevel(logging.CRITICAL + 1)
    stamp, as_json = processors.TimeStamper(fmt="iso", utc=True), processors.JSONRenderer()
    structlog.configure(
        processors=[processors.add_log_level, stamp, processors.format_exc_info, as_json],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
