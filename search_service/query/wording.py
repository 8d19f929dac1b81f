"""A query, or what is left of it, as the pieces that the formula asks for."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from analyzers.grams import BAR, HAN, Chunk, Unit, chunks
from analyzers.words import Dictionary, current, query_words, using
from search_service.query import question

_MOST_CONTENT_WORDS = 64
"""`docs/api.md`: more words than this count no longer."""
_HAN = re.compile(f"[{HAN}]")
_TAIL_AFTER = 6
"""Units from which on there is enough to go by without a tail that may still be being typed."""


@dataclass(frozen=True)
class Wording:
    """Folded text and its pieces, each worked out when it is first needed, by the words that held when it was made."""

    folded: str
    dictionary: Dictionary = field(default_factory=current, repr=False)

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        """The space-separated pieces."""
        return tuple(chunks(self.folded))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """All units in order; none where nothing can be searched for."""
        return tuple(token for chunk in self.chunks for token in chunk.tokens)

    @cached_property
    def settled(self) -> tuple[Chunk, ...]:
        """The chunks without a tail that may still be being typed: `…试验方法 第1` is on its way to 第10部分."""
        if not self.chunks or not self._open_end(self.chunks[-1].units):
            return self.chunks
        return tuple(chunks(self.folded[: self.chunks[-1].units[-1].start]))

    def _open_end(self, last: tuple[Unit, ...]) -> bool:
        """A Latin or digit tail, with enough before it to go by; in a short chunk only right behind a Han character."""
        if last[-1].end < len(self.folded) or _HAN.match(last[-1].text):
            return False
        behind_han = len(last) > 1 and not last[-1].gap_before and _HAN.match(last[-2].text) is not None
        return len(last if not behind_han else self.units) >= _TAIL_AFTER

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words that score, each once."""
        with using(self.dictionary):
            found = dict.fromkeys(query_words(self.folded))
        return tuple(word for word in found if word not in question.QUESTION_WORDS) or tuple(found)

    @cached_property
    def bigrams(self) -> tuple[str, ...]:
        """The bigrams that score, each once."""
        return tuple(dict.fromkeys(b for chunk in self.chunks for b in chunk.bigrams if b != BAR))

    @cached_property
    def core(self) -> "Wording | None":
        """What a question asks for."""
        with using(self.dictionary):
            found = question.core(self.folded)
        return Wording(found, self.dictionary) if found else None

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words that all have to be there: those of the core where there is one."""
        with using(self.dictionary):
            return tuple(question.content_words((self.core or self).folded)[:_MOST_CONTENT_WORDS])

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """The content words that tell something beside a standard number."""
        with using(self.dictionary):
            return tuple(question.telling_words((self.core or self).folded)[:_MOST_CONTENT_WORDS])
