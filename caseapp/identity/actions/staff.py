"""Staff: who works here, in which roles, with which password."""

import secrets

from sqlalchemy import exists, select, update
from sqlalchemy.orm.attributes import flag_modified

from caseapp.audit.actions import changed
from caseapp.core import clock, site
from caseapp.core.access import Actor, Role
from caseapp.core.db import db, take_turns
from caseapp.core.errors import RuleBroken
from caseapp.identity import queries, rules
from caseapp.identity.actions.sign_ins import end_all_sign_ins
from caseapp.identity.models import OneTimeLink, Staff, StaffRole
from caseapp.identity.passwords import hasher

LAST_ADMIN = "Nobody else with the admin role can sign in. Give it to someone first who can."


def add_staff(email: str, name: str, roles: set[Role], by: Actor, credential: str = "", phone: str = "") -> Staff:
    """Add a member of staff, without a password. Raises RuleBroken if the email is taken."""
    email = email.strip().lower()
    if queries.by_email(email):
        raise RuleBroken(*rules.CONSTRAINTS["uq_staff_email"])
    staff = Staff(email=email, name=name.strip(), credential=credential.strip(), phone=phone.strip())
    staff.roles = [StaffRole(role=role) for role in sorted(roles)]
    db.add(staff)
    db.flush()
    changed("identity.add_staff", staff.id, by, roles=" ".join(sorted(roles)))
    return staff


def edit_staff(
    staff: Staff,
    by: Actor,
    *,
    name: str,
    credential: str,
    phone: str,
    roles: set[Role],
    notes_cosigned: bool | None = None,
) -> None:
    """Change what is known of a member of staff. Taking roles away ends their sign-ins. `notes_cosigned` counts for what is
    signed from now on; None leaves it as it is.

    Raises RuleBroken if the clinic would be left without an admin. Roles alone count as a change of the row: whoever
    has it open in another tab is told.
    """
    before = {row.role for row in staff.roles}
    if Role.admin in before - roles:
        _must_leave_an_admin(staff, "role_names")
    staff.name, staff.credential, staff.phone = name.strip(), credential.strip(), phone.strip()
    if notes_cosigned is not None:
        staff.notes_cosigned = notes_cosigned
    staff.roles = [row for row in staff.roles if row.role in roles]
    staff.roles += [StaffRole(role=role) for role in sorted(roles - before)]
    if before != roles:
        flag_modified(staff, "name")
    if before - roles:
        end_all_sign_ins(staff)
    db.flush()
    changed("identity.edit_staff", staff.id, by, roles=" ".join(sorted(roles)), notes_cosigned=staff.notes_cosigned)


def end_work(staff: Staff, by: Actor, left: bool = True) -> None:
    """Someone has left (or is back): their sign-ins end and no new one begins; what they did stays theirs.

    Nothing happens if it is so already. Raises RuleBroken for oneself and for the last admin.
    """
    if staff.id == by.id:
        raise RuleBroken("You can't end your own access. Ask another admin.")
    if left == (staff.left_on is not None):
        return
    if left and Role.admin in {row.role for row in staff.roles}:
        _must_leave_an_admin(staff)
    staff.left_on = site.today() if left else None
    end_all_sign_ins(staff)
    db.flush()
    changed("identity.end_work", staff.id, by, left=left)


def _must_leave_an_admin(staff: Staff, field: str | None = None) -> None:
    """Of two admins who take the role from each other at once, the second waits here and then sees that it would be the last."""
    take_turns(db(), "admins")
    others = select(Staff.id).join(StaffRole, StaffRole.staff_id == Staff.id).where(StaffRole.role == Role.admin)
    others = others.where(Staff.id != staff.id, Staff.left_on.is_(None), Staff.password_hash.is_not(None))
    if not db.scalar(select(exists(others))):
        raise RuleBroken(LAST_ADMIN, field)


def sign_out_everywhere(staff: Staff, by: Actor, besides: str | None = None) -> int:
    """End the sign-ins of someone, all or all but one, for a reason that lies with them or with a device; gives how many."""
    ended = end_all_sign_ins(staff, besides)
    changed("identity.sign_out_everywhere", staff.id, by, ended=ended)
    return ended


def choose_rows(staff: Staff, compact: bool) -> None:
    """Whether lists stand close together for this person."""
    staff.compact_rows = compact
    db.flush()


def make_link(staff: Staff, by: Actor) -> str:
    """The token of a one-time link to set a password; an earlier unused one stops working. Hand it over in person."""
    earlier = update(OneTimeLink).where(OneTimeLink.staff_id == staff.id, OneTimeLink.used_at.is_(None))
    db.execute(earlier.values(used_at=clock.now()))
    token = secrets.token_urlsafe(32)
    expires = clock.now() + rules.LINK_LASTS
    db.add(OneTimeLink(token_digest=queries.digest_of(token), staff_id=staff.id, made_by_id=by.id, expires_at=expires))
    db.flush()
    changed("identity.make_link", staff.id, by)
    return token


def staff_of_link(token: str) -> tuple[OneTimeLink, Staff]:
    """The link of a token and whose it is. Raises RuleBroken if it was used or is too old."""
    link = db.scalar(select(OneTimeLink).where(OneTimeLink.token_digest == queries.digest_of(token)).with_for_update())
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        raise RuleBroken("This link was used already or is too old.", way_out="Ask an admin for a new one.")
    return link, queries.get_staff(link.staff_id)


def use_link(token: str, password: str) -> Staff:
    """Set the password a link was made for; the link is spent and every earlier sign-in ends."""
    link, staff = staff_of_link(token)
    set_password(staff, password, queries.actor(staff))
    link.used_at = clock.now()
    return staff


def set_password(staff: Staff, password: str, by: Actor, keeps: str | None = None) -> None:
    """Set a password (Argon2id); sign-ins end, but for the one of the id `keeps`.

    Raises RuleBroken with a sentence if it will not do.
    """
    set_known_password([staff], password, by, keeps)


def set_known_password(people: list[Staff], password: str, by: Actor, keeps: str | None = None) -> None:
    """Set one password for several people, hashed once: for those of the demo, whose password everyone knows.

    Sign-ins end, but for the one of the id `keeps`. Raises RuleBroken as `set_password` does.
    """
    for staff in people:
        wrong = rules.what_is_wrong_with(password, staff.email)
        if wrong:
            raise RuleBroken(wrong, "password")
    hashed = hasher.hash(password)
    for staff in people:
        staff.password_hash = hashed
        end_all_sign_ins(staff, keeps)
        db.flush()
        changed("identity.set_password", staff.id, by)


def change_password(staff: Staff, password: str, by: Actor) -> None:
    """A new password of one's own, after `prove`: other devices are signed out, and links that were handed over end."""
    set_password(staff, password, by, keeps=by.session_id)
    unused = update(OneTimeLink).where(OneTimeLink.staff_id == staff.id, OneTimeLink.used_at.is_(None))
    db.execute(unused.values(used_at=clock.now()))
