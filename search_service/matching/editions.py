"""Editions of standards and what replaces what (docs/matching.md, check 4).

A number is a line (prefix and body) with or without a year.  *Line* of a number: all its editions, and what is
reachable from them by replacements in one direction.  The part rule goes before every chain: 228.1 never stands for
228.2, and between a whole and its parts a replacement is weak: it makes a relative, never a stand-in.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache

from analyzers.fold import fold
from analyzers.standard_number import StandardNumber, parse, parse_all
from analyzers.standard_number_prefixes import canonical_prefix
from search_service.kinds.offered import Ref

_TWO_DIGITS = 2
_CENTURY = 1900
"""Years were printed with two digits until 1994."""
_ENTERPRISE = "q/"
_MEMBERS = ("t/", "q/")
"""What follows in these prefixes is who issued the standard, not whether it binds."""


@dataclass(frozen=True, slots=True)
class Number:
    """A standard number without what does not tell editions apart (translation, amendment, spelling of the prefix)."""

    prefix: str
    body: str
    year: int | None = None

    @property
    def line(self) -> "Number":
        """The number without its edition."""
        return Number(self.prefix, self.body)

    @property
    def family(self) -> tuple[str, str]:
        """Issuer and stem: what the parts of one standard share, binding or recommended."""
        issuer = self.prefix if self.prefix.startswith(_MEMBERS) else self.prefix.split("/", 1)[0]
        return issuer, StandardNumber(self.prefix, self.body).stem

    @property
    def part(self) -> str | None:
        """What follows the stem."""
        return StandardNumber(self.prefix, self.body).part

    def __str__(self) -> str:
        """For people."""
        code = self.prefix.upper()
        between = "" if not code else "/" if code[-1].isdigit() else " "
        return f"{code}{between}{self.body.upper()}{'' if self.year is None else f'-{self.year}'}"


@lru_cache(1 << 14)
def numbers_in(cell: str) -> tuple[Number, ...]:
    """The numbers that a cell cites; empty where nobody can read it."""
    alone = parse(cell)
    found = [alone] if alone is not None else parse_all(cell)
    return tuple(dict.fromkeys(_number(number) for number in found if number.prefix))


def _number(read: StandardNumber) -> Number:
    year = read.year
    if len(read.printed_year) == _TWO_DIGITS:
        year = _CENTURY + int(read.printed_year)
    return Number(canonical_prefix(read.prefix), read.body, year)


@dataclass(frozen=True, slots=True)
class Edition:
    """One row of the standards."""

    ref: Ref
    number: Number
    printed: str
    title: str
    status: str
    effective: date | None
    withdrawn: date | None
    replaces: tuple[str, ...] = ()

    def in_force(self, day: date) -> bool:
        """Effective ≤ day < withdrawn, the status word where a date is blank."""
        begun = self.effective <= day if self.effective else self.status in {"current", "withdrawn"}
        ended = self.withdrawn <= day if self.withdrawn else self.status not in {"current", "upcoming"}
        return begun and not ended


@dataclass(frozen=True, slots=True)
class Branch:
    """One successor of what was asked: any of `holding` answers it; none where nothing of it is in force."""

    holding: frozenset[Number]


@dataclass(frozen=True, slots=True)
class Need:
    """What an undated number means on a day: every branch has to be held.

    `whole`: it was a whole that only its parts have replaced, so nothing can stand for it.
    """

    branches: tuple[Branch, ...]
    whole: bool = False

    @property
    def none(self) -> bool:
        """Nothing is in force."""
        return not any(branch.holding for branch in self.branches)

    def held_by(self, held: Iterable[Number]) -> bool:
        """Everything."""
        have = set(held)
        return not self.none and all(branch.holding & have for branch in self.branches)

    def touched_by(self, held: Iterable[Number]) -> bool:
        """Some of it."""
        have = set(held)
        return any(branch.holding & have for branch in self.branches)


class Editions:
    """The replacement graph of the standards that were read."""

    def __init__(self, rows: Iterable[Edition]) -> None:
        self._rows: dict[Number, Edition] = {}
        self.rows = kept = tuple(rows)
        for row in sorted(kept, key=lambda r: (len(r.printed), r.printed), reverse=True):
            self._rows[row.number] = row  # the shortest print last: the standard itself, not its amendment
        self._listed: dict[Number, list[Number]] = defaultdict(list)
        for number in self._rows:
            self._listed[number.line].append(number)
        self._of_line: dict[Number, list[Number]] = defaultdict(list)
        for line, listed in self._listed.items():
            self._of_line[line] = list(listed)
        self._later: dict[Number, set[Number]] = defaultdict(set)
        self._earlier: dict[Number, set[Number]] = defaultdict(set)
        for row in kept:
            for old in (number for cell in row.replaces for number in numbers_in(cell)):
                self._replaced(old, row.number)
        self._needs: dict[tuple[Number, date], Need] = {}
        self._lines: dict[Number, tuple[Mapping[Number, bool], Mapping[Number, bool]]] = {}

    def _replaced(self, old: Number, new: Number) -> None:
        """Note a replacement; one between two parts is none.  An undated number stands for all its editions."""
        if old.line == new.line or _crossing(old, new) is Crossing.NEVER:
            return  # editions of one number follow one another by themselves
        if old not in self._of_line[old.line]:
            self._of_line[old.line].append(old)
        self._later[old].add(new)
        self._earlier[new].add(old)

    def row(self, number: Number) -> Edition | None:
        """The row of an edition."""
        return self._rows.get(number)

    def known(self, number: Number) -> bool:
        """Whether a table knows it: the edition, or any edition of an undated number."""
        return number in self._rows if number.year is not None else bool(self._listed.get(number))

    def line(self, number: Number) -> Mapping[Number, bool]:
        """Every edition of the number's line → whether only a weak step leads to it."""
        forward, backward = self._both(number.line)
        return {**forward, **{n: weak and forward.get(n, True) for n, weak in backward.items()}}

    def of_line(self, number: Number, other: Number) -> bool:
        """Whether `other` is of the line of `number`: an edition of it, or an undated number with one in it."""
        if other.line == number.line:
            return True
        if _crossing(number, other) is Crossing.NEVER:
            return False
        forward, backward = self._both(number.line)
        if other.year is None:
            return any(node.line == other for node in (*forward, *backward))
        if other in forward or other in backward:
            return True
        mine = [node for node in self._of_line.get(other.line, ()) if node in forward or node in backward]
        return any(
            node.year is None
            or (node in forward and node.year < other.year)
            or (node in backward and node.year > other.year)
            for node in mine
        )

    def _both(self, line: Number) -> tuple[Mapping[Number, bool], Mapping[Number, bool]]:
        """What replacements lead to from a number, forwards and backwards."""
        if line not in self._lines:
            seeds = self._of_line.get(line, [])
            forward, backward = (
                {
                    node: weak or _crossing(line, node) is Crossing.WEAK
                    for node, weak in self._reach(seeds, graph, step).items()
                    if _crossing(line, node) is not Crossing.NEVER
                }
                for graph, step in ((self._later, 1), (self._earlier, -1))
            )
            self._lines[line] = (forward, backward)
        return self._lines[line]

    def changes(self, number: Number, start: date, end: date) -> list[date]:
        """Days inside a window on which something of the line begins or ends, the first day left out."""
        days: set[date] = set()
        for node in self.line(number):
            row = self._rows.get(node)
            days.update(day for day in (row.effective, row.withdrawn) if day) if row else None
        return sorted(day for day in days if start < day <= end)

    def need(self, number: Number, day: date) -> Need:
        """What an undated number means on a day."""
        at = (number.line, day)
        if at not in self._needs:
            self._needs[at] = self._work_out(number.line, day)
        return self._needs[at]

    def way(self, number: Number, edition: Number) -> tuple[Ref, ...]:
        """The rows by which an undated number comes to mean an edition: that edition, and each that it goes through."""
        path: list[Number] = []
        seen: set[Number] = set()

        def lead(at: Number) -> bool:
            """Follow replacements of the newest editions until the edition's own number; note the way back."""
            seen.add(at)
            if at == edition.line:
                path.append(edition)
                return True
            for after in sorted(self._following(at), key=by_year):
                if after.line not in seen and _crossing(at, after) is Crossing.FREE and lead(after.line):
                    path.extend([after, self._newest(at)] if after not in path else [self._newest(at)])
                    return True
            return False

        lead(number.line)
        return tuple(dict.fromkeys(self._rows[one].ref for one in path if one in self._rows))

    def side(self, held: Number, needed: Iterable[Number]) -> int:
        """Whether an edition is older (-1) or later (1) than a needed one, as numbers or replacements say; else 0.

        Of several needed ones of its number the first counts.
        """
        wanted = list(needed)
        if any(_crossing(held, one) is Crossing.WEAK for one in wanted):
            return 0
        for one in wanted:
            if held.line == one.line and held.year is not None and one.year is not None and held.year != one.year:
                return -1 if held.year < one.year else 1
        for graph, step, found in ((self._earlier, -1, 1), (self._later, 1, -1)):
            reached = self._reach([held], graph, step)
            if any(reached.get(one) is False for one in wanted):
                return found
        return 0

    def successors(self, number: Number) -> list[Number]:
        """What directly replaces an edition, the newest first."""
        return sorted(self._later.get(number, set()) | self._later.get(number.line, set()), key=by_year, reverse=True)

    def newest_in_force(self, number: Number, day: date) -> int:
        """The year of what an undated number means; 0 where nothing is in force."""
        held = [n.year or 0 for branch in self.need(number, day).branches for n in branch.holding]
        return max(held, default=0)

    def _work_out(self, line: Number, day: date) -> Need:
        seen: set[Number] = set()
        parts = False

        def branches(at: Number) -> list[Branch]:
            """What `at` means on the day; an empty branch where nothing can be held."""
            nonlocal parts
            seen.add(at)
            own = self._open(self._listed.get(at, ()), day)
            if own:
                every = at.prefix.startswith(_ENTERPRISE)
                return [Branch(frozenset(own if every else [max(own, key=by_year)]))]
            found: list[Branch] = []
            for after in sorted({one.line for one in self._following(at)}, key=by_year):
                crossing = max(_crossing(at, after), _crossing(line, after))
                parts |= crossing == Crossing.WEAK and self._in_force_anywhere(after, day, set())
                found += branches(after) if crossing == Crossing.FREE and after not in seen else [Branch(frozenset())]
            return found or [Branch(frozenset())]

        need = Need(tuple(dict.fromkeys(branches(line))))
        return Need(need.branches, whole=need.none and parts)

    def _in_force_anywhere(self, line: Number, day: date, seen: set[Number]) -> bool:
        """Whether the number, or what replaced it, is in force."""
        if self._open(self._listed.get(line, ()), day):
            return True
        seen.add(line)
        after = {one.line for one in self._following(line)} - seen
        return any(self._in_force_anywhere(one, day, seen) for one in after)

    def _following(self, line: Number) -> set[Number]:
        """What replaced the newest listed edition of a number, or the number as such."""
        return self._later.get(self._newest(line), set()) | self._later.get(line, set())

    def _newest(self, line: Number) -> Number:
        """Its newest listed edition; the number itself where none is."""
        return max(self._listed.get(line, ()), key=by_year, default=line)

    def _reach(self, seeds: Iterable[Number], graph: Mapping[Number, set[Number]], step: int) -> dict[Number, bool]:
        """Everything that replacements lead to, later (`step` 1) or earlier (-1) → whether only by a weak step."""
        found = dict.fromkeys(seeds, False)
        waiting = deque(found)
        while waiting:
            node = waiting.popleft()
            beside = self._of_line.get(node.line, ())
            led = graph.get(node, set())
            if node.year is not None:
                beside = [n for n in beside if n.year is not None and (n.year - node.year) * step > 0]
                led = led | graph.get(node.line, set())  # what is said of the number as a whole holds for each edition
            for there in (*led, *beside):
                weak = found[node] or _crossing(node, there) is Crossing.WEAK
                if there not in found or (found[there] and not weak):
                    found[there] = weak
                    waiting.append(there)
        return found

    def _open(self, numbers: Iterable[Number], day: date) -> list[Number]:
        return [n for n in numbers if (row := self._rows.get(n)) is not None and row.in_force(day)]


class Crossing(IntEnum):
    """How the part rule looks at two numbers."""

    FREE = 0
    WEAK = 1
    NEVER = 2


def by_year(number: Number) -> tuple[int, str, str]:
    """An order of editions in which the newest is last."""
    return (number.year or 0, number.prefix, number.body)


@lru_cache(1 << 14)
def _crossing(one: Number, other: Number) -> Crossing:
    if one.family != other.family or one.part == other.part:
        return Crossing.FREE
    return Crossing.NEVER if one.part is not None and other.part is not None else Crossing.WEAK


def same_print(one: str, other: str) -> bool:
    """Two numbers that nobody can read, printed alike."""
    return "".join(fold(one).split()) == "".join(fold(other).split())
