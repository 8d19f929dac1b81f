"""The schema comes from Alembic only, in tests too."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from search_service.store.connections import open_engine


def config(url: str) -> Config:
    """Alembic's configuration for a database."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    found.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return found


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision; a new file gets everything."""
    command.upgrade(config(url), revision)


def up_to_date(url: str) -> bool:
    """Whether the database has the schema that this release was written for."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            there = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return set(there) == set(ScriptDirectory.from_config(config(url)).get_heads())


def downgrade(url: str, revision: str = "base") -> None:
    """And back."""
    command.downgrade(config(url), revision)
