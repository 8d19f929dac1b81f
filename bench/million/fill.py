"""A whole service with a million standards and the shipped sample around them, on either engine."""

import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from elasticsearch import Elasticsearch
from sqlalchemy import delete, select

from api import wiring
from api.settings import Settings
from api.wiring import Services
from bench.speed.pipeline import STANDARD, standard
from bench.speed.rows import SAMPLE, Row, rows
from indexers.rebuild import rebuild
from search_service import kinds
from search_service.records.interchange import load
from search_service.store.journal import IndexJob, SearchIndex
from search_service.store.standard import Standard

BATCH = 5_000
SPARE = 5
"""One row of so many may be there twice."""


def filled(folder: Path, count: int) -> Path:
    """A data folder with so many standards, indexed by the embedded engine; what is there is used again."""
    services = wiring.build(Settings(data_dir=folder))
    load(services.database, sorted(SAMPLE.glob("*.jsonl")))
    with services.database.read() as session:
        keys = set(session.scalars(select(Standard.number_key)))
    there = len(keys)
    missing = islice(_unknown(rows(count + count // SPARE), keys), max(0, count - there))
    while batch := list(islice(missing, BATCH)):
        with services.database.write(durable=False) as session:
            session.add_all(batch)
    built = any(services.engine.published(kind.name) for kind in kinds.REGISTRY.kinds)
    wiring.bring_up_to_date(services)
    if built and there < count:  # what is drained leaves more segments than what a first start builds
        rebuild(services.database, services.engine, STANDARD, alone=True)
    services.close()
    return folder


def _unknown(wanted: Iterable[Row], keys: set[str]) -> Iterator[Standard]:
    """Standards whose numbers, as they are read, nobody has yet: the real table has some twice."""
    for row in wanted:
        made = standard(row)
        if made.number_key not in keys:
            keys.add(made.number_key)
            yield made


@contextmanager
def embedded(folder: Path) -> Iterator[Services]:
    """The service on the folder itself."""
    services = wiring.build(Settings(data_dir=folder))
    yield services
    services.close()


@contextmanager
def elastic(folder: Path, copy: Path, url: str) -> Iterator[Services]:
    """The same rows behind Elasticsearch, merged to one segment as a settled index is; gone at the end."""
    copy.mkdir(parents=True)
    shutil.copy(folder / "zhixun.db", copy / "zhixun.db")
    prefix = f"bench-{secrets.token_hex(6)}"
    services = wiring.build(Settings(data_dir=copy, engine="elastic", elasticsearch_url=url, index_prefix=prefix))
    try:
        with services.database.write() as session:
            session.execute(delete(SearchIndex), execution_options={"synchronize_session": False})
            session.execute(delete(IndexJob), execution_options={"synchronize_session": False})
        wiring.bring_up_to_date(services)
        with Elasticsearch(url, request_timeout=900) as client:
            client.indices.forcemerge(index=f"{prefix}-*", max_num_segments=1)
            client.indices.refresh(index=f"{prefix}-*")
        yield services
    finally:
        services.close()
        with Elasticsearch(url, request_timeout=60) as client:
            if names := list(client.indices.get(index=f"{prefix}-*", expand_wildcards="all")):
                client.indices.delete(index=names)
