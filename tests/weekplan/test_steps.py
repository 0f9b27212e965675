"""What a proposed week changes of the series, and an order in which each change finds its time free."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from caseapp.weekplan.rules import Meeting, Span
from caseapp.weekplan.running import Running
from caseapp.weekplan.steps import Step, What, blocks, compare, in_order

NINE, NOON, THREE = 9 * 60, 12 * 60, 15 * 60


def group(id: str, days=(0, 2), starts=NINE, room="r1", leader="ana", members="ab", service="talk") -> Running:
    return Running(id, service, frozenset(days), starts, starts + 180, room, (leader,), frozenset(members), 12)


def held(days=(0, 2), starts=NINE, room="r1", leader="ana", members="ab", service="talk") -> list[Meeting]:
    return [Meeting(service, Span(day, starts, starts + 180), room, leader, frozenset(members)) for day in days]


def told(steps) -> list[tuple[str, str]]:
    return [(one.was.id if one.was else "-", one.what.value) for one in steps]


def test_sessions_that_differ_in_their_day_alone_are_one_series():
    assert [one.days for one in blocks(held() + held(days=(4,), members="abc"))] == [(0, 2), (4,)]


def test_what_stays_changes_ends_and_is_new():
    runs = [group("same"), group("moved", days=(1,), members="cd"), group("gone", days=(3,), members="ef")]
    week = held(members="abx") + held(days=(1,), starts=NOON, members="cd") + held(days=(3,), members="yz", room="r2")
    steps = compare(runs, week)
    assert told(steps) == [("same", "stays"), ("moved", "changes"), ("gone", "ends"), ("-", "new")]
    assert steps[0].joins == {"x"} and steps[2].leaves == {"e", "f"} and steps[3].joins == {"y", "z"}


def test_more_people_than_places_is_a_change():
    (step,) = compare([group("one")], held(members="abcdefghijklm"))
    assert step.what is What.changes


def test_who_must_make_way_goes_first():
    first = Step(group("first"), blocks(held(starts=NOON))[0])
    second = Step(
        group("second", starts=NOON, members="cd", leader="bo"),
        blocks(held(starts=THREE, leader="bo", members="cd"))[0],
    )
    for some in permutations([first, second]):
        assert told(in_order(some)) == [("second", "changes"), ("first", "changes")]


def test_of_two_that_change_places_one_is_made_anew():
    first = Step(group("first"), blocks(held(room="r2"))[0])
    second = Step(group("second", room="r2", leader="bo", members="cd"), blocks(held(leader="bo", members="cd"))[0])
    assert told(in_order([first, second])) == [("first", "ends"), ("second", "changes"), ("-", "new")]


RUNS = st.lists(
    st.tuples(st.sampled_from([(0,), (0, 2), (1,)]), st.sampled_from([NINE, NOON]),
              st.sampled_from(["r1", "r2"]), st.sampled_from(["ana", "bo"])),
    max_size=4,
)  # fmt: skip


@given(RUNS, RUNS)
def test_done_in_order_nothing_ever_meets_and_the_week_is_the_proposed_one(before, after):
    before, after = _without_clashes(before), _without_clashes(after)
    runs = [group(str(at), *one, members=f"{at}{at + 4}") for at, one in enumerate(before)]
    week = [one for at, facts in enumerate(after) for one in held(*facts, members=f"{at}{at + 4}")]
    there = {one.id: (one.spans, one.room_id, one.leaders[0]) for one in runs}
    for at, step in enumerate(in_order(compare(runs, week))):
        there.pop(step.was.id if step.was else None, None)
        if step.block:
            mine = step.block.spans, step.block.room_id, step.block.leader_id
            assert not any(_meets(mine, other) for other in there.values())
            there[step.was.id if step.was else f"new{at}"] = mine
    spans = sorted((span, room, leader) for some, room, leader in there.values() for span in some)
    assert spans == sorted((one.span, one.room_id, one.leader_id) for one in week)


def _meets(one, other) -> bool:
    shared = one[1] == other[1] or one[2] == other[2]
    return shared and any(span.meets(also) for span in one[0] for also in other[0])


def _without_clashes(rows):
    kept = []
    for days, starts, room, leader in rows:
        mine = [Span(day, starts, starts + 180) for day in days], room, leader
        others = [([Span(day, at, at + 180) for day in some], where, who) for some, at, where, who in kept]
        if not any(_meets(mine, other) for other in others):
            kept.append((days, starts, room, leader))
    return kept
