"""Asking a served clinic for pages over HTTP, in turn with the bare page, and what that took."""

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.visitor import HIDDEN, forms_on

SLOW, SLOW_TIMES = 300, 5  # pages that take longer (ms) are asked so many times only
WARM_UP = 6  # PostgreSQL's driver keeps a statement planned once a connection has asked it five times
STATEMENTS = "X-Statements"  # the header in which the server says how many an answer took


@dataclass(frozen=True)
class Answer:
    """One answer: milliseconds until its last byte, its size, and its SQL statements."""

    ms: float
    size: int
    statements: int
    text: str


@dataclass(frozen=True)
class Figures:
    """Of many answers: percentiles, statements, the most bytes, and the median of the ratios to a bare page just before.

    Statements are those of most answers: once a minute one more notes that a sign-in was used.
    """

    p50: float
    p95: float
    statements: int
    size: int
    ratio: float | None = None


class Asker:
    """One signed-in person; each request has a connection of its own, which is made before the time is taken."""

    def __init__(self, address: str):
        self.host = urlsplit(address).netloc
        self.cookie = ""

    def ask(self, path: str, data: dict[str, Any] | None = None, expected: int = 200) -> Answer:
        """Open an address, or send a form to it. Raises AssertionError for another status than expected."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if data is not None:
            body = urlencode(data, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection(self.host, timeout=600)) as connection:
            connection.connect()
            begin = time.perf_counter()
            connection.request("GET" if data is None else "POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            ms = (time.perf_counter() - begin) * 1000
        if answer.status != expected:
            raise AssertionError(f"{path} answers {answer.status}\n{text.decode()[:2000]}")
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return Answer(ms, len(text), int(answer.headers[STATEMENTS]), text.decode())

    def sign_in(self, email: str, password: str) -> "Asker":
        """Sign in through the form."""
        self.ask("/sign-in", self.hidden("/sign-in", "/sign-in") | {"email": email, "password": password}, expected=303)
        return self

    def hidden(self, page: str, action: str) -> dict[str, Any]:
        """What the house puts into the form on a page that leads to an address."""
        forms = forms_on(self.ask(page).text)
        form = next(one for one in forms if urlsplit(one.action or page).path == action and one.method == "post")
        return {name: values for name, values in form.fields.items() if name in HIDDEN}


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def measure(
    pages: dict[str, Callable[[], Answer]], bare: Callable[[], Answer], times: int, warm_up: int
) -> dict[str, Figures]:
    """Ask for each page so many times, round after round, each time right after the bare page; first `warm_up` times for nothing,
    so that all is as in a server that has run for a minute. A slow page, see SLOW, is asked less often.
    """
    answers: dict[str, list[Answer]] = {name: [] for name in pages}
    beside: dict[str, list[Answer]] = {name: [] for name in pages}
    for turn in range(warm_up + times):
        for name, ask in pages.items():
            if len(answers[name]) >= SLOW_TIMES and answers[name][-1].ms > SLOW:
                continue
            before, answer = bare(), ask()
            if turn >= warm_up:
                beside[name].append(before)
                answers[name].append(answer)
    figures = {name: _figures(answers[name], beside[name]) for name in pages}
    return {"bare page": _figures([one for some in beside.values() for one in some])} | figures


def _figures(answers: list[Answer], beside: list[Answer] | None = None) -> Figures:
    times = [one.ms for one in answers]
    ratios = [one.ms / other.ms for one, other in zip(answers, beside or [], strict=False)]
    return Figures(
        p50=statistics.median(times),
        p95=percentile(times, 0.95),
        statements=statistics.mode(one.statements for one in answers),
        size=max(one.size for one in answers),
        ratio=statistics.median(ratios) if ratios else None,
    )
