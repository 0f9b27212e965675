"""The list of known medications: each that explains a positive says where that was read."""

from caseapp.medications.known import BY_CODE, KNOWN, NOT_CONFIRMED


def test_what_explains_a_positive_names_its_source_or_that_there_is_none():
    assert all(bool(one.source) == bool(one.explains) for one in KNOWN)
    assert [one.code for one in KNOWN if one.source == NOT_CONFIRMED] == ["fentanyl"]
    assert len(BY_CODE) == len(KNOWN)
