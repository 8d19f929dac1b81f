"""What follows the prefix of a standard number: body, year and variant.

    228.1-2021      60068-2-1:2007      a370-20      k13-2022      4754-2017/xg1-2019      1095-1979(1990)

The reader walks from token to token and never back, so a text of any length costs one look at each token.
"""

from typing import NamedTuple

from analyzers.standard_number_prefixes import years_have_four_digits
from analyzers.standard_number_tokens import BLANK, DIGITS, HAN, LETTERS, Tokens

# The first national standard is of 1950; nobody cites a standard of after 2049, but parts such as 08-2077 exist.
FIRST_YEAR, LAST_YEAR = 1900, 2049
_YEAR_DIGITS, _SHORT_YEAR_DIGITS = 4, 2
_PIVOT = 50
"""-93 is 1993, -10 is 2010: China printed two digits until 1994; in speech, and in print at ASTM, they live on."""
# Longer ones are telephone numbers, credit codes and the like; the longest body has 8 digits (YBB 00332003), 18 when it
# is a range (NY 1500.13.3-41500.31.1-49.2).
_MOST_DIGITS, _MOST_DIGITS_WITH_PREFIX = 10, 18
_MOST_ATOMS = 6
# SJ 20032/1, JTG F80/1: a part after a slash is short, GB 5009.3/5009.4 are two numbers.
_MOST_SLASH_DIGITS = 2
# Translations after the year: English, French, Russian, Japanese …; one letter may also be a revision (ASTM A370-20a).
_DOUBLE_VARIANTS = frozenset({"fr", "jp", "mm", "en", "ru", "de", "es"})
_AMENDMENTS = frozenset({"xg", "amd", "cor", "a", "ac"})


class Body(NamedTuple):
    """A body as read; `at` is the token behind it."""

    body: str
    year: int | None
    printed_year: str
    variant: str
    at: int


def plausible_year(text: str) -> bool:
    """Four digits that can be the year of a standard."""
    return len(text) == _YEAR_DIGITS and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR


def full_year(digits: str) -> int:
    """Two digits expanded, four as they are."""
    year = int(digits)
    if len(digits) > _SHORT_YEAR_DIGITS:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def read_body(tokens: Tokens, prefix: str, at: int, head: str) -> Body | None:
    """The number that begins at token `at`, with `head` standing before it; None when no digits are there."""
    if head and head[-1].isdigit():
        body = head  # what a glued division code has left: DB111234
    else:
        at = _skip_joint(tokens, at, head)
        first, after = _atom(tokens, at)
        if not first:
            return None
        body, at = (f"{head}-{first}" if head and tokens.kinds[at - 1] == "-" else head + first), after
    read = _tail(tokens, body, at, short=not years_have_four_digits(prefix))
    most = _MOST_DIGITS_WITH_PREFIX if prefix else _MOST_DIGITS
    return None if len(read.body) > most and sum(map(str.isdigit, read.body)) > most else read


def _skip_joint(tokens: Tokens, at: int, head: str) -> int:
    """Behind what may stand between prefix and digits: a space, or a dash, slash, line or colon."""
    joint = tokens.skip_blank(at)
    after = tokens.skip_blank(joint + 1)
    allowed = "-_" if head else "-_/:" if tokens.kinds[after] == DIGITS else "-_/"
    return after if tokens.kinds[joint] in allowed else joint


def _atom(tokens: Tokens, at: int) -> tuple[str, int]:
    """Digits, with the letters that belong to them: 228, k13, 05c, 2x2, e8m, cc045; "" when there are no digits."""
    kinds, texts = tokens.kinds, tokens.texts
    text, start = "", at
    if kinds[at] == LETTERS:
        text, at = texts[at], at + 1
        if kinds[at] == "_":
            at += 1  # T/CMA CC_045
    if kinds[at] != DIGITS:
        return "", start
    text, at = text + texts[at], at + 1
    if kinds[at] == LETTERS and len(texts[at]) == 1 and not (texts[at] in "tq" and kinds[at + 1] == "/"):
        text, at = text + texts[at], at + 1  # one letter; LED or GB would be the next word
        if kinds[at] == DIGITS:
            text, at = text + texts[at], at + 1
            if kinds[at] == LETTERS and len(texts[at]) == 1:
                text, at = text + texts[at], at + 1
    return text, at


def _tail(tokens: Tokens, body: str, at: int, *, short: bool) -> Body:
    kinds, texts = tokens.kinds, tokens.texts
    for _ in range(_MOST_ATOMS):
        if kinds[at] == "." and kinds[at + 1] == "-":
            at += 1  # 001.-2017
        # After a second dash two digits are a part again: T/CHAS 10-2-25.
        year_at = _year(tokens, at, short=short and "-" not in body)
        if year_at:
            digits = texts[year_at]
            behind = year_at + (2 if texts[year_at + 1] == ")" and texts[year_at - 1] == "(" else 1)
            variant, behind = _variant(tokens, behind)
            return Body(body, full_year(digits), digits, variant, behind)
        joint = kinds[at]
        if joint == "-" and kinds[at + 1] == joint:
            at += 1  # 001--2017
        if joint not in "-./":
            break
        part, behind = _atom(tokens, at + 1)
        if joint == "." and not part and kinds[at + 1] == LETTERS and len(texts[at + 1]) == 1:
            part, behind = texts[at + 1], at + 2  # T/TMAC 040.F
        if not part or (joint == "." and kinds[at + 1] == LETTERS and len(part) > 1):
            break
        if joint == "/" and not _slash_part(body, part):
            break
        body, at = f"{body}{joint}{part}", behind
    variant, at = _amendment(tokens, at)
    return Body(body, None, "", variant, at)


def _slash_part(body: str, part: str) -> bool:
    """20032/1, F80/1, E8/E8M."""
    if part.isdigit():
        return len(part) <= _MOST_SLASH_DIGITS
    return part != body and part.startswith(body)


def _year(tokens: Tokens, at: int, *, short: bool) -> int:
    """The token of the year that follows token `at`; 0 when there is none."""
    kinds, texts = tokens.kinds, tokens.texts
    joint = tokens.skip_blank(at)
    mark = kinds[joint]
    if mark == DIGITS:  # GB 4706 2014, and not GB 4706 2014年
        return joint if joint > at and plausible_year(texts[joint]) and _stands_alone(tokens, joint) else 0
    after = tokens.skip_blank(joint + 1)
    if mark == "-" and kinds[after] == "-":
        after += 1  # 001--2017
    if mark not in "-:(." or kinds[after] != DIGITS:
        return 0
    if plausible_year(texts[after]):
        return after if _may_be_year(tokens, at, joint, after) else 0
    more = kinds[after + 1] in ".:-" and kinds[after + 2] == DIGITS
    two = len(texts[after]) == _SHORT_YEAR_DIGITS and not more
    if mark == "-":
        # With spaces around it the dash may also open a remark: GB 4706 - 20个样品.
        alone = _stands_alone(tokens, after) or _is_variant(texts[after + 1])
        two = two and short and (joint == at or alone)
    return after if two and mark in "-:" else 0


def _stands_alone(tokens: Tokens, at: int) -> bool:
    behind = tokens.kinds[at + 1]
    return behind not in {LETTERS, HAN, "-", ".", "/", ":", "~", "%"} or tokens.texts[at + 1].startswith("版")


def _may_be_year(tokens: Tokens, at: int, joint: int, after: int) -> bool:
    """Whether four digits are the year and no part: `-2000` in DGJ 08-1985-2000, `(2016)`, `.2008` at the end."""
    kinds = tokens.kinds
    if kinds[joint] == "(":
        return kinds[after + 1] == ")"
    if kinds[joint] == ".":
        return joint == at and after == joint + 1 and not (kinds[after + 1] in "-.:" and kinds[after + 2] == DIGITS)
    following = tokens.skip_blank(after + 1)
    later = tokens.texts[tokens.skip_blank(following + 1)]
    return not (kinds[joint] == "-" and kinds[following] in "-:" and plausible_year(later))


def _variant(tokens: Tokens, at: int) -> tuple[str, int]:
    """A translation, revision or reaffirmation right behind the year, or an amendment."""
    kinds, texts = tokens.kinds, tokens.texts
    letters = texts[at]
    if kinds[at + 1] not in {DIGITS, "/"} and _is_variant(letters):
        return letters, at + 1
    if kinds[at] == "(" and kinds[at + 2] == ")":
        inner = texts[at + 1]
        if _is_variant(inner):
            return inner, at + 3  # ISO 3613-2000(E)
        if kinds[at + 1] == DIGITS and plausible_year(inner):
            return f"({inner})", at + 3
    return _amendment(tokens, at)


def _is_variant(letters: str) -> bool:
    return (len(letters) == 1 and letters.isascii() and letters.isalpha()) or letters in _DOUBLE_VARIANTS


def _amendment(tokens: Tokens, at: int) -> tuple[str, int]:
    """/XG1-2018, /Amd 1:2024, +A1:2013, 第1号修改单; "" when there is none."""
    kinds, texts = tokens.kinds, tokens.texts
    start = tokens.skip_blank(at)
    if texts[start] == "第" and kinds[start + 1] == DIGITS and texts[start + 2].startswith("号修改单"):
        return f"/xg{texts[start + 1]}", start + 3
    sign = kinds[start]
    word = tokens.skip_blank(start + 1) if sign in "/+" else start
    if texts[word] not in _AMENDMENTS or (word == start and texts[word] != "xg"):
        return "", at
    number = word + 1
    if kinds[number] in {BLANK, "."}:
        number += 1
    if kinds[number] != DIGITS or len(texts[number]) > _MOST_SLASH_DIGITS:
        return "", at
    behind = number + 1
    variant = f"{'+' if sign == '+' else '/'}{texts[word]}{texts[number]}"
    if kinds[behind] in "-:" and kinds[behind + 1] == DIGITS and plausible_year(texts[behind + 1]):
        return f"{variant}{kinds[behind]}{texts[behind + 1]}", behind + 2
    return variant, behind
