"""Why the bytes of a source could not be had."""

from casebook.schemas.errors.root import CasebookError


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
