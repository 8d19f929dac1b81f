"""The benchmarks where the real tables are not beside the project: rows made of the shipped sample."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers.standard_number import parse
from bench.speed import rows, service
from search_service.store.standard import Standard


@pytest.fixture
def without_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As on a machine that has only the repository."""
    for module in (rows, service):
        monkeypatch.setattr(module, "TABLE", tmp_path / "absent.csv.xz")
    rows.rows.cache_clear()
    service.data_dir.cache_clear()
    yield
    rows.rows.cache_clear()
    service.data_dir.cache_clear()


@pytest.mark.usefixtures("without_tables")
def test_as_many_standards_as_asked_for_and_no_number_twice() -> None:
    made = rows.rows(5_000)
    assert rows.source() == "titles made of the sample's"
    assert len(made) == len({row.number for row in made}) == 5_000
    assert len({row.title for row in made}) > 2_500
    assert [row.number for row in made if parse(row.number) is None or not row.title] == []
    rows.rows.cache_clear()
    assert rows.rows(5_000) == made
    assert len(rows.rows(10)) == 10


@pytest.mark.usefixtures("without_tables")
def test_an_empty_data_folder_is_filled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(service, "given", [tmp_path / "data"])
    loaded: list[object] = []
    load = service.load
    monkeypatch.setattr(service, "load", lambda *given: loaded.append(load(*given)))
    for at in ("first", "second"):
        services = service.copied(tmp_path / at)
        with services.database.read() as session:
            assert session.query(Standard).count() > 100
        assert "标准" in service.size(services)
        services.close()
        service.data_dir.cache_clear()
    assert len(loaded) == 1
