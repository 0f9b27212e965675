"""Each report is a module (or an object) that answers four questions: `rows` of its file, `result` for its page, `people` behind
a figure, and `words_of` that figure. What it is called and may be asked stands in `rules.REPORTS`. One whose rows are people
answers `lines` (whom someone may see, each with `client_id` and `cells`) and `result` for that person.
"""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from caseapp.core.access import COMMAND_LINE, Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.reports.queries import attendance, census, crisis, discharges, dose, transitions, units
from caseapp.reports.queries.lengths import RETENTION, TIME_IN_PHASE
from caseapp.reports.rules import REPORTS, Question
from caseapp.scheduling.models import Session

ANSWERS: dict[str, Any] = {
    "transitions": transitions,
    "time-in-phase": TIME_IN_PHASE,
    "retention": RETENTION,
    "discharges": discharges,
    "census": census,
    "attendance": attendance,
    "dose": dose,
    "crisis": crisis,
    "units": units,
}


def answer(name: str, question: Question, user: Actor = COMMAND_LINE) -> tuple[list[str], list[list[object]]]:
    """The columns and rows of a report as its file and its command give them."""
    return answer_for(name, question, user)[:2]


def answer_for(name: str, question: Question, user: Actor) -> tuple[list[str], list[list[object]], list[str]]:
    """The same, and the clients who can be told from its rows: that their hours were taken away is on record."""
    columns = REPORTS[name].columns_for(question.by)
    if not REPORTS[name].of_people:
        return columns, ANSWERS[name].rows(question), []
    lines = ANSWERS[name].lines(question, user)
    return columns, [line.cells() for line in lines], list({line.client_id: None for line in lines})


def first_day() -> date | None:
    """The first day that any report can speak of: of the earliest admission, session or crisis contact. None for a
    clinic without any."""
    earliest = (func.min(Episode.admitted_on), func.min(Session.on_day))
    days = db.execute(select(*(select(day).scalar_subquery() for day in earliest))).one()
    return min((day for day in (*days, crisis.first_day()) if day), default=None)
