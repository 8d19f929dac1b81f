"""How people and annexes spell what is meant: widths, blanks, dashes, units.  Every leaf keeps its meaning beside."""

import random
from decimal import Decimal
from fractions import Fraction

from tests.matching.reference.things import Accuracy, Code, Number, Range, Span, Statement, Words

WIDE = {
    ord(letter): chr(ord(letter) + 0xFEE0)
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()/."
}
TRADITIONAL = {"钢": "鋼", "热": "熱", "轧": "軋", "点": "點", "电": "電", "压": "壓", "铅": "鉛", "镉": "鎘"}
TILDES = ("～", "~", "-", "—", "至")

Dice = random.Random

UNITS = {
    "pressure": {"Pa": (1, 0), "kPa": (1000, 0), "MPa": (1000000, 0), "Mpa": (1000000, 0), "兆帕": (1000000, 0)},
    "voltage": {"mV": ("0.001", 0), "V": (1, 0), "kV": (1000, 0)},
    "length": {"μm": ("0.000001", 0), "mm": ("0.001", 0), "m": (1, 0)},
    "mass": {"mg": ("0.001", 0), "g": (1, 0), "kg": (1000, 0)},
    "temperature": {"K": (1, 0), "℃": (1, "273.15"), "°C": (1, "273.15"), "℉": (None, None)},
}
TAGS = ("DCV", "ACV", "CO")
NEUTRAL = ("测量范围", "量程")


def spelt(dice: Dice, text: str) -> str:
    """One of the spellings that mean the same phrase."""
    how = dice.random()
    if how < 0.7:
        return text
    if how < 0.8:
        return text.translate(WIDE)
    if how < 0.9:
        return "".join(TRADITIONAL.get(letter, letter) for letter in text)
    at = dice.randrange(len(text) + 1)
    return f"{text[:at]} {text[at:]}"


def words(dice: Dice, key: str) -> Words:
    return Words(key, spelt(dice, key)) if key else Words()


def number_text(dice: Dice, number: Number, *, plain: bool = False) -> str:
    body = ".".join(number.body)
    if number.year is None:
        year = ""
    elif number.year < 2000 and dice.random() < 0.5:
        year = f"-{number.year % 100:02}"
    else:
        year = f"-{number.year}"
    text = f"{number.prefix} {body}{year}"
    if plain:
        return text
    how = dice.random()
    if how < 0.1:
        text = text.replace(" ", "")
    elif how < 0.2:
        text = text.replace("-", "—")
    elif how < 0.3:
        text = text.translate(WIDE)
    elif how < 0.4:
        text = text.lower() if not number.prefix.startswith("Q/") else text
    elif how < 0.45 and number.year:
        text += "/XG1-2022"
    return text


def code(dice: Dice, number: Number) -> Code:
    return Code(number, str(number), number_text(dice, number))


def unreadable(dice: Dice) -> Code:
    text = dice.choice(["企业内部方法", "作业指导书", "国家标准"])
    return Code(None, text, text)


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _base(value: Decimal, quantity: str, unit: str) -> Fraction:
    factor, zero = UNITS[quantity][unit]
    if factor is None:
        return (Fraction(value) + Fraction("459.67")) * 5 / 9
    return Fraction(value) * Fraction(str(factor)) + Fraction(str(zero))


def span(
    dice: Dice, quantity: str, low: Decimal | None, high: Decimal | None, unit: str, tag: str = ""
) -> tuple[Span, str]:
    """The interval from `low` to `high` of a unit, in one of its spellings."""
    low_in = high_in = True
    tilde = dice.choice(TILDES)
    if low is None and high is not None:
        form, high_in = dice.choice(
            [("≤{h}{u}", True), ("{h} {u}以下", True), ("＜{h} {u}", False), ("<{h}{u}", False)]
        )
    elif high is None and low is not None:
        form, low_in = dice.choice([("≥{l}{u}", True), ("{l} {u}以上", True), ("＞{l} {u}", False), (">{l}{u}", False)])
    else:
        assert low is not None
        assert high is not None
        forms = ["{l}{t}{h} {u}", "({l}{t}{h}){u}", "（{l}{t}{h}） {u}", "{l}{u}{t}{h}{u}", "{l} {u} {t} {h} {u}"]
        if low < 0 or high < 0:
            forms, tilde = forms[:3], dice.choice(["～", "~", "至"])
        form = dice.choice(forms)
    text = form.format(
        l=low if low is None else _decimal(low), h=high if high is None else _decimal(high), t=tilde, u=unit
    )
    if dice.random() < 0.08:
        text = text.translate({ord(str(digit)): chr(ord(str(digit)) + 0xFEE0) for digit in range(10)})
    if tag:
        text = f"{tag}：{text}"
    elif dice.random() < 0.08:
        text = f"{dice.choice(NEUTRAL)}：{text}"
    made = Span(
        quantity,
        None if low is None else _base(low, quantity, unit),
        None if high is None else _base(high, quantity, unit),
        low_in,
        high_in,
        tag,
    )
    return made, text


def unitless(dice: Dice, low: Decimal, high: Decimal) -> tuple[Span, str]:
    made = Span("", Fraction(low), Fraction(high))
    return made, f"{_decimal(low)}{dice.choice(['～', '~'])}{_decimal(high)}"


def bad_range(dice: Dice, unit: str) -> Range:
    return Range(None, dice.choice(["见附表", "按证书", f"60～10 {unit}", f"约{unit}", f"0～5{unit}、见附表"]))


def printed(dice: Dice, pieces: list[tuple[Span, str]]) -> Range:
    return Range(tuple(one for one, _ in pieces), dice.choice(["；", "、", ";"]).join(text for _, text in pieces))


LETTERS = ("E1", "E2", "F1", "F2", "M1", "M2", "M3")
ROMAN = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ")
LENGTHS = {"mm": Fraction(1, 1000), "μm": Fraction(1, 1000000)}


def statement(dice: Dice, sort: str) -> tuple[Statement, str]:  # noqa: PLR0911  # one return for each sort
    """One accuracy of a sort: number, letter, roman, order (等), mpe, full, absolute, unc, relative."""
    value = dice.choice(["0.05", "0.1", "0.2", "0.5", "1", "1.6", "2.5"])
    rank = Fraction(value)
    if sort == "number":
        return Statement("grade", "number", rank), dice.choice([f"{value}级", f"{value} 级"])
    if sort == "letter":
        at = dice.randrange(len(LETTERS))
        return Statement("grade", "letter", Fraction(at)), dice.choice(
            [f"{LETTERS[at]}级", LETTERS[at], f"{LETTERS[at]}等级"][:2]
        )
    if sort == "roman":
        at = dice.randrange(len(ROMAN))
        return Statement("grade", "roman", Fraction(at)), f"{ROMAN[at]}级"
    if sort == "order":
        at = dice.randrange(3)
        return Statement("order", "order", Fraction(at)), "一二三"[at] + "等"
    if sort == "mpe":
        return Statement("mpe", "relative", rank), dice.choice([f"MPE：±{value}%", f"±{value}%", f"MPE: ±{value} %"])
    if sort == "full":
        return Statement("mpe", "full", rank), dice.choice([f"±{value}%FS", f"MPE：±{value}%FS"])
    if sort == "absolute":
        unit = dice.choice(list(LENGTHS))
        return Statement("mpe", "length", rank * LENGTHS[unit]), dice.choice(
            [f"±{value}{unit}", f"MPE：±{value} {unit}"]
        )
    k = dice.choice([None, 2, 3])
    said = "" if k is None else dice.choice([f"，k={k}", f" (k={k})", f" k={k}"])
    if sort == "relative":
        return Statement("uncertainty", "relative", rank / (k or 2)), dice.choice(["Urel={v}%", "Urel= {v} %"]).format(
            v=value
        ) + said
    unit = dice.choice(list(LENGTHS))
    return Statement("uncertainty", "length", rank * LENGTHS[unit] / (k or 2)), f"U={value} {unit}{said}"


def accuracy(dice: Dice, sorts: list[str]) -> Accuracy:
    made = [statement(dice, sort) for sort in sorts]
    text = "；".join(text for _, text in made)
    return Accuracy(tuple(one for one, _ in made), text.replace(" ", "").replace("：", ":"), text)


def grades_between(dice: Dice) -> Accuracy:
    """A span, which is read as its best grade."""
    low, high = sorted(dice.sample(["0.05", "0.1", "0.5", "1", "2.5"], 2), key=Fraction)
    text = f"{low}级～{high}级"
    return Accuracy((Statement("grade", "number", Fraction(low)),), text, text)


def bad_accuracy(dice: Dice) -> Accuracy:
    text = dice.choice(["见附表", "合格"])
    return Accuracy((), text, text)
