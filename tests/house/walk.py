"""Goes through the whole house by its links, as someone who may."""

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from caseapp.core.access import ROLES, Role, access_of
from tests.visitor import Visitor

MOST_PER_ENDPOINT = 3
# The demo clinic as soon as there is one.
SCENES_TO_WALK = ["clinic", *(["demo"] if find_spec("caseapp.cli.demo") else [])]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append(given["href"])
        elif tag == "form" and (given.get("method") or "get").lower() == "get" and given.get("action"):
            self.found.append(given["action"])


def endpoint_of(app: Flask, path: str, method: str = "GET") -> str | None:
    """The endpoint a request for this path would reach, None if there is none."""
    try:
        return app.url_map.bind("").match(urlsplit(path).path, method=method)[0]
    except HTTPException:
        return None


def first_pages(app: Flask, role: Role) -> list[str]:
    """The addresses without a name of anything in them that a role may open."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    return sorted(rule.rule for rule in rules if access_of(app, rule.endpoint) in {"public", *ROLES[role]})


def pages(visitor: Visitor, start: list[str]) -> Iterator[tuple[str, str, TestResponse]]:
    """Endpoint, address and answer of what links lead to, from the addresses given; few of each endpoint.

    A link that leads nowhere has the endpoint `nowhere`.
    """
    waiting, seen, visits = list(start), set(start), Counter()
    while waiting:
        path = waiting.pop(0)
        endpoint = endpoint_of(visitor.app, path) or "nowhere"
        if visits[endpoint] >= MOST_PER_ENDPOINT:
            continue
        visits[endpoint] += 1
        answer = visitor.get(path)
        yield endpoint, path, answer
        new = [link for link in dict.fromkeys(_links(path, answer)) if link not in seen]
        seen.update(new)
        waiting += new


def _links(path: str, answer: TestResponse) -> list[str]:
    found = [answer.headers["Location"]] if 300 <= answer.status_code < 400 else []
    if answer.mimetype == "text/html":
        reader = _Links()
        reader.feed(answer.text)
        found += reader.found
    inside = []
    for link in found:
        parts = urlsplit(urljoin(f"http://localhost{path}", link))
        if parts.netloc == "localhost" and parts.scheme == "http":
            inside.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return inside
