"""A word is activated and taken back while people write, delete and search; nobody notices, nothing is missing."""

from typing import Any

import pytest

from api.wiring import Services
from indexers import dictionaries
from search_service.engines.base import Ask
from search_service.query.lexical import BODY_W
from search_service.query.nodes import Term
from search_service.store.vocabulary import VocabularyProposal
from tests.reliability.convergence import hold
from tests.reliability.processes import wait_until
from tests.reliability.test_rebuild_under_load import PATIENCE, Users, filled
from tests.reliability.world import Report, World

WORD = "样品"
"""In every title (`clients.title`), so that every document is cut otherwise without it."""

DOCUMENTS = 3_000
LAG_SECONDS = 60
"""All kinds are rebuilt twice beside the writes, and every change is written to two indices: that is made up for."""


def holding(services: Services) -> int:
    """Documents of the published index in which it is a word."""
    return services.engine.search("standard", Ask(Term(BODY_W, WORD))).total


@pytest.mark.slow
def test_nobody_notices_another_vocabulary(world: World, report: Report) -> None:
    services = world.open()
    there = filled(services, DOCUMENTS)
    world.ready()
    web = world.web()
    if world.production:
        world.worker()

    def run(*words: str) -> None:
        command = world.command("vocabulary", *words)
        wait_until(lambda: not command.alive, PATIENCE, command.said)
        assert command.exit_code == 0, command.said()

    held: list[int] = [holding(services)]
    with Users(world, services, web, there) as users:
        run("propose", "--reason", "试", "--remove-word", WORD)
        with services.database.read() as session:
            proposal = str(session.query(VocabularyProposal).one().id)
        run("preview", proposal)
        for change in (("activate", proposal), ("rollback", "--reason", "误启用")):
            run(*change)
            held.append(holding(services))
        wait_until(users.deleted, PATIENCE, lambda: "the deletions do not end")
    settled: list[dict[str, Any]] = dictionaries.progress(services.database)
    found = hold(services, users.ledger, LAG_SECONDS)
    assert all(row["settled"] for row in settled)
    assert held[1] == 0, "no document has it while it is no word"
    assert min(held[0], held[2]) > 0
    failed = [answer for answer in users.told if answer != "found"]
    assert not failed, failed[:3]
    assert not users.seen.wrong, users.seen.wrong[:3]
    report(**found.figures(versions=2, searches=len(users.told), failed_searches=len(failed)))
