"""The prefix of a standard number: which letters before the digits, and where the number itself begins.

Known prefixes come from `vocabulary/prefixes.txt` and `associations.txt`; T/…, Q/…, local prefixes (DB + 2, 4 or 6
digits of a division code) and JJF(…)/JJG(…) are recognised by their form. What is glued can be cut in several ways
(DB111234, T/CMAMK13): every possible reading is given, the index decides (docs/ranking.md, "Numbers").
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from analyzers.standard_number_tokens import BLANK, DIGITS, HAN, LETTERS, Tokens
from analyzers.vocabulary import load_lines

_SEPARATORS = str.maketrans("", "", "/- ")
# What people write instead of the slash: file names cannot hold one.
_JOINTS = frozenset("/\\-_")
# "din en iso/iec tr" is the longest; more letter runs than this are a sentence.
_MOST_RUNS = 5
# Letters that belong to the number rather than to the prefix: K13, JY 122, TG04, CAMRA 20.1.
_MOST_HEAD = 5
# One letter of a glued run may belong to the number if the prefix has three (JTGB10); ZB always carries one (ZBA17003).
_GLUED_HEAD_AFTER = 3
_CARRYING = "zb"
_TYPES = frozenset({"t", "z", "tj", "j"})
_METROLOGY = frozenset({"jjf", "jjg"})
# The longest name in brackets is 有色金属 or 兵工民品.
_MOST_BRACKET = 6
# First two digits of every division code (GB/T 2260).
_PROVINCES = frozenset(
    f"{tens}{ones}"
    for tens, most in (("1", 5), ("2", 3), ("3", 7), ("4", 6), ("5", 4), ("6", 5), ("7", 1), ("8", 2))
    for ones in range(1, most + 1)
) | {"50"}
_REGION_LENGTHS = (2, 4, 6)
_LOCAL = frozenset({"db", "dbs", "dbj", "dg", "dgj", "b"})


@lru_cache(maxsize=4096)  # more prefixes than there are, and each number asks four times
def without_separators(prefix: str) -> str:
    """The prefix without slash, dash and space."""
    return prefix.translate(_SEPARATORS)


def _load() -> tuple[dict[str, str], dict[str, str], frozenset[str], frozenset[str]]:
    parted: dict[str, str] = {}
    glued: dict[str, str] = {}
    styles: dict[str, set[str]] = {"colon": set(), "parts": set(), "slash": set()}
    for line in load_lines("prefixes.txt"):
        prefix, endings, style = ([part.strip().lower() for part in line.split("|")] + ["", ""])[:3]
        for literal in (prefix, *(prefix + ending for ending in endings.split())):
            parted["/".join(literal.replace("-", "/").replace(" ", "/").split("/"))] = literal
            if style:
                styles[style].add(without_separators(literal))
            if style != "slash":
                # A prefix that is itself without slash wins over one that loses its slash: GBZ is not GB/Z.
                bare = without_separators(literal)
                glued[bare] = literal if bare == literal else glued.get(bare, literal)
    return parted, glued, frozenset(styles["colon"]), frozenset(styles["parts"])


_PARTED, _GLUED, YEAR_AFTER_COLON, _PARTS_AFTER_DASH = _load()
ASSOCIATIONS = frozenset(code.lower() for line in load_lines("associations.txt") for code in line.split())
_GLUED_ASSOCIATIONS = frozenset("t" + without_separators(code) for code in ASSOCIATIONS)
# TCA, TCC, TTJ: three letters that many other things are called; without slash they need more than one digit to count.
SHORT_ASSOCIATIONS = frozenset(code for code in _GLUED_ASSOCIATIONS if len(code) < len("tcas")) - _GLUED.keys()
# The longest glued prefix has 15 letters, the longest association code 11; longer runs are words.
_LONGEST_RUN = 24


def canonical_prefix(prefix: str) -> str:
    """The literal prefix with its slash where it can only be meant so: "gbt" → "gb/t", but "gbz" stays."""
    if prefix in _GLUED_ASSOCIATIONS and prefix not in _GLUED:
        return f"t/{prefix[1:]}"
    return _GLUED.get(prefix, prefix)


def is_listed(prefix: str) -> bool:
    """Whether a literal prefix is one of the published ones; local and enterprise ones have forms instead."""
    bare = without_separators(prefix)
    return bare in _GLUED or bare in _GLUED_ASSOCIATIONS


def listed_prefix(written: str) -> str:
    """A prefix with slashes as the list has it, where it does: some are printed with a dash or a space."""
    return _PARTED.get(written, written)


@lru_cache(maxsize=4096)  # more prefixes than there are
def years_have_four_digits(prefix: str) -> bool:
    """Whether two digits after a dash are a part of the number and no year."""
    if prefix.startswith("t/") or prefix in _GLUED_ASSOCIATIONS:
        return True  # association standards began in 2015
    bare = without_separators(prefix)
    return bare in YEAR_AFTER_COLON or bare.rstrip("0123456789") in _PARTS_AFTER_DASH


class Prefix(NamedTuple):
    """One reading of a prefix.

    `at` is the token behind it; `head` is what the number begins with although it stands before `at` (letters, or the
    digits that a glued local prefix leaves). `known`: the prefix is listed or has one of the fixed forms.
    """

    literal: str
    at: int
    head: str = ""
    known: bool = True


def read_prefixes(tokens: Tokens, at: int) -> Iterator[Prefix]:
    """Readings of the prefix that begins with the letters at token `at`, the likeliest first."""
    kinds, run = tokens.kinds, tokens.texts[at]
    if len(run) > _LONGEST_RUN:
        return
    after = tokens.skip_blank(at + 1)
    if run == "t" and kinds[after] in _JOINTS and kinds[after] != "-":
        yield from _association(tokens, tokens.skip_blank(after + 1))
    elif run == "q" and kinds[after] == "/":
        yield from _enterprise(tokens, tokens.skip_blank(after + 1))
    elif kinds[after] == DIGITS and run in _LOCAL:
        yield from _local(tokens, at, after)
    else:
        yield from _listed(tokens, at)


def _head(tokens: Tokens, at: int) -> tuple[str, int]:
    """Letters before the digits that belong to the number, joined: `JY 122`, `K13`, `Ⅳ-301`."""
    start = tokens.skip_blank(at)
    text = tokens.texts[start]
    if tokens.kinds[start] != LETTERS or len(text) > _MOST_HEAD:
        return "", at
    after = tokens.skip_blank(start + 1)
    if tokens.kinds[after] == DIGITS or (tokens.kinds[after] in "-_" and tokens.kinds[after + 1] == DIGITS):
        return text, start + 1
    return "", at


def _association(tokens: Tokens, at: int) -> Iterator[Prefix]:
    kinds, texts = tokens.kinds, tokens.texts
    if kinds[at] != LETTERS or len(texts[at]) > _LONGEST_RUN:
        return
    code, at = texts[at], at + 1
    while kinds[at] == "-" and kinds[at + 1] == LETTERS and len(code) + len(texts[at + 1]) < _LONGEST_RUN:
        code, at = f"{code}-{texts[at + 1]}", at + 2
    if kinds[at] == BLANK and texts[at + 1 : at + 4] == ["t", "/", code]:
        at += 4  # T/CSGF T/CSGF024-2023
    if kinds[at] == DIGITS and code not in ASSOCIATIONS:
        for length in range(len(code) - 1, 1, -1):
            head = code[length:].removeprefix("-")
            if code[:length] in ASSOCIATIONS and len(head) <= _MOST_HEAD and "-" not in head:
                yield Prefix(f"t/{code[:length]}", at, head)
    head, behind = _head(tokens, at) if kinds[at] == BLANK else ("", at)
    yield Prefix(f"t/{code}", behind, head)


def _enterprise(tokens: Tokens, at: int) -> Iterator[Prefix]:
    """Q/ + code: digits only (Q/07866/02011-2014), or letters with digits before them (Q/12HG 4801)."""
    kinds, texts = tokens.kinds, tokens.texts
    code = ""
    if kinds[at] == DIGITS:
        code, at = texts[at], at + 1
    if kinds[at] == LETTERS:
        code, at = code + texts[at], at + 1
        while kinds[at] in "-/" and kinds[at + 1] == LETTERS and len(code) + len(texts[at + 1]) < _LONGEST_RUN:
            code, at = code + texts[at] + texts[at + 1], at + 2
    elif not code or kinds[at] not in "/ ":
        return
    elif kinds[at] == "/":
        at += 1
    head, at = _head(tokens, at)
    yield Prefix(f"q/{code}", at, head)


def _local(tokens: Tokens, at: int, digits_at: int) -> Iterator[Prefix]:
    kinds, texts = tokens.kinds, tokens.texts
    run, digits = texts[at], texts[digits_at]
    whole = len(digits) in _REGION_LENGTHS
    division = digits[:2] in _PROVINCES
    after = tokens.skip_blank(digits_at + 1)
    joint = tokens.skip_blank(after + 1) if kinds[after] in _JOINTS else after
    if whole and texts[joint] in _TYPES:  # DB61/T 123, DB61T123, DB61-T 123, DG5306/T 13
        yield Prefix(f"{run}{digits}/{texts[joint]}", joint + 1, known=division and run != "b")
    elif whole and kinds[after] == "/" and kinds[joint] == DIGITS:  # DB11/501, DBS 15/003
        yield Prefix(f"{run}{digits}", after + 1, known=division and run != "b")
    else:
        regions = [
            (digits[:length], digits[length:])
            for length in _REGION_LENGTHS
            if length < len(digits) and division and run.startswith("db")
        ]
        apart = kinds[after] == DIGITS or (kinds[after] == "-" and run == "db" and kinds[after + 2] == "-")
        if whole and apart and division:  # DB11 501, DB11-1234-2010
            yield Prefix(f"{run}{digits}", after)
        readings = [Prefix(f"{run}{region}", digits_at + 1, rest) for region, rest in regions]
        plain = Prefix(run, digits_at, known=run in _GLUED and run != "db")
        # A space says that the digits stand for themselves; glued, the division code is likelier.
        yield from [plain, *readings] if kinds[digits_at - 1] == BLANK else [*readings, plain]


def _runs(tokens: Tokens, at: int) -> Iterator[tuple[str, int, str]]:
    """Letter runs joined by a slash, a dash or a space: (run, the token behind it, the joint before it)."""
    joint = ""
    for _ in range(_MOST_RUNS):
        yield tokens.texts[at], at + 1, joint
        after = tokens.skip_blank(at + 1)
        if tokens.kinds[after] in _JOINTS:
            joint, after = "/" if tokens.kinds[after] in "/\\" else "-", tokens.skip_blank(after + 1)
        else:
            joint = " "
        if tokens.kinds[after] != LETTERS or len(tokens.texts[after]) > _LONGEST_RUN:
            return
        at = after


def _listed(tokens: Tokens, at: int) -> Iterator[Prefix]:
    runs = list(_runs(tokens, at))
    for count in range(len(runs), 0, -1):
        behind = runs[count - 1][1]
        if count < len(runs) and runs[count][2] == "/":
            continue  # ISO/XYZ 1 is no ISO standard
        if count == 1:
            break
        literal = _PARTED.get("/".join(run for run, _, _ in runs[:count]))
        if literal is not None:
            yield _with_head(tokens, literal, behind)
            return
    run, behind, _ = runs[0]
    if len(runs) == 1 or runs[1][2] != "/":
        if run in _METROLOGY:
            run, behind = _bracket(tokens, run, behind)
        if run in _GLUED or run in _GLUED_ASSOCIATIONS or "(" in run:
            yield _with_head(tokens, run, behind)
            return
        if tokens.kinds[behind] == DIGITS:
            yield from _glued_head(run, behind)
    slashed = 1
    while slashed < len(runs) and runs[slashed][2] == "/":
        slashed += 1
    literal = "/".join(run for run, _, _ in runs[:slashed])
    head, behind = _head(tokens, runs[slashed - 1][1])
    yield Prefix(literal, behind, head, known=False)


def _with_head(tokens: Tokens, literal: str, at: int) -> Prefix:
    head, behind = _head(tokens, at)
    return Prefix(literal, behind, head)


def _bracket(tokens: Tokens, run: str, at: int) -> tuple[str, int]:
    """JJF(纺织) 099, JJG （沪） 46, JJF(CR) 029: the sector or province that issued it."""
    start = tokens.skip_blank(at)
    if tokens.texts[start] == "(" and tokens.kinds[start + 1] in {HAN, LETTERS} and tokens.texts[start + 2] == ")":
        name = tokens.texts[start + 1]
        if len(name) <= _MOST_BRACKET:
            return f"{run}({name})", start + 3
    return run, at


def _glued_head(run: str, at: int) -> Iterator[Prefix]:
    """TCMAMK13 and JTGB10: the last letters belong to the number."""
    for length in range(len(run) - 1, 1, -1):
        known, rest = run[:length], run[length:]
        long = length >= _GLUED_HEAD_AFTER or known == _CARRYING
        most = _MOST_HEAD if known in _GLUED_ASSOCIATIONS else int(known in _GLUED)
        if long and len(rest) <= most:
            yield Prefix(known, at, rest)
