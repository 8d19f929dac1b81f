"""How far the indices are behind: what metrics and the doctor go by."""

from datetime import timedelta

from sqlalchemy import select

from api.wiring import Services
from indexers.drain import drain_all
from indexers.health import Queue, dead, oldest_job_seconds, queues
from indexers.outdated import ensure
from search_service.store import marks
from search_service.store.division import Division
from search_service.store.journal import IndexState
from search_service.store.standard import Standard
from tests.support import rows


def queue(services: Services, kind: str = "standard") -> Queue:
    return next(found for found in queues(services.database) if found.kind == kind)


def rename(services: Services, title: str) -> None:
    with services.database.write() as session:
        session.scalars(select(Standard)).one().title = title


def test_lag_counts_from_the_oldest_change_that_is_missing(services: Services) -> None:
    ensure(services.database, services.engine)
    with services.database.write() as session:
        rows.standard(session, "GB/T 1-2000")
    services.clock.move(timedelta(seconds=40))
    rename(services, "改名一次")
    services.clock.move(timedelta(seconds=20))
    rename(services, "再改一次")
    assert queue(services).due == 1
    assert 60 <= queue(services).lag_seconds < 65
    drain_all(services.database, services.engine, worker="w")
    assert queue(services) == Queue("standard", due=0, lag_seconds=0.0, dead=0)
    rename(services, "又改一次")
    services.clock.move(timedelta(seconds=5))
    assert 5 <= queue(services).lag_seconds < 10


def test_dead_rows_are_counted_apart_and_named_with_their_reason(services: Services) -> None:
    with services.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000")
    with services.database.write() as session:
        session.get_one(IndexState, ("standard", row.id)).dead_reason = "太长"
    services.clock.move(timedelta(hours=1))
    assert queue(services) == Queue("standard", due=0, lag_seconds=0.0, dead=1)
    assert [(found.id, found.reason) for found in dead(services.database)] == [(str(row.id), "太长")]
    assert dead(services.database, "capability") == []
    rename(services, "改短了")
    assert queue(services).dead == 0


def test_a_wide_change_that_is_not_spread_ages(services: Services) -> None:
    assert oldest_job_seconds(services.database) == 0.0
    marks_before = marks.WIDE
    try:
        marks.WIDE = 2
        with services.database.write() as session:
            rows.xian(session)
            owner = rows.institution(session)
            for _ in range(4):
                rows.capability(session, owner)
        with services.database.write() as session:
            session.scalars(select(Division).where(Division.adcode == "610113")).one().name = "大雁塔区"
    finally:
        marks.WIDE = marks_before
    services.clock.move(timedelta(minutes=3))
    assert oldest_job_seconds(services.database) >= 180
