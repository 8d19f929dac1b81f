"""Alembic's entry: migrates the database that `store/migrate.py` names, with the tables of `store/tables.py`."""

from alembic import context
from sqlalchemy import create_engine

from search_service.store.tables import METADATA


def run() -> None:
    """One transaction for all steps; SQLite alters tables by copying them (batch mode)."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
