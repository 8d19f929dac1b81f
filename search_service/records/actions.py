"""Named changes of state: the only way a state changes over HTTP (`docs/api.md`)."""

from typing import Any

from search_service.errors import Invalid, NotFound, Problem, StateForbids
from search_service.kinds.access import Actor, Level
from search_service.kinds.days import day_of
from search_service.kinds.fields import FieldError
from search_service.kinds.record import Action, Record
from search_service.records import access, audit, idempotency, versions
from search_service.records.write import OK, Written, clean_reason, replay, transaction
from search_service.store.session import Database


def act(
    database: Database,
    record: Record,
    actor: Actor,
    text: str,
    name: str,
    if_match: str | None = None,
    reason: Any = None,
    idempotency_key: str | None = None,
) -> Written:
    """Carry out one action.

    `If-Match` is checked where it is given: the states that an action starts from already guard against a lost race.

    Raises:
        NotFound, Forbidden, StateForbids, Invalid (a reason is missing), VersionDiffers: nothing is stored.
    """
    access.require_known(actor)
    now = database.now()
    with transaction(database) as session:
        held = idempotency.claim(
            session, actor, idempotency_key, f"POST {record.plural}/{text}/actions/{name}", {"reason": reason}
        )
        if isinstance(held, idempotency.Answer):
            return replay(held)
        row, level = access.readable(session, record, actor, text, now, lock=True)
        action = _named(record, name)
        access.require(record, actor, level, action.by)
        versions.check(session, record, row, if_match, required=False)
        why = _reason(action, reason)
        state = record.state
        assert state is not None, "a record with actions has a state"
        _start(record, action, state.get(row), level)
        before = audit.snapshot(record, row)
        state.set(row, action.ends)
        record.after(row, action, day_of(now))
        session.flush()
        audit.note(session, actor, record, row, action.name, before=before, reason=why)
        fresh = access.load(session, record, row.id)
        written = Written(OK, access.show(record, fresh, level, now) | {"warnings": []}, access.etag(fresh))
        idempotency.keep(held, written.status, written.body or {})
    return written


def possible(record: Record, state: str, level: Level) -> list[Action]:
    """What somebody at `level` may do from a state."""
    return [action for action in record.actions if state in action.starts and action.by <= level]


def _named(record: Record, name: str) -> Action:
    for action in record.actions:
        if action.name == name:
            return action
    names = "、".join(action.name for action in record.actions) or "无"
    raise NotFound(f"{record.label}没有“{name[:60]}”这个动作,可用动作:{names}")


def _start(record: Record, action: Action, state: str, level: Level) -> None:
    if state in action.starts:
        return
    assert record.state is not None
    label = record.state.words.label(state)
    choices = "、".join(f"{a.name}({a.label})" for a in possible(record, state, level)) or "无"
    problem = Problem(
        record.state.name, "state", f"当前状态为“{label}”,不能{action.label}", f"现在可用的动作:{choices}"
    )
    raise StateForbids(problem.message + f"。{problem.hint}", problems=[problem])


def _reason(action: Action, reason: Any) -> str | None:
    try:
        text = clean_reason(reason)
    except FieldError as error:
        problem = Problem("reason", error.code, f"原因:{error.message}", error.hint)
        raise Invalid(problem.message, problems=[problem]) from None
    if action.reason and not text:
        problem = Problem("reason", "required", f"{action.label}必须说明原因", '请提交 {"reason": "…"}')
        raise Invalid(problem.message, problems=[problem])
    return text
