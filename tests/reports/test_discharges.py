"""`discharges`: counts by how episodes ended, shares from the counts, the stay as TEDS counts it."""

import csv
import html
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from caseapp.reports.numbers import middle, share, tenths
from tests.interchange.histories import PRINTED, REASONS, TABLE, episode, phase, write, write_phases

DAY = date(2020, 3, 2)
DAYS = ["--from", "2020-01-01", "--to", "2020-12-31"]


@pytest.fixture
def history(command, tmp_path):
    """Seven episodes that ended in every way, one of them with phases, one long after its last contact; one goes on."""
    rows = [
        episode("A", DAY, 10, education="0-8", teds_service="7"),
        episode("B", DAY, 20, education="13+", discharge_reason="4", sex="1"),
        episode("C", DAY, 60, education="13+", discharge_reason="2", last_contact_on=str(DAY + timedelta(days=31))),
        episode("D", DAY, 40, education="-9", discharge_reason="3", teds_service=""),
        episode("E", DAY, 50, discharge_reason="5"),
        episode("F", DAY, 0, discharge_reason="-9"),
        episode("G", DAY, 70, discharge_reason="6"),
        episode("H", DAY, None),
    ]
    stays = [phase("A", DAY, DAY + timedelta(days=10))]
    files = write(tmp_path / "episodes.csv", rows), write_phases(tmp_path / "phases.csv", stays)
    assert command("import", "history", str(files[0]), "--phases", str(files[1])).endswith("rejected 0\n")
    return "from=2020-01-01&to=2020-12-31"


def told(command, *words: str) -> list[dict]:
    return list(csv.DictReader(command("report", "discharges", *DAYS, *words, "--format", "csv").splitlines()))


def test_it_counts_how_episodes_ended(history, command):
    [everyone] = told(command)
    assert list(everyone.values()) == [
        "all", "7", "1", "1", "1", "1", "3", "0.1429", "0.1429", "0.1429", "0.1429", "0.4286", "31",
    ]  # fmt: skip
    groups = {row["group"]: row for row in told(command, "--by", "education")}
    assert list(groups) == ["0-8", "12", "13+", "Not recorded", "all"]
    assert (groups["13+"]["discharges"], groups["13+"]["median_stay_days"]) == ("2", "25.5")
    assert groups["12"]["median_stay_days"] == "50" and groups["Not recorded"]["terminated_share"] == "1.0000"
    assert [row["group"] for row in told(command, "--by", "phase")] == ["Phase 1", "Not recorded", "all"]
    assert [row["group"] for row in told(command, "--by", "teds_service")] == ["6", "7", "Not recorded", "all"]
    assert [(row["group"], row["discharges"]) for row in told(command, "--by", "sex")] == [
        ("Female", "6"), ("Male", "1"), ("all", "7"),
    ]  # fmt: skip


def test_days_are_those_of_the_discharge_and_none_after_as_of(history, command):
    on = DAY + timedelta(days=20)
    number = lambda *words: command("report", "discharges", *words, "--format", "csv").splitlines()[-1].split(",")[1]  # noqa: E731
    assert number("--from", str(on), "--to", str(on)) == "1"
    assert number("--from", str(on + timedelta(days=1)), "--to", "2020-12-31") == "4"
    assert number("--from", "2020-01-01", "--to", "2020-12-31", "--as-of", str(on)) == "3"
    empty = command(
        "report", "discharges", "--from", "1990-01-01", "--to", "1990-12-31", "--format", "csv"
    ).splitlines()
    assert empty[-1] == "all,0,0,0,0,0,0,,,,,,"


def test_a_command_that_names_no_day_leaves_nothing_out(history, command):
    asked = ["report", "discharges", "--by", "education", "--format", "csv"]
    assert command(*asked) == command(*asked, *DAYS)
    assert command(*asked, "--to", "2020-12-31") == command(*asked, *DAYS)
    assert f"From {DAY} to " in command(*asked[:-2])


def test_a_command_of_an_empty_clinic_gives_an_empty_table(command):
    assert command("report", "discharges", "--format", "csv").splitlines()[-1] == "all,0,0,0,0,0,0,,,,,,"


@pytest.mark.parametrize("by", ["", "education", "phase", "sex", "teds_service"])
def test_each_figure_opens_its_people_and_page_and_file_agree(history, visit, cast, command, by):
    visitor = visit(cast.ada)
    page = visitor.get(f"/reports/discharges?{history}&by={by}").text
    assert "Of 7 episodes that ended, 1 completed, 1 was transferred" in page and "The median stay was 31 days." in page
    links = re.findall(r'<a href="(/reports/discharges/people[^"]*)">(\d+)<span class="visually-hidden"> ([^<]*)', page)
    shown = [int(number) for _path, number, _says in links]
    rows = told(command, *(["--by", by] if by else []))
    counted = [int(row[c]) for row in rows for c in list(row)[1:7] if row[c] != "0"]
    assert shown == counted
    for path, number, says in links:
        behind = visitor.get(html.unescape(path)).text
        assert f"{number} episode" in behind and behind.count("No name, ") == int(number), says
    if by == "teds_service":
        assert "6, intensive outpatient" in page


def test_percentages_of_the_published_table_come_from_its_counts():
    everyone = tuple(map(sum, zip(*TABLE.values(), strict=True)))
    for group, counts in (TABLE | {"all": everyone}).items():
        assert tuple(float(tenths(n, sum(counts)).removesuffix(" %")) for n in counts) == PRINTED[group]
    assert sum(everyone) == 99_072 and len(everyone) == len(REASONS)


@pytest.mark.parametrize(
    ("part", "whole", "fraction", "percentage"),
    [(1, 8, "0.1250", ""), (1, 3, "0.3333", ""), (2, 3, "0.6667", ""), (1, 20_000, "0.0001", "0.0 %"), (0, 20, "0.0000", "0.0 %"),
     (25, 20_000, "0.0013", "0.1 %"), (20, 20, "1.0000", "100.0 %"), (7, 19, "0.3684", "")],
)  # fmt: skip
def test_shares(part, whole, fraction, percentage):
    assert (str(share(part, whole)), tenths(part, whole)) == (fraction, percentage)


@pytest.mark.parametrize(
    ("counted", "median"),
    [([], None), ([(4, 1)], 4), ([(4, 1), (7, 1)], Decimal("5.5")), ([(9, 1), (1, 3)], 1), ([(1, 2), (3, 2)], 2), ([(0, 0)], None)],
)  # fmt: skip
def test_the_middle(counted, median):
    assert middle(counted) == median
