"""Every form of the demo clinic, sent empty, too long, of another kind, with markup, with another's id: nothing breaks,
what is refused says why and changes nothing, and no markup comes back as markup.
"""

import hashlib
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from caseapp.core.access import Role
from caseapp.core.db import Base, new_id, transaction
from caseapp.core.models import FormReceipt
from caseapp.identity.models import Staff
from tests.house.forms import MARKUP, NOT_BY_ID, addresses, forms_of, subject_of, variants
from tests.house.markup import page_mistakes
from tests.house.writes import NOISE, written_tables
from tests.visitor import FormOnPage, forms_on

# Looks for someone, ends one's own sign-in, or keeps what is typed: no form of a record.
NOT_A_RECORD = {"clients.find", "identity.sign_out", "identity.stay", "drafts.keep"}
# Deeds that carry neither key nor version, each with what a second click finds.
SAYS_THE_SAME_TWICE = {
    "attendance.roll_call": "each row says which mark it was shown beside, and a row that says the same is saved already",
    "audit.find_record": "looks for someone",
    "calendars.end_mine": "it has ended already",
    "calendars.end_of_client": "it has ended already",
    "calendars.mine": "the address shown last is the one that works",
    "calendars.of_client": "the address shown last is the one that works",
    "closures.take_back": "it was taken back already",
    "crisis.tell": "the task is there already",
    "identity.change_password": "the present password is another one by then",
    "identity.choose_rows": "it is chosen already",
    "identity.end_membership": "it has ended already",
    "identity.end_work": "the form says whether they left or are back, and they are",
    "identity.make_link": "the link shown last is the one that counts",
    "identity.sign_in": "one more sign-in in the place of the first",
    "identity.sign_out_everywhere": "they have ended already",
    "medications.none": "it stands already: they were asked today and take none",
    "medications.take_over": "not found: it is on the list",
    "notes.cosign": "refused: nothing that stood there waits any more",
    "programs.new_draft": "refused: there is a draft",
    "series.undo": "refused: it says which change it takes back, and that one is taken back",
    "scheduling.restore": "refused: it is on the schedule already",
    "weekplan.stop": "it is being stopped already",
    "use.take_meeting_back": "it is taken back already",
    "weekplan.remove_time": "not found: it is gone",
    "scheduling.release": "the place is free already",
    "weeks.free": "the place is free already",
}
# Supervisors see everyone; the others add the forms that are theirs alone.
IN_ORDER = (Role.supervisor, Role.case_manager, Role.clinician, Role.admin)
SETTLED = {200, 302, 303, 400, 403, 404, 409, 413, 422, 429}

demo = pytest.mark.parametrize("scene", ["demo"], indirect=True)


def record(known: dict[str, str] | None = None, changed: set[str] | None = None) -> dict[str, str]:
    """A fingerprint of every table that the clinic keeps; only of those that `changed`, where the others are known."""
    said = {}
    with transaction() as session:
        for name, table in sorted(Base.metadata.tables.items()):
            if name in NOISE:
                continue
            if known is not None and name not in changed:
                said[name] = known[name]
                continue
            rows = session.execute(select(table).order_by(*table.primary_key.columns))
            said[name] = hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    return said


class Watched:
    """Sends forms and knows how the record stood before each."""

    def __init__(self) -> None:
        self.before = record()

    def is_told_apart(self, visitor, user_id: str, path: str, form: FormOnPage) -> str:
        """Send a form whose key was carried out, and one opened at another version; what is wrong, or nothing.

        A form with neither must be a deed that says the same twice.
        """
        if "form_key" in form.fields:
            with transaction() as session:
                session.add(FormReceipt(key=f"{user_id}:{form.fields['form_key'][0]}", location="/first-result"))
            answer = visitor.raw.post(path, data=form.fields)
            if (answer.status_code, answer.headers.get("Location")) != (
                303,
                "/first-result",
            ) or self.before != record():
                return f"sent twice it answers {answer.status_code}, not with the first result"
        if form.fields.get("version", [""])[0]:
            data = form.fields | {"version": [str(int(form.fields["version"][0]) + 7)]}
            answer = visitor.raw.post(path, data=data | {"form_key": [new_id()]})
            if answer.status_code not in {409, 422} or self.before != record():
                return f"sent stale it answers {answer.status_code}"
        return ""

    def what_is_wrong(self, visitor, path: str, data: dict[str, list[str]]) -> str:
        """Send a form; what is wrong with the answer or with what it did, or nothing."""
        with written_tables() as written:
            answer = visitor.raw.post(path, data=data)
        before, self.before = self.before, record(self.before, written)
        if answer.status_code not in SETTLED:
            return f"answers {answer.status_code}"
        if MARKUP in answer.text or "<img src=x" in answer.text:
            return "gives markup back as markup"
        if answer.status_code >= 400 and self.before != before:
            return f"answers {answer.status_code} and yet changes the record"
        if answer.status_code == 422 and answer.mimetype == "text/html":
            said = page_mistakes(answer.text)
            if "<title>Error: " not in answer.text or said:
                return f"422 without saying so: {said}"
        return ""


@demo
def test_every_form_survives_what_people_and_machines_send(app, visit, accounts):
    done, wrong, bare, watched = set(NOT_A_RECORD), [], set(), Watched()
    with transaction() as session:
        ids = {role: session.scalar(select(Staff.id).where(Staff.email == accounts[role].email)) for role in IN_ORDER}
    for role in IN_ORDER:

        def signed_in(visitor, account=accounts[role]):
            """The same visitor, or a new one where an accepted form has ended the sign-in."""
            return visitor if visitor.get("/account").status_code == 200 else visit(account)

        visitor = visit(accounts[role])
        for endpoint, (page, form) in forms_of(app, visitor, role).items():
            if endpoint in done:
                continue
            done.add(endpoint)
            visitor = signed_in(visitor)
            form.fields["csrf_token"] = [visitor.token("/account")]  # it may have been read in a sign-in before
            said = watched.is_told_apart(visitor, ids[role], urlsplit(form.action or page).path, form)
            wrong += [f"{endpoint} on {page}: {said}"] if said else []
            if not {"form_key", "version"} & set(form.fields):
                bare.add(endpoint)
            for name, data in variants(form):
                visitor = signed_in(visitor)
                fresh = next((f for f in forms_on(visitor.get(page).text) if f.action == form.action), None)
                if fresh is None:
                    break  # an earlier way was accepted, and the form is not offered any more
                path, token = urlsplit(form.action or page).path, fresh.fields["csrf_token"]
                said = watched.what_is_wrong(visitor, path, data | {"csrf_token": token})
                wrong += [f"{endpoint} on {page}, {name}: {said}"] if said else []
    assert not wrong, "\n".join(["", *wrong])
    assert len(done) > 15, done
    assert sorted(bare - SAYS_THE_SAME_TWICE.keys()) == []


@demo
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_page_with_an_id_is_given_its_subject(app):
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and len(rule.arguments) == 1]
    lost = [rule.endpoint for rule in rules if not rule.endpoint.endswith("static") and not subject_of(rule.rule)]
    assert sorted(set(lost) - NOT_BY_ID) == []
    assert any("/clients/" in path for path in addresses(app, Role.supervisor))
