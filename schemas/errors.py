"""The errors that casebook raises: one class for each way of handling them.

``cause`` names the exact reason. An error is never a verdict on a source.
"""

import re
from typing import ClassVar


class CasebookError(Exception):
    """The base class. Messages state the problem, the affected source and the next step."""

    transient: ClassVar[bool] = False  # worth a retry, after ``retry_after`` seconds
    gone: ClassVar[bool] = False  # the source no longer exists
    exit_code: ClassVar[int] = 1  # of a command

    def __init_subclass__(cls, **attributes: bool | int) -> None:
        """Accept the attributes above as keyword arguments of the class statement."""
        for name, value in attributes.items():
            setattr(cls, name, value)

    def __init__(self, message: str, cause: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.cause = cause
        self.retry_after = retry_after

    @property
    def kind(self) -> str:
        """The cause, by default the class name in snake case: ``source_gone``."""
        return self.cause or re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class InputError(CasebookError, exit_code=2):
    """The request cannot be carried out as given."""


class UnknownId(InputError):
    """No row has this id, or a shortened id matches several."""


class InvalidDecision(InputError):
    """The state of a case does not allow this review step, or it changed in the meantime."""


class EditClash(InvalidDecision):
    """Somebody else changed the same ``part``; its text is now ``theirs``."""

    def __init__(self, message: str, part: str, theirs: str) -> None:
        super().__init__(message)
        self.part, self.theirs = part, theirs


class ConfigurationError(CasebookError, exit_code=4):
    """A setting is invalid or missing, or an optional dependency is not installed."""


class BatchPaused(CasebookError, exit_code=3):
    """Something stopped a whole batch; its sources wait for a new run."""


class FetchError(CasebookError, exit_code=3):
    """The source could not be fetched: ``tls_failed``, ``source_is_list``, etc."""


class InvalidUrl(FetchError):
    """The URL cannot be fetched because of its scheme, credentials, port or syntax."""


class AddressForbidden(FetchError):
    """The host resolves to an address outside the public internet."""


class AccessDenied(FetchError):
    """``page_forbidden`` (401, 403, another 4xx), ``robots_forbid`` or ``file_unreadable``."""


class SourceGone(FetchError, gone=True):
    """``page_missing``, ``soft_not_found``, ``file_missing``, ``video_unavailable/private``."""


class Unreachable(FetchError, transient=True):
    """Temporarily unreachable: ``offline``, ``body_truncated``, ``server_failed``, etc."""


class ServerBusy(FetchError, transient=True):
    """The server answered 429 or 503, or an earlier Retry-After delay has not passed."""


class TooLarge(FetchError):
    """The source is larger than the limit for its kind."""


class CaptionsMissing(FetchError):
    """``captions_disabled``, ``captions_missing`` or ``captions_locked``."""


class ExtractionError(CasebookError, exit_code=3):
    """The source has no usable text: ``login_wall``, ``damaged``, ``parser_timed_out``, etc."""


class NeedsJavaScript(ExtractionError):
    """The page has no content until its scripts run."""


class TemporarilyUnavailable(ExtractionError, transient=True):
    """``captcha``, ``service_down``, ``browser_failed`` or ``worker_unavailable``."""


class ModelError(CasebookError, exit_code=3):
    """A model call had no usable result."""


class ProviderUnavailable(ModelError, transient=True, exit_code=5):
    """The endpoint is down, unreachable or too slow, or it answered 5xx."""


class RateLimited(ModelError, transient=True, exit_code=5):
    """The endpoint answered 429."""


class ModelRejected(ModelError, exit_code=4):
    """``key_rejected``, ``model_unknown``, ``quota_exhausted`` or ``not_an_endpoint``."""


class BudgetReached(ModelError, exit_code=4):
    """No call was made: ``budget_reached``, ``price_unknown``, ``source_too_expensive``, etc."""


class ContextExceeded(ModelError):
    """The prompt is longer than the model's context."""


class AnswerTruncated(ModelError):
    """The answer was cut off at the output limit; ``partial`` is its beginning."""

    partial = ""


class AnswerInvalid(ModelError):
    """The answer is empty or still does not match its schema after all attempts."""


class AnswerRefused(ModelError):
    """``answer_refused`` by the model, or ``answer_filtered`` by the provider."""


class WarehouseError(CasebookError):
    """``warehouse_too_new``, ``migration_failed``, ``disk_full``, ``blob_missing``, etc."""


class WarehouseBusy(WarehouseError, transient=True, exit_code=6):
    """``warehouse_locked``, ``warehouse_conflict`` or ``warehouse_unreachable``."""


class PublishError(CasebookError, exit_code=3):
    """The published files could not be written."""
