"""What the tests of use share: someone in the program since a day, and reports of what they used."""

from datetime import date, time

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.episodes.queries import open_episode
from caseapp.use import actions
from caseapp.use.actions import Said
from caseapp.use.models import UseReport
from caseapp.use.rules import HowKnown
from tests.chart.people import admitted, registered, screened
from tests.clinic import ZONE

DAY = date(2036, 11, 18)  # a Tuesday, after the staff was hired
ADMITTED, LAST_USE = date(2036, 10, 19), date(2036, 10, 13)


def noon(day):
    """Noon of a day at the clinic."""
    return clock.instant(day, time(12), ZONE)


def someone(by, first="Alicia", last_use=LAST_USE, admitted_on=ADMITTED):
    """The id of a client in the program since a day, whose pre-screen says when they last used (at 11 pm; None: without one)."""
    with clock.freeze(noon(admitted_on)), transaction():
        client = registered(by, first)
        at = clock.instant(last_use, time(23), ZONE) if last_use else None
        known = {"last_use_at": at} if last_use else {}
        admitted(client, by, admitted_on, screen=screened(client, by, **known))
        return client.id


def returned(client_id, by, day, until=None, on=None, **more):
    """The id of a report, through its action, recorded at noon of a day (the last day of use unless told)."""
    said = Said(day, until or day, **{"how_known": HowKnown.said_so, **more})
    with clock.freeze(noon(on or said.last_on)), transaction():
        return actions.report_return(open_episode(client_id), said, by).id


def report(report_id):
    """The row of a report, inside a transaction."""
    return db.get(UseReport, report_id)


def client(client_id):
    """The row of a client, inside a transaction."""
    return db.get(Client, client_id)
