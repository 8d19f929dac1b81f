"""The writes to one index: external versions, bulk requests of a bearable size, and one outcome for each document."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from search_service.engines.base import Document, Refusal, Tombstone, WriteReport
from search_service.engines.elastic.breaker import Unreachable
from search_service.engines.elastic.connection import BLOCKED, MISSING, TRANSIENT, Connection, Refused, translated
from search_service.engines.elastic.document import bulk_lines
from search_service.engines.fields import Fields
from search_service.engines.fitting import Unfit
from search_service.errors import EngineUnavailable

MOST_BYTES: Final = 5_000_000
MOST_DOCUMENTS: Final = 500
"""Of one request: a cluster answers it within a second, and what has to be sent again is little."""

LONGEST_REASON: Final = 300
"""Characters of what the cluster says: it may quote the document."""

_TOO_LARGE: Final = 413
_NEWER: Final = 409
_WRITTEN: Final = frozenset({200, 201})

_Lines = tuple[str, bytes]
"""The id of a document, and its two lines in a bulk request."""
_Outcome = tuple[str, bool] | Refusal
"""(id, whether it was written), else a newer one is there."""


class Writer:
    """Any number of processes may write: the cluster compares versions, and every write may be repeated."""

    def __init__(self, connection: Connection, fields: Fields, target: str) -> None:
        """Take the alias to write to: a missing alias is an error, a missing index would be made on the spot."""
        self._connection = connection
        self._fields = fields
        self._target = target

    def write(self, batch: Sequence[Document | Tombstone]) -> WriteReport:
        """Add what is not older than what is there; visible only after a refresh.

        Of several items of one id in a batch the newest counts, among equals the last.

        Raises:
            Unreachable: the cluster does not answer; some of the batch may be written, all of it may be sent again.
            NotFound: the index was dropped.
        """
        newest: dict[str, Document | Tombstone] = {}
        for item in batch:
            if item.id not in newest or item.seq >= newest[item.id].seq:
                newest[item.id] = item
        outcomes: list[_Outcome] = []
        lines: list[_Lines] = []
        for item in newest.values():
            try:
                lines.append((item.id, bulk_lines(self._fields, item)))
            except Unfit as error:
                outcomes.append(Refusal(item.id, str(error), retry=False))
        for chunk in _chunks(lines):
            outcomes += self._send(chunk)
        return _report(outcomes)

    def _send(self, chunk: Sequence[_Lines]) -> list[_Outcome]:
        """One request, or two halves of it if the cluster finds it too large."""
        try:
            answer = self._connection.write(
                lambda client: client.bulk(
                    index=self._target,
                    operations=[lines for _, lines in chunk],  # type: ignore[misc] # bytes are sent as they are
                    require_alias=True,
                    filter_path="items.*.status,items.*.error",
                ),
            )
        except Refused as refusal:
            if refusal.answered != _TOO_LARGE:
                raise
            if len(chunk) == 1:
                return [Refusal(chunk[0][0], "记录超过搜索服务一次接收的上限。", retry=False)]
            middle = len(chunk) // 2
            return self._send(chunk[:middle]) + self._send(chunk[middle:])
        except Unreachable:
            raise
        except EngineUnavailable as busy:
            return [Refusal(key, busy.detail, retry=True) for key, _ in chunk]
        return [_outcome(key, item["index"]) for (key, _), item in zip(chunk, answer["items"], strict=True)]


def _outcome(key: str, item: Mapping[str, Any]) -> _Outcome:
    status, error = int(item["status"]), item.get("error", {})
    if status in _WRITTEN:
        return key, True
    if status == _NEWER:
        return key, False
    if status == MISSING:
        raise translated(status, item)
    if status in TRANSIENT or error.get("type") == BLOCKED:
        return Refusal(key, "搜索服务暂时不能写入，稍后自动重试。", retry=True)
    reason = str(error.get("reason", ""))[:LONGEST_REASON]
    return Refusal(key, f"搜索服务不接受该记录（{error.get('type')}：{reason}）。", retry=False)


def _chunks(lines: Sequence[_Lines]) -> Iterator[list[_Lines]]:
    chunk: list[_Lines] = []
    size = 0
    for line in lines:
        if chunk and (len(chunk) == MOST_DOCUMENTS or size + len(line[1]) > MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += len(line[1])
    if chunk:
        yield chunk


def _report(outcomes: Sequence[_Outcome]) -> WriteReport:
    refused = tuple(outcome for outcome in outcomes if isinstance(outcome, Refusal))
    stored = [outcome for outcome in outcomes if not isinstance(outcome, Refusal)]
    return WriteReport(
        written=tuple(key for key, written in stored if written),
        newer=tuple(key for key, written in stored if not written),
        refused=refused,
    )
