"""S14: with security on, the application's own role is enough for all its work and for nothing else.

The role is the one that is deployed (`deploy/elasticsearch/role.json`).
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import ApiError, Elasticsearch

from api import wiring
from api.wiring import Services
from indexers.drain import drain_all
from indexers.rebuild import rebuild, rollback
from search_service.query.request import SearchRequest
from search_service.store.standard import Standard
from tests.reliability.clients import title
from tests.reliability.convergence import converged, not_as_written
from tests.reliability.world import Report, World, embedded_settings
from tests.support import rows
from tests.support.servers import ElasticServer
from tests.support.services import own

pytestmark = pytest.mark.slow

ROLE = Path(__file__).parents[2] / "deploy" / "elasticsearch" / "role.json"
PASSWORD = "only-for-this-test"  # the server is gone after it
USERS = {"zhixun": (PASSWORD, ["zhixun"]), "operator": (PASSWORD, ["superuser"])}


@pytest.fixture(scope="module")
def server() -> Iterator[ElasticServer]:
    # YAML reads JSON.
    with own(ElasticServer(users=USERS, roles=f"zhixun: {json.dumps(json.loads(ROLE.read_text()))}\n")) as server:
        yield server


@pytest.fixture
def services(server: ElasticServer, tmp_path: Path) -> Iterator[Services]:
    world = World(tmp_path, embedded_settings(tmp_path), production=True)
    yield world.open(
        engine="elastic", elasticsearch_url=server.url, elasticsearch_user="zhixun", elasticsearch_password=PASSWORD
    )
    world.close()


def test_the_role_is_enough(services: Services, report: Report) -> None:
    kind = services.registry.kind("standard")
    with services.database.write() as session:
        for number in range(50):
            rows.standard(session, f"T/S14 {number}-2020", title(number))
    wiring.bring_up_to_date(services)
    for bring in (rebuild, rebuild, rollback):  # the second drops the oldest generation
        bring(services.database, services.engine, kind)
    with services.database.write() as session:
        session.query(Standard).limit(1).one().title = title(50)
    drain_all(services.database, services.engine, worker="w")
    assert services.search.search(SearchRequest(q=title(50).split()[1], kinds=("standard",))).total == 1
    seconds = converged(services, 60)
    assert not not_as_written(services)
    report(lost=0, stale=0, seconds_to_converge=f"{seconds:.1f}")


def test_and_for_nothing_else(server: ElasticServer) -> None:
    with (
        Elasticsearch(server.url, basic_auth=("operator", PASSWORD)) as operator,
        Elasticsearch(server.url, basic_auth=("zhixun", PASSWORD)) as ours,
    ):
        operator.index(index="salaries", id="1", document={"of": "everybody"}, refresh=True)
        ours.index(index="zhixun-own", id="1", document={"of": "us"}, refresh=True)
        forbidden = {
            "read": lambda: ours.get(index="salaries", id="1"),
            "search": lambda: ours.search(index="salaries"),
            "search all": lambda: ours.search(index="salaries,zhixun-own"),
            "write": lambda: ours.index(index="salaries", id="2", document={}),
            "create": lambda: ours.indices.create(index="others"),
            "delete": lambda: ours.indices.delete(index="salaries"),
            "alias": lambda: ours.indices.put_alias(index="salaries", name="zhixun-salaries"),
            "settings": lambda: ours.cluster.put_settings(persistent={"action.auto_create_index": "false"}),
            "script": lambda: ours.put_script(id="x", script={"lang": "painless", "source": "1"}),
            "snapshot": lambda: ours.snapshot.create_repository(
                name="x", repository={"type": "fs", "settings": {"location": "/tmp/x"}}
            ),
        }
        for what, ask in forbidden.items():
            with pytest.raises(ApiError) as refused:
                ask()
            assert refused.value.status_code == 403, what
        with pytest.raises(ApiError) as refused:
            ours.search(index="zhixun-own", script_fields={"x": {"script": {"lang": "painless", "source": "1"}}})
        assert refused.value.status_code in {400, 403}
        assert operator.count(index="salaries")["count"] == 1
    with Elasticsearch(server.url) as nobody, pytest.raises(ApiError) as refused:
        nobody.search(index="zhixun-own")
    assert refused.value.status_code == 401
