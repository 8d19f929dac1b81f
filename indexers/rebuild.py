"""Rebuild: a new index beside the old one, filled, verified, swapped in by name (founding decision 6)."""

import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import func, select, tuple_, update

from indexers.documents import schema_of
from indexers.drain import BATCH, build_all
from indexers.naming import fingerprint, index_name
from indexers.verify import NAMED, Difference, compare
from search_service.engines.base import Engine, Refusal
from search_service.errors import Conflict
from search_service.kinds.base import Kind
from search_service.kinds.registry import REGISTRY
from search_service.store.journal import IndexState, SearchIndex
from search_service.store.session import Database

Progress = Callable[[str, int, int], None]
"""Told the kind, how many documents are done and how many there are."""


class RebuildRefused(Conflict):
    """The new index is not as complete as the database; the old one keeps serving."""

    code, title = "rebuild_refused", "新索引不完整,已保留原索引"


def rebuild(database: Database, engine: Engine, kind: Kind, prefix: str, progress: Progress = lambda *_: None) -> str:
    """Build, verify and publish a new index of a kind; returns its name.

    Raises:
        RebuildRefused: visible rows are missing from it.  Nothing has changed then but a failed index to drop.
    """
    name = index_name(prefix, kind, database.now())
    schema = schema_of(kind)
    engine.create(schema, name)
    with database.write() as session:
        session.add(
            SearchIndex(
                name=name, kind=kind.name, fingerprint=fingerprint(kind), state="building", created_at=database.now()
            )
        )
    try:
        _backfill(database, engine, kind, name, progress)
        _require_sound(compare(database, engine, kind, name), kind)
    except BaseException:
        _set_state(database, name, "failed")  # first, so that no drain writes to it any more
        engine.drop(name)
        raise
    engine.publish(schema, name)
    _activate(database, engine, kind, name)
    _acknowledge(database, engine, kind, name)
    return name


def _require_sound(difference: Difference, kind: Kind) -> None:
    if not difference.sound:
        named = "、".join((*difference.missing, *difference.behind)[:NAMED])
        counts = f"新索引 {difference.documents} 条,应有 {difference.visible} 条"
        raise RebuildRefused(f"{kind.label}:{counts};缺少 {named}")


def _backfill(database: Database, engine: Engine, kind: Kind, name: str, progress: Progress) -> None:
    with database.read() as session:
        total = session.scalar(select(func.count()).select_from(kind.model)) or 0
    last, done = None, 0
    while True:
        with database.read() as session:
            page = (
                select(kind.model.id, func.coalesce(IndexState.seq, 0))
                .outerjoin(IndexState, (IndexState.entity_id == kind.model.id) & (IndexState.kind == kind.name))
                .order_by(kind.model.id)
                .limit(BATCH)
            )
            found = session.execute(page if last is None else page.where(kind.model.id > last)).all()
            wanted: dict[uuid.UUID, int] = {row_id: seq for row_id, seq in found}  # noqa: C416 - typed so
            batch = build_all(session, kind, wanted, database.now())
        if not wanted:
            break
        engine.write(name, batch.documents)
        _bury(database, kind, batch.failures)
        last, done = max(wanted), done + len(wanted)
        progress(kind.label, done, total)
    engine.refresh(name)


def _bury(database: Database, kind: Kind, failures: Sequence[Refusal]) -> None:
    """Rows that no document could be made of are dead with their reason, until they are marked again."""
    if not failures:
        return
    with database.write() as session:
        for failure in failures:
            state = session.get(IndexState, (kind.name, uuid.UUID(failure.id)))
            if state is not None:
                state.dead_reason = failure.reason


def _set_state(database: Database, name: str, state: str) -> None:
    with database.write() as session:
        session.get_one(SearchIndex, name).state = state


def _activate(database: Database, engine: Engine, kind: Kind, name: str) -> None:
    """The active one becomes the previous one, which is kept for going back; the one before that is dropped."""
    with database.write() as session:
        known = session.scalars(select(SearchIndex).where(SearchIndex.kind == kind.name)).all()
        spent = [index for index in known if index.state == "previous"]
        for index in known:
            if index.state == "active":
                index.state = "previous"
        for index in spent:
            session.delete(index)
        found = session.get_one(SearchIndex, name)
        found.state, found.activated_at = "active", database.now()
        names = [index.name for index in spent]
    held = {info.name for info in engine.list(kind.name)}
    for old in names:
        if old in held:
            engine.drop(old)


def _acknowledge(database: Database, engine: Engine, kind: Kind, name: str) -> None:
    """What was marked before the backfill read it is in the only index that is left: it need not be drained again."""
    with database.read() as session:
        due = select(IndexState.entity_id, IndexState.seq).where(
            IndexState.kind == kind.name, IndexState.seq > IndexState.done_seq
        )
        waiting = {str(entity_id): (entity_id, seq) for entity_id, seq in session.execute(due)}
    if not waiting:
        return
    held = ((waiting.get(entity), seq) for entity, seq in engine.entries(name))
    done = [mark for mark, seq in held if mark is not None and mark[1] == seq]
    for at in range(0, len(done), BATCH):
        with database.write() as session:
            session.execute(
                update(IndexState)
                .where(
                    IndexState.kind == kind.name,
                    tuple_(IndexState.entity_id, IndexState.seq).in_(done[at : at + BATCH]),
                    IndexState.claimed_until.is_(None),
                )
                .values(done_seq=IndexState.seq),
                execution_options={"synchronize_session": False},
            )


def stale(database: Database, engine: Engine, kind: Kind) -> bool:
    """Whether the kind has no index, or one made by another declaration or vocabulary."""
    published = engine.published(kind.name)
    if published is None:
        return True
    with database.read() as session:
        index = session.get(SearchIndex, published)
    return index is None or index.state != "active" or index.fingerprint != fingerprint(kind)


def ensure(database: Database, engine: Engine, prefix: str, progress: Progress = lambda *_: None) -> list[str]:
    """Rebuild what is stale; returns the labels of those kinds."""
    found = [kind for kind in REGISTRY.kinds if stale(database, engine, kind)]
    for kind in found:
        rebuild(database, engine, kind, prefix, progress)
    return [kind.label for kind in found]
