"""Filters that no kind has together find nothing, and say so: ticking them is no error."""

from itertools import combinations

import pytest
from starlette.testclient import TestClient

from api.wiring import Services
from search_service.kinds import REGISTRY
from search_service.query.request import SearchRequest
from search_service.search.check import VALID_ON, filter_names
from search_service.search.facade import NO_KIND

Q = ("压力表", "西安 检定 压力表 CMA 2026-11-21有效")
"""Words alone, and words that set filters of their own."""
PAIRS = list(combinations(filter_names(REGISTRY.kinds), 2))


def together(names: tuple[str, ...]) -> set[str]:
    return {kind.name for kind in REGISTRY.kinds if set(names) <= set(filter_names([kind]))}


@pytest.fixture(scope="module")
def ticked(sample: Services) -> dict[str, str]:
    """A value of each filter that the sample has."""
    answers = [sample.search.search(SearchRequest(kinds=(kind.name,))) for kind in REGISTRY.kinds]
    found = {name: values[0].value for answer in answers for name, values in answer.facets.items()}
    return found | {VALID_ON: "2026-11-21"}


def test_some_pairs_belong_to_a_kind_and_others_to_none(ticked: dict[str, str]) -> None:
    assert set(filter_names(REGISTRY.kinds)) == set(ticked)
    assert {bool(together(pair)) for pair in PAIRS} == {True, False}


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_a_pair_of_filters_is_answered(client: TestClient, ticked: dict[str, str], pair: tuple[str, str]) -> None:
    filters = {name: ticked[name] for name in pair}
    for q in Q:
        found = client.get("/api/v1/search", params={"q": q, **filters})
        assert found.status_code == 200, found.text
        answer = found.json()
        assert set(answer["kinds"]) == together(pair)
        assert (NO_KIND in answer["notes"]) == (not together(pair))
        if not together(pair):
            assert (answer["total"], answer["hits"], answer["promise"]) == (0, [], "")
    page = client.get("/search", params={"q": Q[0], **filters})
    assert page.status_code == 200
    assert (NO_KIND in page.text) == (not together(pair))
