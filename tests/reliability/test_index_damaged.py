"""R13 and R24: an index that lacks rows is never published, and one that was damaged is found out and mended."""

import json
import random
import uuid
from typing import Any

import pytest
from sqlalchemy import select, update

from api import wiring
from api.wiring import Services
from indexers.guards import RebuildRefused
from indexers.loading import load
from indexers.rebuild import rebuild
from search_service import failpoints
from search_service.engines.base import Document, Tombstone
from search_service.query.request import SearchRequest
from search_service.store.journal import IndexState, SearchIndex
from tests.reliability.convergence import converged, differences, not_as_written
from tests.reliability.filling import fill
from tests.reliability.processes import wait_until
from tests.reliability.world import Report, World

ROWS = 100_000
CHANGED, DELETED, GHOSTS = 40, 30, 30
SEED = 24
SECONDS = 60


def filled(world: World, count: int) -> Services:
    services = world.open()
    fill(services.database, count, "T/R24")
    wiring.bring_up_to_date(services)
    return services


def test_an_index_that_lacks_three_rows_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    services = filled(world, 100)
    kind, serving = services.registry.kind("standard"), services.engine.published("standard")
    gone: list[str] = []

    def lose_three() -> None:
        with services.database.read() as session:
            name = session.scalar(select(SearchIndex.name).where(SearchIndex.state == "building"))
        assert name is not None
        held = dict(services.engine.entries(name))
        gone.extend(list(held)[:3])
        services.engine.write(name, [Tombstone(row_id, held[row_id]) for row_id in gone])
        services.engine.refresh(name)

    monkeypatch.setitem(failpoints._armed, "rebuild_verify", lose_three)
    with pytest.raises(RebuildRefused) as refused:
        rebuild(services.database, services.engine, kind)
    assert all(row_id in refused.value.detail for row_id in gone)
    assert services.engine.published("standard") == serving
    assert services.search.search(SearchRequest(kinds=("standard",))).total == 100
    assert not differences(services)
    report(refused=1, named=len(gone), lost=0, stale=0)


def damage(services: Services) -> None:
    """Forty rows changed behind the marks' back, thirty documents gone, thirty that no row has."""
    kind, index = services.registry.kind("standard"), services.engine.published("standard")
    assert index is not None
    held = dict(services.engine.entries(index))
    chosen = random.Random(SEED).sample(sorted(held), CHANGED + DELETED)
    changed, deleted = [uuid.UUID(one) for one in chosen[:CHANGED]], chosen[CHANGED:]
    with services.database.write() as session:  # as if an acknowledged write had been lost
        session.execute(
            update(IndexState)
            .where(IndexState.entity_id.in_(changed))
            .values(seq=IndexState.seq + 1, done_seq=IndexState.seq + 1)
        )
    (pattern,) = load(services.database, kind, {changed[0]: 1}).documents
    assert isinstance(pattern, Document)
    ghosts = [_copy(pattern) for _ in range(GHOSTS)]
    services.engine.write(index, [*(Tombstone(one, held[one]) for one in deleted), *ghosts])
    services.engine.refresh(index)


def _copy(document: Document) -> Document:
    fields: dict[str, Any] = {name: getattr(document, name) for name in Document.__slots__}
    return Document(**{**fields, "id": str(uuid.uuid4())})


def check(world: World, *options: str) -> dict[str, Any]:
    command = world.command("index", "check", "standard", "--json", *options)
    wait_until(lambda: not command.alive, 120, command.said)
    said = command.said()
    answer: dict[str, Any] = json.loads(said[said.index("[") :])[0]
    assert command.exit_code == (0 if answer["sound"] else 1)
    return answer


@pytest.mark.slow
def test_a_damaged_index_is_found_out_and_mended(world: World, report: Report) -> None:
    services = filled(world, ROWS)
    damage(services)
    world.leave(services)
    found = check(world)
    parts = {name: found[name] for name in ("behind", "missing", "ghosts", "ahead")}
    assert parts == {"behind": CHANGED, "missing": DELETED, "ghosts": GHOSTS, "ahead": 0}
    mended = check(world, "--repair")
    assert (mended["repaired"], mended["left"]) == (CHANGED + DELETED + GHOSTS, 0)
    seconds = converged(services, SECONDS)
    stale = not_as_written(services)
    assert not stale, stale[:5]
    report(
        documents=ROWS,
        **parts,
        repaired=mended["repaired"],
        lost=0,
        stale=0,
        seconds_to_converge=f"{seconds:.1f} (N {SECONDS})",
    )
