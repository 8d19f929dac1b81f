"""The bound from which scores round to a wanted one."""

from struct import pack, unpack

from hypothesis import given
from hypothesis import strategies as st

from search_service.engines.elastic.hits import least_float, rounded


def before(number: float) -> float:
    """The next smaller 32-bit float."""
    return float(unpack("<f", pack("<i", unpack("<i", pack("<f", number))[0] - 1))[0])


@given(st.floats(0.0078125, 30_000, width=32))
def test_the_least_float_rounds_to_the_score_and_the_one_before_does_not(score: float) -> None:
    wanted = rounded(score)
    least = least_float(wanted)
    assert rounded(least) == wanted
    assert rounded(before(least)) < wanted
