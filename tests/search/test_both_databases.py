"""The same answers on both databases: the sample is loaded into each, and every kind of question is asked on both.

The server's database is set up for a language in which texts sort unlike their code points, so that nothing may rest
on how it was set up.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from api import wiring
from api.sample import FOLDER as SAMPLE
from api.settings import Settings
from api.wiring import Services
from search_service.errors import EngineUnavailable
from search_service.kinds import REGISTRY
from search_service.query.request import LARGEST_PAGE, SORTS, SearchRequest
from search_service.records.interchange import dump, load
from tests.conftest import NOW
from tests.support.services import require

pytestmark = pytest.mark.slow  # a minute to make the sample on the other database and to ask it all

QUERIES = (
    "",
    "西安 GB/T 228.1 拉伸",
    "gbt228.1",
    "压力表 检定",
    "大米 镉",
    "检测中心",
    "yali",
    "%",
    "_",
    "GB",
    "示例",
    "\x00",
    "'; --",
)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The sample on PostgreSQL."""
    server, name = make_url(require("postgres")), f"zhixun_test_{secrets.token_hex(6)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as superuser:
        superuser.execute(
            f'CREATE DATABASE "{name}" TEMPLATE template0 LOCALE_PROVIDER icu'
            " ICU_LOCALE 'zh-u-co-pinyin' LOCALE 'C.UTF-8'"
        )
        url = server.set(database=name).render_as_string(hide_password=False)
        found = wiring.build(Settings(data_dir=tmp_path_factory.mktemp("other"), clock=NOW, database_url=url))
        load(found.database, sorted(SAMPLE.glob("*.jsonl")))
        wiring.bring_up_to_date(found)
        yield found
        found.close()
        superuser.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def same(value: Any) -> Any:
    """Without what every database makes anew."""
    if isinstance(value, dict):
        return {name: same(inner) for name, inner in value.items() if name not in {"id", "url", "took_ms"}}
    return [same(inner) for inner in value] if isinstance(value, list | tuple) else value


def ask(services: Services, **given: Any) -> Any:
    answer = services.search.search(SearchRequest(size=LARGEST_PAGE, **given)).to_json()
    answer["facets"].pop("institution", None)  # its values are ids
    # Equal scores are ordered by ids in the end, which every database makes anew: of a long list the page may differ.
    answer["hits"] = sorted(answer["hits"], key=lambda hit: hit["key"]) if answer["total"] <= LARGEST_PAGE else []
    return same(answer)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("q", QUERIES, ids=repr)
def test_searching(sample: Services, other: Services, q: str, sort: str) -> None:
    assert ask(sample, q=q, sort=sort) == ask(other, q=q, sort=sort)


@pytest.mark.parametrize("q", [query for query in QUERIES if query], ids=repr)
def test_searching_without_an_engine(
    sample: Services, other: Services, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    def away(*_: object) -> None:
        raise EngineUnavailable

    for services in (sample, other):
        for name in ("search", "frequencies"):
            monkeypatch.setattr(services.engine, name, away)
    assert ask(sample, q=q) == ask(other, q=q)


def test_what_is_written_out(sample: Services, other: Services, tmp_path: Path) -> None:
    """Order included: it is by key and id, and the sample's keys are its own."""
    for name, services in (("one", sample), ("two", other)):
        dump(services.database, tmp_path / name)
    for record in REGISTRY:
        one, two = (list((tmp_path / name).glob(f"{record.plural.replace('-', '_')}*")) for name in ("one", "two"))
        texts = [sorted(path.read_text("utf-8").splitlines()) for path in (*one, *two)]
        assert len(texts) in {0, 2}
        assert texts[:1] == texts[1:]
