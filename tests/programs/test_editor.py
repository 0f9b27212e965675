"""The program editor: a draft is edited and published; a published version never changes; open episodes stay on theirs."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from caseapp.core.db import db, engine
from caseapp.core.errors import RuleBroken
from caseapp.programs import actions, queries
from tests.programs import editing
from tests.sessions import admit, person

PHASE_FIELDS = {
    "name": "Aftercare", "level_of_care": "1.0", "hours_least": "0", "hours_most": "1", "days_a_week": "1",
    "weeks_expected_least": "1", "weeks_expected_most": "2", "weeks_least": "1",
}  # fmt: skip


def paths(transaction, by=None) -> dict[str, str]:
    """Addresses of a draft (made now, if `by` is given) and its parts."""
    with transaction():
        made = editing.draft(by) if by else queries.versions(editing.program())[0]
        version = queries.get_version(made.id)
        phase = version.phases[0]
        return {
            "draft": f"/admin/programs/versions/{version.id}",
            "phase": f"/admin/programs/phases/{phase.id}",
            "second": f"/admin/programs/phases/{version.phases[1].id}",
            "need": f"/admin/programs/requirements/{phase.requirements[0].id}",
            "program": f"/admin/programs/{version.program_id}",
        }


def test_hours_fall_from_phase_to_phase_and_levels_are_stated(transaction):
    with transaction():
        phases = queries.versions(editing.program())[0].phases
        hours = [float(phase.hours_least) for phase in phases]
        assert hours == sorted(hours, reverse=True) == [9, 6, 1.5, 0]
        assert [phase.name for phase in phases] == ["Phase 1", "Phase 2", "Phase 3", "Continuing care"]
        assert [phase.level_of_care for phase in phases] == ["2.1", "1.5", "1.5", "1.0"]


def test_the_seven_services_are_shipped(transaction):
    with transaction():
        names = {service.code for service in queries.services()}
    assert names >= {
        "individual_counseling", "group_therapy", "cbt", "medication_management", "case_management", "life_skills", "crisis",
    }  # fmt: skip


def test_only_admins_open_the_editor_and_what_is_not_there_is_not_found(visit, cast, transaction):
    there = paths(transaction, cast.ada.actor)
    pages = [
        "/admin/programs", "/admin/programs/new", "/admin/programs/services", "/admin/programs/services/new",
        there["draft"], there["draft"] + "/publish", there["draft"] + "/discard", there["draft"] + "/phases/new",
        there["phase"], there["phase"] + "/remove", there["phase"] + "/services/new", there["need"],
        there["program"] + "/edit", there["program"] + "/profile", there["program"] + "/profile/gap_days_most",
    ]  # fmt: skip
    admin, manager, supervisor = visit(cast.ada), visit(cast.ana), visit(cast.sue)
    for path in pages:
        assert admin.get(path).status_code == 200, path
        assert manager.get(path).status_code == 403, path
        assert supervisor.get(path).status_code == 403, path
        nowhere = re.sub(r"[\w-]{22}", "A" * 22, path)
        if nowhere != path:
            assert admin.get(nowhere).status_code == 404, path
    assert admin.get(there["program"] + "/profile/no_such_number").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_bad_input_is_told_at_its_field_and_changes_nothing(visit, cast, transaction):
    there, visitor = paths(transaction, cast.ada.actor), visit(cast.ada)
    for field, typed, said in [
        ("name", "", "Enter a name"),
        ("name", "x" * 61, "Shorten this to 60 characters"),
        ("name", "phase 2", "There is a phase of this name"),
        ("level_of_care", "9.9", "Choose one of these"),
        ("hours_least", "nine", "Enter the least hours from 0 to 60."),
        ("hours_least", "61", "Enter the least hours from 0 to 60."),
        ("hours_least", "9.25", "Use 1 decimal at most"),
        ("hours_most", "8", "The most hours must not be under the least"),
        ("days_a_week", "8", "Enter days from 0 to 7"),
        ("weeks_expected_most", "3", "must not end before they begin"),
        ("weeks_least", "7", "must not be above the weeks expected"),
    ]:
        answer = visitor.submit(there["phase"], {field: typed})
        assert (answer.status_code, said in answer.text) == (422, True), (field, typed)
        assert f'id="{field}-error"' in answer.text
    answer = visitor.submit(there["phase"], {"name": "<script>", "hours_least": "x"})
    assert "&lt;script&gt;" in answer.text and "<script>" not in answer.text.split("<main")[1]
    for field, typed in [("times", "0"), ("times", "32"), ("minutes", "4"), ("per", "year"), ("service_id", "none")]:
        assert visitor.submit(there["need"], {field: typed}).status_code == 422, field
    with transaction():
        assert queries.changes_of(queries.versions(editing.program())[0])[1] == []


def test_a_draft_is_edited_from_its_pages_and_published(visit, cast, transaction):
    visitor, old = visit(cast.ada), paths(transaction)["draft"]
    with transaction():
        start = f"/admin/programs/{editing.program().id}/draft"
        before = editing.published_rows()
    assert visitor.post(start, {}, page=old).status_code == 303
    there = paths(transaction)
    assert there["draft"] != old
    assert "No changes to publish" in visitor.get(there["draft"] + "/publish").text
    assert visitor.submit(there["phase"], {"hours_least": "9.5"}).status_code == 303
    ask = {"service_id": service_id(transaction, "cbt"), "times": "1", "per": "week", "minutes": "90"}
    assert visitor.submit(there["phase"] + "/services/new", ask).status_code == 303
    assert visitor.submit(there["draft"] + "/phases/new", PHASE_FIELDS).status_code == 303
    down = visitor.submit(there["draft"], {"to": "2"}, to=there["phase"] + "/move")
    assert down.status_code == 303
    shown = visitor.get(there["draft"]).text
    for sentence in (
        "Phase 1: hours a week 9 to 19 becomes 9.5 to 19.",
        "Phase 1: CBT is added, 1 a week, 90 min.",
        "Aftercare is added in place 5",
        "The order is now Phase 2, Phase 1, Phase 3, Continuing care, Aftercare.",
        "Phase 1 asks for more hours a week than Phase 2. Hours usually fall from phase to phase.",
        "A week of this phase: 11.3 h",
    ):
        assert sentence in shown, sentence
    publish = there["draft"] + "/publish"
    assert "Phase 1: CBT is added" in visitor.get(publish).text
    assert visitor.submit(publish, {"effective_on": "yesterday"}).status_code == 422
    assert visitor.submit(publish, {"effective_on": "tomorrow"}).status_code == 303
    assert visitor.get(there["phase"]).status_code == 422
    with transaction():
        program = editing.program()
        assert queries.version_in_use(program, editing.today()).number == 1
        assert queries.version_in_use(program, editing.tomorrow()).number == 2
        assert set(before) < set(editing.published_rows())


def service_id(transaction, code: str) -> str:
    with transaction():
        return queries.service(code).id


def test_a_service_is_removed_and_taken_back_and_a_phase_goes_with_its_services(visit, cast, transaction):
    there, visitor = paths(transaction, cast.ada.actor), visit(cast.ada)
    assert visitor.post(there["need"] + "/remove", {}, page=there["draft"]).status_code == 303
    shown = visitor.get(there["draft"])
    assert "is no longer required" in shown.text
    undo = there["phase"] + "/services/new"
    form = visitor.form(there["phase"] + "/services/new", to=undo)
    assert form  # the page to add it again is there too
    assert "with it 2 required services" in visitor.get(there["phase"] + "/remove").text
    assert visitor.submit(there["phase"] + "/remove").status_code == 303
    with transaction():
        draft = queries.versions(editing.program())[0]
        assert [(phase.position, phase.name) for phase in draft.phases] == [
            (1, "Phase 2"), (2, "Phase 3"), (3, "Continuing care")
        ]  # fmt: skip


def test_two_at_once_the_second_is_asked_and_loses_nothing(visit, cast, transaction):
    there, first, second = paths(transaction, cast.ada.actor), visit(cast.ada), visit(cast.ada)
    stale = second.form(there["phase"], to=there["phase"])
    assert first.submit(there["phase"], {"days_a_week": "4"}).status_code == 303
    answer = second.raw.post(there["phase"], data=stale.fields | {"days_a_week": ["5"], "name": ["Beginning"]})
    assert answer.status_code == 409
    assert "Ada Lindt changed this" in answer.text and "Beginning" in answer.text
    publish = second.form(there["draft"] + "/publish", to=there["draft"] + "/publish")
    assert first.submit(there["second"], {"days_a_week": "1"}).status_code == 303
    sent = second.raw.post(there["draft"] + "/publish", data=publish.fields | {"effective_on": ["today"]})
    assert sent.status_code == 409  # what was read is not what would be published


def test_twice_is_once(visit, cast, transaction):
    there, visitor = paths(transaction, cast.ada.actor), visit(cast.ada)
    new = there["draft"] + "/phases/new"
    form = visitor.form(new, to=new)
    for _time in range(2):
        assert visitor.raw.post(new, data=form.fields | PHASE_FIELDS).status_code == 303
    move = there["second"] + "/move"
    token = visitor.form(there["draft"], to=move).hidden()
    for _time in range(2):
        assert visitor.raw.post(move, data=token | {"to": "1"}).status_code == 303
    publish = there["draft"] + "/publish"
    form = visitor.form(publish, to=publish)
    for _time in range(2):
        assert visitor.raw.post(publish, data=form.fields | {"effective_on": ["today"]}).status_code == 303
    with transaction():
        newest = queries.versions(editing.program())[0]
        assert newest.number == 2 and [phase.name for phase in newest.phases] == [
            "Phase 2", "Phase 1", "Phase 3", "Continuing care", "Aftercare"
        ]  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_may_not_be_published_says_why(cast, transaction):
    by = cast.ada.actor
    with transaction():
        empty = actions.new_program("Evening program", 18, by)
        same = editing.draft(by)
        for version, day, said in (
            (empty, editing.today(), "There are no phases yet"),
            (same, editing.today(), "There are no changes to publish"),
            (same, editing.today() - timedelta(days=1), "Choose today or a later day"),
        ):
            with pytest.raises(RuleBroken, match=said):
                actions.publish(version, day, by)
        groups = next(need for need in same.phases[0].requirements if need.service.code == "group_therapy")
        actions.remove_requirement(groups, by)
        with pytest.raises(RuleBroken, match="make .* hours a week. This phase asks for 9 at least"):
            actions.publish(same, editing.today(), by)
        with pytest.raises(RuleBroken, match="There is a draft already"):
            editing.draft(by)
        actions.discard(same, by)
        later = editing.changed_draft(by)
        actions.publish(later, editing.tomorrow(), by)
        with pytest.raises(RuleBroken, match="published already"):
            actions.publish(later, editing.tomorrow(), by)
        next_one = editing.draft(by)
        actions.add_phase(next_one, by, **editing.PHASE)
        with pytest.raises(RuleBroken, match="Version 2 starts"):
            actions.publish(next_one, editing.today(), by)


def test_the_database_itself_refuses_to_change_a_published_version(cast, transaction):
    """Whatever way it is tried, and on either engine."""
    with transaction():
        version = queries.versions(editing.program())[0]
        phase, need = version.phases[0], version.phases[0].requirements[0]
        ids = {"v": version.id, "p": phase.id, "n": need.id, "s": queries.service("crisis").id}
    for statement in (
        "UPDATE program_version SET effective_on = '2030-01-01' WHERE id = :v",
        "UPDATE program_version SET state = 'draft', effective_on = NULL, published_at = NULL WHERE id = :v",
        "UPDATE phase SET hours_least = 1 WHERE id = :p",
        "UPDATE service_requirement SET times = 9 WHERE id = :n",
        "DELETE FROM service_requirement WHERE id = :n",
        "INSERT INTO service_requirement (id, phase_id, service_id, times, per, minutes) VALUES ('x', :p, :s, 1, 'week', 5)",
    ):
        with pytest.raises(IntegrityError, match="read"), engine().begin() as connection:
            connection.execute(text(statement), ids)


def test_an_open_episode_stays_on_its_version_after_the_next_is_in_use(visit, cast, transaction):
    by = cast.ada.actor
    with transaction():
        client = person(cast.ana.actor, admitted_on=editing.today() - timedelta(days=20))
        actions.publish(editing.changed_draft(by), editing.today(), by)
        admit(person(cast.ana.actor, "Kim", "Dae", None), cast.ana.actor, editing.today())
    with transaction():
        first, second = reversed(queries.versions(editing.program()))
        assert queries.open_episodes(editing.today()) == {first.id: 1, second.id: 1}
        assert queries.version_in_use(editing.program(), editing.today()).id == second.id
        pinned = db.execute(
            text("SELECT program_version_id FROM episode WHERE client_id = :id"), {"id": client.id}
        ).scalar_one()
        assert pinned == first.id and first.phases[0].days_a_week == 3 and second.phases[0].days_a_week == 4
    shown = visit(cast.ada).get("/admin/programs").text
    assert "In use since" in shown and "In use until" in shown


def test_a_program_is_made_like_another_and_renamed(visit, cast, transaction):
    visitor = visit(cast.ada)
    with transaction():
        like = editing.program().id
    new = "/admin/programs/new"
    for changes, said in (
        ({"name": "INTENSIVE outpatient", "least_age": "18"}, "of this name"),
        ({"name": "Day", "least_age": "121"}, "Enter years"),
    ):
        answer = visitor.submit(new, changes)
        assert answer.status_code == 422 and said in answer.text
    assert visitor.submit(new, {"name": "Evening program", "least_age": "21", "like": like}).status_code == 303
    with transaction():
        made = next(one for one in queries.programs() if one.name == "Evening program")
        draft = queries.versions(made)[0]
        assert len(draft.phases) == 4 and queries.shipped_program_id() == like
        assert queries.version_in_use(made, editing.today()) is None
    edit = f"/admin/programs/{made.id}/edit"
    stale = visitor.form(edit, to=edit)
    assert visitor.submit(edit, {"name": "Night program"}).status_code == 303
    assert visitor.raw.post(edit, data=stale.fields | {"form_key": ["another"], "name": ["Day"]}).status_code == 409


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_list_asks_as_little_for_many_as_for_few(visit, cast, transaction, statements):
    visitor = visit(cast.ada)
    visitor.get("/admin/programs")
    with statements() as few:
        visitor.get("/admin/programs")
    with transaction():
        for number in range(5):
            actions.new_program(f"Program {number}", 18, cast.ada.actor, editing.program())
            actions.add_service(
                f"Service {number}", cast.ada.actor, counts_as_hours=True, capacity="individual", minutes=30
            )
    with statements() as many:
        visitor.get("/admin/programs")
    assert len(many) == len(few)
