"""The program's log: a line of JSON for each request and for what broke, on standard error. Nothing that anyone typed is in it.

Of a request stand its endpoint, and never its address: addresses carry ids, searches and one-time links. Of an error stand its type and
the places it came through, and never its message: messages quote what was typed.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

from flask import Response, g, request
from flask.logging import wsgi_errors_stream

from caseapp.core.db import code_of

LOGGER = "caseapp"
HERE = Path(__file__).resolve().parents[1]


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
    """An error and those it came from, the first one last: its type, the engine's code of it if it is the database's, the places in
    this program it came through, and the last one.
    """
    told = []
    while error is not None and len(told) < 5:
        places = traceback.extract_tb(error.__traceback__)
        ours = [one for one in places[:-1] if Path(one.filename).is_relative_to(HERE)]
        code = {"code": code_of(error)} if code_of(error) else {}
        told.append({"type": type(error).__name__, **code, "places": [_place(one) for one in [*ours, *places[-1:]]]})
        error = error.__cause__ or error.__context__
    return told


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    file = path.relative_to(HERE.parent) if path.is_relative_to(HERE) else path.name
    return f"{file}:{frame.lineno} {frame.name}"


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
