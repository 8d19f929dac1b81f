"""A scenario that passes with its guard taken out is no test: here guards are taken out, and the checkers notice.

Each guard is replaced in this process by what somebody could have written instead.  The checker is the scenario's, and
so is the fault of R13 and R16; of the others it is the one moment that matters: a late write, a stale edit, a key that
is sent twice.
"""

import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update

from api import wiring
from api.wiring import Services
from indexers import claims, guards, steps
from indexers import drain as draining
from indexers.claims import Claim
from indexers.drain import drain_all
from indexers.rebuild import rebuild
from search_service.engines.base import Engine, Tombstone, WriteReport
from search_service.errors import VersionDiffers
from search_service.kinds.access import Actor, Role
from search_service.kinds.base import Kind
from search_service.records import idempotency, versions, write
from search_service.store import marks
from search_service.store.capability import Capability
from search_service.store.journal import IndexState
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.reliability.clients import title
from tests.reliability.convergence import differences, due, not_as_written
from tests.reliability.test_drained_at_once import Watched, at_once
from tests.support import rows

STAFF = Actor(Role.STAFF)
MANY = 40


@pytest.fixture
def filled(services: Services) -> Services:
    """Forty standards, marked and not indexed."""
    with services.database.write() as session:
        for number in range(MANY):
            rows.standard(session, f"T/Z {number}-2020", title(number))
    wiring.bring_up_to_date(services)
    with services.database.write() as session:
        for row in session.scalars(select(Standard)):
            row.scope = "已变更"
    return services


def rename_while_draining(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row changes after it was read for its document and before that is acknowledged."""
    load = draining.load

    def loaded_then_changed(database: Database, kind: Kind, wanted: dict[uuid.UUID, int]) -> Any:
        built = load(database, kind, wanted)
        monkeypatch.setattr(draining, "load", load)
        with database.write() as session:
            session.scalars(select(Standard)).first().title = title(MANY)  # type: ignore[union-attr]
        return built

    monkeypatch.setattr(draining, "load", loaded_then_changed)


def acknowledge_whatever_is_there(claimed: Claim, reports: Sequence[WriteReport]) -> int:
    del reports
    with claimed._database.write() as session:
        mine = (IndexState.kind == claimed.kind.name, IndexState.entity_id.in_(list(claimed.seqs)))
        session.execute(update(IndexState).where(*mine).values(done_seq=IndexState.seq, claimed_until=None))
    return 0


@pytest.mark.parametrize("guarded", [True, False])
def test_acknowledging_the_current_sequence_loses_a_change(
    filled: Services, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """R8: only the sequence that was claimed may be acknowledged."""
    rename_while_draining(monkeypatch)
    if not guarded:
        monkeypatch.setattr(claims.Claim, "acknowledge", acknowledge_whatever_is_there)
    drain_all(filled.database, filled.engine, worker="w")
    drain_all(filled.database, filled.engine, worker="w")
    assert due(filled) == 0
    assert (not differences(filled) and not not_as_written(filled)) is guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_claims_that_ignore_leases_do_everything_twice(
    filled: Services, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """R16: what a living worker has claimed is not taken from it."""
    if not guarded:
        anybodys = claims.DUE[:3]
        monkeypatch.setattr(claims, "DUE", anybodys)
        monkeypatch.setattr(claims, "_claiming", claims._claiming.__wrapped__)
        monkeypatch.setattr(draining, "_MARKED", select(IndexState.kind).where(*anybodys).distinct())
    watched, gate = Watched(filled.engine), threading.Event()
    watched.gate = gate
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(at_once, filled, watched, 1, MANY)
        assert watched.reached.wait(60)
        at_once(filled, watched, 1, MANY)
        gate.set()
        slow.result()
    assert (max(watched.given.values()) == 1) is guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_a_swap_without_a_look_publishes_what_lacks_rows(
    filled: Services, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """R13: the new index is verified before it serves."""
    drain_all(filled.database, filled.engine, worker="w")
    kind = filled.registry.kind("standard")
    refresh = steps._STEPS[steps.Step.REFRESH]

    def lose_three(work: Any, name: str) -> None:
        refresh(work, name)
        gone = list(filled.engine.entries(name))[:3]
        filled.engine.write(name, [Tombstone(row_id, seq) for row_id, seq in gone])
        filled.engine.refresh(name)

    monkeypatch.setitem(steps._STEPS, steps.Step.REFRESH, lose_three)
    if guarded:
        with pytest.raises(guards.RebuildRefused):
            rebuild(filled.database, filled.engine, kind)
    else:
        monkeypatch.setattr(guards, "require_sound", lambda *_: None)
        rebuild(filled.database, filled.engine, kind)
    assert len(differences(filled)) == (0 if guarded else 3)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_keys_a_request_sent_again_takes_effect_again(
    services: Services, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """R26 and R1: one intention, one row."""
    with services.database.write() as session:
        rows.xian(session)
        body = {"institution": str(rows.institution(session).id), "object": "混凝土", "parameter": "抗压强度"}
    if not guarded:
        monkeypatch.setattr(idempotency, "claim", lambda *_: None)
    for _ in range(2):
        write.create(services.database, services.registry.kind("capability"), STAFF, body, "k")
    with services.database.read() as session:
        assert (session.scalar(select(func.count()).select_from(Capability)) == 1) is guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_without_versions_an_edit_is_overwritten(
    filled: Services, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """R27: a counter that five raise is exact only where a stale edit is refused."""
    if not guarded:
        monkeypatch.setattr(versions, "check", lambda *_, **__: None)
    kind = filled.registry.kind("standard")
    with filled.database.write() as session:
        row = session.scalars(select(Standard)).first()
        assert row is not None
        row.title, row_id = "计数 0", str(row.id)

    def read() -> tuple[int, str]:
        with filled.database.read() as session:
            shown = session.get_one(Standard, uuid.UUID(row_id))
        return int(shown.title.split()[1]), f'"v{shown.row_version}"'

    for seen in [read() for _ in range(5)]:  # five editors have looked before the first of them saves
        number, version = seen
        while True:
            try:
                write.change(filled.database, kind, STAFF, row_id, {"title": f"计数 {number + 1}"}, version)
            except VersionDiffers:
                number, version = read()
            else:
                break
    assert (read()[0] == 5) is guarded


class Forgetful:
    """An engine that takes whatever comes, also what is older than what it has."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, index: str, batch: Sequence[Any]) -> WriteReport:
        held = dict(self._engine.entries(index))
        forced = [type(item)(**_fields(item) | {"seq": held.get(item.id, 0) + 1}) for item in batch]
        return self._engine.write(index, forced)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def _fields(item: Any) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__slots__}


@pytest.mark.parametrize("guarded", [True, False])
def test_an_engine_that_takes_older_writes_shows_old_states(filled: Services, *, guarded: bool) -> None:
    """R8 and R9: the sequence of the mark is the version, and the older one loses."""
    kind, engine = filled.registry.kind("standard"), filled.engine
    index = engine.published("standard")
    assert index is not None
    with filled.database.read() as session:
        states = session.execute(select(IndexState.entity_id, IndexState.seq).where(IndexState.kind == kind.name))
        late = draining.load(filled.database, kind, dict(states.all()))[index].documents  # type: ignore[arg-type]
    with filled.database.write() as session:
        for number, row in enumerate(session.scalars(select(Standard))):
            row.title = title(MANY + number)
    drain_all(filled.database, engine, worker="w")
    writer = engine if guarded else Forgetful(engine)
    writer.write(index, late)
    writer.refresh(index)
    assert (not differences(filled) and not not_as_written(filled)) is guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_a_change_without_a_mark_stays_unseen(
    filled: Services, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Every scenario: (id, seq) alone would not notice, so what was written is searched for, too."""
    drain_all(filled.database, filled.engine, worker="w")
    if not guarded:
        monkeypatch.setattr(marks, "mark_changed", lambda *_: None)
    with filled.database.write() as session:
        for number, row in enumerate(session.scalars(select(Standard))):
            row.title = title(MANY + number)
    drain_all(filled.database, filled.engine, worker="w")
    assert (not not_as_written(filled)) is guarded
