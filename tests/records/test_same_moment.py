"""Two who enter the same in the same moment: one is stored, the other is told, on both databases."""

import threading
import uuid
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy.orm import Session

from search_service.errors import Conflict
from search_service.kinds import REGISTRY
from search_service.records.write import create, delete
from search_service.store.session import Database
from tests.records.conftest import STAFF

ENTRIES = REGISTRY.record("catalogue_entry")
ENTRY = {"catalogue": "实施强制管理的计量器具目录", "category": "压力表", "type": "指示类压力表"}


@pytest.mark.parametrize("body", [ENTRY, ENTRY | {"year": 2020}], ids=["no year", "a year"])
def test_an_entry_of_a_catalogue_is_there_once(
    database: Database, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    find, both = type(ENTRIES).find, threading.Barrier(2)

    def look(self: object, session: Session, row: object) -> uuid.UUID | None:
        """Both look whether it is there before either has stored it, as far as the database lets them."""
        with suppress(threading.BrokenBarrierError):
            both.wait(1)
        return find(self, session, row)  # type: ignore[arg-type]

    monkeypatch.setattr(type(ENTRIES), "find", look)
    stored: list[dict[str, Any]] = []
    refused: list[Conflict] = []

    def enter() -> None:
        try:
            stored.append(create(database, ENTRIES, STAFF, body).body or {})
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(stored), len(refused)) == (1, 1)
    delete(database, ENTRIES, STAFF, stored[0]["id"], '"v1"')
    assert create(database, ENTRIES, STAFF, body).status == 201, "a tombstone is in nobody's way"
