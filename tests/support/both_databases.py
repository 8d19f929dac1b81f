"""Which tests run on SQLite and on PostgreSQL, and the database that a test gets.

What speaks SQL of its own runs on both: store, records, indexers, and the API of the records.  Pages, searching and
ranking read through the same sessions and would only repeat it: `tests/search/test_both_databases.py` asks the whole
sample on both and compares the answers.  ``ZHIXUN_TEST_DATABASE=postgresql`` runs everything else there, too.
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

BOTH = ("store", "records", "indexers", "api/test_records_http.py", "api/test_linked_records_http.py")
TESTS = Path(__file__).parent.parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run twice what stands in `BOTH` and needs a database."""
    place = metafunc.definition.path.relative_to(TESTS).as_posix()
    if "system_of_record" in metafunc.fixturenames and place.startswith(BOTH):
        metafunc.parametrize("system_of_record", ["sqlite", "postgresql"], scope="session")


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
