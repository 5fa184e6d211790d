"""Every error casebook raises on purpose.

A class stands for what a caller does about it; ``cause`` names the exact reason and is what a
failure stores as its ``kind``. A star marks ``transient`` errors, which may pass and are retried::

    CasebookError
    ├── InputError                 the request cannot be carried out as given       exit 2
    │   └── UnknownId, InvalidDecision
    ├── ConfigurationError         a setting is wrong, or a part is not installed   exit 4
    ├── FetchError                 the bytes could not be had                       exit 3
    │   ├── InvalidUrl, AddressForbidden, AccessDenied, SourceGone, BadResponse, TooLarge
    │   ├── Unreachable*, ServerBusy*, SourceIsList
    │   └── VideoRestricted, VideoBlocked*, CaptionsMissing, TranscriptionFailed
    ├── ExtractionError            the bytes hold no text that can be used          exit 3
    │   ├── KindUnsupported, DocumentEmpty, AccessWall, NeedsJavaScript, Unreadable
    │   └── TemporarilyUnavailable*, WorkerFailed
    ├── ModelError                 a model call gave nothing usable                 exit 3
    │   ├── ProviderUnavailable*, RateLimited*                                      exit 5
    │   ├── ModelRejected, BudgetReached                                            exit 4
    │   └── ContextExceeded, AnswerTruncated, AnswerInvalid, AnswerRefused
    ├── WarehouseError             the warehouse cannot do its work                 exit 1
    │   └── DiskFull, WarehouseBusy* (exit 6)
    └── PublishError               the published files could not be written         exit 3

None of them is ever a verdict about a source.
"""

import re
from typing import ClassVar


class CasebookError(Exception):
    """The root. The message says what happened, to which source, and what to do next.

    ``gone`` marks a source that no longer exists. ``retry_after`` is in seconds.
    """

    transient: ClassVar[bool] = False
    gone: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, cause: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.retry_after = retry_after

    @property
    def kind(self) -> str:
        """The cause, or else the class's name in snake case: ``source_gone``."""
        return self.cause or re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class InputError(CasebookError):
    """The request cannot be carried out as given."""

    exit_code = 2


class UnknownId(InputError):
    """No row has this id, or a shortened id fits several."""


class InvalidDecision(InputError):
    """The state of a case forbids this review step, or it changed in the meantime."""


class ConfigurationError(CasebookError):
    """A setting is wrong or missing, or an optional part is not installed."""

    exit_code = 4


class FetchError(CasebookError):
    """The bytes of a source could not be had."""

    exit_code = 3


class InvalidUrl(FetchError):
    """Not an address that can be fetched: scheme, credentials, port or syntax."""


class AddressForbidden(FetchError):
    """The host resolves to an address outside the public internet."""


class AccessDenied(FetchError):
    """``page_forbidden`` (401, 403, another 4xx), ``robots_forbid`` or ``file_unreadable``."""


class SourceGone(FetchError):
    """``page_missing``, ``soft_not_found``, ``file_missing``, ``video_unavailable/private``."""

    gone = True


class Unreachable(FetchError):
    """No usable answer for now.

    Causes: ``host_unreachable``, ``offline``, ``deadline_exceeded``, ``body_truncated``,
    ``server_failed``, ``captions_unreadable``.
    """

    transient = True


class ServerBusy(FetchError):
    """The server says 429 or 503, or asked earlier to be left alone for a while."""

    transient = True


class BadResponse(FetchError):
    """``tls_failed``, ``too_many_redirects``, ``redirect_forbidden`` or ``malformed``."""


class TooLarge(FetchError):
    """More bytes than the limit for this kind of source."""


class SourceIsList(FetchError):
    """The address is a feed, playlist or channel: a list of sources, not one source."""


class VideoRestricted(FetchError):
    """``video_age_restricted/for_members/not_in_country/consent/unplayable``."""


class VideoBlocked(FetchError):
    """``video_blocked/rate_limited`` for this machine, or ``video_upcoming/live``."""

    transient = True


class CaptionsMissing(FetchError):
    """``captions_disabled``, ``captions_missing`` or ``captions_locked``."""


class TranscriptionFailed(FetchError):
    """``transcription_not_configured``, ``recording_too_long/silent``, ``audio_unavailable``."""


class ExtractionError(CasebookError):
    """The bytes are there but hold no text that can be used."""

    exit_code = 3


class KindUnsupported(ExtractionError):
    """``kind_unsupported``, or ``content_mismatch``: the bytes are not what their name says."""


class DocumentEmpty(ExtractionError):
    """Nothing, or too little, was left after extraction."""


class AccessWall(ExtractionError):
    """``login_wall``, ``consent_wall``, ``paywall`` or ``region_blocked``."""


class TemporarilyUnavailable(ExtractionError):
    """``captcha``, ``service_down``, ``browser_failed`` or ``worker_unavailable``."""

    transient = True


class NeedsJavaScript(ExtractionError):
    """The page is an empty shell until its scripts run."""


class Unreadable(ExtractionError):
    """``damaged``, ``encrypted`` or ``scanned``."""


class WorkerFailed(ExtractionError):
    """``parser_timed_out``, ``parser_out_of_memory`` or ``parser_crashed``."""


class ModelError(CasebookError):
    """A model call gave nothing that can be used."""

    exit_code = 3


class ProviderUnavailable(ModelError):
    """The endpoint is down, unreachable, timed out, or says 5xx."""

    transient = True
    exit_code = 5


class RateLimited(ModelError):
    """The endpoint says 429."""

    transient = True
    exit_code = 5


class ModelRejected(ModelError):
    """``key_rejected``, ``model_unknown``, ``quota_exhausted`` or ``not_an_endpoint``."""

    exit_code = 4


class BudgetReached(ModelError):
    """``budget_reached``, ``source_too_expensive`` or ``price_unknown``: no call was made."""

    exit_code = 4


class ContextExceeded(ModelError):
    """The prompt is longer than the model's context."""


class AnswerTruncated(ModelError):
    """The answer hit the output limit."""


class AnswerInvalid(ModelError):
    """The answer does not fit its schema after the allowed attempts, or it is empty."""


class AnswerRefused(ModelError):
    """``answer_refused`` by the model, or ``answer_filtered`` by the provider."""


class WarehouseError(CasebookError):
    """The warehouse cannot do its work: ``warehouse_too_new``, ``migration_failed``, …."""


class WarehouseBusy(WarehouseError):
    """``warehouse_locked``, ``warehouse_conflict`` or ``warehouse_unreachable``."""

    transient = True
    exit_code = 6


class DiskFull(WarehouseError):
    """The disk takes nothing more."""


class PublishError(CasebookError):
    """The published files could not be written."""

    exit_code = 3
