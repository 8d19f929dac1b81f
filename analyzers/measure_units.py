"""Units of measurement, exactly: a symbol, as people write it, → dimension, factor and zero point (P17).

Symbols are case-sensitive (mPa is a thousandth, MPa a million); listed misspellings are corrected.  Units are products
of known ones (`m³/h`, `N·m`, `μmol/mol`).  What looks like a unit and is none that we know (`FSN`, 刻度) stands for
itself: it equals only its own spelling.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Dimension = tuple[tuple[str, int], ...]
"""Base quantities with their exponents, sorted, none with 0; empty for a pure ratio."""


@dataclass(frozen=True, slots=True)
class Unit:
    """``value in base units = (value + zero) * factor``; only thermometers have a `zero`."""

    symbol: str
    dimension: Dimension
    factor: Fraction
    zero: Fraction = Fraction(0)

    def base(self, value: Fraction) -> Fraction:
        """A point on the scale, in base units."""
        return (value + self.zero) * self.factor

    def of(self, base: Fraction) -> Fraction:
        """A point in base units, on this scale."""
        return base / self.factor - self.zero


_PREFIXES = {"p": -12, "n": -9, "μ": -6, "m": -3, "c": -2, "d": -1, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12}
_ENGINEERING = "pnμmkMGT"

# symbol: base quantities, factor to them, prefixes that are in use with it.
_BASE: dict[str, tuple[str, str, str]] = {
    "m": ("m", "1", "pnμmcdk"),
    "g": ("kg", "1/1000", "pnμmk"),
    "s": ("s", "1", "pnμm"),
    "A": ("A", "1", _ENGINEERING),
    "mol": ("mol", "1", "nμmk"),
    "cd": ("cd", "1", "mk"),
    "lm": ("cd", "1", "mk"),
    "lx": ("cd m-2", "1", "mk"),
    "Hz": ("s-1", "1", "mkMGT"),
    "N": ("kg m s-2", "1", "nμmkM"),
    "Pa": ("kg m-1 s-2", "1", "μmhkMG"),
    "J": ("kg m2 s-2", "1", "mkMG"),
    "W": ("kg m2 s-3", "1", _ENGINEERING),
    "VA": ("kg m2 s-3", "1", "kM"),
    "var": ("kg m2 s-3", "1", "kM"),
    "Wh": ("kg m2 s-2", "3600", "kMG"),
    "V": ("kg m2 s-3 A-1", "1", "nμmkM"),
    "Ω": ("kg m2 s-3 A-2", "1", "nμmkMGT"),
    "S": ("kg-1 m-2 s3 A2", "1", "pnμm"),
    "F": ("kg-1 m-2 s4 A2", "1", "pnμm"),
    "H": ("kg m2 s-2 A-2", "1", "pnμm"),
    "C": ("A s", "1", "pnμmk"),
    "T": ("kg s-2 A-1", "1", "nμm"),
    "Wb": ("kg m2 s-2 A-1", "1", "μm"),
    "L": ("m3", "1/1000", "nμmcdk"),
    "Bq": ("decay s-1", "1", "mkMGT"),
    "Gy": ("dose m2 s-2", "1", "nμmk"),
    "Sv": ("equivalent m2 s-2", "1", "nμm"),
    "eV": ("kg m2 s-2", "801088317/5000000000000000000000000000", "kMG"),
    "cal": ("kg m2 s-2", "4184/1000", "k"),
    "bar": ("kg m-1 s-2", "100000", "μmk"),
    "t": ("kg", "1000", "k"),
    "dB": ("dB", "1", ""),
}
_PLAIN: dict[str, tuple[str, str]] = {
    "min": ("s", "60"),
    "h": ("s", "3600"),
    "d": ("s", "86400"),
    "K": ("K", "1"),
    "%": ("", "1/100"),
    "‰": ("", "1/1000"),
    "ppm": ("", "1/1000000"),
    "ppb": ("", "1/1000000000"),
    "r": ("turn", "1"),
    "次": ("turn", "1"),
    "rpm": ("turn s-1", "1/60"),
    "mmHg": ("kg m-1 s-2", "133322387415/1000000000"),
    "mmH2O": ("kg m-1 s-2", "980665/100000"),
    "atm": ("kg m-1 s-2", "101325"),
    "psi": ("kg m-1 s-2", "8896443230521/1290320000"),
    "kgf": ("kg m s-2", "980665/100000"),
    "tf": ("kg m s-2", "980665/100"),
    "in": ("m", "254/10000"),
    "°": ("degree", "1"),
    "′": ("degree", "1/60"),
    "″": ("degree", "1/3600"),
    "rad": ("radian", "1"),
    "Gal": ("m s-2", "1/100"),
    "mGal": ("m s-2", "1/100000"),
    "dB(A)": ("dBA", "1"),
    "pH": ("pH", "1"),
    "%RH": ("%RH", "1"),
    "%LEL": ("%LEL", "1"),
    "%vol": ("%vol", "1"),
    "%FS": ("%FS", "1"),
    "DN": ("DN", "1"),
}
_THERMOMETERS = {
    "℃": Unit("℃", (("K", 1),), Fraction(1), Fraction(27315, 100)),
    "℉": Unit("℉", (("K", 1),), Fraction(5, 9), Fraction(45967, 100)),
    "K": Unit("K", (("K", 1),), Fraction(1)),
}

MISSPELT = {
    "Mpa": "MPa", "MPA": "MPa", "mpa": "MPa", "兆帕": "MPa", "Kpa": "kPa", "KPa": "kPa", "KPA": "kPa", "kpa": "kPa",
    "千帕": "kPa", "hpa": "hPa", "百帕": "hPa", "pa": "Pa", "PA": "Pa", "帕": "Pa", "Gpa": "GPa", "吉帕": "GPa",
    "Bar": "bar", "巴": "bar", "PSI": "psi",
    "KG": "kg", "Kg": "kg", "公斤": "kg", "千克": "kg", "克": "g", "毫克": "mg", "MG": "mg", "微克": "μg", "ug": "μg",
    "吨": "t",
    "MM": "mm", "Mm": "mm", "毫米": "mm", "㎜": "mm", "CM": "cm", "厘米": "cm", "㎝": "cm", "分米": "dm", "米": "m",
    "KM": "km", "Km": "km", "公里": "km", "千米": "km", "㎞": "km", "um": "μm", "微米": "μm", "纳米": "nm",
    "英寸": "in", "寸": "in",
    "KN": "kN", "Kn": "kN", "kn": "kN", "千牛": "kN", "牛": "N", "Nm": "N·m", "牛米": "N·m", "牛·米": "N·m",
    "N.m": "N·m", "KV": "kV", "Kv": "kV", "kv": "kV", "千伏": "kV", "伏": "V", "v": "V", "毫伏": "mV", "KA": "kA",
    "ka": "kA", "安": "A", "毫安": "mA", "ma": "mA", "KW": "kW", "Kw": "kW", "kw": "kW", "千瓦": "kW", "瓦": "W",
    "欧": "Ω", "欧姆": "Ω", "ohm": "Ω", "兆欧": "MΩ", "千欧": "kΩ", "kw·h": "kWh", "kW·h": "kWh", "度电": "kWh",
    "HZ": "Hz", "hz": "Hz", "赫兹": "Hz", "赫": "Hz", "KHz": "kHz", "KHZ": "kHz", "khz": "kHz", "千赫": "kHz",
    "Mhz": "MHz", "MHZ": "MHz", "兆赫": "MHz", "Ghz": "GHz", "GHZ": "GHz",
    "ML": "mL", "ml": "mL", "毫升": "mL", "l": "L", "升": "L", "uL": "μL", "ul": "μL", "μl": "μL", "微升": "μL",
    "立方米": "m³", "方": "m³", "m3": "m³", "m2": "m²", "平方米": "m²", "cm3": "cm³",
    "°C": "℃", "ºC": "℃", "oC": "℃", "摄氏度": "℃", "°F": "℉", "华氏度": "℉", "开尔文": "K", "开": "K",
    "秒": "s", "分钟": "min", "min.": "min", "小时": "h", "时": "h", "天": "d", "转": "r", "百分之": "%",
    "DB": "dB", "db": "dB", "分贝": "dB", "dBA": "dB(A)", "勒克斯": "lx", "Lx": "lx", "流明": "lm",
    "RH": "%RH", "%rh": "%RH", "%Rh": "%RH", "%F.S": "%FS", "%F.S.": "%FS", "%fs": "%FS", "%VOL": "%vol",
    "%Vol": "%vol", "%lel": "%LEL", "PH": "pH", "ph": "pH", "度": "°", "PPM": "ppm", "PPB": "ppb", "MGal": "mGal",
}  # fmt: skip
"""What people write → the symbol.  A bare `m` is never corrected to anything, nor are two readings guessed between."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TERM = re.compile(r"([^·/*()\s\d⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺^.-]+)\^?([⁻-]?[0-9⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})?")
_OPAQUE = re.compile(r"[A-Za-zμΩ%]{1,8}|[\u4e00-\u9fff]{1,4}")
LONGEST = 16
"""Characters: `mg/(m²·min)` has eleven."""


def _dimension(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in text.split():
        name = part.rstrip("-0123456789")
        found[name] = int(part[len(name) :] or 1)
    return found


def _known() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for symbol, (dimension, factor, prefixes) in _BASE.items():
        frozen = tuple(sorted(_dimension(dimension).items()))
        found[symbol] = Unit(symbol, frozen, Fraction(factor))
        for prefix in prefixes:
            power = Fraction(10) ** _PREFIXES[prefix]
            found[prefix + symbol] = Unit(prefix + symbol, frozen, Fraction(factor) * power)
    for symbol, (dimension, factor) in _PLAIN.items():
        found[symbol] = Unit(symbol, tuple(sorted(_dimension(dimension).items())), Fraction(factor))
    return found


KNOWN = _known()


@lru_cache(1 << 10)  # a handful of spellings make up nearly all texts
def unit(text: str) -> Unit | None:
    """The unit of a spelling, None for what is none.  `text` is normalised as `measure` does, without blanks around."""
    text = text.replace(" ", "")
    if not text or len(text) > LONGEST:
        return None
    text = MISSPELT.get(text, text)
    if text in _THERMOMETERS:
        return _THERMOMETERS[text]
    if text in KNOWN:
        return KNOWN[text]
    found = _product(text)
    if found is not None:
        return found
    return Unit(text, ((_own(text), 1),), Fraction(1)) if _OPAQUE.fullmatch(text) else None


def known(text: str) -> bool:
    """Whether the spelling is a unit that we know, or made of such: for queries, where a word is no unit."""
    found = unit(text)
    return found is not None and found.dimension != ((_own(found.symbol), 1),)


def _own(text: str) -> str:
    """The dimension of what stands for itself."""
    return f"“{text}”"


def _product(text: str) -> Unit | None:
    """`kg/(m·s²)`: everything behind a slash divides, up to the next slash."""
    dimension: dict[str, int] = {}
    factor, sign, at = Fraction(1), 1, 0
    plain = text.replace("(", "").replace(")", "").replace("*", "·")
    while at < len(plain):
        term = _TERM.match(plain, at)
        if term is None:
            return None
        name = MISSPELT.get(term[1], term[1])
        one = KNOWN.get(name)
        if one is None:
            return None
        exponent = sign * int((term[2] or "1").translate(_SUPERSCRIPTS))
        for base, power in one.dimension:
            dimension[base] = dimension.get(base, 0) + power * exponent
        factor *= one.factor**exponent
        at = term.end()
        if at < len(plain):
            if plain[at] == "/":
                sign = -1
            elif plain[at] != "·":
                return None
            at += 1
            if at == len(plain):
                return None
    return Unit(text, tuple(sorted((b, p) for b, p in dimension.items() if p)), factor)
