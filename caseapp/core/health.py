"""Whether this server can work, for machines that ask: nothing private, no sign-in, nothing written."""

from functools import cache

from flask import Response
from sqlalchemy.exc import SQLAlchemyError

from caseapp.core import migrate
from caseapp.core.access import public
from caseapp.core.db import engine


@public
def healthz() -> Response:
    """200 and "ok" if the database answers and its tables are those of this program; else 503 and a line that says which."""
    wrong = what_is_wrong()
    return Response(wrong or "ok", status=503 if wrong else 200, mimetype="text/plain")


def what_is_wrong() -> str:
    """A short line, empty if nothing is wrong."""
    try:
        with engine().connect() as connection:
            revision = migrate.revision_of(connection)
    except SQLAlchemyError:
        return "the database does not answer"
    return "" if revision == _head() else "the tables are not those of this version"


_head = cache(migrate.head)
