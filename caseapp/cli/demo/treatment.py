"""The treatment plans of whoever is in the program: written in the first week, signed, reviewed; one waits for a signature."""

from datetime import date, timedelta

from caseapp.cli.demo.making import Demo, Known, dice
from caseapp.core.access import Actor
from caseapp.plans import actions
from caseapp.plans.models import Plan
from caseapp.plans.rules import Goal, How, Intervention, Outcome, Part, Progress

WRITTEN, SIGNED = timedelta(days=3), timedelta(days=4)
# Nine hours a week are 27 hours in three weeks: in Phase 1 a review is due by hours, later by days.
EVERY, EVERY_IN_FIRST = timedelta(days=28), timedelta(days=20)
TO_BE_SIGNED = ("Patel", "Chandra")
CHANGED = ("Doyle", "Quinn")  # a goal more since yesterday, which nobody has signed yet
LATE = ("Cho", "Lee")  # the review that came due is still to be done
BY_TELEHEALTH_ONE_IN = 7
GOALS = (
    (
        "Cope with cravings without using",
        "Cravings in the evening and after work",
        ("Name three triggers and a plan for each", "Call someone before the craving is over, twice a week"),
        ("Relapse prevention group", "twice a week"),
    ),
    (
        "Have people around who support not using",
        "Most friends use or drink",
        ("Go to two mutual-help meetings a week", "Ask one person to be a sponsor"),
        ("Case management", "weekly"),
    ),
    (
        "Sleep through the night",
        "Sleeps three to four hours, tired in sessions",
        ("Keep the same bedtime for two weeks", "No screens in the last hour"),
        ("Individual session", "weekly"),
    ),
    (
        "Go back to work",
        "Lost the job in spring",
        ("Write an application", "Meet the employment counselor"),
        ("Case management", "every two weeks"),
    ),
    (
        "Talk with the family again",
        "Not on speaking terms since the summer",
        ("Invite one person to family education",),
        ("Family session", "monthly"),
    ),
)
PROGRESS = (
    "Steady. Uses the evening plan on most days.",
    "Two hard days this month; called before it got worse.",
    "Slow, and still wants it. Made the first step smaller.",
    "Well under way; tells others in the group how it went.",
)
WORK = ("Letter to my future self", "List of triggers and what helped", "Plan for one free weekend")


def plans(demo: Demo) -> None:
    """A plan for everyone who is in the program for more than three days, in the order of the lines."""
    for known in demo.known:
        if known.episode and known.position(demo.today) and known.episode.admitted_on + WRITTEN <= demo.today:
            _plan(demo, known)
    known = demo.someone(*CHANGED)
    by, yesterday = demo.staff[known.person.clinician], demo.today - timedelta(days=1)
    with demo.at(yesterday, 17):
        goals = _goals(dice("plan", known.person.number), by, known.episode.admitted_on)
        there = {one.goal for one in goals}
        goal, problem, steps, (what, often) = next(one for one in GOALS if one[0] not in there)
        goals.append(Goal(len(goals) + 1, goal, problem, steps, (Intervention(what, by.name, often),)))
        actions.write(known.episode, goals, by)


def _plan(demo: Demo, known: Known) -> None:
    chance, by = dice("plan", known.person.number), demo.staff[known.person.clinician]
    begun = known.episode.admitted_on
    with demo.at(begun + WRITTEN, 15):
        revision = actions.write(known.episode, _goals(chance, by, begun), by)
        actions.sign(revision, Part.clinician, by)
    waits = (known.person.last, known.person.first) == TO_BE_SIGNED
    if waits or begun + SIGNED > demo.today:
        return
    with demo.at(begun + SIGNED, 16):
        remote = chance.randrange(BY_TELEHEALTH_ONE_IN) == 0
        how, why = (How.verbally, "The session was by video.") if remote else (How.on_paper, "")
        actions.sign_for_client(revision, how, begun + SIGNED, by, why)
        actions.assign(revision.plan, chance.choice(WORK), by, given_on=begun + SIGNED, goal=1)
    _reviews(demo, known, revision.plan, by)


def _goals(chance, by: Actor, begun: date) -> list[Goal]:
    first, *others = GOALS
    chosen = [first, *chance.sample(others, chance.choice((1, 2)))]
    return [
        Goal(
            number,
            goal,
            problem,
            steps,
            (Intervention(what, by.name, often),),
            begun + timedelta(days=60 + 15 * number),
        )
        for number, (goal, problem, steps, (what, often)) in enumerate(chosen, 1)
    ]


def _reviews(demo: Demo, known: Known, plan: Plan, by: Actor) -> None:
    """One after the other up to today; at each third one a goal is met, and written work is done with the first."""
    chance, numbers = dice("reviews", known.person.number), [goal.number for goal in plan.revisions[0].goals]
    late = (known.person.last, known.person.first) == LATE
    day, done = known.episode.admitted_on + SIGNED, 0
    while (day := day + (EVERY_IN_FIRST if known.position(day) == 1 else EVERY)) <= demo.today and not late:
        done += 1
        met = {numbers.pop(): Outcome.met} if done % 3 == 0 and len(numbers) > 1 else {}
        reviewed = [*numbers, *met]
        said = Progress(dict(zip(reviewed, chance.sample(PROGRESS, len(reviewed)), strict=True)))
        with demo.at(day, 16, 30):
            actions.review(plan, day, said, met, by)
