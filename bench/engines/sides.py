"""Both engines on the same documents: how long they took to take them in, and how much room they need."""

import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from elasticsearch import Elasticsearch

from search_service.engines.base import Document, Engine, IndexSchema
from search_service.engines.elastic import ElasticEngine
from search_service.engines.embedded import EmbeddedEngine

BATCH = 5_000
INDEX = "rows"


@dataclass
class Side:
    """One engine; `settle` ends what it still does behind the scenes, `bytes_used` looks at its files."""

    name: str
    engine: Engine
    settle: Callable[[], object]
    bytes_used: Callable[[], int]
    seconds: float = 0.0

    def take(self, documents: Iterable[Document]) -> None:
        """A part of the rows; making them is not counted."""
        batch = list(documents)
        began = time.perf_counter()
        assert not self.engine.write(INDEX, batch).refused
        self.seconds += time.perf_counter() - began


@contextmanager
def both(url: str, schema: IndexSchema, documents: Iterable[Document]) -> Iterator[list[Side]]:
    """Filled, published, settled; gone at the end."""
    with ExitStack() as held:
        sides = [held.enter_context(_embedded()), held.enter_context(_elastic(url))]
        for side in sides:
            side.engine.create(schema, INDEX)
        waiting = iter(documents)
        while batch := list(islice(waiting, BATCH)):
            for side in sides:
                side.take(batch)
        for side in sides:
            began = time.perf_counter()
            side.engine.refresh(INDEX)
            side.seconds += time.perf_counter() - began
            side.settle()
            side.engine.publish(schema, INDEX)
        yield sides


@contextmanager
def _embedded() -> Iterator[Side]:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        engine = EmbeddedEngine(Path(folder))
        files = Path(folder).rglob
        yield Side("embedded", engine, lambda: None, lambda: sum(f.stat().st_size for f in files("*") if f.is_file()))
        engine.close()


@contextmanager
def _elastic(url: str) -> Iterator[Side]:
    prefix = f"bench-{secrets.token_hex(6)}"
    place = f"{prefix}-{INDEX}"
    with Elasticsearch(url, request_timeout=600) as client:
        engine = ElasticEngine(url, prefix)

        def settle() -> None:
            client.indices.forcemerge(index=place, max_num_segments=1)
            client.indices.refresh(index=place)

        def bytes_used() -> int:
            return int(client.indices.stats(index=place)["_all"]["primaries"]["store"]["size_in_bytes"])

        try:
            yield Side("elastic", engine, settle, bytes_used)
        finally:
            engine.close()
            client.indices.delete(index=place, ignore_unavailable=True)
