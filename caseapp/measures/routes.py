"""A client's measures: the page of all, recording one, looking at one, correcting it, taking it back."""

from flask import Blueprint, request
from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.core import sealed
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.fields import site_today
from caseapp.core.forms import TakeBackForm
from caseapp.core.pages import go, page
from caseapp.measures import actions, cssrs, plots, queries, rules
from caseapp.measures.forms import CorrectForm, RecordForm, as_it_stands, form_of
from caseapp.measures.instruments import CSSRS, INSTRUMENTS, PHQ9, Instrument
from caseapp.measures.models import Measure

bp = Blueprint("measures", __name__)


@bp.route("/clients/<id>/measures")
@requires(Can.record_measures)
def index(id: str):
    """Each instrument of this person: the last score in words, the change since the first, the course, every value."""
    client = get_client(id, current_user)
    facts = {"taken": queries.taken(client.id), "taken_back": queries.taken_back(client.id)}
    asked_for = queries.open_screener_tasks(client.id)
    helps = {"plot": plots.plot, "change_words": rules.change_words, "band_of": rules.band_of}
    return page(
        "measures/index.html",
        shows=[client],
        client=client,
        instruments=INSTRUMENTS.values(),
        asked_for=asked_for,
        **facts,
        **helps,
    )


@bp.route("/clients/<id>/measures/new", methods=["GET", "POST"])
@requires(Can.record_measures)
def new(id: str):
    """Record one instrument (`of`: its code; the PHQ-9 if none is named), on any day up to today."""
    client = get_client(id, current_user)
    instrument = _named(request.values.get("of"))
    form = form_of(instrument, RecordForm)()
    if request.method == "GET":
        form.of.data, form.taken_on.data = instrument.code, site_today()
    if form.validate_on_submit():
        with form.refusals():
            answers = form.answers()
            measure = actions.record(client, instrument, answers, form.taken_on.data, current_user)
            return _saved(measure, answers)
    due = instrument is CSSRS and bool(queries.open_screener_tasks(client.id))
    return page("measures/new.html", form=form, shows=[client], client=client, instrument=instrument, due=due)


def _named(code: str | None) -> Instrument:
    if code is not None and code not in INSTRUMENTS:
        raise NotFound
    return INSTRUMENTS[code] if code else PHQ9


def _saved(measure: Measure, answers: dict[str, str]):
    """On to the C-SSRS if an answer asks for it and it is not done; else to the measure."""
    asks = rules.asks_for_screener(measure.what, answers)
    if asks and queries.open_screener_tasks(measure.client_id):
        return go("measures.new", "Saved. Ask the C-SSRS now.", id=measure.client_id, of=CSSRS.code)
    return go("measures.show", "Saved.", id=measure.id)


@bp.route("/measures/<id>")
@requires(Can.record_measures)
def show(id: str):
    """One measure: its scores, the answers, and what it said before."""
    measure = queries.get_measure(id, current_user)
    said = [(one, queries.answers_of(measure, one), _words(measure, one.reason_sealed)) for one in measure.readings]
    reason = _words(measure, measure.taken_back_sealed)
    facts = {"said": said, "why_taken_back": reason, "screen": CSSRS, "first": cssrs.WHAT_FIRST}
    return page("measures/show.html", shows=[measure.client], client=measure.client, measure=measure, **facts)


def _words(measure: Measure, blob: bytes | None) -> str:
    return sealed.unseal(measure.client_id, blob) or ""


@bp.route("/measures/<id>/correct", methods=["GET", "POST"])
@requires(Can.record_measures)
def correct(id: str):
    """Correct a measure; what it said is kept."""
    measure = _standing(id)
    now = as_it_stands(measure)
    form = form_of(measure.what, CorrectForm)(obj=now)
    if form.validate_on_submit():
        actions.hold(measure)
        form.check_fresh(measure, as_it_stands(measure))
        with form.refusals():
            answers = form.answers()
            actions.correct(measure, answers, form.taken_on.data, form.reason.data, current_user)
            return _saved(measure, answers)
    facts = {"measure": measure, "instrument": measure.what}
    return page("measures/correct.html", form=form, shows=[measure.client], client=measure.client, **facts)


@bp.route("/measures/<id>/take-back", methods=["GET", "POST"])
@requires(Can.record_measures)
def take_back(id: str):
    """Take a measure back that should not have been recorded."""
    measure = _standing(id)
    form = TakeBackForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.take_back(measure, form.reason.data, current_user)
            return go("measures.index", "Taken back. It counts no more.", id=measure.client_id)
    return page("measures/take_back.html", form=form, shows=[measure.client], client=measure.client, measure=measure)


def _standing(id: str) -> Measure:
    """A measure that was not taken back."""
    measure = queries.get_measure(id, current_user)
    if measure.reading is None:
        raise NotFound
    return measure
