"""Put a proposed week in place from a day on, in one transaction: by the series' own actions, and only after one more check."""

import json
from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from caseapp.audit import actions as audit
from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, transaction
from caseapp.core.errors import RuleBroken
from caseapp.core.words import day as day_words
from caseapp.identity.models import Staff
from caseapp.jobs import actions as jobs
from caseapp.jobs.rules import GOING
from caseapp.jobs.rules import Step as JobStep
from caseapp.jobs.running import Files, Result
from caseapp.programs.models import Service
from caseapp.scheduling.queries import limit_of
from caseapp.series import actions as series
from caseapp.series import queries as series_queries
from caseapp.series.actions import members
from caseapp.series.lines import Preview, preview_change, preview_new
from caseapp.series.models import Series
from caseapp.series.plans import Plan, plan_of
from caseapp.series.recurrence import Frequency, Repeats
from caseapp.series.rules import HORIZON, Do
from caseapp.weekplan import queries
from caseapp.weekplan.actions import PUT
from caseapp.weekplan.checking import faults
from caseapp.weekplan.facts import read
from caseapp.weekplan.journal import standing, written
from caseapp.weekplan.keeping import around_of, proposal_of
from caseapp.weekplan.models import WeekProposal
from caseapp.weekplan.steps import Block, Step, What, compare, in_order
from caseapp.weekplan.times import clock_of


def ask_to_put(row: WeekProposal, on: date, by: Actor) -> None:
    """Have a proposed week put in place from a Monday ahead on, in the background. Raises RuleBroken if that can't be."""
    hold(row)
    if row.found is None or row.job.state in GOING:
        raise RuleBroken("There is no week to put in place yet.")
    _must_be_open(row)
    if on.weekday() != 0 or on <= clock.today(clinic.zone()):
        raise RuleBroken("A week begins on a Monday ahead.", "on", "Enter a Monday after today.")
    _must_hold(row, on)
    row.job_id = jobs.ask_for(PUT, by, {"proposal": row.id, "on": on.isoformat()}).id
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()


def put(facts: dict[str, Any], _files: Files, by: Actor) -> Generator[JobStep, None, Result]:
    """The job: all of it or nothing. One that was cut off after it had done it finds it done."""
    yield JobStep(0, 1)
    with transaction(), audit.together():
        row = queries.get_proposal(facts["proposal"])
        hold(row)
        if row.put_on is None:
            put_in_place(row, date.fromisoformat(facts["on"]), by)
    yield JobStep(1, 1)
    return {}


def put_in_place(row: WeekProposal, on: date, by: Actor) -> dict[str, int]:
    """Make the series of today into those of a proposed week from a day on; gives how many of what were done.

    What was held or has begun stays as it is. On single days on which something stands in the way a session is left as it is, or
    out, as when sessions are made ahead; its series' page says so. Raises RuleBroken, before anything is done, if the week was put
    in place already or does not pass the check any more.
    """
    hold(row)
    _must_be_open(row)
    changing = _must_hold(row, on)
    putting = _Putting(on, by)
    steps = in_order(compare(changing, proposal_of(row.found).meetings))
    before = standing((step.was.id for step in steps if step.was), on)
    putting.leave(steps)
    for step in steps:
        putting.do(step)
    putting.join()
    putting.offer()
    done = {"done": putting.done, "undo": written(on, putting.touched, before, putting.changes)}
    row.put_on, row.put_in, row.undone_at = on, json.dumps(done), None
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()
    changed("weekplan.put", row.id, by, on=on, **putting.done)
    return putting.done


def hold(row: WeekProposal) -> None:
    """Make everyone else wait who would put it in place, and read it as it is now."""
    lock(WeekProposal, [row.id])
    db.refresh(row)


def _must_be_open(row: WeekProposal) -> None:
    if row.put_on:
        raise RuleBroken(f"This week was put in place already, from {day_words(row.put_on)} on.")


def _must_hold(row: WeekProposal, on: date):
    """The series that may be changed, if the week still passes the check with the facts of that day. Raises RuleBroken if not."""
    around = around_of(row.around)
    facts = read(on, around.fixed, around.kept_free)
    wrong = faults(facts.clinic, proposal_of(row.found))
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        says = f"This week does not hold: {wrong[0].fault.value} ({wrong[0].words}){more}. Nothing was changed."
        raise RuleBroken(says, way_out="Build it again.")
    return facts.changing


class _Putting:
    """The steps on their way: who leaves at once, so that everyone is free; who joins when all times are as they will be."""

    def __init__(self, on: date, by: Actor) -> None:
        self.on, self.by = on, by
        self.joins: list[tuple[Series, frozenset[str]]] = []
        self.touched: set[str] = set()
        self.changes: list[tuple[str, int]] = []
        self.done: Counter[str] = Counter(
            new=0, changed=0, ended=0, joined=0, left=0, days_left_out=0, places_missing=0
        )

    def leave(self, steps: list[Step]) -> None:
        """End the membership of all who belong no more to the series in which they are."""
        gone: dict[str, frozenset[str]] = {}
        for step in steps:
            if step.was and step.leaves:
                gone[step.was.id] = step.leaves
        for series_id, clients in gone.items():
            for member in series_queries.members(series_id, self.on):
                if member.client_id in clients:
                    members.end_membership(member, self.by, on=self.on)
                    self.done["left"] += 1
            self.touched.add(series_id)

    def do(self, step: Step) -> None:
        """Make, change or end one series."""
        row = series_queries.get_series(step.was.id) if step.was else None
        if step.what is What.ends:
            self._end(row)
        elif step.what is What.changes:
            self._change(row, _plan(step.block, plan_of(row), row.repeats.first_on))
            self.done["changed"] += 1
        elif step.what is What.new:
            row = self._make(step.block)
        if row and step.joins:
            self.joins.append((row, step.joins))
        if row and step.what is not What.stays:
            self.touched.add(row.id)

    def _end(self, row: Series) -> None:
        # One that would begin only then has no day on which it could end: its rule is counted from a week before, which makes nothing.
        plan, week_before = plan_of(row), self.on - timedelta(weeks=1)
        first_on = min(row.first_on, week_before)
        self._change(
            row, replace(plan, repeats=replace(plan.repeats, first_on=first_on, until=self.on - timedelta(days=1)))
        )
        self.done["ended"] += 1

    def _change(self, row: Series, plan: Plan) -> None:
        preview = preview_change(row, plan, self.on, self.by)
        kept = series.change(row, plan, self.by, since=self.on, seen=preview.digest, choices=self._choices(preview))
        self.changes.append((row.id, kept.number))

    def _make(self, block: Block) -> Series:
        plan = _plan(block, None, self.on)
        preview = preview_new(plan, self.on + HORIZON, self.by)
        self.done["new"] += 1
        row = series.add_series(plan, self.by, seen=preview.digest, choices=self._choices(preview))
        self.changes.append((row.id, series_queries.last_change(row.id).number))
        return row

    def _choices(self, preview: Preview) -> dict[str, Do]:
        choices = {line.key: series.without_asking(line) for line in preview.lines}
        self.done["days_left_out"] += sum(choice is Do.skip for choice in choices.values())
        return choices

    def join(self) -> None:
        """Let people belong to the series in which they are from now on."""
        for row, clients in self.joins:
            people = sorted((db.get(Client, one) for one in clients), key=lambda one: one.id)
            try:
                joinings = series.add_members(row, people, self.by, since=self.on)
            except RuleBroken as refused:
                raise RuleBroken(
                    f"{row.name}, {row.repeats.words}: {refused.sentence}", None, refused.way_out
                ) from None
            self.done["joined"] += len(people)
            self.done["places_missing"] += sum(len(one.without) for one in joinings)
            self.touched.add(row.id)

    def offer(self) -> None:
        """Offer what is free now to whoever waits."""
        for series_id in sorted(self.touched):
            series.offer_free_places(series_queries.get_series(series_id), self.by)


def _plan(block: Block, was: Plan | None, first_on: date) -> Plan:
    """What a series is to be; of one that goes on, its topic and the phases that it serves stay."""
    room, service = db.get(Room, block.room_id), db.get(Service, block.service_id)
    return Plan(
        site=db.get(Site, room.site_id),
        service=service,
        starts=clock_of(block.starts),
        ends=clock_of(block.ends),
        leads=(db.get(Staff, block.leader_id),),
        room=room,
        topic=was.topic if was else "",
        places=min(limit_of(service, first_on), room.seats),
        phases_served=was.phases_served if was else "",
        mode=was.mode if was else None,
        repeats=Repeats(first_on, Frequency.weekly, weekdays=block.days),
    )
