"""What happens to a requirement after posting: named actions, each one function and one transaction (S5-42..S5-46).

The enterprise's side changes, answers, agrees and withdraws; the staff's contacts, asks, agrees and closes.  What the
table does not give to a reader's side is not there for them.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.errors import (
    Conflict,
    Invalid,
    NotFound,
    Problem,
    StateForbids,
    Unauthenticated,
    VersionDiffers,
    VersionRequired,
)
from search_service.kinds.access import Role
from search_service.kinds.evidence import ACTIVE
from search_service.kinds.fields import FieldError, clean_text
from search_service.people import trail
from search_service.people.permissions import Permission, require
from search_service.records import write
from search_service.records.access import etag
from search_service.requirements import events, reading, showing, states
from search_service.requirements.access import KIND, Reader, Side, readable
from search_service.requirements.standing import lost
from search_service.store.institution import Institution
from search_service.store.requirement import Recommendation, Requirement
from search_service.store.session import Database

LONGEST = 2_000
"""Characters of a note, a question or an answer."""
SHORT = 200
ANY_VERSION = "*"
ABSENT = object()

CHANGEABLE = frozenset({states.POSTED, states.RESPONDED})
"""Afterwards a recommendation rests on it: what was recommended has to stay what was asked for."""


@dataclass(frozen=True, slots=True)
class Acting:
    """One action on its way."""

    session: Session
    row: Requirement
    reader: Reader
    side: Side
    given: Mapping[str, Any]
    now: datetime

    def text(self, name: str, *, required: bool, limit: int = LONGEST) -> str:
        """What was written, clean.

        Raises:
            Invalid: nothing where something is needed, too long, or with characters that nobody can see.
        """
        value = self.given.get(name)
        try:
            found = clean_text("" if value is None else value, limit=limit, personal=True)
        except FieldError as error:
            raise _refused(name, error.code, str(error), error.hint) from None
        if required and not found:
            raise _refused(name, "required", "请填写内容", "不能为空")
        return found


def act(
    database: Database,
    reader: Reader,
    identifier: uuid.UUID,
    name: str,
    given: Mapping[str, Any],
    *,
    if_match: str | None = None,
) -> tuple[dict[str, Any], str]:
    """Do it; the requirement afterwards and its ETag.

    Raises:
        NotFound: no such requirement for this reader, or no such action on their side.
        Invalid, StateForbids, VersionRequired, VersionDiffers, Unauthenticated, Forbidden, WindowOver: nothing changed.
    """
    with write.transaction(database) as session:
        row, side = readable(session, identifier, reader, lock=True)
        action = ACTIONS.get(name)
        if action is None or side not in action.sides:
            names = "、".join(known for known, one in ACTIONS.items() if side in one.sides)
            raise NotFound(f"没有“{name[:60]}”这个操作，可用：{names}")
        strange = sorted(given.keys() - action.fields)
        if action.fields and strange:
            raise _refused(strange[0][:60], "unknown_field", "没有这个字段", f"可用:{'、'.join(sorted(action.fields))}")
        if action.versioned:
            _same_version(row, if_match)
        now = database.now()
        version = row.row_version
        action.do(Acting(session, row, reader, side, given, now))
        session.flush()
        if row.row_version == version and not action.versioned:
            row.updated_at = now  # an event alone changes what is shown, too: the version counts it
            session.flush()
        trail.note(session, replace(reader.actor, name=reader.name), name, KIND, row.id)
        return showing.show(session, row, side, now), etag(row)


def _change(acting: Acting) -> None:
    """The requirement's own words and conditions: what is given replaces, null takes away, the rest stays."""
    row = acting.row
    if row.state not in CHANGEABLE:
        raise StateForbids(f"需求当前为“{states.STATES[row.state]}”，不能再修改：请撤回后重新发布，或联系撮合人员")
    fixed = [name for name in reading.WHO if name in acting.given]
    if fixed:
        raise _refused(fixed[0], "fixed", "发布后不能修改", "请撤回后重新发布，或联系撮合人员")
    entry = reading.read(acting.session, {**row.body, **acting.given}, row.received_at, acting.now)
    changed = sorted(
        name for name in {*row.body, *entry.body} if row.body.get(name, ABSENT) != entry.body.get(name, ABSENT)
    )
    if not changed:
        return
    data = {
        "changed": changed,
        "before": {name: row.body[name] for name in changed if name in row.body},
        "notes": [asdict(note) for note in entry.notes],
        "typed": entry.typed,
    }
    row.body, row.title = entry.body, entry.title
    events.record(acting.session, row.id, events.CHANGED, by=acting.reader.name, data=data)


def _answer(acting: Acting) -> None:
    """What the enterprise says to a question; the clock goes on all the while."""
    _still_open(acting.row)
    data = {"text": acting.text("text", required=True)}
    events.record(acting.session, acting.row.id, events.ANSWERED, by=acting.reader.name, data=data)


def _contacted(acting: Acting) -> None:
    """Staff spoke with the enterprise: the response (S5-42)."""
    data = {"text": acting.text("text", required=False)}
    states.respond(acting.session, acting.row, events.CONTACTED, by=acting.reader.name, data=data)


def _asked(acting: Acting) -> None:
    """A concrete question, and word of it to the enterprise: the response likewise."""
    row = acting.row
    data = {"text": acting.text("text", required=True)}
    event = states.respond(acting.session, row, events.ASKED, by=acting.reader.name, data=data)
    key = f"{KIND}:{row.id}:asked:{event.number}"
    params = {"number": row.number}
    outbox.put(acting.session, "sms", row.contact_phone, "requirement_question", params, event=key)


def _agree(acting: Acting) -> None:
    """One of the recommended is chosen (S5-44): asks for membership, which searching and posting do not (S5-54/55).

    Who holds the secret of a requirement that is nobody's yet, and signs in, makes it their own by choosing.
    """
    row, actor = acting.row, acting.reader.actor
    if acting.side is Side.ENTERPRISE:
        if actor.role is Role.PUBLIC:
            raise Unauthenticated("选择服务需要登录：请登录或注册，再从同一链接进入选择")
        require(actor, [Permission.CHOOSE_SERVICE])
        if row.account_id is None and row.enterprise_id is None:
            row.account_id, row.enterprise_id = actor.account_id, actor.enterprise_id
    said = acting.text("institution", required=True, limit=SHORT)
    data = {name: acting.text(name, required=False) for name in ("service", "period", "text")}
    # Of an outside institution the platform knows the name (S5-45).
    chosen = _recommended(acting, said) if row.state == states.RECOMMENDED else {"name": said}
    states.move(acting.session, row, states.AGREED, by=acting.reader.name, data={"institution": chosen, **data})


def _recommended(acting: Acting, chosen: str) -> dict[str, str]:
    """The institution, if it was recommended and may still do something of what is asked.

    Raises:
        Invalid: it was not recommended.
        Conflict: it may not work any more, or what it was recommended for has expired or was withdrawn since.
    """
    session, row = acting.session, acting.row
    query = select(Recommendation).where(Recommendation.requirement_id == row.id, Recommendation.sent_at.is_not(None))
    sent = session.scalars(query.order_by(Recommendation.number.desc()).limit(1)).first()
    listed = [] if sent is None else (sent.document or sent.answer).get("institutions") or sent.answer["institutions"]
    if chosen not in {one["id"] for one in listed}:
        raise _refused("institution", "not_recommended", "这家机构不在推荐之中", "请从推荐意见中选择")
    found = session.get(Institution, uuid.UUID(chosen))
    if found is None or found.deleted_at is not None or found.status != ACTIVE:
        raise Conflict("这家机构目前不能承接：请另选一家，或联系撮合人员")
    assert sent is not None, "something is listed"
    reason = lost(session, row, sent, found, acting.now)
    if reason is not None:
        raise Conflict(f"这家机构目前不能承接（{reason}）：请另选一家，或联系撮合人员")
    return {"id": chosen, "name": found.name}


def _withdraw(acting: Acting) -> None:
    """The enterprise does not need it any more."""
    data = {"reason": acting.text("reason", required=False, limit=SHORT)}
    states.move(acting.session, acting.row, states.WITHDRAWN, by=acting.reader.name, data=data)


def _close(acting: Acting) -> None:
    """Staff end it, and say why."""
    data = {"reason": acting.text("reason", required=True, limit=SHORT)}
    states.move(acting.session, acting.row, states.CLOSED, by=acting.reader.name, data=data)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that one side, or both, may do; `fields` are those of its body, empty where it checks them itself."""

    label: str
    do: Callable[[Acting], None]
    sides: frozenset[Side]
    fields: frozenset[str]
    versioned: bool = False


_ENTERPRISE, _STAFF = frozenset({Side.ENTERPRISE}), frozenset({Side.STAFF})
ACTIONS: Mapping[str, Action] = {
    "change": Action("修改", _change, _ENTERPRISE | _STAFF, frozenset(), versioned=True),
    "answer": Action("回答", _answer, _ENTERPRISE, frozenset({"text"})),
    "withdraw": Action("撤回", _withdraw, _ENTERPRISE, frozenset({"reason"})),
    "agree": Action("选定服务", _agree, _ENTERPRISE | _STAFF, frozenset({"institution", "service", "period", "text"})),
    "contacted": Action("登记联系", _contacted, _STAFF, frozenset({"text"})),
    "asked": Action("提问", _asked, _STAFF, frozenset({"text"})),
    "close": Action("关闭", _close, _STAFF, frozenset({"reason"})),
}
"""By name, as in the address."""


def _still_open(row: Requirement) -> None:
    if row.state in states.ENDED:
        raise StateForbids(f"需求当前为“{states.STATES[row.state]}”，不再处理")


def _same_version(row: Requirement, if_match: str | None) -> None:
    """A change names the version that it was made from (R27)."""
    tag = etag(row)
    if if_match is None or not if_match.strip():
        raise VersionRequired(f"修改时必须提供 If-Match 请求头:请先读取需求,再以其 ETag(现为 {tag})提交")
    given = [one.strip().removeprefix("W/") for one in if_match.split(",")]
    if tag not in given and given != [ANY_VERSION]:
        raise VersionDiffers(f"需求已有新的进展(当前版本 {tag}):请重新读取后再提交")


def _refused(loc: str, code: str, message: str, hint: str = "") -> Invalid:
    return Invalid(message, problems=[Problem(loc, code, message, hint)])
