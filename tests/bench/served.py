"""What the benchmark asks: the whole of caseapp and, in the same server under `/bare`, a page that does next to nothing.

Each answer says in a header how many SQL statements it took.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from flask import Flask, render_template_string
from sqlalchemy import Engine, event
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from caseapp.clients.models import Client
from caseapp.core.db import db, request_scope
from tests.bench.asking import STATEMENTS
from tests.statements import is_counted
from wsgi import app as caseapp

BARE = """<!doctype html><html lang="en"><title>{{ client.last_first }}</title><h1>{{ client.last_first }}</h1>
<p>Born {{ client.born }}, record {{ client.record_number }}</p></html>"""

bare = Flask("bare")
_seen: ContextVar[list[str] | None] = ContextVar("statements of this request", default=None)


@bare.get("/<id>")
def one(id: str) -> str:
    """One indexed query, through the same models and engine, and a template of two lines."""
    with request_scope(reads=True):
        return render_template_string(BARE, client=db.get(Client, id))


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    seen = _seen.get()
    if seen is not None and is_counted(statement):
        seen.append(statement)


_both = DispatcherMiddleware(caseapp, {"/bare": bare})


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Either of the two, with the number of its statements."""
    seen: list[str] = []
    token = _seen.set(seen)

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (STATEMENTS, str(len(seen)))], *more)

    try:
        return _both(environ, start)
    finally:
        _seen.reset(token)
