"""R25: an upgrade of the schema is killed anywhere; the database has the old schema or the new one, never a part.

The kill falls before the n-th statement of the migration, for n over all of it: nothing else could leave a part behind.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from search_service.store.migrate import up_to_date, upgrade
from search_service.store.session import sqlite_url
from tests.reliability.world import Report

CHILD = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from search_service.store.migrate import upgrade

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(sys.argv[1])
print(int(sys.argv[2]) - left)
"""
"""A process that migrates, and is killed before its n-th statement."""

STEP = 12
"""Statements between two kills: half a dozen of them in the whole migration."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    found: str = request.getfixturevalue("postgres_url")
    return found


def migrate(url: str, killed_before: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, url, str(killed_before)]
    return subprocess.run(command, env={**os.environ}, capture_output=True, text=True, check=False)


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_killed_migration_leaves_the_old_schema_or_the_new(url: str, report: Report) -> None:
    kills, statements, more = 0, 3, True
    while more:  # until an upgrade is through: the kill comes later every time
        ended = migrate(url, statements)
        more = ended.returncode == -signal.SIGKILL
        if more:
            kills += 1
            assert tables(url) <= {"alembic_version"}, f"killed before statement {statements}"
            assert not up_to_date(url)
            statements += STEP
    assert ended.returncode == 0, ended.stderr
    assert up_to_date(url)
    assert kills > 1
    whole = tables(url)
    upgrade(url)
    assert tables(url) == whole
    report(kills=kills, statements=ended.stdout.strip(), tables=len(whole), half_schemas=0)
