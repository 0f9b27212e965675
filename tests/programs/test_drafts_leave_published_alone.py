"""Whatever an admin does in the editor, no published row changes but by being published."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import actions, queries
from caseapp.programs.rules import Per, VersionState
from tests.programs import editing

HOURS = st.decimals(0, 40, places=1)
STEP = st.tuples(
    st.sampled_from(["draft", "add", "edit", "move", "remove", "ask", "change", "drop", "publish", "discard"]),
    st.integers(0, 9),
    st.integers(1, 7),
    HOURS,
)


def do(step: tuple[str, int, int, Decimal]) -> None:
    """One thing an admin may try, on whatever version and phase the numbers choose, published ones too."""
    what, which, number, hours = step
    versions = queries.versions(editing.program())
    version = versions[which % len(versions)]
    phase = version.phases[which % len(version.phases)] if version.phases else None
    needs = phase.requirements if phase else []
    service = queries.services()[which % len(queries.services())]
    facts = editing.PHASE | {"name": f"Phase {which}", "hours_least": hours, "hours_most": hours + number}
    ask = {"times": number, "per": Per.week, "minutes": 10 * number}
    if what == "draft":
        actions.new_draft(editing.program(), COMMAND_LINE)
    elif what == "add":
        actions.add_phase(version, COMMAND_LINE, **facts)
    elif what == "publish":
        actions.publish(version, editing.today() + timedelta(days=number - 1), COMMAND_LINE)
    elif what == "discard":
        actions.discard(version, COMMAND_LINE)
    elif phase:
        do_to_phase(what, phase, needs, service, facts, ask)


def do_to_phase(what, phase, needs, service, facts, ask) -> None:
    if what == "edit":
        actions.edit_phase(phase, COMMAND_LINE, **facts)
    elif what == "move":
        actions.move_phase(phase, ask["times"], COMMAND_LINE)
    elif what == "remove":
        actions.remove_phase(phase, COMMAND_LINE)
    elif what == "ask":
        actions.add_requirement(phase, service, COMMAND_LINE, **ask)
    elif needs and what == "change":
        actions.edit_requirement(needs[0], service, COMMAND_LINE, **ask)
    elif needs:
        actions.remove_requirement(needs[0], COMMAND_LINE)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=14))
def test_no_published_row_ever_changes(transaction, steps):
    with transaction():
        before = set(editing.published_rows())
        for step in steps:
            savepoint = db.begin_nested()
            try:
                do(step)
                savepoint.commit()
            except RuleBroken:
                savepoint.rollback()
            now = set(editing.published_rows())
            assert before <= now
            before = now
            for version in queries.versions(editing.program()):
                assert [phase.position for phase in version.phases] == list(range(1, len(version.phases) + 1))
        drafts = [one for one in queries.versions(editing.program()) if one.state is VersionState.draft]
        assert len(drafts) <= 1
        db.rollback()
