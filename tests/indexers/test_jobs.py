"""Jobs: one open a kind, held by a lease that a dead worker loses and a live one does not."""

import threading
from contextlib import suppress

import pytest

from api.wiring import Services
from indexers import backfill, generations, jobs
from indexers.generations import Step
from indexers.jobs import LEASE, LeaseLost, Stopped
from indexers.rebuild import rebuild, work_off
from search_service.errors import InProgress
from search_service.kinds.base import Kind


def test_a_kind_has_one_open_job(services: Services) -> None:
    jobs.request(services.database, "standard", jobs.REBUILD, "测试")
    with pytest.raises(InProgress, match="正在等待执行"):
        jobs.request(services.database, "standard", jobs.ROLLBACK, "测试")
    jobs.request(services.database, "plan", jobs.REBUILD, "测试")


def test_of_many_workers_one_gets_it(services: Services) -> None:
    jobs.request(services.database, "standard", jobs.REBUILD, "测试")
    got: list[jobs.Lease] = []
    together = threading.Barrier(6)

    def run(number: int) -> None:
        together.wait()
        lease = jobs.claim(services.database, f"w{number}")
        if lease is not None:
            got.append(lease)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_of_two_who_take_a_job_that_waits_one_has_it(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look before either has written, as far as the database lets them."""
    jobs.request(services.database, "standard", jobs.REBUILD, "测试")
    is_free, looking, both = jobs._is_free, iter((False, True)), threading.Event()

    def seen(*given: object) -> bool:
        if next(looking, True):
            both.set()
        both.wait(1)
        return is_free(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "_is_free", seen)
    got: list[jobs.Lease] = []
    refused: list[InProgress] = []

    def run(worker: str) -> None:
        try:
            got.append(jobs.take(services.database, "standard", jobs.REBUILD, "人工要求", worker))
        except InProgress as there:
            refused.append(there)

    threads = [threading.Thread(target=run, args=(worker,)) for worker in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(refused)) == (1, 1)
    got[0].beat(step="swap")  # and it is his


def test_of_two_who_ask_at_once_one_has_it(services: Services) -> None:
    got: list[jobs.Lease] = []
    together = threading.Barrier(6)

    def run(number: int) -> None:
        together.wait()
        with suppress(InProgress):
            got.append(jobs.take(services.database, "standard", jobs.REBUILD, "人工要求", f"w{number}"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    got[0].beat(step="swap")


def test_a_dead_workers_job_is_taken_when_its_lease_lapses(services: Services) -> None:
    jobs.request(services.database, "standard", jobs.REBUILD, "测试")
    dead = jobs.claim(services.database, "w")
    assert dead is not None
    assert jobs.claim(services.database, "w") is None
    with pytest.raises(InProgress, match="正由 w#"):
        jobs.take(services.database, "standard", jobs.REBUILD, "测试", "w")
    services.clock.move(LEASE * 2)
    taken = jobs.claim(services.database, "w")
    assert taken is not None
    with pytest.raises(LeaseLost):  # it was not dead, only slow
        dead.beat(step="swap")
    taken.beat(step="swap")


def test_whoever_proves_to_be_alone_need_not_wait(services: Services) -> None:
    jobs.request(services.database, "standard", jobs.REBUILD, "测试")
    assert jobs.claim(services.database, "dead") is not None
    assert jobs.claim(services.database, "next", alone=True) is not None


def test_a_beat_keeps_the_lease(services: Services) -> None:
    jobs.request(services.database, "standard", jobs.REBUILD, "测试")
    lease = jobs.claim(services.database, "w")
    assert lease is not None
    for number in range(4):
        services.clock.move(LEASE / 2)
        lease.beat(done=number, total=4)
        assert jobs.claim(services.database, "other") is None
    job = jobs.get(services.database, lease.job)
    assert (job.done, job.total) == (3, 4)


def test_two_rebuilds_of_a_kind_at_once_are_refused(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = backfill.fill

    def meanwhile(*given: object) -> None:
        with pytest.raises(InProgress):
            rebuild(services.database, services.engine, standards)
        fill(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(backfill, "fill", meanwhile)
    name = rebuild(services.database, services.engine, standards)
    assert services.engine.published("standard") == name


@pytest.mark.usefixtures("both_engines")
def test_a_rebuild_that_lost_its_lease_touches_nothing_more(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine stood still in the backfill; another worker has made the index since."""
    fill, names = backfill.fill, []

    def slow(*given: object) -> None:
        del given
        monkeypatch.setattr(backfill, "fill", fill)
        services.clock.move(LEASE * 2)
        names.append(rebuild(services.database, services.engine, standards))

    monkeypatch.setattr(backfill, "fill", slow)
    with pytest.raises(LeaseLost):
        rebuild(services.database, services.engine, standards)
    assert services.engine.published("standard") == names[0]
    assert names[0] in [info.name for info in services.engine.list("standard")]
    assert jobs.open_job(services.database, "standard") is None
    assert generations.get(services.database, names[0]).step == Step.DONE, "nor the books"


def test_a_process_that_ends_hands_its_job_on(services: Services, standards: Kind) -> None:
    job = jobs.request(services.database, standards.name, jobs.REBUILD, "测试")
    with pytest.raises(Stopped):
        work_off(services.database, services.engine, worker="w", stopping=lambda: True)
    assert jobs.get(services.database, job).state == jobs.WAITING
    assert work_off(services.database, services.engine, worker="next")
    assert jobs.get(services.database, job).state == jobs.DONE
    assert jobs.get(services.database, job).message == services.engine.published("standard")


def test_a_job_for_a_kind_that_is_gone_ends(services: Services) -> None:
    job = jobs.request(services.database, "nonsense", jobs.REBUILD, "测试")
    assert work_off(services.database, services.engine, worker="w")
    assert jobs.get(services.database, job).state == jobs.FAILED
