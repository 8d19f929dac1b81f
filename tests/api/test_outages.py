"""What is away is said when it goes and comes, and now and then between; and what was committed last is rung for."""

import logging
import threading
from collections.abc import Iterator

import pytest

from api import worker
from api.background import Background, OpenLock
from api.bell import Bell
from api.outages import REMINDER_SECONDS, Outage
from search_service.errors import EngineUnavailable

LOG = logging.getLogger("tests.outages")
LONG = 60.0


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_an_outage_is_a_line_at_each_end_and_one_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    outage = Outage(LOG, "no engine", lambda: now[0])
    outage.over()
    for second in range(2 * int(REMINDER_SECONDS) + 10):
        now[0] = float(second)
        outage.seen("refused")
    outage.over()
    outage.over()
    assert said(caplog) == [
        "no engine: refused",
        "no engine, for 5 minutes now: refused",
        "no engine, for 10 minutes now: refused",
        "no engine: over after 609 seconds",
    ]
    outage.seen("again")
    assert said(caplog)[-1] == "no engine: again"


def test_a_background_that_waits_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    answers: Iterator[bool] = iter([False] * 5 + [True])
    worked = threading.Event()

    def step() -> bool:
        if worked.is_set():
            return False
        if not next(answers):
            raise EngineUnavailable("away")
        worked.set()
        return False

    background = Background(OpenLock(), prepare=lambda: None, step=step, poll_seconds=0.01)
    background.start()
    assert worked.wait(LONG)
    background.stop()
    assert said(caplog)[0] == "zhixun-background waits: away"
    assert len([line for line in said(caplog) if "waits" in line]) == 2, "when it began, and that it is over"


def test_what_was_committed_last_is_rung_for() -> None:
    """The bell is stopped in the pause after a ring: what was committed since is not forgotten."""
    rings: list[str] = []
    committed, rung = ["first"], threading.Event()

    def ring() -> None:
        rings.append(committed[-1])
        rung.set()

    bell = Bell(ring)
    bell.start()
    bell.wake()
    assert rung.wait(LONG)
    committed.append("last")
    bell.wake()
    bell.stop()
    assert rings[-1] == "last"


def test_the_beat_says_in_a_line_that_it_does_not_ring(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat = worker.Rings(worker.app, lazy=True)
    [entry] = [worker.Rings.Entry(name="drain", task=worker.DRAIN, schedule=5.0, app=worker.app)]

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    with monkeypatch.context() as away:
        away.setattr(beat, "apply_async", refuse)
        for _ in range(20):
            beat.apply_entry(entry)
    monkeypatch.setattr(beat, "apply_async", lambda *_, **__: None)
    beat.apply_entry(entry)
    assert [line.split(":")[0] for line in said(caplog)] == ["the beat does not ring, workers look by themselves"] * 2
    assert not any(record.exc_info for record in caplog.records)
