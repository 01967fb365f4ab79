"""Logs: one JSON object a line, with the request id; nothing that is secret is ever given to a logger."""

import logging
import logging.handlers
import os
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
import structlog

from incubator.kernel.actor import current_request_id


def _add_request_id(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = current_request_id()
    if request_id:
        event["request"] = request_id
    return event


def _written(event: object, default: Callable[[Any], Any]) -> str:
    return orjson.dumps(event, default, orjson.OPT_NON_STR_KEYS).decode()


def configure(level: str = "INFO") -> None:
    """Send all logs of this process as JSON lines to the file that INCUBATOR_LOG_FILE names, else to standard error."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
    ]
    named = os.environ.get("INCUBATOR_LOG_FILE")
    handler: logging.Handler = logging.handlers.WatchedFileHandler(named) if named else logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(_written)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("arq", "tortoise", "asyncio", "facturx", "uvicorn.access", "factur-x"):
        logging.getLogger(noisy).setLevel("WARNING")
