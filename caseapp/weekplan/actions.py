"""Say when a client can come and who leads what; ask for a week, and say what of it stands."""

from datetime import date, time

from sqlalchemy import delete

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken
from caseapp.identity.models import Staff
from caseapp.jobs import actions as jobs
from caseapp.jobs.rules import JobState
from caseapp.weekplan import queries
from caseapp.weekplan.checking import Fault, faults
from caseapp.weekplan.facts import read
from caseapp.weekplan.keeping import Around, around_as_json, around_of, proposal_as_json
from caseapp.weekplan.models import ClientTime, StaffService, WeekProposal
from caseapp.weekplan.rules import Clinic, Ended, Meeting, Proposal
from caseapp.weekplan.times import What

# The kinds of jobs: look for a week, put one in place, and take that back.
BUILD, PUT, UNDO = "weekplan.build", "weekplan.put", "weekplan.undo"
# What says of a whole week that something is short; of a session alone nothing can be.
OF_THE_WHOLE = {Fault.not_named, Fault.named_wrongly}


def add_time(client: Client, what: What, days: list[int], starts: time, ends: time, by: Actor) -> ClientTime:
    """Something that a client has on these days of every week. Raises RuleBroken if the end is not after the start."""
    if ends <= starts:
        raise RuleBroken("The end must be after the start.", "ends")
    weekdays = " ".join(str(one) for one in sorted(days))
    row = ClientTime(client_id=client.id, what=what, weekdays=weekdays, starts=starts, ends=ends)
    db.add(row)
    db.flush()
    changed("weekplan.add_time", row.id, by, client_id=client.id)
    return row


def remove_time(row: ClientTime, by: Actor) -> None:
    """The client does not have it any more."""
    changed("weekplan.remove_time", row.id, by, client_id=row.client_id)
    db.delete(row)
    db.flush()


def set_leads(person: Staff, service_ids: set[str], by: Actor, *, seen: str) -> None:
    """Say which services someone leads; none means that it is not known. Raises RuleBroken if it was changed since it was `seen`."""
    lock(Staff, [person.id])
    if leads_mark(queries.leads_of([person.id]).get(person.id, set())) != seen:
        raise RuleBroken("Someone else has changed this meanwhile.", way_out="Open the page again and look.")
    db.execute(delete(StaffService).where(StaffService.staff_id == person.id))
    db.add_all(StaffService(staff_id=person.id, service_id=one) for one in sorted(service_ids))
    db.flush()
    changed("weekplan.set_leads", person.id, by, services=len(service_ids))


def leads_mark(service_ids: set[str]) -> str:
    """What someone leads, as one line: a form says so how it stood when it was opened."""
    return " ".join(sorted(service_ids))


def ask_for_week(from_on: date, seconds: int, by: Actor, around: Around | None = None) -> WeekProposal:
    """A week from a day on, to be looked for in the background for so many seconds, around what stands as it is."""
    kept = around_as_json(around or Around())
    row = WeekProposal(asked_by_id=by.id, from_on=from_on, seconds=seconds, around=kept, by_hand=kept)
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.add(row)
    db.flush()
    row.job_id = jobs.ask_for(BUILD, by, {"proposal": row.id}).id
    db.flush()
    changed("weekplan.ask", row.id, by, seconds=seconds, from_on=from_on)
    return row


def stop(row: WeekProposal, by: Actor) -> None:
    """Look no longer: the best week so far is kept. One that was not begun is not looked for at all."""
    if row.job.kind != BUILD:
        return
    if row.job.state is JobState.waiting:
        jobs.stop(row.job, by)
    elif row.job.state is JobState.running and row.stop_at is None:
        row.stop_at = clock.now()
        db.flush()
        changed("weekplan.stop", row.id, by)


def keep(row: WeekProposal, found: Proposal, by: Actor) -> None:
    """The week that was found."""
    row.found = proposal_as_json(found)
    db.flush()
    changed("weekplan.found", row.id, by, sessions=len(found.meetings), short=len(found.shortfalls))


def fix(row: WeekProposal, old: Meeting, new: Meeting, by: Actor) -> None:
    """A session stands as it is, or as it is now to be, when the week is built again. Who comes and is not free then is left out.

    Raises RuleBroken if it clashes with something else that stands, or can't be held so.
    """
    others = around_of(row.by_hand).forget(old)
    clinic = read(row.from_on, others.fixed, others.kept_free).clinic
    free = {one.id for one in clinic.clients if new.span.within(one.free)}
    new = Meeting(new.service_id, new.span, new.room_id, new.leader_id, new.members & free)
    _must_be_possible(clinic, others.fixed, new)
    _keep_by_hand(row, others.fix(new, old), by)


def drop(row: WeekProposal, one: Meeting, by: Actor) -> None:
    """A session is not to be held; who leads it is kept free then."""
    _keep_by_hand(row, around_of(row.by_hand).drop(one), by)


def forget(row: WeekProposal, one: Meeting, by: Actor) -> None:
    """Nothing is decided by hand of a session any more."""
    _keep_by_hand(row, around_of(row.by_hand).forget(one), by)


def _keep_by_hand(row: WeekProposal, around: Around, by: Actor) -> None:
    row.by_hand, row.changed_at, row.changed_by_name = around_as_json(around), clock.now(), by.name
    db.flush()
    changed("weekplan.by_hand", row.id, by, fixed=len(around.fixed), kept_free=len(around.kept_free))


def _must_be_possible(clinic: Clinic, others: tuple[Meeting, ...], new: Meeting) -> None:
    before = faults(clinic, _alone(others))
    wrong = [
        one for one in faults(clinic, _alone((*others, new))) if one not in before and one.fault not in OF_THE_WHOLE
    ]
    if wrong:
        raise RuleBroken(f"It can't be held so: {wrong[0].fault.value} ({wrong[0].words}).", "day")


def _alone(meetings: tuple[Meeting, ...]) -> Proposal:
    return Proposal(meetings, (), 0, 0, Ended.stopped)
