"""Near numbers have nothing in common (P3, T7, T8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.standard_number import StandardNumber, parse
from search_service.query import number_keys as keys
from search_service.query.bands import IDENTIFIER
from search_service.query.number_tier import options, tiers

numbers = st.builds(
    StandardNumber,
    prefix=st.sampled_from(["gb", "gb/t", "gbt", "gbz", "gb/z", "jjg", "db11/t", "t/cas", "q/07866", ""]),
    body=st.from_regex(r"[1-9][0-9]{0,4}(\.[1-9][0-9]?)?", fullmatch=True),
    year=st.none() | st.integers(1990, 2026),
    variant=st.sampled_from(["", "e", "/xg1-2023"]),
)


def read(printed: str) -> StandardNumber:
    number = parse(printed)
    assert number is not None
    return number


def identity(number: StandardNumber) -> set[str]:
    return {option.key for option in options(number) if option.own == IDENTIFIER}


@given(asked=numbers, there=numbers)
def test_what_is_identified_agrees_in_every_slot_that_was_written(asked: StandardNumber, there: StandardNumber) -> None:
    if identity(asked) & set(keys.number_keys(there)):
        assert there.body == asked.body
        assert not asked.prefix or there.bare_prefix == asked.bare_prefix
        assert asked.year is None or there.year == asked.year


@given(asked=numbers, there=numbers)
def test_without_the_same_stem_nothing_matches(asked: StandardNumber, there: StandardNumber) -> None:
    if there.stem != asked.stem:
        assert not {option.key for option in options(asked)} & set(keys.number_keys(there))


@given(numbers)
def test_the_record_itself_scores_best(number: StandardNumber) -> None:
    own = set(keys.number_keys(number))
    best = max(options(number), key=lambda option: option.score)
    assert best.key in own


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [
        ("GB 1499.2-2024", "GB/T 1499.2-2018", True),
        ("GBZ/T 300.1-2017", "GBZ 300.1-2017", True),
        ("GBZ 2.1-2019", "GB/Z 2.1-1999", False),
        ("DB11/T 1234-2015", "DB11/1234-2015", True),
        ("DB11/T 1234-2015", "DB12/T 1234-2015", False),
        ("T/CAS 13-2020", "T/CSTM 13-2020", False),
    ],
)
def test_a_family_is_one_issuer(one: str, other: str, related: bool) -> None:  # noqa: FBT001 - a table's column
    assert (keys.family_key(read(one)) == keys.family_key(read(other))) is related


def test_all_readings_are_asked_for() -> None:
    found = {tier.key for tier in tiers([read("DB11/1234"), read("DB1112/34")])}
    assert {"p:db11 1234", "p:db1112 34"} <= found
