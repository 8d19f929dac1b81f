"""Names of administrative divisions as people write them, and the tree that is in their codes (GB/T 2260).

"西安" means 西安市 and "恩施" means 恩施土家族苗族自治州; short names of one character (赵县, 城区) do not exist: they
would match anything.  `short_name_table` settles who may keep a name that several would have.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

# Rows of the official tables that hold others together but are no place: "市辖区" of Beijing, "县" of Chongqing.
_PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
# The names that end no short name: nationalities as they stand in names of autonomous divisions, and 各族 (several).
_NATIONALITIES = (
    "壮族|回族|维吾尔族?|蒙古族?|藏族|土家族|苗族|彝族|布依族|侗族|瑶族|白族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|"
    "畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|"
    "阿昌族|普米族|朝鲜族|塔吉克族?|怒族|乌孜别克族|俄罗斯族|鄂温克族|德昂族|保安族|裕固族|京族|独龙族|鄂伦春族|满族|"
    "各族"
)
# The stem keeps two characters at least, so that 东乡族自治县 and 鄂温克族自治旗 are not left without a name.
_AUTONOMOUS = re.compile(rf"(.{{2,}}?)(?:{_NATIONALITIES})*族?自治([区州县旗])")
_ZONES = {
    "高新技术产业开发区": "高新区",
    "高新技术产业园区": "高新区",
    "高新技术开发区": "高新区",
    "高技术产业开发区": "高新区",
    "经济技术开发区": "经开区",
    "经济开发区": "经开区",
}
# Other zones and committees have no shorter name in use.
# 左旗 and 右旗, 镶黄旗 and 正白旗: what is before the last character says nothing without it.
_UNSHORTENED = re.compile(
    r"(?:开发区|示范区|管理区|(?:工业|产业|创意)园区|新城|委员会|管委会|群岛|海域|[左右前后中黄白蓝红合]旗)$"
)
_ENDINGS = ("特别行政区", "地区", "新区", "矿区", "省", "市", "区", "县", "盟", "旗")
_SPECIAL = {
    "内蒙古自治区": ["内蒙古", "内蒙"],
    "神农架林区": ["神农架"],  # not by a rule for 林区, which would make 万柏 of 万柏林区
    "六枝特区": ["六枝"],
}
# If two siblings would have one short name (伊宁市, 伊宁县), people mean the first of these; anything else comes last,
# and so do 井陉矿区 beside 井陉县 and 北戴河新区 beside 北戴河区.
_RANKS = "市区县旗"
_LAST_RANK = ("新区", "矿区")

_LEVEL_DIGITS = (2, 4, 6)


def is_placeholder(name: str) -> bool:
    """Whether a row of the official tables only holds others together: not to be shown, not to be searched for."""
    return name in _PLACEHOLDERS


def short_names(name: str) -> list[str]:
    """The shorter names of a division, the most usual first; often one, none where a single character would remain.

    Knows only the name: of siblings with one short name `short_name_table` decides.
    """
    if name in _SPECIAL:
        return list(_SPECIAL[name])
    autonomous = _AUTONOMOUS.fullmatch(name)
    if autonomous:
        stem, level = autonomous.groups()
        return [stem] if level == "区" else [stem, stem + level]
    zone = next((zone for zone in _ZONES if name.endswith(zone)), None)
    if zone:
        return [name.removesuffix(zone) + _ZONES[zone]]
    if name in _PLACEHOLDERS or _UNSHORTENED.search(name):
        return []
    stems = (name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending))
    return [stem for stem in stems if len(stem) > 1][:1]


def short_name_table(names: Mapping[str, str]) -> dict[str, list[str]]:
    """The short names of many divisions, each adcode once, so that inside one parent no two names are equal.

    A short name that is also a name of a place above, or of any province, belongs to that one (兰州新区 is not "兰州",
    海南藏族自治州 is "海南州" and not "海南").  Among siblings it belongs to the city, then to the district, then to
    the county; when that decides nothing, to none.

    Args:
        names: adcode → official name, placeholders included or not.
    """
    candidates = {adcode: short_names(name) for adcode, name in names.items()}
    siblings: dict[str, list[str]] = defaultdict(list)
    for adcode, name in names.items():
        if not is_placeholder(name):
            siblings[_named_parent(adcode, names)].append(adcode)
    provinces = [adcode for adcode in names if parent_of(adcode) is None]
    table = {adcode: list[str]() for adcode in names}
    for family in siblings.values():
        owners = _owners(family, names, candidates)
        for adcode in family:
            above = {*ancestors(adcode), *provinces} - {adcode}
            taken = {name for code in above & names.keys() for name in (names[code], *candidates[code])}
            table[adcode] = [name for name in candidates[adcode] if owners.get(name) == adcode and name not in taken]
    return table


def parent_of(adcode: str) -> str | None:
    """The adcode one level up by its digits, None for a province; whether such a division exists is another matter.

    Raises:
        ValueError: not six digits.
    """
    if not re.fullmatch(r"[0-9]{6}", adcode):
        raise ValueError(f"an adcode has six digits, not {adcode!r}")
    significant = adcode.rstrip("0")
    for digits in reversed(_LEVEL_DIGITS[:-1]):
        if len(significant) > digits:
            return adcode[:digits].ljust(6, "0")
    return None


def ancestors(adcode: str) -> list[str]:
    """The adcodes above, nearest first: 610113 → 610100, 610000."""
    above: list[str] = []
    parent = parent_of(adcode)
    while parent is not None:
        above.append(parent)
        parent = parent_of(parent)
    return above


def covers(area: str, place: str) -> bool:
    """Whether `place` is `area` or lies in it, both adcodes."""
    return area == place or area in ancestors(place)


def _named_parent(adcode: str, names: Mapping[str, str]) -> str:
    """The nearest place above; the districts of Beijing are children of Beijing and not of its "市辖区"."""
    above = ancestors(adcode)
    named = (code for code in above if code in names and not is_placeholder(names[code]))
    return next(named, above[-1] if above else "")


def _owners(family: list[str], names: Mapping[str, str], candidates: Mapping[str, list[str]]) -> dict[str, str]:
    """Which of the siblings keeps each short name; a name that nobody keeps is missing."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for adcode in family:
        for name in candidates[adcode]:
            wanted[name].append(adcode)
    official = Counter(names[adcode] for adcode in family)
    owners: dict[str, str] = {}
    for name, those in wanted.items():
        if official[name]:
            continue
        ranks = sorted((_rank(names[adcode]), adcode) for adcode in those)
        if len(ranks) == 1 or ranks[0][0] < ranks[1][0]:
            owners[name] = ranks[0][1]
    return owners


def _rank(name: str) -> int:
    found = -1 if name.endswith(_LAST_RANK) else _RANKS.find(name[-1])
    return len(_RANKS) if found < 0 else found
