"""Seeded small worlds: few words and numbers, so that every rule meets every other one often.

A world is made around its items: a row begins as the perfect answer to an item and most of its fields are then spoilt
now and again, so that codes come alone as well as together.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tests.matching.reference import spelling
from tests.matching.reference.things import (
    Accuracy,
    Asked,
    Cell,
    Certificate,
    Clause,
    Code,
    Edition,
    Item,
    Limit,
    Link,
    Member,
    Number,
    Range,
    Row,
    Span,
    Words,
    World,
)

Dice = random.Random

OBJECTS = ("热轧带肋钢筋", "热轧光圆钢筋", "钢筋", "钢材", "金属材料", "水泥", "水产品", "贝类", "饮用水")
PARAMETERS = ("抗拉强度", "拉伸强度", "上屈服强度", "下屈服强度", "断后伸长率", "镉", "铅", "pH值", "闪点", "流量")
INSTRUMENTS = ("压力表", "一般压力表", "精密压力表", "变送器", "天平", "电子天平", "卡尺", "温度计")
NATURES = ("CMA", "CNAS", "CAL", "CATL", "metrology", "other", None)
PLACES = ("610000", "610100", "610103", "610200", "320000", "320500")
DIVISIONS = (
    ("000000", None),
    ("610000", "000000"),
    ("610100", "610000"),
    ("610103", "610100"),
    ("610200", "610000"),
    ("320000", "000000"),
    ("320500", "320000"),
)
STRANGE = ("西安市及周边", "本地区", "999999")
LABELS = {
    "testing": ("检测", "检验检测", "testing"),
    "inspection": ("检验", "inspection"),
    "verification": ("检定", "verification"),
    "calibration": ("校准", "calibration"),
    "assessment": ("评价", "assessment"),
    "certification": ("认证", "certification"),
    "standardisation": ("标准化", "standardisation"),
    "training": ("培训", "training"),
    "quality_management": ("质量管理",),
}
CONDITIONS = {"流量"}
"""What may be half a name or a condition before a test or a coefficient."""
SYMBOLS = {"镉": "(Cd)", "铅": "（Pb）", "抗拉强度": "（Rm）"}


def maybe(dice: Dice, chance: float) -> bool:
    return dice.random() < chance


# Standards


def _number(dice: Dice, pool: list[Number]) -> Number:
    return dice.choice(pool)


POOLS: dict[str, list[Number]] = {
    "revised": [Number("GB/T", ("228", "1"))],
    "renumbered": [Number("GB", ("1499",)), Number("GB/T", ("1499",))],
    "split": [Number("GB", ("700",)), Number("GB", ("701",)), Number("GB", ("702",))],
    "merged": [Number("GB", ("801",)), Number("GB", ("802",)), Number("GB", ("800",))],
    "parts": [Number("GB/T", ("228",)), Number("GB/T", ("228", "1")), Number("GB/T", ("228", "2"))],
    "cycle": [Number("JJG", ("52",)), Number("JJG", ("53",)), Number("JJG", ("54",))],
    "own": [Number("Q/ABC", ("001",)), Number("GB", ("900",))],
}
STRANGERS = (Number("GB/T", ("99999",)), Number("DB32/T", ("4321",)), Number("JJG", ("9999",)))


def dates_of_change(dice: Dice, start: date, end: date) -> date:
    """A day on which editions change: mostly long before, sometimes at or inside the window, sometimes later."""
    how = dice.random()
    if how < 0.5:
        return start - timedelta(dice.randrange(1, 2000))
    if how < 0.6:
        return start + timedelta(dice.choice([0, 1]))
    if how < 0.85:
        return start + timedelta(dice.randrange((end - start).days + 2))
    return end + timedelta(dice.randrange(1, 200))


def editions_of(dice: Dice, start: date, end: date, title: list[str]) -> tuple[list[Edition], list[Number]]:
    """One family of standards; the numbers of its lines too."""
    sort = dice.choice([*POOLS, "revised", "revised"])
    lines = POOLS[sort]
    made: list[Edition] = []
    for line in lines:
        count = dice.choice([1, 1, 2, 2, 3])
        years = sorted(dice.sample([1984, 1999, 2005, 2010, 2018, 2021, 2024, 2026], count))
        for at, year in enumerate(years):
            number = replace(line, year=year)
            before = [Code(made[-1].number, "", "")] if at else []
            made.append(
                Edition(
                    f"s{len(made)}",
                    number,
                    spelling.number_text(dice, number, plain=True),
                    tuple(dice.sample([*title, "试验方法", "通用要求"], min(2, len(title) + 1))),
                    dice.choice(["current", "withdrawn", "upcoming", "unknown", "current"]),
                    None,
                    None,
                    tuple(replace(code, text=spelling.number_text(dice, code.number)) for code in before if code.number)
                    if maybe(dice, 0.8)
                    else (),
                )
            )
    made = [_dated(dice, edition, made, start, end) for edition in made]
    whole = dice.choice([0.05, 0.05, 0.05, 0.6])
    return [_replacing(dice, sort, edition, made, lines, whole=whole) for edition in made], lines


def _dated(dice: Dice, edition: Edition, made: list[Edition], start: date, end: date) -> Edition:
    """Effective and withdrawn days that hang together more often than not."""
    line = [one.number.year or 0 for one in made if one.number.line == edition.number.line]
    newest = edition.number.year == max(line)
    change = Dice(f"{edition.number.line}{dice.random() if maybe(dice, 0.15) else start}")
    switch = dates_of_change(change, start, end)
    year = edition.number.year or 0
    if newest and len(line) > 1:
        effective, withdrawn = switch, None
    elif newest:
        effective, withdrawn = date(year, 1, 1), None
        if maybe(dice, 0.4):
            withdrawn = dates_of_change(dice, start, end)
    else:
        second = sorted(line)[-2] == year
        effective, withdrawn = date(year, 1, 1), switch if second else date(year + 4, 1, 1)
    if edition.number.prefix.startswith("Q/") and maybe(dice, 0.6):
        withdrawn = None  # every edition of an enterprise standard may count
    status = edition.status
    if maybe(dice, 0.7):
        status = "current" if withdrawn is None and effective <= start else "withdrawn" if withdrawn else "upcoming"
    return replace(
        edition,
        status=status,
        effective=None if maybe(dice, 0.1) else effective,
        withdrawn=None if maybe(dice, 0.1) else withdrawn,
    )


def _replacing(
    dice: Dice, sort: str, edition: Edition, made: list[Edition], lines: list[Number], *, whole: float
) -> Edition:
    """Replacements between the lines of a family, by dated numbers mostly and by undated ones sometimes."""
    line = edition.number.line
    first = min((one.number.year or 0) for one in made if one.number.line == line) == edition.number.year
    at = lines.index(line)
    older: list[Number] = []
    if sort in {"renumbered", "own", "cycle"} and at:
        older = [lines[at - 1]]
    elif sort == "split" and at:
        older = [lines[0]]
    elif sort == "merged" and at == 2:
        older = lines[:2]
    elif sort == "parts":
        older = dice.choice([[], [lines[0]] if at else [], [lines[1]] if at == 2 else [lines[at - 1]] if at else []])
    if sort == "cycle" and at == 0 and maybe(dice, 0.5):
        older = [lines[2]]
    if not older or not (first or maybe(dice, 0.2)) or maybe(dice, 0.15):
        return edition
    codes = list(edition.replaces)
    for before in older:
        newest = max((one.number for one in made if one.number.line == before), key=lambda number: number.year or 0)
        target = before if maybe(dice, whole) else newest
        if target.year and maybe(dice, 0.1):
            target = replace(before, year=1990)
        codes.append(spelling.code(dice, target))
    return replace(edition, replaces=tuple(codes))


def _some_number(dice: Dice, lines: list[Number], editions: list[Edition], *, dated: float) -> Number:
    how = dice.random()
    if how < dated:
        return dice.choice([edition.number for edition in editions])
    if how < 0.9:
        return dice.choice(lines)
    if how < 0.94:
        return dice.choice(STRANGERS)
    if how < 0.97:
        return replace(dice.choice(STRANGERS), year=2020)
    return replace(dice.choice(lines), year=2007)


def row_codes(dice: Dice, asked: tuple[Code, ...], lines: list[Number], editions: list[Edition]) -> tuple[Code, ...]:
    """What a row prints: mostly a number of the family asked for."""
    found = []
    for _ in range(dice.choice([1, 1, 1, 2])):
        how = dice.random()
        wanted = [code for code in asked if code.number]
        if how < 0.4 and asked:
            one = dice.choice(asked)
            found.append(spelling.code(dice, one.number) if one.number else one)
        elif how < 0.55 and wanted:
            found.append(spelling.code(dice, dice.choice(wanted).number.line))  # type: ignore[union-attr]
        elif how < 0.92:
            found.append(spelling.code(dice, _some_number(dice, lines, editions, dated=0.75)))
        else:
            found.append(spelling.unreadable(dice))
    return () if maybe(dice, 0.07) else tuple(found)


# Words, cells, limitations


def links_of(dice: Dice) -> tuple[Link, ...]:
    found = []
    for _ in range(dice.randrange(5)):
        pool = dice.choice([OBJECTS, PARAMETERS, INSTRUMENTS])
        word, meaning = dice.sample(pool, 2)
        if maybe(dice, 0.15):
            meaning = "乙物"
        elif maybe(dice, 0.15):
            word = "乙物"
        found.append(Link(word, meaning, dice.choice(["same", "narrower", "related", "narrower"])))
        if maybe(dice, 0.3):
            # A second name of one of them: relations hold between any names of the two.
            other = dice.choice([one for one in pool if one not in {word, meaning}])
            found.append(Link(*dice.sample([dice.choice([word, meaning]), other], 2), "same"))
    return tuple(found)


def near(dice: Dice, key: str, pool: tuple[str, ...], links: tuple[Link, ...]) -> str:
    """The word itself, one linked to it, or any."""
    how = dice.random()
    pairs = [pair for link in links for pair in ((link.word, link.meaning), (link.meaning, link.word))]
    linked = [other for one, other in pairs if one == key]
    linked += [far for near_by in linked for one, far in pairs if one == near_by]
    if how < 0.74 or not key:
        return key
    if how < 0.9 and linked:
        return dice.choice(linked)
    return dice.choice(pool)


def member_of(dice: Dice, name: str, *, alone: bool) -> tuple[Member, str]:
    """One name as annexes print it."""
    how = dice.random()
    if how < 0.08 and name in SYMBOLS:
        symbol = SYMBOLS[name]
        return Member(name, extra=symbol.replace("（", "(").replace("）", ")").lower()), name + symbol
    if how < 0.13 and name in {"镉", "铅"}:
        ending = dice.choice(["含量", "的测定"])
        return Member(name, extra=ending), name + ending
    if how < 0.17:
        return Member(name, more="开口"), f"{name}（开口）"
    return Member(name), spelling.spelt(dice, name) if alone else name


def lacked(one: Member, later: list[Member]) -> str:
    """The head that an early name in a list may lack: only elements do, every other word here is whole."""
    if one.name not in {"镉", "铅"} or one.extra == "含量":
        return ""
    heads = ["含量" if other.extra == "含量" else "强度" for other in later if head_of(other)]
    return heads[0] if heads else ""


def head_of(one: Member) -> bool:
    return one.extra == "含量" or one.name.endswith("强度")


def cell(dice: Dice, key: str, pool: tuple[str, ...]) -> Cell:
    if not key:
        return Cell()
    names = [key]
    if key[0] in "全所":
        return Cell((Member(key),), text=spelling.spelt(dice, key))
    if maybe(dice, 0.15):
        names.insert(dice.randrange(2), dice.choice([one for one in pool if one != key]))
    if key in {"镉", "铅"} and maybe(dice, 0.15):
        other = "铅" if key == "镉" else "镉"
        return Cell((Member(key, head="含量"), Member(other, extra="含量")), text=f"{key}、{other}含量")
    if maybe(dice, 0.05):
        whole = next((one for one in names if one.endswith("强度")), None)
        if whole:
            half = whole.removesuffix("强度")
            return Cell((Member(half, head="强度"), Member("抗折强度")), text=f"{half}、抗折强度")
    if key in CONDITIONS and maybe(dice, 0.3):
        last = dice.choice(["阻力系数", "压力试验", "抗折强度"])
        half = "" if last.endswith("强度") else last[-2:]
        return Cell((Member(key, head=half), Member(last)), text=f"{key}、{last}")
    made = [member_of(dice, name, alone=len(names) == 1) for name in names]
    members, texts = [member for member, _ in made], [text for _, text in made]
    mark = dice.choice(["、", "；"])
    if mark == "、":
        members = [replace(one, head=lacked(one, members[at + 1 :])) for at, one in enumerate(members)]
    clause, tail = None, ""
    if maybe(dice, 0.06):
        word = dice.choice(pool)
        clause, tail = Clause("not", (word,)), f"（不含{word}）"
    return Cell(tuple(members), clause, mark.join(texts) + tail)


def limit(dice: Dice, item: Item, pool: tuple[str, ...]) -> Limit:
    how = dice.random()
    if how < 0.7:
        return Limit()
    if how < 0.76:
        return Limit((Clause("none"),), dice.choice(["无", "/", "—"]))
    clauses, texts = [], []
    for _ in range(dice.choice([1, 1, 2])):
        named = [one for one in (item.object.key, item.parameter.key) if one and "全" not in one and "所有" not in one]
        chosen = [
            dice.choice([*named, dice.choice(pool), dice.choice(PARAMETERS)]) for _ in range(dice.choice([1, 1, 2]))
        ]
        listed = dice.choice(["、", "以及", "和", "与"]).join(chosen)
        sort = dice.choice(["only", "only", "not", "not", "not", "other", "odd"])
        if sort == "only":
            clauses.append(Clause("only", tuple(chosen)))
            texts.append(dice.choice(["只测", "仅测", "只做", "仅做", "只检", "仅限", "只限"]) + listed)
        elif sort == "not":
            clauses.append(Clause("not", tuple(chosen)))
            form = dice.choice(["不测{x}", "不含{x}", "不做{x}", "不包括{x}", "不检{x}", "{x}除外", "除{x}外"])
            texts.append(form.format(x=listed))
        elif sort == "other":
            clauses.append(Clause("other"))
            texts.append(dice.choice(["只用第二法", "按委托方要求", "限现场"]))
        else:
            word = dice.choice(["-100℃以下低温", "B1级", "第3条", "A法"])
            clauses.append(Clause(dice.choice(["not", "only"]), (word,), frozenset({word})))
            texts.append(("不做" if clauses[-1].sort == "not" else "只做") + word)
    return Limit(tuple(clauses), dice.choice(["；", "，", "。"]).join(texts))


# Certificates


def certificates(dice: Dice, institution: str, service: str, start: date, end: date) -> list[Certificate]:
    good = {"verification": "metrology", "assessment": "metrology", "calibration": "CNAS"}.get(service, "CMA")
    found: list[Certificate] = []
    nature: str | None = good
    for at in range(dice.choice([1, 1, 2, 2, 3])):
        nature = dice.choice(NATURES) if maybe(dice, 0.15) else nature if at and maybe(dice, 0.7) else good
        begins, ends = start - timedelta(dice.randrange(1, 900)), end + timedelta(dice.randrange(900))
        how = dice.random()
        if how < 0.12:
            ends = start - timedelta(dice.randrange(1, 4))
        elif how < 0.3:
            ends = start + timedelta(dice.randrange(-1, (end - start).days + 2))
        elif how < 0.4:
            begins = start + timedelta(dice.randrange(-1, (end - start).days + 3))
        if found and found[-1].end and maybe(dice, 0.5):
            begins = found[-1].end + timedelta(dice.choice([0, 1, 1, 2, -3]))
            ends = begins + timedelta(dice.choice([3, 10, 400]))
        if ends < begins:
            begins, ends = ends, begins
        regions: list[str] = []
        if maybe(dice, 0.35):
            regions = dice.sample([*PLACES, "000000", dice.choice(STRANGE)], dice.choice([1, 1, 2]))
        found.append(
            Certificate(
                f"{institution}z{at}",
                institution,
                nature,
                None if maybe(dice, 0.07) else begins,
                None if maybe(dice, 0.1) else ends,
                dice.choice(["suspended", "revoked"]) if maybe(dice, 0.08) else "valid",
                tuple(regions),
            )
        )
    return found


# Ranges

SCALES = {
    "pressure": (("kPa", 1), ("MPa", 1000), ("Mpa", 1000), ("Pa", "0.001"), ("兆帕", 1000)),
    "voltage": (("V", 1), ("kV", 1000), ("mV", "0.001")),
    "length": (("mm", 1), ("m", 1000), ("μm", "0.001")),
    "mass": (("g", 1), ("kg", 1000), ("mg", "0.001")),
    "temperature": (("℃", 1), ("°C", 1)),
}


def piece(dice: Dice, quantity: str, low: int | None, high: int | None, tag: str = "") -> tuple[Span, str]:
    """The same interval in one of the quantity's units; `low` and `high` are in the first of them."""
    unit, factor = dice.choice(SCALES[quantity])
    if quantity == "temperature" and maybe(dice, 0.3):
        unit, shift = "K", Decimal("273.15")
    else:
        shift = Decimal(0)
    if quantity == "temperature" and maybe(dice, 0.15):
        unit = "℉"
        ends = [None if end is None else Decimal(end) * 9 / 5 + 32 for end in (low, high)]
    else:
        ends = [None if end is None else Decimal(end) / Decimal(str(factor)) + shift for end in (low, high)]
    return spelling.span(dice, quantity, ends[0], ends[1], unit, tag)


@dataclass(frozen=True)
class Wish:
    """What the item's range is, in plain numbers: rows are cut from it."""

    quantity: str
    low: int | None
    high: int | None
    tag: str = ""


def wish(dice: Dice) -> Wish:
    quantity = dice.choice(list(SCALES))
    low, high = dice.choice([(0, 60), (10, 100), (-20, 80), (5, 5), (0, 1000)])
    if quantity != "temperature":
        low = max(low, 0)
    tag = dice.choice(spelling.TAGS) if maybe(dice, 0.08) else ""
    how = dice.random()
    if how < 0.06:
        return Wish(quantity, low, None, tag)
    if how < 0.1:
        return Wish(quantity, None, high, tag)
    return Wish(quantity, low, high, tag)


def asked_range(dice: Dice, wanted: Wish) -> Range:
    how = dice.random()
    if how < 0.06:
        return spelling.bad_range(dice, SCALES[wanted.quantity][0][0])
    if how < 0.1:
        return spelling.printed(dice, [spelling.unitless(dice, Decimal(1), Decimal(5))])
    low, high = wanted.low, wanted.high
    if how < 0.18 and low is not None and high is not None and high - low > 4:
        # Two pieces with a hole between them.
        cuts = [(low, low + 2), (high - 2, high)]
        return spelling.printed(dice, [piece(dice, wanted.quantity, a, b, wanted.tag) for a, b in cuts])
    return spelling.printed(dice, [piece(dice, wanted.quantity, low, high, wanted.tag)])


def row_range(dice: Dice, wanted: Wish) -> Range:
    how = dice.random()
    unit = SCALES[wanted.quantity][0][0]
    if how < 0.04:
        return Range()
    if how < 0.07:
        return spelling.bad_range(dice, unit)
    if how < 0.1:
        return spelling.printed(dice, [spelling.unitless(dice, Decimal(0), Decimal(100))])
    if how < 0.14:
        other = dice.choice([one for one in SCALES if one != wanted.quantity])
        return spelling.printed(dice, [piece(dice, other, 0, 2000)])
    tag = dice.choice(["", *spelling.TAGS]) if maybe(dice, 0.06) else wanted.tag
    low, high = wanted.low if wanted.low is not None else -50, wanted.high if wanted.high is not None else 2000
    cut = low + (high - low) // 2
    floor = -20 if wanted.quantity == "temperature" else 0
    choices: list[list[tuple[int | None, int | None]]] = [
        [(low, high)],
        [(max(low - 5, floor) if low >= floor else low, high + 5)],
        [(None, high)],
        [(low, None)],
        [(low, cut)],
        [(cut, high)],
        [(cut, high)],
        [(cut + 1, high + 1)],
        [(low, cut), (cut, high)],
        [(low, cut), (cut + 2, high + 9)],
        [(None, cut)],
        [(cut, None)],
    ]
    pieces = [
        piece(dice, wanted.quantity, a, b, tag) for a, b in dice.choice(choices) if a is None or b is None or a <= b
    ]
    return spelling.printed(dice, pieces) if pieces else Range()


# Accuracy

SORTS = ("number", "letter", "roman", "order", "mpe", "full", "absolute", "unc", "relative")


ALIKE = (("number", "letter", "roman"), ("order",), ("mpe", "full", "absolute"), ("unc", "relative"))
"""Sorts of one kind, in scales of their own."""


def asked_accuracy(dice: Dice) -> tuple[Accuracy, list[str]]:
    how = dice.random()
    if how < 0.35:
        return Accuracy(), []
    if how < 0.4:
        return spelling.bad_accuracy(dice), []
    if how < 0.45:
        return spelling.grades_between(dice), ["number"]
    sorts = [dice.choice(SORTS)]
    if maybe(dice, 0.3):
        alike = next(kind for kind in ALIKE if sorts[0] in kind)
        sorts.append(dice.choice(dice.choice([alike, SORTS])))
    return spelling.accuracy(dice, sorts), sorts


def row_accuracy(dice: Dice, asked: Accuracy, sorts: list[str]) -> Accuracy:
    how = dice.random()
    if how < 0.3:
        return asked
    if how < 0.36:
        return Accuracy()
    if how < 0.4:
        return spelling.bad_accuracy(dice)
    if how < 0.44:
        return spelling.grades_between(dice)
    wanted = sorts or [dice.choice(SORTS)]
    if how > 0.7:
        wanted = wanted[:1]
    if how < 0.55:
        wanted = [dice.choice(SORTS)]
    if how > 0.85:
        wanted = [*wanted, dice.choice(SORTS)]
    return spelling.accuracy(dice, wanted)


# Rows and worlds

FAMILIES = {"capabilities": ("testing", "testing", "inspection"), "authorisations": ("verification", "calibration")}


@dataclass
class Scene:
    """What a world is about while it is being made."""

    dice: Dice
    family: str
    start: date
    end: date
    links: tuple[Link, ...]
    editions: list[Edition]
    lines: list[Number]
    pool: tuple[str, ...]


def item_of(scene: Scene, wanted: Wish, asked: Accuracy) -> Item:
    dice = scene.dice
    if scene.family == "plans":
        service: str | None = dice.choice(
            ["certification", "standardisation", "training", "testing", "quality_management"]
        )
    elif scene.family == "capabilities":
        service = dice.choice(["testing", "testing", "testing", "inspection"])
    else:
        service = dice.choice(["verification", "verification", "calibration", "calibration", "testing", "assessment"])
    if maybe(dice, 0.04):
        service = dice.choice(list(LABELS))
    text = dice.choice(LABELS[service])
    if maybe(dice, 0.06):
        service, text = None, dice.choice(["", "化验"])
    standards: tuple[Code, ...] = ()
    if scene.family != "plans" and maybe(dice, 0.6):
        how = dice.random()
        if how < 0.06:
            standards = (spelling.unreadable(dice),)
        else:
            count = 2 if maybe(dice, 0.08) else 1
            numbers = dict.fromkeys(_some_number(dice, scene.lines, scene.editions, dated=0.4) for _ in range(count))
            standards = tuple(spelling.code(dice, number) for number in numbers)
    parameter = dice.choice(PARAMETERS) if maybe(dice, 0.85) else ""
    if maybe(dice, 0.04):
        parameter = dice.choice(["全部参数", "全项"])
    if scene.family == "authorisations" and maybe(dice, 0.8):
        parameter = ""
    measured = scene.family == "authorisations"
    return Item(
        service,
        spelling.words(dice, dice.choice(scene.pool) if maybe(dice, 0.94) else ""),
        spelling.words(dice, parameter),
        standards,
        asked_range(dice, wanted) if measured and maybe(dice, 0.75) else Range(),
        asked if measured else Accuracy(),
        dice.choice([*PLACES, "999999"]) if maybe(dice, 0.2) else "",
        tuple(dice.sample(["CMA", "CNAS", "CAL", "CATL", "metrology"], dice.choice([0, 1, 2])))
        if maybe(dice, 0.12)
        else None,
        text,
    )


def linked_certificates(scene: Scene, own: list[Certificate], every: list[Certificate]) -> tuple[str, ...]:
    dice = scene.dice
    if maybe(dice, 0.08):
        return ()
    if maybe(dice, 0.04):
        return (dice.choice(every).id,)
    return tuple(one.id for one in dice.sample(own, dice.choice([1, min(2, len(own)), len(own)])))


def capability(scene: Scene, item: Item, row: Row) -> Row:
    dice = scene.dice
    parameter = item.parameter.key or dice.choice(PARAMETERS)
    if maybe(dice, 0.06):
        parameters = Cell((Member(key := dice.choice(["全部参数", "全项", "所有参数"])),), text=key)
    else:
        parameters = cell(dice, near(dice, parameter, PARAMETERS, scene.links) if maybe(dice, 0.92) else "", PARAMETERS)
    wanted = item.object.key or dice.choice(OBJECTS)
    return replace(
        row,
        object=cell(dice, near(dice, wanted, scene.pool, scene.links) if maybe(dice, 0.93) else "", scene.pool),
        parameter=parameters,
        standards=row_codes(dice, item.standards, scene.lines, scene.editions),
        limit=limit(dice, item, scene.pool),
    )


def authorisation(scene: Scene, item: Item, row: Row, wanted: Wish, asked: tuple[Accuracy, list[str]]) -> Row:
    dice = scene.dice
    key = near(dice, item.object.key or dice.choice(INSTRUMENTS), scene.pool, scene.links) if maybe(dice, 0.94) else ""
    service = item.service if maybe(dice, 0.9) else dice.choice(["verification", "calibration", "testing", None])
    regions = [*PLACES, "000000", "610000", dice.choice(STRANGE)]
    return replace(
        row,
        object=Cell((Member(key),), text=spelling.spelt(dice, key)) if key else Cell(),
        service=service,
        standards=row_codes(dice, item.standards, scene.lines, scene.editions)[:1],
        limit=limit(dice, item, scene.pool),
        range=row_range(dice, wanted),
        accuracy=row_accuracy(dice, *asked),
        regions=("000000",) if maybe(dice, 0.3) else tuple(dice.sample(regions, dice.choice([0, 1, 1, 2]))),
    )


def plan(scene: Scene, item: Item, row: Row, others: list[Row]) -> Row:
    dice = scene.dice
    stands = [near(dice, key, OBJECTS, scene.links) for key in (item.object.key, item.parameter.key) if key]
    title = "".join(stands[:1]) + "服务方案"
    description = "提供" + "、".join(stands) + "等服务" if maybe(dice, 0.8) else ""
    service = item.service if maybe(dice, 0.85) else dice.choice([*LABELS, None])
    linked = [other.id for other in others if maybe(dice, 0.4)]
    return replace(
        row,
        service=service,
        title=Words(title, title),
        description=Words(description.replace("、", "、"), description),
        links=tuple(linked),
    )


def row_of(scene: Scene, item: Item, key: str, row: Row, wanted: Wish, asked: tuple[Accuracy, list[str]]) -> Row:
    if row.kind == "capabilities":
        return capability(scene, item, replace(row, id=f"c{key}"))
    return authorisation(scene, item, replace(row, id=f"a{key}"), wanted, asked)


def world(seed: int) -> World:
    dice = Dice(seed)
    today = date(2026, 11, 20)
    start = today + timedelta(dice.choice([0, 3, 10, -4]))
    end = start + timedelta(dice.choice([14, 14, 9, 5, 30]))
    end = max(end, today)
    family = dice.choice(["capabilities", "capabilities", "authorisations", "authorisations", "plans"])
    pool = INSTRUMENTS if family == "authorisations" else OBJECTS
    editions, lines = editions_of(dice, start, end, list(dice.sample(pool, 2)))
    scene = Scene(dice, family, start, end, links_of(dice), editions, lines, pool)
    wanted = wish(dice)
    asked = asked_accuracy(dice)
    items = tuple(item_of(scene, wanted, asked[0]) for _ in range(dice.choice([1, 1, 2])))
    institutions = tuple(
        (f"i{at}", "active" if maybe(dice, 0.92) else dice.choice(["suspended", "applied"]))
        for at in range(dice.choice([3, 4, 5]))
    )
    every: list[Certificate] = []
    rows: list[Row] = []
    for institution, _ in institutions:
        own = certificates(dice, institution, items[0].service or "testing", start, end)
        every += own
        mine: list[Row] = []
        for at in range(dice.choice([1, 1, 2, 2, 3, 4]) if maybe(dice, 0.93) else 0):
            item = dice.choice(items)
            kind = family
            if family == "plans" or maybe(dice, 0.06):
                kind = dice.choice(["plans", "plans", "capabilities", "authorisations"])
            state = dice.choice(["draft", "hidden"]) if maybe(dice, 0.07) else "published"
            row = Row("", institution, kind, state, linked_certificates(scene, own, every))
            if kind == "plans":
                mine.append(plan(scene, item, replace(row, id=f"p{institution}{at}"), mine))
            else:
                mine.append(row_of(scene, item, f"{institution}{at}", row, wanted, asked))
        rows += mine
    region = dice.choice([*PLACES, *PLACES, "999999", ""])
    kinds = tuple(dice.sample(["CMA", "CNAS", "metrology"], dice.choice([1, 2]))) if maybe(dice, 0.15) else ()
    return World(
        today,
        Asked(items, start, end, region, kinds, maybe(dice, 0.5)),
        institutions,
        tuple(every),
        tuple(rows),
        tuple(editions),
        DIVISIONS if maybe(dice, 0.95) else DIVISIONS[:4],
        scene.links,
    )
