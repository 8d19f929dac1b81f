"""A platform of many institutions with two hundred offers each, filled in bulk (`bench/matching/subjects.py`).

The sample, the standards, institutions and certificates come the usual way.  The offers would take hours that way, most
of it for marks, audit and checks: their documents are made on all cores, and rows and documents go into the tables and
into the published indices as a drain leaves them.
"""

import os
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, select

from api import wiring
from api.settings import Settings
from api.wiring import Services
from bench.matching.annexes import metering, metrology, testing
from bench.matching.subjects import editions, instruments, trades
from bench.speed.rows import SAMPLE, SEED, TABLE
from indexers.documents import build
from search_service.engines.base import Document
from search_service.kinds import REGISTRY
from search_service.records.interchange import load
from search_service.store import bulk
from search_service.store.authorisation import Authorisation, authorisation_certificate
from search_service.store.base import Base
from search_service.store.capability import Capability, capability_certificate
from search_service.store.division import Division
from search_service.store.ids import new_id
from search_service.store.institution import Certificate, Institution
from search_service.store.journal import IndexState
from search_service.store.session import Database

ACCREDITED = 0.4
"""Testing institutions with a second certificate."""
PIECE = 25
"""Institutions of one task: 5,000 rows, 20 MB with their documents."""
AHEAD = 4
"""Tasks that are made before they are taken."""
BATCH = 2_000
"""Documents of one write."""
SEQUENCE = 1
"""The mark of a row that was made and never changed."""
FILLED = "filled"
"""In the data folder: how many institutions it has."""

KINDS = CAPABILITY, AUTHORISATION = REGISTRY.kind("capability"), REGISTRY.kind("authorisation")
LINKED = {
    CAPABILITY.name: (capability_certificate, "cited"),
    AUTHORISATION.name: (authorisation_certificate, "regions"),
}
"""The table of certificates, and the relationship to rows of the row's own."""


class Piece(NamedTuple):
    """Rows by table, and documents by kind."""

    rows: dict[str, list[dict[str, Any]]]
    documents: dict[str, list[Document]]


def filled(folder: Path, institutions: int) -> Path:
    """A data folder with so many institutions, indexed by the embedded engine; what is there is used again.

    Filling that was broken off goes on; where there are fewer institutions, more are added.

    Raises:
        SystemExit: there are more.
    """
    marker = folder / FILLED
    there = int(marker.read_text("utf-8")) if marker.exists() else 0
    if there == institutions:
        return folder
    if there > institutions:
        raise SystemExit(f"{folder} has {there} institutions: name another folder for fewer")
    services = wiring.build(Settings(data_dir=folder))
    if not there:
        load(services.database, [*sorted(SAMPLE.glob("*.jsonl")), *([TABLE] if TABLE.exists() else [])])
    ids = _institutions(services.database, institutions)
    if _have_rows(services.database, ids[there : there + PIECE]):
        raise SystemExit(f"{folder}: filling it ended in the middle of a piece; remove it")
    wiring.bring_up_to_date(services)
    url = services.database.url
    services.close()  # no thread or connection of it may be there when processes are forked
    trades(), editions(), instruments()  # read before that, too
    tasks = [(at, ids[at : at + PIECE]) for at in range(there, len(ids), PIECE)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
        pieces = _few_ahead(pool, partial(_made, url), tasks)
        first = next(pieces)  # forked by now
        services = wiring.build(Settings(data_dir=folder))
        for (at, some), piece in zip(tasks, chain([first], pieces), strict=True):
            _store(services, piece)
            marker.write_text(str(at + len(some)), encoding="utf-8")
    for kind in KINDS:
        index = services.engine.published(kind.name)
        assert index is not None
        services.engine.prepare(index)
    services.close()
    return folder


def _have_rows(database: Database, ids: Sequence[UUID]) -> bool:
    with database.read() as session:
        return any(
            session.scalar(select(model.id).where(model.institution_id.in_(ids)).limit(1)) is not None
            for model in (Capability, Authorisation)
        )


def _few_ahead(
    pool: ProcessPoolExecutor, make: Callable[[tuple[int, list[UUID]]], Piece], tasks: Sequence[tuple[int, list[UUID]]]
) -> Iterator[Piece]:
    """In order; no more are made than are soon taken, or they would fill the memory."""
    waiting: deque[Future[Piece]] = deque()
    for task in tasks:
        waiting.append(pool.submit(make, task))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _institutions(database: Database, count: int) -> list[UUID]:
    """Institutions with their certificates, places as they come; in order, those that are there first."""
    with database.read() as session:
        places = sorted(session.scalars(select(Division.adcode).where(Division.valid_to.is_(None))))
        known = dict(session.execute(select(Institution.credit_code, Institution.id)).tuples().all())
    before = [known[code] for code in map(_code, range(count)) if code in known]
    pick = random.Random(f"{SEED} {len(before)}")
    with database.write(durable=False) as session:
        lists = ("former_names", "short_names", "display_certificates", "cases")
        names = {
            at: f"示例{at}号{'计量检定测试所' if metering(at) else '检测技术有限公司'}"
            for at in range(len(before), count)
        }
        ids = bulk.bulk_insert(
            session,
            Institution,
            [
                {
                    "name": name,
                    "name_key": name,
                    "credit_code": _code(at),
                    "division_adcode": pick.choice(places),
                    "business_kinds": ["metrology" if metering(at) else "testing"],
                    "status": "active",
                    "introduction": f"{name}的介绍" if pick.random() < 0.5 else None,
                    "phone": "029-00000000" if pick.random() < 0.7 else None,
                    **{column: [] for column in lists},
                }
                for at, name in names.items()
            ],
        )
        bulk.bulk_insert(
            session,
            Certificate,
            [
                {
                    "institution_id": one,
                    "nature": nature,
                    "number": f"{nature}{at}",
                    "number_key": f"{nature}{at}".lower(),
                    "valid_from": date(2024, 1, 1),
                    "valid_to": date(2026 + pick.randint(0, 4), 12, 31),
                    "regions": [],
                    "state": "valid",
                }
                for at, one in enumerate(ids, len(before))
                for nature in (("metrology",) if metering(at) else ("CMA", "CNAS"))
                if nature != "CNAS" or pick.random() < ACCREDITED
            ],
        )
    return before + ids


def _code(at: int) -> str:
    return f"9161{at:014d}"


def _made(url: str, task: tuple[int, list[UUID]]) -> Piece:
    """The rows of some institutions, and the documents of the same rows."""
    start, ids = task
    now = datetime.now(UTC)
    database = Database(url, lambda: now)
    own = REGISTRY.kind("institution")
    piece = Piece(defaultdict(list), defaultdict(list))
    with database.read() as session:
        query = select(Institution).where(Institution.id.in_(ids)).options(*own.document_loads())
        there = {row.id: row for row in session.scalars(query)}
        held: dict[UUID, list[Certificate]] = defaultdict(list)
        for one in session.scalars(select(Certificate).where(Certificate.institution_id.in_(ids))):
            held[one.institution_id].append(one)
        for at, one in enumerate(ids, start):
            pick = random.Random(f"{SEED} {at}")
            rows = metrology if metering(at) else testing
            for row in rows(pick, there[one], held[one]):
                _add(piece, row, now)
    database.close()
    return piece


def _add(piece: Piece, row: Any, now: datetime) -> None:
    kind = CAPABILITY if isinstance(row, Capability) else AUTHORISATION
    row.id, row.row_version, row.created_at, row.updated_at, row.state = new_id(), 1, now, now, "published"
    if kind is CAPABILITY:
        row.sort_order = 0
    kind.prepare(row)
    document = build(kind, row, SEQUENCE, now)
    assert isinstance(document, Document)
    piece.documents[kind.name].append(document)
    _keep(piece, row)
    links, children = LINKED[kind.name]
    piece.rows[links.name] += [{links.c[0].name: row.id, "certificate_id": c.id} for c in row.certificates]
    for child in getattr(row, children):
        setattr(child, f"{kind.name}_id", row.id)
        _keep(piece, child)
    mark = {"kind": kind.name, "seq": SEQUENCE, "done_seq": SEQUENCE, "available_at": now, "due_since": now}
    piece.rows[IndexState.__tablename__].append({**mark, "entity_id": row.id, "attempts": 0})


def _keep(piece: Piece, row: Any) -> None:
    table = row.__table__
    piece.rows[table.name].append({column.key: getattr(row, column.key) for column in table.columns})


def _store(services: Services, piece: Piece) -> None:
    with services.database.write(durable=False) as session:
        for name, rows in piece.rows.items():
            session.connection().execute(insert(Base.metadata.tables[name]), rows)
    for name, documents in piece.documents.items():
        index = services.engine.published(name)
        assert index is not None
        for at in range(0, len(documents), BATCH):
            report = services.engine.write(index, documents[at : at + BATCH])
            assert not report.refused, report.refused[:3]
        services.engine.refresh(index)
