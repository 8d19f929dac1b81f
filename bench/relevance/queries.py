"""Queries of the fifteen user behaviours (docs/ranking.md), with judgements that follow from how they were made.

A judgement asks what was typed, never how our analysers read it.  Grade 2: every row that says exactly what was typed
(which of several equals somebody meant, nobody can know).  Grade 1: what is useful beside it: other editions of the
number, and titles that hold a beginning further on.
"""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bench.relevance.corpus import Corpus, Row, plain, spoken

Grades = dict[int, int]
Made = tuple[str, Grades]
Make = Callable[[Corpus, Row, random.Random], Made | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One query and its judgement: place of the row → grade."""

    behaviour: str
    text: str
    grades: Grades


def cases(corpus: Corpus, makers: dict[str, Make], *, each: int, seed: int) -> Iterator[Case]:
    """`each` queries of every behaviour, in their order; the same seed gives the same queries."""
    for behaviour, make in makers.items():
        chosen = random.Random(f"{seed} {behaviour}")
        found = 0
        for row in chosen.sample(corpus.rows, len(corpus.rows)):
            if found == each:
                break
            if row.sampled and (made := make(corpus, row, chosen)):
                yield Case(behaviour, *made)
                found += 1


def _graded(best: Iterable[Row], useful: Iterable[Row] = ()) -> Grades:
    return {**{row.place: 1 for row in useful}, **{row.place: 2 for row in best}}


# Numbers: what is written decides who is right.


def _edition(corpus: Corpus, row: Row) -> Grades:
    """Prefix, body and year were typed, and no translation or amendment."""
    family = corpus.editions[row.prefix, row.body]
    return _graded([other for other in family if other.year == row.year and not other.variant], family)


def _undated(corpus: Corpus, row: Row) -> Grades:
    """Prefix and body were typed: whoever leaves the year out means what is in force, or else the newest."""
    family = corpus.editions[row.prefix, row.body]
    in_force = [other for other in family if other.status == "current" and not other.variant]
    newest = max(other.year for other in family)
    return _graded(in_force or [other for other in family if other.year == newest], family)


def _bare_edition(corpus: Corpus, row: Row) -> Grades:
    """Body and year were typed: any prefix is right, and then its other editions are useful."""
    best = [other for other in corpus.bodies[row.body] if other.year == row.year and not other.variant]
    prefixes = {other.prefix for other in best}
    return _graded(best, [other for other in corpus.bodies[row.body] if other.prefix in prefixes])


def _bare(corpus: Corpus, row: Row) -> Grades:
    """Only the body was typed."""
    return _graded(corpus.bodies[row.body])


def _wide(text: str) -> str:
    """As an input method in full-width mode writes it."""
    return "".join("\u3000" if c == " " else chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _glued(text: str) -> str:
    return re.sub("[ /]", "", text).lower()


_SENTENCES = (
    "请问{}现在还有效吗",
    "我们想按照{}做一次检测",
    "哪家机构可以做{}的检测",
    "{}的替代标准是哪个",
    "按 {} 检测需要多少钱",
    "需要依据{}标准出具报告",
    "查一下{}是否作废",
)


def _sentence(_: Corpus, row: Row, chosen: random.Random) -> str:
    return chosen.choice(_SENTENCES).format(row.number)


def _number(write: Callable[[Row], str], judge: Callable[[Corpus, Row], Grades]) -> Make:
    return lambda corpus, row, _: (write(row), judge(corpus, row))


# Titles and abstracts: whoever holds the typed text is right, whoever holds it but for punctuation is useful.


def _holding(corpus: Corpus, *pieces: str) -> Grades:
    exactly = set.intersection(*(corpus.spoken_titles.holding(spoken(piece)) for piece in pieces))
    nearly = set.intersection(*(corpus.plain_titles.holding(plain(piece)) for piece in pieces))
    return {**dict.fromkeys(nearly, 1), **dict.fromkeys(exactly, 2)}


def _title(corpus: Corpus, row: Row, _: random.Random) -> Made | None:
    if len(row.title) < 4:
        return None
    return row.title, _graded(corpus.titles[row.title_plain])


def _cuts(text: str) -> list[int]:
    """Where a person begins or ends a selection: not inside of a run of Latin letters or digits."""
    runs = re.finditer(r"[^\W\u4e00-\u9fff]+", text)
    inside = {at for run in runs for at in range(run.start() + 1, run.end())}
    return [at for at in range(len(text) + 1) if at not in inside]


def _middle(corpus: Corpus, row: Row, chosen: random.Random) -> Made | None:
    cuts = [at for at in _cuts(row.title) if 0 < at < len(row.title)]
    spans = [(a, b) for a in cuts for b in cuts if 6 <= b - a <= 14]
    if not spans:
        return None
    start, end = chosen.choice(spans)
    text = row.title[start:end].strip()
    return (text, _holding(corpus, text)) if len(plain(text)) >= 5 else None


def _beginning(corpus: Corpus, row: Row, chosen: random.Random) -> Made | None:
    if len(row.title) < 10:
        return None
    text = row.title[: chosen.randint(6, min(len(row.title) - 1, 18))].strip()
    holding, typed = _holding(corpus, text), spoken(text)
    return text, {place: 2 if corpus.rows[place].title_spoken.startswith(typed) else 1 for place in holding}


def _two_pieces(corpus: Corpus, row: Row, chosen: random.Random) -> Made | None:
    cuts = _cuts(row.title)
    short = [(a, b) for a in cuts for b in cuts if 3 <= b - a <= 6]
    pairs = [(one, other) for one in short for other in short if other[0] - one[1] >= 3]
    if not pairs:
        return None
    (a, b), (c, d) = chosen.choice(pairs)
    one, other = row.title[a:b].strip(), row.title[c:d].strip()
    if min(len(plain(one)), len(plain(other))) < 3 or re.search(r"\s", one + other):
        return None
    return f"{one} {other}", _holding(corpus, one, other)


def _scope(corpus: Corpus, row: Row, chosen: random.Random) -> Made | None:
    sentences = [
        sentence.strip()
        for sentence in re.split(r"[。；;]", row.abstract)
        if 15 <= len(sentence.strip()) <= 90 and re.search("规定|适用|描述", sentence) and row.title not in sentence
    ]
    if not sentences:
        return None
    text = chosen.choice(sentences)
    return text, dict.fromkeys(corpus.spoken_abstracts.holding(spoken(text)), 2)


FIFTEEN: dict[str, Make] = {
    "number as printed": _number(lambda row: row.number, _edition),
    "number without space": _number(lambda row: row.number.replace(" ", ""), _edition),
    "lower case, no slash": _number(lambda row: _glued(row.number), _edition),
    "em dash": _number(lambda row: row.number.replace("-", "—"), _edition),
    "full width": _number(lambda row: _wide(row.number), _edition),
    "number without year": _number(lambda row: f"{row.prefix} {row.body}", _undated),
    "without year, glued": _number(lambda row: _glued(row.prefix + row.body), _undated),
    "bare number and year": _number(lambda row: f"{row.body}-{row.year}", _bare_edition),
    "bare number": _number(lambda row: row.body, _bare),
    "number in a sentence": lambda corpus, row, chosen: (_sentence(corpus, row, chosen), _edition(corpus, row)),
    "whole title": _title,
    "middle of a title": _middle,
    "beginning of a title": _beginning,
    "two pieces of a title": _two_pieces,
    "sentence of the scope": _scope,
}
"""The behaviours that docs/ranking.md reports and that have a floor."""


# Softer ones, reported without a floor: the row that was meant, and rows that hold the pieces, are right.


def _traditional(corpus: Corpus, row: Row, chosen: random.Random) -> Made | None:
    made = _middle(corpus, row, chosen)
    text = corpus.traditional(made[0]) if made else ""
    return (text, made[1]) if made and text != made[0] else None


def _asked(corpus: Corpus, row: Row, chosen: random.Random) -> Made | None:
    made = _middle(corpus, row, chosen)
    frames = ("请问{}有什么标准", "{}的标准有哪些", "有没有关于{}的标准", "{}应该执行哪个标准")
    return (chosen.choice(frames).format(made[0]), made[1]) if made else None


def _stretches(row: Row) -> list[str]:
    return [piece for piece in re.split(r"\W+", row.title) if piece]


def _unpunctuated(corpus: Corpus, row: Row, _: random.Random) -> Made | None:
    text = "".join(_stretches(row))
    return (text, _graded(corpus.titles[row.title_plain])) if text != row.title else None


def _reordered(corpus: Corpus, row: Row, _: random.Random) -> Made | None:
    parts = _stretches(row)
    if len(parts) < 2 or min(map(len, parts)) < 3:
        return None
    return "".join(reversed(parts)), _holding(corpus, *parts)


def _mixed(corpus: Corpus, row: Row, _: random.Random) -> Made | None:
    latin = re.search(r"(?<![^\W\u4e00-\u9fff])[A-Za-z]{2,}(?![^\W\u4e00-\u9fff])", row.title)
    han = re.findall(r"[\u4e00-\u9fff]{4,}", row.title)
    if not latin or not han:
        return None
    run = re.compile(rf"(?<![^\W\u4e00-\u9fff]){latin[0].lower()}(?![^\W\u4e00-\u9fff])")
    holding = _holding(corpus, latin[0], han[-1][-4:])
    return f"{latin[0]} {han[-1][-4:]}", {p: g for p, g in holding.items() if run.search(corpus.rows[p].title_spoken)}


SOFTER: dict[str, Make] = {
    "traditional script": _traditional,
    "inside a question": _asked,
    "punctuation left out": _unpunctuated,
    "words reordered": _reordered,
    "Latin with Chinese": _mixed,
}
