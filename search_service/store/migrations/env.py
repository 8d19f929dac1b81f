"""Alembic's entry: migrates the database that `store/migrate.py` names, with the tables of `store/tables.py`."""

from alembic import context
from sqlalchemy import Connection, text

from search_service.store.connections import for_writing, open_engine
from search_service.store.tables import METADATA

LOCK = 0x7A_78_6D_67
"""Of PostgreSQL's advisory locks the one that whoever migrates holds ("zxmg")."""


def run() -> None:
    """One transaction for all steps: whoever is killed in it leaves the old schema, whoever comes second waits.

    SQLite alters tables by copying them (batch mode); it can undo a DDL statement, although Alembic does not expect it.
    """
    engine = open_engine(context.config.get_main_option("sqlalchemy.url") or "")
    try:
        with for_writing(engine).connect() as connection:
            _migrate(connection)
    finally:
        engine.dispose()


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.run_migrations()


run()
