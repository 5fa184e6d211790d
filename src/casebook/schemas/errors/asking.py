"""What was asked, or set, cannot be done so."""

from casebook.schemas.errors.root import CasebookError


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
