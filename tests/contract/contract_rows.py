"""A small kind for the contract suite, and rows of it: hand-made ones and generated ones."""

from collections.abc import Mapping, Sequence
from random import Random

from search_service.engines.base import (
    Document,
    Engine,
    IndexSchema,
    KeywordField,
    NumberField,
    TextField,
    Tombstone,
)

SENTINEL = "\u0001"

SCHEMA = IndexSchema(
    kind="toy",
    texts=(TextField("body", positions=False), TextField("name", positions=True)),
    keywords=(
        KeywordField("region", facet=True),
        KeywordField("tag", facet=True),
        KeywordField("code"),
        KeywordField("title"),
    ),
    numbers=(NumberField("grade"), NumberField("since")),
    suggest="title",
)


def row(
    key: str,
    *,
    seq: int = 1,
    tie: str | None = None,
    texts: Mapping[str, str] | None = None,
    keywords: Mapping[str, Sequence[str]] | None = None,
    numbers: Mapping[str, int] | None = None,
) -> Document:
    """One row; whatever a test does not care about is filled in."""
    tokens = {"body": "", "name": ""} | dict(texts or {})
    return Document(
        id=key,
        seq=seq,
        tie=key if tie is None else tie,
        texts={field: f"{SENTINEL} {text}".strip() for field, text in tokens.items()},
        keywords=keywords or {},
        numbers={"grade": 0, "since": 0} | dict(numbers or {}),
    )


def fill(
    engine: Engine,
    batch: Sequence[Document | Tombstone],
    index: str = "toy-1",
    *,
    schema: IndexSchema = SCHEMA,
) -> str:
    """Make an index, write, refresh, publish."""
    engine.create(schema, index)
    report = engine.write(index, batch)
    assert not report.refused
    engine.refresh(index)
    engine.publish(schema, index)
    return index


WORDS = [f"w{number}" for number in range(60)]
WEIGHTS = [1 / (number + 1) for number in range(60)]
REGIONS = [f"省{number}" for number in range(12)]
TAGS = [f"标签{number}" for number in range(40)]


def generated(count: int, seed: int) -> list[Document]:
    """Rows whose words are as unevenly distributed as real ones, with many equals among their tie heads."""
    random = Random(seed)
    return [_generated(random, number) for number in range(count)]


def _generated(random: Random, number: int) -> Document:
    key = f"id-{number:05d}"
    tie = random.choice([f"{random.randrange(100):02d} {key}", f"同一个很长的名称 {key}", f"2020 {key}"])
    return row(
        key,
        seq=random.randrange(1, 100),
        tie=tie,
        texts={
            "body": " ".join(random.choices(WORDS, WEIGHTS, k=random.choice([1, 5, 10, 30, 90]))),
            "name": " ".join(random.choices(WORDS, WEIGHTS, k=random.randrange(1, 12))),
        },
        keywords={
            "region": [random.choice(REGIONS)],
            "tag": random.choices(TAGS, k=random.randrange(5)),
            "code": [f"c{random.randrange(400)}", f"d{number}"],
            "title": [f"名称{random.randrange(900)}"],
        },
        numbers={"grade": random.randrange(-3, 4), "since": random.randrange(-(10**12), 10**12)},
    )
