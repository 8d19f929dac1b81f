"""A cluster that is away: callers are told at once, and it is asked at most once a second until it answers."""

import socket
import threading
from typing import Any

import pytest
from elastic_rows import SCHEMA, row
from elastic_stub import stub

from search_service.engines.base import Ask
from search_service.engines.elastic import ElasticEngine, connection
from search_service.engines.elastic.breaker import MOST, PAUSE, Breaker, Unreachable
from search_service.errors import EngineUnavailable
from search_service.query.nodes import Everything
from tests.engines.elastic.conftest import Clock


def refused(breaker: Breaker) -> bool:
    try:
        breaker.admit()
    except Unreachable:
        return True
    return False


def test_it_opens_after_five_failures_in_a_row_and_lets_one_probe_a_second_pass(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(MOST - 1):
        assert not refused(breaker)
        breaker.failed()
    assert not refused(breaker)
    breaker.failed()
    assert refused(breaker)
    passed = []
    for step in range(1, 41):
        clock.now = 1_000 + step / 10
        if not refused(breaker):
            passed.append(step / 10)
    assert passed == [1.0, 2.0, 3.0, 4.0]
    # The probe that takes long does not let the next one pass the sooner.
    breaker.failed()
    clock.now += PAUSE / 2
    assert refused(breaker)
    breaker.answered()
    assert not any(refused(breaker) for _ in range(20))


def test_an_answer_between_failures_keeps_it_closed(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(5 * MOST):
        breaker.failed()
        breaker.answered()
        assert not refused(breaker)


def test_nobody_at_the_address_is_unavailable_for_every_call(clock: Clock) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        engine = ElasticEngine(f"http://127.0.0.1:{unused.getsockname()[1]}", "p", clock=clock)
        for call in (
            lambda: engine.search("toy", Ask(Everything())),
            lambda: engine.suggest("toy", "", 5),
            lambda: engine.frequencies("toy", "body", ["水"]),
            lambda: engine.create(SCHEMA, "toy-1"),
            lambda: engine.write("toy-1", [row("a")]),
            lambda: engine.refresh("toy-1"),
            lambda: engine.publish(SCHEMA, "toy-1"),
            lambda: engine.published("toy"),
            lambda: list(engine.entries("toy-1")),
            lambda: engine.list("toy"),
            lambda: engine.drop("toy-1"),
        ):
            with pytest.raises(EngineUnavailable) as told:
                call()
            assert "lastic" not in told.value.detail
        engine.close()


def test_a_storm_of_searches_reaches_a_failing_gateway_once_a_second(clock: Clock) -> None:
    def away(*_: Any) -> tuple[int, dict[str, Any]]:
        return 502, {}

    with stub(away) as cluster:
        engine = ElasticEngine(cluster.url, "p", clock=clock)
        for step in range(100):
            clock.now = 1_000 + step / 20
            with pytest.raises(EngineUnavailable):
                engine.search("toy", Ask(Everything()))
        engine.close()
    # Five to notice, then four seconds of probes.
    assert MOST + 4 <= len(cluster.asked) <= MOST + 5


def test_a_cluster_that_hangs_is_waited_for_as_long_as_a_search_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SEARCHING", 0.2)
    release = threading.Event()

    def hang(*_: Any) -> tuple[int, dict[str, Any]]:
        release.wait(30)
        return 200, {}

    with stub(hang) as cluster:
        engine = ElasticEngine(cluster.url, "p")
        with pytest.raises(Unreachable):
            engine.search("toy", Ask(Everything()))
        release.set()
        engine.close()
    assert len(cluster.asked) == 1


def test_half_an_answer_to_who_is_in_a_hurry_is_none_and_no_sign_of_illness(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = connection.Connection.search
    monkeypatch.setattr(connection.Connection, "search", lambda self, call: {**ask(self, call), "timed_out": True})
    for _ in range(MOST + 1):
        with pytest.raises(EngineUnavailable):
            engine.search("toy", Ask(Everything(), within=0.1))
    assert engine.search("toy", Ask(Everything())).total == 0
