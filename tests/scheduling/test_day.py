"""The day by room and by staff: half hours down, a session as high as it is long; and what is marked as changed from its series."""

from datetime import date, time

import pytest

from caseapp.core import clock
from caseapp.scheduling import actions, queries
from caseapp.scheduling.day import grid_of, leads_of, rooms_of
from caseapp.scheduling.rules import WhyNot
from caseapp.scheduling.week import Block
from caseapp.series.queries import days_of
from tests.series.making import FIRST, make
from tests.sessions import WEDNESDAY, at, group, room

MON = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


def test_a_session_is_as_high_as_it_is_long_and_what_would_overlap_shares_its_cell(transaction, cast):
    with transaction():
        two, by = room(), cast.ana.actor
        spans = (
            (time(9), time(10, 30)),
            (time(10, 30), time(10, 45)),
            (time(10, 45), time(12)),
            (time(23), time(0, 30)),
        )
        made = [group(by, 0, day=MON, room_id=two.id, starts=starts, ends=ends) for starts, ends in spans]
        off = group(cast.carl.actor, 0, day=MON, starts=time(6), ends=time(7))
        actions.cancel(off, WhyNot.weather, by)
        grid = grid_of([Block(one, 0) for one in [*made, off]], [(two.id, two.name), ("other", "Room 9")], rooms_of)
        cells = {
            row: cell and (cell.rows, [block.session for block in cell.blocks])
            for (row, _id), cell in grid.cells.items()
        }
        # 9:00 takes three half hours; 10:30 and 10:45 share one, which goes on to noon; midnight ends the day.
        assert cells == {
            18: (3, [made[0]]), 19: None, 20: None,
            21: (3, [made[1], made[2]]), 22: None, 23: None,
            46: (2, [made[3]]), 47: None,
        }  # fmt: skip
        assert (grid.rows[0], grid.rows[-1], grid.time_of(19)) == (18, 47, time(9, 30))
        assert [block.session for block in grid.beside] == [off]
        staff = grid_of([Block(one, 0) for one in made], [(by.id, by.name)], leads_of)
        assert len({row for row, _id in staff.cells}) == 8


def test_the_day_by_room_leads_to_a_session_that_is_filled_in(visit, cast, transaction):
    with transaction():
        two = room().id
        group(cast.ana.actor, 0, day=MON, room_id=two)
        group(cast.carl.actor, 0, day=MON, topic="By phone")
    ana = visit(cast.ana)
    page = ana.get(f"/schedule?week={MON}&view=day&show=all").text
    assert 'rowspan="6"' in page and "Without a room, or cancelled" in page and "By phone" in page
    assert f"/sessions/new?on={MON}&amp;at=13:00&amp;room={two}" in page
    filled = ana.get(f"/sessions/new?on={MON}&at=13:00&room={two}").text
    assert 'value="Nov 23, 2026"' in filled and 'value="1:00 pm"' in filled and f'value="{two}" selected' in filled
    by_staff = ana.get(f"/schedule?week={MON}&view=day&show=all&by=staff").text
    assert "Sessions by half hour and staff" in by_staff and f"staff={cast.carl.actor.id}" in by_staff
    assert ana.get("/sessions/new?on=soon&at=noon&room=none&staff=nobody").status_code == 200


def test_what_is_changed_from_its_series_has_a_star_and_the_star_a_legend(visit, cast, transaction):
    with transaction():
        series = make(cast.ana.actor)
    ana, page = visit(cast.ana), f"/schedule?week={MON}&show=all"
    assert "changed from its series" not in ana.get(page).text
    with transaction():
        session = next(row.session for row in days_of(series.id, FIRST) if row.on_day == MON)
        facts = {
            name: getattr(session, name)
            for name in ("service", "on_day", "topic", "places", "room_id", "phases_served")
        }
        actions.edit(session, cast.ana.actor, staff_ids=[cast.ana.actor.id], starts=time(13), ends=time(16), **facts)
        assert queries.get_session(session.id, cast.ana.actor).starts_at == at(13, day=MON)
    shown = ana.get(page).text
    assert shown.count(", changed from its series") == 1 and "* changed from its series" in shown


def test_a_day_by_phase_and_the_week_of_one_client(visit, cast, transaction):
    with transaction():
        mine = group(cast.ana.actor, 1, phases_served="1 2", topic="Of two phases")
        group(cast.ana.actor, 0, starts=time(13), ends=time(14), topic="Of any phase")
        whose = mine.roster[0].client_id
    visitor, day = visit(cast.ana), WEDNESDAY.isoformat()
    page = visitor.get(f"/schedule?view=day&by=phase&show=all&week={day}").text
    assert page.count(">Of two phases<") == 2 and "For any phase, or cancelled" in page
    assert "Phase 1</th>" in page and "phase=1" in page
    assert 'value="1" checked' in visitor.get(f"/sessions/new?on={day}&at=10:00&phase=1").text
    for view in ("week", "day", "list"):
        page = visitor.get(f"/schedule?view={view}&week={day}&client={whose}").text
        assert "Of two phases" in page and "Of any phase" not in page and "Haddad, Sam" in page
    assert visitor.get("/schedule?client=none").status_code == 404
    assert visit(cast.otto).get(f"/schedule?client={whose}").status_code == 404
