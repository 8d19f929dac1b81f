"""Lineages as the table gives them: forks, merges, unknown numbers, circles."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.pages import lineage
from api.wiring import Services
from search_service.kinds.numbers import number_key
from search_service.store.standard import StandardReplacement
from tests.support import rows


def stored(services: Services, replaces: dict[str, list[str]]) -> Any:
    """One standard for each key, which replaces those numbers; the last one's lineage."""
    with services.database.write() as session:
        for number, old in replaces.items():
            row = rows.standard(session, number)
            links = [StandardReplacement(number_key=number_key(o), number=o, position=at) for at, o in enumerate(old)]
            for link in links:
                link.standard_id = row.id
            session.add_all(links)
    with services.database.read() as session:
        return lineage.read(session, row)


def test_forks_merges_and_numbers_that_nobody_knows(services: Services) -> None:
    found = stored(
        services,
        {
            "GB/T 1.2-2020": ["GB/T 1-2010"],
            "GB/T 1.10-2020": ["GB/T 1-2010"],
            "GB/T 1-2010": ["GB 7-1990", "GB 8-1990"],
        },
    )
    assert [n.number for n in found.replaced()] == ["GB 7-1990", "GB 8-1990"]
    assert [n.url for n in found.replaced()] == [None, None]
    assert [n.number for n in found.successors()] == ["GB/T 1.2-2020", "GB/T 1.10-2020"]
    assert {n.number: n.level for n in found.nodes.values()}["GB/T 1.2-2020"] == 1
    assert not found.cut


def test_a_circle_in_the_data_ends(services: Services) -> None:
    found = stored(services, {"GB/T 1-2010": ["GB/T 1-2020"], "GB/T 1-2020": ["GB/T 1-2010"]})
    assert len(found.nodes) == 2
    assert len(found.edges) == len(set(found.edges)) == 2


def test_far_generations_are_left_out_and_said(services: Services) -> None:
    years = range(1980, 2030, 5)
    chain = {f"GB/T 1-{year}": [f"GB/T 1-{year - 5}"] for year in years}
    found = stored(services, chain)
    assert len(found.nodes) == 1 + lineage.STEPS
    assert found.cut


def test_a_crowd_is_not_drawn_in_full(services: Services) -> None:
    found = stored(services, {"GB/T 1-2020": [f"GB {n}-1990" for n in range(100, 140)]})
    assert len(found.nodes) == lineage.MOST
    assert found.cut


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6))
def test_parts_stand_in_the_order_of_their_numbers(parts: list[int]) -> None:
    ordered = sorted((f"GB/T 5750.{part}-2006" for part in parts), key=lineage.natural)
    assert [int(n.split(".")[1].split("-")[0]) for n in ordered] == sorted(parts)
