"""A small sample of what `make soak` does with five hundred series: what pages ask of the database does not grow with sessions."""

from tests.series.many import same_for_many


def test_sixty_series_ask_no_more_than_five(visit, cast, statements):
    same_for_many(cast, visit(cast.ana), statements, 60, 12)
