"""What only a server can do: go away and come back, let writers run side by side, sort by the rules of a language."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from indexers.fan_out import spread
from search_service.clock.time import Clock
from search_service.errors import DatabaseBusy, DatabaseUnavailable, Invalid
from search_service.store.capability import Capability
from search_service.store.institution import Institution
from search_service.store.journal import IndexState
from search_service.store.migrate import upgrade
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.support import rows
from tests.support.servers.postgres import PostgresServer
from tests.support.services import own

BACK_END = text("SELECT pg_backend_pid()")


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    upgrade(postgres_url)
    found = Database(postgres_url, Clock().now, statement_seconds=2)
    yield found
    found.close()


def institution(database: Database, name: str = "示例检测中心甲") -> Institution:
    with database.write() as session:
        return rows.institution(session, name)


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Institution.name)))


def test_a_connection_that_is_ended_is_said_and_the_next_one_works(database: Database) -> None:
    institution(database)

    def ended_in_the_middle() -> None:
        with database.write() as session:
            rows.institution(session, "没有保存")
            found = session.scalar(BACK_END)
            with database.read() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": found})
            session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        ended_in_the_middle()
    assert names(database) == {"示例检测中心甲"}
    institution(database, "示例检测中心乙")
    assert names(database) == {"示例检测中心甲", "示例检测中心乙"}


def test_a_server_that_was_away_is_used_again_without_a_restart() -> None:
    """R17: `stop -m immediate`; what was acknowledged is there."""
    with own(PostgresServer(durable=True)) as server:
        upgrade(server.url)
        database = Database(server.url, Clock().now)
        institution(database)
        for _ in range(2):
            server.stop("immediate")
            with pytest.raises(DatabaseUnavailable):
                institution(database, "没有保存")
            with pytest.raises(DatabaseUnavailable):
                names(database)
            server.start()
            assert names(database) == {"示例检测中心甲"}
        database.close()


def test_who_waits_too_long_for_another_writer_is_told_to_come_again(database: Database) -> None:
    row = institution(database)
    with database.write() as first:
        first.get_one(Institution, row.id, with_for_update=True)

        def second() -> None:
            with database.write() as session:
                session.get_one(Institution, row.id, with_for_update=True)

        with pytest.raises(DatabaseBusy) as told:
            second()
    assert (told.value.status, told.value.code) == (503, "database_busy")


def test_of_two_who_wait_for_each_other_one_goes_on(database: Database) -> None:
    ids = [institution(database, name).id for name in ("甲", "乙")]
    both = threading.Barrier(2)
    busy: list[DatabaseBusy] = []

    def touch(order: list[Any]) -> None:
        try:
            with database.write() as session:
                session.get_one(Institution, order[0], with_for_update=True)
                both.wait()
                session.get_one(Institution, order[1], with_for_update=True).phone = "029-55500000"
        except DatabaseBusy as error:
            busy.append(error)

    in_parallel(lambda: touch(ids), lambda: touch(ids[::-1]))
    assert len(busy) == 1


def in_parallel(*work: Any) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def seq(session: Session, kind: str, row: Any) -> int:
    return session.get_one(IndexState, (kind, row.id)).seq


def test_a_document_that_is_being_made_while_its_institution_changes_is_marked(database: Database) -> None:
    """Neither transaction sees the other's row: without a lock the capability would keep the old name for ever."""
    owner = institution(database)
    made: list[Capability] = []
    linked, renamed = threading.Event(), threading.Event()

    def make() -> None:
        with database.write() as session:
            made.append(rows.capability(session, session.get_one(Institution, owner.id)))
            linked.set()
            renamed.wait(0.5)  # the other one is stopped by our foreign key until we are done

    def rename() -> None:
        linked.wait()
        with database.write() as session:
            session.get_one(Institution, owner.id).name = "示例检测中心新名"
            session.flush()
            renamed.set()

    in_parallel(make, rename)
    with database.read() as session:
        assert seq(session, "capability", made[0]) == 2


def test_a_document_that_is_being_linked_by_a_number_is_marked_afterwards(database: Database) -> None:
    owner = institution(database)
    with database.write() as session:
        standard = rows.standard(session, "JJG 52-2013", "旧名称")
    with database.write() as maker:
        made = rows.authorisation(maker, maker.get_one(Institution, owner.id), regulation="JJG 52-2013")
        with database.write() as session:
            session.get_one(Standard, standard.id).title = "新名称"
    while spread(database):
        pass
    with database.read() as session:
        assert seq(session, "authorisation", made) > 1


def test_what_a_server_cannot_store_is_the_sender_s_mistake(database: Database) -> None:
    with pytest.raises(Invalid):
        institution(database, "a\0b")
    with pytest.raises(Invalid):
        institution(database, "长" * 201)


def test_readers_of_a_server_change_nothing(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"), database.read() as session:
        session.execute(text("DELETE FROM index_state"))
