"""`crisis`: which contacts count, when a follow-up is due, on time, late or not tried; and that page, file and command agree."""

import csv
import html
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from caseapp.clients import actions as clients
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.crisis import actions, queries
from caseapp.crisis.models import CrisisContact
from caseapp.crisis.rules import Caller, Channel, Risk
from caseapp.episodes.queries import open_episode
from caseapp.tasks import actions as tasks
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import Result, TaskKind
from tests.sessions import WEDNESDAY, at, person

SPOKE, SILENT = Result.spoke, Result.no_answer
HIGH, MODERATE, LOW, NONE_FOUND, NOT_ASKED = Risk.high, Risk.moderate, Risk.low, Risk.none_found, Risk.not_asked
A_DAY, THREE_DAYS = 24 * 60, 72 * 60
SATURDAY = WEDNESDAY + timedelta(days=3)
DAYS = f"from={WEDNESDAY}&to={WEDNESDAY}"
ASKED = ["--from", str(WEDNESDAY), "--to", str(WEDNESDAY)]
COLUMNS = "group,contacts,high_risk,follow_ups_due,on_time,late,open,median_hours_to_follow_up"
# Each begins at an hour of its own and lasts half an hour: whose (None: unknown), how, risk, tries in minutes after its end; and
# the columns of its row on Saturday at 4 pm, when the last one is not due yet.
CASES = {
    8: ("Haddad", Channel.phone, HIGH, [(A_DAY, SILENT)], "1,1,1,0,1,0,24.00"),
    9: ("Kim", Channel.phone, HIGH, [(A_DAY - 1, SILENT)], "1,1,1,1,0,0,23.98"),
    10: (None, Channel.transfer_988, NOT_ASKED, [(A_DAY + 1, SPOKE)], "1,1,1,0,1,0,24.02"),
    11: ("Lund", Channel.text, MODERATE, [(A_DAY + 1, Result.left_message)], "1,0,1,1,0,0,24.02"),
    12: ("Nguyen", Channel.text, MODERATE, [(THREE_DAYS, Result.wrong_number)], "1,0,1,0,1,0,72.00"),
    13: ("Ortiz", Channel.video, LOW, [(THREE_DAYS - 1, SPOKE)], "1,0,1,1,0,0,71.98"),
    14: ("Patel", Channel.in_person, NONE_FOUND, [], "1,0,1,0,0,1,"),
    15: (None, Channel.phone, HIGH, [], "1,1,1,0,0,1,"),
    16: ("Reed", Channel.phone, HIGH, [(120, SILENT), (1800, SPOKE)], "1,1,1,1,0,0,2.00"),
    17: ("Silva", Channel.phone, LOW, [(60, SPOKE)], "1,0,0,0,0,0,"),
}


def contact(by, started: datetime, risk=MODERATE, tries=(), channel=Channel.phone, client_id=None) -> CrisisContact:
    """A contact of half an hour, recorded when it was over, and each try so many minutes after its end."""
    ended = started + timedelta(minutes=30)
    caller = Caller.client if client_id else Caller.family_or_friend
    with clock.freeze(ended):
        facts = {"started_at": started, "ended_at": ended, "risk": risk, "channel": channel, "caller": caller}
        made = actions.record(by, client_id=client_id, **facts)
    for minutes, result in tries:
        with clock.freeze(ended + timedelta(minutes=minutes)):
            actions.attempt(task_of(TaskKind.crisis_follow_up, made.id), result, by)
    return made


@pytest.fixture
def day(cast, transaction):
    """The contacts of the table, looked at on Saturday at 4 pm: by case, the ids of those whose they are."""
    with transaction():
        by, people = cast.ana.actor, {}
        with clock.freeze(at(7)):
            for name, *_rest in CASES.values():
                if name:
                    people[name] = person(by, name, "Alex").id
        for hour, (name, channel, risk, tries, _row) in CASES.items():
            contact(by, at(hour), risk, tries, channel, people.get(name))
    with clock.freeze(at(16, day=SATURDAY)):
        yield people


def told(command, *words: str) -> list[str]:
    """The lines of the file below its head."""
    head, *lines = command("report", "crisis", *words, "--format", "csv").splitlines()
    assert head == COLUMNS
    return lines


def test_each_case_counts_as_the_contract_says(day, command):
    everyone = "all,10,5,9,4,3,2,24.02"
    assert told(command, *ASKED) == [everyone]
    assert told(command, *ASKED, "--by", "hour") == [*(f"{at_},{case[-1]}" for at_, case in CASES.items()), everyone]
    assert told(command, *ASKED, "--by", "month") == [everyone.replace("all", "2026-11"), everyone]
    assert told(command, *ASKED, "--by", "risk") == [
        "High,4,4,4,2,1,1,23.98", "Moderate,2,0,2,1,1,0,48.01", "Low,2,0,1,1,0,0,71.98", "None found,1,0,1,0,0,1,",
        "Not asked,1,1,1,0,1,0,24.02", everyone,
    ]  # fmt: skip
    assert told(command, *ASKED, "--by", "channel") == [
        "Phone,5,4,4,2,1,1,23.98", "Text,2,0,2,1,1,0,48.01", "In person,1,0,1,0,0,1,", "Video,1,0,1,1,0,0,71.98",
        "Transfer 988,1,1,1,0,1,0,24.02", everyone,
    ]  # fmt: skip
    [row] = json.loads(command("report", "crisis", *ASKED, "--format", "json"))
    assert list(row.values()) == ["all", 10, 5, 9, 4, 3, 2, 24.02]


def test_nothing_after_the_day_looked_at_is_looked_at(day, command):
    as_of = lambda day: told(command, *ASKED, "--as-of", str(day))  # noqa: E731
    assert as_of(WEDNESDAY) == ["all,10,5,0,0,0,0,"]
    assert as_of(WEDNESDAY + timedelta(days=1)) == ["all,10,5,5,2,2,1,23.99"]
    assert as_of(WEDNESDAY - timedelta(days=1)) == ["all,0,0,0,0,0,0,"]
    with clock.freeze(at(8, 30, day=SATURDAY + timedelta(days=1))):
        assert as_of(SATURDAY) == ["all,10,5,10,5,3,2,24.01"]  # all are due when that day is over
        assert told(command, *ASKED) == as_of(SATURDAY)
    assert told(command, "--from", str(SATURDAY), "--to", str(SATURDAY)) == ["all,0,0,0,0,0,0,"]


def test_a_follow_up_is_due_at_its_instant_and_not_before(day, command):
    with clock.freeze(at(17, 29, day=SATURDAY)):
        assert told(command, *ASKED, "--by", "hour")[-2] == "17,1,0,0,0,0,0,"
    with clock.freeze(at(17, 30, day=SATURDAY)):
        assert told(command, *ASKED, "--by", "hour")[-2] == "17,1,0,1,1,0,0,1.00"


def test_a_program_is_that_of_the_client_on_the_day(day, cast, command, transaction):
    program = ["--program", "Intensive outpatient"]
    assert told(command, *ASKED, *program) == ["all,8,3,7,4,2,1,24.01"]  # not the two unknown callers
    with transaction():
        contact(
            cast.ana.actor, at(9, day=WEDNESDAY - timedelta(days=31)), client_id=day["Kim"]
        )  # a day before admission
        contact(cast.ana.actor, at(0, day=WEDNESDAY - timedelta(days=30)), client_id=day["Kim"])
    since = ["--from", str(WEDNESDAY - timedelta(days=40)), "--to", str(SATURDAY)]
    assert told(command, *since)[-1].startswith("all,12,")
    assert told(command, *since, *program)[-1].startswith("all,9,")
    with transaction():
        discharge(day["Kim"])
    assert told(command, *ASKED, *program)[-1].startswith("all,7,")
    assert "no program called Nowhere" in command("report", "crisis", "--program", "Nowhere", status=2)


def discharge(client_id: str) -> None:
    open_episode(client_id).discharged_on = WEDNESDAY


def test_groups_on_the_nights_on_which_the_clocks_change(cast, transaction, command):
    instants = [
        datetime(2026, 11, 1, 3, 45, tzinfo=UTC),  # Oct 31, 11:45 pm
        datetime(2026, 11, 1, 4, 30, tzinfo=UTC),  # Nov 1, 12:30 am
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # 1:30 am, the first time
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # 1:30 am, the second time
        datetime(2026, 11, 1, 7, 30, tzinfo=UTC),  # 2:30 am
        datetime(2026, 12, 1, 4, 59, tzinfo=UTC),  # Nov 30, 11:59 pm
        datetime(2026, 12, 1, 5, 0, tzinfo=UTC),  # Dec 1, midnight
        datetime(2027, 3, 14, 6, 59, tzinfo=UTC),  # 1:59 am
        datetime(2027, 3, 14, 7, 0, tzinfo=UTC),  # 3:00 am
    ]
    with transaction():
        for started in instants:
            contact(cast.ana.actor, started, HIGH, [(A_DAY - 1, SILENT)])
    with clock.freeze(at(12, day=date(2027, 4, 1))):
        groups = lambda *words: [line.split(",")[:2] for line in told(command, *words)]  # noqa: E731
        assert groups("--by", "month") == [
            ["2026-10", "1"], ["2026-11", "5"], ["2026-12", "1"], ["2027-03", "2"], ["all", "9"],
        ]  # fmt: skip
        assert groups("--by", "hour") == [
            ["0", "2"], ["1", "3"], ["2", "1"], ["3", "1"], ["23", "2"], ["all", "9"],
        ]  # fmt: skip
        assert groups("--from", "2026-11-01", "--to", "2026-11-01", "--by", "hour") == [
            ["0", "1"], ["1", "2"], ["2", "1"], ["all", "4"],
        ]  # fmt: skip
        assert told(command) == ["all,9,9,9,9,0,0,23.98"]  # hours that pass, on a night of 25 too


def test_corrections_count_as_the_record_reads_now(cast, transaction, command):
    by, correct = (
        cast.ana.actor,
        lambda one, **facts: actions.edit(one, cast.ana.actor, **queries.codes_of(one) | facts),
    )
    with transaction():
        with clock.freeze(at(7)):
            client = person(by)
        raised = contact(by, at(8), LOW, [(A_DAY + 60, SILENT)])
        named = contact(by, at(9), HIGH)
        longer = contact(by, at(10), HIGH, [(5, SILENT)])
        with clock.freeze(at(12, day=WEDNESDAY + timedelta(days=2))):
            correct(raised, risk=HIGH, client_id=client.id)
            correct(named, client_id=client.id, risk=LOW)
            correct(longer, ended_at=longer.ended_at + timedelta(minutes=10))
    with clock.freeze(at(8, day=SATURDAY)):
        assert told(command, *ASKED, "--by", "hour") == [
            "8,1,1,1,0,1,0,25.00",  # the change brought the follow-up nearer, so it was late
            "9,1,0,1,0,0,1,",  # the risk is low now, and a lateness can't be edited away
            "10,1,1,1,1,0,0,0.00",
            "all,3,2,3,1,1,1,12.50",
        ]
        assert told(command, *ASKED, "--program", "Intensive outpatient")[-1].startswith("all,2,")


def test_a_follow_up_closed_without_a_try_and_a_contact_without_one(cast, transaction, command):
    with transaction():
        closed, without = contact(cast.ana.actor, at(8), HIGH), contact(cast.ana.actor, at(9), HIGH)
        with clock.freeze(at(12)):
            tasks.close(task_of(TaskKind.crisis_follow_up, closed.id), cast.sue.actor, "Seen in the group.")
        db.delete(task_of(TaskKind.crisis_follow_up, without.id))
    with clock.freeze(at(12, day=SATURDAY)):
        assert told(command, *ASKED) == ["all,2,2,1,0,0,1,"]


def test_the_chart_judges_on_time_as_the_report_does(cast, visit, transaction, command):
    """Also where the first try, which was late, moved the follow-up on to a later one."""
    with transaction():
        with clock.freeze(at(7)):
            client = person(cast.ana.actor).id
        for hour, tried in ((8, A_DAY), (9, A_DAY - 1)):
            made = contact(cast.ana.actor, at(hour), HIGH, client_id=client)
            task = task_of(TaskKind.crisis_follow_up, made.id)
            for minutes, result in ((tried, SILENT), (tried + 60, SPOKE)):
                with clock.freeze(made.ended_at + timedelta(minutes=minutes)):
                    again = {"closes": True} if result is SPOKE else {"next_due": clock.now() + timedelta(hours=4)}
                    actions.attempt(task, result, cast.ana.actor, **again)
    with clock.freeze(at(12, day=SATURDAY)):
        assert told(command, *ASKED, "--by", "hour") == [
            "8,1,1,1,0,1,0,24.00", "9,1,1,1,1,0,0,23.98", "all,2,2,2,1,1,0,23.99",
        ]  # fmt: skip
        page = visit(cast.ana).get(f"/clients/{client}/safety").text
        assert (page.count("the first on time"), page.count("the first late")) == (1, 1)


def test_offsets_hold_from_the_instant_at_which_the_clocks_change():
    zones = {"America/New_York": [-5, -4, -5], "America/Havana": [-5, -4, -5], "Australia/Lord_Howe": [11, 10.5, 11]}
    for zone, hours in zones.items():
        found = clock.offsets(date(2026, 1, 1), date(2026, 12, 31), zone)
        assert [ahead / timedelta(hours=1) for _from, ahead in found] == hours
        for moment, ahead in found:
            assert moment.astimezone(ZoneInfo(zone)).utcoffset() == ahead
        for moment, ahead in found[1:]:
            assert (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).utcoffset() != ahead
    assert clock.offsets(date(2026, 1, 1), date(2026, 1, 1), "UTC") == [(datetime(2026, 1, 1, tzinfo=UTC), timedelta())]


def test_a_command_that_names_no_day_begins_with_the_first_contact(cast, transaction, command):
    assert told(command) == ["all,0,0,0,0,0,0,"]
    assert told(command, "--by", "month") == ["all,0,0,0,0,0,0,"]
    with transaction():
        contact(cast.ana.actor, at(23, 50, day=WEDNESDAY - timedelta(days=2)))
    with clock.freeze(at(12, day=SATURDAY)):
        assert told(command)[-1].startswith("all,1,")
        assert f"From {WEDNESDAY - timedelta(days=2)} to {SATURDAY}" in command("report", "crisis")


@pytest.mark.parametrize("by", ["", "month", "channel", "risk", "hour"])
def test_each_number_opens_its_contacts_and_page_and_file_agree(day, visit, cast, command, by):
    visitor = visit(cast.ada)
    page = visitor.get(f"/reports/crisis?{DAYS}&by={by}").text
    assert "10 crisis contacts, 5 at high risk. 4 of 9 follow-ups due were tried on time, 3 late, 2 not yet" in page
    assert "3 reached somebody. The median was 24.02 hours to the first try." in page
    assert "1 follow-up is not due yet." in page
    file = visitor.get(f"/reports/crisis?{DAYS}&by={by}&format=csv").text
    rows = list(csv.DictReader(io.StringIO(file)))
    assert file.splitlines()[1:] == told(command, *ASKED, *(["--by", by] if by else []))
    links = re.findall(r'<a href="(/reports/crisis/people[^"]*)">(\d+)<span class="visually-hidden"> ([^<]*)', page)
    shown = [int(number) for _path, number, says in links if not says.startswith("reached")]
    assert shown == [int(row[column]) for row in rows for column in list(row)[1:7] if row[column] != "0"]
    assert [row["median_hours_to_follow_up"] or "none" for row in rows] == re.findall(
        r'<td class="number">(\d+\.\d\d|none)</td></tr>', page
    )
    for path, number, says in links:
        behind = visitor.get(html.unescape(path)).text
        assert f"{number} contact" in behind and len(re.findall(r"Unknown caller|<bdi>", behind)) == int(number), says


def test_groups_have_words_on_the_page(day, visit, cast):
    page = lambda by: visit(cast.sue).get(f"/reports/crisis?{DAYS}&by={by}").text  # noqa: E731
    assert '<th scope="row">November 2026</th>' in page("month")
    assert '<th scope="row">Transfer from 988</th>' in page("channel")
    assert ">4:00 pm - 5:00 pm</th>" in page("hour") and "comes twice counts as one" in page("hour")
    assert '<th scope="row">Not asked</th>' in page("risk")
    behind = visit(cast.ana).get(f"/reports/crisis/people?{DAYS}&by=hour&row=16&column=reached").text
    assert "1 contact: reached, 4:00 pm - 5:00 pm, " in html.unescape(behind) and "Reed, Alex" in behind


def test_who_is_behind_a_figure_is_told_only_to_who_may_see_them(day, visit, cast, transaction):
    assert visit(cast.carl).get("/reports/crisis").status_code == 403
    assert visit(cast.carl).get(f"/reports/crisis/people?{DAYS}").status_code == 403
    behind = lambda who, more="": visit(who).get(f"/reports/crisis/people?{DAYS}{more}").text  # noqa: E731
    assert behind(cast.ana).count("<bdi>") == 8 and "you may not open" not in behind(cast.ana)
    theirs = behind(cast.otto)
    assert "<bdi>" not in theirs and "8 of them belong to clients you may not open" in theirs
    assert theirs.count("Unknown caller") == 2
    alone = behind(cast.otto, "&by=risk&row=Moderate")
    assert "2 contacts: all of them, Moderate" in alone and "Nobody whom you may open is behind this figure." in alone
    with transaction():
        clients.give_access(day["Kim"], Ground.denied, cast.sue.actor, staff_id=cast.ada.actor.id)
        clients.give_access(day["Kim"], Ground.denied, cast.sue.actor, staff_id=cast.ana.actor.id)
    for who in (cast.ada, cast.ana):
        assert "Kim, Alex" not in behind(who) and "1 of them belongs to clients you may not open" in behind(who)
        assert "10 crisis contacts" in visit(who).get(f"/reports/crisis?{DAYS}").text


def test_every_link_behind_a_figure_opens(day, visit, cast):
    visitor = visit(cast.ana)
    behind = visitor.get(f"/reports/crisis/people?{DAYS}").text
    links = re.findall(r'href="(/crisis/[\w-]{22}|/clients/[\w-]{22}/safety)"', behind)
    assert len(links) == 18 and all(visitor.get(link).status_code == 200 for link in links)
    assert not re.findall(
        r'href="/(?:crisis|clients)/[\w-]{22}', visit(cast.ada).get(f"/reports/crisis/people?{DAYS}").text
    )


def test_the_list_is_sorted_and_what_cannot_be_read_is_not_narrowed_by(day, visit, cast):
    names = lambda more: re.findall(  # noqa: E731
        r"<bdi>(\w+),|(Unknown) caller", visit(cast.ana).get(f"/reports/crisis/people?{DAYS}{more}").text
    )
    order = lambda more: ["".join(one) for one in names(more)]  # noqa: E731
    known = [case[0] for case in CASES.values() if case[0]]
    assert order("") == [*known, "Unknown", "Unknown"] and order("&down=1")[0] == "Silva"
    assert order("&sort=contact") == [case[0] or "Unknown" for case in CASES.values()]
    assert order("&sort=hours")[:2] == ["Silva", "Reed"] and order("&sort=hours&down=1")[0] == "Nguyen"
    assert order("&sort=risk")[:3] == ["Haddad", "Kim", "Reed"] and len(order("&sort=channel")) == 10
    assert len(order("&sort=follow_up&column=anything")) == 10
    assert order("&by=hour&row=noon") == order("&by=month&row=9999") == order("&by=risk&row=Grave") == []
    assert visit(cast.ana).get(f"/reports/crisis/people?{DAYS}&sort=password").status_code == 404


def test_a_clinic_without_a_contact_says_so(visit, cast):
    page = visit(cast.sue).get(f"/reports/crisis?{DAYS}").text
    assert "No crisis contacts between" in page and "Widen the dates." in page
    assert visit(cast.sue).get(f"/reports/crisis?{DAYS}&format=csv").text.splitlines()[1:] == ["all,0,0,0,0,0,0,"]
    assert "Nobody is behind this figure." in visit(cast.sue).get(f"/reports/crisis/people?{DAYS}").text


def test_days_at_the_ends_of_the_calendar_are_answered(day, visit, cast):
    for days in ("from=1900-01-01&to=2199-12-31", "from=2199-12-30&to=2199-12-31", "to=1900-01-01", "as_of=1900-01-02"):
        for by in ("", "&by=month"):
            assert visit(cast.sue).get(f"/reports/crisis?{days}{by}").status_code == 200, days
    assert "10 crisis contacts" in visit(cast.sue).get("/reports/crisis?from=1900-01-01&to=2199-12-31").text


def test_statements_do_not_grow_with_contacts_or_days(day, visit, cast, statements, transaction):
    visitor = visit(cast.ada)
    program = "&program=Intensive+outpatient"
    paths = [
        f"/reports/crisis{more}" for more in ("?", "?by=month&", "?by=risk&", "/people?", "/people?column=reached&")
    ]

    def needed(days: str) -> list[int]:
        counts = []
        for path in paths:
            with statements() as seen:
                assert visitor.get(f"{path}{days}{program}").status_code == 200
            counts.append(len([one for one in seen if "audit_client" not in one]))
        return counts

    needed(DAYS)
    few = needed(DAYS)
    with transaction():
        for days in range(20):
            contact(
                cast.ana.actor,
                at(9, day=WEDNESDAY - timedelta(days=7 * days)),
                HIGH,
                [(60, SPOKE)],
                client_id=day["Kim"],
            )
    assert needed(f"from={WEDNESDAY - timedelta(days=400)}&to={SATURDAY}") == few
