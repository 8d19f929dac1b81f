"""What somebody pasted → the numbers in it, each with the line on which it stands and as it was typed.

Nothing is looked up here, so that too many numbers are refused before any work is done.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analyzers.fold import fold
from analyzers.standard_number import FoundNumber, StandardNumber, find_in_cell, parse
from analyzers.standard_number_prefixes import is_listed
from search_service.errors import Invalid, Problem
from search_service.standards.slips import one_slip

MOST = 500
"""Numbers of one check (`docs/api.md`): a laboratory's annex; more are sent in parts."""
LONGEST = 100_000
"""Characters in all: 500 numbers with a long title behind each."""
LONGEST_LINE = 500
"""Characters of one entry of a list: a number of 40 with the longest title that there is."""
FEWEST_DIGITS = 3
"""Of a number without prefix and year."""
SHOWN = 120
"""Characters of a line that come back as typed."""

# 一 and ー are what input methods give for a dash: 228.1一2021.
_DASH_MEANT = re.compile(r"(?<=\d)[一ー―](?=(?:19|20)\d\d(?!\d))")
# A year that stands right behind the number in a way that no number is printed: 228.1/2021, 228.1,2021版.
_YEAR_BEHIND = re.compile(r"[^\w、;；]{0,3}((?:19|20)\d\d)(?!\d|[-./]\d)")
# 38598-2020/XG1 - 2024.
_SPACED_AMENDMENT = re.compile(r"(xg\s?\d{1,2})\s*[-‐‑‒–—―−－]\s*(?=(?:19|20)\d\d(?!\d))", re.IGNORECASE)
# 60335- 1:2010: what follows belongs to the number and is not written as numbers are.
_GOING_ON = re.compile(r"\s?[-‐‑‒–—―−－:：.]\s?\d[\w:.-]*")
# The first two words of a line, and the first alone, with something behind them.
_LEADING = (re.compile(r"\S+\s+\S+(?=\s)"), re.compile(r"\S+(?=\s)"))
_SLASHES = {"/", "／", "∕", "⁄", "╱"}
_TYPES = {"t", "tt", "z", "zz"}
_LOCAL = ("db", "dbs", "dbj", "q")
_SEPARATORS = tuple("、,，;；|/／\\&+")
_JOINING = " 和与及或"
_HAN = re.compile("[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number to check.

    `line` counts from 1.  `readings` are alternatives, the likeliest first; none where no number was recognised.
    `year_behind`: a year that may belong to a number without one.  `cut`: what goes on behind a number without a year
    and could not be read, so that nobody can say what was meant.
    """

    line: int
    typed: str
    readings: tuple[StandardNumber, ...] = ()
    year_behind: int | None = None
    cut: str = ""


def read_text(text: str, loc: str = "body.text") -> list[Entry]:
    """The numbers of a text, a line each or several on a line.

    Raises:
        Invalid: blank, too long, or more than 500 numbers.
    """
    if len(text) > LONGEST:
        raise _too_long(loc, len(text))
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if fold(line).strip()]
    if len(lines) > MOST:
        raise _too_many(loc, len(lines))
    return _entries(lines, loc)


def read_list(numbers: Sequence[str], loc: str = "body.numbers") -> list[Entry]:
    """The numbers of a list; an entry may hold several.

    Raises:
        Invalid: empty, an entry too long, or more than 500 numbers.
    """
    if len(numbers) > MOST:
        raise _too_many(loc, len(numbers))
    long = [at for at, text in enumerate(numbers) if len(text) > LONGEST_LINE]
    if long:
        hint = "一项填写一个标准编号"
        problems = [Problem(f"{loc}.{at}", "too_long", f"超过 {LONGEST_LINE} 字", hint) for at in long]
        raise Invalid(f"有 {len(long)} 项过长", problems=problems)
    return _entries(enumerate(numbers, 1), loc)


def _entries(lines: Iterable[tuple[int, str]], loc: str) -> list[Entry]:
    found: list[Entry] = []
    for number, line in lines:
        found.extend(_of_line(number, line.strip()))
    if len(found) > MOST:
        raise _too_many(loc, len(found))
    if not found:
        problem = Problem(loc, "required", "没有要查的标准编号", "例如 GB/T 228.1-2021,一行一个")
        raise Invalid(problem.message, problems=[problem])
    return found


def _of_line(number: int, line: str) -> list[Entry]:
    """All numbers of a line; a line that is not blank and holds none is an entry without readings."""
    if not fold(line).strip():
        return []
    text = _SPACED_AMENDMENT.sub(r"\1-", _DASH_MEANT.sub("-", line))
    found = _joined(text, find_in_cell(text)) or _leading(text)
    numbered = any(one.readings[0].prefix for one in found)
    found = [one for one in found if not _ordinal(one, beside=numbered)]
    found = [one for at, one in enumerate(found) if not at or not _mentioned(text, found[at - 1], one)]
    if not found:
        return [Entry(number, line[:SHOWN])]
    alone = len(found) == 1
    return [
        Entry(
            number,
            (line if alone else line[one.start : one.end])[:SHOWN],
            one.readings,
            _year_behind(text, one),
            _cut(text, one),
        )
        for one in found
    ]


def _leading(text: str) -> list[FoundNumber]:
    """A number that a sentence would not be believed to hold, where it stands first in a cell: `4706.32-2012 家用…`."""
    for words in _LEADING:
        head = words.match(text)
        number = parse(head[0]) if head else None
        if head and number is not None:
            return [FoundNumber((number,), 0, head.end())]
    return []


def _joined(text: str, found: list[FoundNumber]) -> list[FoundNumber]:
    """A mistyped local prefix falls apart at its slash: DBB37/T 3126-2018 is one number of no known prefix."""
    whole: list[FoundNumber] = []
    for one in found:
        before, number = (whole[-1] if whole else None), one.readings[0]
        if before and text[before.end : one.start].strip() in _SLASHES:
            head = before.readings[0]
            slipped = number.prefix in _TYPES or (number.prefix in {"", head.prefix} and _slip_of_local(head.prefix))
            if head.prefix and slipped and head.year is None and head.body.isdigit():
                prefix = f"{head.prefix}{head.body}" + (f"/{number.prefix}" if number.prefix in _TYPES else "")
                whole[-1] = FoundNumber((replace(number, prefix=prefix),), before.start, one.end)
                continue
        whole.append(one)
    return whole


def _slip_of_local(prefix: str) -> bool:
    return not is_listed(prefix) and any(one_slip(prefix, meant) for meant in _LOCAL)


def _ordinal(found: FoundNumber, *, beside: bool) -> bool:
    """Plain digits beside real numbers are the row's own number, a count, an amount: `12、GB/T 228.1`.

    One or two digits alone are no standard number either: every issuer has a first standard.
    """
    number = found.readings[0]
    plain = not number.prefix and number.year is None and number.body.isdigit()
    return plain and (beside or len(number.body) < FEWEST_DIGITS)


def _mentioned(text: str, before: FoundNumber, found: FoundNumber) -> bool:
    """Whether a further number is only named in the title or remark behind the one before.

    GB/Z 19030-2009 GB/T 19001—2000的统计技术指南, GB/T 228.1-2021(代替GB/T 228.1-2010); but a separator begins anew.
    """
    between = text[before.end : found.start].rstrip()
    if between.endswith(_SEPARATORS) or before.start == found.start:
        return False
    return bool(_HAN.search(between.strip(_JOINING))) or (not between and bool(_HAN.match(text, found.end)))


def _year_behind(text: str, found: FoundNumber) -> int | None:
    if found.readings[0].year is not None:
        return None
    year = _YEAR_BEHIND.match(text, found.end)
    return int(year[1]) if year else None


def dated(number: StandardNumber, year: int) -> StandardNumber:
    """The same number with a year."""
    return replace(number, year=year, printed_year=str(year))


def _cut(text: str, found: FoundNumber) -> str:
    if found.readings[0].year is not None:
        return ""
    rest = _GOING_ON.match(text, found.end)
    return rest[0].strip() if rest else ""


def _too_many(loc: str, count: int) -> Invalid:
    hint = f"请分批查询,每次至多 {MOST} 个"
    problem = Problem(loc, "too_many_numbers", f"收到 {count} 个标准编号,一次至多 {MOST} 个", hint)
    return Invalid(f"{problem.message}:{hint}", problems=[problem])


def _too_long(loc: str, length: int) -> Invalid:
    problem = Problem(loc, "too_long", f"共 {length} 字,超过上限 {LONGEST} 字", "请只保留标准编号,或分批查询")
    return Invalid(problem.message, problems=[problem])
