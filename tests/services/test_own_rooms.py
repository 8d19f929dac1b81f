import psycopg
import pytest
from elasticsearch import Elasticsearch
from redis import Redis
from sqlalchemy import create_engine, make_url, text

from tests.support.rooms import own_database, own_number, own_prefix
from tests.support.servers import RedisServer
from tests.support.services import own, require


def test_a_database_is_empty_and_goes_although_somebody_is_connected() -> None:
    with own_database(require("postgres")) as url:
        engine = create_engine(url)
        left_open = engine.connect()
        assert left_open.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0
    left_open.invalidate()
    engine.dispose()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def test_two_redis_rooms_do_not_see_each_other_and_are_left_empty() -> None:
    with own(RedisServer()) as server:  # in the common one the number may be somebody else's a moment later
        with own_number(server.url) as one, own_number(server.url) as other, Redis.from_url(other) as stranger:
            with Redis.from_url(one) as client:
                client.set("key", "value")
            assert stranger.get("key") is None
        with Redis.from_url(one) as client:
            assert client.info("keyspace") == {}


def test_indices_of_a_prefix_go_with_their_aliases_and_no_others() -> None:
    url = require("elasticsearch")
    with Elasticsearch(url) as client, own_prefix(url) as stays:
        client.indices.create(index=f"{stays}1", settings={"number_of_replicas": 0})
        with own_prefix(url) as goes:
            client.indices.create(
                index=f"{goes}1", settings={"number_of_replicas": 0, "hidden": True}, aliases={f"{goes}now": {}}
            )
        assert list(client.indices.get(index="test-*", expand_wildcards="all").keys() & {f"{goes}1"}) == []
        assert not client.indices.exists_alias(name=f"{goes}now")
        assert client.indices.exists(index=f"{stays}1")
