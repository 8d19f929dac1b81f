"""The one table of roles."""

import pytest

from search_service.errors import Forbidden, Unauthenticated
from search_service.kinds.access import Actor, Role
from search_service.people.permissions import GRANTED, WORDS, Permission, allowed, require


def test_every_role_stands_in_it() -> None:
    assert set(GRANTED) == set(WORDS) == set(Role)


def test_every_permission_is_somebodys_and_nobody_has_all() -> None:
    assert set().union(*GRANTED.values()) == set(Permission)
    assert all(set(granted) != set(Permission) for granted in GRANTED.values())


def test_what_the_public_may_everybody_may() -> None:
    assert all(GRANTED[Role.PUBLIC] <= granted for granted in GRANTED.values())
    assert Permission.OWN_ACCOUNT not in GRANTED[Role.PUBLIC]


def test_choosing_a_service_asks_for_membership() -> None:
    """S5-54/55: searching and posting do not."""
    may = {role for role in Role if allowed(role, Permission.CHOOSE_SERVICE)}
    assert may == {Role.PERSON, Role.ENTERPRISE}
    assert allowed(Role.PUBLIC, Permission.POST_REQUIREMENT)


def test_who_audits_changes_nothing_and_who_manages_does_not_audit() -> None:
    own = {Permission.READ, Permission.ENTER, Permission.POST_REQUIREMENT, Permission.OWN_ACCOUNT}
    assert GRANTED[Role.AUDITOR] == own | {Permission.READ_AUDIT}
    assert not allowed(Role.ADMINISTRATOR, Permission.READ_AUDIT)


@pytest.mark.parametrize("role", list(Role))
def test_what_is_not_granted_is_refused(role: Role) -> None:
    for permission in Permission:
        if allowed(role, permission):
            require(Actor(role), [permission])
        else:
            with pytest.raises(Unauthenticated if role is Role.PUBLIC else Forbidden):
                require(Actor(role), [Permission.READ, permission])
