"""Our own source keeps the rules of the house."""

import pytest

from tests.house import code, markup
from tests.house.imports import broken_contracts
from tests.house.tree import ROOT

CHECKS = [
    code.too_long,
    code.names_that_say_nothing,
    code.clock_reads,
    code.ended_transactions,
    code.traces_of_a_machine,
    code.imports_in_migrations,
    code.weak_tests,
    markup.template_mistakes,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_found(check):
    found = check(ROOT)
    assert not found, "\n".join(["", *found])


def test_rooms_import_downward_only_and_each_file_of_a_room_keeps_its_place():
    assert not (said := broken_contracts(ROOT)), said
