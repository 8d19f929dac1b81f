"""Marks what one query asked for in the texts of its hits."""

import re
from collections.abc import Mapping

from analyzers.grams import unit_tokens
from analyzers.highlight import marked, number_spans, render
from search_service.query.parse import ParsedQuery

_DIGITS = re.compile(r"\d+")


class Marker:
    """Most texts of a hit hold nothing of the query (numbers, English titles); those are told by a glance."""

    def __init__(self, *parsed: ParsedQuery) -> None:
        """Take the query, and what else it was read as."""
        self._terms = tuple(dict.fromkeys(term for one in parsed for term in one.terms))
        self._numbers = [reading for slot in parsed[0].numbers for reading in slot.readings]
        firsts = (unit_tokens(term)[:1] for term in self._terms)
        self._firsts = {token for tokens in firsts for token in tokens}
        self._bodies = {found[0] if (found := _DIGITS.search(number.body)) else "" for number in self._numbers}

    def highlights(self, texts: Mapping[str, str], folded: Mapping[str, str]) -> dict[str, str]:
        """Name → HTML of those texts in which something is marked; `folded`: the same texts as `fold` makes them."""
        found = ((name, self._html(text, folded[name])) for name, text in texts.items())
        return {name: html for name, html in found if html}

    def _html(self, text: str, folded: str) -> str:
        named = any(body in folded for body in self._bodies)
        if not named and not any(first in folded for first in self._firsts):
            return ""
        places = marked(text, self._terms, spans=number_spans(text, self._numbers) if named else ())
        return render(text, places) if places else ""
