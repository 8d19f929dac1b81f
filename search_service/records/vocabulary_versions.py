"""Versions of the vocabulary: what holds, what held, and going back (A9).

A version is only ever added, in one transaction with the table of synonyms and the audit.  What was loaded from files
beside them is written down as a version of its own before the next one is made, so that going back restores exactly.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.errors import Forbidden, Invalid, NotFound, Problem, StateForbids
from search_service.kinds.access import Actor, Role
from search_service.kinds.fields import FieldError, clean_text
from search_service.records import access
from search_service.records.vocabulary_changes import Content
from search_service.records.write import transaction
from search_service.store.ids import new_id
from search_service.store.journal import AuditEvent
from search_service.store.session import Database
from search_service.store.vocabulary import (
    Synonym,
    VocabularyVersion,
    dictionary,
    dictionary_of,
    entries_of,
    newest,
    numbered,
    synonyms_now,
)

BEFORE, PROPOSED, LOADED, BACK = "before", "proposal", "loaded", "rollback"
CAUSES = {BEFORE: "变更之前", PROPOSED: "启用提案", LOADED: "装入文件", BACK: "回退"}
LISTED = 50
"""Versions and proposals shown at once, the newest first."""


def require_staff(actor: Actor) -> None:
    """Only the platform's staff looks at the vocabulary's inside and changes it.

    Raises:
        Unauthenticated, Forbidden: it is somebody else.
    """
    access.require_known(actor)
    if actor.role not in {Role.STAFF, Role.ADMINISTRATOR}:
        raise Forbidden("词表由平台工作人员维护:请使用工作人员或管理员令牌")


def content_now(session: Session) -> Content:
    """What holds: the words of the newest version, the table of synonyms."""
    version = newest(session)
    return Content.of(dict(dictionary_of(version).changes), synonyms_now(session))


def make(session: Session, actor: Actor, content: Content, cause: str, reason: str) -> VocabularyVersion:
    """Add the version that says this, and let the table of synonyms say so, too."""
    number = _settle(session, actor) + 1
    row = _version(number, dict(content.words), [list(entry) for entry in content.entries], cause)
    row.reason, row.created_by = reason, actor.name
    session.add(row)
    _set_synonyms(session, content)
    session.flush()
    return row


def rollback(database: Database, actor: Actor, reason: Any = None, to: Any = None) -> dict[str, Any]:
    """A new version that says what an earlier one said: `to`, or what held before the newest change was activated.

    The index generations of that version are taken up again where they are still kept, else they are rebuilt.

    Raises:
        NotFound: there is no such version, or nothing to go back to.
        StateForbids: it holds already.
    """
    require_staff(actor)
    if to is not None and (isinstance(to, bool) or not isinstance(to, int) or to < 1):
        raise Invalid("版本号无效", problems=[Problem("to", "type", "to 应为版本号", "见 zhixun vocabulary show")])
    said = read_text({"reason": reason}, "reason", 500) or "人工要求"
    with transaction(database) as session:
        _settle(session, actor)
        there = newest(session)
        target = numbered(session, to) if to is not None else _before(session, there)
        if target is None or there is None:
            raise NotFound(f"没有版本 {to}" if to is not None else "没有可以回退的词表版本:还没有启用过变更")
        content = Content.of(dict(dictionary_of(target).changes), entries_of(target))
        if content == content_now(session):
            raise StateForbids(f"现用词表与版本 {target.number} 相同,无需回退")
        version = make(session, actor, content, BACK, f"回退到版本 {target.number}:{said}")
        session.flush()
        note(session, actor, version.id, "rollback", said, {"version": version.number, "to": target.number})
        return {"version": show_version(version), "to": target.number}


def versions(database: Database, actor: Actor) -> list[dict[str, Any]]:
    """The newest versions."""
    require_staff(actor)
    with database.read() as session:
        found = session.scalars(select(VocabularyVersion).order_by(VocabularyVersion.number.desc()).limit(LISTED))
        return [show_version(row) for row in found]


def version(database: Database, actor: Actor, number: int) -> dict[str, Any]:
    """All that one version says.

    Raises:
        NotFound: there is none.
    """
    require_staff(actor)
    with database.read() as session:
        row = numbered(session, number)
        if row is None:
            raise NotFound(f"没有词表版本 {number}")
        return {**show_version(row), "words": row.words, "synonyms": row.synonyms}


def show_version(row: VocabularyVersion) -> dict[str, Any]:
    """A version as JSON, without what it says."""
    return {
        "number": row.number,
        "cause": row.cause,
        "cause_label": CAUSES.get(row.cause, row.cause),
        "reason": row.reason,
        "created_by": row.created_by,
        "created_at": access.instant(row.created_at),
        "word_count": len(row.words),
        "synonym_count": len(row.synonyms),
    }


def read_text(body: Mapping[str, Any], name: str, limit: int) -> str | None:
    """A text of a body, None where it is blank.

    Raises:
        Invalid: it is none that can be stored.
    """
    value = body.get(name)
    try:
        return clean_text(value, limit=limit) or None if value is not None else None
    except FieldError as error:
        raise Invalid(f"{name}:{error}", problems=[Problem(name, error.code, str(error), error.hint)]) from None


def note(session: Session, actor: Actor, about: uuid.UUID, action: str, reason: str, changes: dict[str, Any]) -> None:
    """The audit event of what was just done."""
    session.add(
        AuditEvent(
            id=new_id(),
            at=session.info["now"](),
            actor=actor.name,
            role=actor.role.value,
            action=action,
            record="vocabulary",
            record_id=about,
            reason=reason,
            changes=changes,
        )
    )


def _settle(session: Session, actor: Actor) -> int:
    """Write down what holds, where no version says it: before the first change, and after a load of synonyms."""
    there, synonyms = newest(session), [list(entry) for entry in synonyms_now(session)]
    if there is not None and there.synonyms == synonyms:
        return there.number
    cause, words = (BEFORE, {}) if there is None else (LOADED, dict(there.words))
    row = _version((there.number if there is not None else 0) + 1, words, synonyms, cause)
    row.reason, row.created_by = CAUSES[cause], actor.name
    session.add(row)
    session.flush()
    return row.number


def _version(number: int, words: dict[str, int], synonyms: list[list[str]], cause: str) -> VocabularyVersion:
    fingerprint = dictionary(words).fingerprint
    return VocabularyVersion(
        id=new_id(), number=number, words=words, synonyms=synonyms, fingerprint=fingerprint, cause=cause
    )


def _set_synonyms(session: Session, content: Content) -> None:
    """Make the table say what the version says; deleted rows are taken up again, since a pair is unique with them."""
    there = {(row.word, row.meaning): row for row in session.scalars(select(Synonym))}
    now = session.info["now"]()
    for pair, row in there.items():
        if pair not in content.synonyms and row.deleted_at is None:
            row.deleted_at = now
    for pair, relation in content.synonyms.items():
        known = there.get(pair)
        if known is None:
            session.add(Synonym(id=new_id(), word=pair[0], meaning=pair[1], relation=relation))
        elif known.deleted_at is not None or known.relation != relation:
            known.deleted_at, known.relation = None, relation


def _before(session: Session, there: VocabularyVersion | None) -> VocabularyVersion | None:
    """What held before the newest change that a person activated: loads since then are no such change."""
    at = there
    while at is not None and at.cause == LOADED:
        at = numbered(session, at.number - 1)
    return numbered(session, at.number - 1) if at is not None else None
