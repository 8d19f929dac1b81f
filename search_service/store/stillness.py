"""Whether anything was committed since: the cheapest way to know that what was read a moment ago still holds."""

import sqlite3
from collections.abc import Hashable
from threading import Lock

from sqlalchemy import text

from search_service.store.session import Database

_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")
"""Which transactions are visible: equal snapshots see equal rows (PostgreSQL, transaction ids and snapshots)."""


class Stillness:
    """Tells by a token; thread-safe.

    SQLite counts the commits of all other connections for each connection; the one that asks here never writes.  It is
    opened beside the pool, because a connection that is kept may not be missing there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._watcher: sqlite3.Connection | None = None

    def token(self) -> Hashable:
        """Equal tokens: nothing was committed in between.  Asked before reading, it is at most too old.

        Raises:
            DatabaseUnavailable: the database cannot be asked.
        """
        if self._database.engine.dialect.name != "sqlite":
            with self._database.read() as session:
                return str(session.scalar(_SNAPSHOT))
        with self._lock:
            if self._watcher is None:
                path = self._database.engine.url.database or ""
                self._watcher = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])
