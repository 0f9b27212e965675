"""Notes of the sessions that were held: most signed in time, the clinicians' now and then late, a few still to write."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from caseapp.attendance.models import Mark
from caseapp.attendance.rules import ATTENDED, MarkState
from caseapp.cli.demo.making import Demo, dice
from caseapp.cli.demo.plan import CLINICIANS
from caseapp.cli.demo.treatment import SIGNED
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.identity.models import Staff
from caseapp.notes import actions
from caseapp.notes.queries import is_group
from caseapp.notes.rules import Format, Section
from caseapp.plans.queries import goals_to_name
from caseapp.scheduling.models import Place, Session

OPEN = 2  # of the newest sessions of each clinician so many are not signed
OVERDUE = timedelta(days=4)  # of the newest group older than this two people are left to write
COSIGNED = "ivo"  # works under supervision since a week
COSIGNED_FOR = timedelta(days=7)
WITHIN, LATE = timedelta(minutes=20), (timedelta(hours=80), timedelta(hours=100), timedelta(hours=124))
LATE_WITH_ONE_IN = 9
TOPICS = (
    "Named triggers of the coming weekend and practiced saying no in pairs.",
    "Went through the chain from trigger to use, then wrote a plan for one evening.",
    "Talked about sleep, cravings after work, and whom to call first.",
    "Reviewed last week's plans. Practiced urge surfing for ten minutes.",
    "Discussed what to tell family, and what support each would ask for.",
)
TOOK_PART = (
    "Took part throughout. Named two triggers and a plan for each.",
    "Listened more than spoke; shared one craving and how it passed.",
    "Spoke openly about a hard week. No use reported. Wants to try the evening plan.",
    "Gave feedback to others. Set a goal of two meetings before the next session.",
    "Quiet at first, engaged in the exercise. Will call the sponsor on Friday.",
    "Reported strong cravings on two days and used the coping card.",
)
OF_ONE = {
    Section.data: ("Came on time, calm. Reports no use since the last session.", "Tired; slept badly three nights."),
    Section.assessment: ("Motivation steady, risk of use moderate on weekends.", "Coping skills are growing."),
    Section.plan: (
        "Continue weekly. Practice the evening plan.",
        "Call the clinic before the weekend if cravings rise.",
    ),
}


def write(demo: Demo) -> None:
    """Sign what is to be signed, each in its time; whoever works under supervision waits for it since a week."""
    plans = _plans(demo)
    left, unfinished = Counter(), set()
    for session, came in _held(demo):
        lead = next(name for name, actor in demo.staff.items() if actor.id == session.leads[0].staff_id)
        at, by = _signed_at(session, lead), demo.staff[lead]
        if at > demo.now or session.finished_at is None or (lead in CLINICIANS and left[lead] < OPEN):
            left[lead] += 1
            continue
        if lead in CLINICIANS and lead not in unfinished and is_group(session) and at < demo.now - OVERDUE:
            unfinished.add(lead)
            came = came[:-2] or came
        _supervised(by, lead == COSIGNED and session.ends_at > demo.now - COSIGNED_FOR)
        with clock.freeze(at):
            _sign(session, came, by, plans)
    _supervised(demo.staff[COSIGNED], True)


def _supervised(by: Actor, needed: bool) -> None:
    db.get(Staff, by.id).notes_cosigned = needed


def _held(demo: Demo) -> list[tuple[Session, list[tuple[Place, Mark]]]]:
    """Sessions that are over, the newest first, with who came."""
    rows = (
        select(Session, Place, Mark).join(Place, Place.session_id == Session.id).join(Mark, Mark.place_id == Place.id)
    )
    rows = rows.where(Session.ends_at < demo.now, Mark.superseded_at.is_(None), Mark.state.in_(ATTENDED))
    rows = rows.options(selectinload(Session.leads), selectinload(Session.service))
    came: dict[Session, list[tuple[Place, Mark]]] = defaultdict(list)
    for session, place, mark in db.execute(rows.order_by(Session.starts_at.desc(), Session.id, Place.seat)):
        came[session].append((place, mark))
    return list(came.items())


def _signed_at(session: Session, lead: str) -> datetime:
    """Right after the roll-call; of a clinician one in nine only days later."""
    chance = dice("note", lead, session.starts_at.isoformat())
    late = lead in CLINICIANS and chance.randrange(LATE_WITH_ONE_IN) == 0
    return (session.finished_at or session.ends_at) + (chance.choice(LATE) if late else WITHIN)


def _plans(demo: Demo) -> dict[str, tuple[date, list[int]]]:
    """By client, since when a plan has been in force, and the numbers of its goals that are still open."""
    signed = {known.client.id: known.episode.admitted_on + SIGNED for known in demo.known if known.episode}
    named = goals_to_name(list(signed))
    return {
        client_id: (signed[client_id], [goal.number for goal in goals]) for client_id, (_id, goals) in named.items()
    }


def _sign(
    session: Session, came: list[tuple[Place, Mark]], by: Actor, plans: dict[str, tuple[date, list[int]]]
) -> None:
    chance = dice("words", by.name, session.starts_at.isoformat())
    goals = {place: _about(session, chance, *plans[place.client_id]) for place, _m in came if place.client_id in plans}
    goals = {place: numbers for place, numbers in goals.items() if numbers}
    if is_group(session):
        own = {place: (Format.own, {Section.own: _took_part(mark, chance)}) for place, mark in came}
        actions.sign(session, by, own, chance.choice(TOPICS), goals)
    else:
        texts = {section: chance.choice(words) for section, words in OF_ONE.items()}
        actions.sign(session, by, {place: (Format.dap, texts) for place, _mark in came}, goals=goals)


def _about(session: Session, chance: Random, since: date, numbers: list[int]) -> list[int]:
    """The goal that one in two notes is about, once there is a plan."""
    return [chance.choice(numbers)] if session.on_day >= since and chance.randrange(2) else []


def _took_part(mark: Mark, chance) -> str:
    left = " Left early, as agreed." if mark.state is MarkState.left_early else ""
    return chance.choice(TOOK_PART) + left
