"""The vocabulary under control: proposals, from the first change to their activation (A8, A9, N9).

A change is proposed, previewed (`indexers/preview.py`) and only then made a version.  A version is stored in one
transaction, with the table of synonyms, the audit and the proposal's end; whoever looks after the indices finds that
there is a newer one (`indexers/outdated.py`), so that being killed at any moment changes nothing.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.errors import Conflict, Invalid, NotFound, Problem, StateForbids
from search_service.kinds.access import Actor
from search_service.records import access
from search_service.records.vocabulary_changes import MOST_CHANGES, Content, basis, read
from search_service.records.vocabulary_versions import (
    LISTED,
    PROPOSED,
    content_now,
    make,
    note,
    read_text,
    require_staff,
    show_version,
)
from search_service.records.write import transaction
from search_service.store.session import Database
from search_service.store.vocabulary import VocabularyProposal, newest

DRAFT, ACTIVATED, WITHDRAWN = "draft", "activated", "withdrawn"
STATES = {DRAFT: "拟定中", ACTIVATED: "已启用", WITHDRAWN: "已撤回"}


class PreviewNeeded(Conflict):
    """Nobody has seen what this would do."""

    code, title = "preview_needed", "请先预览"


class NameLost(Conflict):
    """With this change somebody who types a record's exact name would not find the record."""

    code, title = "name_lost", "变更会使记录按名称查不到"


def propose(database: Database, actor: Actor, body: Mapping[str, Any]) -> dict[str, Any]:
    """Collect changes: ``{"reason": "…", "query": null, "changes": […]}``; nothing of it is searched with yet.

    Raises:
        Unauthenticated, Forbidden, Invalid: nothing is stored.
    """
    require_staff(actor)
    _only(body, ("reason", "query", "changes"))
    reason, query = read_text(body, "reason", 500), read_text(body, "query", 200)
    if reason is None:
        raise Invalid("reason 不能为空", problems=[Problem("reason", "required", "不能为空", "请说明为什么要改")])
    with transaction(database) as session:
        row = VocabularyProposal(state=DRAFT, reason=reason, query=query, created_by=actor.name, changes=[])
        session.add(row)
        _take_in(session, actor, row, body.get("changes"), at_least=1)
        session.flush()
        note(session, actor, row.id, "propose", reason, {"changes": row.changes})
        return show(row)


def add(database: Database, actor: Actor, text: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Further changes, ``{"changes": […]}``; a preview is needed again.

    Raises:
        NotFound, StateForbids, Invalid: as they say; nothing is stored.
    """
    require_staff(actor)
    _only(body, ("changes",))
    with transaction(database) as session:
        row = _draft(session, text)
        before = len(row.changes)
        _take_in(session, actor, row, body.get("changes"), at_least=1)
        session.flush()
        note(session, actor, row.id, "change", row.reason, {"changes": row.changes[before:]})
        return show(row)


def drop(database: Database, actor: Actor, text: str, place: int) -> dict[str, Any]:
    """Take one change out of a proposal; `place` counts from 0.

    Raises:
        NotFound, StateForbids: as they say.
    """
    require_staff(actor)
    with transaction(database) as session:
        row = _draft(session, text)
        if not 0 <= place < len(row.changes):
            raise NotFound(f"提案没有第 {place} 条变更(从 0 起,共 {len(row.changes)} 条)")
        gone = row.changes[place]
        row.changes = [change for at, change in enumerate(row.changes) if at != place]
        row.preview = row.basis = None
        session.flush()
        note(session, actor, row.id, "drop", row.reason, {"changes": [gone]})
        return show(row)


def withdraw(database: Database, actor: Actor, text: str) -> dict[str, Any]:
    """Give a proposal up; it stays on record.

    Raises:
        NotFound, StateForbids: as they say.
    """
    require_staff(actor)
    with transaction(database) as session:
        row = _draft(session, text)
        row.state = WITHDRAWN
        session.flush()
        note(session, actor, row.id, "withdraw", row.reason, {})
        return show(row)


def compared(database: Database, text: str) -> tuple[Content, Content, str]:
    """What a preview of a proposal compares: what holds, what would hold, and the basis to keep it with.

    Raises:
        NotFound, StateForbids, Invalid: the proposal cannot become a version.
    """
    with database.read() as session:
        row = _draft(session, text, lock=False)
        content = content_now(session)
        _still_possible(row, content)
        return content, content.after(row.changes), basis(content, row.changes)


def keep_preview(database: Database, actor: Actor, text: str, preview: dict[str, Any], of: str) -> dict[str, Any]:
    """Remember what a preview has shown, unless the proposal or the vocabulary has changed meanwhile.

    Raises:
        NotFound, StateForbids: as they say; PreviewNeeded: it shows what is no longer so.
    """
    require_staff(actor)
    with transaction(database) as session:
        row = _draft(session, text)
        if basis(content_now(session), row.changes) != of:
            raise PreviewNeeded("预览期间提案或词表又有变更:请重新预览")
        row.preview, row.basis = preview, of
        session.flush()
        note(session, actor, row.id, "preview", row.reason, {"summary": preview["summary"]})
        return show(row)


def activate(database: Database, actor: Actor, text: str) -> dict[str, Any]:
    """Make a proposal the newest version.  Synonyms hold within seconds, words kind by kind as indices are rebuilt.

    Raises:
        PreviewNeeded: it was not previewed as it is now.
        NameLost: the preview showed a record that its exact name would no longer find; the first ones are named.
        NotFound, StateForbids, Conflict: as they say.
    """
    require_staff(actor)
    with transaction(database) as session:
        row = _draft(session, text)
        content = content_now(session)
        if row.preview is None or row.basis != basis(content, row.changes):
            what = "尚未预览" if row.preview is None else "预览之后提案或词表又有变更"
            raise PreviewNeeded(f"提案{what}:请先执行 zhixun vocabulary preview {row.id},看过结果再启用")
        if row.preview["lost_names"]:
            _refuse(row.preview["lost_names"])
        version = make(session, actor, content.after(row.changes), PROPOSED, row.reason)
        row.state, row.version = ACTIVATED, version.number
        session.flush()
        note(session, actor, row.id, "activate", row.reason, {"version": version.number, "changes": row.changes})
        return {"version": show_version(version), "proposal": show(row)}


def proposal(database: Database, actor: Actor, text: str) -> dict[str, Any]:
    """One proposal.

    Raises:
        NotFound: there is none.
    """
    require_staff(actor)
    with database.read() as session:
        return show(_proposal(session, text))


def proposals(database: Database, actor: Actor, state: str | None = None) -> list[dict[str, Any]]:
    """The newest proposals, without their previews.

    Raises:
        Invalid: no such state.
    """
    require_staff(actor)
    if state is not None and state not in STATES:
        hint = f"可用:{'、'.join(STATES)}"
        raise Invalid("没有这种状态", problems=[Problem("query.state", "unknown_value", "没有这种状态", hint)])
    wanted = select(VocabularyProposal).order_by(VocabularyProposal.created_at.desc(), VocabularyProposal.id.desc())
    with database.read() as session:
        found = session.scalars((wanted.where(VocabularyProposal.state == state) if state else wanted).limit(LISTED))
        return [show(row, brief=True) for row in found]


def about(session: Session, queries: Sequence[str]) -> dict[str, str]:
    """The newest proposal that came from each of these searches, by its id."""
    found = select(VocabularyProposal.query, VocabularyProposal.id).where(VocabularyProposal.query.in_(queries))
    rows = session.execute(found.order_by(VocabularyProposal.created_at, VocabularyProposal.id))
    return {query: str(proposal) for query, proposal in rows if query is not None}


def overview(database: Database, actor: Actor) -> dict[str, Any]:
    """What holds, in numbers, and our own words in full."""
    require_staff(actor)
    with database.read() as session:
        content, there = content_now(session), newest(session)
        drafts = session.scalars(select(VocabularyProposal).where(VocabularyProposal.state == DRAFT).limit(LISTED))
        return {
            "version": show_version(there) if there is not None else None,
            "words": dict(sorted(content.words.items())),
            "synonyms": len(content.synonyms),
            "drafts": [show(row, brief=True) for row in drafts],
        }


def show(row: VocabularyProposal, *, brief: bool = False) -> dict[str, Any]:
    """A proposal as JSON."""
    return {
        "id": str(row.id),
        "state": row.state,
        "state_label": STATES[row.state],
        "reason": row.reason,
        "query": row.query,
        "created_by": row.created_by,
        "created_at": access.instant(row.created_at),
        "updated_at": access.instant(row.updated_at),
        "changes": row.changes,
        "version": row.version,
        "previewed": row.preview is not None,
        **({} if brief else {"preview": row.preview}),
    }


def _take_in(session: Session, actor: Actor, row: VocabularyProposal, given: Any, *, at_least: int) -> None:
    if not isinstance(given, list) or not at_least <= len(given) <= MOST_CHANGES - len(row.changes):
        said = f"changes 应为 {at_least} 至 {MOST_CHANGES} 条变更的列表(每个提案合计)"
        raise Invalid(said, problems=[Problem("changes", "count", said, "请补充或分成几个提案")])
    content = content_now(session).after(row.changes)
    taken: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for at, one in enumerate(given):
        change, wrong = read(one, content, f"changes.{at}")
        problems += wrong
        if not wrong:
            content = content.after([change])
            change["reason"] = change["reason"] or row.reason
            taken.append({**change, "by": actor.name, "at": access.instant(session.info["now"]())})
    if problems:
        raise Invalid(problems[0].message, problems=problems)
    row.changes = [*row.changes, *taken]
    row.preview = row.basis = None


def _still_possible(row: VocabularyProposal, content: Content) -> None:
    """Every change once more, against what holds now: rules may be stricter in a newer program."""
    problems: list[Problem] = []
    for at, stored in enumerate(row.changes):
        given = {name: value for name, value in stored.items() if name not in {"by", "at"}}
        _, wrong = read(given, content, f"changes.{at}")
        problems += wrong
        if not wrong:
            content = content.after([stored])
    if not row.changes:
        problems.append(Problem("changes", "count", "提案中没有变更", "请添加变更"))
    if problems:
        raise Invalid(problems[0].message, problems=problems)


def _refuse(lost: Sequence[Mapping[str, Any]]) -> None:
    named = "、".join(f"“{each['query']}”→{each['title']}" for each in lost[:3])
    raise NameLost(f"启用后 {len(lost)} 个准确名称将找不到原来的记录,例如 {named}:请修改提案后重新预览")


def _proposal(session: Session, text: str, *, lock: bool = False) -> VocabularyProposal:
    try:
        wanted = select(VocabularyProposal).where(VocabularyProposal.id == uuid.UUID(text))
    except ValueError:
        raise NotFound(f"没有 id 为“{text[:60]}”的词表提案") from None
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound(f"没有 id 为“{text[:60]}”的词表提案")
    return row


def _draft(session: Session, text: str, *, lock: bool = True) -> VocabularyProposal:
    row = _proposal(session, text, lock=lock)
    if row.state != DRAFT:
        raise StateForbids(f"该提案{STATES[row.state]},不能再改;请另建提案")
    return row


def _only(body: Mapping[str, Any], known: Sequence[str]) -> None:
    strange = [name for name in body if name not in known]
    if strange:
        hint = f"可用:{'、'.join(known)}"
        problems = [Problem(str(name)[:100], "unknown_field", "没有此项", hint) for name in strange]
        raise Invalid(f"没有“{str(strange[0])[:40]}”这一项", problems=problems)
