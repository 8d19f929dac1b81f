"""R12: a rebuild is killed at each of its steps; searches never notice, and the next one brings it to its end."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api import wiring
from api.wiring import Services
from indexers.generations import Step
from indexers.jobs import LEASE
from indexers.status import status
from indexers.verify import compare
from search_service.query.request import SearchRequest
from search_service.store.standard import Standard
from tests.reliability.processes import Process, wait_until
from tests.reliability.world import Report, World, embedded_settings
from tests.support import rows

ROWS = 700
"""More than one page of the backfill."""

STEPS = [step for step in Step if step is not Step.DONE]
POINTS = (
    *(f"rebuild_{step}_done" for step in STEPS),  # done, and not written down
    *(f"rebuild_{step}" for step in STEPS),  # the step before is written down, this one not begun
    "rebuild_page",  # in the middle of the backfill
)
QUICK = ("rebuild_refresh", "rebuild_swap_done")
"""Where most can go wrong; each point takes five seconds, so the others run with the slow tests."""
PRODUCTION = tuple(f"rebuild_{step}_done" for step in STEPS)
"""There the next one waits for the lease of the dead one."""
WAITED = "rebuild_swap_done"
"""Where that half minute is waited for; at the other steps the next one's clock is as much ahead."""
SECONDS = 120


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that every test of the embedded engine begins with."""
    folder = tmp_path_factory.mktemp("made")
    world = World(folder, embedded_settings(folder), production=False)
    fill(world)
    world.close()
    return folder / "data"


def fill(world: World) -> Services:
    services = world.open()
    with services.database.write() as session:
        for number in range(1, ROWS + 1):
            rows.standard(session, f"GB/T {number}-2000", f"第{number}号标准")
    wiring.bring_up_to_date(services)
    world.leave(services)
    return services


def rebuild(world: World, **more: str) -> tuple[int | None, str]:
    log = world.folder / "rebuild.log"
    process = Process("zhixun", "index", "rebuild", "standard", env=world.env, log=log)
    process.start(**more)
    wait_until(lambda: not process.alive, SECONDS, process.said)
    return process.exit_code, process.said()


def found(services: Services, q: str = "") -> int:
    return services.search.search(SearchRequest(q=q, kinds=("standard",))).total


def indices(services: Services) -> list[dict[str, Any]]:
    return list(status(services.database, services.engine, services.registry.kind("standard"))["indices"])


@pytest.mark.parametrize("point", [pytest.param(p, marks=() if p in QUICK else pytest.mark.slow) for p in POINTS])
def test_a_rebuild_killed_anywhere_is_finished_by_the_next(
    embedded: World, made: Path, point: str, report: Report
) -> None:
    shutil.copytree(made, embedded.folder / "data")
    killed_and_finished(embedded, embedded.open(), point, report)


@pytest.mark.slow
@pytest.mark.parametrize("point", PRODUCTION)
def test_the_same_on_a_cluster(production: World, point: str, report: Report) -> None:
    later = timedelta() if point == WAITED else LEASE + timedelta(seconds=1)
    killed_and_finished(production, fill(production), point, report, later)


def killed_and_finished(
    world: World, filled: Services, point: str, report: Report, later: timedelta = timedelta()
) -> None:
    """`later` is how far ahead the clock of the one is that finishes it."""
    code, said = rebuild(world, ZHIXUN_FAILPOINTS=f"{point}=kill")
    assert code not in {0, None}, said
    assert found(filled) == ROWS, "searches see one whole index"

    left = indices(filled)
    assert sum(index["published"] for index in left) == 1
    orphans = [index for index in left if index["step"] != Step.DONE]
    assert len(orphans) == 1
    assert "zhixun index rebuild standard" in orphans[0]["advice"]

    with filled.database.write() as session:  # somebody works on, with nobody to drain
        one = session.query(Standard).order_by(Standard.id).first()
        one.title = "无人写入时的变更"
        rows.standard(session, "GB/T 9999-2020", "无人写入时的新增")
    code, said = rebuild(world, **({"ZHIXUN_CLOCK": (datetime.now(UTC) + later).isoformat()} if later else {}))
    assert code == 0, said
    after = {index["state"]: index for index in indices(filled)}
    assert set(after) == {"active", "previous"}
    assert {index["step"] for index in after.values()} == {Step.DONE}
    wiring.bring_up_to_date(filled)
    assert (found(filled), found(filled, "无人写入时的变更"), found(filled, "无人写入时的新增")) == (ROWS + 1, 1, 1)
    kind = filled.registry.kind("standard")
    assert compare(filled.database, filled.engine, kind, after["active"]["name"]).sound
    went_on = after["active"]["name"] == orphans[0]["name"]
    report(killed_at=point, lost=0, then="went on" if went_on else "started over")
