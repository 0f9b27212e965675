"""Someone signed in goes for what is not theirs: people they may not know of, rows of others, ids they were never offered."""

import re
from datetime import timedelta

import pytest

from caseapp.core import clock
from caseapp.core.access import ROLES, Role, access_of
from caseapp.core.db import transaction
from caseapp.drafts import actions as drafts
from tests.house.break_in import Hidden, deny, doors, staff, strangers, views
from tests.house.forms import addresses
from tests.house.test_forms import record
from tests.house.walk import endpoint_of
from tests.visitor import Visitor

demo = pytest.mark.parametrize("scene", ["demo"], indirect=True)
on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
IN_CARE = (Role.case_manager, Role.clinician)


@pytest.fixture
def scenery(app, visit, accounts):
    """By role in care: a visitor, whom they are denied, and who was never theirs."""

    def of(role: Role) -> tuple[Visitor, list[Hidden]]:
        account = accounts[role]
        with transaction():
            user, supervisor = staff(account.email), staff(accounts[Role.supervisor].email)
        denied = deny(user, supervisor)
        with transaction():
            for one in denied:  # left while they still could
                drafts.keep(user.id, f"/clients/{one.id}/edit", "phone=1", "A client's details")
        never = strangers(user)
        assert len(denied) >= 3, denied
        assert len(never) >= 2, never
        return visit(account), [*denied, *never]

    return of


@on_one_engine
@demo
@pytest.mark.parametrize("role", IN_CARE)
def test_no_page_tells_of_whom_one_may_not_know(app, scenery, role):
    visitor, hidden = scenery(role)
    told, opened = [], set()
    charts = re.findall(r'href="(/clients/[\w-]{22})"', visitor.get("/clients").text)[:2]
    for path in dict.fromkeys([*views(app, hidden), *addresses(app, role), *charts]):
        answer = visitor.get(path)
        if answer.status_code == 200:
            opened.add(endpoint_of(app, path))
        told += [f"{path} ({answer.status_code}) tells {said}" for one in hidden if (said := one.told_by(answer.text))]
    assert not told, "\n".join(["", *told])
    assert {"clients.index", "tasks.index", "crisis.index", "progress.index", "scheduling.show"} <= opened
    assert {"attendance.roll_call", "attendance.sign_in_sheet", "today.index", "chart.show"} <= opened


@demo
@pytest.mark.parametrize("role", [Role.case_manager])
def test_an_address_of_whom_one_may_not_know_answers_as_one_that_leads_nowhere(app, scenery, role):
    visitor, hidden = scenery(role)
    token, before, wrong, seen = visitor.token("/account"), record(), [], set()
    for one in hidden:
        for method, path, nowhere in doors(app, one):
            answers = [visitor.raw.open(p, method=method, data=_sent(method, token)) for p in (path, nowhere)]
            endpoint = endpoint_of(app, path, method)
            seen.add(endpoint)
            expected = 404 if access_of(app, endpoint) in ROLES[role] else 403
            if [answer.status_code for answer in answers] != [expected] * 2:
                wrong.append(f"{method} {endpoint}: {[answer.status_code for answer in answers]}, not {expected}")
            if method == "GET" and one.told_by(answers[0].text.replace(path, "")):
                wrong.append(f"{method} {endpoint} tells of them")
    assert not wrong, "\n".join(["", *sorted(set(wrong))])
    assert record() == before
    assert {"chart.show", "tasks.show", "crisis.show", "attendance.mark", "scheduling.release"} <= seen


def _sent(method: str, token: str) -> dict | None:
    return {"csrf_token": token, "undo": "1", "why": "other", "reason": "x"} if method == "POST" else None


@on_one_engine
@demo
@pytest.mark.parametrize("role", [Role.case_manager])
def test_no_search_finds_whom_one_may_not_know(app, scenery, role):
    """A crisis contact alone finds everyone, see `crisis.queries.found_anyone`: whoever calls may be anyone's client."""
    visitor, hidden = scenery(role)
    told = []
    token = visitor.token("/account")
    sessions = sorted({id for one in hidden for id in one.session_of.values()})[:2]
    searches = [("/clients/find", "q"), ("/clients/suggest", "q"), ("/tasks/new", "who"), ("/sessions/new", "who")]
    searches += [(f"/sessions/{id}/{where}", "who") for id in sessions for where in ("places", "attendance/add")]
    for one in hidden:
        born = f"{one.born:%m/%d/%Y}"
        for typed in (one.last, f"{one.last} {one.first}", f"{one.last}, {one.first}", one.record_number, born):
            for path, name in searches:
                answer = visitor.raw.post(path, data={"csrf_token": token, name: typed, "find": "find"})
                said = one.told_by(answer.text, [typed])
                told += [f"{path} tells {said} to {typed}"] if said else []
        told += _said_at_registering(visitor, token, one)
        for path in (f"/sessions/new?about={one.id}", f"/tasks/new?about={one.id}", f"/crisis/new?about={one.id}"):
            answer = visitor.get(path)
            told += [f"{path} answers {answer.status_code}"] if answer.status_code != 404 else []
    assert not told, "\n".join(["", *told])


def _said_at_registering(visitor: Visitor, token: str, one: Hidden) -> list[str]:
    same = {"first_name": one.first, "last_name": one.last, "born": f"{one.born:%m/%d/%Y}", "csrf_token": token}
    answer = visitor.raw.post("/clients/new", data=same)
    typed = [f"{one.first} {one.last}", f"{one.last}, {one.first}"]
    said = one.told_by(answer.text, typed)
    return [f"registering ({answer.status_code}) tells {said}"] if said or answer.status_code != 422 else []


@on_one_engine
@demo
@pytest.mark.parametrize("role", [Role.case_manager])
def test_no_report_names_whom_one_may_not_know(app, scenery, role):
    visitor, hidden = scenery(role)
    told, cells = [], 0
    names = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == "reports.index"]
    for report in sorted(set(re.findall(r"/reports/[\w-]+", visitor.get(names[0]).text))):
        page = visitor.get(report)
        links = re.findall(r'href="(/reports/transitions/people[^"]*)"', page.text)
        for path in [report, f"{report}?format=csv", *(link.replace("&amp;", "&") for link in links)]:
            for sized in (path, f"{path}{'&' if '?' in path else '?'}size=100"):
                answer = visitor.get(sized)
                cells += path in links
                told += [f"{path} tells {said}" for one in hidden if (said := one.told_by(answer.text))]
    assert not told, "\n".join(["", *told])


@demo
def test_ids_that_were_not_offered_are_refused(app, visit, accounts):
    """A place of another session, and a task for someone who must not know of the client or who does no such work."""
    with transaction():
        eli, admin = staff(accounts[Role.case_manager].email), staff(accounts[Role.admin].email)
        boss = staff(accounts[Role.supervisor].email)
    hidden, visitor = deny(eli, boss), visit(accounts[Role.supervisor])
    token, before, wrong = visitor.token("/account"), record(), []
    places = {place: session for one in hidden for place, session in one.session_of.items()}
    for place, session in list(places.items())[:4]:
        other = next(one for one in places.values() if one != session)
        for way in (f"attendance/{place}", f"attendance/{place}/off", f"places/{place}/release"):
            answer = visitor.raw.post(f"/sessions/{other}/{way}", data={"csrf_token": token})
            wrong += [f"{way} of another session answers {answer.status_code}"] if answer.status_code != 404 else []
    about, tomorrow = hidden[0].id, clock.now().date() + timedelta(days=2)
    asks = {
        "title": "Call the landlord",
        "client_id": about,
        "due_day": f"{tomorrow:%b} {tomorrow.day}, {tomorrow.year}",
    }
    for owner in (eli.id, admin.id, about):
        answer = visitor.post("/tasks/new", asks | {"owner_id": owner}, page=f"/tasks/new?about={about}")
        wrong += [f"a task for {owner} answers {answer.status_code}"] if answer.status_code != 422 else []
    assert not wrong, "\n".join(["", *wrong])
    assert record() == before
    theirs = visitor.post("/tasks/new", asks | {"owner_id": boss.id}, page=f"/tasks/new?about={about}")
    assert theirs.status_code == 303, theirs.text[:2000]
