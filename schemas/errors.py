"""Every error casebook raises on purpose: a class for each thing that a caller does about it.

``cause`` names the exact reason. None of them is ever a verdict about a source.
"""

import re
from typing import ClassVar


class CasebookError(Exception):
    """The root. The message says what happened, to which source, and what to do next."""

    transient: ClassVar[bool] = False  # it may pass and is retried, after ``retry_after`` seconds
    gone: ClassVar[bool] = False  # the source no longer exists
    exit_code: ClassVar[int] = 1  # of a command

    def __init_subclass__(cls, **marks: bool | int) -> None:
        """Take the marks above as keywords of the class statement."""
        for name, value in marks.items():
            setattr(cls, name, value)

    def __init__(self, message: str, cause: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.cause = cause
        self.retry_after = retry_after

    @property
    def kind(self) -> str:
        """The cause, or else the class's name in snake case: ``source_gone``."""
        return self.cause or re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class InputError(CasebookError, exit_code=2):
    """The request cannot be carried out as given."""


class UnknownId(InputError):
    """No row has this id, or a shortened id fits several."""


class InvalidDecision(InputError):
    """The state of a case forbids this review step, or it changed in the meantime."""


class EditClash(InvalidDecision):
    """Two people changed one ``part``: its words are ``theirs`` now."""

    def __init__(self, message: str, part: str, theirs: str) -> None:
        super().__init__(message)
        self.part, self.theirs = part, theirs


class ConfigurationError(CasebookError, exit_code=4):
    """A setting is wrong or missing, or an optional part is not installed."""


class BatchPaused(CasebookError, exit_code=3):
    """Something stopped a whole batch; its sources wait for a new run."""


class FetchError(CasebookError, exit_code=3):
    """The bytes could not be had: ``tls_failed``, ``source_is_list``, ``recording_silent``, …."""


class InvalidUrl(FetchError):
    """Not an address that can be fetched: scheme, credentials, port or syntax."""


class AddressForbidden(FetchError):
    """The host resolves to an address outside the public internet."""


class AccessDenied(FetchError):
    """``page_forbidden`` (401, 403, another 4xx), ``robots_forbid`` or ``file_unreadable``."""


class SourceGone(FetchError, gone=True):
    """``page_missing``, ``soft_not_found``, ``file_missing``, ``video_unavailable/private``."""


class Unreachable(FetchError, transient=True):
    """No answer for now: ``offline``, ``body_truncated``, ``server_failed``, ``video_live``, …."""


class ServerBusy(FetchError, transient=True):
    """The server says 429 or 503, or asked earlier to be left alone for a while."""


class TooLarge(FetchError):
    """More bytes than the limit for this kind of source."""


class CaptionsMissing(FetchError):
    """``captions_disabled``, ``captions_missing`` or ``captions_locked``."""


class ExtractionError(CasebookError, exit_code=3):
    """The bytes hold no text to use: ``login_wall``, ``damaged``, ``parser_timed_out``, …."""


class NeedsJavaScript(ExtractionError):
    """The page is an empty shell until its scripts run."""


class TemporarilyUnavailable(ExtractionError, transient=True):
    """``captcha``, ``service_down``, ``browser_failed`` or ``worker_unavailable``."""


class ModelError(CasebookError, exit_code=3):
    """A model call gave nothing that can be used."""


class ProviderUnavailable(ModelError, transient=True, exit_code=5):
    """The endpoint is down, unreachable, timed out, or says 5xx."""


class RateLimited(ModelError, transient=True, exit_code=5):
    """The endpoint says 429."""


class ModelRejected(ModelError, exit_code=4):
    """``key_rejected``, ``model_unknown``, ``quota_exhausted`` or ``not_an_endpoint``."""


class BudgetReached(ModelError, exit_code=4):
    """``budget_reached``, ``price_unknown``, ``answer_truncated`` before, …: no call was made."""


class ContextExceeded(ModelError):
    """The prompt is longer than the model's context."""


class AnswerTruncated(ModelError):
    """The answer hit the output limit."""


class AnswerInvalid(ModelError):
    """The answer does not fit its schema after the allowed attempts, or it is empty."""


class AnswerRefused(ModelError):
    """``answer_refused`` by the model, or ``answer_filtered`` by the provider."""


class WarehouseError(CasebookError):
    """``warehouse_too_new``, ``migration_failed``, ``disk_full``, ``blob_missing`` and the like."""


class WarehouseBusy(WarehouseError, transient=True, exit_code=6):
    """``warehouse_locked``, ``warehouse_conflict`` or ``warehouse_unreachable``."""


class PublishError(CasebookError, exit_code=3):
    """The published files could not be written."""
