"""Every benchmark as one table: `python -m bench [NAME …] [--write]`.

Each line compares in one run what we do with what a careful developer would take instead; the ratio counts, the
absolute values belong to the machine.  How well we find is measured by `bench/relevance`.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench.speed import (
    facets,
    facets_million,
    formula,
    freshness,
    over_http,
    pipeline,
    rebuild,
    service,
    suggest,
    tokenise,
    upsert,
)
from bench.speed.measure import Result
from bench.speed.rows import source

RESULTS = Path(__file__).with_name("RESULTS.md")

MEASUREMENTS: dict[str, Callable[[], list[Result]]] = {
    "tokenise": tokenise.run,
    "pipeline": pipeline.run,
    "suggest": suggest.run,
    "formula": formula.run,
    "facets": facets.run,
    "facets_million": facets_million.run,
    "upsert": upsert.run,
    "freshness": freshness.run,
    "rebuild": rebuild.run,
    "http": over_http.run,
}

LOAD = os.getloadavg()[0]
"""Processes that wanted a core in the minute before: what others did beside."""

HEADING = ("measurement", "ours", "peer", "ratio", "target", "reached")


def main() -> int:
    """Run what is asked for; 0 whatever comes out, because a busy machine is no fault of the code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)}; all without")
    parser.add_argument("--write", action="store_true", help=f"keep the table in bench/{RESULTS.name}")
    parser.add_argument("--data", type=Path, help="a data folder for upsert and http, filled if it is empty, kept")
    chosen = parser.parse_args()
    service.given[:] = [chosen.data] if chosen.data else []
    unknown = [name for name in chosen.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    results: list[Result] = []
    for name in chosen.names or MEASUREMENTS:
        print(f"… {name}", file=sys.stderr, flush=True)
        results += MEASUREMENTS[name]()
    print("\n".join(table(results)))
    if chosen.write:
        RESULTS.write_text(report(results), encoding="utf-8")
    return 0


def table(results: Iterable[Result]) -> list[str]:
    """Markdown, wide enough to be read as it is."""
    cells = [HEADING, *map(_cells, results)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(HEADING))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return lines


def _cells(result: Result) -> tuple[str, ...]:
    ratio = "" if result.ratio is None else f"{result.ratio:.3g} ×"
    reached = {None: "", True: "yes", False: "NO"}[result.reached]
    return result.name, result.ours, result.peer, ratio, result.target, reached


def report(results: Iterable[Result]) -> str:
    """The table with what it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [
        "# Last results",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}.",
        f"Rows: {source()}.  Written by `python -m bench --write`; how each line is measured stands in `bench/speed`.",
        f"Sides of one line took turns in one run, so trust the ratios; load of the machine when it began: {LOAD:.1f}.",
        "",
        *table(results),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
