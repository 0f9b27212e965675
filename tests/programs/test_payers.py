"""What payers pay: as shipped, as said from a day on, and who may say so."""

from datetime import timedelta

import pytest

from caseapp.clinic import actions as clinic
from caseapp.clinic import queries as surroundings
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import actions, queries
from caseapp.programs.models import PayerRule
from caseapp.programs.payers import PayerProfiles
from caseapp.programs.rules.billing import NOT_PAID, SHIPPED_UNITS, Care, Rounding, Unit, UnitRule
from tests.clinic import today

S9480 = UnitRule("S9480", Unit.day, 0, 120)
SENT = {
    "payer": "",
    "care": "intensive",
    "code": "s9480",
    "unit": "day",
    "unit_minutes": "",
    "least_minutes": "120",
    "rounding": "down",
}


def in_force(payer_id, day, care=Care.intensive, code="group_therapy"):
    return PayerProfiles().on(payer_id, queries.service(code), care, day)


def test_a_rule_holds_from_its_day_for_its_payer_and_past_days_stay(cast, transaction):
    with transaction():
        group, by, day = queries.service("group_therapy"), cast.ada.actor, today()
        state, other = clinic.add_payer("State plan", by), clinic.add_payer("Other plan", by)
        actions.save_payer_rule(group, state, Care.intensive, S9480, day + timedelta(days=3), by)
        shipped = SHIPPED_UNITS["group_therapy", Care.intensive]
        assert in_force(state.id, day + timedelta(days=2)) == shipped
        assert in_force(state.id, day + timedelta(days=3)) == S9480
        assert in_force(other.id, day + timedelta(days=3)) == in_force(None, day + timedelta(days=3)) == shipped
        everyone = UnitRule("H2035", Unit.minutes, 60, 31, Rounding.nearest)
        actions.save_payer_rule(group, None, Care.intensive, everyone, day, by)
        assert in_force(other.id, day) == everyone and in_force(state.id, day + timedelta(days=3)) == S9480
        assert in_force(None, day, Care.lower) == SHIPPED_UNITS["group_therapy", Care.lower]
        assert in_force(None, day, code="medication_management") == NOT_PAID
        with pytest.raises(RuleBroken, match="today or a later day"):
            actions.save_payer_rule(group, None, Care.intensive, S9480, day - timedelta(days=1), by)


def test_the_page_says_it_and_a_rule_of_the_same_day_corrects_the_first(visit, cast, transaction):
    visitor = visit(cast.ada)
    assert "H0015" in visitor.get("/admin/programs/payers").text
    with transaction():
        service = queries.service("group_therapy").id
    path = f"/admin/programs/services/{service}/payers"
    sent = SENT | {"from_day": f"{today():%b} {today().day}, {today().year}"}
    for code in ("S9480", "S9481"):
        answer = visitor.raw.post(path, data=visitor.form(path, to=path).fields | sent | {"code": code.lower()})
        assert answer.status_code == 303
    assert "S9481" in visitor.get("/admin/programs/payers").text
    assert "Level 2.1 and above, today" in visitor.get(path).text
    page = visitor.get(path).text
    assert "Corrected" in page and page.count("Holds from its day") == 1
    with transaction():
        rows = db.query(PayerRule).all()
        assert sorted((row.code, row.superseded_at is None) for row in rows) == [("S9480", False), ("S9481", True)]
        assert surroundings.payers() == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"code": "H 15"}, "letters and digits"), ({"unit": "minutes"}, "Enter the minutes of a unit"), ({"care": ""}, "Choose one"),
     ({"from_day": "Jan 1, 2020"}, "today or a later day"), ({"payer": "nobody"}, "Choose one"), ({"least_minutes": "0"}, "from 1 to 480")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_saved(visit, cast, transaction, wrong, says):
    visitor = visit(cast.ada)
    with transaction():
        service = queries.service("cbt").id
    path = f"/admin/programs/services/{service}/payers"
    sent = SENT | {"from_day": f"{today():%b} {today().day}, {today().year}"} | wrong
    answer = visitor.raw.post(path, data=visitor.form(path, to=path).fields | sent)
    assert answer.status_code == 422 and says in answer.text
    with transaction():
        assert db.query(PayerRule).count() == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_admins_say_what_payers_pay(visit, cast):
    for someone in (cast.ana, cast.carl, cast.sue):
        assert visit(someone).get("/admin/programs/payers").status_code == 403
