"""Sessions (founding decision 10): writers take turns, readers see a snapshot, what failed is not there."""

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from api.wiring import Services
from search_service.store.division import Division
from tests.support import rows


def test_many_writers_at_once_all_get_their_turn(services: Services) -> None:
    failures: list[Exception] = []

    def write(worker: int) -> None:
        try:
            for n in range(10):
                with services.database.write() as session:
                    rows.division(session, f"{worker:02d}{n:04d}", f"第{worker}-{n}区")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test wants to see it
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Division)) == 80


def test_a_reader_keeps_its_snapshot_while_others_write(services: Services) -> None:
    count = select(func.count()).select_from(Division)
    with services.database.read() as reader:
        assert reader.scalar(count) == 0
        with services.database.write() as session:
            rows.division(session, "610000", "陕西省")
        assert reader.scalar(count) == 0
    with services.database.read() as reader:
        assert reader.scalar(count) == 1


def test_what_failed_is_not_there(services: Services) -> None:
    def twice() -> None:
        with services.database.write() as session:
            rows.division(session, "610000", "陕西省")
            rows.division(session, "610000", "又一个陕西省")

    with pytest.raises(IntegrityError):
        twice()
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Division)) == 0


def test_an_acknowledged_commit_survives_a_power_cut(services: Services) -> None:
    with services.database.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL
            assert session.scalar(text("PRAGMA foreign_keys")) == 1
        else:
            assert session.scalar(text("SHOW synchronous_commit")) == "on"


def test_two_changes_of_one_version_do_not_overwrite_each_other(services: Services) -> None:
    with services.database.write() as session:
        owner = rows.institution(session)
    with services.database.read() as session:
        stale = session.get_one(type(owner), owner.id)
    with services.database.write() as session:
        session.get_one(type(owner), owner.id).phone = "029-55500001"
    assert stale.row_version == 1
    with services.database.read() as session:
        assert session.get_one(type(owner), owner.id).row_version == 2


def test_only_what_may_be_forgotten_does_not_wait_for_the_disk(services: Services) -> None:
    """A connection of the pool that was lent for the one is lent for the other next."""
    if services.database.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite is told so")
    waits, waits_not = 2, 1  # FULL and NORMAL, as SQLite counts them
    for durable, expected in ((True, waits), (False, waits_not), (True, waits)):
        with services.database.write(durable=durable) as session:
            assert session.scalar(text("PRAGMA synchronous")) == expected
