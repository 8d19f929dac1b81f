"""One outcome for each document, whatever the cluster says of its neighbours or of the request."""

from collections.abc import Callable
from typing import Any

import pytest
from elastic_rows import SCHEMA, row
from elastic_stub import Stub, stub
from elasticsearch import Elasticsearch

from search_service.engines.base import WriteReport
from search_service.engines.elastic import ElasticEngine, writer
from search_service.engines.elastic.breaker import Unreachable
from search_service.engines.elastic.connection import Connection
from search_service.engines.elastic.writer import Writer
from search_service.engines.fields import Fields
from search_service.errors import NotFound

Items = Callable[[list[str]], tuple[int, dict[str, Any]]]
"""Ids of a bulk request → its reply."""


def written(ids: list[str], reply: Items) -> tuple[WriteReport, Stub]:
    """Write rows to a cluster that replies so."""

    def bulk(_: str, lines: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        return reply([line["index"]["_id"] for line in lines[::2]])

    with stub(bulk) as cluster:
        connection = Connection(cluster.url)
        try:
            return Writer(connection, Fields(SCHEMA), "p-toy-1.write").write([row(key) for key in ids]), cluster
        finally:
            connection.close()


def items(outcomes: dict[str, tuple[int, str]]) -> Items:
    """Those not named are written."""

    def reply(ids: list[str]) -> tuple[int, dict[str, Any]]:
        found = []
        for key in ids:
            status, kind = outcomes.get(key, (201, ""))
            error = {"error": {"type": kind, "reason": "because"}} if kind else {}
            found.append({"index": {"status": status, **error}})
        return 200, {"items": found}

    return reply


def test_every_document_has_an_outcome_of_its_own() -> None:
    report, _ = written(
        list("abcdefgh"),
        items(
            {
                "b": (409, "version_conflict_engine_exception"),
                "c": (429, "es_rejected_execution_exception"),
                "d": (503, "unavailable_shards_exception"),
                "e": (403, "cluster_block_exception"),
                "f": (400, "document_parsing_exception"),
                "g": (200, ""),
            }
        ),
    )
    assert (report.written, report.newer) == (("a", "g", "h"), ("b",))
    assert {refusal.id: refusal.retry for refusal in report.refused} == {"c": True, "d": True, "e": True, "f": False}
    reasons = {refusal.id: refusal.reason for refusal in report.refused}
    assert "document_parsing_exception" in reasons["f"]


def test_a_request_that_is_too_large_is_halved_until_it_fits() -> None:
    def at_most_three(ids: list[str]) -> tuple[int, dict[str, Any]]:
        return (413, {}) if len(ids) > 3 or "huge" in ids else items({})(ids)

    keys = [*"abcdefg", "huge", *"hij"]
    report, cluster = written(keys, at_most_three)
    assert sorted(report.written) == sorted(set(keys) - {"huge"})
    assert [(refusal.id, refusal.retry) for refusal in report.refused] == [("huge", False)]
    assert len(cluster.bulks()) < 2 * len(keys)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_cluster_is_a_reason_to_come_again(status: int) -> None:
    report, cluster = written(list("abc"), lambda _: (status, {}))
    assert [(refusal.id, refusal.retry) for refusal in report.refused] == [(key, True) for key in "abc"]
    assert len(cluster.asked) == 1


def test_a_request_has_a_bearable_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_DOCUMENTS", 4)
    _, cluster = written([f"{number}" for number in range(10)], items({}))
    assert [len(ids) for ids in cluster.bulks()] == [4, 4, 2]
    monkeypatch.setattr(writer, "MOST_BYTES", 400)
    _, cluster = written([f"{number}" for number in range(10)], items({}))
    assert max(len(ids) for ids in cluster.bulks()) < 4
    assert [key for ids in cluster.bulks() for key in ids] == [f"{number}" for number in range(10)]


def test_a_cluster_that_is_away_is_not_a_fault_of_documents() -> None:
    connection = Connection("http://127.0.0.1:1")
    with pytest.raises(Unreachable):
        Writer(connection, Fields(SCHEMA), "p-toy-1.write").write([row("a")])
    connection.close()


def test_a_late_write_does_not_bring_a_dropped_index_back(
    engine: ElasticEngine, client: Elasticsearch, prefix: str
) -> None:
    engine.create(SCHEMA, "toy-2")
    engine.write("toy-2", [row("a")])
    client.indices.delete(index=f"{prefix}-toy-2")
    with pytest.raises(NotFound, match="toy-2"):
        engine.write("toy-2", [row("b")])
    assert list(client.indices.get(index=f"{prefix}-*")) == [f"{prefix}-toy-1"]


def test_the_cluster_itself_refuses_what_no_declaration_has(engine: ElasticEngine) -> None:
    """Should our own check ever fail: the mapping is strict, so nothing unknown is stored on the side."""
    line = writer.bulk_lines(Fields(SCHEMA), row("a")).replace(b'"grade"', b'"grude"')
    report = writer._report(engine._index("toy-1").writer._send([("a", line)]))
    assert [(refusal.id, refusal.retry) for refusal in report.refused] == [("a", False)]
    assert "strict" in report.refused[0].reason
