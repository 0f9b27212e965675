"""Two members of staff at once: one follow-up is closed once, no attempt and no completed text is lost."""

from threading import Barrier, Thread

import pytest

from tests.crisis.contacts import path_of, register, save, tasks
from tests.visitor import Visitor


def at_once(app, *sent):
    """Send each (visitor, path, form) at the same moment; the answers' statuses."""
    gate, answers = Barrier(len(sent)), [None] * len(sent)

    def send(place, visitor, path, form):
        gate.wait()
        answers[place] = visitor.raw.post(path, data=form)

    threads = [Thread(target=send, args=(place, *one)) for place, one in enumerate(sent)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer.status_code for answer in answers]


@pytest.fixture
def two(app, cast):
    return Visitor(app).sign_in(cast.ana), Visitor(app).sign_in(cast.sue)


@pytest.fixture
def page(visit, cast):
    return path_of(save(visit(cast.ana), "high", register(cast.ana.actor), who="ort"))


def filled(visitor, page, **values):
    return dict(visitor.form(page, to=page).fields) | values


def test_two_close_it_and_it_is_closed_once(app, two, page):
    where = page + "/attempt"
    sent = [(one, where, filled(one, where, result="spoke", next="close")) for one in two]
    assert sorted(at_once(app, *sent)) == [303, 422]
    [task] = [task for task in tasks() if task.kind == "crisis_follow_up"]
    assert len(task.attempts) == 1 and [event.happened for event in task.events] == ["closed"]


def test_two_try_at_once_and_both_tries_count(app, two, page):
    where = page + "/attempt"
    sent = [(one, where, filled(one, where, result="no_answer")) for one in two]
    assert at_once(app, *sent) == [303, 303]
    assert len(tasks()[0].attempts) == 2


def test_two_complete_it_and_one_is_told(app, two, page):
    where = page + "/edit"
    sent = [(one, where, filled(one, where, what_happened=f"Words {n}")) for n, one in enumerate(two)]
    assert sorted(at_once(app, *sent)) == [303, 409]
