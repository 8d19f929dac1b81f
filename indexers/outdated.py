"""Which kinds have no index that this program would make: found out by fingerprint at the start, said in words.

A changed vocabulary or declaration means a new index.  Until it is there the old one serves; it also takes changes,
unless the documents have other fields now.
"""

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers import words
from indexers import dictionaries, generations, jobs, patience
from indexers.generations import SERVING, State
from indexers.naming import PARTS, changed_parts, fingerprint
from indexers.rebuild import rebuild, rollback, silent
from indexers.work import Progress
from search_service.engines.base import Engine
from search_service.errors import InProgress
from search_service.kinds.base import Kind
from search_service.kinds.days import SHANGHAI
from search_service.kinds.registry import REGISTRY
from search_service.store.journal import SearchIndex
from search_service.store.session import Database

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outdated:
    """A kind that needs a new index, why, by which job it gets it, and what the index is to be made by."""

    kind: Kind
    why: str
    action: str
    fingerprint: str


def stale(database: Database, engine: Engine, kind: Kind) -> bool:
    """Whether the kind has no index, or one made by another declaration or vocabulary."""
    with dictionaries.using_wanted(database):
        return _why(database, engine, kind) is not None


def notice(database: Database, engine: Engine) -> list[Outdated]:
    """Look at every kind, write down what is outdated since when, and log it.  To be called before anything is drained.

    An index whose fields are others now takes no more changes: they stay due, and its successor gets them.
    """
    found = []
    with dictionaries.using_wanted(database):
        for kind in REGISTRY.kinds:
            _record(database, engine, kind)
            outdated = _outdated(database, engine, kind)
            if outdated is None:
                continue
            found.append(outdated)
            # The first index of all is no news.
            loudness = logging.WARNING if generations.known(database, kind) else logging.INFO
            what = "将建立新索引" if outdated.action == jobs.REBUILD else "上一代索引适用于当前程序,将回退到它"
            LOG.log(loudness, "%s。%s", outdated.why, what)
    return found


def ensure(database: Database, engine: Engine, progress: Progress = silent, *, alone: bool = False) -> list[str]:
    """Bring every outdated kind up to date now; returns the labels of those kinds."""
    found = notice(database, engine)
    for each in found:
        bring = rebuild if each.action == jobs.REBUILD else rollback
        bring(database, engine, each.kind, progress, alone=alone, reason=each.why)
    return [each.kind.label for each in found]


def ask_for_missing(database: Database, engine: Engine) -> None:
    """The same through jobs, which whoever works them off does beside the drain."""
    for each in notice(database, engine):
        _ask(database, each)


def ask_again(database: Database, engine: Engine) -> None:
    """Ask once more for what came to nothing, when its time has come; looked at all the time, one statement."""
    kinds = [kind for kind in REGISTRY.kinds if kind.name in patience.ended_badly(database)]
    if not kinds:
        return
    with dictionaries.using_wanted(database):
        for kind in kinds:
            if patience.again_at(database, kind.name, fingerprint(kind)) is None:
                outdated = _outdated(database, engine, kind)
                if outdated is not None:
                    _ask(database, outdated)


def ask_for_other_words(database: Database, engine: Engine) -> None:
    """Ask for the indices that a new vocabulary version needs; looked at all the time, so it costs next to nothing.

    Whoever makes a version only stores it: killed right after that, it is found here.
    """
    with database.read() as session:
        wanted = dictionaries.newest_number(session)
        if not wanted:
            return
        serving = select(SearchIndex).where(SearchIndex.state.in_(SERVING), SearchIndex.vocabulary != wanted)
        dictionary = dictionaries.of_number(session, wanted)
        behind = {i.kind for i in session.scalars(serving) if dictionaries.of_index(session, i) != dictionary}
    if not behind:
        return
    with words.using(dictionary):
        for kind in [kind for kind in REGISTRY.kinds if kind.name in behind]:
            last = jobs.last_job(database, kind.name)
            if last is not None and last.finished_at is None:
                continue
            if patience.again_at(database, kind.name, fingerprint(kind)) is not None:
                continue
            _record(database, engine, kind)
            outdated = _outdated(database, engine, kind)
            if outdated is not None:
                LOG.info("%s", outdated.why)
                _ask(database, outdated)


def _ask(database: Database, outdated: Outdated) -> None:
    name = outdated.kind.name
    until = patience.again_at(database, name, outdated.fingerprint)
    if until is not None:
        LOG.warning("%s:上次任务没有成功,%s 再试", outdated.kind.label, patience.clock_time(until))
        return
    try:
        jobs.request(database, name, outdated.action, outdated.why, outdated.fingerprint)
    except InProgress as there:
        LOG.info("%s", there.detail)


def explain(index: SearchIndex, kind: Kind) -> str | None:
    """What changed since this index was made, since when that is known, and what it means now; None if nothing."""
    changed = changed_parts(index.parts, kind)
    if not changed:
        return None
    since = f"(自 {index.outdated_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 起)" if index.outdated_at else ""
    labels = "、".join(PARTS[part] for part in changed)
    takes = generations.takes_documents(index, kind)
    meaning = "继续提供检索并接收变更" if takes else "继续提供检索,变更要等新索引建成后才能搜到"
    return f"{kind.label}:{labels}已变更{since},现用索引 {index.name} {meaning}"


def _outdated(database: Database, engine: Engine, kind: Kind) -> Outdated | None:
    why = _why(database, engine, kind)
    if why is None:
        return None
    back = any(generations.fits(index, kind) for index in generations.known(database, kind, State.PREVIOUS))
    return Outdated(kind, why, jobs.ROLLBACK if back else jobs.REBUILD, fingerprint(kind))


def _why(database: Database, engine: Engine, kind: Kind) -> str | None:
    published = engine.published(kind.name)
    if published is None:
        return f"{kind.label}:还没有可用的索引"
    index = next((i for i in generations.known(database, kind) if i.name == published), None)
    if index is None:
        return f"{kind.label}:现用索引 {published} 不在登记中(数据库可能恢复自备份)"
    if index.state not in SERVING:
        return f"{kind.label}:索引 {published} 已切换但未收尾"
    return explain(index, kind)


def _record(database: Database, engine: Engine, kind: Kind) -> None:
    published = engine.published(kind.name)
    for index in generations.known(database, kind, *SERVING):
        usable = index.name == published and generations.takes_documents(index, kind)
        state = State.ACTIVE if usable else State.OUTDATED
        since = None if generations.fits(index, kind) else index.outdated_at or database.now()
        if (state, since) != (index.state, index.outdated_at):
            generations.change(database, _anybody, index.name, state=state, outdated_at=since)


def _anybody(session: Session) -> None:
    """What is noticed is so, whoever has a job."""
    del session
