"""Five hundred series over a year: a week's view and each preview take as many SQL statements as with five."""

import pytest

from tests.series.many import same_for_many

pytestmark = pytest.mark.soak
SERIES, WEEKS = 500, 52


def test_five_hundred_series_over_a_year_ask_no_more_than_five(visit, cast, statements, engine):
    found = same_for_many(cast, visit(cast.ana), statements, SERIES, WEEKS)
    told = ", ".join(f"{what} {number}" for what, number in found.items())
    print(f"\n{engine}: {SERIES} series over {WEEKS} weeks, SQL statements as with five: {told}")
