"""The fields of forms: what was typed stays, and each refusal says what to do."""

from datetime import date, time

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from caseapp.core import fields
from caseapp.core.fields import Needed

TODAY = date(2026, 11, 18)


def today() -> date:
    return TODAY


class Everything(Form):
    """One field of each kind."""

    line = fields.LineText("First name", [Needed("Enter the first name")], most=10)
    text = fields.MoreText("What happened", most=20)
    day = fields.DayField("Discharge day", earliest=date(2026, 10, 19), latest=today, today=today)
    at = fields.TimeField("Start")
    length = fields.MinutesField("Length", least=1, most=180)
    born = fields.BirthDateField("Birth date", today=today)
    risk = fields.ChoiceRadios("Risk", [Needed("Choose the risk")], choices=[("low", "Low"), ("high", "High")])
    level = fields.ChoiceList("Level", coerce=int, choices=[("", "Choose"), (1, "One"), (2, "Two")])
    done = fields.Checkboxes("Done", choices=[("a", "A"), ("b", "B")])


def sent(**values) -> Everything:
    """The form as posted with what is needed and these values, validated."""
    body = MultiDict({"line": "Ali", "risk": "low"})
    for name, value in values.items():
        body.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    form = Everything(formdata=body)
    form.validate()
    return form


def test_what_fits_is_read():
    form = sent(
        line="  Ali  ce ", text="one\r\ntwo", day="Nov 2", at="3pm", length="1 h", level="2", done=["a", "b"],
        born__month="3", born__day="4", born__year="1988",
    )  # fmt: skip
    assert form.errors == {}
    assert form.line.data == "Ali ce"
    assert form.text.data == "one\ntwo"
    assert (form.day.data, form.at.data, form.length.data) == (date(2026, 11, 2), time(15), 60)
    assert (form.born.data, form.risk.data, form.level.data) == (date(1988, 3, 4), "low", 2)
    assert form.done.data == ["a", "b"]


def test_what_is_not_needed_may_be_left_out():
    form = sent()
    assert form.errors == {}
    assert (form.day.data, form.at.data, form.length.data, form.born.data, form.level.data) == (None,) * 5
    assert (form.text.data, form.done.data) == ("", [])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("line", "", "Enter the first name"),
        ("line", "   ", "Enter the first name"),
        ("line", "x" * 11, "Shorten this to 10 characters. It has 11"),
        ("line", "A\x00li", "First name had characters that can't be kept. They are taken out: save again"),
        ("line", "A\u202eli", "First name had characters that can't be kept. They are taken out: save again"),
        ("text", "x" * 21, "Shorten this to 20 characters. It has 21"),
        ("text", "\x07", "What happened had characters that can't be kept. They are taken out: save again"),
        ("day", "soon", "Enter a day such as Nov 18, 2026 or 11/18/2026"),
        ("day", "10/18/2026", "Discharge day must be on or after Oct 19, 2026"),
        ("day", "tomorrow", "Discharge day must be on or before Nov 18, 2026"),
        ("day", "9" * 5000, "Enter a day such as Nov 18, 2026 or 11/18/2026"),
        ("at", "9", "Say whether it is 9:00 am or 9:00 pm"),
        ("length", "0", "Enter minutes from 1 to 180"),
        ("length", "181", "Enter minutes from 1 to 180"),
        ("risk", "", "Choose the risk"),
        ("risk", "purple", "Choose one of these"),
        ("level", "3", "Choose one of the list"),
        ("level", "x", "Choose one of the list"),
        ("done", "z", "Choose from these only"),
    ],
)
def test_what_does_not_fit_gets_one_sentence_at_its_field(name, value, told):
    assert sent(**{name: value}).errors == {name: [told]}


@pytest.mark.parametrize("value", ["<script>alert(1)</script>"[:10], "=1+1", "O'Brien", "حداد", "李"])
def test_markup_and_names_of_any_script_are_just_text(value):
    form = sent(line=value)
    assert form.errors == {}
    assert form.line.data == value


def test_both_borders_of_a_day_belong_to_it():
    assert sent(day="10/19/2026").errors == {}
    assert sent(day="today").errors == {}


def test_what_was_typed_stays_in_the_box():
    form = sent(day="soon", at="9", length="ages", born__month="x", born__day="40", born__year="88")
    assert [form[name]._value() for name in ("day", "at", "length")] == ["soon", "9", "ages"]
    assert form.born.boxes() == [("month", "born-month", "x"), ("day", "born-day", "40"), ("year", "born-year", "88")]
    assert form.born.errors == ["Enter the birth date as month, day and year, such as 3 4 1988"]


def test_what_is_on_record_is_written_as_people_read_it():
    form = Everything(data={"day": date(2026, 11, 2), "at": time(12), "length": 90, "born": date(1988, 3, 4)})
    assert [form[name]._value() for name in ("day", "at", "length")] == ["Nov 2, 2026", "12:00 pm", "90"]
    assert [text for _part, _name, text in form.born.boxes()] == ["3", "4", "1988"]


def test_what_is_written_is_read_back_the_same():
    first = Everything(
        data={"line": "Ali", "risk": "high", "at": time(0), "day": TODAY, "born": date(1988, 3, 4), "level": 1}
    )
    pairs = [pair for field in first if hasattr(field, "as_typed") for pair in field.as_typed()]
    again = Everything(formdata=MultiDict([("line", "Ali"), *pairs]))
    assert again.validate(), again.errors
    assert [again[name].data for name in ("risk", "at", "day", "born", "level")] == [
        "high", time(0), TODAY, date(1988, 3, 4), 1,
    ]  # fmt: skip


def test_nothing_is_chosen_beforehand():
    form = Everything()
    assert [choice[2] for choice in form.risk.iter_choices()] == [False, False]
    assert form.risk.data is None


def test_a_needed_field_does_not_ask_the_browser_to_check():
    assert "required" not in str(Everything().line())
    assert Everything().line.flags.needed
