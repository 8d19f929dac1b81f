"""What a standard number is: its slots, and how it is printed.

    GB/T 228.1-2021/XG1-2023
    prefix "gb/t" · body "228.1" (stem "228", part "1") · year 2021 · variant "/xg1-2023"

All slots are folded (`analyzers.fold`). The body stays text, with its leading zeros: 13456 is not 134561, 228.1 is not
228.10 (trap T7), and `T/CMAM K13` has the body "k13", never a false 13 (docs/ranking.md, "Numbers").
"""

from dataclasses import dataclass, field, replace

from analyzers.standard_number_prefixes import (
    YEAR_AFTER_COLON,
    canonical_prefix,
    without_separators,
    years_have_four_digits,
)

# Between prefix and body where a space would change the reading: Q/07866/02011-2014, DB11/501-2017.
_SLASH, _SPACE = "/", " "


@dataclass(frozen=True, slots=True)
class StandardNumber:
    """One standard number as it was written; two are equal when every slot but the printed year is.

    `prefix` is the literal prefix ("gb/t"; "gbt" where the slash was left out; "" for bare digits). `year` has four
    digits, None without one; `printed_year` is what stood there ("93"), so that printing is faithful. `variant` is a
    translation ("e", "jp"), an amendment ("/xg1-2018", "/amd1:2008") or a reaffirmation ("(1990)"), else "".
    """

    prefix: str
    body: str
    year: int | None = None
    variant: str = ""
    printed_year: str = field(default="", compare=False)

    @property
    def bare_prefix(self) -> str:
        """The prefix as people type it in a hurry: "gbt", "jjf(京)", "q07866"."""
        return without_separators(self.prefix)

    @property
    def stem(self) -> str:
        """The body up to its first part: "228", "60068"."""
        return self._split()[0]

    @property
    def part(self) -> str | None:
        """What follows the stem: "1", "2-1"; None when the standard has no parts."""
        return self._split()[1]

    @property
    def undated(self) -> "StandardNumber":
        """The same standard in any edition: neither year nor variant."""
        return replace(self, year=None, printed_year="", variant="")

    @property
    def line_key(self) -> str:
        """Equal for all editions of one standard, however its prefix was written; "gb/t 228.1"."""
        return f"{canonical_prefix(self.prefix)} {self.body}"

    def _split(self) -> tuple[str, str | None]:
        for at, character in enumerate(self.body):
            if character in ".-/":
                return self.body[:at], self.body[at + 1 :]
        return self.body, None


def print_number(number: StandardNumber) -> str:
    """The canonical form, such as `GB/T 228.1-2021`, `ISO 9001:2015`, `DB11/501-2017`, `Q/07866/02011-2014`.

    `parse(print_number(n)) == n` for every number that `parse` gives, and the printed year is kept.
    """
    prefix = number.prefix.upper()
    between = ""
    if prefix:
        code = number.prefix.removeprefix("q/")
        slashed = code.isdigit() or (code == number.prefix and code[-1].isdigit())
        between = _SLASH if slashed else _SPACE
    year = number.printed_year or ("" if number.year is None else str(number.year))
    if year:
        # Two digits after a dash would be read as a part again.
        part = len(year) == len("93") and ("-" in number.body or years_have_four_digits(number.prefix))
        year = f"{':' if part or number.bare_prefix in YEAR_AFTER_COLON else '-'}{year}"
    return f"{prefix}{between}{number.body.upper()}{year}{number.variant.upper()}"
