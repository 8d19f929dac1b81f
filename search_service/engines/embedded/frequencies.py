"""In how many documents each token stands, as counted for one index generation and kept beside it.

The formula scores the 20 rarest words and bigrams of a query (``docs/ranking.md``).  Which ones these are must not
change with every write or between engines, so the counts are a snapshot, exact down to 1: were rare tokens rounded to
0, they could not be told from tokens that no document has, which match nothing and would crowd them out.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from tantivy import Query, Searcher

from search_service.engines.embedded.indices import Stamp, replace_file, stamp


class FrequencyTable:
    """The counted tokens of one index; empty until it is first counted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: Stamp | None = None
        self._documents = 0
        self._fields: dict[str, dict[str, int]] = {}

    def count(self, searcher: Searcher, fields: Sequence[str], documents: int) -> None:
        """Count every text field anew; about 0.3 s for 66,000 standards."""
        counted = {
            # The filter leaves out deleted documents that no merge has removed yet.
            field: dict(searcher.terms_with_prefix(field, "", filter_query=Query.all_query()))
            for field in fields
        }
        written = replace_file(self._path, orjson.dumps({"documents": documents, "fields": counted}))
        # Not read back: some MB of JSON stop every thread of the process for 0.1 s.
        self._documents, self._fields, self._stamp = documents, counted, written

    def outgrown(self, documents: int) -> bool:
        """Whether an index that was counted once has doubled since."""
        self._load()
        return self._stamp is not None and documents >= max(2 * self._documents, 1)

    def find(self, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        """The count of each token, 0 for one that no document had."""
        self._load()
        counts = self._fields.get(field, {})
        return {token: counts.get(token, 0) for token in tokens}

    def _load(self) -> None:
        """Read the file again if another process, or this one, has written it."""
        found = stamp(self._path)
        if found is None or found == self._stamp:
            return
        plain = orjson.loads(self._path.read_bytes())
        self._documents, self._fields, self._stamp = plain["documents"], plain["fields"], found
