"""The engine's calls, each handed to the index that it is about."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import tantivy

from search_service.engines.base import Ask, Document, Found, IndexInfo, IndexSchema, Tombstone, WriteReport
from search_service.engines.embedded.index import OpenIndex
from search_service.engines.embedded.indices import Indices, Unreadable
from search_service.engines.embedded.schema import tantivy_schema
from search_service.engines.embedded.suggest import Suggester
from search_service.engines.fields import Fields
from search_service.errors import Conflict, EngineUnavailable, NotFound

Answer = TypeVar("Answer")


class EmbeddedEngine:
    """`search_service.engines.base.Engine` on files under one directory (founding decision 4).

    Any number of processes may read; each index has one writing process at a time, the first that writes until it
    closes.  `write` alone is neither visible nor durable: a mark is done after `refresh`.
    """

    def __init__(
        self,
        path: Path,
        *,
        suggest_age: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Use `path`, made if need be; completions are at most about `suggest_age` seconds behind the index.

        One second, because listing 100,000 of them takes 0.05 s and nobody sees a new name earlier anyway.
        """
        self._indices = Indices(path)
        self._suggest_age = suggest_age
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, OpenIndex] = {}

    def create(self, schema: IndexSchema, index: str) -> None:
        """Make an empty index.

        Raises:
            Conflict: the name is taken.
            DeclarationError: a field name is used twice or is one of ours.
        """
        fields = Fields(schema)
        with self._indices.changing(), self._indices.creating(schema, index) as place:
            tantivy.Index(tantivy_schema(fields), path=str(place))

    def write(self, index: str, batch: Sequence[Document | Tombstone]) -> WriteReport:
        """See `Engine.write`; of several items of one id the newest counts."""
        return self._index(index).writer.write(batch)

    def refresh(self, index: str) -> None:
        """See `Engine.refresh`; what was written is durable from here on."""
        self._index(index).refresh()

    def prepare(self, index: str) -> None:
        """See `Engine.prepare`; 0.7 s for the words of 100,000 standards."""
        self._index(index).prepare()

    def publish(self, schema: IndexSchema, index: str) -> str | None:
        """See `Engine.publish`; the index may have been made with an earlier declaration of the same kind (rollback).

        Raises:
            NotFound: there is no such index.
            Conflict: it belongs to another kind.
        """
        opened = self._index(index)
        if opened.fields.declared.kind != schema.kind:
            raise Conflict(f"索引 {index} 属于类别 {opened.fields.declared.kind}，不能发布为 {schema.kind}。")
        if not opened.prepared:
            opened.prepare()
        with self._indices.changing():
            if self._indices.stamp(index) is None:
                raise NotFound(f"索引 {index} 已被删除，不能发布。")
            before = self._indices.published(schema.kind)
            self._indices.publish(schema.kind, index)
        opened.prepared = False
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
        return self._indices.published(kind)

    def state(self, kind: str) -> Hashable:
        """See `Engine.state`."""
        return self._searched(kind, lambda index: (index.name, index.snapshot().stamp))

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
            EngineUnavailable: another process is writing it.
        """
        kind = self._indices.kind(index)
        with self._indices.changing():
            if self._indices.published(kind) == index:
                raise Conflict(f"索引 {index} 正在为 {kind} 提供检索，不能删除；请先发布另一个索引。")
            with suppress(Unreadable):  # nobody can be writing it
                opened = self._index(index)
                opened.writer.take_lock()
                self._forget(opened)
            self._indices.remove(index)

    def close(self) -> None:
        """See `Engine.close`; may be called twice, and what is asked afterwards opens the files again."""
        with self._lock:
            opened, self._open = list(self._open.values()), {}
        for index in opened:
            index.close()

    def _searched(self, kind: str, use: Callable[[OpenIndex], Answer]) -> Answer:
        """Use the published index; if it is dropped meanwhile, the one that was published in its place."""
        while True:
            name = self._indices.published(kind)
            if name is None:
                raise EngineUnavailable(f"类别 {kind} 还没有可用的索引，请先运行 zhixun index rebuild。")
            try:
                return use(self._index(name))
            except NotFound as error:
                if self._indices.published(kind) == name:
                    raise EngineUnavailable(
                        f"类别 {kind} 的索引 {name} 不存在，请运行 zhixun index rebuild 重建。",
                    ) from error

    def _documents(self, name: str) -> int:
        try:
            return self._index(name).snapshot().documents
        except Unreadable:
            return 0

    def _index(self, name: str) -> OpenIndex:
        """The index as it is open in this process; opened again if another process dropped and remade it."""
        opened = self._open.get(name)
        life = self._indices.stamp(name)
        if opened is not None and opened.life == life:
            return opened
        with self._lock:
            opened = self._open.get(name)
            if opened is not None and opened.life != life:
                del self._open[name]
                opened.close()
                opened = None
            if opened is None:
                suggester = Suggester(self._suggest_age, self._clock)
                opened = self._open[name] = OpenIndex(self._indices, name, suggester)
            return opened

    def _forget(self, opened: OpenIndex) -> None:
        with self._lock:
            self._open.pop(opened.name, None)
        opened.close()
