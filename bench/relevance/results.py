"""Results of the judged queries: means, what changed against the committed ones, and when that is a fall."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.relevance.judgement import Segment
from bench.relevance.scoring import Scored, mean, tally

COMMITTED = Path(__file__).with_name("judged.json")
MOST = 0.01
"""A fall that is more than this is no accident of one query among three hundred."""
FLOORS = {"nDCG@10": 0.94, "worst segment": 0.90, "identifiers": 1.0, "slots": 0.95, "ended well": 0.80}


@dataclass(frozen=True)
class Results:
    """Numbers of one run, each between 0 and 1, rounded as they are kept."""

    overall: dict[str, float]
    """nDCG@10, MRR, recall@50, identifiers, ended well."""
    segments: dict[str, float]
    slots: dict[str, tuple[float, float]]
    queries: dict[str, dict[str, Any]]
    """Name → segment, nDCG, what was misread."""

    def to_json(self) -> str:
        """One line for each query, so that a change can be read in a diff."""
        lines = [f'  "overall": {_line(self.overall)},', f'  "segments": {_line(self.segments)},']
        lines += [f'  "slots": {_line(self.slots)},', '  "queries": {']
        lines.append(",\n".join(f"    {_line(name)}: {_line(query)}" for name, query in self.queries.items()))
        return "\n".join(["{", *lines, "  }", "}", ""])


def results(scored: Sequence[Scored]) -> Results:
    """Of one engine."""
    segments = sorted({one.segment for one in scored})
    of = {
        "nDCG@10": mean(one.ndcg for one in scored),
        "MRR": mean(one.reciprocal for one in scored),
        "recall@50": mean(one.recall for one in scored),
        "identifiers": mean(one.first for one in scored),
        "ended well": mean(one.ended for one in scored),
    }
    return Results(
        overall={name: _kept(value) for name, value in of.items() if value is not None},
        segments={str(s): _kept(mean(one.ndcg for one in scored if one.segment == s) or 0.0) for s in segments},
        slots={slot: (_kept(right), _kept(found)) for slot, (right, found) in tally(scored).items()},
        queries={
            one.name: {
                "segment": one.segment,
                "ndcg": _kept(one.ndcg),
                **({"first": False} if one.first is False else {}),
                **({"ended": one.ended} if one.ended is not None else {}),
                **({"misread": one.misread} if one.misread else {}),
            }
            for one in scored
        },
    )


def committed(path: Path = COMMITTED) -> Results | None:
    """What was kept last; None where nothing was."""
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    slots = {slot: (precision, recall) for slot, (precision, recall) in kept["slots"].items()}
    return Results(kept["overall"], kept["segments"], slots, kept["queries"])


def falls(now: Results, before: Results | None) -> list[str]:
    """In words, everything that is under a floor or fell by more than `MOST`; empty when all is well."""
    found = [
        f"{name} {value:.3f} is under its floor of {FLOORS[name]:.2f}"
        for name, value in now.overall.items()
        if value < FLOORS.get(name, 0.0)
    ]
    found += [
        f"segment {segment} has an nDCG@10 of {value:.3f}, the floor of the worst is {FLOORS['worst segment']:.2f}"
        for segment, value in now.segments.items()
        if value < FLOORS["worst segment"]
    ]
    found += [
        f"slot {slot} has a {name} of {value:.3f}, the floor is {FLOORS['slots']:.2f}"
        for slot, both in now.slots.items()
        for name, value in zip(("precision", "recall"), both, strict=True)
        if value < FLOORS["slots"]
    ]
    return found + (_fallen(now, before) if before else [])


def changed(now: Results, before: Results) -> list[str]:
    """The table of queries gained, lost, read otherwise, new and gone."""
    lines = []
    for name, query in now.queries.items():
        old = before.queries.get(name)
        if old is None:
            lines.append(f"  new   {query['ndcg']:.3f}          {name}")
            continue
        more = query["ndcg"] - old["ndcg"]
        if abs(more) > MOST:
            lines.append(f"  {'gain' if more > 0 else 'LOSS'} {old['ndcg']:6.3f} → {query['ndcg']:.3f}  {name}")
        lines += [f"  READ  {fault}: {name}" for fault in _more(query, old)]
        lines += [f"  read  no longer {fault}: {name}" for fault in _more(old, query)]
        if old.get("ended") != query.get("ended"):
            lines.append(f"  end   {old.get('ended')} → {query.get('ended')}: {name}")
    return lines + [f"  gone  {name}" for name in before.queries if name not in now.queries]


def table(columns: dict[str, Results], segments: Iterable[Segment]) -> list[str]:
    """Who reaches what: a line for each segment and each number over all."""
    width = max(len(name) for name in columns) + 2
    lines = [f"{'nDCG@10':50}" + "".join(f"{name:>{width}}" for name in columns)]
    for segment in segments:
        title = f"{segment.number:2} {segment.title} ({len(segment.queries)})"
        values = (found.segments[str(segment.number)] for found in columns.values())
        lines.append(f"{title:50}" + "".join(f"{value:{width}.3f}" for value in values))
    for name in next(iter(columns.values())).overall:
        shown = (found.overall.get(name) for found in columns.values())
        lines.append(f"{'all: ' + name:50}" + "".join(f"{value:{width}.3f}" for value in shown if value is not None))
    return lines


def slot_table(columns: dict[str, Results]) -> list[str]:
    """Precision (nothing invented) and recall (nothing missed) of each slot."""
    lines = [f"{'slot: precision / recall':50}" + "".join(f"{name:>18}" for name in columns)]
    for slot in sorted({slot for found in columns.values() for slot in found.slots}):
        both = (found.slots.get(slot, (1.0, 1.0)) for found in columns.values())
        lines.append(f"  {slot:48}" + "".join(f"{right:10.3f} / {found:.3f}" for right, found in both))
    return lines


def _fallen(now: Results, before: Results) -> list[str]:
    numbers = [(name, now.overall.get(name), value) for name, value in before.overall.items()]
    numbers += [(f"nDCG@10 of segment {s}", now.segments.get(s), value) for s, value in before.segments.items()]
    for slot, (precision, recall) in before.slots.items():
        mine = now.slots.get(slot, (None, None))
        numbers += [(f"precision of slot {slot}", mine[0], precision), (f"recall of slot {slot}", mine[1], recall)]
    return [
        f"{name} fell from {old:.3f} to {new:.3f}, more than {MOST}"
        for name, new, old in numbers
        # Both were rounded: a fall of just the limit must not become more than it.
        if new is not None and old - new > MOST + 1e-9
    ]


def _more(query: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [fault for fault in query.get("misread", ()) if fault not in other.get("misread", ())]


def _kept(value: float) -> float:
    return round(float(value), 4)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
