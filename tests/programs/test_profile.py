"""The rule profile: numbers are appended from a day on; days already counted stay as they were."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from caseapp.core import clock
from caseapp.core.errors import RuleBroken
from caseapp.programs import actions, queries
from caseapp.programs.rules import DEFAULTS, SETTINGS
from tests.programs import editing

NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)
TODAY = NOW.date()


def test_a_new_number_holds_from_its_day_on_and_past_days_stay(cast, transaction):
    with transaction(), clock.freeze(NOW):
        program = editing.program()
        before = [queries.profile(program.id, TODAY - timedelta(days=ago)) for ago in (1, 30, 300)]
        actions.save_setting(program, "gap_days_most", Decimal(3), TODAY, cast.ada.actor)
        actions.save_setting(program, "gap_days_most", Decimal(1), TODAY + timedelta(days=7), cast.ada.actor)
        assert before == [queries.profile(program.id, TODAY - timedelta(days=ago)) for ago in (1, 30, 300)]
        days = [queries.profile(program.id, TODAY + timedelta(days=ahead))["gap_days_most"] for ahead in (0, 6, 7, 90)]
        assert days == [3, 3, 1, 1]
        assert queries.profile(None, TODAY)["gap_days_most"] == 3  # of no program: the shipped one's numbers
        with pytest.raises(RuleBroken, match="Days already counted stay"):
            actions.save_setting(program, "gap_days_most", Decimal(4), TODAY - timedelta(days=1), cast.ada.actor)


def test_a_correction_of_the_same_day_is_appended_and_how_it_stood_can_be_asked(cast, transaction):
    later = NOW + timedelta(hours=1)
    with transaction():
        program = editing.program()
        with clock.freeze(NOW):
            actions.save_setting(program, "caseload_alert", Decimal(30), TODAY, cast.ada.actor)
        with clock.freeze(later):
            actions.save_setting(program, "caseload_alert", Decimal(28), TODAY, cast.ada.actor)
            line = queries.setting_lines(program, TODAY)["caseload_alert"]
        assert [(float(row.value), row.superseded_at) for row in line.rows] == [(28, None), (30, later)]
        known = [NOW - timedelta(seconds=1), NOW, later - timedelta(seconds=1), later, None]
        assert [queries.profile(program.id, TODAY, at)["caseload_alert"] for at in known] == [24, 30, 30, 28, 28]


def test_settings_of_one_program_do_not_reach_another(cast, transaction):
    with transaction():
        other = actions.new_program("Evening program", 18, cast.ada.actor).program
        actions.save_setting(other, "ciwa_blocks_from", Decimal(8), editing.today(), cast.ada.actor)
        assert queries.profile(other.id, editing.today())["ciwa_blocks_from"] == 8
        assert queries.profile(editing.program().id, editing.today()) == DEFAULTS
        assert queries.profile(None, editing.today()) == DEFAULTS


def test_the_page_saves_refuses_and_keeps_its_history(visit, cast, transaction):
    visitor = visit(cast.ada)
    with transaction():
        path = f"/admin/programs/{editing.program().id}/profile"
    page = path + "/intensive_hours_least"
    for changes, said in (
        ({"value": "", "from_day": "today"}, "Enter a number"),
        ({"value": "nine", "from_day": "today"}, "Enter a number from 1 to 40"),
        ({"value": "41", "from_day": "today"}, "Enter a number from 1 to 40"),
        ({"value": "20", "from_day": "today"}, "This must not be above"),
        ({"value": "9", "from_day": "today"}, "It is 9 hours on that day already"),
        ({"value": "10", "from_day": "yesterday"}, "Choose today or a later day"),
        ({"value": "10", "from_day": ""}, "Enter the day"),
    ):
        answer = visitor.submit(page, changes)
        assert (answer.status_code, said in answer.text) == (422, True), changes
    form = visitor.form(page, to=page)
    for _time in range(2):
        sent = visitor.raw.post(page, data=form.fields | {"value": ["9.5"], "from_day": ["today"]})
        assert sent.status_code == 303
    stale = form.fields | {"form_key": ["another"], "value": ["11"], "from_day": ["today"]}
    assert visitor.raw.post(page, data=stale).status_code == 409
    shown = visitor.get(page).text
    assert shown.count("Holds from its day") == 1 and "Ada Lindt" in shown
    assert "9.5 hours" in visitor.get(path).text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_profile_asks_as_little_for_many_rows_as_for_few(visit, cast, transaction, statements):
    visitor = visit(cast.ada)
    with transaction():
        program = editing.program()
        path = f"/admin/programs/{program.id}/profile"
    visitor.get(path)
    with statements() as few:
        visitor.get(path)
    with transaction():
        for ahead in range(10):
            day = editing.today() + timedelta(days=ahead)
            actions.save_setting(editing.program(), "gap_days_most", Decimal(ahead % 2 + 3), day, cast.ada.actor)
    with statements() as many:
        visitor.get(path)
    assert len(many) == len(few)


def test_a_setting_that_is_said_to_be_used_is_used():
    root = Path(queries.__file__).parents[1]
    sources = [path.read_text() for path in root.rglob("*.py") if path.name != "settings.py"]
    for setting in SETTINGS:
        if setting.used:
            assert any(f'"{setting.name}"' in source for source in sources) or setting.name.endswith("_group_most")
