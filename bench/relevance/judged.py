"""The judged queries over the shipped sample: `python bench/relevance --judged [--write | --check]`."""

import time
from collections.abc import Sequence
from contextlib import ExitStack

from bench.relevance.asked import Ask, cluster, elastic, embedded, peers
from bench.relevance.given import Given
from bench.relevance.judgement import load
from bench.relevance.results import COMMITTED, Results, changed, committed, falls, results, slot_table, table
from bench.relevance.sample import Sample
from bench.relevance.scoring import FIRST, Scored, score

EMBEDDED, ELASTIC = "embedded", "elastic"


def main(*, write: bool = False, check: bool = False, alone: bool = False, faults: bool = False) -> int:
    """Ask, judge, print; 1 when a check finds a fall."""
    began = time.perf_counter()
    segments, pool = load(), Sample().pool()
    queries = [judged for segment in segments for judged in segment.queries]
    print(f"{len(queries)} judged queries, {len(pool):,} visible rows of the sample")
    with ExitStack() as held:
        asked: dict[str, Ask] = {EMBEDDED: held.enter_context(embedded())}
        url = cluster()
        if url:
            asked[ELASTIC] = held.enter_context(elastic(url))
        else:
            print("Elasticsearch does not run here: the embedded engine only (scripts/services start)")
        asked |= {} if alone else peers(pool)
        answers = {name: [ask(judged) for judged in queries] for name, ask in asked.items()}
    worths = [judged.worth(pool) for judged in queries]
    scored = {name: [*map(score, queries, worths, found)] for name, found in answers.items()}
    columns = {name: results(found) for name, found in scored.items()}
    ours = {name: found for name, found in columns.items() if name in {EMBEDDED, ELASTIC}}
    print("\n".join(["", *table(columns, segments), "", *slot_table(ours)]))
    if ELASTIC in answers:
        alike = same(answers[EMBEDDED], answers[ELASTIC])
        print(f"\nthe same first ten on both engines: {alike} of {len(queries)} queries")
    if faults:
        print("\n".join(["", *listed(scored[EMBEDDED])]))
    before = committed()
    if before:
        print("\n".join(["", "against the committed results:", *(changed(ours[EMBEDDED], before) or ["  no change"])]))
    print(f"\n{time.perf_counter() - began:.0f} s")
    if write:
        COMMITTED.write_text(ours[EMBEDDED].to_json(), encoding="utf-8")
        print(f"written: {COMMITTED.name}")
        return 0
    return checked(ours, before) if check else 0


def same(one: Sequence[Given], other: Sequence[Given]) -> int:
    """How many queries have the same first ten rows in the same order."""
    return sum([*a.keys[:FIRST]] == [*b.keys[:FIRST]] for a, b in zip(one, other, strict=True))


def checked(ours: dict[str, Results], before: Results | None) -> int:
    """Says every fall; both engines are held against the same committed results."""
    found = [f"{name}: {fall}" for name, now in ours.items() for fall in falls(now, before)]
    print("\n".join(found) if found else "relevance held")
    if found:
        print("if this is meant: python bench/relevance --judged --write, and say why in the commit")
    return int(bool(found))


def listed(scored: list[Scored]) -> list[str]:
    """Every query with a fault, the worst first."""
    worst = sorted((one for one in scored if one.ndcg < 1 or one.misread or one.ended is False), key=lambda o: o.ndcg)
    return [
        f"{one.ndcg:.3f} [{one.segment}] {one.name}"
        + "".join(f" · {fault}" for fault in one.misread)
        + (" · NOT FIRST" if one.first is False else "")
        + (" · no way on" if one.ended is False else "")
        for one in worst
    ]
