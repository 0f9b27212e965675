"""What the page of parts (/style, in the demo only) shows: a form in its states, and invented rows."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm

from caseapp.core import fields
from caseapp.core.access import Can, requires
from caseapp.core.pages import local_now, page

LONG_NAME = "Wolfeschlegelsteinhausen-Montgomery y Santiago, Maximiliana Konstanze"
NAMES = ("Ramos, Alicia", LONG_NAME, "حداد, سامي", "Ng, O", "Ortiz, Ben")
PHASES = (("Phase 1", 1), ("Phase 2", 2), ("Phase 3", 3), ("Continuing care", 4))


class SampleForm(FlaskForm):
    """One field of each kind."""

    name = fields.LineText("First name", [fields.Needed("Enter the first name")], most=80)
    goes_by = fields.LineText("Goes by", most=80)
    born = fields.BirthDateField("Birth date", [fields.Needed("Enter the birth date")])
    from_day = fields.DayField("From", [fields.Needed("Enter the day")])
    at = fields.TimeField("Start", [fields.Needed("Enter the start")])
    length = fields.MinutesField("Length", [fields.Needed("Enter the length")], most=180)
    risk = fields.ChoiceRadios(
        "Risk now",
        [fields.Needed("Choose the risk, or not asked")],
        choices=[("low", "Low"), ("moderate", "Moderate"), ("high", "High"), ("not_asked", "Not asked")],
    )
    done = fields.Checkboxes(
        "What we did", choices=[("calm", "Listened and calmed"), ("plan", "Safety plan gone through")]
    )
    service = fields.ChoiceList("Service", choices=[("", "Choose"), ("group", "Group therapy"), ("cbt", "CBT")])
    text = fields.MoreText("What happened", [fields.Needed("Write what happened")], most=400)


def sample_form(wrong: bool = False) -> SampleForm:
    """A form as first opened, or as it comes back with every field wrong."""
    form = SampleForm(formdata=None, prefix="wrong" if wrong else "")
    form.csrf_token.name = "csrf_token"  # a prefix tells the two forms' fields apart, not their token
    if wrong:
        form.at.raw_data, form.at.process_errors = ["9"], ["Say whether it is 9:00 am or 9:00 pm"]
        form.length.data = 500
        for field in form:
            if field is not form.csrf_token:
                field.validate(form)
    return form


def parts(now: datetime) -> dict[str, Any]:
    """The values of the page at a moment in the site's zone."""
    due = [now + timedelta(hours=hours) for hours in (-2, 2.5, 22, 80, -80)]
    return {
        "fresh": sample_form(),
        "broken": sample_form(wrong=True),
        "due": due,
        "people": [
            {
                "name": name,
                "phase": PHASES[at % 4],
                "hours": 9 - at * 1.5,
                "due": due[at],
                "born": date(1980 + at, 3, 4),
            }
            for at, name in enumerate(NAMES)
        ],
        "steps": [
            {"name": name, "position": at, "state": state, "detail": detail, "note": note}
            for (name, at), state, detail, note in zip(
                PHASES,
                ("done", "now", "next", "later"),
                ("Oct 19 to Nov 16", "week 1 of 4 to 5", "", ""),
                ("9 h a week", "6 h a week", "1.5 h a week", "monthly"),
                strict=True,
            )
        ],
    }


@requires(Can.use_own_account)
def show():
    """Every part of the pages in every state, for reviewers."""
    return page("style/show.html", **parts(local_now()))
