"""Addresses of the real servers, from the environment; a test that needs one that is not there is skipped with reason.

With ``REQUIRE_SERVICES=1``, as ``.ci/run`` sets it, a missing server fails the test: a skip never passes for a check.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

import pytest

from tests.support.servers import NotStarted, Server, programs

Service = Literal["postgres", "redis", "elasticsearch", "elasticsearch_home", "chromium"]

S = TypeVar("S", bound=Server)

VARIABLES: dict[Service, str] = {
    "postgres": "ZHIXUN_TEST_POSTGRES_URL",
    "redis": "ZHIXUN_TEST_REDIS_URL",
    "elasticsearch": "ZHIXUN_TEST_ELASTICSEARCH_URL",
    "elasticsearch_home": "ZHIXUN_TEST_ELASTICSEARCH_HOME",
    "chromium": "ZHIXUN_TEST_CHROMIUM",
}

PROGRAMS: dict[Service, Callable[[], Path | None]] = {
    "elasticsearch_home": programs.elasticsearch,
    "chromium": programs.chromium,
}
"""What stands in its usual place needs no variable."""


def require(name: Service) -> str:
    """The address of a server, or the path of a program; the test ends here where there is none."""
    found = os.environ.get(VARIABLES[name]) or PROGRAMS.get(name, lambda: None)()
    if not found:
        missing(
            f"no {name} here: {VARIABLES[name]} is not set. `scripts/services start` gets what this machine can have,"
            ' `set -a; eval "$(scripts/services env)"` tells the tests; `make test` does both'
        )
    return str(found)


@contextmanager
def own(server: S) -> Iterator[S]:
    """A server of the test's own, for faults: started here, gone afterwards; the test ends here where it cannot be had.

    ``with own(PostgresServer()) as server: …``
    """
    try:
        server.start()
    except NotStarted as why:
        server.close()
        missing(f"no {server.name} of our own: {why}")
    try:
        yield server
    finally:
        server.close()


def missing(reason: str) -> NoReturn:
    """End the test because of a missing server: skipped, or failed where ``REQUIRE_SERVICES=1``."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
