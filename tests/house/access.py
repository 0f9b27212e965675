"""Who may open what: `python -m tests.house.access > access.txt` writes the list anew, a test compares it."""

import tempfile
from pathlib import Path

from flask import Flask

from caseapp import create_app
from caseapp.core.access import ROLES, access_of
from caseapp.core.db import make_engine
from caseapp.core.migrate import upgrade
from caseapp.core.sealed import make_key_file
from tests.clinic import settings_for

UNDECLARED = "NOBODY: declares neither @requires nor @public"


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, methods and who may, of every route; in order."""
    found = []
    for rule in app.url_map.iter_rules():
        methods = " ".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        found.append((rule.endpoint, f"{methods} {rule.rule}", who_may(app, rule.endpoint)))
    return sorted(found)


def who_may(app: Flask, endpoint: str) -> str:
    """`anyone`, or the permission and the roles that have it."""
    needed = access_of(app, endpoint)
    if needed is None:
        return UNDECLARED
    if needed == "public":
        return "anyone"
    return f"{needed}: " + (" ".join(role for role, may in ROLES.items() if needed in may) or "nobody")


def access_list(app: Flask) -> str:
    """The whole list as it stands in access.txt."""
    rows = routes(app)
    wide, wider = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "".join(f"{endpoint:<{wide}}  {address:<{wider}}  {who}\n" for endpoint, address, who in rows)


def undeclared(app: Flask) -> list[str]:
    """Endpoints that say nothing about who may call them."""
    return sorted({endpoint for endpoint, _address, who in routes(app) if who == UNDECLARED})


def _main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        settings = settings_for(f"sqlite:///{scratch}/scratch.db", Path(scratch))
        engine = make_engine(settings.database_url)
        upgrade(engine)
        engine.dispose()
        make_key_file(settings.key_file)
        print(access_list(create_app(settings)), end="")


if __name__ == "__main__":
    _main()
