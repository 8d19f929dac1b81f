"""In how many documents each token stands, asked of the cluster when first needed and then kept for a while.

The formula scores the 20 rarest words and bigrams of a query (``docs/ranking.md``).  Which ones these are must not
change with every write, so a count is remembered until the index is published again or has doubled, and ten minutes
at most, because a process that only reads is not told of either.  The embedded engine counts its whole dictionary
when it publishes; a cluster cannot list a text field's dictionary unless all of it is loaded into its heap.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from search_service.engines.elastic.compiler import Clause
from search_service.engines.elastic.document import stored_token
from search_service.engines.elastic.schema import LIVING
from search_service.engines.fitting import encodable

LONGEST: Final = 600.0
"""Seconds."""
MOST: Final = 1 << 16
"""Tokens remembered: those of a thousand long queries, some 10 MB."""

Ask = Callable[[Clause], Mapping[str, Any]]


class FrequencyTable:
    """The counted tokens of one index; empty until the first is asked for."""

    def __init__(self, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], int] = {}
        self._documents: int | None = None
        self._until = 0.0

    def find(self, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        """The count of each token, 0 for one that no document has."""
        if self._clock() >= self._until or len(self._counts) > MOST:
            self.forget()
        with self._lock:
            counts = self._counts
        unknown = [token for token in dict.fromkeys(tokens) if (field, token) not in counts and encodable(token)]
        if unknown:
            counted, documents = self._count(field, unknown)
            with self._lock:
                counts.update({(field, token): count for token, count in zip(unknown, counted, strict=True)})
                self._documents = documents if self._documents is None else self._documents
        return {token: counts.get((field, token), 0) for token in tokens}

    def outgrown(self, documents: Callable[[], int]) -> bool:
        """Whether an index of which something was counted has doubled since; it is only looked at if so."""
        return self._documents is not None and documents() >= max(2 * self._documents, 1)

    def forget(self) -> None:
        """Count anew what is asked for from now on."""
        with self._lock:
            self._counts = {}
            self._documents = None
            self._until = self._clock() + LONGEST

    def _count(self, field: str, tokens: Sequence[str]) -> tuple[list[int], int]:
        """All in one request: each is read off the index's dictionary, without a walk through documents."""
        filters = [{"term": {field: stored_token(token)}} for token in tokens]
        answer = self._ask(
            {
                "query": LIVING,
                "size": 0,
                "track_total_hits": True,
                "aggs": {"tokens": {"filters": {"filters": filters}}},
            },
        )
        found = answer["aggregations"]["tokens"]["buckets"]
        return [int(bucket["doc_count"]) for bucket in found], int(answer["hits"]["total"]["value"])
