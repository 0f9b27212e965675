"""Each report is a module (or an object) that answers four questions: `rows` of its file, `result` for its page, `people` behind
a figure, and `words_of` that figure. What it is called and may be asked stands in `rules.REPORTS`.
"""

from typing import Any

from caseapp.reports.queries import census, discharges, transitions
from caseapp.reports.queries.lengths import RETENTION, TIME_IN_PHASE
from caseapp.reports.rules import REPORTS, Question

ANSWERS: dict[str, Any] = {
    "transitions": transitions,
    "time-in-phase": TIME_IN_PHASE,
    "retention": RETENTION,
    "discharges": discharges,
    "census": census,
}


def answer(name: str, question: Question) -> tuple[list[str], list[list[object]]]:
    """The columns and rows of a report as its file and its command give them."""
    return REPORTS[name].columns_for(question.by), ANSWERS[name].rows(question)
