"""`work` goes on through a time without its database, and says so in the log."""

import json
import logging
from contextlib import ExitStack

import pytest

from caseapp.core import logs
from caseapp.core.db import db
from caseapp.interchange.rules import LOOK
from caseapp.jobs import actions as jobs
from caseapp.jobs.models import Job
from tests.interchange.lists import NORA
from tests.interchange.test_index import listed


class Stopped(BaseException):
    """Someone pressed Ctrl-C."""


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_without_its_database_it_asks_again_ever_more_seldom_and_goes_on(
    command, databases, database, transaction, cast, caplog, monkeypatch
):
    with transaction():
        id = jobs.ask_for(LOOK, cast.ada.actor, {"source": ""}, [("patients.csv", listed(NORA))]).id
    pauses, shut = [], ExitStack()
    shut.enter_context(databases.shut(database))

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            shut.close()
        if len(pauses) == 11:
            raise Stopped

    monkeypatch.setattr("time.sleep", sleep)
    with caplog.at_level(logging.INFO, "caseapp.work"), pytest.raises(Stopped):
        command("work")
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1, 1]
    lines = [json.loads(logs.Lines().format(one)) for one in caplog.records if one.name == "caseapp.work"]
    assert [line["says"].rpartition(" in ")[2] for line in lines] == [f"{seconds} s." for seconds in pauses[:9]]
    assert all(line["error"][0]["type"] == "OperationalError" for line in lines)
    assert len(caplog.records) == 9  # nothing else is said meanwhile
    with transaction():
        assert db.get(Job, id).state == "done"
    with databases.shut(database):
        assert command("work", "--once", status=2).startswith("Error: The database stopped it: ")
        assert command("report", "census", status=2).count("\n") == 1
