"""What every error of casebook is."""

import re
from typing import ClassVar


class CasebookError(Exception):
    """The root. ``str()`` of one says what happened, to which source, and what to do next."""

    transient: ClassVar[bool] = False
    gone: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    @classmethod
    def kind(cls) -> str:
        """Return the cause's name as stored in a Failure: ``host_unreachable``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
