"""Standard numbers as they stand in people's lists: spacing, width, dashes, case, missing years, slips in prefixes.

Each noisy line knows what it was made of, and whether something was lost that nobody can bring back.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analyzers.standard_number import StandardNumber, parse, print_number
from tests.support.number_variants import DASHES, SLASHES

_WIDE = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000})
_SPACES = ["  ", "　", "\t", "\u00a0", " \u2009"]


@dataclass(frozen=True, slots=True)
class Noisy:
    """A line made of `numbers` (as printed on record), in order; `lost`: year or prefix are not what they were."""

    text: str
    numbers: tuple[str, ...]
    lost: bool


def noisy_list(printed: Sequence[tuple[str, str]], count: int, chosen: random.Random) -> list[Noisy]:
    """`count` numbers of (number, title) in lines of which some hold two."""
    lines: list[Noisy] = []
    left = count
    while left:
        number, title = chosen.choice(printed)
        if left > 1 and chosen.random() < 0.1:
            other, _ = chosen.choice(printed)
            joint = chosen.choice(["、", "；", ", ", " / ", "，"])
            lines.append(Noisy(f"{number}{joint}{other}", (number, other), lost=False))
            left -= 2
            continue
        lines.append(_noisy(number, title, chosen))
        left -= 1
    return lines


def _noisy(printed: str, title: str, chosen: random.Random) -> Noisy:
    number = parse(printed)
    assert number is not None
    noise = chosen.choice(NOISES)
    text, lost = noise(printed, number, chosen)
    if chosen.random() < 0.2:
        text = f"{text} {title}"
    if chosen.random() < 0.1:
        text = f"《{text}》" if chosen.random() < 0.5 else f"  {text}  "
    return Noisy(text, (printed,), lost)


Noise = Callable[[str, StandardNumber, random.Random], tuple[str, bool]]


def _plain(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del number, chosen
    return printed, False


def _spacing(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del number
    return printed.replace(" ", chosen.choice([*_SPACES, ""])).replace("-", chosen.choice(["-", " - ", "- "])), False


def _width(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del number, chosen
    return printed.translate(_WIDE), False


def _dashes(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del number
    return printed.replace("-", chosen.choice(DASHES)).replace("/", chosen.choice(SLASHES)), False


def _lower(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del number, chosen
    return printed.lower(), False


def _no_slash(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del chosen
    if number.prefix.startswith("q/"):
        return printed, False
    rest = printed.upper().removeprefix(number.prefix.upper())
    return f"{number.bare_prefix.upper()}{rest}", rest == printed.upper()


def _no_year(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del printed, chosen
    return print_number(number.undated), True


def _slip(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    """One letter of the prefix doubled, left out, or swapped with its neighbour."""
    del printed
    letters = [at for at, c in enumerate(number.prefix) if c.isascii() and c.isalpha()]
    at = chosen.choice(letters)
    prefix = number.prefix
    if chosen.random() < 0.4 and at + 1 in letters:
        slipped = prefix[:at] + prefix[at + 1] + prefix[at] + prefix[at + 2 :]
    elif chosen.random() < 0.5 and len(letters) > 1:
        slipped = prefix[:at] + prefix[at + 1 :]
    else:
        slipped = prefix[: at + 1] + prefix[at:]
    return print_number(replace(number, prefix=slipped.strip("/"))), True


def _no_prefix(printed: str, number: StandardNumber, chosen: random.Random) -> tuple[str, bool]:
    del printed, chosen
    return print_number(replace(number, prefix="")), True


NOISES: tuple[Noise, ...] = (
    *(_plain, _spacing, _spacing, _width, _dashes, _dashes, _lower, _no_slash, _no_year, _slip, _no_prefix),
)
