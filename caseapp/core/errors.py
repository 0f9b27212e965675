"""What can go wrong, in sentences a person can act on."""


class RuleBroken(Exception):
    """A rule of the clinic says no. `sentence` is shown as it stands; `field` names the form field it belongs to, if one does.

    `way_out` may hold a second sentence that says what to do instead.
    """

    def __init__(self, sentence: str, field: str | None = None, way_out: str = ""):
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.way_out = way_out


class NotFound(Exception):
    """There is no such thing, or this person must not know of it: the two look the same from outside (404)."""


class Refused(Exception):
    """This person may know of it but may not do this (403). The sentence says who can."""

    def __init__(self, sentence: str = "You can't do this with your role."):
        super().__init__(sentence)
        self.sentence = sentence


class Stale(Exception):
    """Someone else changed the record after the form was opened (409).

    `row` is the record as it is now, `form` what was sent, `now` what the form would be filled from if that is not the row.
    """

    def __init__(self, row: object = None, who: str = "", when: object = None, form: object = None, now: object = None):
        super().__init__("This was changed by someone else in the meantime.")
        self.row, self.form = row, form
        self.now = row if now is None else now
        self.who = who
        self.when = when


# Constraint name -> (sentence, form field or None). Rooms add theirs from `rules.CONSTRAINTS` when the app is made.
CONSTRAINTS: dict[str, tuple[str, str | None]] = {}


def sentence_of(constraint: str | None) -> tuple[str, str | None]:
    """The sentence of a broken constraint and the field it belongs to."""
    return CONSTRAINTS.get(
        constraint or "", ("This does not fit what is already on record, so nothing was changed.", None)
    )
