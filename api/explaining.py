"""An explanation of a search for people: the same words on the command line and on the staff's page (F6)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rich.markup import escape
from rich.table import Table

from api.terminal import add, out
from search_service.kinds.slots import ACTS
from search_service.search.explain import BANDS, STEPS, Explained, Explanation

MOST_PARTS = 12
"""Parts of a score shown for one hit: the rest are single words worth a point or two; JSON has all."""


class Line(NamedTuple):
    """A heading and its text."""

    name: str
    text: str


def summary(found: Explanation, labels: Mapping[str, str]) -> Iterator[Line]:
    """What was read out of the query, asked for, loosened, and how long it took."""
    for slot in found.answer.understood:
        yield Line(ACTS[slot.act], f"{slot.text} → {slot.label}")
    asked = dict.fromkeys(text for text in found.demanded.values() if text.strip())
    for text in asked:
        kinds = "、".join(labels[kind] for kind, demanded in found.demanded.items() if demanded == text)
        yield Line("要求含有", f"{text}({kinds})" if len(asked) > 1 else text)
    for said in found.answer.relaxed:
        yield Line("放宽", said)
    if versions := sorted(set(found.vocabulary.values())):
        yield Line("词表版本", "、".join(map(str, versions)))
    took = "、".join(f"{STEPS.get(step, step)} {spent:g}" for step, spent in found.took.items())
    yield Line("耗时(毫秒)", f"共 {found.answer.took_ms:g}:{took}")


def tier(hit: Explained) -> str:
    """The band of a hit, or what was loosened to find it."""
    return "、".join(hit.loosened) if hit.loosened else BANDS[hit.band]


def show_explained(found: Explanation, labels: Mapping[str, str]) -> None:
    """On the terminal."""
    for name, text in summary(found, labels):
        out.print(f"[bold]{escape(name)}[/] {escape(text)}")
    table = Table("类别", "名称", "档次", "分", "分从何来")
    for hit in found.hits:
        worth = "\n".join(f"{part.score:>8.2f}  {part.text}" for part in hit.parts[:MOST_PARTS])
        add(table, labels[hit.kind], hit.title, tier(hit), f"{hit.score:.2f}", worth)
    out.print(table)


def as_json(found: Explanation) -> dict[str, Any]:
    """The answer as always, and beside it how it came about."""
    return {
        **found.answer.to_json(),
        "explanation": {
            "demanded": dict(found.demanded),
            "vocabulary": dict(found.vocabulary),
            "took_ms": dict(found.took),
            "hits": [
                {
                    "kind": hit.kind,
                    "id": hit.id,
                    "band": hit.band,
                    "score": hit.score,
                    "loosened": list(hit.loosened),
                    "parts": [{"score": part.score, "text": part.text} for part in hit.parts],
                }
                for hit in found.hits
            ],
        },
    }
