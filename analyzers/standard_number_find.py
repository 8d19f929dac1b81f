"""Standard numbers in sentences and in cells with several of them.

What counts as a number in a query is decided in docs/ranking.md, "Numbers": CH4, PM2.5, LED, H7N9 and 60dB stay text,
while "JJG 98检测" holds a number. A number that is not one would empty the result, since near numbers never match.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzers.fold import fold, fold_with_offsets
from analyzers.standard_number_body import plausible_year
from analyzers.standard_number_model import StandardNumber
from analyzers.standard_number_plain import read_plain
from analyzers.standard_number_prefixes import SHORT_ASSOCIATIONS
from analyzers.standard_number_reading import Reading, read_bare, read_numbers
from analyzers.standard_number_tokens import BLANK, DIGITS, END, HAN, LETTERS, Tokens, tokenise
from analyzers.vocabulary import load_lines

_ENOUGH_DIGITS = 3
_ENOUGH_LETTERS = 3
# t + code: an association that is not listed counts only with a year, and with a code that is no short word.
_UNLISTED_LETTERS = 4
# Between two numbers of a cell; "/" only where the next number begins (GB/T 19001-2016/ISO 9001:2015).
_CELL_SEPARATORS = frozenset("、,;|/\\~。:()[]{}<>《》〈〉【】「」“”\"'&+")
_CONTINUING = frozenset({"、", ",", "/", ";", "和", "与", "及", "或"})
# Digits after these are measured or compared, not cited.
_BEFORE_QUANTITY = frozenset("~<>≤≥=±×*φ+-./:_№")
# 16 GB 512GB, 0-2000 mm, 2019-2021年: what is counted is no standard.
_UNITS = frozenset(load_lines("units.txt"))
_HAN_UNITS = frozenset("年月日号元万亿米吨度个次名家人项台件套种类克升伏安瓦帕牛秒分时天层级位")
_REGISTRY_PARTS = 3
# Methane, its radicals, sulphur hexafluoride, the lethal dose: typed alone they are meant, not CH 4, SF 6 and LD 50.
_LOOKALIKES = frozenset({"ch2", "ch3", "ch4", "sf6", "ld50"})
# 100-2000V is a range; 32318-2015MM has more digits than people measure with.
_MORE_THAN_MEASURED = 5
# 2024-05-01 is a day, 1992-1-1 a Eurocode.
_DATES_FROM = "2000"


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number in a text; `start` and `end` are offsets into the original text.

    `readings` are alternatives, the likeliest first: DB111234 is DB11 1234 or DB1112 34. All members of a range are
    readings, too.
    """

    readings: tuple[StandardNumber, ...]
    start: int
    end: int


def find(text: str) -> list[FoundNumber]:
    """The numbers in a query or a sentence, in order, never overlapping."""
    folded = fold_with_offsets(text)
    tokens = tokenise(folded.text)
    found = []
    for readings in _scan(tokens, cell=False):
        last = readings[0].end - 1
        start, end = folded.span(tokens.starts[readings[0].start], tokens.starts[last] + len(tokens.texts[last]))
        numbers = dict.fromkeys(number for reading in readings for number in reading.numbers)
        found.append(FoundNumber(tuple(numbers), start, end))
    return found


def parse_all(text: str) -> list[StandardNumber]:
    """The numbers of a cell such as `GB/T 228.1、228.2-2021；ISO 6892-1:2019`, in order, each once.

    Unlike in a query, an unknown prefix is believed where the number has a year or fills its place between separators.
    """
    folded = fold(text)
    plain = read_plain(folded)
    if plain is not None:
        return [plain]
    scanned = _scan(tokenise(folded), cell=True)
    return list(dict.fromkeys(number for readings in scanned for number in readings[0].numbers))


def find_in_cell(text: str) -> list[FoundNumber]:
    """The same numbers as `parse_all` reads, each with its alternatives and where it stands.

    Members of a range are numbers of their own that stand in one place.
    """
    folded = fold_with_offsets(text)
    tokens = tokenise(folded.text)
    found = []
    for readings in _scan(tokens, cell=True):
        last = readings[0].end - 1
        place = folded.span(tokens.starts[readings[0].start], tokens.starts[last] + len(tokens.texts[last]))
        if len(readings[0].numbers) > 1:
            found += [FoundNumber((number,), *place) for number in readings[0].numbers]
        else:
            found.append(FoundNumber(tuple(dict.fromkeys(reading.number for reading in readings)), *place))
    return found


def _scan(tokens: Tokens, *, cell: bool) -> Iterator[list[Reading]]:
    at, last = 0, None
    while at < tokens.count:
        kind = tokens.kinds[at]
        readings: list[Reading] = []
        if kind == LETTERS and (tokens.kinds[at - 1] != DIGITS or (last and last.end == at)):
            readings = _prefixed(tokens, at, cell=cell)
        elif kind == DIGITS:
            readings = _continued(tokens, at, last, cell=cell) if last else []
            readings = readings or _bare(tokens, at, cell=cell)
        if readings:
            yield readings
            last = readings[0]
            at = last.end
        else:
            at += 1


def _boundary(tokens: Tokens, at: int, step: int, *, cell: bool) -> bool:
    """Whether nothing but blanks stands between token `at` and the end of the query, or a separator of the cell."""
    while tokens.kinds[at] == BLANK:
        at += step
    return at < 0 or tokens.kinds[at] == END or (cell and tokens.kinds[at] in _CELL_SEPARATORS)


def _whole(tokens: Tokens, reading: Reading, *, cell: bool) -> bool:
    before = reading.start == 0 or _boundary(tokens, reading.start - 1, -1, cell=cell)
    return before and _boundary(tokens, reading.end, 1, cell=cell)


def _prefixed(tokens: Tokens, at: int, *, cell: bool) -> list[Reading]:
    readings = [r for r in read_numbers(tokens, at) if _counts(tokens, r, cell=cell)]
    # Alternatives are of use only where they explain the same stretch of text.
    readings = [r for r in readings if r.end == readings[0].end]
    if readings and tokens.kinds[readings[0].end] == HAN and not _dated(readings[0]):
        readings.extend([_without_letter(r) for r in readings if r.number.body[-1:].isalpha()])
    return readings


def _counts(tokens: Tokens, reading: Reading, *, cell: bool) -> bool:
    """Whether the reading is a number here, and not a word, a unit or a formula that looks like one."""
    if not _ends_well(tokens, reading) or _is_something_else(reading):
        return False
    whole = _whole(tokens, reading, cell=cell)
    number, dated = reading.number, _dated(reading)
    if not reading.known:
        return (cell and (whole or dated)) or (whole and dated and _like_association(number.prefix))
    return (
        whole
        or dated
        or reading.spaced
        or "/" in tokens.kinds[reading.start : reading.end]
        or sum(map(str.isdigit, number.body)) >= _ENOUGH_DIGITS
        or (sum(map(str.isalpha, number.prefix)) >= _ENOUGH_LETTERS and number.prefix not in SHORT_ASSOCIATIONS)
    )


def _like_association(prefix: str) -> bool:
    return prefix.startswith("t") and len(prefix) >= _UNLISTED_LETTERS


def _dated(reading: Reading) -> bool:
    return reading.number.year is not None


def _ends_well(tokens: Tokens, reading: Reading) -> bool:
    """Not inside a word, a quantity or a product's name: 512GB, CY2671型, 2014年; but 2014GB/T is the next number."""
    kind, text = tokens.kinds[reading.end], tokens.texts[reading.end]
    if kind == DIGITS:
        return False
    if _dated(reading):
        return True
    if text.startswith("型") or (text.startswith("年") and plausible_year(reading.number.body)):
        return False
    return kind != LETTERS or (len(text) >= _ENOUGH_LETTERS and text not in _UNITS)


def _is_something_else(reading: Reading) -> bool:
    """CAS 50-00-0 is a chemical, CH4 and SF6 are, too."""
    number = reading.number
    if number.prefix == "cas":
        return len(number.body.split("-")) == _REGISTRY_PARTS
    return not reading.spaced and f"{number.prefix}{number.body}" in _LOOKALIKES and not _dated(reading)


def _without_letter(reading: Reading) -> Reading:
    """JJG 98B级: the letter may be the next word's."""
    return reading._replace(numbers=(replace(reading.number, body=reading.number.body[:-1]),))


def _continued(tokens: Tokens, at: int, last: Reading, *, cell: bool) -> list[Reading]:
    """GB/T 228.1、228.2-2021: digits behind a separator take over the prefix."""
    between = [tokens.texts[i] for i in range(last.end, min(at, last.end + 4)) if tokens.kinds[i] != BLANK]
    if len(between) != 1 or between[0] not in _CONTINUING or not last.number.prefix or at > last.end + 3:
        return []
    reading = read_bare(tokens, at, last.number.prefix)
    if reading is None or _quantity_follows(tokens, reading.end):
        return []
    number = reading.number
    telling = "." in number.body or _dated(reading) or (cell and sum(map(str.isdigit, number.body)) >= _ENOUGH_DIGITS)
    return [reading] if telling and not plausible_year(number.body) else []


def _quantity_follows(tokens: Tokens, at: int) -> bool:
    after = tokens.skip_blank(at)
    text = tokens.texts[after]
    kind = tokens.kinds[after]
    return (kind == HAN and text[0] in _HAN_UNITS) or text in _UNITS or kind in "%°μω℃~" or tokens.kinds[at] == LETTERS


def _bare(tokens: Tokens, at: int, *, cell: bool) -> list[Reading]:
    """Digits alone count as the whole query, or with a plausible year right behind them."""
    reading = read_bare(tokens, at)
    if reading is None or _is_quantity(tokens, reading):
        return []
    if _whole(tokens, reading, cell=cell):
        return _with_part(reading)
    before = tokens.kinds[at - 1] if at else END
    if before in {LETTERS, DIGITS} or before in _BEFORE_QUANTITY or not plausible_year(reading.number.printed_year):
        return []
    joined = not {BLANK, "("} & set(tokens.kinds[reading.start : reading.end])
    years = plausible_year(reading.number.body)  # 2014-2015
    return [reading] if joined and not years and not _quantity_follows(tokens, reading.end) else []


def _with_part(reading: Reading) -> list[Reading]:
    """13456-93 has a year, DBJ/T 15-31 a part: without the prefix both are possible."""
    number = reading.number
    if not number.printed_year or plausible_year(number.printed_year):
        return [reading]
    part = StandardNumber("", f"{number.body}-{number.printed_year}", variant=number.variant)
    return [reading, reading._replace(numbers=(part,))]


def _is_quantity(tokens: Tokens, reading: Reading) -> bool:
    """0-2000, 0.5-2000, 100-2000V, the scale 1:2000 and the date 2024-05-01, even as the whole query."""
    number = reading.number
    measured = number.variant in _UNITS and len(number.body) < _MORE_THAN_MEASURED
    date = number.year is None and "-" in number.body and number.stem >= _DATES_FROM and plausible_year(number.stem)
    scale = ":" in tokens.kinds[reading.start : reading.end] and number.body == "1"
    return measured or date or scale or number.stem == "0"
