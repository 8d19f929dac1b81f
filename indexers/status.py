"""What there is of every kind's index, in the books and in the engine, and what to do about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from indexers import dictionaries, generations, jobs, patience
from indexers.generations import State, Step
from indexers.health import queues
from indexers.naming import fingerprint
from indexers.outdated import explain
from indexers.steps import LABELS
from search_service.engines.base import Engine, IndexInfo
from search_service.kinds.base import Kind
from search_service.store.journal import IndexJob, SearchIndex
from search_service.store.session import Database

STATES = {
    State.PREPARING: "建立中",
    State.BUILDING: "建立中(双写)",
    State.ACTIVE: "现用",
    State.OUTDATED: "现用(待更新)",
    State.PREVIOUS: "上一代",
    State.RETIRED: "待清除",
    State.FAILED: "未建成",
}


def status(database: Database, engine: Engine, kind: Kind) -> dict[str, Any]:
    """Counts, indices and the open or last job of one kind; plain values, for people and for scripts."""
    with database.read() as session:
        visible = session.scalar(select(func.count()).select_from(kind.model).where(kind.visible(database.now())))
    [queue] = queues(database, kind)
    job = jobs.last_job(database, kind.name)
    held = {info.name: info for info in engine.list(kind.name)}
    books = {index.name: index for index in generations.known(database, kind)}
    with dictionaries.using_wanted(database):
        again_at = patience.again_at(database, kind.name, fingerprint(kind))
        indices = [_index(kind, name, books.get(name), held.get(name), job) for name in dict.fromkeys([*held, *books])]
    return {
        "kind": kind.name,
        "label": kind.label,
        "visible": visible,
        "due": queue.due,
        "dead": queue.dead,
        "job": _job(job, again_at) if job is not None else None,
        "indices": indices,
    }


def _job(job: IndexJob, again_at: datetime | None) -> dict[str, Any]:
    """`again_at` is when the program asks once more by itself for what came to nothing."""
    return {
        "action": job.action,
        "state": job.state,
        "reason": job.reason,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "worker": job.worker,
        "message": job.message,
        "requested_at": job.requested_at.isoformat(),
        "again_at": patience.clock_time(again_at) if again_at is not None else None,
    }


def _index(
    kind: Kind, name: str, book: SearchIndex | None, info: IndexInfo | None, job: IndexJob | None
) -> dict[str, Any]:
    return {
        "name": name,
        "state": book.state if book is not None else "unknown",
        "label": STATES[State(book.state)] if book is not None else "孤儿",
        "published": info is not None and info.published,
        "documents": info.documents if info is not None else None,
        "step": book.step if book is not None else None,
        "vocabulary": book.vocabulary if book is not None else None,
        "created_at": book.created_at.isoformat() if book is not None else None,
        "outdated_at": book.outdated_at.isoformat() if book is not None and book.outdated_at else None,
        "advice": _advice(kind, name, book, info, job),
    }


def _advice(kind: Kind, name: str, book: SearchIndex | None, info: IndexInfo | None, job: IndexJob | None) -> str:
    again = f"zhixun index rebuild {kind.name}"
    if book is None:
        if info is not None and info.published:
            return f"正在提供检索,但不在登记中;请执行 {again}"
        return f"不在登记中;确认不需要后执行 zhixun index drop {name}"
    if info is None and book.state != State.FAILED:
        return f"引擎中没有它;请执行 {again}"
    if book.state in _RESTING:
        return _RESTING[State(book.state)].format(note=book.note or "原因不明", kind=kind.name)
    if book.step != Step.DONE:
        return _unfinished(Step(book.step), again, job)
    changed = explain(book, kind)
    return f"{changed};请执行 {again},或启动服务后自动建立" if changed else ""


_RESTING = {
    State.FAILED: "{note};下次重建时清除",
    State.RETIRED: "下次重建时清除",
    State.PREVIOUS: "可回退:zhixun index rollback {kind}",
}


def _unfinished(step: Step, again: str, job: IndexJob | None) -> str:
    if job is not None and job.state == jobs.RUNNING:
        return f"正在“{LABELS[step]}”{job.done}/{job.total};若那个进程已终止,再次执行 {again} 会继续"
    return f"未完成,停在“{LABELS[step]}”;再次执行 {again} 会继续,正在运行的服务会自动继续"
