"""The drawing: one band for each cell, every number and word inside it, whatever the phases and moves."""

import re

from hypothesis import given
from hypothesis import strategies as st

from caseapp.reports.ladder import BOX_WIDTH, ladder
from caseapp.reports.rules import ADMISSION, ENDINGS

PHASES = [f"Phase {number}" for number in range(1, 7)]
LAYOUT = st.tuples(
    st.integers(1, 6),
    st.dictionaries(st.tuples(st.sampled_from([ADMISSION, *PHASES]), st.sampled_from([*PHASES, *ENDINGS])), st.integers(0, 500)),
)  # fmt: skip


@given(LAYOUT)
def test_every_cell_has_its_band_inside_the_drawing(layout):
    number, cells = layout
    phases = PHASES[:number]
    there = {ADMISSION, *phases}
    cells = {(a, b): n for (a, b), n in cells.items() if a in there and b in {*phases, *ENDINGS} and a != b}
    cells = {cell: n for cell, n in cells.items() if cell[0] != ADMISSION or cell[1] not in ENDINGS}
    endings = [one for one in ENDINGS if any(column == one for _row, column in cells)]
    drawn = ladder(phases, endings, cells)
    assert sorted(band.words for band in drawn.bands) == sorted(f"{a} to {b}: {n}" for (a, b), n in cells.items() if n)
    for band in drawn.bands:
        corners = [float(value) for value in re.findall(r"-?[\d.]+", band.path + " " + band.tip)]
        assert min(corners) >= 0 and max(corners) <= max(drawn.width, drawn.height)
        assert 0 <= band.label_x <= drawn.width and 12 <= band.label_y <= drawn.height
        assert 0 <= band.width <= 16
    assert [box.name for box in drawn.boxes] == [ADMISSION, *phases]
    assert all(one.x + one.width < other.x for one, other in zip(drawn.boxes, drawn.boxes[1:], strict=False))
    assert [ending.number for ending in drawn.endings] == [
        sum(n for (_row, column), n in cells.items() if column == ending) for ending in endings
    ]


def test_a_move_under_two_percent_is_a_hairline_with_its_number():
    few, many = sorted(ladder(["Phase 1"], [ENDINGS[0]], {(ADMISSION, "Phase 1"): 99, ("Phase 1", ENDINGS[0]): 1}).bands,
                       key=lambda band: band.number)  # fmt: skip
    assert (few.width, few.number, many.width) == (0, 1, 16)


def test_returns_lie_below_and_ways_on_above():
    moves = {("Phase 1", "Phase 3"): 1, ("Phase 3", "Phase 1"): 1, ("Phase 2", "Phase 1"): 1}
    drawn = ladder(PHASES[:3], [], moves)
    top = drawn.boxes[0].y
    heights = {band.words: (band.kind, band.label_y) for band in drawn.bands}
    assert heights["Phase 1 to Phase 3: 1"][0] == "on" and heights["Phase 1 to Phase 3: 1"][1] < top
    assert heights["Phase 3 to Phase 1: 1"][0] == "back" and heights["Phase 3 to Phase 1: 1"][1] > top + 84
    assert heights["Phase 2 to Phase 1: 1"] == ("back", drawn.boxes[1].y + 58 + 8 + 17)


def test_a_long_name_stays_inside_its_box():
    [_admission, box] = ladder(["The phase with the longest name that anybody ever gave to one"], [], {}).boxes
    assert len(box.lines) <= 3 and all(len(line) <= 16 for line in box.lines) and box.width == BOX_WIDTH
