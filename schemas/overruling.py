"""A curator's decision to keep a refuted part: a second line in the reason of its support."""

from schemas.cases import Support, SupportLevel


def overruled(support: Support, who: str, why: str) -> Support:
    """Return the support of a refuted part that ``who`` keeps; readers see the reason ``why``."""
    reason = f"{finding(support)}\n{' '.join(why.split())}"
    return support.model_copy(update={"reason": reason, "confirmed_by": who})


def is_overruled(support: Support) -> bool:
    """Return whether a curator keeps the part although it is refuted."""
    return support.level is SupportLevel.REFUTED and support.confirmed_by is not None


def finding(support: Support) -> str:
    """Return the reason of code or judge, without that of the curator."""
    return support.reason.partition("\n")[0]


def kept_because(support: Support) -> str:
    """Return the curator's reason for keeping a refuted part."""
    return support.reason.partition("\n")[2] if is_overruled(support) else ""
