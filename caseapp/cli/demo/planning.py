"""What a week is built from: when some people work or care for children, and who leads what."""

from datetime import time

from caseapp.cli.demo.making import Demo
from caseapp.cli.demo.plan import CASE_MANAGERS, CLINICIANS
from caseapp.core.db import db
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.weekplan import actions
from caseapp.weekplan.times import What

WORKDAYS = [0, 1, 2, 3, 4]
LED_BY = {
    CLINICIANS: ("group_therapy", "cbt", "individual_counseling"),
    CASE_MANAGERS: ("case_management", "life_skills", "education"),
}


def enter(demo: Demo) -> None:
    """Who comes in the evening works by day; of the others every fourth cares for children in the afternoon."""
    by = demo.staff["farah"]
    for one in demo.in_phases((1, 2, 3), demo.today):
        if one.comes_evenings:
            actions.add_time(one.client, What.work, WORKDAYS, time(8, 30), time(16, 30), by)
        elif one.person.number % 4 == 0:
            actions.add_time(one.client, What.child_care, WORKDAYS, time(14, 30), time(18), by)
    for people, codes in LED_BY.items():
        for name in people:
            services = {programs.service(code).id for code in codes}
            actions.set_leads(db.get(Staff, demo.staff[name].id), services, by, seen="")
