"""A whole service with a million standards and the shipped sample around them, on either engine."""

import pickle
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from elasticsearch import Elasticsearch
from sqlalchemy import insert, select

from api import wiring
from api.settings import Settings
from api.wiring import Services
from bench.million.making import SEQUENCE, Piece, made, read
from bench.speed.pipeline import STANDARD
from bench.speed.rows import SAMPLE
from indexers.documents import build, schema_of
from search_service.engines.base import Document, Engine, Tombstone
from search_service.kinds.base import Kind
from search_service.records.interchange import load
from search_service.store.journal import IndexState
from search_service.store.session import Database
from search_service.store.standard import Standard

BATCH = 2_000
"""Documents of one request: 4 MB."""
WRITERS = 2
"""Requests at once: a cluster takes in each with one core."""
INDEX = "million"
FILLED, PIECES, PREFIX = "filled", "pieces", "elastic-prefix"
"""In the data folder: which files the database and the index have, the files, and where in the cluster they are."""


def filled(folder: Path, count: int) -> Path:
    """A data folder with so many standards, indexed by the embedded engine; what is there is used again.

    The sample comes the usual way.  A million rows would take half an hour that way, most of it for marks, audit and
    checks: they go into the tables and into the published index as a drain leaves them.
    """
    marker = folder / FILLED
    if marker.exists():
        return folder
    services = wiring.build(Settings(data_dir=folder))
    load(services.database, sorted(SAMPLE.glob("*.jsonl")))
    wiring.bring_up_to_date(services)
    services.close()  # no thread or connection of it may be there when processes are forked
    paths = made(folder / PIECES, count, services.database.now())
    services = wiring.build(Settings(data_dir=folder))
    index = services.engine.published(STANDARD.name)
    assert index is not None
    with services.database.read() as session:
        keys = set(session.scalars(select(Standard.number_key)))
    for path in paths:
        piece = _unknown(read(path), keys)
        path.write_bytes(pickle.dumps(tuple(piece), pickle.HIGHEST_PROTOCOL))  # the other side gets the same
        _store(services.database, piece)
        _write(services.engine, index, piece.documents)
    services.engine.refresh(index)
    services.engine.prepare(index)
    services.close()
    marker.write_text("\n".join(path.name for path in paths), encoding="utf-8")
    return folder


def _unknown(piece: Piece, keys: set[str]) -> Piece:
    """Without the numbers that somebody has: the real table has some twice, as they are read."""
    kept = Piece([], [])
    for row, document in zip(*piece, strict=True):
        if row["number_key"] not in keys:
            keys.add(row["number_key"])
            kept.rows.append(row)
            kept.documents.append(document)
    return kept


def _store(database: Database, piece: Piece) -> None:
    """Rows, and their marks as they are when the index has them."""
    now = database.now()
    mark = {"kind": STANDARD.name, "seq": SEQUENCE, "done_seq": SEQUENCE, "available_at": now, "due_since": now}
    marks = [{**mark, "entity_id": row["id"], "attempts": 0} for row in piece.rows]
    with database.write(durable=False) as session:
        connection = session.connection()
        connection.execute(insert(Standard.__table__), piece.rows)
        connection.execute(insert(IndexState.__table__), marks)


def _write(engine: Engine, index: str, documents: Sequence[Document | Tombstone]) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        batches = [documents[at : at + BATCH] for at in range(0, len(documents), BATCH)]
        for report in pool.map(lambda batch: engine.write(index, batch), batches):
            assert not report.refused, report.refused[:3]


@contextmanager
def embedded(folder: Path) -> Iterator[Services]:
    """The service on the folder itself."""
    services = wiring.build(Settings(data_dir=folder))
    yield services
    services.close()


@contextmanager
def elastic(folder: Path, url: str, *, keep: bool) -> Iterator[Services]:
    """The same database and the same documents behind Elasticsearch, merged to one segment as a settled index is.

    With `keep` they stay in the cluster, under the prefix that the folder remembers, and are used again.
    """
    remembered = folder / PREFIX
    prefix = remembered.read_text("utf-8") if remembered.exists() else f"bench-{secrets.token_hex(6)}"
    services = wiring.build(Settings(data_dir=folder, engine="elastic", elasticsearch_url=url, index_prefix=prefix))
    try:
        if services.engine.published(STANDARD.name) is None:
            remembered.write_text(prefix, encoding="utf-8")
            _fill_elastic(services, folder, url, prefix)
        yield services
    finally:
        services.close()
        if not keep:
            dropped(url, prefix)
            remembered.unlink(missing_ok=True)


def _fill_elastic(services: Services, folder: Path, url: str, prefix: str) -> None:
    for kind in services.registry.kinds:
        index = f"{kind.name}-{INDEX}"
        services.engine.create(schema_of(kind), index)
        pieces = (folder / FILLED).read_text("utf-8").split() if kind is STANDARD else []
        _write(services.engine, index, _sample(services.database, kind, apart=bool(pieces)))
        for name in pieces:
            _write(services.engine, index, read(folder / PIECES / name).documents)
        services.engine.refresh(index)
    with Elasticsearch(url, request_timeout=900) as client:
        client.indices.forcemerge(index=f"{prefix}-*", max_num_segments=1)
        client.indices.refresh(index=f"{prefix}-*")
    for kind in services.registry.kinds:
        services.engine.publish(schema_of(kind), f"{kind.name}-{INDEX}")


def _sample(database: Database, kind: Kind, *, apart: bool) -> list[Document | Tombstone]:
    """The rows that came the usual way; `apart`: others of the kind were made, after them."""
    rows = select(kind.model).options(*kind.document_loads()).order_by(kind.model.id)
    if apart:
        rows = rows.limit(sum(1 for _ in (SAMPLE / f"{kind.plural}.jsonl").open(encoding="utf-8")))
    with database.read() as session:
        return [build(kind, row, SEQUENCE, database.now()) for row in session.scalars(rows)]


def dropped(url: str, prefix: str) -> None:
    """Everything under a prefix of ours is gone."""
    assert prefix.startswith("bench-")
    with Elasticsearch(url, request_timeout=60) as client:
        if names := list(client.indices.get(index=f"{prefix}-*", expand_wildcards="all")):
            client.indices.delete(index=names)
