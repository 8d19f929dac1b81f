"""The written forms of a standard number (P1): what people type when they mean it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from analyzers.standard_number import StandardNumber, print_number

DASHES = "-‐‑‒–—―−－"
SLASHES = "/／∕⁄╱"
_WIDE = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000})


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """A text and which components of `number` it writes; the body is always written."""

    text: str
    number: StandardNumber
    literal: bool = True
    prefix: bool = True
    year: bool = True

    def agrees(self, reading: StandardNumber) -> bool:
        """Whether the reading equals the number in every component that the form writes, and claims no other."""
        number = self.number
        if self.literal:
            prefix = reading.prefix == number.prefix
        elif self.prefix:
            prefix = reading.bare_prefix == number.bare_prefix
        else:
            prefix = reading.prefix == ""
        dated = (reading.year, reading.variant) == ((number.year, number.variant) if self.year else (None, ""))
        return prefix and dated and reading.body == number.body


def written_forms(number: StandardNumber, rng: random.Random) -> Iterator[WrittenForm]:
    """Every way of writing `number`: glued, in other widths, cases, dashes and slashes, without year or prefix."""
    printed = print_number(number)
    undated = print_number(number.undated)
    yield WrittenForm(printed, number)
    yield WrittenForm(_glue(printed, number), number)
    yield WrittenForm(printed.replace("-", rng.choice(DASHES)), number)
    yield WrittenForm(printed.replace("/", rng.choice(SLASHES)), number)
    yield WrittenForm(printed.translate(_WIDE), number)
    yield WrittenForm(printed.lower(), number)
    yield WrittenForm(f"  {printed.replace(' ', '  ')} ", number)
    if number.year is not None:
        cut = len(undated)
        dash = rng.choice(DASHES)
        yield WrittenForm(f"{undated} {dash} {printed[cut + 1 :]}", number)
        yield WrittenForm(f"{undated}{rng.choice(':：')}{printed[cut + 1 :]}", number)
        yield WrittenForm(undated, number, year=False)
        yield WrittenForm(_glue(undated, number).lower(), number, year=False)
    if _may_lose_its_slash(number):
        squeezed = number.bare_prefix.upper() + printed.removeprefix(number.prefix.upper()).lstrip(" /")
        yield WrittenForm(squeezed, number, literal=False)
        yield WrittenForm(squeezed.lower(), number, literal=False)
        yield WrittenForm(squeezed.replace("-", "—").translate(_WIDE).lower(), number, literal=False)
        yield WrittenForm(f"{number.bare_prefix} {number.body}", number, literal=False, year=False)
    if not any(character.isalpha() for character in number.body):
        tail = printed[len(undated) :]
        yield WrittenForm(number.body, number, literal=False, prefix=False, year=False)
        if number.year is not None:
            yield WrittenForm(f"{number.body}{tail}", number, literal=False, prefix=False)


def _glue(printed: str, number: StandardNumber) -> str:
    """Without the space between prefix and body."""
    prefix = number.prefix.upper()
    return prefix + printed.removeprefix(prefix).lstrip(" ")


def _may_lose_its_slash(number: StandardNumber) -> bool:
    """Q/07866/02011 without slashes is another number for any reader."""
    return not number.prefix.startswith("q/")
