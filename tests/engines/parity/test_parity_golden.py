"""The golden queries through the whole search, once on each engine: the same answers, to the last mark and facet."""

from dataclasses import replace

import pytest

from search_service.query.request import SearchRequest
from search_service.search import Search
from search_service.search.answer import Answer
from tests.golden.judge import Entry, load

ENTRIES = load()
SIZE = 30
NARROWED = (
    SearchRequest(q="检定", kinds=("authorisation",), filters={"service": ("verification",)}, sort="name", size=5),
    SearchRequest(q="检测", kinds=("capability",), filters={"region": ("610000",)}, sort="newest", size=5),
    SearchRequest(q="", kinds=("standard",), filters={"status": ("current",)}, sort="name", size=5),
)
"""What golden queries do not ask for: a filter and an order of the user's own."""


def shown(answer: Answer) -> object:
    hits = [(hit.kind, hit.id, hit.why, hit.highlights) for hit in answer.hits]
    return hits, answer.total, answer.kinds, answer.relaxed


def asked_of_both(searches: tuple[Search, Search], request: SearchRequest) -> Answer:
    """The one answer that both give."""
    embedded, elastic = (search.search(request) for search in searches)
    assert shown(elastic) == shown(embedded)
    assert elastic.facets == embedded.facets
    return embedded


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_golden_queries_have_one_answer(searches: tuple[Search, Search], entry: Entry) -> None:
    request = SearchRequest(q=entry.q, kinds=(entry.kind,) if entry.kind else (), size=SIZE)
    if asked_of_both(searches, request).total > SIZE:
        assert asked_of_both(searches, replace(request, page=2)).hits


@pytest.mark.parametrize("request_", NARROWED, ids=lambda request: request.kinds[0])
def test_filters_and_sorts_have_one_answer_on_every_page(
    searches: tuple[Search, Search], request_: SearchRequest
) -> None:
    first, second = (asked_of_both(searches, replace(request_, page=page)) for page in (1, 2))
    assert len(first.hits) == request_.size
    assert second.hits
    assert not {hit.id for hit in first.hits} & {hit.id for hit in second.hits}
    assert first.facets


@pytest.mark.slow
def test_suggestions_are_the_same(searches: tuple[Search, Search]) -> None:
    beginnings = {entry.q[:length] for entry in ENTRIES for length in (1, 2, 4)}
    different = [typed for typed in sorted(beginnings) if searches[0].suggest(typed) != searches[1].suggest(typed)]
    assert different == []
