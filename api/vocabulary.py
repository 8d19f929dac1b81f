"""Previews and what the API and the command line both say of the vocabulary."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from api.wiring import Services
from indexers import dictionaries
from indexers.preview import preview
from search_service.engines.base import Engine
from search_service.engines.embedded.engine import EmbeddedEngine
from search_service.errors import InProgress, Invalid, Problem
from search_service.kinds.access import Actor
from search_service.kinds.days import day_of
from search_service.records import vocabulary
from search_service.records.access import instant
from search_service.records.query_log import KEPT, most_asked, not_found
from search_service.records.vocabulary_versions import require_staff

MOST_LISTED = 500

_alone = Lock()
"""Two small indices and two dictionaries, a hundred megabytes: one preview at a time in a process."""


@contextmanager
def scratch() -> Iterator[Engine]:
    """An engine in files that are gone afterwards; the embedded one beside any engine, since both answer alike."""
    with tempfile.TemporaryDirectory(prefix="zhixun-preview-") as folder:
        engine = EmbeddedEngine(Path(folder))
        try:
            yield engine
        finally:
            engine.close()


def previewed(services: Services, actor: Actor, proposal: str) -> dict[str, Any]:
    """Try a proposal out and keep what it showed; returns the proposal.

    Raises:
        ZhixunError: see `records/vocabulary.py` and `indexers/preview.py`; nothing is changed.
    """
    require_staff(actor)
    before, after, basis = vocabulary.compared(services.database, proposal)
    if not _alone.acquire(blocking=False):
        raise InProgress("另一个预览正在进行,请稍后重试")
    try:
        found = preview(services.database, services.engine, before, after, scratch)
    finally:
        _alone.release()
    return vocabulary.keep_preview(services.database, actor, proposal, found, basis)


def shown(services: Services, actor: Actor) -> dict[str, Any]:
    """What holds, and in which indices it does already."""
    return vocabulary.overview(services.database, actor) | {"indices": dictionaries.progress(services.database)}


def missed(services: Services, actor: Actor, days: int = 30, size: int = 50) -> dict[str, Any]:
    """What was most often searched for in vain, as proposals are made from it.

    Raises:
        Invalid: more days or rows than there are.
    """
    return _logged(services, actor, days, size, not_found)


def asked(services: Services, actor: Actor, days: int = 30, size: int = 50) -> dict[str, Any]:
    """What was most often searched for.

    Raises:
        Invalid: as above.
    """
    return _logged(services, actor, days, size, most_asked)


def _logged(services: Services, actor: Actor, days: int, size: int, read: Any) -> dict[str, Any]:
    require_staff(actor)
    for name, value, most in (("days", days, KEPT.days), ("size", size, MOST_LISTED)):
        if not 1 <= value <= most:
            said = f"{name} 应在 1 与 {most} 之间"
            raise Invalid(said, problems=[Problem(f"query.{name}", "range", said, "例如 30")])
    since = day_of(services.clock.now() - timedelta(days=days))
    with services.database.read() as session:
        rows = read(session, since, size)
        proposals = vocabulary.about(session, [row.text for row in rows])
    return {
        "since": since.isoformat(),
        "queries": [
            {
                "query": row.text,
                "asked": row.asked,
                "missed": row.missed,
                "found": row.found,
                "last_at": instant(row.last),
                "proposal": proposals.get(row.text),
            }
            for row in rows
        ],
    }
