"""Two matchers side by side: what they say of a world, where they differ, and the smallest world that shows it."""

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.matching.reference import naive
from tests.matching.reference.printing import asked_of, world_of
from tests.matching.reference.things import Item, Row, World

Said = tuple[str, tuple[str, ...]]
"""Outcome and codes."""
Judge = Callable[[dict[str, Any], dict[str, Any], str], dict[tuple[int, str], tuple[str, list[str]]]]
WORDS = ("unmet", "unsure", "met")


@dataclass
class Tally:
    """What thousands of worlds came to."""

    pairs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    """Codes that stood alone: nothing else kept the pair from being met."""
    different: list[World] = field(default_factory=list)
    false_met: list[World] = field(default_factory=list)

    def __str__(self) -> str:
        codes = ", ".join(f"{code} {count} ({self.alone[code]})" for code, count in self.codes.most_common())
        return f"{self.pairs} pairs {dict(self.outcomes)}; code, all (alone): {codes}"


def reference(world: World) -> dict[tuple[int, str], Said]:
    """For each item and institution the answer."""
    found: dict[tuple[int, str], Said] = {}
    for at, item in enumerate(world.asked.items):
        for key, _ in world.institutions:
            best = naive.judge(item, key, world)
            found[at, key] = ("unmet", ("no_offer",)) if best is None else (WORDS[best.level], best.codes)
    return found


def service(world: World, judge: Judge) -> dict[tuple[int, str], Said]:
    said = judge(world_of(world), asked_of(world), world.today.isoformat())
    return {at: (outcome, tuple(codes)) for at, (outcome, codes) in said.items()}


def differences(world: World, judge: Judge) -> dict[tuple[int, str], tuple[Said, Said]]:
    right, said = reference(world), service(world, judge)
    assert right.keys() == said.keys()
    return {at: (right[at], said[at]) for at in right if said[at] != right[at]}


def compare(worlds: Iterable[World], judge: Judge) -> Tally:
    tally = Tally()
    for world in worlds:
        right, said = reference(world), service(world, judge)
        assert right.keys() == said.keys()
        for at, (outcome, codes) in right.items():
            tally.pairs += 1
            tally.outcomes[outcome] += 1
            tally.codes.update(codes)
            tally.alone.update(codes if len(codes) == 1 else ())
            if said[at][0] == "met" != outcome:
                tally.false_met.append(world)
        if said != right:
            tally.different.append(world)
    return tally


# The smallest world


def _without(many: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for at in range(len(many)):
        yield many[:at] + many[at + 1 :]


def _blanked(many: tuple[Any, ...], blank: Any, kept: set[str]) -> Iterator[tuple[Any, ...]]:
    """One field of one thing at a time made what it is where nothing is said."""
    for at, thing in enumerate(many):
        for one in dataclasses.fields(thing):
            empty = getattr(blank, one.name)
            if one.name not in kept and getattr(thing, one.name) != empty:
                yield (*many[:at], replace(thing, **{one.name: empty}), *many[at + 1 :])


def smaller(world: World) -> Iterator[World]:
    for name in ("institutions", "rows", "certificates", "editions", "links", "divisions"):
        for fewer in _without(getattr(world, name)):
            yield replace(world, **{name: fewer})
    items = world.asked.items
    fewer_items = _without(items) if len(items) > 1 else ()
    for some in (*fewer_items, *_blanked(items, Item(), {"service", "service_text"})):
        yield replace(world, asked=replace(world.asked, items=some))
    for rows in _blanked(world.rows, Row("", "", "", ""), {"id", "institution", "kind", "state", "service", "title"}):
        yield replace(world, rows=rows)
    for at, edition in enumerate(world.editions):
        if edition.replaces:
            bare = replace(edition, replaces=())
            yield replace(world, editions=(*world.editions[:at], bare, *world.editions[at + 1 :]))


def kinds_of_difference(world: World, judge: Judge) -> set[tuple[str, str, tuple[str, ...]]]:
    return {
        (right[0], said[0], tuple(sorted({*right[1]} ^ {*said[1]})))
        for right, said in differences(world, judge).values()
    }


def shrunk(world: World, judge: Judge) -> World:
    """A world from which nothing can be taken without losing the disagreement."""
    shown = min(kinds_of_difference(world, judge))
    while True:
        less = next((one for one in smaller(world) if shown in kinds_of_difference(one, judge)), None)
        if less is None:
            return world
        world = less


def spoken(world: World, judge: Judge) -> str:
    printed = world_of(world)
    lines = [
        f"  {name}: {json.dumps({k: v for k, v in row.items() if v}, ensure_ascii=False)}"
        for name, rows in printed.items()
        for row in rows
        if name != "divisions"
    ]
    asked = json.dumps(asked_of(world), ensure_ascii=False)
    found = [f"  {at}: reference {right}, service {said}" for at, (right, said) in differences(world, judge).items()]
    return "\n".join([f"  asked on {world.today}: {asked}", *lines, *found])
