"""A database with two institutions in 西安, and everybody who may ask."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from stdnum.cn import uscc

from api.wiring import Services
from search_service.kinds import REGISTRY
from search_service.kinds.access import Actor, Role
from search_service.records.write import Written, create
from search_service.store.session import Database
from tests.support import rows

STAFF = Actor(Role.STAFF, "staff:1")


def credit_code(number: int) -> str:
    body = f"91610131MA6{number:06d}".replace("O", "0")
    return body + uscc.calc_check_digit(body)


@dataclass(frozen=True)
class People:
    """Two institutions and those who act for them."""

    ours: uuid.UUID
    theirs: uuid.UUID
    owner: Actor
    other: Actor


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def people(database: Database) -> People:
    with database.write() as session:
        rows.xian(session)
        ours = rows.institution(session, "示例甲检测中心", contact="张某").id
        theirs = rows.institution(session, "示例乙检测中心").id
    return People(
        ours,
        theirs,
        Actor(Role.INSTITUTION, "institution:a", ours),
        Actor(Role.INSTITUTION, "institution:b", theirs),
    )


Make = Callable[..., Written]


@pytest.fixture
def make(database: Database) -> Make:
    def found(record: str, actor: Actor = STAFF, /, **body: Any) -> Written:
        return create(database, REGISTRY.record(record), actor, body)

    return found


CAPABILITY = {"object": "热轧带肋钢筋", "parameter": "屈服强度", "standards": ["GB/T 228.1-2021"]}
