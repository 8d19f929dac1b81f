"""Roles: one table of permissions.  What is not granted here is refused; every route names what it asks for.

`docs/people.md` prints the table; `tests/api/test_doors.py` knocks at every route with every role.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from search_service.errors import Forbidden, Unauthenticated
from search_service.kinds.access import Actor, Role


class Permission(StrEnum):
    """What somebody may do, before it is asked to which object (`records/access.py` and its like)."""

    READ = "read"
    """What is public: searching, looking up, judging; probes."""
    ENTER = "enter"
    """Register, sign in, reset a password."""
    POST_REQUIREMENT = "requirement.post"
    """Post a requirement, also as a guest with name and phone, and follow one's own (S5-40, S5-55)."""
    CHOOSE_SERVICE = "service.choose"
    """Choose a recommended service, order: asks for membership (S5-54)."""
    OWN_ACCOUNT = "account.own"
    """One's own account, sessions and membership."""
    WRITE_RECORDS = "record.write"
    """Create and change records, as far as their fields allow."""
    SEE_WHY_NOT = "requirement.why_not"
    """Ask why an institution was not recommended; institutions about themselves only."""
    HANDLE_REQUIREMENTS = "requirement.handle"
    """The worklist: respond, enter requirements for others, edit and send recommendations."""
    DECIDE_MEMBERSHIPS = "membership.decide"
    """Approve or refuse who acts for an enterprise or an institution."""
    EXPLAIN_SEARCH = "search.explain"
    """See how a search was read, scored and timed."""
    PROPOSE_WORDS = "vocabulary.propose"
    PUBLISH_WORDS = "vocabulary.publish"
    SET_CALENDAR = "calendar.set"
    MANAGE_ACCOUNTS = "account.manage"
    READ_AUDIT = "audit.read"


_P = Permission
_EVERYBODY = frozenset({_P.READ, _P.ENTER, _P.POST_REQUIREMENT})
_SIGNED_IN = _EVERYBODY | {_P.OWN_ACCOUNT}
_STAFF = _SIGNED_IN | {
    _P.WRITE_RECORDS,
    _P.SEE_WHY_NOT,
    _P.HANDLE_REQUIREMENTS,
    _P.DECIDE_MEMBERSHIPS,
    _P.EXPLAIN_SEARCH,
    _P.PROPOSE_WORDS,
    _P.PUBLISH_WORDS,
    _P.SET_CALENDAR,
}

GRANTED: Mapping[Role, frozenset[Permission]] = {
    Role.PUBLIC: _EVERYBODY,
    Role.PERSON: _SIGNED_IN | {_P.CHOOSE_SERVICE},
    Role.ENTERPRISE: _SIGNED_IN | {_P.CHOOSE_SERVICE},
    # Offers services and does not choose them: an institution that is a client signs in as an enterprise.
    Role.INSTITUTION: _SIGNED_IN | {_P.WRITE_RECORDS, _P.SEE_WHY_NOT},
    Role.STAFF: _STAFF,
    Role.ADMINISTRATOR: _STAFF | {_P.MANAGE_ACCOUNTS},
    Role.AUDITOR: _SIGNED_IN | {_P.READ_AUDIT},
}
"""The table.  Nobody has every permission: who manages accounts does not also audit (GB/T 22239 8.1.4.2)."""

WORDS: Mapping[Role, str] = {
    Role.PUBLIC: "访客",
    Role.PERSON: "普通用户",
    Role.ENTERPRISE: "企业",
    Role.INSTITUTION: "机构",
    Role.STAFF: "撮合人员",
    Role.ADMINISTRATOR: "平台管理员",
    Role.AUDITOR: "审计员",
}


def allowed(role: Role, permission: Permission) -> bool:
    """Whether the table grants it."""
    return permission in GRANTED[role]


def require(actor: Actor, permissions: Iterable[Permission]) -> None:
    """Refuse who lacks one of them.

    Raises:
        Unauthenticated, Forbidden: nobody known, or somebody without the right.
    """
    if all(allowed(actor.role, permission) for permission in permissions):
        return
    if actor.role is Role.PUBLIC:
        raise Unauthenticated("此操作需要登录:请先登录,或在请求头中提供 Authorization: Bearer zx_…")
    raise Forbidden(f"您的身份({WORDS[actor.role]})没有权限执行此操作")
