"""The chain of stays: what the database itself refuses, on both engines, and a machine that lives through many moves."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.episodes import actions as episodes
from caseapp.episodes import queries
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import LEAVING, MoveKind
from caseapp.progress import actions as progress
from tests.episodes.people import REASON, admitted, moved, registered, today, version

INSERT = (
    "INSERT INTO phase_stay (id, episode_id, phase_id, started_on, ended_on, previous_ended_on, in_force, transition_in_id, "
    "recorded_at) SELECT 'planted', episode_id, phase_id, {start}, {end}, {previous}, 1, transition_in_id, recorded_at "
    "FROM phase_stay WHERE in_force = 1 AND started_on = '2026-01-05'"
)
# Three stays: Jan 5 to Feb 2, Feb 2 to Mar 2, Mar 2 on.
STAY = "UPDATE phase_stay SET {what} WHERE in_force = 1 AND started_on = '{start}'"
SUPERSEDED = "in_force = NULL, superseded_at = recorded_at"
WRONG = {
    "a second first stay": INSERT.format(start="DATE '2026-03-09'", end="DATE '2026-03-10'", previous="NULL"),
    "a second open stay": INSERT.format(start="DATE '2026-02-02'", end="NULL", previous="DATE '2026-02-02'"),
    "an overlap": INSERT.format(start="DATE '2026-02-02'", end="DATE '2026-02-20'", previous="DATE '2026-02-02'"),
    "a stay after a gap": INSERT.format(start="DATE '2026-02-09'", end="DATE '2026-02-20'", previous="DATE '2026-02-09'"),
    "a start that is not the end before": STAY.format(what="started_on = '2026-02-01'", start="2026-02-02"),
    "an end that leaves a gap": STAY.format(what="ended_on = '2026-01-20'", start="2026-01-05"),
    "an end that overlaps": STAY.format(what="ended_on = '2026-02-20'", start="2026-01-05"),
    "an end before the start": STAY.format(what="ended_on = '2026-01-01'", start="2026-01-05"),
    "a stay of no day": INSERT.format(start="DATE '2026-02-02'", end="DATE '2026-02-02'", previous="DATE '2026-02-02'"),
    "the middle taken out": "DELETE FROM phase_stay WHERE started_on = '2026-02-02' AND in_force = 1",
    "the middle superseded alone": STAY.format(what=SUPERSEDED, start="2026-02-02"),
    "the first superseded alone": STAY.format(what=SUPERSEDED, start="2026-01-05"),
    "superseded without a moment": STAY.format(what="in_force = NULL", start="2026-03-02"),
    "the middle closed twice": STAY.format(what="ended_on = NULL", start="2026-02-02"),
}  # fmt: skip


def test_the_database_itself_refuses_gap_and_overlap(transaction, cast, engine):
    with transaction():
        episode = admitted(registered(cast.ana.actor), cast.ana.actor, date(2026, 1, 5))
        moved(episode, cast.ana.actor, MoveKind.step_down, date(2026, 2, 2), 2)
        moved(episode, cast.ana.actor, MoveKind.step_down, date(2026, 3, 2), 3)
        before = chain_of(episode.id)
    passed = []
    for name, statement in WRONG.items():
        sent = statement.replace("DATE '", "'") if engine == "sqlite" else statement
        try:
            with transaction() as session:
                session.execute(text(sent))
        except IntegrityError:
            continue
        passed.append(name)
    assert passed == []
    with transaction():
        assert chain_of(episode.id) == before


def chain_of(episode_id):
    return [(stay.phase.name, stay.started_on, stay.ended_on) for stay in queries.stays(episode_id)]


def check(episode_id):
    """What must be so of an episode after whatever was done to it."""
    episode, chain = db.get(Episode, episode_id), queries.stays(episode_id)
    assert chain[0].started_on == episode.admitted_on
    assert chain[-1].ended_on == episode.discharged_on
    for stay, following in zip(chain, chain[1:], strict=False):
        assert stay.ended_on == following.started_on
        assert stay.transition_out_id == following.transition_in_id
        assert stay.started_on < stay.ended_on
    moves = {id for stay in chain for id in (stay.transition_in_id, stay.transition_out_id) if id}
    rows = db.scalars(select(Transition).where(Transition.episode_id == episode_id, Transition.superseded_at.is_(None)))
    counted = {row.id: row for row in rows}
    assert moves == set(counted)
    for stay in chain:
        assert counted[stay.transition_in_id].effective_on == stay.started_on
        if stay.transition_out_id:
            assert counted[stay.transition_out_id].effective_on == stay.ended_on


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["step_down", "step_up", "complete", "discharge", "take_back", "correct", "correct", "admit"]),
        st.integers(-20, 12), st.integers(0, 9),
    ),
    max_size=12,
)  # fmt: skip


def live_through(by, deeds):
    """Do what a list of deeds says to a new client; what a rule refuses changes nothing. Gives the deeds that went through."""
    client, done = registered(by), []
    episode = admitted(client, by, today() - timedelta(days=60))
    for name, days, pick in deeds:
        point = db().begin_nested()
        try:
            episode = _do(name, client, episode, today() + timedelta(days=days), pick, by)
            db.flush()
            point.commit()
            done.append(name)
        except RuleBroken:
            point.rollback()
            db().expire_all()
        for one in queries.episodes_of(client.id):
            check(one.id)
    return done


def _do(name, client, episode, day, pick, by):
    if name == "admit":
        return admitted(client, by, min(day, today()))
    rows = select(Transition).where(Transition.episode_id == episode.id).order_by(Transition.recorded_at, Transition.id)
    moves = list(db.scalars(rows))
    if name == "take_back":
        progress.take_back(moves[pick % len(moves)], episode, by, words="Decided otherwise.")
    elif name == "correct":
        move = moves[pick % len(moves)]
        progress.correct(move, episode, by, effective_on=day, reason=move.reason, words="Typed wrongly.")
    else:
        kind, here = MoveKind(name), queries.stays(episode.id)[-1].phase.position
        to = here + (1 if kind is MoveKind.step_down else -1)
        position = None if kind in LEAVING else min(max(to, 1), len(version().phases))
        moved(episode, by, kind, day, position)
    return episode


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_sequence_of_moves_take_backs_and_corrections_breaks_the_chain(transaction, cast):
    seen = set()

    @given(DEEDS)
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def lives(deeds):
        with transaction():
            seen.update(live_through(cast.ana.actor, deeds))

    lives()
    assert seen


def test_what_is_taken_back_and_corrected_stays_in_the_history(transaction, cast):
    by = cast.ana.actor
    with transaction():
        episode = admitted(registered(by), by, today() - timedelta(days=30))
        down = moved(episode, by, MoveKind.step_down, today() - timedelta(days=5), 2)
        ahead = moved(episode, by, MoveKind.discharge, today() + timedelta(days=5))
        assert episode.discharged_on == today() + timedelta(days=5)
        progress.take_back(ahead, episode, by, words="Stays after all.")
        right = progress.correct(
            down,
            episode,
            by,
            effective_on=today() - timedelta(days=7),
            reason=REASON[MoveKind.step_down],
            words="Typed wrongly.",
        )
    with transaction():
        check(episode.id)
        assert db.get(Episode, episode.id).discharged_on is None
        told = queries.history(episode.id, superseded=True)
        assert [(one.kind.value, one.in_force) for one in told] == [
            ("admit", True), ("step_down", True), ("step_down", False), ("discharge", False),
        ]  # fmt: skip
        assert [one.kind.value for one in queries.history(episode.id)] == ["admit", "step_down"]
        assert (told[2].superseded_by, told[2].superseded_words) == ("Ana Moreau", "Typed wrongly.")
        assert db.get(Transition, right.id).replaces_id == down.id
        assert db.scalars(select(PhaseStay).where(PhaseStay.in_force.is_(None))).first() is not None


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (lambda e, m, by: episodes.take_back(m, e, by, words="x"), "has come"),
        (
            lambda e, m, by: episodes.correct(m, e, by, effective_on=m.effective_on, reason=m.reason, words="x"),
            "differs",
        ),
        (
            lambda e, m, by: episodes.correct(m, e, by, effective_on=e.admitted_on, reason=m.reason, words="x"),
            "must be after",
        ),
        (
            lambda e, m, by: episodes.correct(
                m, e, by, effective_on=today(), reason=REASON[MoveKind.discharge], words="x"
            ),
            "reason that fits",
        ),
        (
            lambda e, m, by: episodes.correct(m, e, by, effective_on=today(), reason=m.reason, words=" "),
            "in your words",
        ),
        (lambda e, m, by: moved(e, by, MoveKind.step_down, m.effective_on, 3), "begins on"),
        (lambda e, m, by: moved(e, by, MoveKind.step_down, m.effective_on - timedelta(days=1), 3), "begins on"),
        (lambda e, m, by: moved(e, by, MoveKind.step_up, today(), 3), "not a step up"),
        (lambda e, m, by: moved(e, by, MoveKind.step_down, today() - timedelta(days=1), 3, words=""), "has been"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_a_rule_refuses(transaction, cast, deed, said):
    by = cast.ana.actor
    with transaction():
        episode = admitted(registered(by), by, today() - timedelta(days=30))
        move = moved(episode, by, MoveKind.step_down, today() - timedelta(days=5), 2)
    with pytest.raises(RuleBroken, match=said), transaction():
        deed(db.get(Episode, episode.id), db.get(Transition, move.id), by)
