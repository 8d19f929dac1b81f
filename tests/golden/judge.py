"""Judge answers to the golden queries (``queries.yml``, whose head explains the format): pure functions.

The pool is every row that may be shown, by key (``bench/relevance/sample.py`` reads it from the sample).  A hit is
known by its key alone: its worth is read from the pool, never from the answer.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bench.relevance.judgement import Pool, Rule, satisfies
from bench.relevance.sample import Row

QUERIES = Path(__file__).with_name("queries.yml")
FIRST = 10

# Worth of a row; must rows stand between 4 and 3, so that "best first" is worth something.
MUST, MUST_LAST, MATCH, SHOULD = 4.0, 3.0, 2.0, 1.0


@dataclass(frozen=True)
class Entry:
    """One golden query."""

    q: str
    why: str
    kind: str | None = None
    must: tuple[str, ...] = ()
    should: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    match: tuple[Rule, ...] = ()
    neutral: tuple[Rule, ...] = ()
    nothing: bool = False

    @property
    def name(self) -> str:
        """For messages and test ids."""
        return f"{self.kind or 'all'}: {self.q}"


@dataclass(frozen=True)
class Verdict:
    """What is right and wrong about one answer."""

    entry: Entry
    ndcg: float | None  # of the first ten; None where no row is relevant (queries about what must not be shown)
    missing: tuple[str, ...] = field(default=())  # must keys that are not among the first ten
    forbidden: tuple[str, ...] = field(default=())  # rows shown that must never be


def load(path: Path = QUERIES) -> list[Entry]:
    """The entries of a file.

    Raises:
        ValueError: an entry has an unknown field, no reason, or nothing that could be judged.
    """
    entries = []
    for raw in yaml.safe_load(path.read_text(encoding="utf-8"))["queries"]:
        values = dict(raw)
        for name in ("must", "should", "never"):
            values[name] = tuple(values.get(name, ()))
        for name in ("match", "neutral"):
            rules = values.get(name, [])
            values[name] = (rules,) if isinstance(rules, Mapping) else tuple(rules)
        try:
            entry = Entry(**values)
        except TypeError as error:
            raise ValueError(f"{raw}: {error}") from error
        if not (entry.must or entry.match or entry.never or entry.nothing) or not entry.why:
            raise ValueError(f"{entry.name}: says nothing that could be judged, or not why")
        entries.append(entry)
    return entries


def grade(entry: Entry, row: Row) -> float:
    """What the row is worth to this query."""
    if entry.kind and row.kind != entry.kind:
        return 0.0
    if row.key in entry.must:
        return MUST - (MUST - MUST_LAST) * entry.must.index(row.key) / len(entry.must)
    if any(satisfies(row, rule) for rule in entry.match):
        return MATCH
    return SHOULD if row.key in entry.should else 0.0


def gain(grades: Iterable[float]) -> float:
    """Discounted cumulative gain."""
    return sum(worth / math.log2(rank + 1) for rank, worth in enumerate(grades, start=1))


def judge(entry: Entry, keys: Sequence[str], pool: Pool) -> Verdict:
    """The verdict on the keys of hits (best first; at least ten where there are so many)."""
    shown = [pool[key] for key in keys if key in pool]
    forbidden = [key for key in keys if key not in pool or key in entry.never]
    if entry.nothing:
        forbidden = list(keys)
    counted = [row for row in shown if grade(entry, row) or not any(satisfies(row, rule) for rule in entry.neutral)]
    best = sorted((grade(entry, row) for row in pool.values()), reverse=True)[:FIRST]
    ideal = gain(best)
    return Verdict(
        entry,
        ndcg=gain(grade(entry, row) for row in counted[:FIRST]) / ideal if ideal else None,
        missing=tuple(key for key in entry.must if key not in keys[:FIRST]),
        forbidden=tuple(forbidden),
    )


def mean_by_kind(verdicts: Iterable[Verdict]) -> dict[str, float]:
    """Kind (or ``all``) → mean nDCG@10."""
    values: dict[str, list[float]] = {}
    for verdict in verdicts:
        if verdict.ndcg is not None:
            values.setdefault(verdict.entry.kind or "all", []).append(verdict.ndcg)
    return {kind: sum(found) / len(found) for kind, found in values.items()}
