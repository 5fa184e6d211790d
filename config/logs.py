"""Logging: JSON lines in a file under the home, with ``--verbose`` also on standard error."""

import logging
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog
from structlog import processors


def configure_logging(home: Path, *, verbose: bool = False) -> None:
    """Log INFO and up to ``logs/casebook.log`` of a ``home`` that exists and can be written."""
    logging.raiseExceptions = False  # a full disk cuts the log short and nothing else
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if home.is_dir():
        with suppress(OSError):
            (home / "logs").mkdir(mode=0o700, exist_ok=True)
            path = home / "logs" / "casebook.log"
            handlers.append(RotatingFileHandler(path, maxBytes=5_000_000, backupCount=2))
    if verbose:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for noisy in ("httpx", "httpcore", "trafilatura", "pypdf", "prefect"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # These log an endpoint's own words at ERROR, and an endpoint may echo the key.
    for leaky in ("openai", "instructor"):
        logging.getLogger(leaky).setLevel(logging.CRITICAL + 1)
    stamp, as_json = processors.TimeStamper(fmt="iso", utc=True), processors.JSONRenderer()
    structlog.configure(
        processors=[processors.add_log_level, stamp, processors.format_exc_info, as_json],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
