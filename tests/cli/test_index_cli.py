"""``zhixun index …``: what is shown, what is done, and that a running server does what another process cannot."""

import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from api import wiring
from api.settings import Settings
from indexers.documents import schema_of
from search_service.engines.base import Tombstone
from tests.conftest import NOW
from tests.support.forked import ROOT
from tests.support.shell import Shell

pytestmark = pytest.mark.slow  # some sixty starts of the program

START_SECONDS = 60


@pytest.fixture
def serving(zhixun: Shell) -> Iterator[str]:
    """A server on the same folder; its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        zhixun.command("serve", "--port", str(port)),
        cwd=ROOT,
        env=zhixun.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(START_SECONDS * 10):
            time.sleep(0.1)
            try:
                if httpx2.get(f"{address}/healthz").status_code == 200:
                    break
            except httpx2.TransportError:
                assert running.poll() is None, "it ended"
        yield address
    finally:
        running.terminate()
        running.wait()


def published(zhixun: Shell) -> dict[str, str]:
    return {
        row["kind"]: index["name"]
        for row in zhixun.json("index", "status")
        for index in row["indices"]
        if index["published"]
    }


def corrupt(zhixun: Shell, name: str, count: int) -> None:
    """Take documents out of an index behind the database's back."""
    services = wiring.build(Settings(data_dir=zhixun.folder, clock=NOW))
    gone = [entity for entity, _ in services.engine.entries(name)][:count]
    services.engine.write(name, [Tombstone(i, 1) for i in gone])
    services.engine.refresh(name)
    services.close()


def test_rebuild_and_back(zhixun: Shell) -> None:
    before = published(zhixun)
    assert set(before) == {row["kind"] for row in zhixun.json("kinds")}
    made = zhixun.json("index", "rebuild", "plan")
    after = published(zhixun)
    assert after == {**before, "plan": made["plan"]}
    assert after["plan"] != before["plan"]
    assert "上一代" in zhixun("index", "status", "plan")
    zhixun("index", "rollback", "plan")
    assert published(zhixun) == before
    zhixun("index", "rollback", "nonsense", code=2)
    assert "没有保留上一代索引" in zhixun("index", "rollback", "standard", code=1)


def test_looking_changes_nothing_in_the_books(zhixun: Shell) -> None:
    def books() -> list[object]:
        with closing(sqlite3.connect(zhixun.folder / "zhixun.db")) as database:
            return database.execute("SELECT * FROM search_index ORDER BY name").fetchall()

    before = books()
    assert before
    zhixun("search", "压力表")
    zhixun("index", "status")
    zhixun("doctor", "--only", "indices")
    assert books() == before


def test_check_says_what_differs_and_mends_it(zhixun: Shell) -> None:
    assert all(row["sound"] for row in zhixun.json("index", "check"))
    corrupt(zhixun, published(zhixun)["capability"], 3)
    [row] = zhixun.json("index", "check", "capability", code=1)
    assert (row["missing"], row["sound"], len(row["first"]["missing"])) == (3, False, 3)
    assert "--repair" in zhixun("index", "check", "capability", code=1)
    [row] = zhixun.json("index", "check", "capability", "--repair")
    assert (row["repaired"], row["sound"]) == (3, True)
    zhixun("index", "check", "capability")


def test_only_what_nobody_needs_is_dropped(zhixun: Shell) -> None:
    name = published(zhixun)["plan"]
    assert "正在为" in zhixun("index", "drop", name, code=3)
    assert "不支持通配符" in zhixun("index", "drop", "zhixun-plan-*", code=3)
    services = wiring.build(Settings(data_dir=zhixun.folder, clock=NOW))
    services.engine.create(schema_of(services.registry.kind("plan")), f"zhixun-plan-{uuid4().hex}")
    orphan = next(i.name for i in services.engine.list("plan") if i.name != name)
    services.close()
    assert f"zhixun index drop {orphan}" in zhixun("index", "status", "plan").replace("\n", "")
    zhixun("index", "drop", orphan)
    assert orphan not in json_names(zhixun)


def json_names(zhixun: Shell) -> list[str]:
    return [index["name"] for row in zhixun.json("index", "status") for index in row["indices"]]


@pytest.mark.usefixtures("serving")
def test_a_running_server_is_asked_to_rebuild(zhixun: Shell) -> None:
    before = published(zhixun)
    said = zhixun("index", "rebuild", "plan")
    assert "已交给正在运行的服务执行" in said
    after = published(zhixun)
    assert after["plan"] in said.replace("\n", "")
    assert after["plan"] != before["plan"]
    zhixun("index", "rollback", "plan")
    assert published(zhixun) == before
    assert all(row["sound"] for row in zhixun.json("index", "check"))


def test_a_running_server_writes_what_check_marked(zhixun: Shell, request: pytest.FixtureRequest) -> None:
    corrupt(zhixun, published(zhixun)["plan"], 2)
    request.getfixturevalue("serving")
    [row] = zhixun.json("index", "check", "plan", "--repair")
    assert (row["repaired"], row["sound"]) == (2, True)


def test_the_folder_of_an_index_that_is_gone_is_no_riddle(zhixun: Shell) -> None:
    shutil.rmtree(Path(zhixun.folder) / "index")
    assert "zhixun index rebuild plan" in zhixun("index", "status", "plan")
    assert "没有可用的索引" in zhixun("index", "check", "plan", code=1)
    zhixun("index", "rebuild", "plan")
    assert [row["sound"] for row in zhixun.json("index", "check", "plan")] == [True]
