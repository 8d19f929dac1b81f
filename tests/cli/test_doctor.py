"""``zhixun doctor``, check by check: what is wrong is said with what to do; containers go by the exit code."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.wiring import Services
from indexers import generations, jobs
from indexers.drain import drain_all
from search_service.timekeeping.worklist import pressure
from tests.conftest import NOW
from tests.reliability.processes import free_port
from tests.support import rows
from tests.timekeeping.office import Office, SimpleHands


class Doctor:
    """Asks about one thing, some time after whatever happened beside it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def __call__(self, check: str, after: timedelta = timedelta(), **settings: str) -> Result:
        for name, value in settings.items():
            self._patch.setenv(f"ZHIXUN_{name}", value)
        self._patch.setenv("ZHIXUN_CLOCK", (NOW + after).isoformat())
        return CliRunner().invoke(app, ["doctor", "--only", check])


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Doctor:
    return Doctor(monkeypatch)


def closed() -> str:
    """An address at which nobody listens."""
    return f"127.0.0.1:{free_port()}"


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize("check", ["settings", "database", "engine", "indices", "queue", "broker", "outbox"])
def test_where_nothing_is_wrong_nothing_is_said_to_be(doctor: Doctor, check: str) -> None:
    found = doctor(check)
    assert found.exit_code == 0
    assert "异常" not in found.output


def test_a_change_that_does_not_reach_the_index(doctor: Doctor, beside: Services) -> None:
    with beside.database.write() as session:
        rows.standard(session, "GB/T 1-2000")
    assert doctor("queue", timedelta(seconds=30)).exit_code == 0
    late = doctor("queue", timedelta(seconds=90))
    assert late.exit_code == 1
    assert "标准有 1 条变更未进入索引" in late.output
    assert "请检查后台进程是否在运行" in late.output
    drain_all(beside.database, beside.engine, worker="w")
    assert doctor("queue", timedelta(seconds=90)).exit_code == 0


def test_a_rebuild_that_nobody_does(doctor: Doctor, beside: Services) -> None:
    jobs.request(beside.database, "standard", jobs.REBUILD, "测试")
    assert doctor("queue", timedelta(minutes=50)).exit_code == 0
    late = doctor("queue", timedelta(minutes=90))
    assert late.exit_code == 1
    assert "zhixun index status" in late.output


@pytest.mark.usefixtures("beside")
def test_a_redis_that_does_not_answer(doctor: Doctor, redis_url: str) -> None:
    assert doctor("broker", ENGINE="elastic", REDIS_URL=redis_url).exit_code == 0
    away = doctor("broker", REDIS_URL=f"redis://{closed()}/0")
    assert away.exit_code == 1
    assert "请检查 Redis 进程、地址与密码" in away.output


@pytest.mark.usefixtures("beside")
def test_an_engine_that_does_not_answer(doctor: Doctor) -> None:
    away = doctor("engine", ENGINE="elastic", ELASTICSEARCH_URL=f"http://{closed()}")
    assert away.exit_code == 1
    assert "请检查引擎进程、地址与密码" in away.output


def test_an_index_that_is_gone(doctor: Doctor, beside: Services) -> None:
    shutil.rmtree(beside.settings.index_dir)
    gone = doctor("engine")
    assert gone.exit_code == 1
    for kind in beside.registry.kinds:
        assert f"zhixun index rebuild {kind.name}" in gone.output


def test_an_index_that_differs_from_the_database(doctor: Doctor, beside: Services) -> None:
    name = beside.engine.published("standard")
    assert name is not None
    generations.checked(beside.database, name, 3)
    differs = doctor("indices")
    assert differs.exit_code == 1
    assert "标准的索引与数据库有 3 处不同" in differs.output
    assert "zhixun index check standard --repair" in differs.output


def test_a_table_that_is_gone(doctor: Doctor, beside: Services) -> None:
    with closing(sqlite3.connect(beside.settings.data_dir / "zhixun.db")) as database:
        database.execute("DROP TABLE outbox_message")
    hole = doctor("database")
    assert hole.exit_code == 1
    assert "缺少 outbox_message" in hole.output
    assert "docs/operations.md" in hole.output


def test_a_deadline_that_is_near_and_nothing_was_sent(doctor: Doctor, beside: Services) -> None:
    SimpleHands(beside.database).draft(Office(beside).post())
    with beside.database.read() as session:
        left = pressure(session, NOW).next_due_seconds
    assert left is not None
    early = doctor("requirements", timedelta(seconds=left) - timedelta(minutes=50))
    assert early.exit_code == 0
    assert "最近的推荐时限" not in early.output
    late = doctor("requirements", timedelta(seconds=left) - timedelta(minutes=40))
    assert late.exit_code == 1
    assert "最近的推荐时限还有 40 分钟" in late.output
    assert "/staff/worklist" in late.output
