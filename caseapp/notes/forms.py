"""The form of a session's note, made for whoever came; of an addendum; of a counseling note."""

from typing import Any

from caseapp.core.fields import Checkboxes, ChoiceList, ChoiceRadios, MoreText, Needed
from caseapp.core.forms import CreatingForm
from caseapp.notes.queries import Part, Sheet
from caseapp.notes.rules import FORMATS, HEADINGS, MOST, MOST_OWN, OF_ONE_PERSON, Format, Section


class GroupForm(CreatingForm):
    """The part for everyone, and a box for each person on the list (see `form_for`)."""

    shared = MoreText(HEADINGS[Section.group], most=MOST, rows=6)

    def box(self, part: Part) -> MoreText:
        """The box of one person's own part."""
        return self[f"part_{part.place.id}"]

    def typed(self, part: Part) -> str:
        """What is written about one person."""
        return self.box(part).data or ""

    def goals(self, part: Part) -> list[int]:
        """The number of the goal that one person's part is about, if one is named."""
        chosen = self[f"goal_{part.place.id}"].data if part.goals else None
        return [chosen] if chosen else []

    def own(self, part: Part) -> tuple[Format, dict[Section, str]]:
        """One person's part, as it is signed."""
        return Format.own, {Section.own: self.typed(part)}


class OneForm(CreatingForm):
    """The note of a session with one person: a format, and a box for each heading that any format has."""

    format = ChoiceRadios(
        "Format",
        [Needed("Choose a format.")],
        choices=[(format.value, FORMATS[format].name) for format in OF_ONE_PERSON],
        coerce=Format,
        default=Format.dap,
    )

    @property
    def sections(self) -> list[Section]:
        """The headings of the chosen format, and any other under which something is written already."""
        chosen = FORMATS.get(self.format.data, FORMATS[Format.dap]).sections
        return [*chosen, *(one for one in _ALL if one not in chosen and self[one.value].data)]

    def typed(self, _part: Part) -> str:
        """All that is written."""
        return "\n".join(text for text in self.own(_part)[1].values() if text)

    def goals(self, part: Part) -> list[int]:
        """The numbers of the goals that the note is about."""
        return self["goals_named"].data or [] if part.goals else []

    def own(self, _part: Part) -> tuple[Format, dict[Section, str]]:
        """The note, as it is signed."""
        return self.format.data, {section: self[section.value].data or "" for section in self.sections}


_ALL = tuple(section for section in Section if any(section in FORMATS[format].sections for format in OF_ONE_PERSON))
for _section in _ALL:
    setattr(OneForm, _section.value, MoreText(HEADINGS[_section], most=MOST_OWN, rows=5))


def form_for(sheet: Sheet) -> GroupForm | OneForm:
    """The form of a session's note. Of a group everyone on the list has a box, so that nothing typed is dropped unseen."""
    if not sheet.group:
        return _one_form(sheet)
    fields: dict[str, Any] = {}
    for part in sheet.parts:
        fields[f"part_{part.place.id}"] = MoreText(f"About {part.place.client.last_first}", most=MOST_OWN, rows=2)
        if part.goals:
            choices = [("", "No goal named"), *_choices(part)]
            fields[f"goal_{part.place.id}"] = ChoiceList(
                f"Goal of {part.place.client.last_first}", choices=choices, coerce=int
            )
    return type("GroupForm", (GroupForm,), fields)()


def _one_form(sheet: Sheet) -> OneForm:
    goals = next((_choices(part) for part in sheet.parts if part.goals), [])
    named = {"goals_named": Checkboxes("Goals this is about", choices=goals, coerce=int)} if goals else {}
    return type("OneForm", (OneForm,), named)()


def _choices(part: Part) -> list[tuple[int, str]]:
    return [(goal.number, goal.short) for goal in part.goals]


class AddForm(CreatingForm):
    """What is added to a signed note."""

    text = MoreText("Addendum", [Needed("Write what is to be added.")], most=MOST_OWN)


class CounselingForm(CreatingForm):
    """A counseling note."""

    text = MoreText("Counseling note", [Needed("Write the note.")], most=MOST, rows=8)
