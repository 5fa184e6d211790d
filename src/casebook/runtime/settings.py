"""What can be configured, read from the environment and from ``casebook.toml``."""

import getpass
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from casebook.schemas.bounds import MOST_AT_ONCE, MOST_DOLLARS, MOST_SECONDS, MOST_WORKERS
from casebook.schemas.errors import ConfigurationError

CONFIG_NAME = "casebook.toml"
LAKE = "ducklake:postgres:"
OPENAI_ENDPOINT = "https://api.openai.com/v1"
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/")
_HOST_AND_PORT = re.compile(r"(?:[^\s:/@\[\]]+|\[[0-9a-f:.]+\]):(\d{1,5})")
_LAST_PORT = 65_535
_PREFIX = "CASEBOOK_"
# Read by `prefect.yaml`, and by the tests.
_OF_OTHERS = {"CASEBOOK_CHECKOUT", "CASEBOOK_DATASETS"}

Seconds = Annotated[float, Field(gt=0, le=MOST_SECONDS)]


def _account() -> str:
    """Return the account's name; containers run programs as numbers that have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _default_home() -> Path:
    try:
        return user_data_path("casebook")
    except RuntimeError:  # an account without a folder: `_home` says so
        return Path("~")


def _home(value: str | Path) -> Path:
    """Return the folder, the same one whatever the current folder will be.

    Raises:
        ValueError: if it is none, or none that DuckDB can keep a file in.
    """
    if _ADDRESS.match(str(value)):
        raise ValueError(
            "must be a folder of this machine; what may be an address is CASEBOOK_DATA"
        )
    try:
        folder = Path(value or _default_home()).expanduser().absolute()
    except RuntimeError:
        raise ValueError(
            "this account has no folder of its own; set CASEBOOK_HOME to one"
        ) from None
    if folder.is_file():
        raise ValueError(f"{folder} is a file: name a folder")
    if "?" in str(folder):
        raise ValueError("must have no ? in its path, which DuckDB takes for the end of a name")
    return folder


def _plain_address(value: str, advice: str = "") -> str:
    """Return a web address without the slash at its end.

    Raises:
        ValueError: if it is none, or holds more than a place.
    """
    address = urlsplit(value)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError("is no http:// or https:// address")
    if address.username or address.password or address.query or address.fragment:
        raise ValueError(f"must hold no user, password, query or fragment{advice}")
    return value.rstrip("/")


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return "OPENAI_API_KEY" if name == "openai_api_key" else f"{_PREFIX}{name.upper()}"


def unknown_variables() -> Mapping[str, str | None]:
    """Return the variables that look like settings and are none, with the setting each may mean."""
    known = [variable_of(name) for name in Settings.model_fields]
    strange = {name for name in os.environ if name.startswith(_PREFIX)}
    strange -= {*known, *_OF_OTHERS}
    return {name: _nearest(name, known) for name in sorted(strange)}


def _nearest(name: str, known: Iterable[str]) -> str | None:
    import difflib

    return next(iter(difflib.get_close_matches(name, known, 1)), None)


def _wrong(
    loc: Sequence[int | str], kind: str, message: str, overrides: Mapping[str, object]
) -> str:
    """Say which setting is wrong, by the name and in the place where it was given, and why."""
    name, told = ".".join(map(str, loc)).lower(), message.removeprefix("Value error, ")
    if kind == "extra_forbidden":
        meant = _nearest(name, Settings.model_fields)
        hint = f"; do you mean {meant}?" if meant else ""
        return f"{name} in {CONFIG_NAME} is no setting{hint}"
    variable = variable_of(name.partition(".")[0]) if loc else _PREFIX
    here = variable in os.environ or name in overrides
    return f"{variable}{'' if here else f' ({name} in {CONFIG_NAME})'}: {told}"


class Settings(BaseSettings):
    """Each field is ``CASEBOOK_<NAME>`` in the environment and ``<name>`` in ``casebook.toml``.

    The environment wins over ``casebook.toml`` in the current folder, and that over the one in
    ``home``. Only the key has a name of its own: ``OPENAI_API_KEY``.
    """

    model_config = SettingsConfigDict(
        env_prefix="CASEBOOK_", extra="forbid", frozen=True, populate_by_name=True
    )

    home: Path = Field(default_factory=_default_home, validate_default=True)
    curator: str = Field(default_factory=_account)

    warehouse: SecretStr | None = None
    data: str | None = None

    llm_base_url: str | None = None
    llm_model: str | None = None
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    llm_strategy: Literal["auto", "single", "map_reduce", "guided"] = "auto"
    llm_mode: Literal["auto", "json_schema", "json", "tools"] = "auto"
    models: dict[str, dict[str, Any]] = Field(default_factory=dict)
    llm_context_tokens: int | None = Field(default=None, gt=0)
    llm_output_tokens: int | None = Field(default=None, gt=0)
    llm_price_input: float | None = Field(default=None, ge=0, le=MOST_DOLLARS)
    llm_price_output: float | None = Field(default=None, ge=0, le=MOST_DOLLARS)
    llm_timeout: Seconds = Field(default=300.0)
    llm_attempts: int = Field(default=4, ge=1)
    llm_backoff: Seconds = Field(default=1.0)
    llm_concurrency: int = Field(default=4, ge=1, le=MOST_AT_ONCE)
    outage_patience: Seconds = Field(default=6 * 3600.0)  # a night

    judge_base_url: str | None = None
    judge_model: str | None = None
    judge_api_key: SecretStr | None = None

    transcription_base_url: str | None = None
    transcription_model: str | None = None
    transcription_api_key: SecretStr | None = None
    transcription_price: float | None = Field(default=None, ge=0, le=MOST_DOLLARS)
    transcription_timeout: Seconds = Field(default=600.0)

    budget_run: float | None = Field(default=None, ge=0, le=MOST_DOLLARS)
    budget_day: float | None = Field(default=None, ge=0, le=MOST_DOLLARS)

    concurrency: int = Field(default=4, ge=1, le=MOST_AT_ONCE)
    fetch_timeout: Seconds = Field(default=30.0)
    fetch_attempts: int = Field(default=3, ge=1)
    host_interval: float = Field(default=1.0, ge=0, le=MOST_SECONDS)
    allowed_hosts: Annotated[frozenset[str], NoDecode] = frozenset()
    render: bool = True
    render_timeout: Seconds = Field(default=30.0)
    youtube_robots: Literal["page", "all"] = "page"
    extract_timeout: Seconds = Field(default=60.0)
    workers: int = Field(default=2, ge=1, le=MOST_WORKERS)
    lock_timeout: Seconds = Field(default=30.0)

    gate_facts: float = Field(default=0.0, ge=0, le=1)
    gate_tags: float = Field(default=0.0, ge=0, le=1)
    gate_summary: float = Field(default=0.0, ge=0, le=1)
    gate_architecture: float = Field(default=0.0, ge=0, le=1)
    gate_techniques: float = Field(default=0.0, ge=0, le=1)
    gate_tools: float = Field(default=0.0, ge=0, le=1)
    gate_challenges: float = Field(default=0.0, ge=0, le=1)
    gate_solutions: float = Field(default=0.0, ge=0, le=1)
    gate_lessons: float = Field(default=0.0, ge=0, le=1)
    gate_results: float = Field(default=0.0, ge=0, le=1)
    gate_failures: float = Field(default=0.0, ge=0, le=1)
    gate_open_questions: float = Field(default=0.0, ge=0, le=1)

    desk_port: int = Field(default=8484, ge=0, le=_LAST_PORT)
    site_title: str = "casebook"
    site_address: str | None = None
    site_licence: str | None = None

    @field_validator("home", mode="before")
    @classmethod
    def _a_folder(cls, value: object) -> object:
        return _home(value) if isinstance(value, str | Path) else value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take ``host:port,host:port`` as well as a list."""
        if isinstance(value, str):
            return [host.strip() for host in value.split(",") if host.strip()]
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _with_ports(cls, value: frozenset[str]) -> frozenset[str]:
        """Refuse what no address would be found to be: each is compared as a whole."""
        hosts = frozenset(host.lower() for host in value)
        for host in sorted(hosts):
            named = _HOST_AND_PORT.fullmatch(host)
            if named is None or not 0 < int(named[1]) <= _LAST_PORT:
                raise ValueError(f"{host!r} is no host:port: write wiki.internal:443")
        return hosts

    @field_validator(
        "warehouse",
        "data",
        "llm_base_url",
        "llm_model",
        "openai_api_key",
        "judge_base_url",
        "judge_model",
        "judge_api_key",
        "transcription_base_url",
        "transcription_model",
        "transcription_api_key",
        "site_address",
        "site_licence",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("warehouse")
    @classmethod
    def _a_lake(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(LAKE):
            raise ValueError(f"must begin with {LAKE}; leave it unset for a file in CASEBOOK_HOME")
        return value

    @field_validator("data")
    @classmethod
    def _no_keys_in_it(cls, value: str | None) -> str | None:
        """Refuse an address that would show a secret wherever it is named."""
        if value is not None and (urlsplit(value).username or urlsplit(value).password):
            raise ValueError("must hold no user or password; keys come from the environment")
        return value and value.rstrip("/")

    @field_validator("site_address")
    @classmethod
    def _a_folder_of_the_web(cls, value: str | None) -> str | None:
        """Refuse what is no plain web address; a page's address follows its last slash."""
        return value and f"{_plain_address(value)}/"

    @field_validator("models")
    @classmethod
    def _describe_models(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Refuse a description that no profile can be made of."""
        from casebook.summarizer.models.profiles import profile_of

        for name, entry in value.items():
            if strange := set(entry) - set(type(profile_of(name)).model_fields):
                raise ValueError(f"{name}: unknown {', '.join(sorted(strange))}")
            profile_of(name, value)
        return value

    @field_validator("llm_base_url", "judge_base_url", "transcription_base_url")
    @classmethod
    def _an_endpoint(cls, value: str | None) -> str | None:
        """Refuse what is no web address, and what would show a secret wherever it is named."""
        return None if value is None else _plain_address(value, "; give the key as OPENAI_API_KEY")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, the two files."""
        home = init_settings().get("home") or env_settings().get("home") or _default_home()
        files = [Path.cwd() / CONFIG_NAME]
        with suppress(ValueError):  # which is told when the setting itself is read
            files.insert(0, _home(home) / CONFIG_NAME)
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, files)

    @property
    def gate(self) -> dict[str, float]:
        """The least share with support, by field; of what is unsupported nothing passes anyway."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {n.removeprefix("gate_"): rate for n, rate in named.items() if n.startswith("gate_")}

    @property
    def unstored_roots(self) -> tuple[str, ...]:
        """Where answers lie that the warehouse has not taken yet: here, and where it is shared."""
        roots = [str(self.home), *([self.data_root] if self.lake else [])]
        return tuple(f"{root}/unstored" for root in dict.fromkeys(roots))

    @property
    def warehouse_path(self) -> Path:
        """The DuckDB file."""
        return self.home / "warehouse.duckdb"

    @property
    def lake(self) -> str | None:
        """What libpq is told to reach the shared warehouse's catalogue, if there is one. Secret."""
        return self.warehouse.get_secret_value().removeprefix(LAKE) if self.warehouse else None

    @property
    def data_root(self) -> str:
        """Folder or address of what is too large for a database: snapshots, a lake's files."""
        return self.data or str(self.home)

    @property
    def site_path(self) -> Path:
        """The folder of the published site."""
        return self.home / "site"

    @property
    def embedded(self) -> bool:
        """Whether the embedded model answers, because no other is named."""
        return self.llm_base_url is None and self.llm_model is None

    @property
    def endpoint(self) -> str:
        """The base URL asked when the model is not embedded."""
        return self.llm_base_url or OPENAI_ENDPOINT

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the settings.

        Raises:
            ConfigurationError: naming each wrong setting, without its value (it may be a key).
        """
        try:
            settings = cls(**overrides)
        except ValidationError as error:
            wrong = "; ".join(
                _wrong(e["loc"], e["type"], e["msg"], overrides) for e in error.errors()
            )
            raise ConfigurationError(f"wrong setting: {wrong}") from None
        except SettingsError as error:  # JSON in the environment
            raise ConfigurationError(f"wrong setting: {_PREFIX}…: {error}") from None
        except ValueError as error:  # a file that is no TOML
            raise ConfigurationError(f"{CONFIG_NAME} cannot be read: {error}") from None
        except OSError as error:
            where = error.filename or "the current folder"
            raise ConfigurationError(f"{where} cannot be read: {error.strerror}") from None
        if settings.warehouse and not settings.data:
            raise ConfigurationError(
                "CASEBOOK_WAREHOUSE is set but no place for its files; set CASEBOOK_DATA to a"
                " folder or bucket that every machine reaches"
            )
        if settings.llm_base_url and not settings.llm_model:
            raise ConfigurationError(
                "CASEBOOK_LLM_BASE_URL is set but no model; set CASEBOOK_LLM_MODEL"
            )
        if settings.judge_base_url and not settings.judge_model:
            raise ConfigurationError(
                "CASEBOOK_JUDGE_BASE_URL is set but no model; set CASEBOOK_JUDGE_MODEL"
            )
        if settings.transcription_base_url and not settings.transcription_model:
            raise ConfigurationError(
                "CASEBOOK_TRANSCRIPTION_BASE_URL is set but no model; set "
                "CASEBOOK_TRANSCRIPTION_MODEL"
            )
        return settings
