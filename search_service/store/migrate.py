"""The schema comes from Alembic only, in tests too."""

from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from search_service.store.connections import open_engine
from search_service.store.tables import METADATA

DECLARED = {table.name: tuple(table.columns.keys()) for table in METADATA.sorted_tables}
"""Columns by table, as this release declares them; a table that somebody declares later is none of this release."""

NAMED = 5
"""Missing tables and columns that are named: enough to see what happened."""


class Difference(NamedTuple):
    """What is wrong with a schema, and what helps."""

    message: str
    advice: str


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
    return difference(url) is None


def difference(url: str) -> Difference | None:
    """How the database differs from what this release was written for.

    The revision says what was done to it once; tables and columns say what is there, whatever happened since.
    """
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            there = MigrationContext.configure(connection).get_current_heads()
            if set(there) != set(ScriptDirectory.from_config(config(url)).get_heads()):
                return Difference("表结构与本版本不一致", "请执行 zhixun migrate")
            missing = _missing(connection)
    finally:
        engine.dispose()
    if not missing:
        return None
    others = f"等 {len(missing)} 处" if len(missing) > NAMED else ""
    advice = "zhixun migrate 补不上:请恢复备份,或按 docs/operations.md 的“Upgrade”换一个新库"
    return Difference(f"表结构与本版本不一致:缺少 {'、'.join(missing[:NAMED])}{others}", advice)


def _missing(connection: Connection) -> list[str]:
    """Tables and columns that this release needs and the database does not have."""
    there = {
        table: {one["name"] for one in columns}
        for (_, table), columns in inspect(connection).get_multi_columns().items()
    }
    found = [table for table in DECLARED if table not in there]
    for table, columns in DECLARED.items():
        found += [f"{table}.{column}" for column in columns if table in there and column not in there[table]]
    return found


def downgrade(url: str, revision: str = "base") -> None:
    """And back."""
    command.downgrade(config(url), revision)
