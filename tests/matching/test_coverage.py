"""Options: the exact search against trying every set, and what makes an option one (docs/matching.md, step 3)."""

import random
from collections.abc import Iterator
from itertools import combinations

import pytest

from search_service.matching.coverage import EXACT, LARGEST, Candidate, Option, bits, goal, options, undominated
from search_service.matching.words import Outcome


def cases(count: int, seed: int, most_items: int = 12, most: int = 20) -> Iterator[tuple[list[Candidate], int, int]]:
    """Small worlds: candidates, how many items, how many institutions at most."""
    pick = random.Random(seed)
    for _ in range(count):
        items, size = pick.randint(1, most_items), pick.randint(0, most)
        able = pick.random()
        places = pick.sample(range(size), size)
        candidates = []
        for at in range(size):
            covered = sum(1 << i for i in range(items) if pick.random() < able)
            met = covered & pick.getrandbits(items)
            candidates.append(Candidate(f"i{at}", met, covered, pick.randint(0, 3), pick.randint(0, 3), places[at]))
        yield candidates, items, pick.randint(1, 4)


def brute_force(candidates: list[Candidate], items: int, most: int) -> list[tuple[str, ...]]:
    """The best set for each size, by trying all of them; equal ones once."""
    found: list[tuple[str, ...]] = []
    best = None
    for size in range(1, min(LARGEST, most) + 1):
        sets = [those for those in combinations(candidates, size) if all(one.covered for one in those)]
        for those in sets:
            if best is None or goal(those, items) < goal(best, items):
                best = those
        if best is not None and (chosen := tuple(sorted(one.id for one in best))) not in found:
            found.append(chosen)
    return found


def chosen(found: list[Option]) -> list[tuple[str, ...]]:
    return [tuple(sorted(option.institutions)) for option in found]


def agree(count: int, seed: int) -> int:
    """How many of so many random worlds have several options."""
    several = 0
    for candidates, items, most in cases(count, seed):
        found = options(candidates, items, most)
        assert chosen(found) == brute_force(candidates, items, most)
        assert all(option.exact for option in found)
        several += len(found) > 1
    return several


def test_the_exact_search_finds_what_trying_every_set_finds() -> None:
    assert agree(400, 1) > 50


@pytest.mark.slow
def test_it_does_so_in_ten_thousand_worlds() -> None:
    assert agree(10_000, 2) > 1_000


def one(name: str, met: str, covered: str = "", distance: int = 0, band: int = 0, place: int = 0) -> Candidate:
    """`met` and `covered` are items as digits."""
    mask = sum(1 << int(digit) for digit in met)
    return Candidate(name, mask, mask | sum(1 << int(digit) for digit in covered), distance, band, place)


def test_covering_goes_before_certainty_before_number_before_distance_before_score_before_the_shuffle() -> None:
    def first(*candidates: Candidate, items: int = 2) -> tuple[str, ...]:
        return options(candidates, items, 1)[0].institutions

    assert first(one("unsure", "", "01", place=1), one("half", "0")) == ("unsure",)
    assert first(one("sure", "01", distance=3, place=1), one("unsure", "0", "1")) == ("sure",)
    assert first(one("near", "01", distance=1, place=1), one("far", "01", distance=2, band=9)) == ("near",)
    assert first(one("good", "01", band=2, place=1), one("fair", "01", band=1)) == ("good",)
    assert first(one("later", "01", place=1), one("first", "01", place=0)) == ("first",)


def test_a_larger_set_that_adds_nothing_is_no_option() -> None:
    found = options([one("all", "01"), one("a", "0", place=1), one("b", "1", place=2)], 2, 3)
    assert chosen(found) == [("all",)]


def test_two_are_better_than_one_that_is_unsure() -> None:
    found = options([one("all", "0", "1"), one("b", "1", place=1)], 2, 3)
    assert [(option.at_most, option.met, option.unsure, option.uncovered) for option in found] == [
        (1, 1, 1, ()),
        (2, 2, 0, ()),
    ]


def test_the_enterprise_says_how_many() -> None:
    candidates = [one(str(at), str(at), place=at) for at in range(5)]
    assert [option.at_most for option in options(candidates, 5, 2)] == [1, 2]
    assert [option.at_most for option in options(candidates, 5, 10)] == [1, 2, 3]
    assert options(candidates, 5, 3)[-1].uncovered == (3, 4)


def test_who_covers_nothing_is_no_candidate() -> None:
    assert options([one("nobody", "")], 2, 3) == []


def test_beyond_the_exact_sizes_the_greedy_choice_keeps_its_bound() -> None:
    pick = random.Random(3)
    greedy = 0
    for _ in range(10):
        items = 40
        candidates = [
            Candidate(f"i{at}", mask := sum(1 << i for i in pick.sample(range(items), 6)), mask, 0, 0, at)
            for at in range(EXACT + 30)
        ]
        found = options(candidates, items, 3)
        best = max(
            (a.covered | b.covered | c.covered).bit_count() for a, b, c in combinations(undominated(candidates), 3)
        )
        greedy += not found[-1].exact
        assert items - len(found[-1].uncovered) >= best * 19 / 27
    assert greedy == 10


def test_bits_say_which_items() -> None:
    outcomes = [Outcome.MET, Outcome.UNMET, Outcome.UNSURE]
    assert (bits(outcomes, Outcome.MET), bits(outcomes, Outcome.UNSURE)) == (0b001, 0b101)
