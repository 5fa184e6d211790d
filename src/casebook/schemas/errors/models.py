"""Why a call to a model gave nothing that can be used."""

from casebook.schemas.errors.root import CasebookError


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
