"""Whoever activates a version of the vocabulary is killed: searches go on, and it converges by itself."""

import pytest

from api import wiring
from api.wiring import Services
from indexers import dictionaries
from search_service.engines.base import Ask
from search_service.query.lexical import BODY_W
from search_service.query.nodes import Term
from search_service.query.request import SearchRequest
from search_service.store.vocabulary import VocabularyProposal
from tests.reliability.processes import Process, wait_until
from tests.reliability.world import Report, World
from tests.support import rows

ROWS = 700
"""More than one page of the backfill."""
WORD = "霉菌箱"
SECONDS = 180

POINTS = (
    "before_commit",  # nothing is stored
    "after_commit",  # the version is stored, and nobody was told
    "rebuild_page",  # in the middle of the first kind's backfill
    "rebuild_swap_done",  # the first kind is switched, the books do not know it, the others have not begun
)
QUICK = ("after_commit",)


def fill(world: World) -> Services:
    services = world.open()
    with services.database.write() as session:
        for number in range(1, ROWS + 1):
            rows.standard(session, f"GB/T {number}-2000", f"第{number}号标准", scope=f"使用{WORD}试验")
    wiring.bring_up_to_date(services)
    world.leave(services)
    return services


def vocabulary(world: World, *words: str, failpoints: str = "") -> tuple[int | None, str]:
    log = world.folder / "vocabulary.log"
    log.unlink(missing_ok=True)
    process = Process("zhixun", "vocabulary", *words, env=world.env, log=log)
    process.start(ZHIXUN_FAILPOINTS=failpoints)
    wait_until(lambda: not process.alive, SECONDS, process.said)
    return process.exit_code, process.said()


def found(services: Services) -> int:
    return services.search.search(SearchRequest(q=WORD, kinds=("standard",))).total


def holding(services: Services, word: str) -> int:
    """Documents of the published index in which this is a word."""
    return services.engine.search("standard", Ask(Term(BODY_W, word))).total


@pytest.mark.parametrize("point", [pytest.param(p, marks=() if p in QUICK else pytest.mark.slow) for p in POINTS])
def test_killed_anywhere_it_converges(world: World, point: str, report: Report) -> None:
    services = fill(world)
    code, said = vocabulary(world, "propose", "--reason", "试", "--add-word", WORD)
    assert code == 0, said
    with services.database.read() as session:
        proposal = str(session.query(VocabularyProposal).one().id)
    assert vocabulary(world, "preview", proposal)[0] == 0

    code, said = vocabulary(world, "activate", proposal, failpoints=f"{point}=kill")
    assert code not in {0, None}, said
    assert found(services) == ROWS, "searches see one whole index, by its own words"
    assert holding(services, WORD) + holding(services, "箱") == ROWS
    stored = any(row["settled"] is False for row in dictionaries.progress(services.database))
    assert stored == (point != "before_commit")

    if not stored:
        code, said = vocabulary(world, "activate", proposal, "--no-wait")
        assert code == 0, said
    drainer = world.drainer()  # whoever looks after the indices finds the version by itself
    drainer.start()
    wait_until(lambda: all(row["settled"] for row in dictionaries.progress(services.database)), SECONDS, drainer.said)
    assert (holding(services, WORD), holding(services, "箱"), found(services)) == (ROWS, 0, ROWS)
    report(killed_at=point, lost=0)
