"""The one writer of an index: external versions, commits, and the lock against other processes."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import tantivy
from tantivy import DocAddress, IndexWriter, Query, Searcher

from search_service.engines.base import IDENTIFIER, SEQUENCE, Document, Refusal, Tombstone, WriteReport
from search_service.engines.embedded.document import tantivy_document
from search_service.engines.fields import Fields
from search_service.engines.fitting import Unfit
from search_service.errors import EngineUnavailable

HEAP: Final = 256_000_000
"""Bytes collected at most before a segment is written: about 80,000 of our rows.  With 64 MB a rebuild of 100,000
leaves six segments instead of one, and each search takes half as long again; single changes use a few kB of it."""
PENDING: Final = 100_000
"""Writes after which we commit unasked, because the sequence of every uncommitted document is kept in memory."""

_Accepted = tuple[int, "tantivy.Document | Refusal"]


class Writer:
    """Opened by the first write, which takes the index's lock, and kept until `close`."""

    def __init__(
        self,
        index: tantivy.Index,
        fields: Fields,
        name: str,
        searcher: Callable[[], Searcher],
    ) -> None:
        self._index = index
        self._schema = index.schema
        self._fields = fields
        self._name = name
        self._searcher = searcher
        self._lock = threading.Lock()
        self._writer: IndexWriter | None = None
        self._pending: dict[str, int] = {}
        self._failures = 0
        # Of each thread: how many failures there had been when it wrote what it has not committed yet.
        self._begun = threading.local()

    def write(self, batch: Sequence[Document | Tombstone]) -> WriteReport:
        """Add what is not older than what is there, committed or not; visible and durable only after `commit`.

        Of several items of one id in a batch the newest counts, among equals the last.

        Raises:
            EngineUnavailable: another process writes this index, or the disk refuses.
        """
        newest: dict[str, _Accepted] = {}
        for item in batch:
            if item.id not in newest or item.seq >= newest[item.id][0]:
                newest[item.id] = item.seq, self._made(item)
        with self._lock:
            report = self._add(newest)
            self._begun.at = getattr(self._begun, "at", self._failures)
            return report

    def commit(self) -> None:
        """Make durable and visible what was written.

        Raises:
            EngineUnavailable: the disk refuses, or a failure, of another thread's write, too, threw away what this
                thread wants committed.
        """
        with self._lock:
            if getattr(self._begun, "at", self._failures) < self._failures:
                del self._begun.at
                raise EngineUnavailable(f"索引 {self._name} 先前的写入失败，尚未提交的内容已丢弃，请重新写入。")
            self._commit()
            vars(self._begun).clear()

    def take_lock(self) -> None:
        """Make sure that no other process writes this index.

        Raises:
            EngineUnavailable: one does.
        """
        with self._lock:
            self._open()

    def close(self) -> None:
        """Give back the lock; what was not committed is gone, as after a crash."""
        with self._lock:
            if self._writer is not None:
                if self._pending:
                    self._writer.rollback()
                self._writer.wait_merging_threads()
            self._writer = None
            self._pending.clear()

    def _made(self, item: Document | Tombstone) -> tantivy.Document | Refusal:
        try:
            return tantivy_document(self._schema, self._fields, item)
        except Unfit as error:
            return Refusal(id=item.id, reason=str(error), retry=False)

    def _add(self, newest: dict[str, _Accepted]) -> WriteReport:
        writer = self._open()
        stored = self._stored(list(newest))
        written, newer, refused = [], [], []
        try:
            for key, (seq, made) in newest.items():
                if isinstance(made, Refusal):
                    refused.append(made)
                elif seq < stored.get(key, seq):
                    newer.append(key)
                else:
                    if key in stored:
                        writer.delete_documents_by_term(IDENTIFIER, key)
                    writer.add_document(made)
                    self._pending[key] = seq
                    written.append(key)
        except (ValueError, RuntimeError, OSError) as error:
            raise self._abandoned() from error
        if len(self._pending) >= PENDING:
            self._commit()
        return WriteReport(written=tuple(written), newer=tuple(newer), refused=tuple(refused))

    def _stored(self, keys: list[str]) -> dict[str, int]:
        """The sequence of each document that is there, the uncommitted state before the committed."""
        stored = {key: self._pending[key] for key in keys if key in self._pending}
        searcher = self._searcher()
        if not searcher.num_docs:
            return stored
        # One by one: for a set of terms tantivy walks through the dictionary, which for one takes twenty times as long
        # and for a batch still twice.
        addresses: list[DocAddress] = []
        for key in keys:
            if key not in stored:
                query = Query.term_query(self._schema, IDENTIFIER, key, index_option="basic")
                addresses += [address for _, address in searcher.search(query, limit=1, count=False).hits]
        stored.update(sequences(searcher, addresses))
        return stored

    def _open(self) -> IndexWriter:
        if self._writer is None:
            try:
                # One thread: a second one would only take the other core from searches.
                self._writer = self._index.writer(heap_size=HEAP, num_threads=1)
            except (ValueError, OSError) as error:
                if "LockBusy" in str(error):
                    raise EngineUnavailable(
                        f"索引 {self._name} 正由另一个进程写入（同一时间只能有一个写入者）；检索不受影响。"
                        "请等它结束，或停止那个进程后重试。",
                    ) from error
                raise EngineUnavailable(f"索引 {self._name} 无法写入，请检查磁盘空间和目录权限。") from error
        return self._writer

    def _commit(self) -> None:
        if self._writer is None or not self._pending:
            return
        try:
            self._writer.commit()
        except (ValueError, RuntimeError, OSError) as error:
            raise self._abandoned() from error
        # The reader must know the commit before the sequences in memory are forgotten.
        self._searcher()
        self._pending.clear()

    def _abandoned(self) -> EngineUnavailable:
        """A writer that has failed once cannot go on; the next write opens another at the last commit."""
        self._failures += 1
        self._pending.clear()
        failed, self._writer = self._writer, None
        if failed is not None:
            # Ends it and frees the lock even while a traceback still holds the object; it may fail once more.
            with suppress(ValueError, RuntimeError, OSError):
                failed.wait_merging_threads()
        return EngineUnavailable(f"索引 {self._name} 写入失败，请检查磁盘空间；未提交的内容需要重新写入。")


def sequences(searcher: Searcher, addresses: list[DocAddress]) -> Iterator[tuple[str, int]]:
    """(id, seq) of each document."""
    marks = searcher.fast_field_values(SEQUENCE, addresses)
    for address, mark in zip(addresses, marks, strict=True):
        yield str(searcher.doc(address).get_first(IDENTIFIER)), int(mark or 0)
