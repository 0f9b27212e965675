"""Each person's way: registered, screened, held, referred or admitted, and moved from phase to phase."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from caseapp.cli.demo.making import Demo, InPhase, Known
from caseapp.cli.demo.people import Person, Story, people, story
from caseapp.cli.demo.surroundings import DAY_PROGRAM, HOSPITAL, RESIDENCE
from caseapp.clients import actions as clients
from caseapp.clients.models import Client
from caseapp.clients.rules import Answer, Sex
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.episodes import actions as episodes
from caseapp.episodes.models import Episode, Prescreen
from caseapp.episodes.rules import MoveKind, MoveReason, NotAdmitted, PriorLevel, ReferralSource, Substance
from caseapp.programs import queries as programs
from caseapp.programs.models import Phase
from caseapp.progress import actions as progress

PRIOR = {
    "detox": (PriorLevel.detox, HOSPITAL),
    "partial": (PriorLevel.partial_hospitalization, DAY_PROGRAM),
    "residential": (PriorLevel.residential, RESIDENCE),
    "inpatient": (PriorLevel.inpatient, HOSPITAL),
    "outpatient": (PriorLevel.outpatient, "Northgate Recovery"),
    "none": (PriorLevel.none, ""),
    "": (PriorLevel.none, ""),
}
SUBSTANCES = (
    [Substance.alcohol], [Substance.other_opioids], [Substance.alcohol, Substance.cocaine], [Substance.methamphetamine],
    [Substance.heroin, Substance.alcohol], [Substance.marijuana],
)  # fmt: skip
LATER_PHASE = "Comes from care of the same intensity; the team agreed to begin here."
REFERRED_BY = tuple(ReferralSource)
ENDINGS = {
    "completed": (
        MoveKind.complete,
        MoveReason.completed,
        "Went through the plan; keeps coming to the alumni evening.",
    ),
    "left": (MoveKind.discharge, MoveReason.left_before_completing, "No contact for 30 days after five attempts."),
    "transferred": (MoveKind.transfer, MoveReason.moved_to_other_provider, "Moved to be near family."),
    "program": (MoveKind.discharge, MoveReason.discharged_by_program, "The team could not keep the group safe."),
    "incarcerated": (MoveKind.discharge, MoveReason.incarcerated, "The place stays open for a new start."),
    "died": (MoveKind.discharge, MoveReason.died, "The family called; the team met to remember."),
    "other": (MoveKind.discharge, MoveReason.other, "Took work on ships, away for months at a time."),
}
UP = (
    (MoveReason.returned_to_use, "Called the same evening and asked for more groups."),
    (MoveReason.more_support_needed, "Housing fell through; more days together for now."),
    (MoveReason.crisis, "After the crisis contact, until the safety plan holds."),
)
# What the gate sees of those whom it holds, in place of the answers of the others.
HELD = {
    "held": {"withdrawal_now": Answer.yes, "ciwa": 18, "cows": None},
    "unknown": {"last_use_known": Answer.unknown, "last_use_at": None, "seizure_or_delirium": Answer.unknown},
    "benzo": {"benzodiazepine_dependence": Answer.yes},
    "referred": {"withdrawal_now": Answer.yes, "seizure_or_delirium": Answer.yes, "ciwa": 22},
    "declined": {},
    "cleared": {"withdrawal_now": Answer.no, "seizure_or_delirium": Answer.yes, "ciwa": 4},
}


def everyone(demo: Demo) -> Iterator[None]:
    """Make the people in the order of their lines, one in a step."""
    for person in people():
        if person.at_the_gate:
            _at_the_gate(demo, person)
        else:
            _through_the_program(demo, person)
        yield


def _at_the_gate(demo: Demo, person: Person) -> None:
    by, days_ago = demo.staff[person.case_manager], person.number % 4
    client = _register(demo, person, demo.today - timedelta(days=days_ago), by)
    demo.known.append(Known(person, client))
    if person.at_the_gate == "new":
        return
    with demo.at(demo.today - timedelta(days=days_ago), 10):
        screen = _screen(demo, person, client, by, **HELD[person.at_the_gate])
    with demo.at(demo.today - timedelta(days=days_ago), 11):
        if person.at_the_gate == "referred":
            episodes.refer(screen, next(one for one in clinic.providers() if one.name == HOSPITAL), by)
        if person.at_the_gate == "cleared":
            _clear(screen, by)
        if person.at_the_gate == "declined":
            episodes.not_admitted(screen, NotAdmitted.declined, by, "Wants to try meetings first; may call any day.")


def _register(demo: Demo, person: Person, day: date, by: Actor) -> Client:
    number = person.number
    with demo.at(day, 9):
        return clients.register(
            by,
            first_name=person.first,
            last_name=person.last,
            goes_by=person.goes_by,
            pronouns=person.pronouns,
            born=person.born,
            sex=Sex(person.sex),
            language=person.language,
            phone=f"555-0{200 + number}",
            address=f"{10 + number * 7} {('Elm', 'Mill', 'Harbor', 'Chapel')[number % 4]} Street",
            may_call=Answer.yes if number % 4 else Answer.unknown,
            may_text=(Answer.no, Answer.yes, Answer.yes, Answer.unknown)[number % 4],
            may_leave_message=(Answer.unknown, Answer.no, Answer.yes)[number % 3],
            contact_wishes="Only after 5 pm, and not at work." if number % 3 == 1 else "",
        )


def _screen(demo: Demo, person: Person, client: Client, by: Actor, **different: Any) -> Prescreen:
    """A pre-screen as of now; whoever comes from detox had signs before it, and a clearance after it."""
    level, place = PRIOR[person.prior]
    day = clock.today(demo.zone)
    facts = {
        "referral_source": REFERRED_BY[person.number % len(REFERRED_BY)],
        "prior_level": level,
        "prior_provider": place,
        "prior_ended_on": day - timedelta(days=1 + person.number % 3) if place else None,
        "last_use_known": Answer.yes,
        "last_use_at": clock.instant(day - timedelta(days=6 + person.number % 5), time(20), demo.zone),
        "seizure_or_delirium": Answer.yes if person.prior == "detox" else Answer.no,
        "benzodiazepine_dependence": Answer.no,
        "withdrawal_now": Answer.no,
        "ciwa": 3 + person.number % 5,
        "cows": 4 if person.number % 2 else None,
    }
    substances = SUBSTANCES[person.number % len(SUBSTANCES)]
    screen = episodes.prescreen(client, by, substances=substances, **facts | different)
    if person.prior == "detox" and not different:
        _clear(screen, by)
    return screen


def _clear(screen: Prescreen, by: Actor) -> None:
    finding = "Stable after five days of withdrawal management; no signs today."
    episodes.clear(
        screen,
        by,
        cleared_at=clock.now() - timedelta(hours=3),
        cleared_by="M. Adeyemi, MD",
        place=HOSPITAL,
        finding=finding,
    )


def _through_the_program(demo: Demo, person: Person) -> None:
    by, known = demo.staff[person.case_manager], None
    for text in person.stories:
        told = story(person, text)
        begins = demo.today - timedelta(days=told.days)
        known = known or Known(person, _register(demo, person, begins - timedelta(days=1), by))
        with demo.at(begins - timedelta(days=1), 13):
            screen = _screen(demo, person, known.client, by)
        _live(demo, known, told, begins, screen)
    demo.known.append(known)


def _live(demo: Demo, known: Known, told: Story, begins: date, screen: Prescreen) -> None:
    """Admit into the first phase, then move on day by day as the story says."""
    by, phases = demo.staff[known.person.case_manager], _phases(begins)
    known.episode = _admit(demo, known, screen, phases[told.stretches[0].position - 1], begins)
    day = begins
    for at, stretch in enumerate(told.stretches):
        until = day + timedelta(days=stretch.days)
        last = at == len(told.stretches) - 1
        if not last:
            _go_on(demo, known, stretch.position, told.stretches[at + 1].position, until, phases)
        elif told.ending:
            kind, reason, words = ENDINGS[told.ending]
            _move(demo, known.episode, by, until, kind=kind, reason=reason, words=words)
        elif told.ahead:
            until = demo.today + timedelta(days=3 + known.person.number % 4)
            _go_on(demo, known, stretch.position, told.ahead, until, phases)
            known.stays.append(InPhase(told.ahead, until, None))
        stays_open = last and not told.ending and not told.ahead
        known.stays.append(InPhase(stretch.position, day, None if stays_open else until))
        day = until


def _phases(day: date) -> list[Phase]:
    return programs.version_in_use(programs.programs()[0], day).phases


def _admit(demo: Demo, known: Known, screen: Prescreen, phase: Phase, day: date) -> Episode:
    person = known.person
    payers = clinic.payers()
    with demo.at(day, 10):
        return progress.admit(
            known.client,
            screen,
            demo.staff[person.case_manager],
            program_version=phase.program_version,
            phase=phase,
            admitted_on=day,
            case_manager_id=demo.staff[person.case_manager].id,
            clinician_id=demo.staff[person.clinician].id,
            payer_id=payers[person.number % len(payers)].id,
            words=LATER_PHASE if phase.position > 1 else "",
        )


def _go_on(demo: Demo, known: Known, position: int, to: int, day: date, phases: list[Phase]) -> None:
    """Step down, or up for more support."""
    by = demo.staff[known.person.case_manager]
    if to > position:
        kind, reason, words = MoveKind.step_down, MoveReason.goals_met, "Talked it through together; ready and glad."
    else:
        kind, (reason, words) = MoveKind.step_up, UP[known.person.number % len(UP)]
    _move(demo, known.episode, by, day, kind=kind, reason=reason, words=words, to_phase=phases[to - 1])


def _move(demo: Demo, episode: Episode, by: Actor, day: date, **facts: Any) -> None:
    """A move as of its own day, or as of yesterday if it lies ahead."""
    with demo.at(min(day, demo.today - timedelta(days=1)) if day > demo.today else day, 11):
        progress.move(episode, by, effective_on=day, **facts)
