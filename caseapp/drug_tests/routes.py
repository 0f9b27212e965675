"""A client's drug tests, what is to be collected, recording, correcting, taking back, the laboratory."""

from flask import Blueprint, request
from flask_login import current_user

from caseapp.clients.models import Client
from caseapp.clients.queries import get_client
from caseapp.core import sealed
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.fields import site_today
from caseapp.core.forms import TakeBackForm
from caseapp.core.pages import go, page
from caseapp.drug_tests import actions, queries, rules
from caseapp.drug_tests.forms import ALL_NEGATIVE, CorrectForm, LabForm, RecordForm, as_it_stands, form_of
from caseapp.drug_tests.models import DrugTest, TestDraw
from caseapp.drug_tests.panels import PANELS, STANDARD
from caseapp.drug_tests.rules import Finding, Happened, Why
from caseapp.medications.known import CLASS_WORDS
from caseapp.medications.queries import prescribed
from caseapp.medications.rules import explaining

bp = Blueprint("drug_tests", __name__)
WORDS = {
    "class_words": CLASS_WORDS,
    "why_words": rules.WHY_WORDS,
    "happened_words": rules.HAPPENED_WORDS,
    "observed_words": rules.OBSERVED_WORDS,
    "sample_words": rules.SAMPLE_WORDS,
    "finding_words": rules.FINDING_WORDS,
    "lab_words": rules.LAB_WORDS,
}


@bp.route("/drug-tests")
@requires(Can.record_drug_tests)
def index():
    """What is to be collected today, what was not, what waits to be read or for the laboratory, of the people one sees."""
    waits = queries.waiting(current_user, site_today())
    people = [one.client for part in (waits.today, waits.earlier, waits.unread, waits.at_lab) for one in part]
    return page("drug_tests/index.html", shows=people, waits=waits, **WORDS)


@bp.route("/clients/<id>/drug-tests")
@requires(Can.record_drug_tests)
def of_client(id: str):
    """Every test of this person, a picture of them over time, and which days are drawn."""
    client, today = get_client(id, current_user), site_today()
    drawn = queries.drawn_for(client.id)
    facts = {"tests": queries.tests_of(client.id), "tested": queries.results([client.id]).get(client.id, [])}
    facts |= {"often": queries.how_often_now(client.id, today), "panels": PANELS.values(), "today": today}
    facts |= {"due": [one for one in drawn if one.day <= today], "ahead": [one for one in drawn if one.day > today]}
    return page("drug_tests/of_client.html", shows=[client], client=client, **facts, **WORDS)


@bp.route("/clients/<id>/drug-tests/new", methods=["GET", "POST"])
@requires(Can.record_drug_tests)
def new(id: str):
    """Record a test: of a drawn day (`draw`), by a panel (`of`: its code), on any day up to today."""
    client = get_client(id, current_user)
    panel = PANELS.get(request.values.get("of", STANDARD.code))
    if panel is None:
        raise NotFound
    draw = _draw(client)
    form = form_of(panel, RecordForm)()
    if request.method == "GET":
        form.of.data, form.draw.data, form.day.data = (
            panel.code,
            draw.id if draw else "",
            draw.day if draw else site_today(),
        )
        if request.args.get("read") == ALL_NEGATIVE:
            form.happened.data, form.read.data = Happened.collected, ALL_NEGATIVE
    form.offer(_explained(client, form))
    if form.validate_on_submit():
        with form.refusals():
            why = form.why.data or Why.random
            test = actions.record(client, form.said(), current_user, why=why, draw=draw)
            return go("drug_tests.show", "Saved.", id=test.id)
    return page("drug_tests/new.html", form=form, shows=[client], client=client, draw=draw, panels=PANELS.values())


def _draw(client: Client) -> TestDraw | None:
    """The drawn day that this test is of, if it is of one."""
    draw_id = request.values.get("draw")
    return queries.get_draw(draw_id, client.id) if draw_id else None


def _explained(client: Client, form) -> dict:
    return explaining(prescribed([client.id]).get(client.id, []), form.day.data or site_today())


@bp.route("/drug-tests/<id>")
@requires(Can.record_drug_tests)
def show(id: str):
    """One test: what was found, what explains it, what the laboratory says, and what it said before."""
    test = queries.get_test(id, current_user)
    said = [
        (one, test.found(one), _opened(test, one.words_sealed), _opened(test, one.reason_sealed))
        for one in test.readings
    ]
    reports = [(one, _opened(test, one.words_sealed)) for one in test.reports]
    tested = rules.Tested(test.reading.day, *whole, test.id) if (whole := _whole(test)) else None
    facts = {"said": said, "reports": reports, "tested": tested, "to_confirm": _to_confirm(test)}
    why = _opened(test, test.taken_back_sealed)
    return page("drug_tests/show.html", shows=[test.client], client=test.client, test=test, why=why, **facts, **WORDS)


def _whole(test: DrugTest):
    return test.outcome(test.reading) if test.reading else None


def _opened(test: DrugTest, blob: bytes | None) -> str:
    return sealed.unseal(test.client_id, blob) or ""


def _to_confirm(test: DrugTest) -> list:
    found = test.found(test.reading) if test.reading else {}
    return [one for one, each in found.items() if each.finding is not Finding.negative]


@bp.route("/drug-tests/<id>/correct", methods=["GET", "POST"])
@requires(Can.record_drug_tests)
def correct(id: str):
    """Read what was collected, or correct a test; what it said is kept."""
    test = _standing(id)
    now = as_it_stands(test, _opened(test, test.reading.words_sealed))
    form = form_of(test.reading.screen, CorrectForm)(obj=now)
    form.offer(_explained(test.client, form))
    if form.validate_on_submit():
        actions.hold(test)
        form.check_fresh(test, now)
        with form.refusals():
            actions.correct(test, form.said(), form.reason.data, current_user)
            return go("drug_tests.show", "Saved.", id=test.id)
    unread = _whole(test) is None
    return page("drug_tests/correct.html", form=form, shows=[test.client], client=test.client, test=test, unread=unread)


@bp.route("/drug-tests/<id>/laboratory", methods=["GET", "POST"])
@requires(Can.record_drug_tests)
def report(id: str):
    """Note that a class was sent to the laboratory, or what came back."""
    test = _standing(id)
    to_confirm = _to_confirm(test)
    if not to_confirm:
        raise NotFound
    form = LabForm()
    form.substance.choices = [(one.value, CLASS_WORDS[one]) for one in to_confirm]
    if request.method == "GET":
        form.on_day.data, form.substance.data = site_today(), to_confirm[0] if len(to_confirm) == 1 else None
    if form.validate_on_submit():
        with form.refusals():
            told = form.substance.data, form.step.data, form.on_day.data, form.words.data
            actions.report(test, *told, current_user)
            return go("drug_tests.show", "Saved.", id=test.id)
    return page("drug_tests/report.html", form=form, shows=[test.client], client=test.client, test=test)


@bp.route("/drug-tests/<id>/take-back", methods=["GET", "POST"])
@requires(Can.record_drug_tests)
def take_back(id: str):
    """Take a test back that should not have been recorded."""
    test = _standing(id)
    form = TakeBackForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.take_back(test, form.reason.data, current_user)
            return go("drug_tests.of_client", "Taken back. It counts no more.", id=test.client_id)
    return page("drug_tests/take_back.html", form=form, shows=[test.client], client=test.client, test=test)


def _standing(id: str) -> DrugTest:
    """A test that was not taken back."""
    test = queries.get_test(id, current_user)
    if test.reading is None:
        raise NotFound
    return test
