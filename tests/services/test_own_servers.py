"""A test about faults starts its own servers; here it is shown that their ends are what their names say."""

import base64
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.support.servers import ElasticServer, PostgresServer, RedisServer
from tests.support.services import own


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with own(PostgresServer()) as server:
        yield server


def _psycopg(server: PostgresServer) -> str:
    return server.url.replace("postgresql+psycopg", "postgresql")


@pytest.mark.parametrize("end", [PostgresServer.kill, lambda server: server.stop("immediate"), PostgresServer.stop])
def test_postgres_comes_back_with_what_was_committed(postgres: PostgresServer, end: object) -> None:
    address = postgres.url
    with closing(psycopg.connect(_psycopg(postgres))) as line:
        line.execute("DROP TABLE IF EXISTS kept")
        line.execute("CREATE TABLE kept AS SELECT 1 AS one")
        line.commit()
        line.execute("INSERT INTO kept VALUES (2)")
        end(postgres)  # type: ignore[operator]  # with a transaction open
        assert postgres.pid is None
        assert not postgres.answers()
    postgres.start()
    assert postgres.url == address
    with psycopg.connect(_psycopg(postgres)) as line:
        assert line.execute("SELECT one FROM kept").fetchall() == [(1,)]


@pytest.mark.parametrize(("durable", "left"), [(False, None), (True, b"value")])
def test_redis_forgets_what_it_did_not_write(*, durable: bool, left: bytes | None) -> None:
    with own(RedisServer(durable=durable)) as server, Redis.from_url(server.url) as client:
        client.set("key", "value")
        server.kill()
        with pytest.raises(RedisError):
            client.ping()
        server.start()
        assert client.get("key") == left


def test_a_frozen_server_takes_connections_and_says_nothing_until_it_is_thawed() -> None:
    with own(RedisServer()) as server:
        server.freeze()
        with Redis.from_url(server.url, socket_timeout=0.2) as client, pytest.raises(RedisError, match="Timeout"):
            client.ping()
        server.thaw()
        with Redis.from_url(server.url) as client:
            assert client.ping()


def test_nothing_is_left_of_a_server_that_was_closed() -> None:
    with own(RedisServer()) as server:
        pid = server.pid
        assert pid is not None
    assert server.pid is None
    assert not server.folder.exists()


@pytest.fixture(scope="module")
def secured() -> Iterator[ElasticServer]:
    roles = 'app: {indices: [{names: ["zhixun-*"], privileges: ["all"]}]}'
    with own(ElasticServer(users={"app": ("a-password", ["app"])}, roles=roles)) as server:
        yield server


@pytest.mark.slow
def test_a_secured_elasticsearch_lets_a_role_reach_its_own_indices_only(secured: ElasticServer) -> None:
    assert _status(secured, "PUT", "zhixun-1", "app:a-password") == 200
    assert _status(secured, "PUT", "other", "app:a-password") == 403
    assert _status(secured, "PUT", "zhixun-2", "app:another") == 401
    assert _status(secured, "PUT", "zhixun-2", None) == 401


@pytest.mark.slow
def test_a_killed_elasticsearch_comes_back_with_its_indices(secured: ElasticServer) -> None:
    assert _status(secured, "PUT", "zhixun-kept", "app:a-password") == 200
    address = secured.url
    secured.kill()
    assert not secured.answers()
    secured.start()
    assert secured.url == address
    assert _status(secured, "GET", "zhixun-kept", "app:a-password") == 200
    assert _status(secured, "GET", "zhixun-never", "app:a-password") == 404


def _status(server: ElasticServer, method: str, path: str, user: str | None) -> int:
    request = urllib.request.Request(f"{server.url}/{path}", method=method)
    if user:
        request.add_header("Authorization", f"Basic {base64.b64encode(user.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
