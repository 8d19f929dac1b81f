"""One key, one effect (reliability R26)."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from api.wiring import Services
from search_service.errors import Conflict, InProgress, Invalid
from search_service.kinds import REGISTRY
from search_service.records.actions import act
from search_service.records.idempotency import RUNNING, KeyReused, request_hash
from search_service.records.write import Written, create
from search_service.store.journal import AuditEvent, IdempotencyKey
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.records.conftest import STAFF, People

STANDARDS = REGISTRY.record("standard")
BODY = {"number": "GB/T 228.1-2021", "title": "金属材料"}


def post(database: Database, key: str | None = "k", **given: Any) -> Written:
    return create(database, STANDARDS, STAFF, {**BODY, **given}, key)


def count(database: Database, model: Any = Standard) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_request_gets_the_same_answer(database: Database) -> None:
    first, again = post(database), post(database)
    assert (again.status, again.body, again.etag) == (first.status, first.body, first.etag)
    assert (first.replayed, again.replayed) == (False, True)
    assert count(database) == count(database, AuditEvent) == 1


def test_the_order_of_names_does_not_matter_but_the_content_does(database: Database) -> None:
    post(database)
    assert create(database, STANDARDS, STAFF, dict(reversed(BODY.items())), "k").replayed
    with pytest.raises(KeyReused) as caught:
        post(database, title="另一个")
    assert (caught.value.status, caught.value.code) == (422, "idempotency_key_reused")


def test_keys_belong_to_their_actor(database: Database, people: People) -> None:
    body = {"object": "水泥", "parameter": "强度"}
    first = create(database, REGISTRY.record("capability"), people.owner, body, "k")
    second = create(database, REGISTRY.record("capability"), people.other, body, "k")
    assert first.body is not None
    assert second.body is not None
    assert first.body["id"] != second.body["id"]


def test_a_refusal_is_not_kept(database: Database) -> None:
    post(database, key=None)
    with pytest.raises(Conflict):
        post(database)
    with pytest.raises(Invalid):
        create(database, STANDARDS, STAFF, {}, "k")
    assert count(database, IdempotencyKey) == 0


def test_after_48_hours_a_key_is_free(services: Services) -> None:
    post(services.database)
    services.clock.move(timedelta(hours=47))
    assert post(services.database).replayed
    services.clock.move(timedelta(hours=2))
    with pytest.raises(Conflict):  # the number is there, and the answer is forgotten
        post(services.database)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb"])
def test_no_key_is_no_key(database: Database, key: str) -> None:
    with pytest.raises(Invalid):
        post(database, key=key)


def test_a_running_twin_is_said(database: Database) -> None:
    with database.write() as session:
        session.add(
            IdempotencyKey(
                actor=STAFF.name,
                key="k",
                request_hash=request_hash("POST standards", BODY),
                status=RUNNING,
                body={},
                created_at=database.now(),
            )
        )
    with pytest.raises(InProgress) as caught:
        post(database)
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (409, "in_progress", 1)


def test_many_at_once_make_one_row(database: Database) -> None:
    bodies: list[Any] = []

    def send() -> None:
        bodies.append(post(database).body)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 10
    assert all(body == bodies[0] for body in bodies)
    assert count(database) == 1


def test_an_action_honours_its_key(database: Database) -> None:
    body = post(database, key=None).body
    assert body is not None
    first, again = (
        act(database, STANDARDS, STAFF, body["id"], "withdraw", reason="x", idempotency_key="a") for _ in range(2)
    )
    assert again.replayed
    assert again.body == first.body
