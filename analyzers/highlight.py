"""Marks in the original text what a query matched: exact to the character, overlaps joined, safe as HTML (P10).

Matching happens on the folded text by whole units (analyzers/grams.py), so `計量` is marked for 计量, and `190011` is
not marked for 19001.  Every place is led back through the offset map of the fold, so ℃ or ㈱, which fold to several
characters, is marked whole or not at all.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

from analyzers.fold import fold_with_offsets
from analyzers.grams import HAN, Unit, units
from analyzers.standard_number import StandardNumber, find

Span = tuple[int, int]
"""A half-open range of the original text."""

MARK = ("<mark>", "</mark>")
# A quarter of an excerpt stands before its first mark, so that it does not begin in the middle of its thought.
_LEAD = 4
# Accents and variation selectors belong to the character before them.
_ATTACHED = frozenset({"Mn", "Me", "Mc"})
_ONLY_HAN = re.compile(f"[{HAN}]+")


def highlight(
    original: str,
    terms: Iterable[str],
    *,
    spans: Iterable[Span] = (),
    typing: bool = False,
    mark: tuple[str, str] = MARK,
) -> str:
    """`original` as HTML, everything escaped, each occurrence of a term and each given span between the two marks.

    `terms`, `spans` and `typing` as in `marked`; `mark` is trusted HTML.
    """
    return render(original, marked(original, terms, spans=spans, typing=typing), mark=mark)


def marked(original: str, terms: Iterable[str], *, spans: Iterable[Span] = (), typing: bool = False) -> list[Span]:
    """Where the terms occur, ascending, overlapping and touching places joined into one.

    Args:
        original: the text as stored.
        terms: folded words or chunks of the query.  Their units have to stand side by side as in the term; a space
            between two scripts is allowed (`rohs2.0` marks "RoHS 2.0", P13), and so is anything where the term itself
            has a gap.  A term without units marks nothing.
        spans: places that were found by other means, such as standard numbers in any spelling.
        typing: the last unit of a term may be the beginning of one, because it is still being typed.

    Raises:
        ValueError: a span lies outside of the text.
    """
    found = list(spans)
    for start, end in found:
        if not 0 <= start <= end <= len(original):
            raise ValueError(f"span {(start, end)} does not lie in a text of {len(original)} characters")
    folded = fold_with_offsets(original)
    others: dict[str, None] = {}
    for term in dict.fromkeys(terms):
        if _ONLY_HAN.fullmatch(term):
            found.extend(folded.span(start, start + len(term)) for start in _places(folded.text, term))
        else:
            others[term] = None
    if others:
        found.extend(folded.span(*place) for place in _occurrences(folded.text, others, typing=typing))
    return _joined(original, found)


def _places(text: str, term: str) -> Iterable[int]:
    """Where a term of Han characters stands: each is a unit, so it stands wherever it is part of the text."""
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)


def number_spans(original: str, wanted: Iterable[StandardNumber]) -> list[Span]:
    """Where the text names one of the numbers, in whatever spelling, to be given to `marked` as spans.

    A slot that the wanted number leaves open fits anything: `13456` fits any prefix, `GB/T 228.1` any edition and
    `GB/T 228` any part.  Near numbers and other years never fit (P3).
    """
    numbers = list(wanted)
    return [
        (found.start, found.end)
        for found in find(original)
        if any(_fits(reading, number) for reading in found.readings for number in numbers)
    ]


def _fits(reading: StandardNumber, wanted: StandardNumber) -> bool:
    return (
        wanted.bare_prefix in {"", reading.bare_prefix}
        and wanted.body in {reading.body, reading.stem}
        and wanted.year in {None, reading.year}
    )


def render(original: str, spans: Iterable[Span], *, mark: tuple[str, str] = MARK) -> str:
    """`original` as HTML with the given places marked; they ascend and do not overlap, as `marked` gives them."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += [escape(original[done:start]), mark[0], escape(original[start:end]), mark[1]]
        done = end
    pieces.append(escape(original[done:]))
    return "".join(pieces)


def excerpt(original: str, spans: Sequence[Span], *, length: int, mark: tuple[str, str] = MARK) -> str:
    """The part of at most `length` characters in which most is marked, as HTML, with … where something was left out.

    The first such part; the beginning of the text when nothing is marked.
    """
    if len(original) <= length:
        return render(original, spans, mark=mark)
    latest = len(original) - length
    starts = [min(max(start - length // _LEAD, 0), latest) for start, _ in spans] or [0]
    first = max(starts, key=lambda at: sum(max(0, min(end, at + length) - max(start, at)) for start, end in spans))
    last = first + length
    inside = [
        (max(start, first) - first, min(end, last) - first) for start, end in spans if start < last and end > first
    ]
    before = "…" if first else ""
    after = "…" if last < len(original) else ""
    return before + render(original[first:last], inside, mark=mark) + after


def _occurrences(folded: str, terms: Iterable[str], *, typing: bool) -> Iterable[Span]:
    """The folded places of the terms; of several terms that begin at one unit all are given, the longest wins later."""
    by_first: dict[str, list[tuple[Unit, ...]]] = defaultdict(list)
    typed: list[tuple[Unit, ...]] = []  # of one unit and still being typed: any unit may begin with it
    for term in terms:
        wanted = _wanted(term)
        if not wanted or wanted[0].text not in folded:
            continue
        if typing and len(wanted) == 1:
            typed.append(wanted)
        else:
            by_first[wanted[0].text].append(wanted)
    if not typed and not by_first:
        return
    text = units(folded)
    for at, unit in enumerate(text):
        for wanted in (*by_first.get(unit.text, ()), *typed):
            last = _stands_at(text, at, wanted, folded, typing=typing)
            if last is not None:
                yield unit.start, last


@lru_cache(1 << 10)  # the terms of one query are looked for in some thirty texts
def _wanted(term: str) -> tuple[Unit, ...]:
    return tuple(units(term))


def _stands_at(text: list[Unit], at: int, wanted: Sequence[Unit], folded: str, *, typing: bool) -> int | None:
    """Where the term that begins at unit `at` ends in the folded text; None when it does not stand there."""
    if at + len(wanted) > len(text):
        return None
    for offset, want in enumerate(wanted):
        have = text[at + offset]
        if offset and have.gap_before and not want.gap_before:
            before = text[at + offset - 1]
            if not folded[before.end : have.start].isspace() or _script(before) == _script(have):
                return None
        if have.text != want.text:
            last = offset == len(wanted) - 1
            if typing and last and have.text.startswith(want.text):
                return have.start + len(want.text)
            return None
    return text[at + len(wanted) - 1].end


def _script(unit: Unit) -> str:
    first = unit.text[0]
    if first.isdecimal():
        return "digit"
    # Everything from 々 on that is a unit of its own: kana and Hangul come out as Han, which only makes us stricter.
    return "han" if first >= "々" else "letter"


def _joined(original: str, spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, found_end in sorted(spans):
        end = found_end
        if start == end:
            continue
        while end < len(original) and unicodedata.category(original[end]) in _ATTACHED:
            end += 1
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
