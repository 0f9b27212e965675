"""Teams and who is in them, by the days of the site."""

from datetime import date

from sqlalchemy import or_, select

from caseapp.audit.actions import changed
from caseapp.core import clock, site
from caseapp.core.access import Actor
from caseapp.core.db import db, take_turns
from caseapp.core.errors import RuleBroken
from caseapp.identity import rules
from caseapp.identity.models import Staff, Team, TeamMember


def add_team(name: str, by: Actor, takes_referrals: bool = True) -> Team:
    """A new team. Raises RuleBroken if another has the name, in whatever capitals."""
    _must_be_free(name)
    team = Team(name=name.strip(), takes_referrals=takes_referrals)
    db.add(team)
    db.flush()
    changed("identity.add_team", team.id, by, takes_referrals=takes_referrals)
    return team


def edit_team(team: Team, name: str, takes_referrals: bool, by: Actor) -> None:
    """Rename a team, or say whether referrals go to it. Raises RuleBroken if another has the name."""
    _must_be_free(name, besides=team)
    team.name, team.takes_referrals = name.strip(), takes_referrals
    team.changed_at, team.changed_by_name = clock.now(), by.name
    db.flush()
    changed("identity.edit_team", team.id, by, takes_referrals=takes_referrals)


def _must_be_free(name: str, besides: Team | None = None) -> None:
    take_turns(db(), "team names")
    for other in db.execute(select(Team.id, Team.name)):
        if other.name.casefold() == name.strip().casefold() and other.id != (besides.id if besides else None):
            raise RuleBroken(*rules.CONSTRAINTS["uq_team_name"])


def join_team(
    team: Team, staff: Staff, by: Actor, started_on: date | None = None, ended_on: date | None = None
) -> TeamMember:
    """Put someone into a team from a day (today) until `ended_on`, the first day no longer; None has no end.

    Raises RuleBroken if they have left, if the end is not after the start, or if they are in the team on one of those days.
    """
    started_on = started_on or site.today()
    if staff.left_on:
        raise RuleBroken(f"{staff.name} has left.", "staff_id")
    if ended_on and ended_on <= started_on:
        raise RuleBroken("Until must be after from.", "ended_on")
    take_turns(db(), f"team {team.id}")
    theirs = select(TeamMember).where(TeamMember.team_id == team.id, TeamMember.staff_id == staff.id)
    theirs = theirs.where(or_(TeamMember.ended_on.is_(None), TeamMember.ended_on > started_on))
    if db.scalar(theirs.where(TeamMember.started_on < ended_on) if ended_on else theirs):
        raise RuleBroken(f"{staff.name} is in this team already on those days.", "staff_id")
    same_day = select(TeamMember).where(TeamMember.team_id == team.id, TeamMember.staff_id == staff.id)
    member = db.scalar(same_day.where(TeamMember.started_on == started_on))  # left and back on one day
    member = member or TeamMember(team_id=team.id, staff_id=staff.id, started_on=started_on)
    member.ended_on = ended_on
    db.add(member)
    db.flush()
    changed("identity.join_team", team.id, by, staff=staff.id, from_day=started_on, until=ended_on)
    return member


def leave_team(member: TeamMember, by: Actor) -> None:
    """Today is the first day no longer; a membership that lies ahead never begins. One that has ended stays as it is."""
    today = site.today()
    if member.ended_on is not None and member.ended_on <= today:
        return
    member.ended_on = max(today, member.started_on)
    db.flush()
    changed("identity.leave_team", member.team_id, by, staff=member.staff_id, until=member.ended_on)
