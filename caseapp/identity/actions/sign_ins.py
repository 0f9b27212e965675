"""Sign-ins: proving who one is, resuming, ending. Tries and session use stay on record whatever becomes of the request."""

import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from caseapp.audit.actions import changed, record
from caseapp.audit.rules import Kind
from caseapp.core import clock, site
from caseapp.core.access import Actor
from caseapp.core.db import db, looking, own_transaction, snapshot, take_turns
from caseapp.core.errors import RuleBroken
from caseapp.core.words import clock_time
from caseapp.identity import queries, rules
from caseapp.identity.models import SignIn, SignInAttempt, Staff
from caseapp.identity.passwords import NOBODY, hasher

WRONG = "Email or password is not right."
NOT_YOURS = "This is not your present password."
USE_NOTED_EVERY = timedelta(minutes=1)


def sign_in(email: str, password: str, address: str, device: str) -> str:
    """Prove who one is; gives the token for the cookie. Raises RuleBroken with one sentence for every failure.

    Each try is counted before the password is looked at, in a transaction of its own that others of the same account or
    address wait for: of many at once no more are looked at than one after the other would be.
    """
    counted = _count_try(email, address)
    with own_transaction() as session:
        staff = queries.by_email(email, session)
        known = staff.password_hash if staff and not staff.left_on else None
    if not _fits(known or NOBODY, password) or known is None:
        _record_failure(email)
        raise RuleBroken(WRONG)
    return _begin(email, counted, device)


def prove(staff_id: str, password: str, address: str) -> None:
    """Someone signed in gives their present password once more. Raises RuleBroken at its field; tries are counted as at sign-in.

    Call it before anything of the request's own is read or written: it has transactions of its own.
    """
    with own_transaction() as session:
        staff = session.get(Staff, staff_id)
        email, known = staff.email, staff.password_hash
    try:
        counted = _count_try(email, address)
    except RuleBroken as waits:
        raise RuleBroken(waits.sentence, "present_password") from waits
    if not _fits(known or NOBODY, password):
        _record_failure(email)
        raise RuleBroken(NOT_YOURS, "present_password")
    with own_transaction() as session:
        _forgive(session, email, counted)


def _fits(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password[: rules.PASSWORD_MOST])
    except (VerificationError, InvalidHashError):
        return False


def _who(kind: str, value: str) -> str:
    return queries.digest_of(f"{kind} {value.strip().lower()}")


def _count_try(email: str, address: str) -> str:
    """Count a try; gives the id of its row for the address, to be forgiven. Raises RuleBroken while one must wait."""
    whose = (_who("account", email), _who("address", address))
    with own_transaction() as session:
        take_turns(session, *whose)
        until = _must_wait(session, *whose)
        if until is None:
            rows = [SignInAttempt(who_digest=who) for who in whose]
            session.add_all(rows)
            session.flush()
            return rows[1].id
        local = rules.next_minute(until).astimezone(ZoneInfo(site.zone(session)))
    raise RuleBroken(f"Too many tries. Wait until {clock_time(local)}.")


def _must_wait(session: Session, account: str, address: str) -> datetime | None:
    """Until when this account, or this address, must wait; an address has four times the tries of an account."""
    since, until = clock.now() - rules.WAITING_WINDOW, []
    for who, free in ((account, 0), (address, 3 * rules.TRIES_BEFORE_WAITING)):
        session.execute(delete(SignInAttempt).where(SignInAttempt.who_digest == who, SignInAttempt.at <= since))
        tries = select(SignInAttempt.at).where(SignInAttempt.who_digest == who).order_by(SignInAttempt.at)
        until.append(rules.wait_until(list(session.scalars(tries))[free:]))
    return max((moment for moment in until if moment and moment > clock.now()), default=None)


def _forgive(session: Session, email: str, counted: str) -> None:
    """After the right password the account's tries are forgotten, and this one of the address; others' failures stay."""
    mine = (SignInAttempt.who_digest == _who("account", email)) | (SignInAttempt.id == counted)
    session.execute(delete(SignInAttempt).where(mine))


def _record_failure(email: str) -> None:
    nobody = Actor(id=None, name="someone signed out")
    record(Kind.sign_in, "identity.sign_in_failed", nobody, account=_who("account", email)[:16])


def _begin(email: str, counted: str, device: str) -> str:
    token = secrets.token_urlsafe(32)
    with own_transaction() as session:
        staff = queries.by_email(email, session)
        session.add(SignIn(token_digest=queries.digest_of(token), staff_id=staff.id, device=device[:200]))
        _forgive(session, email, counted)
        someone = queries.actor(staff, session)
    record(Kind.sign_in, "identity.sign_in", someone, subject_id=someone.id)
    return token


def resume(token: str, uses: bool = True) -> Actor | None:
    """Whose sign-in this token is, noting its use once a minute; None if it has ended.

    What a page asks for by itself (`uses` is false) keeps nobody signed in.
    """
    with looking() as session:
        found = queries.live_sign_in(session, token)
        if found is None:
            return None
        sign_in, staff, idle = found
        used_at = clock.now() if uses and clock.now() - sign_in.last_used_at > USE_NOTED_EVERY else None
        ends_at = rules.ends_at(sign_in.started_at, used_at or sign_in.last_used_at, idle)
        someone = queries.actor(staff, session, sign_in, ends_at)
    if used_at:
        _note_use(someone.session_id, used_at)
    return someone


def _note_use(sign_in_id: str, at: datetime) -> None:
    with own_transaction() as session:
        session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_used_at=at))


def late_owner(token: str) -> str | None:
    """Whose sign-in this was if it ended by time alone: what they sent too late is kept for them."""
    whose = select(SignIn.staff_id).where(SignIn.token_digest == queries.digest_of(token), SignIn.ended_at.is_(None))
    with snapshot() as session:
        return session.scalar(whose)


def owner_of(token: str) -> str | None:
    """Whose sign-in this is or was, however it ended; None for a token that was never given."""
    with own_transaction() as session:
        return session.scalar(select(SignIn.staff_id).where(SignIn.token_digest == queries.digest_of(token)))


def sign_out(token: str) -> None:
    """End a sign-in for good; a copy of its cookie opens nothing."""
    with own_transaction() as session:
        row = session.scalar(select(SignIn).where(SignIn.token_digest == queries.digest_of(token)))
        if row and row.ended_at is None:
            row.ended_at = clock.now()


def end_sign_in(row: SignIn, by: Actor) -> None:
    """One device is signed out with its next request."""
    if row.ended_at is None:
        row.ended_at = clock.now()
    db.flush()
    changed("identity.end_sign_in", row.staff_id, by, sign_in=row.id)


def end_all_sign_ins(staff: Staff, besides: str | None = None) -> int:
    """Every device of theirs is signed out with its next request, but for the sign-in of the id `besides`; gives how many."""
    live = update(SignIn).where(SignIn.staff_id == staff.id, SignIn.ended_at.is_(None))
    return db.execute(live.where(SignIn.id != (besides or "")).values(ended_at=clock.now())).rowcount
