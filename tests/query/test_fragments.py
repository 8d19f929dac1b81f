"""P4: every fragment of two or more units of an indexed name puts its record in the band of all words."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.fold import fold_with_offsets
from analyzers.grams import units
from search_service.query.bands import ALL_WORDS
from tests.query.shelf import STANDARDS, Shelf

REAL_FRAGMENTS = 3_000


def fragments(name: str) -> list[tuple[int, int]]:
    """All (start, end) of the name that begin and end with a unit and hold two or more."""
    folded = fold_with_offsets(name)
    found = units(folded.text)
    return [
        folded.span(found[first].start, found[last].end)
        for first in range(len(found))
        for last in range(first + 1, len(found))
    ]


def cuts() -> Iterator[tuple[str, str]]:
    for key, row in STANDARDS.items():
        for name in row.names:
            for start, end in fragments(name):
                yield key, name[start:end]


ALL = list(cuts())


@settings(max_examples=300)
@given(st.sampled_from(ALL))
def test_every_fragment_of_a_name_finds_it(shelf: Shelf, cut: tuple[str, str]) -> None:
    key, fragment = cut
    assert shelf.holds_all_words(fragment, key)


@pytest.mark.real_data
def test_every_fragment_of_a_real_title_finds_it(real_shelf: Shelf) -> None:
    assert cut_in_vain(real_shelf, REAL_FRAGMENTS) == []


def test_every_fragment_of_a_title_of_the_sample_finds_it(sample_shelf: Shelf) -> None:
    assert cut_in_vain(sample_shelf, len(sample_shelf.rows)) == []


def cut_in_vain(shelf: Shelf, count: int) -> list[tuple[str, str]]:
    """Titles and fragments of them that do not find them."""
    chosen = random.Random(4)
    missed = []
    for key in chosen.sample(sorted(shelf.rows), count):
        (title,) = shelf.rows[key].names
        spans = fragments(title)
        if not spans:
            continue
        # Short fragments are the hard ones: most of all cuts of a long title are long.
        length = chosen.choice([4, 8, 200])
        start, end = chosen.choice([span for span in spans if span[1] - span[0] <= length] or spans)
        if not shelf.holds_all_words(title[start:end], key):
            missed.append((title, title[start:end]))
    return missed


QUERIES = [
    *random.Random(5).sample([fragment for _, fragment in ALL], 60),
    "大米 镉",
    "金属 试验 高温",
    "请问压力表怎么检定",
    "GB/T 228",
    "GB/T 228.1-2021 拉伸",
    "GB/T 19001-2000 指南",
    "13456-2014",
    "yali biao",
    "LED 照明",
    "Q/07866/02011-2014 绞盘机",
]


@pytest.mark.parametrize("text", QUERIES)
def test_what_is_counted_is_what_scores_over_the_band(shelf: Shelf, text: str) -> None:
    found = shelf.search(text, limit=len(STANDARDS))
    assert found.total == sum(hit.score >= ALL_WORDS for hit in found.hits)


@pytest.mark.real_data
def test_what_is_counted_is_what_scores_over_the_band_for_real(real_shelf: Shelf) -> None:
    count_at_random(real_shelf)


def test_what_is_counted_is_what_scores_over_the_band_in_the_sample(sample_shelf: Shelf) -> None:
    count_at_random(sample_shelf)


def count_at_random(shelf: Shelf) -> None:
    chosen = random.Random(6)
    titles = [row.names[0] for row in shelf.rows.values()]
    for _ in range(100):
        one, other = chosen.sample(titles, 2)
        text = chosen.choice([one[2:9], f"{one[:4]} {other[-4:]}", one, f"请问{one[-6:]}有哪些标准", one[:3]])
        found = shelf.search(text, limit=len(titles))
        assert found.total == sum(hit.score >= ALL_WORDS for hit in found.hits), text
