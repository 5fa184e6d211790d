"""Every error casebook raises on purpose, one class per cause.

::

    CasebookError
    ├── InputError                      what was asked cannot be done as asked        exit 2
    │   ├── UnknownId, AmbiguousId
    │   ├── InvalidDecision             a review step that the case's state forbids
    │   ├── GateClosed                  too little of the case is supported for a reader
    │   ├── InvalidSource               neither a web address nor a readable file
    │   └── TextTooLong                 a text to check is beyond the limit
    ├── ConfigurationError              a setting is wrong or missing                 exit 4
    │   └── EmbeddedModelMissing
    ├── FetchError                      stage "fetch"                                 exit 3
    │   ├── FileMissing, FileUnreadable
    │   ├── InvalidUrl, AddressForbidden, RobotsForbid
    │   ├── HostUnreachable*, DeadlineExceeded*, BodyTruncated*, TlsFailed
    │   ├── TooManyRedirects, RedirectForbidden, TooLarge, ResponseMalformed
    │   ├── PageMissing (404, 410), PageForbidden (401, 403), ServerFailed* (5xx), ServerBusy* (429)
    │   ├── SourceIsList                a playlist or channel: many sources, not one
    │   ├── VideoUnavailable, VideoPrivate                                            gone for good
    │   ├── VideoBlocked*, VideoRateLimited*, VideoUpcoming*, VideoRunning*           try later
    │   ├── CaptionsUnreadable*                                                       try later
    │   ├── RecordingUnheard, RecordingTooLong, RecordingSilent, SoundUnavailable
    │   ├── VideoForMembers, VideoNotInCountry, VideoAgeRestricted, VideoConsent
    │   ├── VideoRestricted, VideoUnplayable
    │   └── CaptionsDisabled, CaptionsMissing, CaptionsLocked
    ├── ExtractionError                 stage "extract"                               exit 3
    │   ├── KindUnsupported, ContentMismatch (a binary named .html), DocumentEmpty
    │   ├── LoginWall, ConsentWall, Captcha*, Paywall, SoftNotFound, ServiceDown*
    │   ├── RegionBlocked, NeedsJavaScript, BrowserFailed*
    │   ├── Damaged, Encrypted, Scanned
    │   └── ExtractorTimedOut, ExtractorOutOfMemory, ExtractorCrashed, ExtractorUnavailable*
    ├── ModelError                      stages "triage", "summarize"                  exit 3
    │   ├── ProviderUnavailable*, EndpointDown*, RateLimited*                         exit 5
    │   ├── KeyRejected, ModelUnknown, ResponseForeign (no chat completion at all)    exit 4
    │   ├── QuotaExhausted              the account is empty: permanent until it is paid exit 4
    │   ├── BudgetReached, PriceUnknown (with a cap set)                              exit 4
    │   ├── ContextExceeded, AnswerTruncated, AnswerInvalid, AnswerRefused, AnswerFiltered
    │   └── SourceUnread                too much of a long source got no usable answer
    ├── WarehouseError                                                                exit 1
    │   ├── WarehouseLocked*, WarehouseConflict*                                      exit 6
    │   ├── WarehouseMemory*, WarehouseUnreachable*                                   exit 6
    │   ├── BucketSilent*, LockLost*                                                  exit 6
    │   └── WarehouseTooNew, MigrationFailed, DiskFull
    └── PublishError                    stage "publish"                               exit 3

A star marks what may pass by itself: ``transient``. Such a failure is retried with backoff; any
other is recorded and waits for a person, or is ``gone`` for good. None of them is ever a verdict
about a source.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import ClassVar


class Remedy(StrEnum):
    """What is to be done about a failure: wait, act, or give the source up."""

    LATER = "later"
    YOU = "you"
    GONE = "gone"


class CasebookError(Exception):
    """The root. ``str()`` of one says what happened, to which source, and what to do next."""

    transient: ClassVar[bool] = False
    gone: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    @classmethod
    def kind(cls) -> str:
        """Return the cause's name as stored in a Failure: ``host_unreachable``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class InputError(CasebookError):
    """What was asked cannot be done as asked."""

    exit_code = 2


class UnknownId(InputError):
    """No row has this id."""


class AmbiguousId(InputError):
    """A shortened id fits several rows."""


class InvalidDecision(InputError):
    """The case's state, or an unseen unsupported statement, forbids this review step."""


class GateClosed(InputError):
    """Too little of a case is supported for it to reach a reader."""


class InvalidSource(InputError):
    """Neither a web address nor a file that casebook can read."""


class TextTooLong(InputError):
    """A text exceeds what is checked in one go."""


class ConfigurationError(CasebookError):
    """A setting is wrong or missing."""

    exit_code = 4


class EmbeddedModelMissing(ConfigurationError):
    """No endpoint is configured and the embedded model is not installed."""


class FetchError(CasebookError):
    """The bytes of a source could not be had."""

    exit_code = 3


class FileMissing(FetchError):
    """No file is at this path."""


class FileUnreadable(FetchError):
    """The file is there but cannot be read: a folder, or no permission."""


class InvalidUrl(FetchError):
    """Not an address that can be fetched: scheme, credentials, port, or syntax."""


class AddressForbidden(FetchError):
    """The host resolves to an address outside the public internet."""


class RobotsForbid(FetchError):
    """The site's robots.txt disallows this page to casebook."""


class HostUnreachable(FetchError):
    """No connection: the name does not resolve, or nobody answers."""

    transient = True


class Offline(FetchError):
    """No site answers, for this machine reaches nothing: it tells nothing about any source."""

    transient = True


class DeadlineExceeded(FetchError):
    """The whole fetch took longer than its deadline."""

    transient = True


class BodyTruncated(FetchError):
    """The connection ended before the announced end of the body."""

    transient = True


class TlsFailed(FetchError):
    """The certificate does not verify, or the handshake failed."""


class TooManyRedirects(FetchError):
    """More hops than allowed."""


class RedirectForbidden(FetchError):
    """A redirect from https to http, or to something that is not a web address."""


class TooLarge(FetchError):
    """More bytes than the cap for this kind."""


class ResponseMalformed(FetchError):
    """The answer is not HTTP that can be read, or its body's encoding is unknown or damaged."""


class PageMissing(FetchError):
    """The server says 404 or 410, or shows its front page or an overview in place of the page."""

    gone = True


class PageForbidden(FetchError):
    """The server says 401, 403, or another 4xx."""


class ServerFailed(FetchError):
    """The server says 5xx."""

    transient = True


class ServerBusy(FetchError):
    """The server says 429, or said that or 503 before and is left alone."""

    transient = True


class SourceIsList(FetchError):
    """The address is of a playlist or channel: a list of sources, not a source."""


class VideoUnavailable(FetchError):
    """The video was removed, or never was."""

    gone = True


class VideoPrivate(FetchError):
    """The video's owner shows it to nobody but whom they name."""

    gone = True


class VideoUnplayable(FetchError):
    """The video is not shown for another reason; YouTube's own words are in the text."""


class VideoForMembers(FetchError):
    """The video is for a channel's members, or sold."""


class VideoNotInCountry(FetchError):
    """The video is closed to the country that this machine is in."""


class VideoRestricted(FetchError):
    """The network that this machine is in, or who runs it, keeps the video from being shown."""


class VideoBlocked(FetchError):
    """YouTube takes this machine for a bot, as it does most cloud addresses."""

    transient = True


class VideoRateLimited(FetchError):
    """YouTube has had too many requests from this address."""

    transient = True


class VideoUpcoming(FetchError):
    """The broadcast or premiere has not begun."""

    transient = True


class VideoRunning(FetchError):
    """The broadcast is not over, or has just ended: its captions are not all there."""

    transient = True


class CaptionsUnreadable(FetchError):
    """YouTube's answer is not one that can be understood."""

    transient = True


class SoundUnavailable(FetchError):
    """A video's sound, which stands in for captions, could not be had."""


class RecordingUnheard(FetchError):
    """A recording, and no endpoint is configured that writes down what is said in it."""


class RecordingTooLong(FetchError):
    """A recording larger than the endpoint takes, and no tool is there to cut it."""


class RecordingSilent(FetchError):
    """The endpoint hears no words in a recording."""


class CaptionsDisabled(FetchError):
    """The video has no captions, or its owner has turned them off."""


class CaptionsMissing(FetchError):
    """The video lists captions, but none that hold words."""


class CaptionsLocked(FetchError):
    """The captions are only given to YouTube's own player (a "PO token")."""


class VideoAgeRestricted(FetchError):
    """The video is shown to signed-in adults only."""


class VideoConsent(FetchError):
    """YouTube asks for consent to cookies in a form that cannot be answered."""


class ExtractionError(CasebookError):
    """The bytes are there but hold no text that can be used."""

    exit_code = 3


class KindUnsupported(ExtractionError):
    """No extractor takes this media type."""


class ContentMismatch(ExtractionError):
    """The bytes are not what the name or header says."""


class DocumentEmpty(ExtractionError):
    """Nothing, or too little, was left after extraction."""


class LoginWall(ExtractionError):
    """The page asks to log in."""


class ConsentWall(ExtractionError):
    """The page asks for consent before it shows anything."""


class Captcha(ExtractionError):
    """The page wants proof of a human."""

    transient = True


class Paywall(ExtractionError):
    """The page shows a part and sells the rest."""


class SoftNotFound(ExtractionError):
    """The page says "not found" with status 200."""

    gone = True


class RegionBlocked(ExtractionError):
    """The page is not shown in the country that this machine is in."""


class ServiceDown(ExtractionError):
    """The page says, with status 200, that the site is down or under maintenance."""

    transient = True


class NeedsJavaScript(ExtractionError):
    """The page is an empty shell until its scripts run."""


class BrowserFailed(ExtractionError):
    """The browser that was to run a page's scripts did not start, died, or was not done in time."""

    transient = True


class Damaged(ExtractionError):
    """The file cannot be parsed."""


class Encrypted(ExtractionError):
    """The file needs a password."""


class Scanned(ExtractionError):
    """The pages are pictures without a text layer."""


class ExtractorTimedOut(ExtractionError):
    """The worker was killed at its time limit."""


class ExtractorOutOfMemory(ExtractionError):
    """The worker hit its memory limit."""


class ExtractorCrashed(ExtractionError):
    """The worker died."""


class ExtractorUnavailable(ExtractionError):
    """No worker could be started, or none answers; no document is to blame."""

    transient = True


class ModelError(CasebookError):
    """A model call gave nothing that can be used."""

    exit_code = 3
    # What was spent on it all the same, told by the client.
    attempts: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


class ProviderUnavailable(ModelError):
    """The endpoint is down, unreachable, timed out, or says 5xx."""

    transient = True
    exit_code = 5
    # Tells that the outage was known, and the request sent to see whether it is over.
    probed: bool = False
    # Tells that a gateway gave up waiting for an answer.
    overdue: bool = False

    def __init__(self, message: str, *, taken: bool = False) -> None:
        super().__init__(message)
        # It may have worked on the request, which may have to be paid.
        self.taken = taken


class EndpointDown(ModelError):
    """No request was sent: the endpoint has been down for a while and is left alone."""

    transient = True
    exit_code = 5


class RateLimited(ModelError):
    """The endpoint says 429; ``retry_after`` is its wish in seconds, where it said one."""

    transient = True
    exit_code = 5
    # Tells that it has said nothing else for a long time, to nobody.
    endless: bool = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class KeyRejected(ModelError):
    """The endpoint refuses the key, or wants one."""

    exit_code = 4


class ModelUnknown(ModelError):
    """The endpoint does not know this model."""

    exit_code = 4


class QuotaExhausted(ModelError):
    """The account has no credit left: every call fails until someone pays."""

    exit_code = 4


class BudgetReached(ModelError):
    """The next call might pass a cap of the settings; it was not made."""

    exit_code = 4


class PriceUnknown(ModelError):
    """A cap is set, but what a call costs is not known; it was not made."""

    exit_code = 4


class ResponseForeign(ModelError):
    """What the endpoint sends is no chat completion: a proxy's page, say, or redirects."""

    exit_code = 4


class ContextExceeded(ModelError):
    """The prompt is longer than the model's context."""

    # That context in tokens, where the endpoint told it.
    limit: int | None = None


class AnswerTruncated(ModelError):
    """The answer hit the output limit."""


class AnswerInvalid(ModelError):
    """The answer does not fit the schema, after the allowed attempts."""


class AnswerRefused(ModelError):
    """The model refused."""


class AnswerFiltered(ModelError):
    """The provider's content filter cut the answer."""


class SourceUnread(ModelError):
    """So much of a long source got no usable answer that a draft of the rest would mislead."""


class WarehouseError(CasebookError):
    """The warehouse cannot do its work."""


class DiskFull(WarehouseError):
    """The disk takes nothing more, or has no room left but for what is being paid for."""


class WarehouseLocked(WarehouseError):
    """Another program kept the database file for longer than the bounded wait."""

    transient = True
    exit_code = 6


class WarehouseConflict(WarehouseError):
    """Another writer's commit came between our reading and our writing; ours was not stored."""

    transient = True
    exit_code = 6


class WarehouseMemory(WarehouseError):
    """A statement needs more memory than its connection may have; the next one has more."""

    transient = True
    exit_code = 6


class WarehouseUnreachable(WarehouseError):
    """The database server of a shared warehouse does not answer."""

    transient = True
    exit_code = 6


class BucketSilent(WarehouseError):
    """The bucket of the snapshots, or of a lake's data, does not answer in time, or not now."""

    transient = True
    exit_code = 6


class LockLost(WarehouseError):
    """Another machine took over the document that this one worked on and did not answer for."""

    transient = True
    exit_code = 6


class WarehouseTooNew(WarehouseError):
    """The file was written by a newer casebook."""


class MigrationFailed(WarehouseError):
    """A migration did not apply; the backup made before it is named."""


class PublishError(CasebookError):
    """The published files could not be written."""

    exit_code = 3


@cache
def _kinds() -> dict[str, type[CasebookError]]:
    def below(cause: type[CasebookError]) -> Iterator[type[CasebookError]]:
        yield cause
        for narrower in cause.__subclasses__():
            yield from below(narrower)

    return {cause.kind(): cause for cause in below(CasebookError)}


def concerns_setup(kind: str) -> bool:
    """Tell whether a stored failure says nothing about its source, but about key or settings."""
    return kind in setup_kinds()


@cache
def setup_kinds() -> tuple[str, ...]:
    """Return the kinds of failures that concern the setup."""
    setup = ConfigurationError.exit_code
    return tuple(kind for kind, cause in _kinds().items() if cause.exit_code == setup)


def remedy_of(kind: str, *, transient: bool) -> Remedy:
    """Return what is to be done about a stored failure of this kind."""
    if transient:
        return Remedy.LATER
    return Remedy.GONE if _kinds().get(kind, CasebookError).gone else Remedy.YOU
