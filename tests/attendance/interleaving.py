"""Two people on one roll-call in any order of their steps: what each page showed, what was sent, what must come of it."""

from collections import Counter
from random import Random

from caseapp.attendance import actions, queries
from caseapp.attendance.models import Mark
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.scheduling.models import Session
from tests.sessions import at, group

PEOPLE, STEPS = 4, 8
# What someone may choose, as a form says it and as the page tells it.
CHOICES = {
    "Present": {"state": "present"}, "No-show": {"state": "no_show"}, "Late 5 min": {"state": "late", "late": "5"},
    "Late 12 min": {"state": "late", "late": "12"}, "Excused": {"state": "excused"}, "not marked": {"state": "none"},
}  # fmt: skip


class Browser:
    """One person with a page that may be old: what it showed of each place, and the ids it saw."""

    def __init__(self, visitor, path: str, name: str):
        self.visitor, self.path, self.name = visitor, path, name
        self.token = visitor.token(path)
        self.shown: dict[str, str] = {}
        self.seen: dict[str, str] = {}

    def look(self, in_force: dict[str, tuple[str, str]]) -> None:
        """Load the page: what it shows must be what is in force."""
        fields = self.visitor.form(self.path, to=self.path).fields
        self.seen = {name[5:]: fields[name][0] for name in fields if name.startswith("seen-")}
        self.shown = {place: in_force[place][0] for place in self.seen}
        assert self.seen == {place: in_force[place][1] for place in self.seen}, "a page shows what is in force"

    def row(self, place: str, choice: str) -> dict[str, str]:
        """The fields of one row with a choice made."""
        return {f"{name}-{place}": value for name, value in CHOICES[choice].items()} | {
            f"seen-{place}": self.seen[place]
        }

    def post(self, where: str, data: dict[str, str]):
        """Send it from this page."""
        return self.visitor.raw.post(self.path + where, data=data | {"csrf_token": self.token})


def in_force(place_ids: list[str]) -> dict[str, tuple[str, str]]:
    """By place, what is in force now in words, and the id of its mark."""
    with transaction():
        marks = queries.marks_of(place_ids)
        return {id: (str(queries.said_by(marks.get(id), "")), marks[id].id if id in marks else "") for id in place_ids}


def interleavings(visit, cast, many: int) -> Counter:
    """So many pairs of people at random; raises AssertionError where a mark is lost or a conflict is not shown."""
    with transaction():
        session = group(cast.ana.actor, PEOPLE, leader=cast.carl.actor)
        places = [place.id for place in queries.list_of(session)]
    path, told = f"/sessions/{session.id}/attendance", Counter()
    with clock.freeze(at(9, 15)):
        pair = [Browser(visit(one), path, one.actor.name) for one in (cast.ana, cast.carl)]
        for number in range(many):
            _unmark(session.id, cast)
            chance = Random(number)
            for browser in pair:
                browser.look(in_force(places))
            for _step in range(STEPS):
                _step_of(chance.choice(pair), places, chance, told)
    return told


def _unmark(session_id: str, cast) -> None:
    with transaction():
        session = db.get(Session, session_id)
        for place in queries.list_of(session):
            actions.mark(place, None, cast.ana.actor)


def _step_of(browser: Browser, places: list[str], chance: Random, told: Counter) -> None:
    what = chance.choice(("look", "one", "one", "form", "form"))
    now = in_force(places)
    if what == "look":
        browser.look(now)
        return
    chosen = {place: chance.choice(list(CHOICES)) for place in chance.sample(places, 1 if what == "one" else PEOPLE)}
    rows = [browser.row(place, choice) for place, choice in chosen.items()]
    answer = browser.post(
        f"/{next(iter(chosen))}" if what == "one" else "", {k: v for row in rows for k, v in row.items()}
    )
    after, disputed = in_force(places), 0
    for place, mine in chosen.items():
        base, theirs = browser.shown[place], now[place][0]
        disputed += _must_be(browser, mine, base, theirs, after[place], answer.text, told)
    expected = (409 if what == "one" else 200) if disputed else (200 if what == "one" else 303)
    assert answer.status_code == expected, answer.text
    assert all(after[place] == now[place] for place in places if place not in chosen), "nobody else's mark changes"


def _must_be(
    browser: Browser, mine: str, base: str, theirs: str, after: tuple[str, str], text: str, told: Counter
) -> bool:
    """What must come of one row, told apart here by words alone; whether it is disputed."""
    if mine in (base, theirs):
        assert after[0] == theirs, "what one did not change, and what both want, stays"
        told["the same"] += 1
        return False
    if theirs == base:
        assert after[0] == mine, "what only one changed is kept"
        with transaction():
            assert db.get(Mark, after[1]).marked_by.name == browser.name
        told["kept"] += 1
        return False
    assert after[0] == theirs, "what the other said is not lost"
    assert f"You chose: {mine[0].upper()}{mine[1:]}" in text and f"{theirs[0].upper()}{theirs[1:]}" in text, (
        "and both are shown"
    )
    told["conflicts shown"] += 1
    return True
