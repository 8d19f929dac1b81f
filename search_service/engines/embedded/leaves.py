"""tantivy's queries for single tokens, values and phrases, each made once for a state of an index.

A search asks for some forty tokens, most of them several times: as a word that scores, as one that has to be there, in
a name or in a text.  Other searches ask for the same ones again.
"""

from typing import Final, TypeVar

import tantivy
from tantivy import Query, Searcher

from search_service.engines.fields import Fields
from search_service.query.nodes import Keyword, Phrase, Term

MOST: Final = 1 << 14
"""Queries of one sort remembered, those of some hundred searches: 0.3 kB each, 0.1 kB where nothing matches."""
LONGEST: Final = 8
"""Tokens of a phrase that is remembered: words come again in other searches, whole titles do not."""

Key = TypeVar("Key")


class Leaves:
    """The leaves of query trees; None where no document can match.

    Raises (from every method):
        UndeclaredField: the index does not have the field in that role.
    """

    def __init__(self, schema: tantivy.Schema, fields: Fields, searcher: Searcher) -> None:
        self._schema = schema
        self._fields = fields
        self._searcher = searcher
        self._scored: dict[tuple[str, str], Query | None] = {}
        self._terms: dict[tuple[str, str], Query | None] = {}
        self._keywords: dict[tuple[str, str], Query | None] = {}
        self._phrases: dict[tuple[str, tuple[str, ...]], Query | None] = {}

    def scored(self, node: Term) -> Query | None:
        """A token with its BM25."""
        key = node.field, node.token
        try:
            return self._scored[key]
        except KeyError:
            self._fields.text(node.field)
            return _kept(self._scored, key, self._value(*key, "freq"))

    def term(self, node: Term) -> Query | None:
        """A token without a score."""
        key = node.field, node.token
        try:
            return self._terms[key]
        except KeyError:
            self._fields.text(node.field)
            return _kept(self._terms, key, self._value(*key))

    def keyword(self, node: Keyword) -> Query | None:
        """An exact value."""
        key = node.field, node.value
        try:
            return self._keywords[key]
        except KeyError:
            self._fields.keyword(node.field)
            return _kept(self._keywords, key, self._value(*key))

    def phrase(self, node: Phrase) -> Query | None:
        """Tokens side by side, without a score."""
        key = node.field, node.tokens
        try:
            return self._phrases[key]
        except KeyError:
            self._fields.phrase(node.field)
            made = self._adjacent(*key)
            return _kept(self._phrases, key, made) if len(node.tokens) <= LONGEST else made

    def there(self, field: str, value: str) -> bool:
        """Whether any document may have the value (a deleted one counts until a merge removes it); 0.4 µs."""
        return _storable(value) and self._searcher.doc_freq(field, value) > 0

    def _value(self, field: str, value: str, option: str = "basic") -> Query | None:
        return Query.term_query(self._schema, field, value, index_option=option) if self.there(field, value) else None

    def _adjacent(self, field: str, tokens: tuple[str, ...]) -> Query | None:
        # tantivy panics on a phrase of one word.
        if len(tokens) == 1:
            return self._value(field, tokens[0])
        # Each token in turn, most often the first missing one ends it.
        if not tokens or not all(self.there(field, token) for token in tokens):
            return None
        return Query.phrase_query(self._schema, field, list(tokens))


def _kept(known: dict[Key, Query | None], key: Key, made: Query | None) -> Query | None:
    if len(known) >= MOST:
        known.clear()
    known[key] = made
    return made


def _storable(value: str) -> bool:
    """Whether any document could hold the value: tantivy takes a lone surrogate for "not a string" and raises."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
