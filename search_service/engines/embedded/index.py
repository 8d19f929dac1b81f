"""One open index: its reader, kept at the newest commit of any process, and what belongs to it."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import tantivy
from tantivy import Query, Searcher

from search_service.engines.base import SEQUENCE, Ask, Found
from search_service.engines.embedded.compiler import Compiler
from search_service.engines.embedded.counts import Counts
from search_service.engines.embedded.frequencies import FrequencyTable
from search_service.engines.embedded.hits import Hits, counts_in_passing, needs_scores
from search_service.engines.embedded.indices import Indices, Stamp, Unreadable, stamp
from search_service.engines.embedded.schema import DEAD, DEAD_MARK, register
from search_service.engines.embedded.suggest import Suggester
from search_service.engines.embedded.values import Values
from search_service.engines.embedded.writer import Writer, sequences
from search_service.engines.fields import Fields
from search_service.errors import NotFound
from search_service.query.nodes import Everything


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the index, unchanged however long it is used."""

    searcher: Searcher
    compiler: Compiler
    stamp: Stamp
    tombstones: int

    @property
    def documents(self) -> int:
        """Living documents, tombstones left out."""
        return self.searcher.num_docs - self.tombstones


class OpenIndex:
    """An index as this process has it open."""

    def __init__(self, files: Indices, name: str, suggester: Suggester) -> None:
        self.name = name
        self.life = files.stamp(name)
        self.fields = Fields(files.schema(name))
        self._meta = files.library(name) / "meta.json"
        try:
            self._index = tantivy.Index.open(str(files.library(name)))
        except ValueError as error:
            raise Unreadable(f"索引 {name} 的文件无法打开，请运行 zhixun index rebuild 重建。") from error
        register(self._index)
        self._index.config_reader(reload_policy="manual")
        self._dead = Query.term_query(self._index.schema, DEAD, DEAD_MARK, index_option="basic")
        self._frequencies = FrequencyTable(files.frequencies(name))
        self._suggester = suggester
        self._values = Values()
        self._reloading = threading.Lock()
        self._snapshot = self._take()
        self.prepared = False
        """Since it was last published by this process."""
        self.writer = Writer(self._index, self.fields, name, lambda: self.snapshot().searcher)

    def snapshot(self) -> Snapshot:
        """The newest commit, whichever process made it: its file is looked at on every call (1.5 µs)."""
        current = self._snapshot
        if stamp(self._meta) == current.stamp:
            return current
        with self._reloading:
            if stamp(self._meta) != self._snapshot.stamp:
                self._snapshot = self._take()
            return self._snapshot

    def _take(self) -> Snapshot:
        # The stamp is read first: a commit in between makes us reload once more, never miss it.
        found = stamp(self._meta)
        if found is None:
            raise NotFound(f"索引 {self.name} 已被删除。")
        self._index.reload()
        searcher = self._index.searcher()
        counted = searcher.aggregate(self._dead, {"tombstones": {"value_count": {"field": SEQUENCE}}})
        tombstones = int(counted["tombstones"]["value"])
        compiler = Compiler(self._index.schema, self.fields, searcher, tombstones=tombstones > 0)
        return Snapshot(searcher, compiler, found, tombstones)

    def search(self, ask: Ask) -> Found:
        """Answer an ask from the newest commit."""
        for name in ask.facets:
            self.fields.facet(name)
        for name in ask.ticked:
            self.fields.keyword(name)
        if ask.order is not None:
            self.fields.number(ask.order.field)
        snapshot = self.snapshot()
        searcher, compiler = snapshot.searcher, snapshot.compiler
        by_score = needs_scores(ask)
        compiled = compiler.compiled(ask, ranked=by_score)
        query = compiled.query
        if by_score and query is not None and not ask.facets and counts_in_passing(ask):
            finding = Hits(searcher, compiler, query)
            total, hits = finding.find_counted(ask, count=True)
            compiled.every = finding.every
            return Found(total=total, hits=hits, facets={})
        counts = Counts(searcher, compiler, self._values)
        # Looking up a handful takes less than to search for it once more (0.1 instead of 1 ms at a million rows).
        if query is not None and compiled.every and ask.limit <= 0 and not ask.ticked:
            total, facets = counts.count(ask, compiler.these(Hits(searcher, compiler, query).ids(compiled.every)))
        else:
            total, facets = counts.count(ask, query)
        if query is None or ask.limit <= 0 or total == 0:
            return Found(total=total, hits=(), facets=facets)
        return Found(total=total, hits=Hits(searcher, compiler, query).find(ask), facets=facets)

    def suggest(self, prefix: str, limit: int) -> Sequence[str]:
        """Completions of `prefix`."""
        return self._suggester.find(self.snapshot().searcher, self.fields.suggest(), prefix, limit)

    def frequencies(self, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        """How many documents had each token at the last count."""
        return self._frequencies.find(self.fields.text(field).name, tokens)

    def refresh(self) -> None:
        """Make all that this process wrote visible, and take in what others committed."""
        self.writer.commit()
        documents = self.snapshot().documents
        if self._frequencies.outgrown(documents):
            self.count_frequencies()

    def count_frequencies(self) -> None:
        """Count all tokens of the newest commit."""
        snapshot = self.snapshot()
        self._frequencies.count(snapshot.searcher, list(self.fields.texts), snapshot.documents)

    def prepare(self) -> None:
        """Count all tokens before anybody asks for them."""
        self.count_frequencies()
        self.prepared = True

    def entries(self) -> Iterator[tuple[str, int]]:
        """(id, seq) of every living document of one commit."""
        snapshot = self.snapshot()
        if not snapshot.documents:
            return
        living = snapshot.compiler.matching([Everything()])
        assert living is not None
        found = snapshot.searcher.search(living, limit=snapshot.documents, count=False).hits
        yield from sequences(snapshot.searcher, [address for _, address in found])

    def close(self) -> None:
        """Let go of the writer; a search under way ends undisturbed."""
        self.writer.close()
