"""Draw the days of tests: one in each stretch of days that the phase asks for, at random, where someone is there anyway.

The randomness is the operating system's, so that no day follows from the days before. Once a day all stretches that begin
within a week are looked at; what was drawn stays, unless the day no longer holds: then another day is drawn.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db, new_id, take_turns, transaction
from caseapp.drug_tests.models import DrawRun, TestDraw
from caseapp.drug_tests.rules import WhyWithdrawn, every_days, windows
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.programs.queries import Profiles
from caseapp.programs.rules.settings import BY_NAME
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import Mode, SessionState
from caseapp.scheduling.times_off import TimesOff, times_off_between

AHEAD = timedelta(days=7)
HAPPENS = (SessionState.scheduled, SessionState.held)
LONGEST = timedelta(days=BY_NAME["drug_test_stable_days"].most)
Choose = Callable[[Sequence[date]], date]
Days = dict[str, dict[date, bool]]


def draw_ahead() -> int:
    """Draw the days ahead in a transaction of its own, unless that was done today; gives how many days were drawn."""
    with transaction():
        site = clinic.site()
        if site is None:
            return 0
        today = clock.today(site.zone)
        take_turns(db(), "drug tests")
        if db.get(DrawRun, today):
            return 0
        db.add(DrawRun(on_day=today))
        return draw(today)


def draw(today: date, choose: Choose = secrets.choice) -> int:
    """Draw for each open episode one day in each stretch that begins within a week of a day, from the next day on.

    A drawn day ahead on which someone is no longer there, or the clinic is closed, or whose stretch is no longer asked for,
    is withdrawn, and another one drawn. Where no day will do none is drawn: it is tried again the next day. A fixed number of
    statements. Gives how many days were drawn.
    """
    stays, profiles = _stays(today), Profiles()
    there = _days_there({episode.client_id for episode, _stay in stays}, today)
    known = _standing({episode.id for episode, _stay in stays})
    drawn = []
    for episode, stay in stays:
        every = every_days(stay.phase.level_of_care, profiles.on(episode.program_id, today))
        asked = windows(stay.started_on, every, today, today + AHEAD)
        kept = _kept(known.get(episode.id, []), there[episode.client_id], {begins for begins, _ends in asked}, today)
        fit = [day for day, opened in there[episode.client_id].items() if opened and _in(stay, day)]
        for begins, ends in asked:
            days = sorted(day for day in fit if begins <= day <= ends and day > today)
            if begins not in kept and days:
                drawn.append(_drawn(episode, begins, choose(days)))
    db.flush()  # what is withdrawn goes first, so that its stretch is free
    db.add_all(drawn)
    db.flush()
    if drawn:
        changed("drug_tests.draw", drawn[0].id, COMMAND_LINE, days=len(drawn))
    return len(drawn)


def _drawn(episode: Episode, begins: date, day: date) -> TestDraw:
    return TestDraw(id=new_id(), client_id=episode.client_id, episode_id=episode.id, window_on=begins, day=day)


def _in(stay: PhaseStay, day: date) -> bool:
    return stay.started_on <= day and (stay.ended_on is None or day < stay.ended_on)


def _kept(draws: list[TestDraw], there: dict[date, bool], asked: set[date], today: date) -> set[date]:
    """The stretches that have their day; what no longer holds is withdrawn. A day that has come stays for a person to say."""
    kept = set()
    for one in draws:
        why = None
        if one.day > today:
            missing = WhyWithdrawn.closed if one.day in there else WhyWithdrawn.not_there
            why = WhyWithdrawn.phase_changed if one.window_on not in asked else None if there.get(one.day) else missing
        if why:
            one.in_force, one.withdrawn_at, one.why_withdrawn = None, clock.now(), why
        else:
            kept.add(one.window_on)
    return kept


def _stays(today: date) -> list[tuple[Episode, PhaseStay]]:
    """The open episodes with the stay of the day. A stay that ends within the week asks for days until then alone."""
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > today)
    rows = select(Episode, PhaseStay).join(PhaseStay, PhaseStay.episode_id == Episode.id)
    rows = rows.where(Episode.discharged_on.is_(None), PhaseStay.in_force == 1, PhaseStay.started_on <= today, still)
    return [
        tuple(row)
        for row in db.execute(
            rows.order_by(Episode.admitted_on, Episode.recorded_at, Episode.id).options(joinedload(PhaseStay.phase))
        )
    ]


def _standing(episode_ids: set[str]) -> dict[str, list[TestDraw]]:
    by_episode: dict[str, list[TestDraw]] = defaultdict(list)
    for row in db.scalars(select(TestDraw).where(TestDraw.episode_id.in_(episode_ids), TestDraw.in_force == 1)):
        by_episode[row.episode_id].append(row)
    return by_episode


def _days_there(client_ids: set[str], today: date) -> defaultdict[str, dict[date, bool]]:
    """By client the days ahead with a session that they come to in person, and whether the clinic is open for it."""
    last = today + AHEAD + LONGEST
    rows = select(Place.client_id, Session).join(Session, Place.session_id == Session.id)
    rows = rows.where(Place.released_at.is_(None), Place.client_id.in_(client_ids), Session.on_day.between(today, last))
    found = [tuple(row) for row in db.execute(rows.where(Session.state.in_(HAPPENS)))]
    off = _closures(today, last)
    days: defaultdict[str, dict[date, bool]] = defaultdict(dict)
    for client_id, session in found:
        if session.held_as is Mode.in_person:
            is_open = off.closed(session.site_id, session.room_id, (session.starts_at, session.ends_at)) is None
            days[client_id][session.on_day] = is_open or days[client_id].get(session.on_day, False)
    return days


def _closures(first: date, last: date) -> TimesOff:
    zone = clinic.zone()
    return times_off_between((clock.day_bounds(first, zone)[0], clock.day_bounds(last, zone)[1]), ())
