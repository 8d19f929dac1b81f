"""Real servers for the tests, started from installed programs in folders of their own.

``scripts/services`` keeps one of each for all tests; a test about faults starts its own and may stop, kill or freeze
it::

    with PostgresServer() as server:
        connect(server.url)
        server.kill()
        server.start()  # the same port, the same data
"""

from tests.support.servers.accounts import NotStarted
from tests.support.servers.base import Server
from tests.support.servers.elastic import ElasticServer
from tests.support.servers.postgres import PostgresServer
from tests.support.servers.redis import RedisServer

__all__ = ["ElasticServer", "NotStarted", "PostgresServer", "RedisServer", "Server"]
