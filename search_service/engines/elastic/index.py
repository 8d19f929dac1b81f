"""One index as this process knows it: its fields, and what is asked of it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from zlib import crc32

import orjson

from search_service.engines.base import SEQUENCE, Ask, Found
from search_service.engines.elastic import suggest
from search_service.engines.elastic.compiler import Clause, Compiler
from search_service.engines.elastic.connection import Connection, translated
from search_service.engines.elastic.counts import Counts
from search_service.engines.elastic.frequencies import FrequencyTable
from search_service.engines.elastic.hits import Hits, needs_scores
from search_service.engines.elastic.indices import Indices
from search_service.engines.elastic.schema import LIVING
from search_service.engines.elastic.writer import Writer
from search_service.engines.fields import Fields
from search_service.errors import EngineUnavailable, ZhixunError

PAGE: Final = 5_000
"""Entries read at a time: 20 ms of work for the cluster, half a megabyte."""
KEPT: Final = "1m"
"""How long the cluster keeps a state between two pages of entries."""
PATIENCE: Final = 1.9
"""Seconds: the cluster gives up a search just before we do, instead of working for nobody."""

Answer = Mapping[str, Any]


class OpenIndex:
    """Knows the declaration that an index was made with; holds nothing of its documents."""

    def __init__(
        self, connection: Connection, indices: Indices, name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._connection = connection
        self._place = indices.place(name)
        made = indices.made(name)
        self._shards = made.shards
        self.fields = Fields(made.schema)
        self._compiler = Compiler(self.fields)
        self._frequencies = FrequencyTable(self._ask_one, clock)
        self.writer = Writer(connection, self.fields, indices.target(name))

    def search(self, ask: Ask) -> Found:
        """Answer an ask from what was last refreshed."""
        for name in ask.facets:
            self.fields.facet(name)
        for name in ask.ticked:
            self.fields.keyword(name)
        if ask.order is not None:
            self.fields.number(ask.order.field)
        narrowing = [ask.filter, *ask.ticked.values()]
        if needs_scores(ask):
            query = self._compiler.ranked(ask.query, narrowing)
        else:
            query = self._compiler.matching([ask.query, *narrowing])
        hits, counts = Hits(ask, query), Counts(ask, self._compiler, self._shards)
        answers = self._ask([hits.request() | counts.beside(), *counts.apart()], ask.within)
        total, facets = counts.read(answers)
        return Found(total=total, hits=hits.read(answers[0], self._ask_one), facets=facets)

    def suggest(self, prefix: str, limit: int) -> Sequence[str]:
        """Completions of `prefix`."""
        request = suggest.request(self.fields.suggest(), prefix, limit, self._shards)
        return suggest.read(self._ask_one(request), prefix) if request else ()

    def frequencies(self, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        """How many documents had each token when it was last counted."""
        return self._frequencies.find(self.fields.text(field).name, tokens)

    def refresh(self) -> None:
        """Make all that any process wrote visible."""
        answer = self._connection.change(lambda client: client.indices.refresh(index=self._place))
        if answer["_shards"]["failed"]:
            raise EngineUnavailable(f"索引 {self.name} 的一部分暂时无法刷新，请稍后重试。", retry_after=1)
        if self._frequencies.outgrown(self.documents):
            self.count_frequencies()

    def count_frequencies(self) -> None:
        """Count tokens anew from now on."""
        self._frequencies.forget()

    def documents(self) -> int:
        """Living documents, tombstones left out."""
        answer = self._connection.change(lambda client: client.count(index=self._place, query=LIVING))
        return int(answer["count"])

    def entries(self) -> Iterator[tuple[str, int]]:
        """(id, seq) of every living document of one state."""
        opened = self._connection.change(
            lambda client: client.open_point_in_time(index=self._place, keep_alive=KEPT),
        )
        body: Clause = {"query": LIVING, "size": PAGE, "sort": "_shard_doc", "track_total_hits": False}
        body |= {"docvalue_fields": [SEQUENCE], "pit": {"id": opened["id"], "keep_alive": KEPT}}
        try:
            while True:
                hits = self._page(body)
                yield from ((hit["_id"], hit["fields"][SEQUENCE][0]) for hit in hits)
                if len(hits) < PAGE:
                    return
                body = body | {"search_after": hits[-1]["sort"]}
        finally:
            # The cluster forgets it in a minute anyway: an error here must not hide the one that ended the reading.
            with suppress(ZhixunError):
                self._connection.change(lambda client: client.close_point_in_time(id=opened["id"]))

    def _page(self, body: Clause) -> list[Answer]:
        answer = self._connection.change(lambda client: client.search(body=body))
        return list(answer["hits"]["hits"])

    def _ask_one(self, body: Clause) -> Answer:
        return self._ask([body])[0]

    def _ask(self, bodies: Sequence[Clause], within: float | None = None) -> Sequence[Answer]:
        """Several searches in one request; all or nothing, because half an answer would be counted wrongly."""
        answers = self._asked(bodies, within)
        if within is not None and any(answer["timed_out"] or answer["_shards"]["failed"] for answer in answers):
            raise EngineUnavailable("搜索服务没有及时答完，请稍后重试。", retry_after=1)
        return answers

    def _asked(self, bodies: Sequence[Clause], within: float | None) -> Sequence[Answer]:
        # The same query goes to the same copy of a shard: copies differ in what of deleted documents they still count.
        copy = str(crc32(orjson.dumps(bodies[0]["query"])))
        # Where somebody is in a hurry half an answer is told from a cluster that is ill, which fails the request.
        options: dict[str, Any] = {"preference": copy, "allow_partial_search_results": within is not None}
        if self._shards > 1:
            # Scores as over one shard: without it each shard counts its own documents for BM25.
            options["search_type"] = "dfs_query_then_fetch"
        patience = max(1, round(1000 * (PATIENCE if within is None else min(within, PATIENCE))))
        patient = [body | {"timeout": f"{patience}ms"} for body in bodies]
        if len(patient) == 1:
            found = self._connection.search(lambda client: client.search(index=self._place, body=patient[0], **options))
            return [found]
        searches = [line for body in patient for line in (options, body)]
        answers = self._connection.search(lambda client: client.msearch(index=self._place, searches=searches))
        for answer in answers["responses"]:
            if "error" in answer:
                raise translated(answer["status"], answer)
        return list(answers["responses"])
