"""Which tests run on SQLite and on PostgreSQL, which of them on Elasticsearch, too, and what a test gets of each.

What speaks SQL of its own runs on both: store, records, indexers, and the API of the records.  Pages, searching and
ranking read through the same sessions and would only repeat it: `tests/search/test_both_databases.py` asks the whole
sample on both and compares the answers.  ``ZHIXUN_TEST_DATABASE=postgresql`` runs everything else there, too.

The life of an index (made, filled, swapped, dropped, mended) is lived on both engines: a test that asks for
`both_engines` runs twice more in ``make test-slow``, on PostgreSQL and, as in production, with Elasticsearch.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from search_service.store.migrate import upgrade
from tests.support.services import require

AT_ONCE = ("store", "api/test_records_http.py")
LATER = (
    "records",
    "standards",
    "indexers",
    "people",
    "outbox",
    "recommendation",
    "requirements",
    "timekeeping/test_clock_set_wrong.py",
    "timekeeping/test_tick.py",
    "api/test_linked_records_http.py",
)
"""Of these the second database has its turn in ``make test-slow``: together they take minutes on it."""
BOTH_ENGINES = "both_engines"
"""The fixture that says so, in ``tests/indexers``."""
TESTS = Path(__file__).parent.parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run twice what stands in `AT_ONCE` or `LATER` and needs a database, a third time what an index lives through."""
    place = metafunc.definition.path.relative_to(TESTS).as_posix()
    if "system_of_record" not in metafunc.fixturenames or not place.startswith(AT_ONCE + LATER):
        return
    slow = [pytest.mark.slow]
    if BOTH_ENGINES in metafunc.fixturenames:
        others = [pytest.param("postgresql", engine, marks=slow) for engine in ("embedded", "elastic")]
        worlds = [("sqlite", "embedded"), *others]
        metafunc.parametrize(("system_of_record", "search_engine"), worlds, scope="session")
    else:
        second = pytest.param("postgresql", marks=slow if place.startswith(LATER) else [])
        metafunc.parametrize("system_of_record", ["sqlite", second], scope="session")


@pytest.fixture(scope="session")
def search_engine() -> str:
    """``embedded`` or ``elastic``."""
    return "embedded"


@pytest.fixture
def engine_settings(search_engine: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """What chooses the engine, with an index prefix of the test's own."""
    if search_engine == "embedded":
        return {}
    url, prefix = request.getfixturevalue("elasticsearch_url"), request.getfixturevalue("index_prefix")
    return {"engine": search_engine, "elasticsearch_url": url, "index_prefix": prefix}


@pytest.fixture(scope="session")
def system_of_record() -> str:
    """``sqlite`` or ``postgresql``."""
    return os.environ.get("ZHIXUN_TEST_DATABASE", "sqlite")


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[URL]:
    """A migrated database without rows, to be copied: a copy takes a third of a migration."""
    with _database() as url:
        upgrade(_text(url))
        yield url


@pytest.fixture
def database_url(system_of_record: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database without rows; empty for SQLite, which lives in the data folder."""
    if system_of_record == "sqlite":
        yield ""
        return
    with _database(request.getfixturevalue("postgres_template").database) as url:
        yield _text(url)


@contextmanager
def _database(template: str = "template1") -> Iterator[URL]:
    """A database of the common server, dropped afterwards with whoever is still connected."""
    server, name = make_url(require("postgres")), f"zhixun_test_{secrets.token_hex(6)}"
    with psycopg.connect(_text(server.set(drivername="postgresql")), autocommit=True) as superuser:
        superuser.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield server.set(database=name)
        superuser.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
