"""R18: SQLite under sixteen writers is killed again and again, while a reader holds on to one old snapshot.

A life is the time that a process needs to start and a second or two of writes.  A kill does not show what a power cut
does: that needs ``synchronous=FULL``.
"""

import random
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.reliability.clients import Client, Seen, write
from tests.reliability.convergence import hold
from tests.reliability.ledger import Ledger, doubled
from tests.reliability.processes import Web
from tests.reliability.world import Report, World

KILLS = 50
LIFE = (0.2, 2.0)
"""Seconds from the first answer to the kill."""
MOST, RATE, THREADS, SEED = 20_000, 30.0, 16, 18
SNAPSHOT_SECONDS = 30
LARGEST_LOG = 64 * 2**20
"""Bytes of the write-ahead log, which cannot be cut behind a reader: 50 kB a write, for half a minute."""
SECONDS = 40
"""Until the leases of killed drains have ended, and ten more."""


def kill_again_and_again(web: Web, over: threading.Event) -> None:
    chosen = random.Random(SEED)
    while not over.is_set() or web.kills < KILLS:
        time.sleep(chosen.uniform(*LIFE))
        web.kill()
        web.start()


def hold_snapshot(file: Path) -> tuple[int, int, int]:
    """Standards that a reader sees at the beginning and after half a minute, and how large the log became meanwhile."""
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        (before,) = reader.execute("SELECT count(*) FROM standard").fetchone()
        time.sleep(SNAPSHOT_SECONDS)
        (after,) = reader.execute("SELECT count(*) FROM standard").fetchone()
        return before, after, file.with_name("zhixun.db-wal").stat().st_size


@pytest.mark.slow
def test_a_killed_writer_leaves_a_whole_database(embedded: World, report: Report) -> None:
    services = embedded.ready()
    token, ledger, seen = embedded.token(services), Ledger(embedded.folder / "ledger"), Seen()
    file = services.settings.data_dir / "zhixun.db"
    web, over = embedded.web(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        snapshot, killer = pool.submit(hold_snapshot, file), pool.submit(kill_again_and_again, web, over)
        try:
            write(
                lambda: Client(web.address, token, ledger, seen),
                operations=MOST,
                rate=RATE,
                threads=THREADS,
                seed=SEED,
                prefix="T/R18",
                over=lambda: web.kills >= KILLS,
            )
        finally:
            over.set()
        killer.result()
    before, after, log = snapshot.result()
    assert before == after
    assert log <= LARGEST_LOG
    with closing(sqlite3.connect(file)) as checker:
        assert checker.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert checker.execute("PRAGMA foreign_key_check").fetchall() == []
    held = hold(services, ledger, SECONDS)
    assert not seen.wrong, seen.wrong[:3]
    assert seen.statuses[503] == 0, "nobody is told that the database is locked"
    assert not doubled(services.database, [f"T/R18 {turn + 1}" for turn in range(MOST)])
    report(**held.figures(kills=web.kills, unanswered=seen.unanswered, log_MiB=f"{log / 2**20:.1f}", **seen.refusals()))


def test_an_acknowledged_commit_survives_a_power_cut(embedded: World) -> None:
    """What a kill cannot show: SQLite is told to wait for the disk (2 is FULL)."""
    with embedded.open().database.write() as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar() == 2
