"""Check 4: the offer holds the standard that is asked (docs/matching.md, Standard)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from search_service.matching.editions import Editions, Need, Number, by_year, numbers_in, same_print
from search_service.matching.tables import Tables
from search_service.matching.words import Conditions, Finding, Item, Offer, Ref, Told, Window, below, met, weaker

CHECK = "standard"


@dataclass(frozen=True, slots=True)
class Cited:
    """What a row cites: its numbers, and whether nobody can read some of it, or nothing is there."""

    numbers: tuple[Number, ...]
    unclear: bool

    @classmethod
    def of(cls, offer: Offer) -> "Cited":
        """From the printed cells."""
        read = [numbers_in(cell) for cell in offer.standards]
        return cls(tuple(dict.fromkeys(n for found in read for n in found)), not read or not all(read))


@dataclass(frozen=True, slots=True)
class Held:
    """How one asked number stands to a row: `edition` is what answers it, with the rows that say so.

    `lasting`: the rows of the editions that take its place inside the window, where it is looked at by itself.
    """

    code: str | None
    edition: Number | None = None
    refs: tuple[Ref, ...] = ()
    lasting: tuple[Ref, ...] = ()


def check(item: Item, conditions: Conditions, offer: Offer, tables: Tables) -> Finding:
    """None asked is met; of several asked numbers the worst decides; a plan has no standards to look at."""
    if not item.standard or offer.narrative:
        said = "需求未指定标准" if not item.standard else "服务方案不核对标准"
        return met(CHECK, lambda: (said, ()))
    answers = held(item, conditions, offer, tables)
    code = None
    for answer in answers:
        code = weaker(code, answer.code)

    def tell() -> Told:
        return _text(item, offer, answers, conditions, tables), tuple(
            dict.fromkeys(ref for answer in answers if answer.code is None for ref in answer.refs)
        )

    return met(CHECK, tell) if code is None else below(CHECK, code, tell)


def held(item: Item, conditions: Conditions, offer: Offer, tables: Tables) -> tuple[Held, ...]:
    """For each asked number how the row answers it; an item whose standard nobody can read is one unknown number."""
    asked = numbers_in(item.standard)
    cited = Cited.of(offer)
    if not asked:
        if any(same_print(item.standard, cell) for cell in offer.standards):
            return (Held(None),)
        return (Held(_unclear(cited)),)
    return tuple(
        (_undated if number.year is None else _dated)(number, cited, conditions.window, tables.editions)
        for number in asked
    )


def titles(answers: Iterable[Held], tables: Tables) -> list[tuple[str, tuple[Ref, ...]]]:
    """The titles of the editions that answer, with the rows that they rest on."""
    rows = [(tables.editions.row(one.edition), one.lasting) for one in answers if one.edition is not None]
    return [(row.title, (row.ref, *lasting)) for row, lasting in rows if row is not None]


def _unclear(cited: Cited) -> str:
    return "offer_standard_unknown" if cited.unclear else "standard_unknown"


def _dated(asked: Number, cited: Cited, window: Window, editions: Editions) -> Held:
    """Exactly that edition, or an undated number that means it on every day of the window."""
    if asked in cited.numbers:
        return Held(None, asked)
    related = [n for n in cited.numbers if editions.of_line(asked, n)]
    if not editions.known(asked):
        return Held("standard_unknown" if related or not cited.unclear else "offer_standard_unknown")
    for number in cited.numbers:
        if number.year is None and _means(number, asked, window, editions):
            return Held(None, asked, editions.way(number, asked))
    if related:
        return Held("edition_differs", asked)
    return Held("offer_standard_unknown" if cited.unclear else "standard_differs", asked)


def _means(number: Number, asked: Number, window: Window, editions: Editions) -> bool:
    """Whether an undated number means this one edition on every day."""
    if not editions.known(number):
        return False
    days = _days(number, window, editions)
    needs = [editions.need(number, day) for day in days]
    return all(any(asked in branch.holding for branch in need.branches) for need in needs)


def _days(number: Number, window: Window, editions: Editions) -> list[date]:
    """The first day, and those on which something changes."""
    return [window.start, *editions.changes(number, window.start, window.end)]


def _undated(asked: Number, cited: Cited, window: Window, editions: Editions) -> Held:
    """What table and row say of the number at all, before any day is looked at."""
    related = [n for n in cited.numbers if editions.of_line(asked, n)]
    if not editions.known(asked):
        if asked in cited.numbers:
            return Held(None, asked)
        return Held("standard_unknown" if related or not cited.unclear else "offer_standard_unknown")
    if not related:
        return Held("offer_standard_unknown" if cited.unclear else "standard_differs")
    return _on_each_day(asked, related, window, editions)


def _on_each_day(asked: Number, related: Sequence[Number], window: Window, editions: Editions) -> Held:
    """The edition in force on the first day, and on each day until the last."""
    exact = asked in related
    days = _days(asked, window, editions)
    needs = [editions.need(asked, day) for day in days]
    first = needs[0]
    if first.none:
        return Held("edition_differs" if first.whole else "no_edition_in_force")
    have = [_have(asked, related, day, editions, exact=exact) for day in days]
    answering = _answering(first, have[0]) or _answering(first, _needed(first))
    if first.held_by(have[0]):
        if all(need.held_by(now) for need, now in zip(needs, have, strict=True)):
            used = _used(needs, have, days, editions)
            if exact:
                later = [row.ref for number in list(used)[1:] if (row := editions.row(number)) is not None]
                return Held(None, answering, lasting=tuple(later))
            ways = [_ways(asked, related, number, day, editions) for number, day in used.items()]
            return Held(None, answering, tuple(ref for way in ways for ref in way))
        return Held("edition_changes_in_window", answering)
    code: str | None = None
    once = any(need.held_by(now) for need, now in zip(needs[1:], have[1:], strict=True))
    if once and not first.touched_by(have[0]):
        return Held("edition_not_yet", answering)
    needed = sorted(_needed(first), key=by_year, reverse=True)
    for number in related:
        for edition in _stands_for(number, window.start, editions):
            code = min(filter(None, (code, _distance(edition, needed, first, editions))), key=_order)
    return Held(code or "edition_differs", answering)


def _stands_for(number: Number, day: date, editions: Editions) -> list[Number]:
    """The editions that a related number of the row means; an undated one that means none is nowhere."""
    if number.year is not None:
        return [number]
    return [edition for branch in editions.need(number, day).branches for edition in branch.holding]


def _needed(need: Need) -> set[Number]:
    return {edition for branch in need.branches for edition in branch.holding}


def _answering(need: Need, have: set[Number]) -> Number | None:
    """The newest edition that is held: of a split one is enough, since without its row there were no such branch."""
    return max(_needed(need) & have, key=by_year, default=None)


def _used(
    needs: Sequence[Need], have: Sequence[set[Number]], days: Sequence[date], editions: Editions
) -> dict[Number, date]:
    """The editions that are held, as few as last through the window → the day from which each is needed."""
    kept: dict[Number, date] = {}
    for need, now, day in zip(needs, have, days, strict=True):
        lasting = any(row.in_force(day) for one in kept if (row := editions.row(one)) is not None)
        answering = None if lasting else _answering(need, now)
        if answering is not None:
            kept.setdefault(answering, day)
    return kept


def _ways(asked: Number, related: Sequence[Number], edition: Number, day: date, editions: Editions) -> tuple[Ref, ...]:
    """The rows by which the asked number means an edition, and by which the row's own undated number does."""
    rows = editions.way(asked, edition)
    if edition in related:
        return rows
    undated = (number for number in related if number.year is None)
    meaning = next((number for number in undated if edition in _needed(editions.need(number, day))), None)
    return rows if meaning is None else (*rows, *editions.way(meaning, edition))


def _have(asked: Number, related: Sequence[Number], day: date, editions: Editions, *, exact: bool) -> set[Number]:
    """The editions that the row holds on a day: an undated number means the one in force, also under a new number."""
    found = {n for n in related if n.year is not None}
    if exact:
        found.update(n for branch in editions.need(asked, day).branches for n in branch.holding)
    for number in related:
        if number.year is None and number != asked:
            found.update(n for branch in editions.need(number, day).branches for n in branch.holding)
    return found


_ORDER = ("edition_not_yet", "edition_changes_in_window", "edition_older", "edition_differs")


def _order(code: str) -> int:
    return _ORDER.index(code)


def _distance(number: Number, needed: Sequence[Number], need: Need, editions: Editions) -> str:
    """What an edition of the line that is not the one in force is."""
    if need.touched_by([number]) or number.year is None:
        return "edition_differs"
    side = editions.side(number, needed)
    return {-1: "edition_older", 1: "edition_not_yet", 0: "edition_differs"}[side]


def _text(item: Item, offer: Offer, answers: Sequence[Held], conditions: Conditions, tables: Tables) -> str:
    printed = "；".join(offer.standards) or "未注明"
    said = [f"要求 {item.standard}，本条依据 {printed}"]
    for answer in answers:
        number = answer.edition
        if number is None:
            continue
        row = tables.editions.row(number)
        if row is None:
            said.append(f"{number} 未收录，仅按编号核对（standard_unlisted）")
            continue
        day = conditions.window.start
        if row.in_force(day):
            said.append(f"{day.isoformat()} 现行 {row.printed}《{row.title}》")
        else:
            after = "、".join(str(n) for n in tables.editions.successors(number))
            said.append(f"{row.printed}《{row.title}》当日不现行" + (f"，已由 {after} 代替" if after else ""))
    if any(answer.code is None and answer.edition is None for answer in answers):
        said.append("编号无法识别，仅按文字核对（standard_unlisted）")
    return "；".join(said)
