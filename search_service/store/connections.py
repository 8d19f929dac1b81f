"""What each database is told when a connection opens and a transaction begins, so that both then behave alike.

| | SQLite | PostgreSQL |
|---|---|---|
| writers | one at a time (``BEGIN IMMEDIATE``) | side by side; a row that two change makes one of them wait |
| readers | one snapshot (WAL) | one snapshot (``REPEATABLE READ READ ONLY``) |
| longest wait for a writer | `PATIENCE` | `PATIENCE` |
| order of texts | by code point | by code point (columns are ``COLLATE "C"``, see the migration) |
| LIKE | told to mind the case | minds the case |
"""

from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from search_service.errors import DatabaseBusy, DatabaseUnavailable, Invalid, ZhixunError

PATIENCE = 5
"""Seconds that a writer waits for another: far above any transaction of ours, below a client's patience."""

POOL = 20
"""Connections; the web layer admits as many requests at once (`api/app.py`): none waits for another in a circle."""

POOL_WAIT = 10
"""Seconds for a free connection: only a flood comes here, and it is better told than kept."""

CONNECT = 3
"""Seconds for a connection to open: a database that is away must not look like a slow one."""

IDLE = 60
"""Seconds after which the server ends a transaction that says nothing: its process was paused, and holds locks."""

UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout)
"""What drivers raise when the database is away, locked for long, or has no connection left."""

_BUSY = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available: longer than PATIENCE
    "57014",  # query_canceled: longer than a statement may take
}
"""States (PostgreSQL, appendix A) in which the database is there and the same request may simply be sent again."""


def open_engine(url: str, *, statement_seconds: int = 0) -> Engine:
    """A pool of connections; `statement_seconds` ends what takes longer on PostgreSQL (0: nothing is ended)."""
    if url.startswith("sqlite"):
        engine = create_engine(url, pool_size=POOL, max_overflow=0, pool_timeout=POOL_WAIT, hide_parameters=True)
        _tell_sqlite(engine)
        return engine
    return create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        hide_parameters=True,  # values of a statement that failed are people's data, and errors are logged
        pool_pre_ping=True,  # a server that came back is noticed before a request meets the dead connection
        connect_args={
            "connect_timeout": CONNECT,
            "application_name": "zhixun",
            # A host that lost its power sends no goodbye: ask after 10 s of silence, give up 5 s later.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 5_000,
            "options": " ".join(
                f"-c {name}={value}"
                for name, value in {
                    "TimeZone": "UTC",
                    "lock_timeout": f"{PATIENCE}s",
                    "statement_timeout": f"{statement_seconds}s",
                    "idle_in_transaction_session_timeout": f"{IDLE}s",
                }.items()
            ),
        },
    )


def for_reading(engine: Engine) -> Engine:
    """The same pool, for transactions that see one snapshot and change nothing."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: Engine) -> Engine:
    """The same pool, for transactions that begin as writers.

    A deferred transaction of SQLite that is upgraded later fails at once with "database is locked".  PostgreSQL's
    writers read what is committed: rows that a use case changes are locked when it loads them, and a newer version of
    any other is refused by its number.
    """
    return engine.execution_options(zhixun_write=True)


def for_noting(engine: Engine) -> Engine:
    """The same for transactions that a power cut may undo: SQLite does not wait for the disk, PostgreSQL does."""
    return for_writing(engine).execution_options(zhixun_noting=True)


def translated(error: Exception) -> ZhixunError | None:
    """Our error for one of a driver's that is no mistake of ours; None for all others."""
    if isinstance(error, DataError):  # a NUL in a text, say, which only PostgreSQL minds
        return Invalid("内容中有数据库无法处理的字符或数值,请核对后重试")
    if not isinstance(error, UNREACHABLE) and not (isinstance(error, DBAPIError) and error.connection_invalidated):
        return None
    cause = getattr(error, "orig", None)
    locked = "database is locked" in str(cause)  # SQLite's only word for it
    if locked or getattr(cause, "sqlstate", None) in _BUSY:
        return DatabaseBusy()
    return DatabaseUnavailable()


def _tell_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",  # readers never wait for the writer
            "synchronous=FULL",  # an acknowledged commit survives a power cut, not only a kill
            f"busy_timeout={PATIENCE * 1_000}",
            "foreign_keys=ON",
            "case_sensitive_like=ON",  # as PostgreSQL's LIKE is
            "recursive_triggers=ON",  # or REPLACE would delete past the audit's trigger
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("zhixun_write", False):
            # Past SQLAlchemy, which takes ten times as long to hand it on: it opens no file, waits for nobody and so
            # cannot fail, and every search begins with it.
            cursor = connection.connection.cursor()
            cursor.execute("BEGIN")
            cursor.close()
            return
        # Said every time, because it stays with the connection.
        connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if options.get('zhixun_noting') else 'FULL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
