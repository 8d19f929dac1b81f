"""Typing suggestions: what is stored to complete to, and what is looked up for what was typed.

A completion is a folded text that begins at the start of a name or of one of its stretches ("钢筋混凝土用钢 第2部分:
热轧带肋钢筋" is completed from 热轧, too).  A standard number is also completed from its glued and its bare form.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from analyzers.fold import fold
from analyzers.standard_number import parse, print_number

LONGEST = 40
"""Characters kept of a completion: longer input is no longer typing but pasting."""
STRETCHES = 6
"""Beginnings kept of one name: titles with more stretches repeat what stands before them."""


def completions(texts: Iterable[str]) -> list[str]:
    """All completions of these texts, without repeats."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_known_forms(text) if len(text) <= _SHORT else _forms(text)))
    return list(found)


def lookups(typed: str) -> list[str]:
    """The prefixes to look up for what was typed: as it is, and squeezed as a number would be."""
    folded = " ".join(fold(typed).split())[:LONGEST]
    squeezed = _squeeze(folded)
    return list(dict.fromkeys(p for p in (folded, squeezed) if p))


def completes(text: str, prefixes: Iterable[str]) -> bool:
    """Whether one of a text's completions begins with one of the prefixes."""
    wanted = tuple(prefixes)
    return any(form.startswith(wanted) for form in completions([text]))


def _forms(text: str) -> tuple[str, ...]:
    # No number is without a digit, and reading one takes longer than all the rest.
    number = parse(text) if any(map(str.isdigit, text)) else None
    forms = _number_forms(print_number(number)) if number else _beginnings(fold(text))
    return tuple(form[:LONGEST] for form in forms if form)


# Objects and parameters repeat from row to row, titles from key to key that is typed; 4 MB.
_SHORT = 60
_known_forms = lru_cache(1 << 12)(_forms)


def _number_forms(printed: str) -> list[str]:
    folded = fold(printed)
    return [folded, _squeeze(folded), folded.split(" ", 1)[-1]]


def _squeeze(text: str) -> str:
    return text.replace(" ", "").replace("/", "")


def _beginnings(folded: str) -> list[str]:
    folded = " ".join(folded.split())
    further = islice(_FURTHER.finditer(folded), STRETCHES - 1)
    return [folded, *(folded[found.start() :] for found in further)]


_FURTHER = re.compile(r"(?<=[\W_])[^\W_]")
"""Where a stretch begins behind something that is neither letter nor digit."""
