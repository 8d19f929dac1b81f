"""Wide changes: the first thousand in the transaction, the rest by a job that can be killed and goes on."""

import uuid

import pytest
from sqlalchemy import func, select

from api.wiring import Services
from indexers import fan_out
from indexers.fan_out import spread
from search_service.store import marks
from search_service.store.division import Division
from search_service.store.institution import Institution
from search_service.store.journal import FanOut, IndexState
from tests.support import rows

MANY = 25


@pytest.fixture
def wide(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """One district with many capabilities; ten are wide."""
    monkeypatch.setattr(marks, "WIDE", 10)
    monkeypatch.setattr(fan_out, "STEP", 6)
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session)
        for _ in range(MANY):
            rows.capability(session, owner)
    to_its_end(services)  # PostgreSQL looks again for links by value
    return services


def to_its_end(services: Services) -> None:
    while spread(services.database):
        pass


def steps(services: Services) -> int:
    """To its end; how many it took."""
    taken = 1
    while spread(services.database):
        taken += 1
    return taken


def seqs(services: Services, kind: str = "capability") -> dict[uuid.UUID, int]:
    with services.database.read() as session:
        found = session.execute(select(IndexState.entity_id, IndexState.seq).where(IndexState.kind == kind))
        return dict(found.all())


def rename(services: Services, name: str) -> None:
    with services.database.write() as session:
        session.scalars(select(Division).where(Division.adcode == "610113")).one().short_names = [name]


def jobs(services: Services) -> int:
    with services.database.read() as session:
        begun = select(func.count()).select_from(FanOut).where(FanOut.after != marks.NOBODY)
        return session.scalar(begun) or 0


def test_a_wide_change_is_marked_to_its_end(wide: Services) -> None:
    before = seqs(wide)
    rename(wide, "雁塔新区")
    at_once = [i for i, seq in seqs(wide).items() if seq > before[i]]
    assert len(at_once) == 10
    assert jobs(wide) == 1
    marked = []
    while jobs(wide):
        spread(wide.database)
        marked.append(sum(seq > before[i] for i, seq in seqs(wide).items()))
    assert marked[0] < marked[-1] == MANY
    to_its_end(wide)
    assert all(seq == before[i] + 1 for i, seq in seqs(wide).items())


def test_what_fits_needs_no_job(wide: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "WIDE", MANY + 1)
    before = seqs(wide)
    rename(wide, "雁塔新区")
    assert all(seq == before[i] + 1 for i, seq in seqs(wide).items())
    assert jobs(wide) == 0


def test_a_second_change_before_the_first_is_marked_adds_up(wide: Services) -> None:
    before = seqs(wide)
    rename(wide, "雁塔新区")
    spread(wide.database)
    rename(wide, "雁塔")
    to_its_end(wide)
    assert all(seq > before[i] for i, seq in seqs(wide).items())


def test_jobs_that_ask_the_same_are_done_together(wide: Services) -> None:
    """Each change of a row that is reached by a value leaves one on PostgreSQL: one by one they would pile up."""
    rename(wide, "雁塔新区")
    alone = steps(wide)
    before = seqs(wide)
    for name in ("雁塔", "雁塔老区", "雁塔区"):
        rename(wide, name)
    assert jobs(wide) == 3
    assert steps(wide) <= alone + 1
    assert all(seq > before[i] for i, seq in seqs(wide).items())


def test_a_link_that_is_given_up_is_marked_before_it_is_lost(wide: Services) -> None:
    before = seqs(wide)
    with wide.database.write() as session:
        session.scalars(select(Division).where(Division.adcode == "610113")).one().adcode = "610199"
    assert jobs(wide) == 0  # nobody would find them later
    assert all(seq > before[i] for i, seq in seqs(wide).items())


def test_who_moves_away_meanwhile_is_marked_by_the_move(wide: Services) -> None:
    rename(wide, "雁塔新区")
    before = seqs(wide)
    with wide.database.write() as session:
        session.scalars(select(Institution)).one().division_adcode = "610000"
    to_its_end(wide)
    assert all(seq > before[i] for i, seq in seqs(wide).items())
