"""The program's log: a line of JSON for each request and for what broke, on standard error. Nothing that anyone typed is in it.

Of a request stand its endpoint, and never its address: addresses carry ids, searches and one-time links. Of an error stand its type and
the places it came through, and never its message: messages quote what was typed.
"""

import json
import logging
import traceback
from datetime import UTC, datetime

from flask import Response, g, request
from flask.logging import wsgi_errors_stream

LOGGER = "caseapp"


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """`at` (UTC), `level`, `from`, `says`, what the record brings as `facts`, and of an error its types and places."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "from": record.name, "says": record.getMessage()}
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = error_without_words(record.exc_info[1])
        return json.dumps(line)


def error_without_words(error: BaseException) -> list[dict]:
    """An error and those it came from, the first one last: type, and each place as file, line and function."""
    told = []
    while error is not None and len(told) < 5:
        places = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)]
        told.append({"type": type(error).__name__, "places": places})
        error = error.__cause__ or error.__context__
    return told


def begin() -> None:
    """Write the log of this program to standard error, once per process."""
    log = logging.getLogger(LOGGER)
    log.setLevel(logging.INFO)
    if not any(isinstance(handler.formatter, Lines) for handler in log.handlers):
        handler = logging.StreamHandler(wsgi_errors_stream)
        handler.setFormatter(Lines())
        log.addHandler(handler)


def note_request(response: Response, seconds: float) -> None:
    """A line for a request that was answered; `number` is the one that its error page shows, if it shows one."""
    facts = {
        "method": request.method,
        "endpoint": request.endpoint or "nowhere",
        "status": response.status_code,
        "ms": round(1000 * seconds, 1),
    }
    facts |= {"number": g.number} if "number" in g else {}
    logging.getLogger(f"{LOGGER}.requests").info("request", extra={"facts": facts})
