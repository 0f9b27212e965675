"""Teams: by the days of the site; names; who is in them from when until when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from caseapp.core import clock
from caseapp.core.errors import RuleBroken
from caseapp.identity import actions, queries

# 8 pm in New York is 1 am of the next day in UTC.
EVENING = datetime(2026, 11, 19, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)


def test_a_team_of_today_is_one_of_the_sites_day(app, cast, transaction):
    with clock.freeze(EVENING), transaction():
        team, otto = queries.teams()[0], queries.get_staff(cast.otto.actor.id)
        member = actions.join_team(team, otto, cast.ada.actor)
        assert member.started_on == TODAY
        assert queries.actor(otto).team_ids == {team.id}
        actions.leave_team(member, cast.ada.actor)
        assert member.ended_on == TODAY and not queries.actor(otto).team_ids
        with pytest.raises(RuleBroken):
            actions.join_team(team, otto, cast.ada.actor, TODAY, TODAY)
        again = actions.join_team(team, otto, cast.ada.actor)  # left and back on one day
        assert again.id == member.id and queries.actor(otto).team_ids == {team.id}


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        (-5, 0, True),
        (-5, 1, False),
        (9, 12, False),
        (10, None, True),
        (10, 12, True),
        (9, None, False),
        (-5, None, False),
    ],
)
def test_nobody_is_twice_in_a_team_on_one_day(app, cast, transaction, start, end, fits):
    def day(days: int | None) -> date | None:
        return None if days is None else TODAY + timedelta(days=days)

    with transaction():
        team, otto = queries.teams()[0], queries.get_staff(cast.otto.actor.id)
        actions.join_team(team, otto, cast.ada.actor, day(0), day(10))
        try:
            actions.join_team(team, otto, cast.ada.actor, day(start), day(end))
        except RuleBroken as broken:
            assert not fits and broken.field == "staff_id"
        else:
            assert fits


def test_an_admin_makes_a_team_and_puts_someone_into_it(visit, cast, statements, transaction):
    visitor = visit(cast.ada)
    assert visitor.post("/admin/teams/new", {"name": "<b>Night</b>", "takes_referrals": "no"}).status_code == 303
    taken = visitor.post("/admin/teams/new", {"name": "<B>night</B> ", "takes_referrals": "no"})
    assert taken.status_code == 422 and "a team of this name already" in taken.text and "&lt;B&gt;" in taken.text
    assert visitor.post("/admin/teams/new", {"name": "x" * 101}).status_code == 422
    page = visitor.get("/admin/teams").text
    assert "&lt;b&gt;Night" in page
    path = page.split("&lt;b&gt;Night")[0].rsplit('href="', 1)[1].split('"')[0]
    assert "Nobody is in this team yet" in visitor.get(path).text
    add = f"{path}/members"
    for wrong in (
        {"staff_id": "none"},
        {"staff_id": cast.carl.actor.id, "started_on": "Nov 20, 2026", "ended_on": "Nov 20, 2026"},
    ):
        assert visitor.submit(add, wrong).status_code == 422
    assert visitor.submit(add, {"staff_id": cast.carl.actor.id}).status_code == 303
    with statements() as few:
        assert "Carl Ito" in visitor.get(path).text
    for member in (cast.ana, cast.sue, cast.otto):
        assert visitor.submit(add, {"staff_id": member.actor.id}).status_code == 303
    with statements() as many:
        text = visitor.get(path).text
    assert len(many) == len(few)
    end = next(one.split('"')[0] for one in text.split('action="') if one.split('"')[0].endswith("/end"))
    assert visitor.post(end, page=path).status_code == 303
    assert "Was in it" in visitor.get(path).text
    with transaction():
        other = next(team.id for team in queries.teams() if team.id not in path)
    of_another = f"/admin/teams/{other}/members/{end.split('/')[-2]}/end"
    assert visitor.raw.post(of_another, data={"csrf_token": visitor.token(path)}).status_code == 404


def test_a_team_is_renamed_once_and_a_stale_change_is_told(visit, cast, transaction):
    visitor = visit(cast.ada)
    with transaction():
        path = f"/admin/teams/{queries.teams()[0].id}/edit"
    old = visitor.form(path, to=path).fields
    assert old["takes_referrals"] == ["yes"]
    assert visitor.raw.post(path, data={**old, "name": "Day team"}).status_code == 303
    stale = visitor.raw.post(path, data={**old, "takes_referrals": ["no"]})
    assert stale.status_code == 409 and "Day team" in stale.text


@pytest.mark.parametrize("path", ["/admin/teams", "/admin/teams/new"])
def test_teams_are_for_admins(visit, cast, path):
    for someone, status in ((cast.ada, 200), (cast.ana, 403), (cast.carl, 403), (cast.sue, 403)):
        assert visit(someone).get(path).status_code == status
    assert visit(cast.ada).get("/admin/teams/none").status_code == 404
