"""Queries with standard numbers: the number decides, the words beside it order (``docs/ranking.md``, numbers).

A row matches when the number is its own, or cited by it, or named in its words; an unknown number finds nothing,
whatever stands beside it (P3).
"""

from typing import NamedTuple

from analyzers.fold import fold
from analyzers.grams import unit_tokens
from search_service.query import bm25, number_tier, text_tier
from search_service.query.alternatives import Alternatives
from search_service.query.bands import ALL_WORDS, IDENTIFIER, SOME_WORDS
from search_service.query.bm25 import Frequencies
from search_service.query.lexical import CITED, NUM
from search_service.query.nodes import Best, Boost, Const, Keyword, Node, Nothing, any_of
from search_service.query.parse import NumberSlot, ParsedQuery
from search_service.query.text_tier import Option

_BESIDE_OWN = 0.1
"""Words beside a number that rows own: they only order rows of one tier."""
_CITED = 0.5
"""A cited number against an owned one: so that number, name and words together stay inside of their band."""
_FURTHER_UNITS = 4
"""Units beside a number from which on a name that holds all of the query is meant, and not the number in it:
`GB/T 19001—2000的统计技术指南` is a title."""
_WHOLE_IN_NAME, _WHOLE_IN_TEXT = 6000.0, 5900.0
"""Such a name or text: over every number, inside of the first band."""
_MENTIONED = 50.0
"""The number is named in the row's words only: less than any key."""
_TELLING_DIGITS = 3
"""Digits from which on a number's units say enough without standing side by side: texts are full of GB, T and 1."""


class Part(NamedTuple):
    """What numbers, or words without any, contribute: options of the best tier, more that matches, what is added."""

    options: list[Option]
    matching: list[Node]
    added: list[Node]


def part(parsed: ParsedQuery, other: Alternatives, frequencies: Frequencies, *, cites: bool) -> Part:
    """The formula's part for a query with at least one number."""
    share = 1.0 / len(parsed.numbers)
    words = other.joined(parsed.rest.telling, parsed.rest.folded)
    there = [text_tier.all_there(words, other)] if words else []
    mentioned = any_of([_mentioned(slot) for slot in parsed.numbers])
    tiers = [tier for slot in parsed.numbers for tier in number_tier.tiers(slot.readings)]
    options = [
        *_keyed(NUM, [tier.key for tier in tiers if tier.own == IDENTIFIER], IDENTIFIER),
        *_keyed(NUM, [tier.key for tier in tiers if tier.own == ALL_WORDS], ALL_WORDS),
        Option(text_tier.every([mentioned, *there]), _MENTIONED),
        Option(mentioned, _MENTIONED, SOME_WORDS),
        *_literal(parsed),
    ]
    matching = [number_tier.score(NUM, slot.readings, share) for slot in parsed.numbers]
    if not cites:
        light: list[Node] = [Boost(node, _BESIDE_OWN) for node in bm25.body(words, frequencies)]
        return Part(options, matching, light)
    cited = _keyed(CITED, [tier.key for tier in tiers if tier.cited], ALL_WORDS)
    options += [Option(text_tier.every([option.condition, *there]), 0.0) for option in cited]
    matching += [number_tier.score(CITED, slot.readings, share * _CITED) for slot in parsed.numbers]
    beside = [*text_tier.literal(parsed.rest), *text_tier.worded(words, other)]
    added = [*bm25.words(parsed.rest, frequencies), *bm25.others(words, other)]
    if beside:
        added.append(Best(tuple(Const(option.condition, option.score) for option in beside)))
    return Part(options, matching, added)


def _keyed(field: str, keys: list[str], band: float) -> list[Option]:
    return [Option(any_of([Keyword(field, key) for key in dict.fromkeys(keys)]), 0.0, band)] if keys else []


def _literal(parsed: ParsedQuery) -> list[Option]:
    """Names and texts that hold all of the query, number and words, as they were typed (P4)."""
    units = len(parsed.whole.units)
    if units == 1:
        return []
    in_name, in_text = text_tier.in_name(parsed.whole.units), text_tier.in_text(parsed.whole)
    if len(parsed.rest.units) >= _FURTHER_UNITS:
        return [Option(in_name, _WHOLE_IN_NAME, IDENTIFIER), Option(in_text, _WHOLE_IN_TEXT, IDENTIFIER)]
    return [Option(in_name, text_tier.length(units)), Option(in_text, text_tier.length(units) / 2)]


def _mentioned(slot: NumberSlot) -> Node:
    """The number is named in the row's own words."""
    tokens = unit_tokens(fold(slot.label))
    if len(tokens) == 1:
        return Nothing()  # bare digits are a number or nothing
    in_name = text_tier.in_name(tokens)
    number = slot.readings[0]
    if not number.prefix or sum(map(str.isdigit, number.body)) < _TELLING_DIGITS:
        return in_name
    return any_of([in_name, text_tier.as_words(tokens)])
