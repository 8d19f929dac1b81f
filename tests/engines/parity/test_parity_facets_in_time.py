"""Facets never keep anybody waiting: past a fifth of a second the answer comes without them, on either engine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event, Lock
from typing import Any, cast

import pytest

from api.wiring import Services
from search_service.engines.base import Ask, Engine, Found
from search_service.errors import EngineUnavailable
from search_service.query.request import SearchRequest
from search_service.search import Search, counting
from search_service.search.answer import Answer
from tests.engines.parity.pairs import Pair

ASKED = (
    SearchRequest(q="压力表"),
    SearchRequest(q="压力表", filters={"service": ("calibration",)}),
    SearchRequest(q="西安 压力表 检定", kinds=("authorisation",)),
    SearchRequest(q="GB/T 228.1"),
    SearchRequest(q="", kinds=("standard",), filters={"status": ("current",)}, sort="newest"),
)


class Met:
    """An engine that meets something before it counts facets; no real one hangs when it is told to."""

    def __init__(self, engine: Engine, meet: Callable[[], object]) -> None:
        self._engine, self._meet = engine, meet
        self.asks: list[tuple[str, Ask]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def search(self, kind: str, ask: Ask) -> Found:
        self.asks.append((kind, ask))
        if ask.facets:
            self._meet()
        return self._engine.search(kind, ask)


@pytest.fixture(params=["embedded", "elastic"])
def engine(request: pytest.FixtureRequest, engines: Pair) -> Engine:
    return cast("Engine", getattr(engines, request.param))


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Lets counting go on; set at the end, so that no thread stays behind."""
    monkeypatch.setattr(counting, "WITHIN", 0.05)
    event = Event()
    yield event
    event.set()


def searching(sample: Services, engine: Engine, meet: Callable[[], object]) -> tuple[Search, Met]:
    met = Met(engine, meet)
    return Search(sample.database, cast("Engine", met)), met


def without_facets(answer: Answer) -> Answer:
    return replace(answer, facets={}, notes=(), took_ms=0)


@pytest.mark.parametrize("request_", ASKED, ids=lambda request: request.q or "everything")
def test_what_takes_too_long_is_left_out_with_a_note(
    sample: Services, engine: Engine, released: Event, monkeypatch: pytest.MonkeyPatch, request_: SearchRequest
) -> None:
    late = searching(sample, engine, released.wait)[0].search(request_)
    assert late.facets == {}
    assert late.notes == (counting.LATE,)
    assert not late.partial
    monkeypatch.setattr(counting, "WITHIN", 60.0)
    whole = searching(sample, engine, lambda: None)[0].search(request_)
    assert whole.facets
    assert whole.notes == ()
    assert without_facets(late) == without_facets(whole)


@pytest.mark.parametrize("request_", ASKED, ids=lambda request: request.q or "everything")
def test_counted_apart_they_are_what_they_are_beside_the_hits(
    sample: Services, engine: Engine, request_: SearchRequest
) -> None:
    search, met = searching(sample, engine, lambda: None)
    answer = search.search(request_)
    apart = {kind: ask for kind, ask in met.asks if ask.facets}
    assert apart
    for kind, ask in apart.items():
        beside = next(one for name, one in met.asks if name == kind and one.limit)
        together = engine.search(kind, replace(beside, facets=ask.facets))
        assert together.facets == engine.search(kind, ask).facets
        assert together.total == answer.kinds[kind]


def test_an_engine_that_goes_away_meanwhile_costs_the_facets_alone(sample: Services, engine: Engine) -> None:
    def away() -> None:
        raise EngineUnavailable

    answer = searching(sample, engine, away)[0].search(SearchRequest(q="压力表"))
    assert answer.hits
    assert not answer.partial
    assert answer.notes == (counting.AWAY,)


def test_only_so_many_counts_are_under_way(sample: Services, engine: Engine, released: Event) -> None:
    begun, lock = [0], Lock()

    def hang() -> None:
        with lock:
            begun[0] += 1
        released.wait()

    search, _ = searching(sample, engine, hang)
    for _ in range(counting.AT_ONCE + 3):
        assert search.search(SearchRequest(q="压力表")).notes == (counting.LATE,)
    assert begun[0] == counting.AT_ONCE
