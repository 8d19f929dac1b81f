"""From facts (what can be done) to offers (who may do it): the part that capabilities and authorisations share."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sample_tables.reading import Row, draw, toml, without_blanks

# One further offer in 42 is a draft, one is hidden: enough of both to be missed when they leak.
STATES = {0: "draft", 1: "hidden"}
STATES_OF = 42

# A number ends with its year, which no further dash follows (农业部1025号公告-18-2008).
NUMBER = re.compile(r"^(?P<number>.+?(?:-\d{2,4}(?![\d-])|（2015年版）))(?:《(?P<name>.+?)》)?(?P<clause>.*)$")


@dataclass(frozen=True)
class Fact:
    """One thing that can be done, and the institutions that may do it, in the order in which they get it."""

    words: tuple[str, ...]
    cells: tuple[str, ...]
    offered_by: tuple[str, ...]
    certain: int  # the first so many offer it in any case, and publish it


@cache
def linked_things() -> frozenset[tuple[str, str]]:
    """(institution, object or instrument) that some plan links to: such rows have to be there."""
    return frozenset(
        (plan["institution"], thing)
        for plan in toml("plans.toml")["plan"]
        for thing in [*plan.get("objects", []), *plan.get("instruments", [])]
    )


def fact_about(thing: str, words: Sequence[str], rest: Sequence[str], group: Sequence[str], *, by_all: bool) -> Fact:
    """A fact with its institutions in turn.

    Those whose plans link to the thing come first; of the others, for half of the things the main one of the field.
    """
    start = 0 if draw("main", thing) % 2 else draw("turn", thing) % len(group)
    turned = [*group[start:], *group[:start]]
    needed = [institution for institution in turned if (institution, thing) in linked_things()]
    others = [institution for institution in turned if institution not in needed]
    return Fact(tuple(words), tuple(rest), (*needed, *others), len(group) if by_all else len(needed))


def offers(facts: Sequence[Fact], wanted: int) -> Iterator[tuple[Fact, int]]:
    """(fact, which of its institutions) until ``wanted`` rows are there: a first offer of everything, then more."""
    first = [(fact, turn) for fact in facts for turn in range(max(1, fact.certain))]
    more = sorted(
        (turn, draw("offer", *fact.words), number)
        for number, fact in enumerate(facts)
        for turn in range(max(1, fact.certain), len(fact.offered_by))
    )
    found = [*first, *((facts[number], turn) for turn, _, number in more)]
    if len(found) < wanted:
        raise ValueError(f"the tables give only {len(found)} rows, {wanted} are wanted: write more facts")
    return itertools.islice(found, wanted)


def state_of(fact: Fact, turn: int, *words: str) -> str:
    """Published, with a few exceptions among the offers that nobody needs."""
    return "published" if turn < fact.certain else STATES.get(draw("state", *words) % STATES_OF, "published")


def keeps_older_edition(turn: int, *words: str) -> bool:
    """Every fourth further offer still stands on the older edition, as many annexes do."""
    return turn > 0 and draw("edition", *words) % 4 == 0


def standard_names(cell_texts: Sequence[str]) -> dict[str, str]:
    """Number → name, from wherever the tables give it."""
    editions = [edition for text in cell_texts for part in text.split("；") for edition in part.split("~")]
    matches = [NUMBER.match(edition.strip()) for edition in editions]
    return {match["number"]: match["name"] for match in matches if match and match["name"]}


def standards_of(cell: str, *, older: bool) -> list[Row]:
    """``{number, clause}`` of each standard of a cell; ``older`` takes the edition behind ``~`` where there is one."""
    found = []
    for part in cell.split("；"):
        edition = part.split("~")[-1 if older else 0].strip()
        match = NUMBER.match(edition)
        if not match:
            raise ValueError(f"no standard number in {edition!r}")
        found.append(without_blanks({"number": match["number"], "clause": match["clause"].strip()}))
    return found
