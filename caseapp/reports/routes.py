"""Report pages, their CSV, and the people behind each figure."""

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from caseapp.audit.actions import record
from caseapp.audit.rules import Kind
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, requires, who_can
from caseapp.core.errors import NotFound, Refused, RuleBroken
from caseapp.core.pages import page
from caseapp.programs import queries as programs
from caseapp.reports.figures import VIEWS, as_csv, cell_text
from caseapp.reports.forms import QuestionForm
from caseapp.reports.queries import ANSWERS, answer_for
from caseapp.reports.queries.times import Order
from caseapp.reports.rules import (
    ENDINGS,
    REPORTS,
    SPLITS,
    Cell,
    Definition,
    Question,
    last_full_quarter,
    last_month,
    this_year,
    words_of_group,
)

bp = Blueprint("reports", __name__, url_prefix="/reports")
SIZES = (25, 50, 100)
QUICK = {"last month": last_month, "last quarter": last_full_quarter, "this year": this_year}


@bp.route("")
@requires(Can.see_reports)
def index():
    """Choose a question. Whoever sets the clinic up finds here, on their first page, what it still lacks."""
    steps = clinic.steps_to_start() if current_user.can(Can.manage_clinic) else []
    lacking = [] if all(step.done for step in steps) else steps
    return page("reports/index.html", steps=lacking, reports=REPORTS.values())


@bp.route("/<name>")
@requires(Can.see_reports)
def show(name: str):
    """A report, from a day to a day; with `format=csv` its file."""
    report = _report(name)
    if report.of_people and not current_user.can(Can.see_people_behind_figures):
        raise Refused(who_can(Can.see_people_behind_figures))
    form, question = _question(report)
    if question and request.args.get("format") == "csv":
        return _csv(name, question)
    result = _result(report, question) if question else None
    facts = {"report": report, "result": result, "question": question, "asked": _in_address(form, question)}
    facts["ranges"] = {words: days(clock.today(clinic.zone())) for words, days in QUICK.items()}
    facts["shows"] = [line.client_id for line in result.shown] if result and report.of_people else ()
    return page(f"reports/{name}.html", form=form, status=200 if question else 422, **facts, **_words())


def _result(report: Definition, question: Question) -> Any:
    """What the page shows; of a report whose rows are people, the part of them that is asked for."""
    if not report.of_people:
        return ANSWERS[report.name].result(question)
    return ANSWERS[report.name].result(question, current_user, _order(report))


def _report(name: str) -> Definition:
    if name not in REPORTS:
        raise NotFound
    return REPORTS[name]


def _words() -> dict[str, Any]:
    """What the pages of figures may use: how a matrix is looked at, endings, splits, and the words of a group."""
    view = request.args.get("show") if request.args.get("show") in VIEWS else "counts"
    words = partial(words_of_group, request.args.get("by"))
    matrix = {"view": view, "views": VIEWS, "cell_text": cell_text}
    return {**matrix, "endings": ENDINGS, "splits": SPLITS, "words_of_group": words}


@bp.route("/<name>/people")
@requires(Can.see_people_behind_figures)
def people(name: str):
    """What is behind a figure, without clinical text; who sees clients sees only theirs. The read is recorded."""
    report = _report(name)
    form, question = _question(report)
    if question is None or report.of_people:
        raise NotFound
    cell, order = _cell(), _order(report)
    behind = ANSWERS[name].people(question, current_user, cell, order)
    at, sort = order.at(behind.seen), order.sort
    facts = {"behind": behind, "hidden": behind.total - behind.seen, "words": ANSWERS[name].words_of(cell)}
    facts |= {"report": report, "question": question, "asked": _in_address(form, question), "cell": cell}
    return page(
        f"reports/{report.behind}.html",
        shows=[row.client_id for row in behind.rows if row.client_id],
        sort=sort,
        at=at,
        **facts,
        **_words(),
    )


def _cell() -> Cell:
    """Which figure is meant. What can't be read of it is not narrowed by."""
    texts = {name: request.args.get(name, "") for name in ("row", "column", "group")}
    days = {name: request.args.get(name, type=_length) for name in ("least", "most")}
    return Cell(**texts, **days, day=request.args.get("day", type=date.fromisoformat))


def _length(text: str) -> int:
    """A length in days that a database can compare; raises ValueError for any other text."""
    return max(-1, min(int(text), 1_000_000))


def _order(report: Definition) -> Order:
    """How a list is sorted. Raises NotFound for what it can't be sorted by."""
    size, number = request.args.get("size", 25, type=int), request.args.get("page", 1, type=int)
    by, down = request.args.get("sort", "client"), "down" in request.args
    if by not in report.sorts:
        raise NotFound
    return Order(by, down, number, size if size in SIZES else 25)


def _question(report: Definition) -> tuple[QuestionForm, Question | None]:
    """What is asked, and its form; None where it can't be read, with the sentence at the field."""
    form = QuestionForm(request.args)
    form.offer(report, [one.name for one in programs.programs()])
    if not form.validate():
        return form, None
    days = form.first.data, form.last.data, form.as_of.data
    try:
        question = Question.asked(clock.today(clinic.zone()), *days, form.program.data, form.by.data, report.name)
    except RuleBroken as refused:
        form.refuse(refused.sentence, "first" if refused.field == "from" else refused.field)
        return form, None
    return _as_understood(form, question.first, question.last), question


def _as_understood(form: QuestionForm, first: date, last: date) -> QuestionForm:
    """The days that the page answers for, in its own fields."""
    form.first.data, form.first.raw_data = first, None
    form.last.data, form.last.raw_data = last, None
    return form


def _in_address(form: QuestionForm, question: Question | None) -> dict[str, Any]:
    """The question as the page's links carry it on; as of today stays unsaid, so that it is today's tomorrow too."""
    if question is None:
        return {}
    days = {"from": question.first.isoformat(), "to": question.last.isoformat()}
    as_of = question.as_of.isoformat() if form.as_of.data else None
    return days | {"as_of": as_of, "program": question.program, "by": question.by}


def _csv(name: str, question: Question) -> Response:
    """The file; taking it away is recorded."""
    columns, rows, clients = answer_for(name, question, current_user)
    days = {"first": question.first, "last": question.last, "as_of": question.as_of}
    record(Kind.export, f"reports.{name}", current_user, clients, **days)
    filed = {"Content-Disposition": f"attachment; filename={name}.csv"}
    return Response(as_csv(columns, rows), mimetype="text/csv", headers=filed)
