"""The golden queries through the whole search, once on each engine: the same answers, to the last hit and facet."""

import pytest

from search_service.query.request import SearchRequest
from search_service.search import Search
from search_service.search.answer import Answer
from tests.golden.judge import Entry, load

ENTRIES = load()


def shown(answer: Answer) -> object:
    return [(hit.kind, hit.id, hit.why) for hit in answer.hits], answer.total, answer.kinds, answer.relaxed


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_golden_queries_have_one_answer(searches: tuple[Search, Search], entry: Entry) -> None:
    request = SearchRequest(q=entry.q, kinds=(entry.kind,) if entry.kind else (), size=30)
    embedded, elastic = (search.search(request) for search in searches)
    assert shown(elastic) == shown(embedded)
    assert elastic.facets == embedded.facets


@pytest.mark.slow
def test_suggestions_are_the_same(searches: tuple[Search, Search]) -> None:
    beginnings = {entry.q[:length] for entry in ENTRIES for length in (1, 2, 4)}
    different = [typed for typed in sorted(beginnings) if searches[0].suggest(typed) != searches[1].suggest(typed)]
    assert different == []
