"""A whole service with the real standards in it, or with the sample where they are absent; made once in a run."""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from elasticsearch import Elasticsearch
from sqlalchemy import select

from api import wiring
from api.settings import Settings
from api.wiring import Services
from bench.speed.rows import SAMPLE, TABLE
from search_service.records.interchange import load
from search_service.store.standard import Standard

_FOLDER = tempfile.TemporaryDirectory(prefix="bench")


given: list[Path] = []
"""A data folder that stays (`--data`): loading the real standards takes a minute or two, and is done once in it."""


@cache
def data_dir() -> Path:
    """A data folder with everything indexed."""
    folder = given[0] if given else Path(_FOLDER.name) / "data"
    services = wiring.build(Settings(data_dir=folder))
    with services.database.read() as session:
        empty = session.scalar(select(Standard.id).limit(1)) is None
    if empty:
        load(services.database, [*sorted(SAMPLE.glob("*.jsonl")), *([TABLE] if TABLE.exists() else [])])
    wiring.bring_up_to_date(services)
    services.close()
    return folder


ELASTICSEARCH = "ZHIXUN_TEST_ELASTICSEARCH_URL"
"""Where `scripts/services env` names one."""


def engines() -> list[str]:
    """Those that can be measured here."""
    return ["embedded", "elastic"] if ELASTICSEARCH in os.environ else ["embedded"]


def copied(to: Path, engine: str = "embedded") -> Services:
    """A service of one's own, for changes; SQLite and everything in this process, whichever the engine."""
    shutil.copytree(data_dir(), to)
    os.sync()  # or writing out the copy would be measured
    if engine == "embedded":
        return wiring.build(Settings(data_dir=to))
    address = {"elasticsearch_url": os.environ[ELASTICSEARCH], "index_prefix": f"bench{os.getpid()}"}
    services = wiring.build(Settings(data_dir=to, engine="elastic", **address))
    wiring.bring_up_to_date(services)
    return services


def close(services: Services) -> None:
    """Let go of it, and of what it left in a cluster."""
    services.close()
    if services.settings.engine == "elastic":
        with Elasticsearch(os.environ[ELASTICSEARCH]) as client:
            for name in client.indices.get(index=f"{services.settings.index_prefix}-*"):
                client.indices.delete(index=name)


def size(services: Services) -> str:
    """What is in it."""
    counts = {
        kind.label: info.documents
        for kind in services.registry.kinds
        for info in services.engine.list(kind.name)
        if info.published
    }
    return "、".join(f"{label} {count:,}" for label, count in counts.items())
