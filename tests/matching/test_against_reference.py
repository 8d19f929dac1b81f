"""The service's checks and the naive matcher agree on generated worlds: outcome and codes of every pair."""

import pytest

from tests.matching.reference.comparing import Tally, compare, shrunk, spoken
from tests.matching.reference.worlds import world
from tests.matching.world import judge_world

CODES = """institution_not_active service_not_said service_differs subject_unknown parameter_not_said subject_similar
limited plan_without_links subject_differs limited_out offer_standard_unknown standard_unknown no_edition_in_force
edition_not_yet edition_changes_in_window edition_older edition_differs standard_differs certificate_kind_unknown
certificate_validity_unknown certificate_ends_in_window certificate_not_linked certificate_revoked certificate_missing
certificate_kind certificate_not_valid place_too_wide region_unknown place_unknown place_not_said region_other
region_differs range_unknown unit_unclear range_not_covered accuracy_unknown accuracy_not_enough no_offer""".split()


def told(tally: Tally) -> str:
    """The smallest world of the first disagreements; people read three before they mend one."""
    small = [shrunk(one, judge_world) for one in tally.different[:3]]
    return "\n\n".join([f"{len(tally.different)} worlds differ", *(spoken(one, judge_world) for one in small)])


def agree(tally: Tally, *, pairs: int, each: int, alone: int) -> None:
    print(tally)  # noqa: T201  # the counts are what a reader of the test's output wants to see
    assert not tally.different, told(tally)
    assert not tally.false_met
    assert tally.pairs >= pairs
    seen = {code: tally.codes[code] for code in CODES if tally.codes[code] < each}
    assert not seen, f"seen less than {each} times, so the comparison says little about them: {seen}"
    # A code that never stands alone could be lost among others.
    assert not {code: tally.alone[code] for code in CODES if tally.alone[code] < alone}
    assert tally.outcomes["met"] * 20 > tally.pairs


def test_thousands_of_pairs_agree() -> None:
    agree(compare(map(world, range(600)), judge_world), pairs=2_000, each=10, alone=0)


@pytest.mark.slow
def test_a_hundred_thousand_pairs_hold_no_false_met() -> None:
    """The promise: 0 met in 100,000 pairs that the reference does not give, and outcome and codes of all pairs agree.

    Each code has to come up a hundred times, and alone at least once where it can, else the agreement would say little.
    """
    agree(compare(map(world, range(1_000_000, 1_019_500)), judge_world), pairs=100_000, each=100, alone=1)
