"""Logging: structured lines on stderr for warnings, and everything in a file under the home."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

_MEGABYTE = 1_000_000


class _LogFile(RotatingFileHandler):
    """A log that a full disk cuts short: what could not be stored is told elsewhere."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Leave out a line that the system does not take; else tell it as logging does."""
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


def configure_logging(home: Path, *, verbose: bool = False) -> None:
    """Send JSON lines of level INFO and up to ``home/logs/casebook.log``, rotated at 5 MB.

    With ``verbose`` they also go to stderr. A home that cannot be written is no reason to fail.
    """
    handlers: list[logging.Handler] = []
    try:
        (home / "logs").mkdir(parents=True, exist_ok=True)
        handlers.append(
            _LogFile(home / "logs" / "casebook.log", maxBytes=5 * _MEGABYTE, backupCount=2)
        )
    except OSError:
        verbose = True
    if verbose:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for noisy in ("httpx", "httpx2", "httpcore2", "trafilatura", "pypdf"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # These log an endpoint's own words at ERROR, and an endpoint may echo the key.
    for telling in ("openai", "instructor"):
        logging.getLogger(telling).setLevel(logging.CRITICAL + 1)
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
