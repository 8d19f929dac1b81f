"""The rungs of the ladder (N8): what a search that found nothing tries instead, in this order, each said in words.

A rung costs nothing before it is reached: each is a generator of steps, and a step is one more question to the engine.
What was ticked is never loosened, and neither is what makes a row qualified (validity, visibility, certificates); of
what was only read in words a place may be widened and a service replaced, and both are said.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from analyzers.fold import fold
from analyzers.grams import bigrams_strict
from analyzers.synonyms import RELATED
from search_service.engines.base import Engine
from search_service.kinds.base import Kind
from search_service.kinds.parts import Filter
from search_service.kinds.slots import BOOST, CHOOSE, SLOTS
from search_service.query.lexical import ABS_B, BODY_W, TITLE_B
from search_service.query.understanding.lexicon import Lexicon, squeeze
from search_service.search.asked import Asked, Change
from search_service.search.check import heeds
from search_service.search.corrections import corrections
from search_service.search.labels import Labels
from search_service.search.loosened import Loosened, Step, Widened

MOST_CORRECTIONS = 3
"""Tried: the first is right nine times of ten, and each costs as much as a search."""
MOST_DROPPED = 3
"""Words left out one after the other: with more of them gone it is another question."""
MOST_RELATED = 2
"""Standards that replace the one asked for, or were replaced by it, that are tried."""
SHORTEST_HEAD = 2
"""Characters of the word above another: 变送器 for 压力变送器."""


class Rungs:
    """The steps for one search."""

    def __init__(
        self,
        asked: Asked,
        engine: Engine,
        labels: Labels,
        lexicons: Sequence[Lexicon],
        sounding: Callable[[str], Sequence[str]],
    ) -> None:
        """`sounding`: letters → names that sound just so."""
        self._asked, self._engine, self._labels, self._lexicons = asked, engine, labels, lexicons
        self._sounding = sounding
        self._reading = asked.reading
        self._text = fold(self._reading.core.text)
        self._kept: tuple[Loosened, ...] = ()
        """What every further step leaves out, too: words that are nowhere."""
        self._counts: dict[str, int] = {}
        self._open = [slot for slot in asked.reading.slots if slot.act == CHOOSE]

    def beside(self) -> Iterator[Step]:
        """The rungs for who has found a little: what says the same in other words, or is not much further away."""
        yield from self._related_words()
        yield from self._understood_alone()
        yield from self.widened()

    def all(self) -> Iterator[Step]:
        """Every rung, where nothing was found; what may mean several things is left out only when they were in vain."""
        yield from self._climbed()
        for step in self._undecided():
            yield step
            yield from self._climbed()
        if self._words() and not self._open:
            yield self._some_words()

    def _climbed(self) -> Iterator[Step]:
        yield from self._corrected()
        yield from self._spoken()
        yield from self._related_words()
        yield from self._unknown_words()
        yield from self._understood_alone()
        yield from self._fewer_words(named=False)
        yield from self.widened()
        yield from self._above()
        yield from self._related_numbers()
        yield from self._replaced()
        yield from self._fewer_words(named=True)
        yield from self._anywhere_with_fewer_words()

    def widened(self) -> Iterator[Step]:
        """The place, step by step."""
        for name, declared in self._read_filters():
            if declared.wider is None or self._bound(declared):
                continue
            values = self._asked.checked.read[name]
            was = "、".join(self._labels.of(self._asked.session, self._having(name), name, values).values())
            for wider in declared.wider(values[0]):
                now = wider.said or "、".join(
                    self._labels.of(self._asked.session, self._having(name), name, wider.values).values()
                )
                said = Loosened(f"wider_{name}", f"{declared.label}从“{was}”放宽到“{now}”")
                yield self._step(said, Change(text=self._kept_text(), values={name: wider.values}), heeding=name)

    def _corrected(self) -> Iterator[Step]:
        taken = [(slot.start, slot.end) for slot in self._reading.slots]
        query = self._asked.request.q
        for one in corrections(query, self._lexicons, leave=taken)[:MOST_CORRECTIONS]:
            now = self._text.replace(one.was, one.now, 1)
            if now == self._text:
                continue
            said = Loosened("corrected", f"按“{one.now}”查找,您输入的是“{one.was}”")
            yield self._step(said, Change(text=now), offered=one.query, asks=one.taken)

    def _spoken(self) -> Iterator[Step]:
        if not self._reading.core.pinyin:
            return
        for name in self._sounding(self._text)[:MOST_CORRECTIONS]:
            yield self._step(Loosened("by_pinyin", f"按拼音“{name}”查找"), Change(text=name), offered=name)
        said = Loosened("by_pinyin", "没有直接包含所输入字母的结果,以下结果按拼音查找")
        yield self._step(said, Change(strict=False))

    def _related_words(self) -> Iterator[Step]:
        table = next(iter(self._asked.vocabularies.values())).synonyms
        related = {
            word: [other for other, relation in table.expand(word) if relation == RELATED] for word in self._words()
        }
        used = {word: others for word, others in related.items() if others}
        if used:
            named = ";".join(f"{word}→{'、'.join(others[:3])}" for word, others in used.items())
            yield self._step(Loosened("related_words", f"按相关词查找({named})"), Change(synonyms=Widened(table)))

    def _undecided(self) -> Iterator[Step]:
        """Without a word that may mean several things, one after the other; who verifies is bound to the place."""
        for slot in list(self._open):
            name = SLOTS[slot.slot].filter
            if any(self._bound(kind.all_filters[name]) for kind in self._asked.checked.counted if heeds(kind, name)):
                continue
            self._open.remove(slot)
            self._text = _without(self._text, fold(slot.text))
            if not squeeze(self._text):
                return
            said = f"{SLOTS[slot.slot].label}“{slot.text}”未选定,以下结果没有限定{SLOTS[slot.slot].label}"
            self._kept = (*self._kept, Loosened(f"open_{slot.slot}", said))
            yield Step(self._kept, Change(text=self._text))

    def _may_go(self, word: str) -> bool:
        """Not a part of what somebody has to choose the meaning of."""
        return not any(word in fold(slot.text) for slot in self._open)

    def _unknown_words(self) -> Iterator[Step]:
        """Words that stand in no row at all: whatever else is tried, they cannot be there."""
        words = self._words()
        unknown = [word for word in words if self._count(word) == 0 and self._may_go(word)]
        if not unknown or len(unknown) == len(words):
            return
        for word in unknown:
            self._text = _without(self._text, word)
        listed = "”“".join(unknown)
        self._kept = (*self._kept, Loosened("fewer_words", f"没有任何记录提到“{listed}”,已不要求"))
        yield Step(self._kept, Change(text=self._text))

    def _understood_alone(self) -> Iterator[Step]:
        """Without the words beside the objects and parameters that were understood."""
        called = [slot.text for slot in self._reading.slots if slot.act == BOOST and fold(slot.text) in self._text]
        text, left = " ".join(called), self._text
        for name in called:
            left = _without(left, fold(name))
        words = [word for word in self._words() if word in left and self._may_go(word)]
        if called and words:
            numbers = [number.label for number in self._reading.core.numbers]
            said = Loosened("fewer_words", f"去掉了“{'”“'.join(words)}”")
            undecided = [slot.text for slot in self._open]
            yield self._step(said, Change(text=" ".join([*numbers, *undecided, text])))

    def _fewer_words(self, *, named: bool, values: Mapping[str, tuple[str, ...]] | None = None) -> Iterator[Step]:
        """Without the words that say least, because most rows have them; `named`: those that were understood, too."""
        called = {squeeze(fold(slot.text)) for slot in self._reading.slots if slot.act == BOOST}
        words = [
            w for w in self._words() if self._may_go(w) and (named or not any(squeeze(w) in name for name in called))
        ]
        text, dropped = self._text, list[str]()
        for word in sorted(words, key=self._count, reverse=True)[:MOST_DROPPED]:
            left = _without(text, word)
            if not squeeze(left):
                return
            text = left
            dropped.append(word)
            said = Loosened("fewer_words", f"去掉了“{'”“'.join(dropped)}”")
            yield self._step(said, Change(text=text, values=values))

    def _above(self) -> Iterator[Step]:
        """The word above: of a compound its last part, where that is a live word (压力变送器 is a 变送器)."""
        for slot in self._reading.slots:
            if slot.act != BOOST:
                continue
            name = squeeze(fold(slot.text))
            for start in range(1, len(name) - SHORTEST_HEAD + 1):
                head = name[start:]
                alike = any(
                    end == len(head) and any(meaning.slot == slot.slot for meaning in meanings)
                    for lexicon in self._lexicons
                    for end, meanings in lexicon.at(head, 0)
                )
                if alike and name in self._text:
                    said = Loosened("parent", f"“{slot.text}”放宽到上位的“{head}”")
                    yield self._step(said, Change(text=self._text.replace(name, head, 1)))
                    break

    def _related_numbers(self) -> Iterator[Step]:
        """The standards that have replaced those asked for, or were replaced by them."""
        for number in self._reading.core.numbers:
            found = [
                n for k in self._asked.checked.counted for n in k.related_numbers(self._asked.session, number.readings)
            ]
            for printed in list(dict.fromkeys(found))[:MOST_RELATED]:
                text = f"{printed} {self._reading.core.rest.folded}"
                said = Loosened("related_standard", f"按有替代关系的 {printed} 查找,不是 {number.label}")
                yield self._step(said, Change(text=text))

    def _replaced(self) -> Iterator[Step]:
        for name, declared in self._read_filters():
            if not declared.replaceable:
                continue
            values = self._asked.checked.read[name]
            was = "、".join(self._labels.of(self._asked.session, self._having(name), name, values[:1]).values())
            said = Loosened(f"other_{name}", f"没有提供“{was}”的,以下提供的是其他{declared.label},不能代替{was}")
            yield self._step(said, Change(text=self._kept_text(), values={name: ()}), heeding=name)

    def _anywhere_with_fewer_words(self) -> Iterator[Step]:
        for name, declared in self._read_filters():
            if declared.wider is not None and not self._bound(declared):
                was = "、".join(
                    self._labels.of(
                        self._asked.session, self._having(name), name, self._asked.checked.read[name]
                    ).values()
                )
                said = Loosened(f"wider_{name}", f"{declared.label}从“{was}”放宽到“全国”")
                for step in self._fewer_words(named=True, values={name: ()}):
                    yield Step((said, *step.loosened), step.change, heeding=name)

    def _some_words(self) -> Step:
        said = Loosened("some_words", "没有包含全部词语的结果,以下结果只包含其中一部分")
        telling = [word for word in self._reading.core.rest.telling if word in self._text]
        numbers = [number.label for number in self._reading.core.numbers]
        return self._step(said, Change(text=" ".join([*numbers, *telling]) or self._kept_text(), strict=False))

    def _step(self, said: Loosened, change: Change, *, heeding: str = "", offered: str = "", asks: bool = True) -> Step:
        return Step((*self._kept, said), change, heeding, offered, asks)

    def _kept_text(self) -> str | None:
        """The text without what is nowhere; None where nothing was left out."""
        return self._text if self._kept else None

    def _words(self) -> list[str]:
        """The words that have to be there, as far as they are still asked for."""
        return [word for word in self._reading.core.rest.content if word in self._text]

    def _count(self, word: str) -> int:
        """How many documents have a word, or at least the pairs of characters that it is made of."""
        if word not in self._counts:
            table = next(iter(self._asked.vocabularies.values())).synonyms
            forms = [word, *(other for other, relation in table.expand(word) if relation != RELATED)]
            self._counts[word] = sum(
                self._frequency(kind, form) for kind in self._asked.checked.asked for form in forms
            )
        return self._counts[word]

    def _frequency(self, kind: Kind, word: str) -> int:
        found = self._engine.frequencies(kind.name, BODY_W, [word]).get(word, 0)
        pairs = bigrams_strict(word)
        if found or not pairs:
            return found
        names = self._engine.frequencies(kind.name, TITLE_B, pairs)
        texts = self._engine.frequencies(kind.name, ABS_B, pairs)
        return min(names.get(pair, 0) + texts.get(pair, 0) for pair in pairs)

    def _read_filters(self) -> list[tuple[str, Filter]]:
        """Filters that words of the query have set, with what is declared of them."""
        return [(name, self._having(name).all_filters[name]) for name in self._asked.checked.read]

    def _having(self, name: str) -> Kind:
        return next(kind for kind in self._asked.checked.counted if heeds(kind, name))

    def _bound(self, declared: Filter) -> bool:
        checked = self._asked.checked
        return any(
            value in values
            for name, values in declared.bound_by.items()
            for value in (*checked.read.get(name, ()), *checked.values.get(name, ()))
        )


def _without(text: str, word: str) -> str:
    return " ".join(text.replace(word, " ", 1).split())
