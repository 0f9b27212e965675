"""Forms of the pre-screen."""

from wtforms import HiddenField, IntegerField
from wtforms.validators import NumberRange, Optional

from caseapp.clients.rules import Answer
from caseapp.core.db import new_id
from caseapp.core.fields import (
    ChoiceList,
    ChoiceRadios,
    DayField,
    LineText,
    MoreText,
    Needed,
    TimeField,
    answer_needed,
    site_today,
)
from caseapp.core.forms import CreatingForm, EditingForm
from caseapp.episodes.rules import (
    CIWA_MOST,
    COWS_MOST,
    Bands,
    Frequency,
    NotAdmitted,
    PriorLevel,
    ReferralSource,
    Route,
    Substance,
)

ANSWERS = [(Answer.yes.value, "Yes"), (Answer.no.value, "No"), (Answer.unknown.value, "Not asked yet")]
KNOWN = [(Answer.yes.value, "Known"), (Answer.unknown.value, "Not known")]
BANDS = [(Bands.asam_2020.value, "ASAM 2020 (moderate from 10)"), (Bands.classic.value, "Classic (moderate from 8)")]
FIT = [("yes", "Fit for outpatient care"), ("no", "Not fit: needs withdrawal management")]


def worded(words) -> list[tuple[str, str]]:
    """The members of an enum as choices."""
    return [(word.value, word.value.replace("_", " ").capitalize()) for word in words]


def _asked(label: str, words, first: str = "Not asked yet") -> ChoiceList:
    return ChoiceList(label, choices=[("", first), *worded(words)])


def _score(label: str, most: int) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, most, f"Enter a score from 0 to {most}.")])


class PrescreenForm(EditingForm):
    """What is asked before admission. The gate needs every answer; saving does not. In the order of a call."""

    form_key = HiddenField(default=new_id)
    program = ChoiceList("For the program", choices=[])
    referral_source = ChoiceList(
        "Referred by", [Needed("Choose who referred.")], choices=[("", "Choose"), *worded(ReferralSource)]
    )
    prior_level = ChoiceList(
        "Comes from", [Needed("Choose the care before.")], choices=[("", "Choose"), *worded(PriorLevel)]
    )
    prior_provider_id = ChoiceList("Provider, from the directory", choices=[])
    prior_provider = LineText("Or another provider", most=200)
    prior_ended_on = DayField("Ended on")
    substances = _asked("Main substance", Substance)
    main_route = _asked("How it is taken", Route)
    main_frequency = _asked("How often in the past month", Frequency)
    second = _asked("Second substance", Substance, "None, or not asked yet")
    second_route = _asked("How it is taken", Route)
    second_frequency = _asked("How often in the past month", Frequency)
    third = _asked("Third substance", Substance, "None, or not asked yet")
    third_route = _asked("How it is taken", Route)
    third_frequency = _asked("How often in the past month", Frequency)
    last_use_known = ChoiceRadios("Last use", [Needed("Choose known or not known.")], choices=KNOWN)
    last_use_on = DayField("Day of last use")
    last_use_time = TimeField("Time of last use")
    seizure_or_delirium = ChoiceRadios(
        "Ever a withdrawal seizure or delirium?", answer_needed("Seizure or delirium"), choices=ANSWERS
    )
    benzodiazepine_dependence = ChoiceRadios(
        "Dependence on benzodiazepines?", answer_needed("Benzodiazepines"), choices=ANSWERS
    )
    withdrawal_now = ChoiceRadios("Signs of withdrawal now?", answer_needed("Signs of withdrawal"), choices=ANSWERS)
    ciwa = _score("CIWA-Ar", CIWA_MOST)
    ciwa_bands = ChoiceRadios("Read by which bands?", choices=BANDS)
    ciwa_on = DayField("Taken on")
    ciwa_at = TimeField("At")
    cows = _score("COWS", COWS_MOST)
    cows_on = DayField("Taken on")
    cows_at = TimeField("At")
    notes = MoreText("Notes", most=4000)


class ClearanceForm(CreatingForm):
    """Who found what, when and where."""

    fit = ChoiceRadios("What did the examination find?", [Needed("Choose fit, or not fit.")], choices=FIT)
    on_day = DayField("Day", [Needed("Enter the day.")], latest=site_today)
    at = TimeField("Time", [Needed("Enter the time.")])
    cleared_by = LineText("By (name and credential)", [Needed("Enter who examined.")], most=200)
    place = LineText("Where", [Needed("Enter where.")], most=200)
    finding = MoreText("Finding", [Needed("Enter what was found.")], most=2000)


class ReferralForm(CreatingForm):
    """To which provider of the directory."""

    provider = ChoiceList("Refer to", [Needed("Choose a provider.")], choices=[])


class NotAdmittedForm(CreatingForm):
    """Why someone is not admitted."""

    because = ChoiceRadios(
        "Why?",
        [Needed("Choose why they are not admitted.")],
        choices=[
            (NotAdmitted.declined.value, "They declined"),
            (NotAdmitted.under_age.value, "Under the program's least age"),
            (NotAdmitted.needs_another_level.value, "They need another level of care"),
            (NotAdmitted.went_elsewhere.value, "They went to another provider"),
            (NotAdmitted.not_reached.value, "We could not reach them"),
            (NotAdmitted.other.value, "Another reason"),
        ],
    )
    words = MoreText("In your words", most=2000, rows=3)
