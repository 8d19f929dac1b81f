"""The script in a scratch folder of its own, with Redis, which starts at once; the others go the same way."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.support.servers import RedisServer, programs
from tests.support.services import require

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "services"

Run = Callable[..., str]


@pytest.fixture
def bare() -> dict[str, str]:
    """What a fresh machine's environment holds: a terminal's comforts hid a silent failure once."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


@pytest.fixture
def run(tmp_path: Path, bare: dict[str, str]) -> Iterator[Run]:
    """The script; what it printed."""

    def run(*arguments: str, code: int = 0, **more: str) -> str:
        done = subprocess.run(
            [SCRIPT, *arguments],
            env={**bare, "ZHIXUN_SERVICES_DIR": str(tmp_path), **more},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    yield run
    run("stop")


@pytest.fixture
def redis(tmp_path: Path) -> RedisServer:
    """The server of that folder."""
    if programs.redis() is None:
        require("redis")
    return RedisServer(tmp_path / "redis")


def test_nothing_is_named_that_does_not_answer(run: Run) -> None:
    assert "_URL=" not in run("env", ZHIXUN_TEST_POSTGRES_URL="postgresql+psycopg://postgres@127.0.0.1:9/postgres")


def test_a_server_is_started_once_and_named_until_it_is_stopped(run: Run, redis: RedisServer) -> None:
    assert run("start", "redis") == f"services: redis: started, {redis.url}\n"
    assert f"ZHIXUN_TEST_REDIS_URL={redis.url}\n" in run("env")
    with Redis.from_url(redis.url) as client:
        assert client.ping()
    assert run("start", "redis") == f"services: redis: running, {redis.url}\n"
    assert run("stop", "redis") == "services: redis: stopped\n"
    assert redis.pid is None
    assert "_URL=" not in run("env")
    assert run("stop", "redis") == "services: redis: was not running\n"


def test_a_server_that_was_killed_is_not_named_and_is_started_again(run: Run, redis: RedisServer) -> None:
    run("start", "redis")
    assert redis.pid is not None
    os.kill(redis.pid, signal.SIGKILL)
    assert "_URL=" not in run("env")
    assert "redis: started" in run("start", "redis")
    assert redis.ready


def test_a_server_of_somebody_elses_is_used_and_never_ended(run: Run, redis: RedisServer) -> None:
    with RedisServer() as other:
        named = {"ZHIXUN_TEST_REDIS_URL": other.url}
        assert run("start", "redis", **named) == f"services: redis: yours, {other.url}\n"
        assert f"ZHIXUN_TEST_REDIS_URL={other.url}\n" in run("env", **named)
        assert run("stop", "redis", **named) == "services: redis: was not running\n"
        assert other.ready
    assert not redis.folder.exists()


@pytest.mark.slow
def test_a_server_that_does_not_start_is_named_with_the_end_of_its_log(run: Run, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "redis-server"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho Out of order; exit 1\n")
    program.chmod(0o755)
    said = run("start", "redis", code=1, PATH=f"{program.parent}:{os.environ['PATH']}")
    assert said.startswith("services: redis: cannot be had: it does not answer; ")
    assert said.endswith("server.log ends: Out of order\n")


def test_an_unknown_name_is_answered_with_the_known_ones(run: Run) -> None:
    assert "postgres | redis | elasticsearch | chromium" in run("start", "mysql", code=2)
