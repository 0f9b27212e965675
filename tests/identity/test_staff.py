"""The staff pages of admins: roles, the last admin, sign-ins of others, the list."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from caseapp.audit.models import AuditEvent
from caseapp.core.access import COMMAND_LINE, Role
from caseapp.core.db import own_transaction
from caseapp.core.errors import RuleBroken
from caseapp.identity import actions, queries
from tests.cast import PASSWORD


def path_of(member, *more: str) -> str:
    return "/".join(["/admin/staff", member.actor.id, *more])


def test_a_change_of_roles_alone_makes_an_open_form_stale(visit, cast):
    visitor, path = visit(cast.ada), path_of(cast.carl)
    old = visitor.form(path, to=path).fields
    assert visitor.raw.post(path, data={**old, "role_names": ["clinician", "supervisor"]}).status_code == 303
    assert visitor.raw.post(path, data={**old, "phone": "555 0100"}).status_code == 409


def test_the_last_admin_who_can_sign_in_keeps_the_role(visit, cast, transaction):
    visitor, path = visit(cast.ada), path_of(cast.ada)
    with transaction():
        # An admin without a password can let nobody in.
        actions.add_staff("new@clinic.example", "New Admin", {Role.admin}, COMMAND_LINE)
    answer = visitor.submit(path, {"role_names": ["supervisor"]})
    assert answer.status_code == 422 and 'href="#role_names-0"' in answer.text
    assert "Nobody else with the admin role can sign in" in answer.text
    with transaction():
        actions.set_password(queries.by_email("new@clinic.example"), PASSWORD, COMMAND_LINE)
    assert visitor.submit(path, {"role_names": ["supervisor"]}).status_code == 303
    assert visitor.get(path).status_code == 302  # the roles were taken, so the sign-in ended


@pytest.mark.parametrize("way", ["roles", "leave"])
def test_two_admins_who_end_each_other_at_once_leave_one(app, cast, transaction, way):
    with transaction():
        other = actions.add_staff("bo@clinic.example", "Bo Admin", {Role.admin}, COMMAND_LINE)
        actions.set_password(other, PASSWORD, COMMAND_LINE)
    gate = Barrier(2)

    def end(who: str, by: str) -> str:
        gate.wait()
        try:
            with transaction():
                person, actor = queries.by_email(who), queries.actor(queries.by_email(by))
                if way == "leave":
                    actions.end_work(person, actor)
                else:
                    details = {"name": person.name, "credential": "", "phone": ""}
                    actions.edit_staff(person, actor, roles={Role.clinician}, **details)
        except RuleBroken as broken:
            return broken.sentence
        return ""

    with ThreadPoolExecutor(2) as pool:
        pair = [(cast.ada.email, "bo@clinic.example"), ("bo@clinic.example", cast.ada.email)]
        said = list(pool.map(lambda told: end(*told), pair))
    assert sorted(map(bool, said)) == [False, True]
    with transaction():
        assert len(queries.working_staff(Role.admin)) == 1


def test_ending_anothers_sign_ins_and_work_goes_through_a_page_that_says_what_follows(visit, cast):
    admin, carl = visit(cast.ada), visit(cast.carl)
    for_them = path_of(cast.carl, "sign-out")
    assert "What they were typing is kept" in admin.get(for_them).text
    assert carl.get("/account").status_code == 200
    assert admin.post(for_them).status_code == 303
    assert carl.get("/account").status_code == 302
    with own_transaction() as session:
        event = session.scalar(select(AuditEvent).where(AuditEvent.what == "identity.sign_out_everywhere"))
        assert (event.actor_id, event.subject_id, event.facts["ended"]) == (cast.ada.actor.id, cast.carl.actor.id, 1)
    assert admin.post(path_of(cast.carl, "leave")).status_code == 303
    assert visit().post("/sign-in", {"email": cast.carl.email, "password": PASSWORD}).status_code == 422
    assert "Carl Ito" not in admin.get("/admin/staff").text
    assert "Carl Ito" in admin.get("/admin/staff?left=1").text
    assert admin.post(path_of(cast.ada, "leave")).status_code == 422  # not oneself
    for someone in (cast.ana, cast.sue):
        assert visit(someone).get(for_them).status_code == 403
    assert admin.get("/admin/staff/none/sign-out").status_code == 404


def test_more_than_twenty_five_are_paged_sorted_and_found_with_as_many_statements(visit, cast, transaction, statements):
    visitor = visit(cast.ada)
    assert 'type="search" id="staff-q"' not in visitor.get("/admin/staff").text
    with statements() as few:
        visitor.get("/admin/staff")
    with transaction():
        for n in range(30):
            actions.add_staff(f"p{n}@clinic.example", f"Person {n:02} 100%", {Role.clinician}, COMMAND_LINE)
    with statements() as many:
        text = visitor.get("/admin/staff").text
    assert len(many) == len(few) and "1-25 of 35" in text
    assert "Person 29" in visitor.get("/admin/staff?sort=name&down=1").text
    found = visitor.get("/admin/staff?q=p7%20person").text
    assert "Person 07" in found and "Person 08" not in found
    assert "Person 00" in visitor.get("/admin/staff?q=100%25").text
    assert "Nobody of this name works here." in visitor.get("/admin/staff?q=%3Cscript%3E").text
    for odd in ("page=999", "page=x", "size=7", "sort=password_hash", "page=-1"):
        assert visitor.get(f"/admin/staff?{odd}").status_code == 200


def test_the_access_table_is_that_of_the_code(visit, cast):
    text = visit(cast.ada).get("/admin/access").text
    assert "Move phases" in text and text.count("<tr>") > 15
    assert visit(cast.sue).get("/admin/access").status_code == 403


def test_a_refusal_names_who_can(visit, cast, transaction):
    assert "Only an admin can open this. Ada Lindt can." in visit(cast.ana).get("/admin/staff").text
    answer = visit(cast.ada).get("/clients")
    assert "Only a case manager, clinician or supervisor can open this." in answer.text
    assert "Ana Moreau, Carl Ito and Otto Brandt can." in answer.text
    with transaction():
        actions.end_work(queries.by_email(cast.carl.email), cast.ada.actor)
    assert "Ana Moreau, Otto Brandt and Sue Okafor can." in visit(cast.ada).get("/clients").text


def test_a_second_click_on_has_left_brings_nobody_back(visit, cast, transaction):
    path = f"/admin/staff/{cast.carl.actor.id}/leave"
    ada = visit(cast.ada)
    sent = ada.form(path, to=path).fields
    for _click in range(2):
        assert ada.raw.post(path, data=sent).status_code == 303
        with transaction():
            assert queries.get_staff(cast.carl.actor.id).left_on is not None
    assert ada.raw.post(path, data=sent | {"left": ["maybe"]}).status_code == 422
    assert ada.submit(path).status_code == 303  # the page now asks whether they are back
    with transaction():
        assert queries.get_staff(cast.carl.actor.id).left_on is None
