"""The pre-screen: ask, ask again, record an examination, refer, or end it without an admission."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Provider
from caseapp.clinic.rules import ProviderKind
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken, Stale
from caseapp.episodes.models import Clearance, Prescreen, PrescreenSubstance
from caseapp.episodes.rules import Frequency, NotAdmitted, Outcome, Route, Substance, what_does_not_fit


@dataclass(frozen=True)
class Used:
    """A substance with how and how often it is taken, as far as it was asked."""

    substance: Substance
    route: Route | None = None
    frequency: Frequency | None = None


def prescreen(
    client: Client, by: Actor, *, substances: list[Used | Substance] = (), notes: str = "", **facts: Any
) -> Prescreen:
    """Record a pre-screen. `facts` are columns of Prescreen; what is left out stays unknown and blocks.

    Substances, the main one first; one named twice counts where it came first. Raises RuleBroken for what lies ahead, a
    last use that is known without its day (or the other way round), and a score that its scale does not have.
    """
    row = Prescreen(client_id=client.id, screened_by_id=by.id, changed_by_name=by.name, **facts)
    _check(row)
    row.substances = _ranked(substances)
    row.notes_sealed = sealed.seal(client.id, notes)
    db.add(row)
    db.flush()
    changed("episodes.prescreen", row.id, by, client_id=client.id)
    return row


def edit_prescreen(
    row: Prescreen, by: Actor, *, substances: list[Used | Substance] = (), notes: str = "", **facts: Any
) -> None:
    """Ask again: the answers of an open pre-screen, as they are now. From this moment on they count as fresh.

    Raises Stale if someone else changed them since this row was read, RuleBroken as `prescreen` does.
    """
    read = row.version
    hold(row)
    if row.version != read:
        raise Stale(row, row.changed_by_name, row.changed_at)
    for name, value in facts.items():
        setattr(row, name, value)
    _check(row)
    row.substances = []
    db.flush()
    row.substances = _ranked(substances)
    row.notes_sealed = sealed.seal(row.client_id, notes)
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()
    changed("episodes.edit_prescreen", row.id, by, client_id=row.client_id)


def _check(row: Prescreen) -> None:
    now = clock.now()
    with db.no_autoflush:  # else the tables would say it first, in their own words
        zone = clinic.zone()
    wrong = what_does_not_fit(row, now, clock.today(zone), lambda moment: clock.day_of(moment, zone))
    if wrong:
        raise RuleBroken(*wrong)


def _ranked(substances: list[Used | Substance]) -> list[PrescreenSubstance]:
    used = [one if isinstance(one, Used) else Used(one) for one in substances]
    once = {one.substance: one for one in reversed(used)}
    order = list(dict.fromkeys(one.substance for one in used))
    return [
        PrescreenSubstance(rank=rank, substance=key, route=once[key].route, frequency=once[key].frequency)
        for rank, key in enumerate(order, 1)
    ]


def clear(
    row: Prescreen, by: Actor, *, cleared_at: datetime, cleared_by: str, place: str, finding: str, fit: bool = True
) -> Clearance:
    """Record a medical examination: who, when, where, finding, whether they are fit for outpatient care.

    Corrected only by recording another one: the latest recorded is in force. Raises RuleBroken if it lies ahead, or if it
    is not said who examined, where, and what was found.
    """
    hold(row)
    for name, text in (("cleared_by", cleared_by), ("place", place), ("finding", finding)):
        if not text.strip():
            raise RuleBroken("Enter who examined, where, and what was found.", name)
    if cleared_at > clock.now():
        raise RuleBroken("An examination can't lie ahead.", "on_day")
    clearance = Clearance(
        prescreen_id=row.id,
        cleared_at=cleared_at,
        cleared_by=cleared_by,
        place=place,
        finding_sealed=sealed.seal(row.client_id, finding),
        fit=fit,
        number=len(row.clearances) + 1,
        recorded_by_id=by.id,
    )
    row.clearances.append(clearance)
    db.flush()
    changed("episodes.clear", clearance.id, by, client_id=row.client_id, cleared_at=cleared_at, fit=fit)
    return clearance


def refer(row: Prescreen, provider: Provider, by: Actor) -> None:
    """End a pre-screen with a referral to withdrawal management. Final: what comes after is a new pre-screen.

    Raises RuleBroken for a provider who does not do that, or is no longer used.
    """
    hold(row)
    if provider.kind is not ProviderKind.withdrawal_management or not provider.active:
        raise RuleBroken("Choose a provider of withdrawal management.", "provider")
    row.referred_to_id = provider.id
    _end(row, Outcome.referred_to_withdrawal_management, by, provider=provider.id)


def not_admitted(row: Prescreen, because: NotAdmitted, by: Actor, words: str = "") -> None:
    """End a pre-screen without an admission, with the reason. Final: what comes after is a new pre-screen."""
    hold(row)
    if because is NotAdmitted.other and not words.strip():
        raise RuleBroken("Say in your words why.", "words")
    row.not_admitted_because = because
    row.outcome_words_sealed = sealed.seal(row.client_id, words.strip())
    _end(row, Outcome.not_admitted, by, because=because)


def _end(row: Prescreen, outcome: Outcome, by: Actor, **facts: Any) -> None:
    row.outcome, row.ended_at, row.ended_by_id = outcome, clock.now(), by.id
    db.flush()
    deed = "refer" if outcome is Outcome.referred_to_withdrawal_management else "not_admitted"
    changed(f"episodes.{deed}", row.id, by, client_id=row.client_id, **facts)


def hold(row: Prescreen) -> None:
    """Keep a pre-screen as it is for everyone else until this transaction ends, and read it anew. Raises RuleBroken if it has ended."""
    lock(Prescreen, [row.id])
    db.refresh(row)
    if row.outcome is not Outcome.open:
        raise RuleBroken("This withdrawal check has ended. Start a new one.")
