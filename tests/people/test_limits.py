"""Limits: exact, sliding, and each subject for itself (S4)."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.wiring import Services
from search_service.errors import TooMany
from search_service.people.limits import Rule, give_back, take, take_in, used

RULE = Rule("test", 3, timedelta(minutes=5), "次数过多")
OTHER = Rule("other", 100, timedelta(minutes=5), "次数过多")


def test_after_the_last_one_it_is_said_how_long_to_wait(services: Services) -> None:
    for _ in range(3):
        take(services.database, [(RULE, "a")])
        services.clock.move(timedelta(seconds=60))
    for left in (120, 60):
        with pytest.raises(TooMany) as refused:
            take(services.database, [(RULE, "a")])
        assert refused.value.retry_after is not None
        assert left - 5 <= refused.value.retry_after <= left
        services.clock.move(timedelta(seconds=60))
    take(services.database, [(RULE, "b")])
    services.clock.move(timedelta(seconds=5))
    take(services.database, [(RULE, "a")])


def test_what_is_refused_counts_nowhere(services: Services) -> None:
    for _ in range(3):
        take(services.database, [(RULE, "a"), (OTHER, "x")])
    with pytest.raises(TooMany):
        take(services.database, [(OTHER, "x"), (RULE, "a")])
    with services.database.read() as session:
        assert (used(session, RULE, "a"), used(session, OTHER, "x")) == (3, 3)


def test_what_was_no_failure_is_given_back(services: Services) -> None:
    for _ in range(20):
        give_back(services.database, take(services.database, [(RULE, "a")]))
    with services.database.read() as session:
        assert used(session, RULE, "a") == 0


def test_what_is_rolled_back_was_not_counted(services: Services) -> None:
    with suppress(RuntimeError), services.database.write() as session:
        take_in(session, [(RULE, "a")])
        raise RuntimeError
    with services.database.read() as session:
        assert used(session, RULE, "a") == 0


def test_of_many_at_once_as_many_pass_as_may(services: Services) -> None:
    passed: list[int] = []
    barrier = threading.Barrier(12)

    def try_it(n: int) -> None:
        barrier.wait()
        try:
            take(services.database, [(RULE, "a"), (OTHER, f"{n % 2}")])
        except TooMany:
            return
        passed.append(n)

    threads = [threading.Thread(target=try_it, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 3


def test_nobody_reads_who_it_was(services: Services) -> None:
    take(services.database, [(RULE, "13800001234")])
    with services.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT subject FROM attempt").all()
    assert [len(row[0]) for row in rows] == [64]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pauses=st.lists(st.integers(0, 200), min_size=1, max_size=25), name=st.uuids())
def test_no_window_ever_holds_more(services: Services, pauses: list[int], name: object) -> None:
    """Whatever the rhythm: the passed tries of any five minutes are three at most, and waiting as told always helps."""
    passed = []
    for pause in pauses:
        services.clock.move(timedelta(seconds=pause))
        try:
            take(services.database, [(RULE, str(name))])
        except TooMany as error:
            services.clock.move(timedelta(seconds=error.retry_after or 0))
            take(services.database, [(RULE, str(name))])
        passed.append(services.clock.now())
    for first, fourth in zip(passed, passed[3:], strict=False):
        assert fourth - first >= RULE.window - timedelta(seconds=1)
