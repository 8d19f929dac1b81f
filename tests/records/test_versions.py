"""`If-Match` (api.md; reliability R27: no silent overwrite)."""

import threading

import pytest

from search_service.errors import VersionDiffers, VersionRequired
from search_service.kinds import REGISTRY
from search_service.records.write import change, delete
from search_service.store.session import Database
from tests.records.conftest import STAFF, Make

STANDARDS = REGISTRY.record("standard")


@pytest.fixture
def found(make: Make) -> str:
    body = make("standard", number="GB/T 228.1-2021", title="金属材料").body
    assert body is not None
    return str(body["id"])


@pytest.mark.parametrize("header", [None, "", "  "])
def test_a_change_without_a_version_is_asked_for_one(database: Database, found: str, header: str | None) -> None:
    with pytest.raises(VersionRequired) as caught:
        change(database, STANDARDS, STAFF, found, {"title": "x"}, header)
    assert '"v1"' in caught.value.detail
    with pytest.raises(VersionRequired):
        delete(database, STANDARDS, STAFF, found, header)


@pytest.mark.parametrize("header", ['"v1"', 'W/"v1"', '"v9", "v1"', "*"])
def test_the_current_version_is_accepted(database: Database, found: str, header: str) -> None:
    assert change(database, STANDARDS, STAFF, found, {"title": "新"}, header).etag == '"v2"'


@pytest.mark.parametrize("header", ['"v2"', "v1", '"v01x"', "1", '"v99999999999"'])
def test_any_other_is_refused(database: Database, found: str, header: str) -> None:
    with pytest.raises(VersionDiffers):
        change(database, STANDARDS, STAFF, found, {"title": "新"}, header)


def test_a_stale_version_is_told_what_changed_since(database: Database, found: str) -> None:
    change(database, STANDARDS, STAFF, found, {"department": "某部门"}, '"v1"')
    change(database, STANDARDS, STAFF, found, {"title": "新", "scope": "范围"}, '"v2"')
    with pytest.raises(VersionDiffers) as caught:
        change(database, STANDARDS, STAFF, found, {"title": "旧"}, '"v2"')
    assert [p.loc for p in caught.value.problems] == ["scope", "title"]
    with pytest.raises(VersionDiffers) as caught:
        change(database, STANDARDS, STAFF, found, {"title": "旧"}, '"v1"')
    assert [p.loc for p in caught.value.problems] == ["department", "scope", "title"]


def test_of_many_editors_of_one_version_one_wins(database: Database, found: str) -> None:
    won: list[int] = []
    refused: list[VersionDiffers] = []

    def edit(number: int) -> None:
        try:
            change(database, STANDARDS, STAFF, found, {"title": f"第 {number} 人"}, '"v1"')
            won.append(number)
        except VersionDiffers as error:
            refused.append(error)

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert len(refused) == 7
