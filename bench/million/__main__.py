"""The whole search among a million rows, on both engines: `python bench/million [--rows N] [--data DIR] [--each N]`.

Behaviour by behaviour (docs/ranking.md) through the facade: understood, searched in all kinds, counted, checked in the
database, shown.  The engines take turns query by query.  The address of the cluster comes from
ZHIXUN_TEST_ELASTICSEARCH_URL; without one the embedded engine is measured alone.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from math import inf
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that the folder runs as it stands

from api.wiring import Services
from bench.million.fill import PREFIX, dropped, elastic, embedded, filled
from bench.relevance.corpus import Corpus
from bench.relevance.queries import FIFTEEN, cases
from bench.speed import over_http
from bench.speed.measure import each_in_turn, p50_p99, quiet, shown
from bench.speed.rows import rows
from search_service.query.request import SearchRequest
from search_service.query.understanding.lexicon import Collected, Lexicon, Meaning
from search_service.search.facade import Search
from search_service.search.steps import recorded
from search_service.search.word_lists import WordLists
from search_service.store.session import Database

SEED = 2611
MEDIAN, MOST = 5e-3, 30e-3
"""Seconds: p50 and p95 over all behaviours that the embedded engine has to keep."""
READ, PHRASES = 1e-3, 300_000
"""Seconds for understanding, p99, with so many phrases in the word lists."""
ROUNDS = 3
SUGGESTIONS = 0.6
"""Of the health check's rate."""


def main() -> int:
    """Fill, ask, print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python bench/million", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="a data folder that stays, and its indices in the cluster with it")
    parser.add_argument("--each", type=int, default=40, help="queries of each behaviour")
    parser.add_argument("--alone", action="store_true", help="without Elasticsearch")
    parser.add_argument("--cpu", action="store_true", help="alone, in seconds of processor: on a machine that is busy")
    parser.add_argument("--drop", action="store_true", help="only remove the cluster's indices of the data folder")
    chosen = parser.parse_args()
    url = "" if chosen.alone or chosen.cpu else os.environ.get("ZHIXUN_TEST_ELASTICSEARCH_URL", "")
    if chosen.drop:
        remembered = chosen.data / PREFIX
        dropped(url, remembered.read_text("utf-8"))
        remembered.unlink()
        return 0
    with tempfile.TemporaryDirectory(prefix="bench") as spare, ExitStack() as held:
        folder = filled(chosen.data or Path(spare) / "data", chosen.rows)
        sides = [held.enter_context(embedded(folder))]
        if url:
            sides.append(held.enter_context(elastic(folder, url, keep=chosen.data is not None)))
        if chosen.cpu:
            return int(behaviours(sides[:1], chosen.each, time.process_time))
        missed = behaviours(sides, chosen.each)
        missed |= understanding(sides[0])
        return int(missed | through_http(folder))


def behaviours(sides: Sequence[Services], each: int, clock: Callable[[], float] = time.perf_counter) -> bool:
    """One line a behaviour; whether a target is missed."""
    print("| behaviour | embedded p50 / p95 | elastic p50 / p95 | elastic ÷ embedded |\n|---|---|---|---|")
    made: dict[str, list[str]] = {name: [] for name in FIFTEEN}
    for case in cases(Corpus(), FIFTEEN, each=each, seed=SEED):
        made[case.behaviour].append(case.text)
    for side in sides:
        side.search.learn()  # reading a million titles beside the searches would be measured with them
    every: list[list[float]] = [[] for _ in sides]
    slower = []
    for name, texts in made.items():
        spent = each_in_turn(
            texts, *(lambda text, side=side: search(side, text) for side in sides), rounds=2, clock=clock
        )
        for all_of, seconds in zip(every, spent, strict=True):
            all_of.extend(seconds)
        if len(spent) > 1 and quantiles(spent[0], n=2)[0] > quantiles(spent[1], n=2)[0]:
            slower.append(name)
        line(name, spent)
    line("all fifteen", every)
    fast = quantiles(every[0], n=20)
    kept = fast[9] <= MEDIAN and fast[18] <= MOST and not slower
    verdict = "kept" if kept else f"MISSED {' '.join(slower)}"
    print(f"\np50 ≤ {shown(MEDIAN)}, p95 ≤ {shown(MOST)}, nowhere slower than Elasticsearch: {verdict}")
    return not kept


def search(side: Services, text: str) -> None:
    """One page of everything."""
    side.search.search(SearchRequest(q=text))


def line(name: str, spent: Sequence[Sequence[float]]) -> None:
    """p50 / p95 of each side, and how many times longer the second one takes."""
    cuts = [quantiles(seconds, n=20) for seconds in spent]
    cells = [f"{shown(cut[9])} / {shown(cut[18])}" for cut in cuts]
    ratio = f"{cuts[1][9] / cuts[0][9]:.2f}" if len(cuts) > 1 else ""
    print(f"| {name} | {cells[0]} | {cells[1] if len(cells) > 1 else ''} | {ratio} |")


def understanding(side: Services) -> bool:
    """Reading alone, as the facade times it, with hundreds of thousands of phrases in the word lists."""
    search = Search(side.database, side.engine, word_lists=ManyPhrases(side.database))
    texts = over_http.queries()
    spent = [inf] * len(texts)
    search.search(SearchRequest(q=texts[0]))
    with quiet():
        for at, text in (each for _ in range(ROUNDS) for each in enumerate(texts)):
            with recorded() as steps:
                search.search(SearchRequest(q=text))
            spent[at] = min(spent[at], steps["understand"])
    slow = quantiles(spent, n=100)[98]
    print(f"understanding, {PHRASES:,} phrases, p50 / p99: {p50_p99(spent)} (target p99 ≤ {shown(READ)})")
    return slow > READ


class ManyPhrases(WordLists):
    """Objects whose names are made of halves of titles."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        chosen, titles = random.Random(SEED), [row.title for row in rows(5_000) if len(row.title) >= 8]
        made: dict[str, None] = {}
        while len(made) < PHRASES:
            one, other = chosen.choices(titles, k=2)
            made.setdefault(one[: chosen.randint(2, 6)] + other[-chosen.randint(2, 6) :])
        collected = Collected()
        for text in made:
            collected.add(text, Meaning("object"))
        self._made = collected.lexicon()

    def get(self) -> Lexicon:
        """Always the same."""
        return self._made


def through_http(folder: Path) -> bool:
    """Suggestions beside the health check of the same server."""
    rates = over_http.rates(folder)
    share = rates["suggest"] / rates["health"]
    print(f"suggestions through HTTP: {share:.2f} of the health check's rate (target {SUGGESTIONS})")
    return share < SUGGESTIONS


if __name__ == "__main__":
    sys.exit(main())
