"""One pass over a query: numbers first, then measures, days and counts, then the longest phrases that stand as words.

No slot is invented.  A phrase counts only where it begins and ends with a word (大理石 is not 大理), a service only
where something is asked for (检定规程 and 检测所 ask for none).  What a number or a longer phrase has taken is nothing
else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from analyzers.division_name import covers
from analyzers.fold import Folded, fold_with_offsets
from analyzers.measure_find import POINT, RANGE, find_measures
from analyzers.measure_units import known
from analyzers.words import cut_words
from search_service.kinds.slots import BOOST, SLOTS
from search_service.query.parse import NumberSlot
from search_service.query.question import FILLERS, QUESTION_WORDS
from search_service.query.understanding.counts import find_counts
from search_service.query.understanding.days import find_days
from search_service.query.understanding.lexicon import Lexicon, Meanings, Squeezed
from search_service.query.understanding.read import Read
from search_service.query.understanding.refused import part

ASKED_FOR = frozenset(
    "机构 单位 公司 服务 资质 报告 证书 能力 项目 中心 费用 价格 套餐 方案 打包 电话 地址 业务".split()
)
"""What may stand behind a service without making another word of it: 检测机构, 校准服务."""
_ASKING = frozenset(
    "可以 能 能够 能做 做 想 想要 要 需要 进行 办理 开展 申请 送 委托 哪里 哪家 谁 怎么 如何 求 找".split()
)
"""What stands before a service that is asked for: 可以检测石墨烯."""
_NOT_ASKED = frozenset("无损 在线 自动 自 统计 假设".split())
"""What makes another word of a service behind it: 无损检测 is a method."""
_BEFORE = FILLERS | QUESTION_WORDS | _ASKING
_BEHIND = FILLERS | QUESTION_WORDS | ASKED_FOR
_SHORT = 3
"""Characters of a name that stands in many words (华测): it has to stand by itself, or beside a slot."""
_JOINING = frozenset("-_/.")


class _Phrase(NamedTuple):
    """A phrase that may count: places in the folded text."""

    start: int
    end: int
    meanings: Meanings


@dataclass(slots=True)
class _Text:
    """A query while it is read."""

    folded: Folded
    words: dict[int, str]
    """Where each word begins, and the word."""
    ends: dict[int, str]
    """Where each word ends, and the word."""
    starts_of: set[int] = field(default_factory=set)
    """Where what was recognised begins: a word may end there."""
    ends_of: set[int] = field(default_factory=set)

    def take(self, start: int, end: int) -> None:
        self.starts_of.add(start)
        self.ends_of.add(end)

    def begins(self, at: int) -> bool:
        """Nothing that belongs to a word stands before this place."""
        text = self.folded.text
        return at == 0 or not text[at - 1].isalnum() or at in self.ends_of or self.ends.get(at) in _BEFORE

    def stops(self, at: int) -> bool:
        """Nor behind it."""
        text = self.folded.text
        return at == len(text) or not text[at].isalnum() or at in self.starts_of or self.words.get(at) in _BEHIND


def read_slots(text: str, numbers: Sequence[NumberSlot], lexicons: Sequence[Lexicon], today: date) -> list[Read]:
    """Everything that was understood in a text, in its order, never overlapping; numbers are not repeated."""
    folded = fold_with_offsets(text)
    spans = [(number.start, number.end) for number in numbers]
    found = list(_figures(text, folded, today, spans))
    spans += [(read.start, read.end) for read in found]
    read = _text(folded, lexicons)
    for start, end in spans:
        read.take(*_folded_span(folded, start, end))
    phrases = _leaned(read, list(_phrases(read, lexicons, [_folded_span(folded, *span) for span in spans])))
    found += _standing(read, phrases, text)
    found = part(text, sorted(found, key=lambda one: one.start))
    asked = any(one.slot == "service" and not one.refused for one in found)
    return [one._replace(slot=RANGE) if one.slot == POINT else one for one in found if asked or one.slot != POINT]


def is_name(text: str, lexicons: Sequence[Lexicon]) -> bool:
    """Whether the whole of it is the name of something: then it is that, whatever words it is made of.

    A name that is one phrase (大米) may still be what that phrase means.
    """
    squeezed = Squeezed.of(fold_with_offsets(text).text).text
    if not squeezed or not any(lexicon.is_name(squeezed) for lexicon in lexicons):
        return False
    return all(end != len(squeezed) for lexicon in lexicons for end, _ in lexicon.at(squeezed, 0))


def _figures(text: str, folded: Folded, today: date, taken: Sequence[tuple[int, int]]) -> Iterable[Read]:
    """What is told by its digits."""
    plain = folded.text
    found = [Read(one.what, (text[one.start : one.end].strip(),), one.start, one.end) for one in find_measures(text)]
    found += [Read("date", (one.value,), *folded.span(one.start, one.end)) for one in find_days(plain, today)]
    found += [Read("quantity", (str(one.pieces),), *folded.span(one.start, one.end)) for one in find_counts(plain)]
    spans = list(taken)
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if all(one.end <= start or end <= one.start for start, end in spans):
            spans.append((one.start, one.end))
            yield one


def _text(folded: Folded, lexicons: Sequence[Lexicon]) -> _Text:
    words: dict[int, str] = {}
    ends: dict[int, str] = {}
    at = 0
    for whole in cut_words(folded.text):
        at = folded.text.index(whole, at)
        for word in _split(whole, lexicons):
            words[at] = ends[at + len(word)] = word
            at += len(word)
    return _Text(folded, words, ends)


def _split(word: str, lexicons: Sequence[Lexicon]) -> tuple[str, ...]:
    """产品认证 is one word of jieba, and still asks for 认证."""
    for place in range(1, len(word) - 1):
        for lexicon in lexicons:
            for end, meanings in lexicon.at(word, place):
                if end == len(word) and SLOTS[meanings[0].slot].closed:
                    return word[:place], word[place:]
    return (word,)


def _folded_span(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """Places of the original in the folded text."""
    if isinstance(folded.origins, range):
        return start, end
    inside = [at for at, origin in enumerate(folded.origins) if start <= origin < end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _phrases(read: _Text, lexicons: Sequence[Lexicon], taken: Sequence[tuple[int, int]]) -> Iterable[_Phrase]:
    """At each word the longest phrase that ends with a word."""
    squeezed = Squeezed.of(read.folded.text)
    at, text = 0, squeezed.text
    while at < len(text):
        start = squeezed.places[at]
        phrase = None
        if start in read.words:
            ends: dict[int, Meanings] = {}
            for lexicon in lexicons:
                for end, meanings in lexicon.at(text, at):
                    ends[end] = ends.get(end, ()) + meanings
            for end in sorted(ends, reverse=True):
                stop = squeezed.places[end - 1] + 1
                if stop in read.ends and all(stop <= a or b <= start for a, b in taken):
                    phrase = _Phrase(start, stop, ends[end])
                    at = end
                    break
        if phrase is None:
            at += 1
        else:
            yield phrase


def _leaned(read: _Text, phrases: list[_Phrase]) -> list[_Phrase]:
    """Without the places that are ordinary words, unless they stand beside a place that holds them (四川石棉)."""
    if not any(meaning.leans for phrase in phrases for meaning in phrase.meanings):
        return phrases
    kept: list[_Phrase] = []
    for at, phrase in enumerate(phrases):
        around = phrases[max(0, at - 1) : at] + phrases[at + 1 : at + 2]
        beside = [one for other in around if _touch(read, other, phrase) for one in other.meanings]
        holding = [one.value for one in beside if one.slot == "region" and not one.leans]
        meanings = tuple(
            one for one in phrase.meanings if not one.leans or any(covers(place, one.value) for place in holding)
        )
        if meanings:
            kept.append(phrase._replace(meanings=meanings))
    return kept


def _touch(read: _Text, one: _Phrase, other: _Phrase) -> bool:
    """Nothing but blanks and signs between them."""
    between = read.folded.text[min(one.end, other.end) : max(one.start, other.start)]
    return not any(character.isalnum() for character in between)


def _standing(read: _Text, phrases: list[_Phrase], text: str) -> list[Read]:
    """Those that stand where such a word may stand; decided in the order in which they lean on one another."""
    asked = [phrase for phrase in phrases if any(m.slot == "service" for m in phrase.meanings)]
    things = [phrase for phrase in phrases if _is_thing(phrase)]
    accepted = [
        phrase for phrase in phrases if phrase not in asked and phrase not in things and _by_itself(read, phrase, text)
    ]
    for phrase in accepted:
        read.take(phrase.start, phrase.end)
    certain = set(read.starts_of)
    read.starts_of.update(phrase.start for phrase in things)
    for phrase in reversed(asked):  # a service may stand before a service
        if _asked_for(read, phrase):
            accepted.append(phrase)
            read.take(phrase.start, phrase.end)
            certain.add(phrase.start)
    read.starts_of = certain
    found = [_meant(phrase, read.folded) for phrase in accepted]
    named: set[str] = set()
    for phrase in sorted(things, key=lambda phrase: phrase.end - phrase.start == 1):  # 镉 leans on 大米 on either side
        slot = _thing(phrase, named)
        if _is_thing_here(read, phrase):
            read.take(phrase.start, phrase.end)
            named.add(slot)
            span = read.folded.span(phrase.start, phrase.end)
            said, typed = read.folded.text[phrase.start : phrase.end], text[slice(*span)]
            # As typed, but in the script of the records: 鎘 is 镉 there.
            found.append(Read(slot, (typed if typed.lower() == said else said,), *span))
    return found


def _is_thing(phrase: _Phrase) -> bool:
    return all(SLOTS[meaning.slot].act == BOOST for meaning in phrase.meanings)


def _by_itself(read: _Text, phrase: _Phrase, text: str) -> bool:
    """A place, a certificate, a name: any word is one, but not inside of a number (CMA-示例-23002)."""
    folded = read.folded.text
    said = folded[phrase.start : phrase.end]
    if said.isascii():
        around = folded[phrase.start - 1 : phrase.start] + folded[phrase.end : phrase.end + 1]
        original = text[slice(*read.folded.span(phrase.start, phrase.end))]
        return not _JOINING & set(around) and (not known(said) or original.isupper())
    if len(said) <= _SHORT and all(SLOTS[meaning.slot].named for meaning in phrase.meanings):
        return read.begins(phrase.start) and read.stops(phrase.end)
    return True


def _asked_for(read: _Text, phrase: _Phrase) -> bool:
    """A service that somebody wants."""
    before = read.ends.get(phrase.start, "")
    if before in _NOT_ASKED:
        return False
    return read.stops(phrase.end) or before in _ASKING or before in QUESTION_WORDS


def _is_thing_here(read: _Text, phrase: _Phrase) -> bool:
    """An object or a parameter: any word is one, a single character only by itself or beside another."""
    if phrase.end - phrase.start == 1:
        return read.begins(phrase.start) and read.stops(phrase.end)
    return True


def _thing(phrase: _Phrase, known_of: set[str]) -> str:
    """Which of its slots a word of things takes: one that is still free, and what more rows say."""
    slots = list(dict.fromkeys(meaning.slot for meaning in phrase.meanings))
    return next((slot for slot in slots if slot not in known_of), slots[0])


def _meant(phrase: _Phrase, folded: Folded) -> Read:
    """Words of a closed list are what they are; a word that may narrow and may as well be a thing is contested."""
    narrowing = [meaning for meaning in phrase.meanings if SLOTS[meaning.slot].act != BOOST]
    closed = next((meaning.slot for meaning in narrowing if SLOTS[meaning.slot].closed), None)
    slot = closed or narrowing[0].slot
    values = dict.fromkeys(meaning.value for meaning in narrowing if meaning.slot == slot)
    contested = closed is None and len({meaning.slot for meaning in phrase.meanings}) > 1
    return Read(slot, tuple(values), *folded.span(phrase.start, phrase.end), contested)
