"""Returns to use before a step up that says so, meetings of the last weeks, and level-of-care assessments at each change of level."""

from datetime import date, timedelta

from caseapp.assessments import actions as assessments
from caseapp.assessments.editions import FOURTH
from caseapp.assessments.rules import WhyOther
from caseapp.cli.demo.lives import SUBSTANCES, UP
from caseapp.cli.demo.making import Demo, InPhase, Known, dice
from caseapp.episodes.queries import episodes_of
from caseapp.episodes.rules import MoveReason
from caseapp.use import actions as use
from caseapp.use.rules import HowKnown, MeetingKind

LEVELS = {1: "2.1", 2: "1.5", 3: "1.5", 4: "1.0"}
MEETING_WEEKS = 4
WORDS = {
    1: "No withdrawal since the detox; takes the medication as prescribed.",
    5: "Lives with a sister who does not use.",
}


def tell(demo: Demo) -> None:
    """Of everyone who was admitted, in the order of the lines."""
    for known in demo.known:
        stays = sorted(known.stays, key=lambda stay: stay.started_on)
        for before, stay in zip([None, *stays], stays, strict=False):
            if stay.started_on <= demo.today:
                _assessed(demo, known, before, stay)
                _returned(demo, known, before, stay)
        if stays and known.position(demo.today):
            _meetings(demo, known, stays[0].started_on)


def _assessed(demo: Demo, known: Known, before: InPhase | None, stay: InPhase) -> None:
    """At admission and where the level changes; who came yesterday or today is still to be assessed."""
    if stay.started_on > demo.today - timedelta(days=2) or (
        before and LEVELS[before.position] == LEVELS[stay.position]
    ):
        return
    chance = dice("six dimensions", known.person.number, stay.started_on)
    heavy = 2 if stay.position == 1 else 1
    by, level = demo.staff[known.person.clinician], LEVELS[stay.position]
    found = "2.5" if stay.position == 1 and known.person.number % 9 == 4 else level
    said = assessments.Said(
        assessed_on=stay.started_on,
        done_by_id=by.id,
        ratings={number: max(0, heavy - chance.randrange(0, 2) - (number == 2)) for number in range(1, 6)},
        level_found=found,
        level_chosen=level,
        why_other=WhyOther.own_choice if found != level else None,
        words={str(number): words for number, words in WORDS.items()} if known.person.number % 2 else {},
    )
    with demo.at(stay.started_on, 15):
        assessments.record(known.client, FOURTH, said, by)


def _returned(demo: Demo, known: Known, before: InPhase | None, stay: InPhase) -> None:
    """The evening before a step up for that reason; said in the morning."""
    if not before or before.ended_on != stay.started_on or stay.position > before.position:
        return
    if UP[known.person.number % len(UP)][0] is not MoveReason.returned_to_use:
        return
    day: date = stay.started_on - timedelta(days=1)
    episode = next(one for one in episodes_of(known.client.id) if one.admitted_on <= day)
    told = "Met old friends on the way home from work. Called the same evening."
    with demo.at(stay.started_on, 10):
        said = use.Said(day, day, HowKnown.said_so, SUBSTANCES[known.person.number % len(SUBSTANCES)], told)
        use.report_return(episode, said, demo.staff[known.person.case_manager])


def _meetings(demo: Demo, known: Known, since: date) -> None:
    """Up to three a week, told at the end of the four weeks."""
    chance = dice("meetings", known.person.number)
    days = sorted(chance.sample(range(1, 7 * MEETING_WEEKS), chance.randrange(0, 3 * MEETING_WEEKS)))
    went = [day for back in days if (day := demo.today - timedelta(days=back)) >= since]
    if went:
        kind = list(MeetingKind)[chance.randrange(0, 3)]
        with demo.at(demo.today - timedelta(days=1), 16):
            use.attended(known.client, went, kind, known.person.number % 2 == 0, demo.staff[known.person.case_manager])
