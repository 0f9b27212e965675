"""A client's level of care: the last assessment, what is due, the course in each edition; recording, correcting, taking back."""

from itertools import groupby

from flask import Blueprint, request
from flask_login import current_user

from caseapp.assessments import actions, plots, queries, rules
from caseapp.assessments.editions import EDITIONS, FOURTH, Edition
from caseapp.assessments.forms import CorrectForm, RecordForm, as_it_stands, form_of
from caseapp.assessments.models import Assessment
from caseapp.clients.queries import get_client
from caseapp.core import sealed
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.fields import site_today
from caseapp.core.forms import TakeBackForm
from caseapp.core.pages import go, page
from caseapp.tasks.queries import possible_owners

bp = Blueprint("assessments", __name__)


@bp.route("/clients/<id>/level-of-care")
@requires(Can.record_measures)
def index(id: str):
    """The last assessment, what is due, and the course in each edition, never across them."""
    client = get_client(id, current_user)
    rows = queries.assessments(client.id)
    by_edition = [list(found) for _code, found in groupby(sorted(rows, key=_newest_edition), lambda row: row.edition)]
    facts = {
        "last": rows[0] if rows else None,
        "due": queries.due(client.id, rows),
        "editions": [(found[0].of, found, queries.by_dimension(found)) for found in by_edition],
        "taken_back": queries.taken_back(client.id),
    }
    return page("assessments/index.html", shows=[client], client=client, course=plots.course, rules=rules, **facts)


def _newest_edition(row: Assessment) -> int:
    return list(EDITIONS).index(row.edition)


@bp.route("/clients/<id>/level-of-care/new", methods=["GET", "POST"])
@requires(Can.record_measures)
def new(id: str):
    """Record an assessment in an edition (`of`: its code; the 4th if none is named), on any day up to today."""
    client, edition = get_client(id, current_user), _named(request.values.get("of"))
    form = form_of(edition, RecordForm)()
    form.done_by_id.choices = _staff()
    if request.method == "GET":
        form.of.data, form.assessed_on.data, form.done_by_id.data = edition.code, site_today(), current_user.id
    if form.validate_on_submit():
        with form.refusals():
            row = actions.record(client, edition, actions.Said(**form.facts()), current_user)
            return go("assessments.show", "Saved.", id=row.id)
    others = [one for one in EDITIONS.values() if one is not edition]
    facts = {"edition": edition, "others": others}
    return page("assessments/new.html", form=form, shows=[client], client=client, **facts)


def _named(code: str | None) -> Edition:
    if code is not None and code not in EDITIONS:
        raise NotFound
    return EDITIONS[code] if code else FOURTH


def _staff() -> list[tuple[str, str]]:
    return [("", "Choose"), *((one.id, one.name) for one in possible_owners())]


@bp.route("/assessments/<id>")
@requires(Can.record_measures)
def show(id: str):
    """One assessment: ratings, words, levels, and what it said before."""
    row = queries.get_assessment(id, current_user)
    said = [(one, queries.words_of(row, one), _words(row, one.reason_sealed)) for one in row.readings]
    facts = {"assessment": row, "said": said, "why_taken_back": _words(row, row.taken_back_sealed), "rules": rules}
    return page("assessments/show.html", shows=[row.client], client=row.client, **facts)


def _words(row: Assessment, blob: bytes | None) -> str:
    return sealed.unseal(row.client_id, blob) or ""


@bp.route("/assessments/<id>/correct", methods=["GET", "POST"])
@requires(Can.record_measures)
def correct(id: str):
    """Correct an assessment, in its own edition; what it said is kept."""
    row = _standing(id)
    form = form_of(row.of, CorrectForm)(obj=as_it_stands(row))
    done_by = row.reading.done_by
    form.done_by_id.choices = list(dict.fromkeys([*_staff(), *([(done_by.id, done_by.name)] if done_by else [])]))
    if form.validate_on_submit():
        actions.hold(row)
        form.check_fresh(row, as_it_stands(row))
        with form.refusals():
            actions.correct(row, actions.Said(**form.facts()), form.reason.data, current_user)
            return go("assessments.show", "Corrected.", id=row.id)
    facts = {"assessment": row, "edition": row.of}
    return page("assessments/correct.html", form=form, shows=[row.client], client=row.client, **facts)


@bp.route("/assessments/<id>/take-back", methods=["GET", "POST"])
@requires(Can.record_measures)
def take_back(id: str):
    """Take an assessment back that should not have been recorded."""
    row, form = _standing(id), TakeBackForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.take_back(row, form.reason.data, current_user)
            return go("assessments.index", "Taken back. It counts no more.", id=row.client_id)
    return page("assessments/take_back.html", form=form, shows=[row.client], client=row.client, assessment=row)


def _standing(id: str) -> Assessment:
    """An assessment that was not taken back."""
    row = queries.get_assessment(id, current_user)
    if row.reading is None:
        raise NotFound
    return row
