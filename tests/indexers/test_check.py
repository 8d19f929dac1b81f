"""``index check``: exactly what differs is found beside running writes, and repaired.

The hundred among 100,000 rows (R24) stand in `tests/reliability/test_index_damaged.py`.
"""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from api.wiring import Services
from indexers import generations
from indexers.documents import schema_of
from indexers.drain import drain_all
from indexers.outdated import ensure
from indexers.repair import repair
from indexers.verify import Difference, compare
from search_service.engines.base import Document, Tombstone
from search_service.kinds import REGISTRY
from search_service.kinds.base import Kind
from search_service.store.journal import IndexState
from search_service.store.standard import Standard
from tests.support import rows

Total = Callable[..., int]
Held = Callable[..., dict[str, int]]
Change = Callable[..., list[str]]


def check(services: Services, kind: Kind) -> Difference:
    return compare(services.database, services.engine, kind, str(services.engine.published(kind.name)))


def mend(services: Services, kind: Kind) -> int:
    marked = repair(services.database, kind, check(services, kind))
    drain_all(services.database, services.engine, worker="w")
    return marked


def corrupt(services: Services, *items: Document | Tombstone) -> None:
    index = str(services.engine.published("standard"))
    services.engine.write(index, items)
    services.engine.refresh(index)


def document(name: str, seq: int) -> Document:
    schema = schema_of(REGISTRY.kind("standard"))
    numbers = {field.name: 0 for field in schema.numbers if field.name != "seq"}
    return Document(name, seq, name, {}, {}, numbers)


@pytest.mark.usefixtures("both_engines")
def test_exactly_what_was_corrupted_is_found_and_repaired(
    services: Services, standards: Kind, total: Total, held: Held
) -> None:
    before = held()
    names = sorted(before)
    deleted, changed, ghosts = names[:6], names[6:14], [str(uuid4()) for _ in range(5)]
    corrupt(services, *(Tombstone(i, 1) for i in deleted))
    corrupt(services, *(document(i, 40) for i in changed), *(document(i, 3) for i in ghosts))
    found = check(services, standards)
    assert sorted(found.missing) == deleted
    assert sorted(found.ahead) == changed
    assert sorted(found.ghosts) == sorted(ghosts)
    assert len(found.all) == 19
    generations.checked(services.database, str(services.engine.published("standard")), len(found.all))
    assert generations.drift(services.database)["standard"] == 19
    assert mend(services, standards) == 19
    assert check(services, standards).sound
    assert set(held()) == set(before)
    assert total() == 29


@pytest.mark.usefixtures("both_engines")
def test_what_was_acknowledged_and_lost_is_behind(services: Services, standards: Kind, change: Change) -> None:
    lost = change("丢失的写入", drained=False)
    with services.database.write() as session:  # acknowledged, and never written
        session.execute(
            update(IndexState).where(IndexState.entity_id == UUID(lost[0])).values(done_seq=IndexState.seq),
            execution_options={"synchronize_session": False},
        )
    assert list(check(services, standards).behind) == lost
    mend(services, standards)
    assert check(services, standards).sound


def test_what_is_marked_is_no_difference(services: Services, standards: Kind, change: Change) -> None:
    change("尚未写入", 5, drained=False)
    with services.database.write() as session:
        rows.standard(session, "GB/T 99-2020")
    found = check(services, standards)
    assert found.sound
    assert found.due == 6


def test_rows_that_time_hides_or_will_show_are_told_from_ghosts(services: Services) -> None:
    with services.database.write() as session:
        owner = rows.institution(session)
        valid = rows.capability(session, owner, rows.certificate(session, owner))
        ends = rows.certificate(session, owner, valid_to=date(2026, 11, 30))
        ended = rows.capability(session, owner, ends, object="即将到期")
        later = rows.certificate(session, owner, valid_from=date(2027, 1, 1))
        coming = rows.capability(session, owner, later, object="尚未生效")
        rows.capability(session, owner, object="草稿", state="draft")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    kind = services.registry.kind("capability")
    services.clock.move(timedelta(days=15))  # nothing is written when a certificate ends: time is in the document
    index = str(services.engine.published("capability"))
    assert set(dict(services.engine.entries(index))) == {str(valid.id), str(ended.id), str(coming.id)}
    assert check(services, kind).sound
    held = dict(services.engine.entries(index))[str(coming.id)]
    services.engine.write(index, [Tombstone(str(coming.id), held)])
    services.engine.refresh(index)
    assert list(check(services, kind).missing) == [str(coming.id)]


@pytest.mark.usefixtures("both_engines")
def test_it_finds_nothing_while_everything_is_being_changed(services: Services, standards: Kind) -> None:
    stop, failed = threading.Event(), []

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with services.database.write() as session:
                row = session.query(Standard).order_by(Standard.id).offset(number % 29).first()
                row.title = f"第{number}次变更"
                if number % 7 == 0:
                    rows.standard(session, f"GB/T {number}-2020", "新增")
                if number % 11 == 0:
                    row.deleted_at = services.clock.now()
            drain_all(services.database, services.engine, worker="w")

    def run() -> None:
        try:
            write()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failed.append(error)

    writer = threading.Thread(target=run)
    writer.start()
    try:
        found = [check(services, standards) for _ in range(15)]
    finally:
        stop.set()
        writer.join()
    assert failed == []
    assert [sorted(each.all) for each in found if not each.sound] == []


@pytest.mark.usefixtures("both_engines")
def test_a_foreign_document_is_named_and_goes_with_a_rebuild(services: Services, standards: Kind) -> None:
    corrupt(services, document("not-one-of-ours", 1))
    assert list(check(services, standards).ghosts) == ["not-one-of-ours"]
    assert repair(services.database, standards, check(services, standards)) == 0
