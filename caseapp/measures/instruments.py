"""The instruments: items, answers, scoring, bands, version and licence of each. To add one: docs/how-to/add-an-instrument.md.

Texts stand here only where their licence lets everyone use them (docs/decisions/measures.md). What is recorded names items,
answers and scales by their codes, so a code is never given another meaning: another edition is another instrument.
"""

from dataclasses import dataclass
from enum import StrEnum, auto

from caseapp.measures import cssrs


class How(StrEnum):
    """How a scale comes from the answers."""

    add_up = auto()  # the points of its items are added
    worst = auto()  # the worst answer wins, by the rule of the C-SSRS screener


class Better(StrEnum):
    """Which way a scale moves when someone is better."""

    lower = auto()
    higher = auto()


@dataclass(frozen=True)
class Option:
    """One answer: the code under which it is kept, its words, and what it is worth."""

    code: str
    words: str
    points: int = 0


@dataclass(frozen=True)
class Item:
    """One question with its answers; `hint` is for whoever asks."""

    code: str
    text: str
    options: tuple[Option, ...]
    hint: str = ""


@dataclass(frozen=True)
class Band:
    """A range of a scale, from `least` points up to the next band, and what it is called."""

    least: int
    words: str


@dataclass(frozen=True)
class Scale:
    """A score of an instrument: which items, up to how many points, its bands from 0 up, which way is better.

    `may_lack` is how many answers may be missing before it is not scored; those that are missing count as the mean of the
    others. `lacking` says the rule in words.
    """

    code: str
    name: str
    items: tuple[str, ...]
    most: int
    bands: tuple[Band, ...]
    lacking: str
    may_lack: int = 0
    how: How = How.add_up
    better: Better = Better.lower


@dataclass(frozen=True)
class Instrument:
    """A questionnaire as it is filled in. `asks` stands above its items; several scales mean that there is no total."""

    code: str
    name: str
    about: str
    version: str
    licence: str
    source: str
    asks: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]

    def item(self, code: str) -> Item:
        """An item by its code."""
        return next(one for one in self.items if one.code == code)


def _numbered(*words: str) -> tuple[Option, ...]:
    """Answers worth 0, 1, 2 and so on, kept under their points."""
    return tuple(Option(str(points), text, points) for points, text in enumerate(words))


def _asked(options: tuple[Option, ...], *texts: str) -> tuple[Item, ...]:
    """Items q1, q2 and so on, that share their answers."""
    return tuple(Item(f"q{number}", text, options) for number, text in enumerate(texts, 1))


def _codes(*numbers: int) -> tuple[str, ...]:
    return tuple(f"q{number}" for number in numbers)


NOT_LEFT_OUT = "Scored only when every item of it is answered: no rule for missing answers is published."
TWO_WEEKS = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
HOW_OFTEN = _numbered("Not at all", "Several days", "More than half the days", "Nearly every day")

PHQ9 = Instrument(
    code="phq9",
    name="PHQ-9",
    about="Depression",
    version="PHQ-9, 1999, English (US)",
    licence="Public domain: no permission is needed to use or copy it.",
    source="Kroenke, Spitzer, Williams 2001; bands: instruction manual of the PHQ and GAD-7",
    asks=TWO_WEEKS,
    items=(
        *_asked(
            HOW_OFTEN,
            "Little interest or pleasure in doing things",
            "Feeling down, depressed, or hopeless",
            "Trouble falling or staying asleep, or sleeping too much",
            "Feeling tired or having little energy",
            "Poor appetite or overeating",
            "Feeling bad about yourself, or that you are a failure or have let yourself or your family down",
            "Trouble concentrating on things, such as reading the newspaper or watching television",
            "Moving or speaking so slowly that other people could have noticed? Or the opposite, being so fidgety or "
            "restless that you have been moving around a lot more than usual",
            "Thoughts that you would be better off dead or of hurting yourself in some way",
        ),
        Item(
            "difficulty",
            "How difficult have these problems made it for you to do your work, take care of things at home, or get "
            "along with other people?",
            _numbered("Not difficult at all", "Somewhat difficult", "Very difficult", "Extremely difficult"),
            "Not scored. Ask it if any problem was checked.",
        ),
    ),
    scales=(
        Scale(
            code="phq9",
            name="PHQ-9",
            items=_codes(*range(1, 10)),
            most=27,
            bands=(
                Band(0, "Minimal"),
                Band(5, "Mild"),
                Band(10, "Moderate"),
                Band(15, "Moderately severe"),
                Band(20, "Severe"),
            ),
            may_lack=2,
            lacking="With 1 or 2 answers missing they count as the mean of the others; with more it is not scored.",
        ),
    ),
)

GAD7 = Instrument(
    code="gad7",
    name="GAD-7",
    about="Anxiety",
    version="GAD-7, 2006, English (US)",
    licence="Public domain: no permission is needed to use or copy it.",
    source="Spitzer, Kroenke, Williams, Löwe 2006; bands: instruction manual of the PHQ and GAD-7",
    asks=TWO_WEEKS,
    items=_asked(
        HOW_OFTEN,
        "Feeling nervous, anxious, or on edge",
        "Not being able to stop or control worrying",
        "Worrying too much about different things",
        "Trouble relaxing",
        "Being so restless that it is hard to sit still",
        "Becoming easily annoyed or irritable",
        "Feeling afraid, as if something awful might happen",
    ),
    scales=(
        Scale(
            code="gad7",
            name="GAD-7",
            items=_codes(*range(1, 8)),
            most=21,
            bands=(Band(0, "Minimal"), Band(5, "Mild"), Band(10, "Moderate"), Band(15, "Severe")),
            may_lack=2,
            lacking="With 1 or 2 answers missing they count as the mean of the others; with more it is not scored.",
        ),
    ),
)

DAYS = _numbered("0 days", "1 to 3", "4 to 8", "9 to 15", "16 to 30")
HOW_MUCH = _numbered("Not at all", "Slightly", "Moderately", "Considerably", "Extremely")
_BAM = (
    ("q1", "Would you say your physical health has been", _numbered("Excellent", "Very good", "Good", "Fair", "Poor")),
    ("q2", "How many nights did you have trouble falling asleep or staying asleep?", DAYS),
    (
        "q3",
        "How many days have you felt depressed, anxious, angry, or very upset throughout most of the day?",
        DAYS,
    ),
    ("q4", "How many days did you drink any alcohol?", DAYS),
    ("q5", "How many days did you have at least 5 drinks (if you are a man) or 4 drinks (if you are a woman)?", DAYS),
    ("q6", "How many days did you use any illegal or street drugs or abuse any prescription medications?", DAYS),
    ("q7a", "How many days did you use marijuana?", DAYS),
    ("q7b", "How many days did you use sedatives or tranquilizers?", DAYS),
    ("q7c", "How many days did you use cocaine or crack?", DAYS),
    ("q7d", "How many days did you use other stimulants, such as methamphetamine?", DAYS),
    ("q7e", "How many days did you use opiates, such as heroin or fentanyl?", DAYS),
    ("q7f", "How many days did you use inhalants?", DAYS),
    ("q7g", "How many days did you use other drugs?", DAYS),
    ("q8", "How much were you bothered by cravings or urges to drink alcohol or use drugs?", HOW_MUCH),
    ("q9", "How confident are you that you will not use alcohol and drugs in the next 30 days?", HOW_MUCH),
    ("q10", "How many days did you attend self-help meetings like AA or NA to support your recovery?", DAYS),
    (
        "q11",
        "How many days were you in any situations or with any people that might put you at an increased risk for "
        "using alcohol or drugs?",
        DAYS,
    ),
    ("q12", "Does your religion or spirituality help support your recovery?", HOW_MUCH),
    ("q13", "How many days did you spend much of the time at work, school, or doing volunteer work?", DAYS),
    (
        "q14",
        "Do you have enough income (from legal sources) to pay for necessities such as housing, transportation, food, "
        "and clothing for yourself and your dependents?",
        (Option("no", "No", 0), Option("yes", "Yes", 4)),
    ),
    (
        "q15",
        "How much have you been bothered by arguments or problems getting along with any family members or friends?",
        HOW_MUCH,
    ),
    (
        "q16",
        "How many days did you contact or spend time with family members or friends who are supportive of your recovery?",
        DAYS,
    ),
    ("q17", "How satisfied are you with your progress toward achieving your recovery goals?", HOW_MUCH),
)
_UNSCORED = {*(f"q7{letter}" for letter in "abcdefg"), "q17"}

BAM = Instrument(
    code="bam",
    name="BAM",
    about="Use, risk and protective factors; three scores, no total",
    version="Brief Addiction Monitor, 17 items, 30 days, answers in five ranges (0 to 4)",
    licence="Made at the U.S. Department of Veterans Affairs, whose own manual gives it to other clinics. That it is free to use is not "
    "confirmed at a source.",
    source="Cacciola and others 2013; words: as the revised form (BAM-R) has them, shortened, read in copies and not at the VA; "
    "ranges of days: a copy of the VA's form; flags: one vendor's (Blueprint), not the authors'; domain.md 6.1",
    asks="In the past 30 days:",
    items=tuple(Item(code, text, options, "Not scored." if code in _UNSCORED else "") for code, text, options in _BAM),
    scales=(
        Scale(
            code="bam_use",
            name="BAM use",
            items=_codes(4, 5, 6),
            most=12,
            bands=(Band(0, "No use reported"), Band(1, "Use reported")),
            lacking=NOT_LEFT_OUT,
        ),
        Scale(
            code="bam_risk",
            name="BAM risk",
            items=_codes(1, 2, 3, 8, 11, 15),
            most=24,
            bands=(Band(0, "Below the flag"), Band(12, "High risk factors")),
            lacking=NOT_LEFT_OUT,
        ),
        Scale(
            code="bam_protective",
            name="BAM protective",
            items=_codes(9, 10, 12, 13, 14, 16),
            most=24,
            bands=(Band(0, "Few protective factors"), Band(13, "Above the flag")),
            lacking=NOT_LEFT_OUT,
            better=Better.higher,
        ),
    ),
)

CRAVING = Instrument(
    code="craving",
    name="Craving 0 to 10",
    about="Strongest craving of the last 7 days",
    version="One numeric rating, 7 days",
    licence="A numeric rating of one question can't be copyrighted.",
    source="Visual and numeric ratings of craving, domain.md 6.5; no cut-off is published, so it has no bands",
    asks="In the last 7 days:",
    items=_asked(
        tuple(Option(str(n), {0: "0, none", 10: "10, the strongest possible"}.get(n, str(n)), n) for n in range(11)),
        "How strong was your strongest craving or urge to drink or use?",
    ),
    scales=(
        Scale(
            "craving", "Craving 0 to 10", _codes(1), 10, (), "One question, so there is a score only with its answer."
        ),
    ),
)

_WORTH = {risk: points for points, risk in enumerate(cssrs.ORDER)}
_AFTER_YES = "Ask 3 to 5 if the answer to 2 is yes."


def _screen_item(code: str) -> Item:
    words = cssrs.BEHAVIORS if code == "behavior" else cssrs.ASKED
    levels = cssrs.ANSWER_LEVELS[code]
    options = tuple(
        Option(answer.value, text, _WORTH[levels.get(answer.value, cssrs.Risk.none_found)])
        for answer, text in words.items()
        if answer != "not_asked"
    )
    past_month = "In the past month. " if code != "behavior" else ""
    hint = _AFTER_YES if code in cssrs.ASKED_AFTER_YES else ""
    return Item(code, cssrs.READ_OUT[code], options, f"{past_month}{hint}".strip())


CSSRS = Instrument(
    code="cssrs",
    name="C-SSRS screener",
    about="Suicide risk",
    version="Screener with triage points, recent",
    licence="Free to use without permission in clinical care, as the Columbia Lighthouse Project is quoted; not confirmed at its own page.",
    source="Posner and others 2011; levels: domain.md 5.2",
    asks="Read each question out as it stands.",
    items=tuple(_screen_item(code) for code in cssrs.SCREEN),
    scales=(
        Scale(
            code="cssrs",
            name="C-SSRS screener",
            items=cssrs.SCREEN,
            most=3,
            bands=tuple(Band(points, cssrs.RISKS[risk]) for risk, points in _WORTH.items()),
            how=How.worst,
            lacking="1, 2 and 6 must be asked, and 3 to 5 after a yes to 2; an answer that shows high risk is enough alone.",
        ),
    ),
)

INSTRUMENTS = {one.code: one for one in (PHQ9, GAD7, BAM, CRAVING, CSSRS)}
SCALES = {scale.code: scale for one in INSTRUMENTS.values() for scale in one.scales}
# The item whose answer above nothing asks for the screener at once, by instrument.
ASKS_FOR_SCREENER = {"phq9": "q9"}
