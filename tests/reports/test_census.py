"""`census`: people in each phase on each day, against looking at everyone on every day."""

import csv
import html
import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.reports.queries import answer
from caseapp.reports.rules import Question
from tests.interchange.histories import episode, phase, write, write_phases
from tests.reports.test_lengths import BEGIN, LIFE, Undo, lived


@pytest.mark.parametrize("by", [None, "education"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_random_histories_count_to_the_same(app, transaction, by, data):
    histories = data.draw(st.lists(LIFE, min_size=1, max_size=8))
    first, length, looked = (data.draw(st.integers(*ends)) for ends in ((-5, 60), (0, 90), (0, 200)))
    first = BEGIN + timedelta(days=first)
    question = Question(first, first + timedelta(days=length), BEGIN + timedelta(days=looked), by=by)
    with pytest.raises(Undo), transaction():
        stays = [fact for fact in lived(histories) if fact["phase"] != "all"]
        columns, rows = answer("census", question)
        told = {tuple(row[:-1]): row[-1] for row in rows}
        expected: dict[tuple, set] = {}
        for at in range(length + 1):
            day = first + timedelta(days=at)
            for fact in stays if day <= question.as_of else []:
                if fact["began"] <= day and (fact["ended"] is None or day < fact["ended"]):
                    group = [fact["education"]] if by else []
                    expected.setdefault((*group, day, fact["phase"]), set()).add(fact["client"])
        assert {key: number for key, number in told.items() if number} == {
            key: len(who) for key, who in expected.items()
        }
        assert columns == (["group"] if by else []) + ["day", "phase", "clients"]
        raise Undo


@pytest.fixture
def history(command, tmp_path):
    """Two people in phases, one after the other in one of them, and one without phases."""
    day = date(2020, 3, 2)
    rows = [episode("A", day, 10), episode("B", day, None), episode("C", day, 4)]
    stays = [
        phase("A", day, day + timedelta(days=4)),
        phase("A", day + timedelta(days=4), day + timedelta(days=10), admitted_on=str(day), phase="Phase 2"),
        phase("B", day, None),
    ]
    files = write(tmp_path / "episodes.csv", rows), write_phases(tmp_path / "phases.csv", stays)
    command("import", "history", str(files[0]), "--phases", str(files[1]))
    return "from=2020-03-01&to=2020-03-13"


def test_page_file_and_command_agree_and_each_figure_opens_its_people(history, visit, cast, command):
    visitor = visit(cast.ada)
    words = ["report", "census", "--from", "2020-03-01", "--to", "2020-03-13", "--format", "csv"]
    file = visitor.get(f"/reports/census?{history}&format=csv").text
    assert command(*words).splitlines() == file.splitlines()
    [first, *_rest] = json.loads(command(*words[:-1], "json"))
    assert first == {"day": "2020-03-01", "phase": "Phase 1", "clients": 0}
    numbers = [(row["phase"], int(row["clients"])) for row in csv.DictReader(file.splitlines())]
    assert [n for phase_, n in numbers if phase_ == "Phase 1"] == [0, 2, 2, 2, 2, *[1] * 8]
    assert [n for phase_, n in numbers if phase_ == "Phase 2"] == [*[0] * 5, *[1] * 6, 0, 0]
    page = visitor.get(f"/reports/census?{history}").text
    assert "On Fri Mar 13, 2020: 1 client in a phase (1 in Phase 1, 0 in Phase 2)." in page
    assert "1 client was in the program in these days with no phase on record" in page
    links = re.findall(r'<a href="(/reports/census/people[^"]*)">(\d+)<span class="visually-hidden"> ([^<]*)', page)
    assert len(links) > 20
    for path, number, says in links:
        behind = visitor.get(html.unescape(path)).text
        assert f"{number} stay" in behind and behind.count("No name, ") == int(number), says


def test_a_long_time_is_thinned_on_the_page_and_whole_in_the_file(history, visit, cast):
    asked = "from=2019-01-01&to=2020-03-13"
    page = visit(cast.ada).get(f"/reports/census?{asked}").text
    assert "Every 8 days; the file has every day" in page and page.count('<th scope="row">') == 55
    assert visit(cast.ada).get(f"/reports/census?{asked}&format=csv").text.count("\n") == 1 + 2 * 438


def test_days_that_lie_ahead_of_as_of_are_not_counted(history, command):
    said = command(
        "report", "census", "--from", "2020-03-01", "--to", "2020-03-13", "--as-of", "2020-03-03", "--format", "csv"
    )
    assert [row["day"] for row in csv.DictReader(said.splitlines())][-1] == "2020-03-03"
