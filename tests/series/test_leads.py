"""Whoever can't lead a day of a series: someone who is free is proposed."""

from dataclasses import replace
from datetime import date, time

import pytest

from caseapp.core import clock
from caseapp.series import actions, queries
from caseapp.series.lines import preview_new
from caseapp.series.recurrence import Repeats
from caseapp.series.rules import Do
from caseapp.series.saying import ways_out
from tests.series.making import plan
from tests.sessions import at, group, room

MON, WED, FRI = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


def test_where_nobody_is_left_to_lead_someone_who_is_free_is_proposed(transaction, cast):
    """Of the same kind first; whoever leads something else then is no way out, and with nobody free the day is left open."""
    by = cast.ana.actor
    with transaction():
        group(by, 0, day=WED, starts=time(11), ends=time(13), topic="Family night")
        wanted = plan(by, room=room(), repeats=Repeats(MON, weekdays=(0, 2), until=WED))
        [line] = [one for one in preview_new(wanted, FRI, by).lines if one.needs_a_decision]
        assert (line.other_lead.name, line.choices) == ("Otto Brandt", (Do.other_lead, Do.skip))
        assert ways_out(line, wanted)[0][1] == "Led by Otto Brandt instead, who is free then"
        group(cast.otto.actor, 0, day=WED, starts=time(9), ends=time(10), topic="Otto's")
        stale = preview_new(wanted, FRI, by)
        assert [one.other_lead.name for one in stale.lines if one.needs_a_decision] == ["Carl Ito"]
        series = actions.add_series(wanted, by, seen=stale.digest, choices={})
        wednesday = queries.days_of(series.id, WED)[0].session
        assert [lead.staff.name for lead in wednesday.leads] == ["Carl Ito"]
        assert [lead.staff.name for lead in series.leads] == ["Ana Moreau"]  # the series itself stays hers
        group(cast.sue.actor, 0, day=WED, starts=time(10), ends=time(11), topic="Sue's")
        group(cast.otto.actor, 0, day=WED, starts=time(10), ends=time(11), topic="Otto's next")
        alone = replace(wanted, room=None, starts=time(10), ends=time(12))
        [line] = [one for one in preview_new(alone, FRI, by).lines if one.day == WED]
        assert line.choices == (Do.skip,) and line.other_lead is None
