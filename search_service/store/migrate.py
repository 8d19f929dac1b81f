"""The schema comes from Alembic only, in tests too."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str) -> Config:
    """Alembic's configuration for a database."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    found.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return found


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision; a new file gets everything."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """And back."""
    command.downgrade(config(url), revision)
