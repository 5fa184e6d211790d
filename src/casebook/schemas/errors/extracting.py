"""Why no text could be read in the bytes of a source."""

from casebook.schemas.errors.root import CasebookError


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
