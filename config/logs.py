"""Logging: JSON lines in a file under the home, with ``--verbose`` also on standard error."""

import logging
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

_FIVE_MEGABYTES = 5_000_000


class _LogFile(RotatingFileHandler):
    """A log that a full disk cuts short instead of failing the program."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Leave out a line that the system does not take."""
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


def configure_logging(home: Path, *, verbose: bool = False) -> None:
    """Send lines of level INFO and up to ``home/logs/casebook.log``, rotated at 5 MB.

    Nothing is created for a home that does not exist yet, and a read-only one still works.
    """
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if home.is_dir():
        with suppress(OSError):
            (home / "logs").mkdir(mode=0o700, exist_ok=True)
            path = home / "logs" / "casebook.log"
            handlers.append(_LogFile(path, maxBytes=_FIVE_MEGABYTES, backupCount=2))
    if verbose:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for noisy in ("httpx", "httpcore", "trafilatura", "pypdf", "prefect"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # These log an endpoint's own words at ERROR, and an endpoint may echo the key.
    for leaky in ("openai", "instructor"):
        logging.getLogger(leaky).setLevel(logging.CRITICAL + 1)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
