"""Every error casebook raises on purpose.

A class stands for what a caller does about it; ``cause`` names the exact reason and is what a
failure stores as its ``kind``::

    CasebookError
    ├── InputError                 the request cannot be carried out as given       exit 2
    │   ├── UnknownId              no row has this id, or several do
    │   └── InvalidDecision        the state of a case forbids this review step
    ├── ConfigurationError         a setting is wrong or missing                    exit 4
    ├── FetchError                 stage "fetch"                                    exit 3
    │   ├── InvalidUrl, AddressForbidden, AccessDenied, BadResponse, TooLarge
    │   ├── SourceGone             404, 410, a removed video, a missing file        gone
    │   ├── Unreachable*, ServerBusy*
    │   ├── SourceIsList           a feed, playlist or channel: many sources
    │   ├── VideoRestricted, VideoBlocked*
    │   └── CaptionsMissing, TranscriptionFailed
    ├── ExtractionError            stage "extract"                                  exit 3
    │   ├── KindUnsupported, DocumentEmpty, AccessWall, NeedsJavaScript, Unreadable
    │   ├── TemporarilyUnavailable*   a CAPTCHA, maintenance page, or dead browser
    │   └── WorkerFailed           the parser was killed, or died
    ├── ModelError                 stages "triage", "summarize", "verify"           exit 3
    │   ├── ProviderUnavailable*, RateLimited*                                      exit 5
    │   ├── ModelRejected, BudgetReached                                            exit 4
    │   └── ContextExceeded, AnswerTruncated, AnswerInvalid, AnswerRefused
    ├── WarehouseError                                                              exit 1
    │   ├── WarehouseBusy*                                                          exit 6
    │   └── DiskFull
    └── PublishError                                                                exit 3

A star marks ``transient``: such a failure may pass and is retried with backoff. ``gone`` marks a
source that no longer exists. Every other failure waits for a person. None of them is ever a verdict
about a source.
"""

import re
from enum import StrEnum
from typing import ClassVar


class CasebookError(Exception):
    """The root. The message says what happened, to which source, and what to do next."""

    transient: ClassVar[bool] = False
    gone: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, cause: str | None = None) -> None:
        super().__init__(message)
        self.cause = cause

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
    """The server says 401, 403 or another 4xx, robots.txt disallows the page, or a file is locked.

    Causes: ``page_forbidden``, ``robots_forbid``, ``file_unreadable``.
    """


class SourceGone(FetchError):
    """The page, video or file does not exist (any more).

    Causes: ``page_missing``, ``soft_not_found``, ``file_missing``, ``video_unavailable``,
    ``video_private``.
    """

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

    def __init__(
        self, message: str, cause: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, cause)
        self.retry_after = retry_after


class BadResponse(FetchError):
    """The answer breaks a rule of the protocol or of ours.

    Causes: ``tls_failed``, ``too_many_redirects``, ``redirect_forbidden``, ``malformed``.
    """


class TooLarge(FetchError):
    """More bytes than the limit for this kind of source."""


class SourceIsList(FetchError):
    """The address is a feed, playlist or channel: a list of sources, not one source."""


class VideoRestricted(FetchError):
    """The video is shown to some people only.

    Causes: ``video_age_restricted``, ``video_for_members``, ``video_not_in_country``,
    ``video_consent``, ``video_unplayable``.
    """


class VideoBlocked(FetchError):
    """YouTube does not answer this machine, or not yet.

    Causes: ``video_blocked``, ``video_rate_limited``, ``video_upcoming``, ``video_live``.
    """

    transient = True


class CaptionsMissing(FetchError):
    """The video has no captions that can be read.

    Causes: ``captions_disabled``, ``captions_missing``, ``captions_locked``.
    """


class TranscriptionFailed(FetchError):
    """A recording could not be transcribed.

    Causes: ``transcription_not_configured``, ``recording_too_long``, ``recording_silent``,
    ``audio_unavailable``.
    """


class ExtractionError(CasebookError):
    """The bytes are there but hold no text that can be used."""

    exit_code = 3


class KindUnsupported(ExtractionError):
    """No extractor reads this kind of bytes, or they are not what their name says.

    Causes: ``kind_unsupported``, ``content_mismatch``.
    """


class DocumentEmpty(ExtractionError):
    """Nothing, or too little, was left after extraction."""


class AccessWall(ExtractionError):
    """The page shows a wall instead of its text.

    Causes: ``login_wall``, ``consent_wall``, ``paywall``, ``region_blocked``.
    """


class TemporarilyUnavailable(ExtractionError):
    """The text may be there at another time.

    Causes: ``captcha``, ``service_down``, ``browser_failed``, ``worker_unavailable``.
    """

    transient = True


class NeedsJavaScript(ExtractionError):
    """The page is an empty shell until its scripts run."""


class Unreadable(ExtractionError):
    """The file cannot be parsed.

    Causes: ``damaged``, ``encrypted``, ``scanned``.
    """


class WorkerFailed(ExtractionError):
    """The parser's process hit a limit or died.

    Causes: ``parser_timed_out``, ``parser_out_of_memory``, ``parser_crashed``.
    """


class ModelError(CasebookError):
    """A model call gave nothing that can be used."""

    exit_code = 3


class ProviderUnavailable(ModelError):
    """The endpoint is down, unreachable, timed out, or says 5xx."""

    transient = True
    exit_code = 5


class RateLimited(ModelError):
    """The endpoint says 429; ``retry_after`` is its wish in seconds, where it sent one."""

    transient = True
    exit_code = 5

    def __init__(
        self, message: str, cause: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, cause)
        self.retry_after = retry_after


class ModelRejected(ModelError):
    """The endpoint will not answer until a setting or the account changes.

    Causes: ``key_rejected``, ``model_unknown``, ``quota_exhausted``, ``not_an_endpoint``.
    """

    exit_code = 4


class BudgetReached(ModelError):
    """The next call might exceed a budget and was not made.

    Causes: ``budget_reached``, ``source_too_expensive``, ``price_unknown``.
    """

    exit_code = 4


class ContextExceeded(ModelError):
    """The prompt is longer than the model's context."""


class AnswerTruncated(ModelError):
    """The answer hit the output limit."""


class AnswerInvalid(ModelError):
    """The answer does not fit its schema after the allowed attempts, or it is empty."""


class AnswerRefused(ModelError):
    """The model refused, or the provider's content filter cut the answer.

    Causes: ``answer_refused``, ``answer_filtered``.
    """


class WarehouseError(CasebookError):
    """The warehouse cannot do its work.

    Causes: ``warehouse_too_new``, ``migration_failed``, ``read_only``.
    """


class WarehouseBusy(WarehouseError):
    """Another process holds the database, or its server does not answer, beyond the bounded wait.

    Causes: ``warehouse_locked``, ``warehouse_conflict``, ``warehouse_unreachable``.
    """

    transient = True
    exit_code = 6


class DiskFull(WarehouseError):
    """The disk takes nothing more."""


class PublishError(CasebookError):
    """The published files could not be written."""

    exit_code = 3


class Remedy(StrEnum):
    """What to do about a stored failure."""

    WAIT = "wait"
    YOU = "needs you"
    GONE = "gone"
