"""Keys of numbers and identifiers: the exact values that documents hold and queries ask for.

A key is a letter for what it says and the slots that it holds.  Equal keys mean equal slots, so near numbers never
match (P3): `13456` and `134561`, 2016 and 2015, part 1 and part 10 have no key in common.
"""

import re

from analyzers.fold import fold
from analyzers.standard_number import StandardNumber
from analyzers.standard_number_prefixes import canonical_prefix

_MEMBERS = ("t/", "q/")
"""What follows in these prefixes is who issued the standard, not whether it binds."""


def body_key(number: StandardNumber) -> str:
    """The same number under any prefix."""
    return f"b:{number.body}"


def body_year_key(number: StandardNumber) -> str:
    """The same number and year under any prefix."""
    return f"by:{number.body}-{number.year}"


def body_record_key(number: StandardNumber) -> str:
    """The same number, year and variant under any prefix."""
    return f"bv:{number.body}-{number.year}{number.variant}"


def line_key(number: StandardNumber) -> str:
    """Prefix and body: any edition.  The prefix is without its slash, which people leave out."""
    return f"p:{number.bare_prefix} {number.body}"


def family_key(number: StandardNumber) -> str:
    """Body and issuer, binding or recommended: GB 1499.2 became GB/T 1499.2 and the other way round."""
    prefix = canonical_prefix(number.prefix)
    issuer = prefix if prefix.startswith(_MEMBERS) else prefix.split("/", 1)[0]
    return f"f:{issuer} {number.body}"


def literal_key(number: StandardNumber) -> str:
    """Prefix as written and body: GBZ is not GB/Z."""
    return f"l:{number.prefix} {number.body}"


def edition_key(number: StandardNumber) -> str:
    """Prefix, body and year, whatever the variant."""
    return f"e:{number.bare_prefix} {number.body}-{number.year}"


def record_key(number: StandardNumber) -> str:
    """Prefix, body, year and variant: the very record, not its translation or amendment."""
    return f"r:{number.bare_prefix} {number.body}-{number.year}{number.variant}"


def stem_key(number: StandardNumber) -> str:
    """Prefix and body without its part: the other parts of the standard."""
    return f"s:{number.bare_prefix} {number.stem}"


def number_keys(number: StandardNumber) -> list[str]:
    """All keys of a document's number."""
    keys = [body_key(number)]
    if number.prefix:
        keys += [line_key(number), literal_key(number), family_key(number), stem_key(number)]
    if number.year is not None:
        keys += [body_year_key(number), body_record_key(number)]
        if number.prefix:
            keys += [edition_key(number), record_key(number)]
    return keys


_NEITHER = re.compile(r"[\W_]+")


def squash(text: str) -> str:
    """Letters and digits only: what remains equal however an identifier is written."""
    return _NEITHER.sub("", fold(text))


def squashed_key(printed: str) -> str:
    """A standard number as one string, for spellings that nobody can parse."""
    return f"q:{squash(printed)}"


def identifier_key(text: str) -> str:
    """Another identifier: credit code, certificate number."""
    return f"i:{squash(text)}"
