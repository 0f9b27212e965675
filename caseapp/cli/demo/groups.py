"""The groups of the clinic's week from tomorrow on: series, made ahead, to which the people of their phases belong."""

from datetime import timedelta

from caseapp.cli.demo.making import Demo
from caseapp.cli.demo.plan import GROUPS, Group
from caseapp.clinic import queries as clinic
from caseapp.core.db import db
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.scheduling.queries import limit_of
from caseapp.series import actions
from caseapp.series.lines import preview_new
from caseapp.series.plans import Plan
from caseapp.series.recurrence import Repeats
from caseapp.series.rules import HORIZON

# Of those who find no place in the group of their phase so many wait for one.
WAIT = 3


def plan_ahead(demo: Demo) -> None:
    """Make the series of all groups, with whoever comes to them now."""
    for group in GROUPS:
        plan, lead = _plan(demo, group), demo.staff[group.lead]
        seen = preview_new(plan, plan.repeats.first_on + HORIZON, lead).digest
        series = actions.add_series(plan, lead, seen=seen, choices={})
        comes = [one for one in demo.in_phases(group.serves, demo.today) if group.evening in (None, one.comes_evenings)]
        people = [one.client for one in comes[: plan.places]]
        actions.add_members(series, people, lead, since=plan.repeats.first_on)
        without = [one.client for one in comes[plan.places :][:WAIT]]
        if without:
            actions.wait_for(series, without, lead)


def _plan(demo: Demo, group: Group) -> Plan:
    first, room = demo.today + timedelta(days=1), next(one for one in clinic.rooms() if one.name == group.room)
    service = programs.service(group.code)
    return Plan(
        site=room.site,
        service=service,
        starts=group.starts,
        ends=group.ends,
        leads=(db.get(Staff, demo.staff[group.lead].id),),
        room=room,
        topic=group.topic,
        places=min(limit_of(service, first), room.seats),
        phases_served=" ".join(str(position) for position in group.serves),
        repeats=Repeats(first, weekdays=group.weekdays),
    )
