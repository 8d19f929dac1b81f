"""Which standard on record a typed number is: pure, and never a guess that is not said (N7).

`exact`: every slot that the record has was typed.  `resolved`: one record is meant, and `reason` says what was filled
in.  `ambiguous`: several could be meant, or what was typed differs from the only one that is near.  `unknown`: nothing
on record is it; `candidates` then are other editions.  Near numbers never match, and no year stands for another one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from analyzers.standard_number import StandardNumber, print_number
from analyzers.standard_number_prefixes import canonical_prefix
from search_service.kinds.numbers import as_printed
from search_service.standards.known import CURRENT, UPCOMING, WITHDRAWN, Known, each_line
from search_service.standards.near import near_prefixes
from search_service.standards.reading import Entry, dated

EXACT, RESOLVED, AMBIGUOUS, UNKNOWN = "exact", "resolved", "ambiguous", "unknown"
CONFIDENCES = (EXACT, RESOLVED, AMBIGUOUS, UNKNOWN)

CANDIDATES = 10
"""Listed at most: a screen of them; more would not be read."""
UNREADABLE = "没有认出标准编号"
ENTERPRISE = "q/"
FEW = 5
"""Standards of the same number under prefixes that are not near: up to here naming them helps."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a typed number is; `reason` is Chinese, empty where nothing has to be said."""

    confidence: str
    row: Known | None = None
    reason: str = ""
    candidates: tuple[Known, ...] = ()


def resolve(entry: Entry, shelf: Sequence[Known], today: date) -> Resolution:
    """Decide; `shelf` holds every record whose number behind the prefix is that of one of the readings."""
    if not entry.readings:
        printed = as_printed(entry.typed)
        same = next((row for row in shelf if row.number_key == printed), None)
        return Resolution(EXACT, same) if same else Resolution(UNKNOWN, reason=UNREADABLE)
    if entry.cut and entry.year_behind is None:
        numbers = {reading.body for reading in entry.readings}
        rows = [row for row in shelf if row.parsed and row.parsed.body in numbers]
        said = f"编号后面的“{entry.cut}”没有读懂"
        return _ambiguous(each_line(rows, today), said) if rows else Resolution(UNKNOWN, reason=said)
    found = [_of_reading(reading, entry, shelf, today) for reading in _meant(entry)]
    sure = [one for one in found if one.confidence in {EXACT, RESOLVED}]
    if len(sure) == 1:
        return sure[0]
    if len(sure) > 1:
        exact = [one for one in sure if one.confidence == EXACT]
        rows = [one.row for one in (exact or sure) if one.row]
        return exact[0] if len(exact) == 1 else _ambiguous(rows, "编号可以有几种读法,请选择")
    maybe = next((one for one in found if one.confidence == AMBIGUOUS), None)
    return maybe or next((one for one in found if one.candidates), found[0])


def _meant(entry: Entry) -> list[StandardNumber]:
    """The readings; a year right behind a number without one was meant as its year."""
    if entry.year_behind is None:
        return list(entry.readings)
    return [dated(reading, entry.year_behind) for reading in entry.readings]


def _of_reading(number: StandardNumber, entry: Entry, shelf: Sequence[Known], today: date) -> Resolution:
    same = [row for row in shelf if row.parsed is not None and row.parsed.body == number.body]
    if not number.prefix:
        return _without_prefix(number, same, today)
    prefix = canonical_prefix(number.prefix)
    own = [row for row in same if row.parsed and canonical_prefix(row.parsed.prefix) == prefix]
    others = [row for row in same if row not in own]
    if number.year is None:
        return _undated(number, own, others, today)
    found = _edition(number, entry, own)
    if found is not None:
        twins = _twins(number, others)
        return _ambiguous([*([found.row] if found.row else []), *twins], "前缀少写斜线时有两种读法") if twins else found
    # The year was typed, and no edition of this number has it: nothing of another year is ever taken for it.
    elsewhere = [row for row in others if row.year == number.year]
    near = near_prefixes(number, elsewhere)
    if near:
        return _ambiguous(near, f"没有 {print_number(number)},前缀不同的有以下编号")
    if own:
        return Resolution(UNKNOWN, None, f"没有收录 {number.year} 年版,已收录的版本见候选", _newest(own))
    far = tuple(elsewhere) if len(elsewhere) <= FEW else ()
    return Resolution(UNKNOWN, None, "没有收录这个编号" + (",其他前缀下的同号标准见候选" if far else ""), far)


def _edition(number: StandardNumber, entry: Entry, own: Sequence[Known]) -> Resolution | None:
    """The record of this year and variant; None where the line has no such year."""
    edition = [row for row in own if row.year == number.year]
    if not edition:
        return None
    assert all(row.parsed for row in edition)
    exact = [row for row in edition if row.parsed and row.parsed.variant == number.variant]
    if len(exact) > 1:  # two prints that read alike (GB/T 10471-2008, GB/T 10471.2008): only the print tells them apart
        printed = [row for row in exact if as_printed(row.number) == as_printed(entry.typed)]
        exact = printed if len(printed) == 1 else exact
    if len(exact) == 1:
        said = f"年号按 {number.year} 读取" if entry.year_behind else ""
        return Resolution(RESOLVED if said else EXACT, exact[0], said)
    if exact:
        return _ambiguous(exact, "有写法不同而读法相同的编号,请选择")
    plain = [row for row in edition if row.plain]
    if len(plain) == 1 and number.variant[:1] in {"/", "+"}:
        return Resolution(RESOLVED, plain[0], "修改单未单独收录,取它所属的版本")
    return _ambiguous(edition, "只收录了同一版本的其他文本,请选择")


def _undated(number: StandardNumber, own: Sequence[Known], others: Sequence[Known], today: date) -> Resolution:
    """Without a year the edition in force is meant (S5-01); what was filled in is said."""
    if not own:
        near = near_prefixes(number, others)
        if near:
            return _ambiguous(each_line(near, today), "没有这个前缀的编号,前缀不同的有以下编号;未写年号")
        lines = each_line(others, today)
        far = tuple(lines) if len(lines) <= FEW else ()
        return Resolution(UNKNOWN, None, "没有收录这个编号" + (",其他前缀下的同号标准见候选" if far else ""), far)
    twins = _twins(number, others)
    if twins:
        return _ambiguous(each_line([*own, *twins], today), "前缀少写斜线时有两种读法;未写年号")
    bare = [row for row in own if not row.year and row.parsed and row.parsed.variant == number.variant]
    if len(bare) == 1 and len(own) == 1:
        return Resolution(EXACT, bare[0])
    return _by_default(own, "缺年号", today)


def _without_prefix(number: StandardNumber, same: Sequence[Known], today: date) -> Resolution:
    """Digits alone: one line may be meant, several are offered."""
    if number.year is not None:
        same = [row for row in same if row.year == number.year]
        if number.variant:
            same = [row for row in same if row.parsed and row.parsed.variant == number.variant] or same
    if not same:
        return Resolution(UNKNOWN, reason="没有收录这个编号")
    lines = each_line(same, today)
    if len(lines) > 1:
        return _ambiguous(lines, "缺前缀,有几个标准用这个编号" + ("" if number.year else ";未写年号"))
    if number.year is None:
        return _by_default(same, "缺前缀和年号,只有一个标准用这个编号", today)
    plain = [row for row in same if row.plain] or list(same)
    if len(plain) > 1:
        return _ambiguous(plain, "缺前缀,有写法不同的编号")
    return Resolution(RESOLVED, plain[0], "缺前缀,只有一个标准用这个编号")


def _by_default(editions: Sequence[Known], missing: str, today: date) -> Resolution:
    """The edition of a line that is meant by a number without a year."""
    plain = [row for row in editions if row.plain] or list(editions)
    force = [row for row in plain if row.standing(today) == CURRENT]
    if len(force) > 1 and all(row.parsed and row.parsed.prefix.startswith(ENTERPRISE) for row in force):
        return _ambiguous(_newest(force), f"{missing},有几个版本同时有效,请选择")  # S4-50: after 修订 both are valid
    newest = _newest(force or plain)
    top = [row for row in newest if row.year == newest[0].year]
    if len(top) > 1:
        return _ambiguous(top, f"{missing},有写法不同的编号")
    if force:
        return Resolution(RESOLVED, top[0], f"{missing},取现行版" if len(force) == 1 else f"{missing},取最新的现行版")
    said = {WITHDRAWN: "各版都已废止,取最新版", UPCOMING: "没有现行版,取即将实施的版本"}
    return Resolution(RESOLVED, top[0], f"{missing},{said.get(top[0].standing(today), '没有状态可查,取最新版')}")


def _twins(number: StandardNumber, others: Iterable[Known]) -> list[Known]:
    """Where the slash was left out: records whose prefix reads the same without it, GBZ and GB/Z."""
    if "/" in number.prefix:
        return []
    return [
        row
        for row in others
        if row.parsed
        and row.parsed.bare_prefix == number.bare_prefix
        and (number.year is None or row.year == number.year)
    ]


def _newest(rows: Iterable[Known]) -> tuple[Known, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.year, row.number))[:CANDIDATES])


def _ambiguous(rows: Iterable[Known], reason: str) -> Resolution:
    return Resolution(AMBIGUOUS, None, reason, tuple(dict.fromkeys(rows))[:CANDIDATES])
