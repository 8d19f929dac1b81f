"""Both engines side by side, class by class: `python bench/engines [--rows 100000 1000000]`.

Sides take turns query by query, each query through the engine contract: hits, exact total and facets.  The address of
the cluster comes from ZHIXUN_TEST_ELASTICSEARCH_URL (`scripts/services env` prints it).
"""

import argparse
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that the folder runs as it stands

from bench.engines import formula, rows
from bench.engines.sides import Side, both
from bench.relevance.ours import SCHEMA as STANDARDS
from bench.speed.measure import each_in_turn, p50_p99
from search_service.engines.base import Ask, Found

Item = TypeVar("Item")

ROUNDS = 2
FORMULA_MOST = 1_000_000
"""Rows up to which the formula is measured, too: analysing a million takes minutes and 6 GB."""


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python bench/engines", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--each", type=int, default=100, help="queries of each class")
    parser.add_argument("--formula", type=int, default=FORMULA_MOST, help="most rows for the whole formula")
    chosen = parser.parse_args()
    url = os.environ.get("ZHIXUN_TEST_ELASTICSEARCH_URL")
    if not url:
        print('no cluster: set -a; eval "$(scripts/services env)"')
        return 1
    for count in chosen.rows:
        print(f"\n## {count:,} rows\n")
        table("bare class", bare(url, count, chosen.each))
        if count <= chosen.formula:
            print()
            table("whole formula", whole(url, count, chosen.each))
    return 0


def bare(url: str, count: int, each: int) -> Iterator[Sequence[str]]:
    """The classes of one schema without a formula."""
    with both(url, rows.SCHEMA, rows.rows(count)) as sides:
        for name, make in rows.CLASSES.items():
            seeded = random.Random(rows.SEED)
            asks = [make(seeded) for _ in range(each)]
            yield compared(name, asks, sides, lambda side, ask: side.engine.search(rows.SCHEMA.kind, ask))
        seeded = random.Random(rows.SEED)
        asked = [rows.requirement(seeded) for _ in range(each)]
        yield compared(f"recommendation, {rows.ITEMS} items", asked, sides, _all)
        yield from storing(count, sides)


def _all(side: Side, asks: Sequence[Ask]) -> list[Found]:
    return [side.engine.search(rows.SCHEMA.kind, ask) for ask in asks]


def whole(url: str, count: int, each: int) -> Iterator[Sequence[str]]:
    """The formula as the application asks it."""
    with both(url, STANDARDS, formula.documents(count)) as sides:
        for name in formula.CLASSES:
            typed = formula.queries(name, each, random.Random(rows.SEED), count)
            yield compared(name, typed, sides, lambda side, query: formula.ask(side.engine, query))
        yield from storing(count, sides)


def compared(
    name: str, items: Sequence[Item], sides: Sequence[Side], ask: Callable[[Side, Item], object]
) -> Sequence[str]:
    """One line; over 1 the embedded one is faster."""
    embedded, elastic = each_in_turn(items, *(lambda item, side=side: ask(side, item) for side in sides), rounds=ROUNDS)
    return name, p50_p99(embedded), p50_p99(elastic), f"{median(elastic) / median(embedded):.2f}"


def storing(count: int, sides: Sequence[Side]) -> Iterator[Sequence[str]]:
    """What taking the rows in cost."""
    embedded, elastic = sides
    speeds = [count / side.seconds for side in sides]
    yield "rows taken in a second", *(f"{speed:,.0f}" for speed in speeds), f"{speeds[0] / speeds[1]:.2f}"
    sizes = [embedded.bytes_used() / 1e6, elastic.bytes_used() / 1e6]
    yield "MB on disk", *(f"{size:,.0f}" for size in sizes), f"{sizes[1] / sizes[0]:.2f}"


def table(what: str, lines: Iterator[Sequence[str]]) -> None:
    """Markdown, each line as soon as it is known."""
    print(f"| {what} | embedded p50 / p99 | elastic p50 / p99 | elastic ÷ embedded |\n|---|---|---|---|", flush=True)
    for line in lines:
        print("| " + " | ".join(line) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
