"""Check 4 over structure: numbers, editions, replacements (docs/matching.md, Standard)."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.matching.reference.things import Asked, Code, Edition, Item, Number, Row, World


@dataclass(frozen=True)
class Branch:
    """One standard that must be held: any of these editions, or none where nothing of it is in force."""

    editions: frozenset[Number]
    parted: bool = False
    """Reached between a whole and a part."""


def begun(edition: Edition, day: date) -> bool:
    if edition.effective:
        return edition.effective <= day
    return edition.status in {"current", "withdrawn"}


def lasting(edition: Edition, day: date) -> bool:
    if edition.withdrawn:
        return day < edition.withdrawn
    return edition.status in {"current", "upcoming"}


def year(number: Number) -> int:
    return number.year or 0


def whole_and_part(one: Number, other: Number) -> bool:
    return one.prefix == other.prefix and one.body[0] == other.body[0] and len(one.body) != len(other.body)


def two_parts(one: Number, other: Number) -> bool:
    return (
        one.prefix == other.prefix
        and one.body[0] == other.body[0]
        and one.body != other.body
        and len(one.body) == len(other.body) == 2
    )


def own(line: Number, world: World) -> list[Edition]:
    return [edition for edition in world.editions if edition.number.line == line]


def successors(line: Number, world: World) -> list[Edition]:
    """What replaced its newest edition."""
    editions = own(line, world)
    newest = max((edition.number for edition in editions), key=year, default=line)
    return [
        edition
        for edition in world.editions
        if any(code.number in {newest, line} for code in edition.replaces)
        and edition.number.line != line
        and not two_parts(edition.number, line)
    ]


def current(line: Number, day: date, world: World, seen: frozenset[Number] = frozenset()) -> list[Branch]:
    """What an undated number means on a day: one branch, or several where it was split."""
    in_force = [edition.number for edition in own(line, world) if begun(edition, day) and lasting(edition, day)]
    if in_force:
        every = line.prefix.startswith("Q/")
        return [Branch(frozenset(in_force if every else [max(in_force, key=year)]))]
    branches: list[Branch] = []
    for after in sorted({edition.number.line for edition in successors(line, world)} - seen, key=str):
        parted = whole_and_part(line, after)
        further = current(after, day, world, seen | {line})
        branches += [Branch(branch.editions, branch.parted or parted) for branch in further]
    return branches or [Branch(frozenset())]


def holds(code: Number, asked: Number, branch: Branch, day: date, world: World) -> bool:
    """Does this number of a row hold a branch of what is asked?"""
    if branch.parted or not branch.editions:
        return False
    if code.year:
        return code in branch.editions
    return code == asked or any(
        mine.editions & branch.editions and not mine.parted for mine in current(code, day, world)
    )


def replaced(older: Number, newer: Number, world: World) -> bool:
    """One step: the data says so, or both are editions of one number."""
    if two_parts(older, newer):
        return False
    if older.line == newer.line:
        return bool(older.year and newer.year and older.year < newer.year)
    return any(
        edition.number == newer and any(code.number in {older, older.line} for code in edition.replaces)
        for edition in world.editions
    )


def nodes(world: World, others: list[Number]) -> set[Number]:
    """Every dated number that is listed, named as replaced, or printed on the row."""
    named = {code.number for edition in world.editions for code in edition.replaces if code.number}
    found = {edition.number for edition in world.editions} | named | set(others)
    return {number for number in found if number.year}


def reach(begin: set[Number], every: set[Number], world: World, *, forward: bool) -> set[Number]:
    found = set(begin)
    while True:
        more = {
            new
            for new in every - found
            if any(replaced(old, new, world) if forward else replaced(new, old, world) for old in found)
        }
        if not more:
            return found
        found |= more


def line_of(asked: Number, code: Number, world: World) -> set[Number]:
    every = nodes(world, [asked, code])
    begin = {number for number in every if number.line == asked.line}
    return reach(begin, every, world, forward=True) | reach(begin, every, world, forward=False)


def of_line(code: Number, asked: Number, world: World) -> bool:
    if two_parts(code, asked):
        return False
    if code.line == asked.line:
        return True
    found = line_of(asked, code, world)
    return code in found if code.year else code in {number.line for number in found}


def days(asked: Asked, today: date) -> list[date]:
    first = max(asked.start, today)
    return [first + timedelta(at) for at in range((asked.end - first).days + 1)]


def undated(  # noqa: PLR0911  # one return for each sentence of the rule
    asked: Number, numbers: list[Number], window: list[date], world: World
) -> str | None:
    if not own(asked, world):
        return None if asked in numbers else "standard_unknown"
    line = [code for code in numbers if of_line(code, asked, world)]
    if not line:
        return "standard_differs"
    first = current(asked, window[0], world)
    if all(not branch.editions for branch in first):
        return "no_edition_in_force"
    if all(branch.parted for branch in first):
        return "edition_differs"
    held = [
        [any(holds(code, asked, branch, day, world) for code in numbers) for branch in current(asked, day, world)]
        for day in window
    ]
    if all(held[0]):
        return None if all(all(day) for day in held) else "edition_changes_in_window"
    if any(all(day) for day in held) and not any(held[0]):
        return "edition_not_yet"
    far = [
        "edition_differs"
        if any(holds(code, asked, b, window[0], world) for b in first)
        else distance(code, first, window[0], world)
        for code in line
    ]
    return min(far, key=ORDER.index)


def distance(code: Number, first: list[Branch], day: date, world: World) -> str:
    """How an edition of the line that is not held lies to those in force."""
    if code.year is None:
        # An undated number is where the edition is that it means, and nowhere while it means none.
        meant = [number for branch in current(code, day, world) if not branch.parted for number in branch.editions]
        return min(
            (distance(number, first, day, world) for number in meant), key=ORDER.index, default="edition_differs"
        )
    targets = {edition for branch in first for edition in branch.editions}
    if any(whole_and_part(code, target) for target in targets):
        return "edition_differs"
    same = [year(target) for target in targets if target.line == code.line]
    if same:
        return "edition_older" if year(code) < max(same) else "edition_not_yet"
    every = nodes(world, [code, *targets])
    if any(code in reach({target}, every, world, forward=True) for target in targets):
        return "edition_not_yet"
    return (
        "edition_older" if any(code in reach({t}, every, world, forward=False) for t in targets) else "edition_differs"
    )


def dated(asked: Number, numbers: list[Number], window: list[date], world: World) -> str | None:
    if asked in numbers:
        return None
    if all(edition.number != asked for edition in world.editions):
        return "standard_unknown"
    for code in numbers:
        if code.year is None and all(
            any(asked in branch.editions and not branch.parted for branch in current(code, day, world))
            for day in window
        ):
            return None
    return "edition_differs" if any(of_line(code, asked, world) for code in numbers) else "standard_differs"


ORDER = (
    "standard_differs",
    "offer_standard_unknown",
    "standard_unknown",
    "no_edition_in_force",
    "edition_not_yet",
    "edition_changes_in_window",
    "edition_older",
    "edition_differs",
)


def one(asked: Code, row: Row, window: list[date], world: World) -> str | None:
    numbers = [code.number for code in row.standards if code.number]
    unreadable = len(numbers) < len(row.standards) or not row.standards
    if asked.number is None:
        if any(code.number is None and code.key == asked.key for code in row.standards):
            return None
        found: str | None = "standard_unknown"
    else:
        judge = dated if asked.number.year else undated
        found = judge(asked.number, numbers, window, world)
    near = asked.number is not None and any(of_line(number, asked.number, world) for number in numbers)
    if unreadable and not near and found in {"standard_differs", "standard_unknown"}:
        return "offer_standard_unknown"
    return found


def standard(row: Row, item: Item, world: World) -> str | None:
    if row.kind == "plans" or not item.standards:
        return None
    window = days(world.asked, world.today)
    codes = [one(asked, row, window, world) for asked in item.standards]
    return next((code for code in ORDER if code in codes), None)


def answering(row: Row, item: Item, world: World) -> list[tuple[str, ...]] | None:
    """The titles of the editions that answer, where the item names a standard and check 4 is met; else None."""
    if row.kind == "plans" or not item.standards or standard(row, item, world):
        return None
    wanted: set[Number] = set()
    day = max(world.asked.start, world.today)
    numbers = [code.number for code in row.standards if code.number]
    for asked in [code.number for code in item.standards if code.number]:
        if asked.year:
            wanted.add(asked)
            continue
        held = [
            edition
            for branch in current(asked, day, world)
            for edition in branch.editions
            if any(holds(number, asked, Branch(frozenset({edition})), day, world) for number in numbers)
        ]
        wanted.update([max(held, key=lambda one: (year(one), one.prefix, one.body))] if held else [])
    return [edition.title for edition in world.editions if edition.number in wanted]


def edition_year(row: Row, world: World) -> int:
    """For the best offer: the greatest year, undated counts as the one in force."""
    day = max(world.asked.start, world.today)
    years = [0]
    for code in row.standards:
        if code.number and code.number.year:
            years.append(code.number.year)
        elif code.number:
            meant = [branch for branch in current(code.number, day, world) if not branch.parted]
            years += [year(number) for branch in meant for number in branch.editions]
    return max(years)
