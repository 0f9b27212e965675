"""The drawing of a client's weeks: words stay readable where the bar ends just under the line of what was asked."""

import pytest

from caseapp.chart.bars import Bar
from tests.clinic import today


@pytest.mark.parametrize(
    ("top", "asked", "foot"),
    [
        (100, None, 95),
        (100, 100, 95),  # as much as was asked: the line lies on the bar
        (100, 96, 91),  # just under it: over the line, not through it
        (100, 70, 95),  # far under it
        (100, 140, 95),  # more than was asked
        (10, None, 12),  # inside the drawing
    ],
)
def test_words_are_not_struck_through(top, asked, foot):
    assert Bar(today(), 8, top, 170 - top, "5.6", asked, 52).words_y == foot
