"""The engine's calls, each handed to the index that it is about."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from search_service.engines.base import Ask, Document, Found, IndexInfo, IndexSchema, Tombstone, WriteReport
from search_service.engines.elastic.breaker import Unreachable
from search_service.engines.elastic.connection import Access, Connection
from search_service.engines.elastic.index import OpenIndex
from search_service.engines.elastic.indices import Indices, Unreadable
from search_service.engines.fields import Fields
from search_service.errors import Conflict, EngineUnavailable, NotFound

KNOWN_FOR: Final = 1.0
"""Seconds for which a process takes an index for the published one: a rebuild keeps the one before for much longer."""

Answer = TypeVar("Answer")


class ElasticEngine:
    """`search_service.engines.base.Engine` on a cluster, under one prefix (founding decision 4).

    Any number of processes may read and write.  A write is durable when it is acknowledged, and visible after
    `refresh`.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        access: Access | None = None,
        *,
        shards: int = 1,
        replicas: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Use the indices that begin with `prefix`; nothing is asked of the cluster yet.

        One shard holds ten million of our rows, and scores and facets are exact on one without further work.
        """
        self._connection = Connection(url, access, clock)
        self._indices = Indices(self._connection, prefix, shards=shards, replicas=replicas)
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, OpenIndex] = {}
        self._known: dict[str, tuple[str, float]] = {}

    def create(self, schema: IndexSchema, index: str) -> None:
        """Make an empty index.

        Raises:
            Conflict: the name is taken.
            DeclarationError: a field name is used twice or is one of ours.
        """
        self._indices.create(Fields(schema), index)

    def write(self, index: str, batch: Sequence[Document | Tombstone]) -> WriteReport:
        """See `Engine.write`; of several items of one id the newest counts."""
        return self._used(index, lambda opened: opened.writer.write(batch))

    def refresh(self, index: str) -> None:
        """See `Engine.refresh`."""
        self._used(index, OpenIndex.refresh)

    def prepare(self, index: str) -> None:
        """See `Engine.prepare`; here tokens are counted by the request that asks for them."""
        self._used(index, OpenIndex.count_frequencies)

    def publish(self, schema: IndexSchema, index: str) -> str | None:
        """See `Engine.publish`; the index may have been made with an earlier declaration of the same kind (rollback).

        Raises:
            NotFound: there is no such index.
            Conflict: it belongs to another kind.
        """
        opened = self._index(index)
        if opened.fields.declared.kind != schema.kind:
            raise Conflict(f"索引 {index} 属于类别 {opened.fields.declared.kind}，不能发布为 {schema.kind}。")
        opened.count_frequencies()
        before = self._indices.publish(schema.kind, index)
        self._remember(schema.kind, index)
        return before

    def published(self, kind: str) -> str | None:
        """See `Engine.published`; None also where the index cannot be read any more, so that it is rebuilt."""
        name = self._indices.published(kind)
        try:
            return name and self._index(name).name
        except (NotFound, Unreadable):
            return None

    def serving(self, kind: str) -> str | None:
        """See `Engine.serving`."""
        return self._published(kind)

    def state(self, kind: str) -> None:
        """See `Engine.state`: other processes write, and asking the cluster costs as much as searching."""
        del kind

    def search(self, kind: str, ask: Ask) -> Found:
        """See `Engine.search`."""
        return self._searched(kind, lambda index: index.search(ask))

    def suggest(self, kind: str, prefix: str, limit: int) -> Sequence[str]:
        """See `Engine.suggest`."""
        return self._searched(kind, lambda index: index.suggest(prefix, limit))

    def frequencies(self, kind: str, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        """See `Engine.frequencies`."""
        return self._searched(kind, lambda index: index.frequencies(field, tokens))

    def entries(self, index: str) -> Iterator[tuple[str, int]]:
        """See `Engine.entries`."""
        return self._index(index).entries()

    def list(self, kind: str) -> Sequence[IndexInfo]:
        """See `Engine.list`; an index that cannot be read has no documents."""
        published = self._indices.published(kind)
        found = []
        for name in self._indices.names(kind):
            with suppress(NotFound):  # dropped in this moment
                found.append(IndexInfo(name, self._documents(name), published=name == published))
        return found

    def drop(self, index: str) -> None:
        """Remove an index.

        Raises:
            NotFound: there is no such index.
            Conflict: it is published.
        """
        self._indices.remove(index)
        self._forget(index)

    def close(self) -> None:
        """See `Engine.close`; may be called twice, but nothing can be asked afterwards."""
        self._connection.close()

    def _searched(self, kind: str, use: Callable[[OpenIndex], Answer]) -> Answer:
        """Use the published index; if it is dropped meanwhile, the one that was published in its place."""
        name = self._published(kind)
        while True:
            if name is None:
                raise EngineUnavailable(f"类别 {kind} 还没有可用的索引，请先运行 zhixun index rebuild。")
            try:
                return self._used(name, use)
            except Unreachable:
                raise  # whoever waits has waited long enough
            except (NotFound, EngineUnavailable) as error:
                # A search that meets the end of its index may be told so, or only that a shard has failed.
                before, name = name, self._indices.published(kind)
                if name == before:
                    if not isinstance(error, NotFound):
                        raise
                    raise EngineUnavailable(
                        f"类别 {kind} 的索引 {name} 不存在，请运行 zhixun index rebuild 重建。",
                    ) from error
                self._remember(kind, name)

    def _published(self, kind: str) -> str | None:
        """As the cluster last told this process, at most `KNOWN_FOR` ago: asking each time would take a third more."""
        name, until = self._known.get(kind, ("", 0.0))
        if name and self._clock() < until:
            return name
        found = self._indices.published(kind)
        self._remember(kind, found)
        return found

    def _remember(self, kind: str, name: str | None) -> None:
        self._known[kind] = name or "", self._clock() + KNOWN_FOR

    def _documents(self, name: str) -> int:
        try:
            return self._used(name, OpenIndex.documents)
        except Unreadable:
            return 0

    def _used(self, name: str, use: Callable[[OpenIndex], Answer]) -> Answer:
        try:
            return use(self._index(name))
        except NotFound as error:
            self._forget(name)
            raise NotFound(f"没有名为 {name} 的索引；可用 zhixun index status 查看现有索引。") from error

    def _index(self, name: str) -> OpenIndex:
        """The index as it is known in this process; no other one uses the name of a dropped index again."""
        opened = self._open.get(name)
        if opened is None:
            opened = OpenIndex(self._connection, self._indices, name, self._clock)
            with self._lock:
                opened = self._open.setdefault(name, opened)
        return opened

    def _forget(self, name: str) -> None:
        with self._lock:
            self._open.pop(name, None)
