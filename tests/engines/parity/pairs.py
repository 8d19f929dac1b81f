"""The same documents on both engines, and how far two answers agree."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from elasticsearch import Elasticsearch

from search_service.engines.base import Document, Engine, Found, IndexSchema, Tombstone
from search_service.engines.elastic import ElasticEngine
from search_service.engines.embedded import EmbeddedEngine
from tests.support.rooms import own_prefix
from tests.support.services import require

BATCH = 5_000
ROUNDING = 0.011
"""What two equal scores may differ by after rounding: one hundredth.

Both engines add 32-bit floats, but in an order of their own, so the last bit may differ, and a sum just at the middle
between two hundredths is rounded up by one and down by the other.
"""


@dataclass(frozen=True)
class Pair:
    """Both engines, filled alike."""

    embedded: Engine
    elastic: Engine
    merge: Callable[[str], None]
    """Make one segment of an index on the cluster."""

    def both(self) -> Iterator[Engine]:
        yield self.embedded
        yield self.elastic


@contextmanager
def pair(folder: Path, *, shards: int = 1) -> Iterator[Pair]:
    """Both engines, empty."""
    url = require("elasticsearch")
    with own_prefix(url) as prefix, Elasticsearch(url, request_timeout=60) as client:
        place = f"{prefix}parity"
        embedded, elastic = EmbeddedEngine(folder), ElasticEngine(url, place, shards=shards)

        def merge(index: str) -> None:
            client.indices.forcemerge(index=f"{place}-{index}", max_num_segments=1)
            client.indices.refresh(index=f"{place}-{index}")

        yield Pair(embedded, elastic, merge)
        embedded.close()
        elastic.close()


def fill(engine: Engine, schema: IndexSchema, documents: Sequence[Document | Tombstone]) -> str:
    """Make an index of documents and publish it."""
    index = f"{schema.kind}-1"
    engine.create(schema, index)
    write(engine, index, documents)
    engine.publish(schema, index)
    return index


def write(engine: Engine, index: str, documents: Sequence[Document | Tombstone]) -> None:
    """All of it, with one refresh at the end."""
    for start in range(0, len(documents), BATCH):
        assert not engine.write(index, documents[start : start + BATCH]).refused
    engine.refresh(index)


def same_order(one: Found, other: Found) -> bool:
    """The same documents in the same places, with the same scores but for `ROUNDING`."""
    pairs = list(zip(one.hits, other.hits, strict=True))
    return all(a.id == b.id and abs(a.score - b.score) < ROUNDING for a, b in pairs)
