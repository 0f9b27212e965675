"""`time-in-phase` and `retention`: two published tables, counting by hand, and that page, file, command and people agree."""

import csv
import html
import json
import re
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.clients import actions as clients
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.episodes.actions import PastEpisode, PastStay, bring_in_past
from caseapp.episodes.models import Episode
from caseapp.episodes.rules import Education, MoveReason
from caseapp.programs import queries as programs
from caseapp.reports.curves import drawn, marks_for
from caseapp.reports.queries import answer
from caseapp.reports.rules import Question
from caseapp.reports.survival import Tally, curve
from tests.interchange.histories import lives, write, write_phases

BEGIN, AS_OF = date(2020, 1, 6), date(2021, 6, 30)


def times(text: str) -> list[tuple[int, bool]]:
    """ "6 6+" is one who left on day 6, and one who was still there then."""
    return [(int(one.rstrip("+")), not one.endswith("+")) for one in text.split()]


# Freireich et al. 1963 (Blood 21:699), 6-MP: weeks in remission, as in Kleinbaum & Klein, Survival Analysis, table 2.1:
# day, at risk, left, still there until the next such day, estimate.
SIX_MP = times("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+")
SIX_MP_TABLE = [
    (6, 21, 3, 1, "0.8571"), (7, 17, 1, 1, "0.8067"), (10, 15, 1, 2, "0.7529"), (13, 12, 1, 0, "0.6902"),
    (16, 11, 1, 3, "0.6275"), (22, 7, 1, 0, "0.5378"), (23, 6, 1, 5, "0.4482"),
]  # fmt: skip
# Acute myelogenous leukemia, maintained group (Miller 1997, Survival Analysis; `aml` of R's package survival).
AML = times("9 13 13+ 18 23 28+ 31 34 45+ 48 161+")
AML_TABLE = [
    (9, 11, 1, 0, "0.9091"), (13, 10, 1, 1, "0.8182"), (18, 8, 1, 0, "0.7159"), (23, 7, 1, 1, "0.6136"),
    (31, 5, 1, 0, "0.4909"), (34, 4, 1, 1, "0.3682"), (48, 2, 1, 1, "0.1841"),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "table"), [(SIX_MP, SIX_MP_TABLE), (AML, AML_TABLE)], ids=["6-MP", "AML"])
def test_it_equals_a_published_table(command, tmp_path, seen, table):
    episodes, phases = lives(seen, BEGIN, AS_OF)
    files = write(tmp_path / "episodes.csv", episodes), write_phases(tmp_path / "phases.csv", phases)
    assert command("import", "history", str(files[0]), "--phases", str(files[1])).endswith("rejected 0\n")
    for name, label in (("time-in-phase", "Phase 1"), ("retention", "all")):
        said = command(
            "report", name, "--from", "2020-01-01", "--to", str(AS_OF), "--as-of", str(AS_OF), "--format", "csv"
        )
        told = list(csv.DictReader(said.splitlines()))
        assert list(told[0]) == ["phase", "day", "at_risk", "left", "censored", "still_in_phase", "lower95", "upper95"]
        assert {row["phase"] for row in told} == {label}
        assert [
            (*(int(row[column]) for column in ("day", "at_risk", "left", "censored")), row["still_in_phase"])
            for row in told
        ] == table


def test_log_log_limits_are_those_of_the_textbook():
    """Collett, Modelling Survival Data, and R's survfit(conf.type="log-log") for 6-MP: 0.620 to 0.952, and 0.188 to 0.680."""
    points = curve("Phase 1", "", tallied(SIX_MP)).points
    assert [f"{points[at].lower:.3f} {points[at].upper:.3f}" for at in (0, -1)] == ["0.620 0.952", "0.188 0.680"]
    assert curve("Phase 1", "", tallied(SIX_MP)).half_left()[:2] == (23, 13)


def tallied(seen: list[tuple[int, bool]]) -> list[Tally]:
    days = sorted({day for day, _left in seen})
    return [
        Tally(day, seen.count((day, True)), seen.count((day, False)), len([1 for one, _left in seen if one >= day]))
        for day in days
    ]


def by_hand(seen: list[tuple[int, bool]]) -> list[tuple[int, int, int, Fraction]]:
    """Day, at risk, left, estimate: by looking at everyone on every day."""
    estimate, table = Fraction(1), []
    for day in range(max((day for day, _left in seen), default=0) + 1):
        left = len([1 for one, gone in seen if gone and one == day])
        at_risk = len([1 for one, _gone in seen if one >= day])
        if left:
            estimate *= Fraction(at_risk - left, at_risk)
            table.append((day, at_risk, left, estimate))
    return table


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40))
def test_any_times_estimate_as_by_hand_and_are_drawn_inside(seen):
    one = curve("Phase 1", "", tallied(seen))
    table = by_hand(seen)
    assert [(p.day, p.at_risk, p.left) for p in one.points] == [row[:3] for row in table]
    assert all(abs(p.estimate - float(row[3])) < 1e-9 for p, row in zip(one.points, table, strict=True))
    for point, following in zip(one.points, one.points[1:], strict=False):
        assert point.at_risk - point.left - point.still == following.at_risk
    for point in one.points:
        assert point.lower is None or 0 <= point.lower <= point.estimate + 1e-9 <= point.upper + 1e-9 <= 1 + 1e-6
    assert all(sum(one.at(day)) == len(seen) for day in range(62))
    for drawing in drawn([one], marks_for(one.longest)):
        [line] = drawing.lines
        numbers = [float(text) for text in re.findall(r"[MHVL] (-?[\d.]+)", line.path + line.band)]
        assert all(0 <= number <= drawing.width for number in numbers)
        assert drawing.top <= line.label_y <= drawing.bottom + 20


class Undo(Exception):
    """Ends an example, so that the next one begins with an empty clinic."""


LIFE = st.tuples(
    st.sampled_from(list(Education)),
    st.integers(0, 90),
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from([0, 1, 2])), min_size=1, max_size=4),
    st.sampled_from([None, MoveReason.completed, MoveReason.left_before_completing]),
)


def lived(histories) -> list[dict]:
    """Write random episodes with their stays straight into the clinic; what was written, as plain facts."""
    version = programs.version_in_use(programs.programs()[0], clock.today(clinic.zone()))
    people = [{"reference": f"P{at}", "born": date(1980, 1, 1), "sex": "male"} for at in range(len(histories))]
    ids = clients.register_from_elsewhere(people, "by hand", COMMAND_LINE)
    made, facts = [], []
    for at, (education, later, steps, reason) in enumerate(histories):
        begin = day = BEGIN + timedelta(days=later)
        stays, before = [], None
        for place, (length, step) in enumerate(steps):
            position = step if step != before else (step + 1) % 3
            last = place == len(steps) - 1
            end = None if last and reason is None else day + timedelta(days=length)
            why = (
                reason if last else (MoveReason.goals_met if before is None or position > before else MoveReason.crisis)
            )
            stays.append(PastStay(version.phases[position].id, position, day, end, why or MoveReason.not_recorded))
            facts.append({"client": at, "phase": version.phases[position].name, "began": day, "ended": end,
                          "education": education.value})  # fmt: skip
            before, day = position, end
        made.append(PastEpisode(ids[f"P{at}"], version.program_id, version.id, begin, None, day, reason, education, None,
                                "by hand", f"P{at} {begin}", "", tuple(stays)))  # fmt: skip
        facts.append({"client": at, "phase": "all", "began": begin, "ended": day, "education": education.value})
    bring_in_past(made, COMMAND_LINE)
    return facts


@pytest.mark.parametrize("by", [None, "education"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_random_histories_count_to_the_same(app, transaction, by, data):
    histories = data.draw(st.lists(LIFE, min_size=1, max_size=8))
    first, length, looked = (data.draw(st.integers(*ends)) for ends in ((0, 60), (0, 120), (0, 200)))
    first = BEGIN + timedelta(days=first)
    question = Question(first, first + timedelta(days=length), BEGIN + timedelta(days=looked), by=by)
    with pytest.raises(Undo), transaction():
        facts = lived(histories)
        for name, wanted in (
            ("time-in-phase", lambda phase: phase != "all"),
            ("retention", lambda phase: phase == "all"),
        ):
            columns, rows = answer(name, question)
            told = [tuple(row[columns.index(c)] for c in ("phase", "day", "at_risk", "left")) for row in rows]
            groups = [row[0] for row in rows] if by else [""] * len(rows)
            expected = []
            keys = {(f["education"] if by else "", f["phase"]) for f in facts if wanted(f["phase"])}
            for group, phase in keys:
                seen = [
                    _until(f, question.as_of)
                    for f in facts
                    if f["phase"] == phase and group in ("", f["education"])
                    and question.first <= f["began"] <= min(question.last, question.as_of)
                ]  # fmt: skip
                expected += [(group, phase, *row[:3]) for row in by_hand(seen)]
            assert sorted((group, *row) for group, row in zip(groups, told, strict=True)) == sorted(expected)
        raise Undo


def _until(fact: dict, as_of: date) -> tuple[int, bool]:
    left = fact["ended"] is not None and fact["ended"] <= as_of
    return ((fact["ended"] if left else as_of) - fact["began"]).days, left


@pytest.fixture
def history(command, tmp_path):
    """The 6-MP table in the clinic, and the days that ask for it."""
    episodes, phases = lives(SIX_MP, BEGIN, AS_OF)
    episodes[0] |= {"discharge_reason": "2"}
    files = write(tmp_path / "episodes.csv", episodes), write_phases(tmp_path / "phases.csv", phases)
    command("import", "history", str(files[0]), "--phases", str(files[1]))
    return f"from=2020-01-01&to={AS_OF}&as_of={AS_OF}"


def test_page_file_and_command_agree_and_each_figure_opens_its_people(history, visit, cast, command):
    visitor = visit(cast.ada)
    for name in ("time-in-phase", "retention"):
        words = ["report", name, "--from", "2020-01-01", "--to", str(AS_OF), "--as-of", str(AS_OF)]
        file = visitor.get(f"/reports/{name}?{history}&format=csv").text
        assert command(*words, "--format", "csv").splitlines() == file.splitlines()
        told = json.loads(command(*words, "--format", "json"))
        assert [row["still_in_phase"] for row in told] == [float(row[4]) for row in SIX_MP_TABLE]
        page = visitor.get(f"/reports/{name}?{history}").text
        assert "within 23 days (95 % 13 or later), as estimated from 21 " in page and "<svg" in page
        for row in csv.DictReader(file.splitlines()):
            assert f'<td class="number">{row["still_in_phase"]}</td><td class="number">{row["lower95"]}</td>' in page
        links = re.findall(
            rf'<a href="(/reports/{name}/people[^"]*)">(\d+)<span class="visually-hidden"> ([^<]*)', page
        )
        assert len(links) > 20
        for path, number, says in links:
            behind = visitor.get(html.unescape(path)).text
            noun = "episode" if name == "retention" else "stay"
            assert f"{number} {noun}" in behind and behind.count("No name, K") == int(number), says


def test_split_by_reason_it_tells_who_left_for_which(history, command):
    words = [
        "report",
        "time-in-phase",
        "--from",
        "2020-01-01",
        "--to",
        str(AS_OF),
        "--as-of",
        str(AS_OF),
        "--by",
        "reason",
    ]
    told = list(csv.DictReader(command(*words, "--format", "csv").splitlines()))
    early = [row for row in told if row["group"] == "Left before completing"]
    assert [(row["day"], row["at_risk"], row["left"], row["censored"]) for row in early] == [("6", "21", "1", "20")]
    done = [row for row in told if row["group"] == "Completed"]
    assert [(row["day"], row["at_risk"], row["left"]) for row in done][:2] == [("6", "21", "2"), ("7", "17", "1")]


def test_an_earlier_day_looks_less_far(history, command):
    looked = BEGIN + timedelta(days=8)
    words = [
        "report",
        "retention",
        "--from",
        "2020-01-01",
        "--to",
        str(AS_OF),
        "--as-of",
        str(looked),
        "--format",
        "csv",
    ]
    told = list(csv.DictReader(command(*words).splitlines()))
    assert [(row["day"], row["at_risk"], row["left"], row["censored"]) for row in told] == [
        ("6", "9", "3", "0"), ("7", "6", "1", "5"),
    ]  # fmt: skip


def test_who_may_see_it_and_wrong_questions(history, visit, cast):
    for name in ("time-in-phase", "retention", "discharges", "census"):
        assert visit(cast.carl).get(f"/reports/{name}?{history}").status_code == 403
        assert visit(cast.carl).get(f"/reports/{name}/people?{history}").status_code == 403
        visitor = visit(cast.ana)
        assert visitor.get(f"/reports/{name}?from=soon").status_code == 422
        assert visitor.get(f"/reports/{name}?by=shoe").status_code == 422
        assert visitor.get(f"/reports/{name}/people?{history}&sort=password").status_code == 404
        assert (
            visitor.get(f"/reports/{name}/people?{history}&least=x&most=99999999999999999999&day=x").status_code == 200
        )
        assert " between " in visitor.get(f"/reports/{name}?from=1990-01-01&to=1990-02-01").text
        stranger = visit(cast.otto).get(f"/reports/{name}/people?{history}").text
        assert "No name, K" not in stranger
        if name != "discharges":
            assert "21 of them belong to clients you may not open" in stranger
    assert visit(cast.ada).get("/reports/nothing/people").status_code == 404


def test_statements_do_not_grow_with_rows(history, visit, cast, statements, transaction):
    visitor = visit(cast.ada)
    paths = [
        f"/reports/{name}{more}?{history}"
        for name in ("time-in-phase", "retention", "discharges", "census")
        for more in ("", "/people")
    ]

    def needed() -> list[int]:
        counts = []
        for path in paths:
            with statements() as seen:
                assert visitor.get(path).status_code == 200
            counts.append(len([one for one in seen if "audit_client" not in one]))
        return counts

    needed()
    few = needed()
    with transaction():
        lived([(Education.twelve, at, [(10, 0), (9, 1)], MoveReason.completed) for at in range(40)])
    assert needed() == few
    with transaction():
        assert db.query(Episode).count() == 61
