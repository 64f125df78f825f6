"""Logs: one JSON line for each event, constant names, ids only. Text, names and contents never come here (T28)."""

import logging
import sys

import structlog


def configure_logging() -> None:
    """JSON lines on stderr from structlog; other libraries' warnings as plain lines."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
