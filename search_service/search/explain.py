"""Why the results stand where they stand (F6): what was understood, what each part of a score is worth, what took long.

Nothing of an engine is asked but searches: each part of the formula by itself, among the hits of the page.  So the
explanation is the same on every engine, and its sum is the score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search_service.engines.base import IDENTIFIER, Ask, Engine
from search_service.query.describe import Part, band_and_rest, describe, parts
from search_service.query.nodes import Node, OneOf
from search_service.search.answer import Answer, Hit
from search_service.search.asked import Asked
from search_service.search.attempts import Attempts

STEPS = {
    "understand": "理解",
    "compile": "编译",
    "engine": "引擎",
    "present": "核对与展示",
    "facets": "分面",
}
BANDS = {"identifier": "编号相符", "exact_name": "名称相同", "all_words": "全部词语", "some_words": "部分词语"}
LEAST = 0.01
"""Scores are rounded to this."""


@dataclass(frozen=True, slots=True)
class Worth:
    """One part of a hit's score, in words."""

    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One hit: its band, its score inside of the band, and what that is made of, largest first.

    What a loosened search found has no parts: its score is that of another query.
    """

    kind: str
    id: str
    title: str
    band: str
    score: float
    parts: tuple[Worth, ...]
    loosened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, and how it came about; times in milliseconds."""

    answer: Answer
    demanded: Mapping[str, str]
    vocabulary: Mapping[str, int]
    hits: tuple[Explained, ...]
    took: Mapping[str, float]


def explain(engine: Engine, attempts: Attempts, asked: Asked, answer: Answer, took: Mapping[str, float]) -> Explanation:
    """Explain one answer; costs some fifty small searches a kind.

    Raises:
        EngineUnavailable: it cannot answer.
    """
    kinds = {kind.name: kind for kind in asked.checked.asked}
    compiled = attempts.compiled(asked)
    explained: dict[str, Explained] = {}
    for name in kinds:
        hits = [hit for hit in answer.hits if hit.kind == name]
        if hits:
            explained |= {one.id: one for one in _explained(engine, name, compiled[name].query, hits)}
    return Explanation(
        answer=answer,
        demanded={name: asked.reading.demanded(kind).text for name, kind in kinds.items()},
        vocabulary={name: asked.vocabularies[name].number for name in kinds},
        hits=tuple(explained[hit.id] for hit in answer.hits),
        took={name: round(seconds * 1000, 2) for name, seconds in took.items()},
    )


def _explained(engine: Engine, kind: str, query: Node, hits: Sequence[Hit]) -> list[Explained]:
    ids = tuple(hit.id for hit in hits if not hit.loosened)
    scores = _scores(engine, kind, query, ids)
    worth: dict[str, list[Worth]] = {i: [] for i in ids}
    for part in parts(query) if ids else ():
        for i, one in _best(engine, kind, part, ids).items():
            worth[i].append(one)
    found = []
    for hit in hits:
        band, rest = band_and_rest(scores.get(hit.id, 0.0))
        mine = tuple(sorted(worth.get(hit.id, ()), key=lambda part: -part.score))
        found.append(Explained(kind, hit.id, hit.title, band, round(rest, 2), mine, hit.loosened))
    return found


def _best(engine: Engine, kind: str, part: Part, ids: Sequence[str]) -> dict[str, Worth]:
    """Of every hit the option that counts."""
    best: dict[str, Worth] = {}
    for option in part.options:
        for i, score in _scores(engine, kind, option, ids).items():
            if score >= LEAST and (i not in best or score > best[i].score):
                best[i] = Worth(score, describe(option))
    # The band is told of the hit; only one part ever holds it.
    inside = {i: Worth(round(band_and_rest(one.score)[1], 2), one.text) for i, one in best.items()}
    return {i: one for i, one in inside.items() if one.score >= LEAST}


def _scores(engine: Engine, kind: str, query: Node, ids: Sequence[str]) -> dict[str, float]:
    found = engine.search(kind, Ask(query, filter=OneOf(IDENTIFIER, tuple(ids)), limit=max(1, len(ids))))
    return {hit.id: hit.score for hit in found.hits}
