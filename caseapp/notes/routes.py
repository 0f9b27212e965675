"""Write and sign a session's note, read it, add to it, sign beside it; what is due; counseling notes for their author."""

from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from caseapp.attendance.models import Mark
from caseapp.attendance.rules import Said
from caseapp.clients.queries import get_client
from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.core.words import count
from caseapp.notes import actions, due, queries, rules
from caseapp.notes.forms import AddForm, CounselingForm, GroupForm, OneForm, form_for
from caseapp.notes.queries import Part, Sheet

bp = Blueprint("notes", __name__)
PER_PAGE = 25


def on_every_page() -> dict[str, Any]:
    """What templates of notes, and of the rooms above, may ask."""
    return {"mark_words": mark_words, "formats": rules.FORMATS, "notes_on_goal": queries.on_goal}


def mark_words(mark: Mark | None) -> str:
    """What the roll-call says of someone, without the words that were added."""
    return str(Said(mark.state, mark.late_minutes, mark.early_minutes, mark.reason) if mark else Said())


@bp.route("/sessions/<id>/note", methods=["GET", "POST"])
@requires(Can.write_notes)
def write(id: str):
    """The note of a session: written by whoever led it, read by others as far as they may."""
    if request.method == "GET":
        sheet = queries.sheet(id, current_user)
        return _sheet_page(sheet, form_for(sheet) if sheet.writes and sheet.open and sheet.session.begun else None)
    sheet = queries.sheet_to_write(id, current_user)
    form, step = form_for(sheet), request.form.get("step", "look")
    if step in ("look", "sign") and form.validate_on_submit() and _is_whole(form, sheet):
        if step == "look":
            form.renew_key()
            return page("notes/sign.html", form=form, **_shown(sheet, form))
        with form.refusals():
            return _sign(form, sheet)
    form.renew_key()
    return _sheet_page(sheet, form)


def _sheet_page(sheet: Sheet, form: GroupForm | OneForm | None) -> Response:
    return page("notes/write.html", form=form, **_shown(sheet, form))


def _shown(sheet: Sheet, form: GroupForm | OneForm | None) -> dict[str, Any]:
    """What the pages of a note are given."""
    return {
        "sheet": sheet,
        "session": sheet.session,
        "shows": [part.place.client_id for part in sheet.parts],
        "due_at": due.due_of([sheet.session])[sheet.session.id] if sheet.open else None,
        "headings": rules.HEADINGS,
        "mentioned_in": lambda part, text: _mentioned(sheet, part, text),
        "may_cosign": current_user.can(Can.cosign_notes),
        "written": [part for part in sheet.parts if form and form.typed(part)],
    }


def _mentioned(sheet: Sheet, part: Part | None, text: str | None) -> list[str]:
    """The names of others of the group whom a text seems to mention; None is the part for everyone."""
    people = {one.place.client_id: one.place.client for one in sheet.parts}
    known = [rules.Person(one.id, one.first_name, one.last_name, one.goes_by or "") for one in people.values()]
    found = rules.mentioned(text or "", part.place.client_id if part else None, known)
    return [people[id].last_first for id in found]


def _is_whole(form: GroupForm | OneForm, sheet: Sheet) -> bool:
    """Whether what is written can be signed; if not, the form says what stands in the way, and where."""
    written = [part for part in sheet.parts if form.typed(part)]
    if not written:
        form.refuse("Nobody's part is written yet. Write one to sign.")
    for part in written:
        name = form.box(part).name if sheet.group else None
        if part.read:
            form.refuse(f"{part.read.note.signed_by_name} has signed this part. Put yours into an addendum.", name)
        elif not part.came:
            said = mark_words(part.mark).lower()
            form.refuse(
                f"The roll-call says: {said}. No part is needed; correct the roll-call first if that is wrong.", name
            )
    if sheet.group and sheet.shared and form.shared.data:
        who = sheet.shared.note.signed_by_name
        form.refuse(f"{who} has signed the part for everyone. Put what is missing into an addendum.", "shared")
    if sheet.group and not sheet.shared and not form.shared.data:
        form.refuse("Write what the group did.", "shared")
    return not form.errors


def _sign(form: GroupForm | OneForm, sheet: Sheet) -> Response:
    written = [part for part in sheet.parts if form.typed(part)]
    own, goals = ({part.place: of(part) for part in written} for of in (form.own, form.goals))
    actions.sign(sheet.session, current_user, own, form.shared.data if sheet.group else "", goals)
    left = len(sheet.open) - len(own)
    rest = f" {left} left to write." if left else ""
    return go("notes.write", f"Signed for {count('person', len(own), 'people')}.{rest}", id=sheet.session.id)


@bp.route("/sessions/<id>/note/cosign", methods=["POST"])
@requires(Can.cosign_notes)
def cosign(id: str):
    """Sign beside what waits in a session's note and stood on the page, as far as this person reads it."""
    sheet, shown = queries.sheet(id, current_user), request.form.get("notes", "").split(",")
    signed = actions.cosign([one.note for one in sheet.waiting if one.note.id in shown], sheet.session, current_user)
    return go("notes.index", f"Co-signed {count('note', signed)}.")


@bp.route("/notes")
@requires(Can.write_notes)
def index():
    """Notes that are due, one's own or everyone's, and those that wait for a supervisor's signature."""
    everyones = request.args.get("whose") == "everyone" and due.may_see_everyones(current_user)
    return page(
        "notes/index.html",
        owed=due.owed(current_user, everyones),
        everyones=everyones,
        may_see_everyones=due.may_see_everyones(current_user),
        to_cosign=queries.to_cosign(current_user),
        may_cosign=current_user.can(Can.cosign_notes),
    )


@bp.route("/clients/<id>/notes")
@requires(Can.see_clinical_text)
def of_client(id: str):
    """A client's signed notes: the part for everyone and their own, nobody else's."""
    client = get_client(id, current_user)
    asked = request.args.get("page", "1")
    number = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    notes, total = queries.of_client(client, number, PER_PAGE)
    pages = {"number": number, "size": PER_PAGE, "total": total}
    return page("notes/of_client.html", shows=[client], client=client, notes=notes, pages_of=pages)


@bp.route("/notes/<id>", methods=["GET", "POST"])
@requires(Can.see_clinical_text)
def show(id: str):
    """One signed note, and the form that adds to it."""
    note, form = queries.get_note(id, current_user), AddForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.add(note, form.text.data, current_user)
            return go("notes.show", "Added and signed.", id=id)
    read = queries.opened([note])[0]
    shared = queries.for_everyone([note.session_id]).get(note.session_id) if note.client_id else None
    shows = [note.client] if note.client else []
    return page("notes/show.html", form=form, shows=shows, note=note, read=read, shared=shared, session=note.session)


@bp.route("/clients/<id>/counseling-notes", methods=["GET", "POST"])
@requires(Can.keep_counseling_notes)
def counseling(id: str):
    """One's own counseling notes about a client, and the form for a new one."""
    client, form = get_client(id, current_user), CounselingForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.keep_counseling(client, form.text.data, current_user)
            return go("notes.counseling", "Kept, for you alone.", id=id)
    kept = queries.counseling_notes(client, current_user)
    return page("notes/counseling.html", form=form, shows=[client], client=client, kept=kept)
