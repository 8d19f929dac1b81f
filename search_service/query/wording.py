"""A query, or what is left of it, as the pieces that the formula asks for."""

import re
from dataclasses import dataclass
from functools import cached_property

from analyzers.grams import BAR, HAN, Chunk, chunks
from analyzers.words import query_words
from search_service.query import question

_MOST_CONTENT_WORDS = 64
"""`docs/api.md`: more words than this count no longer."""
_HAN = re.compile(f"[{HAN}]")
_TAIL_AFTER = 6
"""Units of a last chunk from which on a Latin or digit tail may be a word that is still being typed."""


@dataclass(frozen=True)
class Wording:
    """Folded text and its pieces, each worked out when it is first needed."""

    folded: str

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
        if not self.chunks:
            return ()
        tail = self.chunks[-1].units[-1]
        open_end = tail.end == len(self.folded) and not _HAN.match(tail.text)
        if len(self.chunks[-1].units) < _TAIL_AFTER or not open_end:
            return self.chunks
        return tuple(chunks(self.folded[: tail.start]))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words that score, each once."""
        found = dict.fromkeys(query_words(self.folded))
        return tuple(word for word in found if word not in question.QUESTION_WORDS) or tuple(found)

    @cached_property
    def bigrams(self) -> tuple[str, ...]:
        """The bigrams that score, each once."""
        return tuple(dict.fromkeys(b for chunk in self.chunks for b in chunk.bigrams if b != BAR))

    @cached_property
    def core(self) -> "Wording | None":
        """What a question asks for."""
        found = question.core(self.folded)
        return Wording(found) if found else None

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words that all have to be there: those of the core where there is one."""
        return tuple(question.content_words((self.core or self).folded)[:_MOST_CONTENT_WORDS])

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """The content words that tell something beside a standard number."""
        words = question.content_words((self.core or self).folded, without=question.SERVICE_WORDS)
        return tuple(words[:_MOST_CONTENT_WORDS])
