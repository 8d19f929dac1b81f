"""Who acts for an enterprise or an institution: asked for by a person, decided by staff, ended by either (S2-14..16).

The state machine is the one of the sources: 未关联 → 申请中 → 已关联 or 拒绝; 删除 → 未关联.  At most one is open.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from search_service import outbox
from search_service.errors import Conflict, NotFound, StateForbids
from search_service.kinds.access import Actor, Role
from search_service.kinds.fields import FieldError
from search_service.kinds.special_fields import credit_code
from search_service.people import contacts, trail
from search_service.people.contacts import refuse
from search_service.people.limits import MEMBERSHIP, take_in
from search_service.people.races import unless_taken
from search_service.store.ids import new_id
from search_service.store.institution import Institution
from search_service.store.people import Account, Enterprise, Membership
from search_service.store.session import Database

PENDING, APPROVED, REFUSED, REMOVED = "pending", "approved", "refused", "removed"
LABELS = {PENDING: "申请中", APPROVED: "已关联", REFUSED: "拒绝", REMOVED: "未关联"}
ENTERPRISE, INSTITUTION = "enterprise", "institution"
LONGEST_REASON = 200
OPEN_ALREADY = "已有关联或正在审核的申请:最多关联一家,请先解除"
MOST_LISTED = 200
"""On one page: oldest first, so nothing that waits is ever out of sight for long."""


@dataclass(frozen=True, slots=True)
class Link:
    """A membership as it is shown."""

    id: uuid.UUID
    kind: str
    organisation: str
    credit_code: str
    state: str
    requested_at: datetime
    reason: str | None
    person: str
    reachable: str
    """Phone or mail, masked."""

    @property
    def label(self) -> str:
        """The state in words."""
        return LABELS[self.state]


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom somebody wants to act, checked in form only."""

    kind: str
    name: str
    credit_code: str


def wanted(kind: object, code: object, name: object = "") -> Wanted:
    """Read what was typed: an enterprise by code and name, an institution by code, and by name where several have it.

    Raises:
        Invalid: with the place.
    """
    if kind == ENTERPRISE:
        organisation = contacts.name(name, "organisation", limit=contacts.LONGEST_ORGANISATION)
        return Wanted(ENTERPRISE, organisation, contacts.enterprise_code(code))
    if kind != INSTITUTION:
        raise refuse("kind", "unknown_kind", "请选择企业或机构", "可用:enterprise、institution")
    try:
        found = credit_code(code[:60] if isinstance(code, str) else "")
    except FieldError as error:
        raise refuse("credit_code", error.code, str(error), error.hint) from None
    organisation = contacts.name(name, "organisation", limit=contacts.LONGEST_ORGANISATION) if name else ""
    return Wanted(INSTITUTION, organisation, found)


def ask(database: Database, account_id: uuid.UUID, want: Wanted) -> Link:
    """Ask to act for an organisation.

    Raises:
        Conflict: another membership is open.
        Invalid: no institution with this code on the platform, or several and none of this name.
    """
    with database.write() as session:
        account = session.get_one(Account, account_id)
        take_in(session, [(MEMBERSHIP, str(account_id))])
        row = add(session, account, want)
        session.flush()
        return _link(_loaded(session, row.id))


def add(session: Session, account: Account, want: Wanted) -> Membership:
    """The same inside a transaction (a registration)."""
    if Role(account.role) is not Role.PERSON:
        raise Conflict("平台人员的账号不能关联企业或机构")
    if _open(session, account.id) is not None:
        raise Conflict(OPEN_ALREADY)
    enterprise = institution = None
    if want.kind == ENTERPRISE:
        enterprise = _enterprise(session, want)
    else:
        institution = institution_of(session, want)
    row = Membership(
        id=new_id(),
        account_id=account.id,
        enterprise_id=enterprise.id if enterprise else None,
        institution_id=institution.id if institution else None,
        claimed_name=want.name or (institution.name if institution else ""),
        state=PENDING,
        requested_at=session.info["now"](),
    )
    with unless_taken(session, OPEN_ALREADY):
        session.add(row)
    trail.note(session, trail.self_of(account), "ask", trail.MEMBERSHIP, row.id)
    return row


def add_approved(session: Session, actor: Actor, account: Account, want: Wanted) -> None:
    """Made and approved in one step by whoever makes the account (`administration.create`)."""
    row = add(session, account, want)
    row.state, row.decided_at, row.decided_by = APPROVED, session.info["now"](), actor.name
    trail.note(session, actor, "approve", trail.MEMBERSHIP, row.id)


def has_open(session: Session, account_id: uuid.UUID) -> bool:
    """Whether an account is linked, or has asked for it."""
    return _open(session, account_id) is not None


def of(database: Database, account_id: uuid.UUID) -> Link | None:
    """The membership that is open, or else the one refused last."""
    with database.read() as session:
        row = _open(session, account_id) or session.scalar(
            select(Membership)
            .where(Membership.account_id == account_id, Membership.state == REFUSED)
            .order_by(Membership.requested_at.desc())
            .limit(1)
        )
        return None if row is None else _link(_loaded(session, row.id))


def listed(database: Database, state: str = PENDING) -> Sequence[Link]:
    """For staff: in the order in which they came."""
    with database.read() as session:
        rows = session.scalars(
            select(Membership)
            .where(Membership.state == state)
            .options(*_WHOLE)
            .order_by(Membership.requested_at, Membership.id)
            .limit(MOST_LISTED)
        )
        return [_link(row) for row in rows]


def approve(database: Database, actor: Actor, membership_id: uuid.UUID) -> Link:
    """Let a person act for the organisation.

    Raises:
        NotFound, StateForbids: it is not there, or not waiting.
    """
    with database.write() as session:
        row = _waiting(session, membership_id, actor)
        row.state, row.decided_at, row.decided_by = APPROVED, session.info["now"](), actor.name
        if row.enterprise is not None:
            row.enterprise.name = row.claimed_name  # checked by whoever approves, against the licence
        _decided(session, actor, row, "approve", "membership_approved", {"name": _name(row)})
        return _link(row)


def decline(database: Database, actor: Actor, membership_id: uuid.UUID, reason: object) -> Link:
    """Refuse, with a reason that the person reads.

    Raises:
        NotFound, StateForbids, Invalid (no reason).
    """
    why = contacts.name(reason, "reason", limit=LONGEST_REASON)
    with database.write() as session:
        row = _waiting(session, membership_id, actor)
        now = session.info["now"]()
        row.state, row.decided_at, row.decided_by, row.reason, row.ended_at = REFUSED, now, actor.name, why, now
        _decided(session, actor, row, "refuse", "membership_refused", {"name": _name(row), "reason": why}, why)
        return _link(row)


def remove(database: Database, actor: Actor, membership_id: uuid.UUID, *, by_staff: bool, reason: object = "") -> None:
    """End a membership or withdraw the request: one's own, or by staff with a reason.  Its rights end at once.

    Raises:
        NotFound: not there, over, or somebody else's.
        Invalid: staff without a reason.
    """
    why = contacts.name(reason, "reason", limit=LONGEST_REASON) if by_staff else None
    with database.write() as session:
        row = _loaded(session, membership_id, lock=True)
        if row is None or row.ended_at is not None or not (by_staff or row.account_id == actor.account_id):
            raise _missing()
        row.state, row.ended_at, row.reason = REMOVED, session.info["now"](), why
        trail.note(session, actor, "remove", trail.MEMBERSHIP, row.id, reason=why)


_WHOLE = (joinedload(Membership.account), joinedload(Membership.enterprise), joinedload(Membership.institution))


def _loaded(session: Session, membership_id: uuid.UUID, *, lock: bool = False) -> Membership:
    query = select(Membership).where(Membership.id == membership_id).options(*_WHOLE)
    found = session.scalar(query.with_for_update(of=Membership) if lock else query)
    if found is None:
        raise _missing()
    return found


def _waiting(session: Session, membership_id: uuid.UUID, actor: Actor) -> Membership:
    row = _loaded(session, membership_id, lock=True)
    if row.state != PENDING:
        raise StateForbids(f"该申请当前为“{LABELS[row.state]}”,不能再审核")
    if row.account_id == actor.account_id:
        raise Conflict("不能审核自己的申请,请由其他人员处理")
    return row


def _decided(
    session: Session,
    actor: Actor,
    row: Membership,
    action: str,
    template: str,
    params: dict[str, str],
    reason: str | None = None,
) -> None:
    trail.note(session, actor, action, trail.MEMBERSHIP, row.id, reason=reason)
    channel, recipient = contacts.reach(row.account.phone, row.account.mail)
    outbox.put(session, channel, recipient, template, params, event=f"membership:{row.id}")


def _open(session: Session, account_id: uuid.UUID) -> Membership | None:
    mine = (Membership.account_id == account_id, Membership.ended_at.is_(None))
    return session.scalar(select(Membership).where(*mine))


def _enterprise(session: Session, want: Wanted) -> Enterprise:
    found = session.scalar(select(Enterprise).where(Enterprise.credit_code == want.credit_code))
    if found is None:
        found = Enterprise(id=new_id(), name=want.name, credit_code=want.credit_code, created_at=session.info["now"]())
        with unless_taken(session, "这家企业正由另一个申请登记,请再提交一次"):
            session.add(found)
    return found


def institution_of(session: Session, want: Wanted) -> Institution:
    """The institution that is meant: by code; a branch may carry its parent's (D4), then the name decides.

    Raises:
        Invalid: there is none, or several and none of this name.
    """
    rows = session.scalars(
        select(Institution).where(Institution.credit_code == want.credit_code, Institution.deleted_at.is_(None))
    ).all()
    if len(rows) > 1:
        rows = [row for row in rows if row.name == want.name]
        if not rows:
            raise refuse("organisation", "several", "有多家机构使用这个信用代码", "请填写与资质证书一致的机构全称")
    if not rows:
        hint = "机构须先申请入驻;刚提交的申请请等待审核"
        raise refuse("credit_code", "unknown_institution", "平台上没有这个信用代码的机构", hint)
    return rows[0]


def _name(row: Membership) -> str:
    return row.institution.name if row.institution is not None else row.claimed_name


def _link(row: Membership) -> Link:
    side = row.institution or row.enterprise
    assert side is not None, "a membership has one side"
    return Link(
        id=row.id,
        kind=INSTITUTION if row.institution is not None else ENTERPRISE,
        organisation=_name(row),
        credit_code=side.credit_code,
        state=row.state,
        requested_at=row.requested_at,
        reason=row.reason,
        person=row.account.name,
        reachable=contacts.masked(row.account.phone or row.account.mail or ""),
    )


def _missing() -> NotFound:
    return NotFound("没有这个关联申请,可能已被处理")
