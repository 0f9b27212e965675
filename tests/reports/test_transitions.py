"""The report of phase transitions: what it counts, who may see it, and that page, file and command agree."""

import csv
import html
import io
import json
import re
from datetime import date, timedelta

import pytest

from caseapp.clients import actions as clients
from caseapp.clients.rules import Answer, Ground
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.errors import RuleBroken
from caseapp.episodes import actions as episodes
from caseapp.episodes.rules import MoveKind, MoveReason, PriorLevel, ReferralSource
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress
from caseapp.reports.queries import answer
from caseapp.reports.rules import Question, ended_as, last_full_quarter, last_month, shares

DAY = date(2026, 3, 2)


@pytest.fixture
def episode(transaction, cast):
    """Makes someone who was admitted into Phase 1 on a day; gives the id of the client and what moves them."""

    def admitted(name: str, day: date = DAY, by=None):
        by = by or cast.ana.actor
        with transaction():
            client = clients.register(by, first_name=name, last_name="Ortiz", born=date(1990, 5, 2))
            screen = episodes.prescreen(
                client, by, referral_source=ReferralSource.individual, prior_level=PriorLevel.none, last_use_known=Answer.yes,
                last_use_at=clock.instant(day - timedelta(days=9), clock.time(20), clinic.zone()),
                seizure_or_delirium=Answer.no, benzodiazepine_dependence=Answer.no, withdrawal_now=Answer.no,
            )  # fmt: skip
            version = programs.version_in_use(programs.programs()[0], day)
            row = progress.admit(
                client, screen, by, program_version=version, phase=version.phases[0], admitted_on=day,
                case_manager_id=by.id, clinician_id=None, payer_id=None, words="Entered later.",
            )  # fmt: skip

        def move(kind: MoveKind, days: int, reason: MoveReason, to: int | None = None) -> None:
            with transaction() as session:
                target = version.phases[to - 1] if to else None
                progress.move(
                    session.merge(row, load=True), by, kind=kind, effective_on=day + timedelta(days=days), reason=reason,
                    words="Said in the meeting.", to_phase=target,
                )  # fmt: skip

        return client.id, move

    return admitted


def figures(transaction, **asked) -> list[dict]:
    question = Question(
        **({"first": DAY, "last": DAY + timedelta(days=200), "as_of": DAY + timedelta(days=250)} | asked)
    )
    with transaction():
        columns, rows = answer("transitions", question)
    return [dict(zip(columns, map(str, row), strict=True)) for row in rows]


def some_moves(episode):
    one, move_one = episode("Ben")
    two, move_two = episode("Cara")
    episode("Dae")
    move_one(MoveKind.step_down, 28, MoveReason.goals_met, 2)
    move_one(MoveKind.step_up, 42, MoveReason.returned_to_use, 1)
    move_one(MoveKind.step_down, 62, MoveReason.goals_met, 2)
    move_two(MoveKind.discharge, 21, MoveReason.left_before_completing)
    return one, two


def test_it_counts_moves_people_and_days(episode, transaction):
    some_moves(episode)
    assert figures(transaction) == [
        {"from": "Admission", "to": "Phase 1", "kind": "admit", "transitions": "3", "share_of_from": "1.0000",
         "clients": "3", "median_days_in_from": "None"},
        {"from": "Phase 1", "to": "Phase 2", "kind": "step_down", "transitions": "2", "share_of_from": "0.6667",
         "clients": "1", "median_days_in_from": "24"},
        {"from": "Phase 1", "to": "Left the program", "kind": "discharge", "transitions": "1", "share_of_from": "0.3333",
         "clients": "1", "median_days_in_from": "21"},
        {"from": "Phase 2", "to": "Phase 1", "kind": "step_up", "transitions": "1", "share_of_from": "1.0000",
         "clients": "1", "median_days_in_from": "14"},
    ]  # fmt: skip


def test_days_are_both_included_and_what_lies_after_as_of_is_not_counted(episode, transaction):
    _one, move = episode("Ben")
    move(MoveKind.step_down, 28, MoveReason.goals_met, 2)
    on = DAY + timedelta(days=28)
    count = lambda **asked: sum(int(row["transitions"]) for row in figures(transaction, **asked))  # noqa: E731
    assert count(first=on, last=on) == 1
    assert count(first=on + timedelta(days=1)) == 0
    assert count(last=on - timedelta(days=1)) == 1
    assert count(as_of=on) == 2
    assert count(as_of=on - timedelta(days=1)) == 1


def test_it_splits(episode, transaction):
    some_moves(episode)
    groups = {(row["group"], row["transitions"]) for row in figures(transaction, by="reason")}
    assert ("Goals met", "2") in groups and ("Returned to use", "1") in groups
    assert {row["group"] for row in figures(transaction, by="case_manager")} == {"Ana Moreau"}


def test_page_file_and_command_agree(episode, transaction, visit, cast, command):
    some_moves(episode)
    last = DAY + timedelta(days=200)
    asked = f"from={DAY}&to={last}"
    file = visit(cast.ada).get(f"/reports/transitions?{asked}&format=csv")
    assert file.mimetype == "text/csv"
    assert command("report", "transitions", "--from", str(DAY), "--to", str(last), "--format", "csv").splitlines() == (
        file.text.splitlines()
    )
    rows = list(csv.DictReader(io.StringIO(file.text)))
    told = json.loads(command("report", "transitions", "--from", str(DAY), "--to", str(last), "--format", "json"))
    assert [(row["from"], row["to"], int(row["transitions"])) for row in rows] == [
        (row["from"], row["to"], row["transitions"]) for row in told
    ]
    page = visit(cast.ada).get(f"/reports/transitions?{asked}").text
    for row in rows:
        assert f'<td class="number">{row["clients"]}</td>' in page
    assert "Of 4 stays that ended: 2 a step down, 1 a step up, 1 the end of the episode." in page


@pytest.mark.parametrize(
    "words",
    [
        ("transitions", "--from", "soon"),
        ("transitions", "--as-of", "2099-01-01"),
        ("transitions", "--from", "2026-03-02", "--to", "2026-03-01"),
        ("transitions", "--by", "shoe size"),
        ("transitions", "--program", "No such program"),
        ("no-such-report",),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_question_that_makes_no_sense_is_refused(command, words):
    assert "Error: " in command("report", *words, status=2)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(visit, cast):
    visitor = visit(cast.ada)
    for asked, said in (
        ("from=soon", "Enter a day"),
        ("from=2026-03-02&to=2026-03-01", "must not be after"),
        ("program=nothing", "Choose one of"),
    ):
        answer_ = visitor.get(f"/reports/transitions?{asked}")
        assert answer_.status_code == 422 and said in answer_.text and "<title>Error: " in answer_.text
    assert visitor.get("/reports/nothing").status_code == 404
    assert "No transitions between" in visitor.get("/reports/transitions").text


def test_who_may_see_it_and_the_people_behind_it(episode, transaction, visit, cast):
    some_moves(episode)
    path = f"/reports/transitions/people?from={DAY}&to={DAY + timedelta(days=200)}&row=Phase+1&column=Phase+2"
    assert visit(cast.carl).get("/reports/transitions").status_code == 403
    assert visit(cast.carl).get(path).status_code == 403
    for someone in (cast.ana, cast.sue, cast.ada):
        page = visit(someone).get(path)
        assert page.text.count("Ortiz, Ben") == 2 and "2 stays" in page.text
        assert "Said in the meeting." not in page.text
    stranger = visit(cast.otto).get(path).text
    assert "Ortiz" not in stranger and "2 of them belong to clients you may not open" in stranger


def test_the_people_are_recorded_as_read(episode, visit, cast, transaction):
    from sqlalchemy import select

    from caseapp.audit.models import AuditClient, AuditEvent

    one, _two = some_moves(episode)
    visit(cast.ada).get(
        f"/reports/transitions/people?from={DAY}&to={DAY + timedelta(days=200)}&row=Phase+1&column=Phase+2"
    )
    with transaction() as session:
        event = session.scalar(select(AuditEvent).where(AuditEvent.what == "reports.people"))
        seen = session.scalars(select(AuditClient.client_id).where(AuditClient.event_id == event.id))
        assert (event.kind, list(seen)) == ("read", [one])


def test_each_number_opens_as_many_stays_and_sums_agree(episode, visit, cast):
    some_moves(episode)
    visitor = visit(cast.ada)
    for by in ("", "&by=reason"):
        page = visitor.get(f"/reports/transitions?from={DAY}&to={DAY + timedelta(days=200)}{by}").text
        links = re.findall(
            r'<a href="(/reports/transitions/people[^"]*)">(\d+)<span class="visually-hidden"> ([^<]*)', page
        )
        assert len(links) > 10
        for path, number, words in links:
            behind = visitor.get(html.unescape(path)).text
            assert behind.count("Ortiz, ") == int(number), words
            assert f"{number} stay" in behind


def test_the_matrix_can_show_shares_and_days(episode, visit, cast):
    some_moves(episode)
    asked = f"/reports/transitions?from={DAY}&to={DAY + timedelta(days=200)}&show="
    visitor = visit(cast.ada)
    assert ">2 of 3<span" in visitor.get(asked + "shares").text
    assert ">24<span" in visitor.get(asked + "median").text
    assert ">no days<span" in visitor.get(asked + "median").text
    assert visitor.get(asked + "nonsense").status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_list_of_stays_is_sorted_and_paged(episode, visit, cast):
    for at in range(28):
        _id, move = episode(f"N{at:02}")
        move(MoveKind.step_down, 10 + at, MoveReason.goals_met, 2)
    visitor = visit(cast.ana)
    asked = f"/reports/transitions/people?from={DAY}&to={DAY + timedelta(days=200)}&row=Phase+1&column=Phase+2"
    names = lambda path: re.findall(r"Ortiz, (N\d\d)", visitor.get(asked + path).text)  # noqa: E731
    assert names("") == [f"N{at:02}" for at in range(25)]
    assert names("&page=2") == ["N25", "N26", "N27"] == names("&page=99")
    assert names("&sort=days&down=1")[:2] == ["N27", "N26"]
    assert len(names("&size=50")) == 28
    assert "26-28 of 28" in visitor.get(asked + "&page=2").text
    assert visitor.get(asked + "&sort=password").status_code == 404
    assert visitor.get(asked + "&page=x&size=7").status_code == 200


def test_a_denial_holds_for_an_admin_too(episode, transaction, visit, cast):
    one, _two = some_moves(episode)
    with transaction():
        clients.give_access(one, Ground.denied, cast.sue.actor, staff_id=cast.ada.actor.id)
    path = f"/reports/transitions/people?from={DAY}&to={DAY + timedelta(days=200)}&row=Phase+1"
    page = visit(cast.ada).get(path).text
    assert "Ortiz, Cara" in page and "Ortiz, Ben" not in page
    assert "3 stays" in page and "2 of them belong to clients you may not open" in page


def test_what_lies_ahead_is_told_and_not_counted(episode, visit, cast):
    today = clock.today("America/New_York")
    _id, move = episode("Ben", today - timedelta(days=20))
    move(MoveKind.step_down, 30, MoveReason.goals_met, 2)
    visitor, until = visit(cast.ada), today + timedelta(days=60)
    page = visitor.get(f"/reports/transitions?from={today - timedelta(days=30)}&to={until}").text
    assert "No stay in a phase ended in these days. 1 admission." in page
    assert "1 move in these days lies ahead of that and is not counted." in page
    empty = visitor.get(f"/reports/transitions?from={today + timedelta(days=1)}&to={until}").text
    assert "No transitions between" in empty and "lie ahead of" in empty
    assert visitor.get(f"/reports/transitions?as_of={until}").status_code == 422


def test_statements_do_not_grow_with_rows(episode, visit, cast, statements):
    visitor = visit(cast.ada)
    paths = [f"/reports/transitions{more}?from={DAY}&to={DAY + timedelta(days=200)}" for more in ("", "/people")]

    def needed() -> list[int]:
        counts = []
        for path in paths:
            with statements() as seen:
                assert visitor.get(path).status_code == 200
            counts.append(len([one for one in seen if "audit_client" not in one]))
        return counts

    episode("Ben")
    visitor.get(paths[0])
    few = needed()
    for name in ("Cara", "Dae", "Eve", "Finn"):
        _id, move = episode(name)
        move(MoveKind.step_down, 10, MoveReason.goals_met, 2)
    assert needed() == few


@pytest.mark.parametrize(
    ("today", "quarter", "month"),
    [
        (date(2026, 1, 1), (date(2025, 10, 1), date(2025, 12, 31)), (date(2025, 12, 1), date(2025, 12, 31))),
        (date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31)), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 4, 1), (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 3, 1), date(2026, 3, 31))),
        (date(2024, 3, 30), (date(2023, 10, 1), date(2023, 12, 31)), (date(2024, 2, 1), date(2024, 2, 29))),
    ],
)
def test_the_quick_ranges(today, quarter, month):
    assert (last_full_quarter(today), last_month(today)) == (quarter, month)


def test_words_of_the_finding_and_of_endings():
    assert shares([]) == "No stay in a phase ended in these days."
    many = [MoveKind.step_down] * 15 + [MoveKind.step_up] * 4 + [MoveKind.complete]
    assert (
        shares(many)
        == "Of 20 stays that ended: 15 (75 %) a step down, 4 (20 %) a step up, 1 (5 %) the end of the episode."
    )
    assert ended_as(MoveKind.discharge, MoveReason.left_before_completing) == "Left before completing"
    assert ended_as(MoveKind.discharge, MoveReason.incarcerated) == "Other"
    assert ended_as(MoveKind.complete, MoveReason.completed) == "Completed"


def test_a_question_has_defaults():
    today = date(2026, 11, 25)
    assert Question.asked(today, None, None, None, None, None) == Question(date(2026, 7, 1), date(2026, 9, 30), today)
    assert Question.asked(today, date(2026, 11, 1), None, None, None, None).last == today
    with pytest.raises(RuleBroken):
        Question.asked(today, date(2026, 11, 2), date(2026, 11, 1), None, None, None)
