"""PHQ-9, BAM and for every second person GAD-7, at admission and every four weeks.

Most get better step by step, worse for a while after a step up.
"""

from datetime import date, timedelta

from caseapp.cli.demo.making import Demo, Known, dice
from caseapp.measures import actions
from caseapp.measures.instruments import BAM, CSSRS, GAD7, PHQ9, Instrument, Item
from caseapp.measures.rules import asks_for_screener

EVERY = timedelta(weeks=4)
# Whoever spoke of death on yesterday's PHQ-9 (last and first name), and has not been asked the C-SSRS yet.
TO_BE_ASKED = ("Ortiz", "Ben")
# Who was asked the C-SSRS two days ago, so that nothing but what else is missing keeps them in their phase.
SCREENED = (("Silva", "Joao"), ("Reed", "Ann"), ("Lund", "Mia"), ("Cole-Baker", "Imani"), ("Tan", "Mei Lian"))
PROTECTS = {"q9", "q10", "q12", "q13", "q14", "q16", "q17"}
OF_USE = {"q4", "q5", "q6", *(f"q7{letter}" for letter in "abcdefg")}


def courses(demo: Demo) -> None:
    """The measures of everyone who was admitted, in the order of the lines."""
    for known in demo.known:
        if known.episode:
            _course(demo, known)
    for name in SCREENED:
        known, day = demo.someone(*name), demo.today - timedelta(days=2)
        with demo.at(day, 11):
            asked = {"wish_to_be_dead": "no", "thoughts": "no", "behavior": "no"}
            actions.record(known.client, CSSRS, asked, day, demo.staff[known.person.clinician])
    known = demo.someone(*TO_BE_ASKED)
    with demo.at(demo.today - timedelta(days=1), 14):
        answers = _answers(PHQ9, known, demo.today, 0.55) | {"q9": "1"}
        actions.record(known.client, PHQ9, answers, demo.today - timedelta(days=1), demo.staff[known.person.clinician])


def _course(demo: Demo, known: Known) -> None:
    chance = dice("measures", known.person.number)
    hardship = chance.uniform(0.4, 0.8)
    before = 0
    stays = sorted(known.stays, key=lambda stay: stay.started_on)
    day, end = stays[0].started_on, stays[-1].ended_on or demo.today
    while day <= min(end, demo.today):
        position = known.position(day)
        if before:
            hardship += chance.uniform(0.05, 0.2) if position and position < before else -chance.uniform(0.02, 0.16)
        before, hardship = position or before, min(0.85, max(0.08, hardship))
        _taken(demo, known, day, hardship)
        day += EVERY


def _taken(demo: Demo, known: Known, day: date, hardship: float) -> None:
    """What someone fills in on one day; the C-SSRS at once where an answer asks for it."""
    by = demo.staff[known.person.clinician]
    with demo.at(day, 12):
        for instrument in (PHQ9, BAM, *((GAD7,) if known.person.number % 2 else ())):
            answers = _answers(instrument, known, day, hardship)
            actions.record(known.client, instrument, answers, day, by)
            if asks_for_screener(instrument, answers):
                asked = {"wish_to_be_dead": "yes", "thoughts": "no", "behavior": "no"}
                actions.record(known.client, CSSRS, asked, day, by)


def _answers(instrument: Instrument, known: Known, day: date, hardship: float) -> dict[str, str]:
    chance = dice(instrument.code, known.person.number, day)
    answers = {}
    for item in instrument.items:
        share = _share(instrument, item, hardship) + chance.uniform(-0.2, 0.2)
        most = len(item.options) - 1
        answers[item.code] = item.options[min(most, max(0, round(most * share)))].code
    return answers


def _share(instrument: Instrument, item: Item, hardship: float) -> float:
    """How far up the answers of an item someone's hardship (0 to 1) leads."""
    if instrument is PHQ9 and item.code == "q9":
        return hardship - 0.75
    if instrument is BAM and item.code in PROTECTS:
        return 1 - hardship
    if instrument is BAM and item.code in OF_USE:
        return hardship - 0.55
    return hardship
