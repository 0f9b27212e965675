"""A group that has been held and marked, for tests of its note: Haddad came late, Kim was there, Lund did not come."""

from dataclasses import dataclass
from datetime import date, time

from caseapp.attendance import actions as attendance
from caseapp.attendance.queries import list_of
from caseapp.attendance.rules import MarkState, Said, Sent
from caseapp.core import clock
from caseapp.notes import actions
from caseapp.notes.rules import Format, Section
from caseapp.programs import queries as programs
from caseapp.scheduling.models import Place, Session
from tests.sessions import WEDNESDAY, at, group

SAYS = {
    "Haddad": Said(MarkState.late, late=12),
    "Kim": Said(MarkState.present),
    "Lund": Said(MarkState.no_show),
}


@dataclass(frozen=True)
class Held:
    """The address of its note, its id, and by last name the places."""

    path: str
    id: str
    places: dict[str, Place]

    def box(self, name: str) -> str:
        """The name of someone's box in the form."""
        return f"part_{self.places[name].id}"


def held(cast, day: date = WEDNESDAY, people: int = 3, service: str = "group_therapy", by=None, **more) -> Held:
    """A session on a day at nine, of Ana's clients and led by Carl (or whoever), marked after it. Within a transaction."""
    leader = (by or cast.carl).actor
    session = group(cast.ana.actor, people, leader=leader, day=day, service=programs.service(service), **more)
    with clock.freeze(at(12, 10, day)):
        places = list_of(session)
        says = {place: Sent(SAYS.get(place.client.last_name, Said(MarkState.present))) for place in places}
        attendance.send(session, says, leader)
        attendance.finish(session, leader)
    return Held(f"/sessions/{session.id}/note", session.id, {place.client.last_name: place for place in places})


def alone(cast, **more) -> Held:
    """A session with Haddad alone. Within a transaction."""
    return held(cast, people=1, service="individual_counseling", topic="", ends=time(9, 50), **more)


def sign(session: Session, by, shared: str = "We planned the weekend.", **texts: str) -> list:
    """Sign as an action: texts by last name."""
    places = {place.client.last_name: place for place in list_of(session)}
    own = {places[name]: (Format.own, {Section.own: text}) for name, text in texts.items()}
    return actions.sign(session, by, own, shared)
