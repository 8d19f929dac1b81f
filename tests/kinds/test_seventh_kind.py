"""One declaration (founding decision 2): a toy kind in one file gets everything without touching another."""

import time
import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import ColumnElement, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from starlette.testclient import TestClient

from api.app import create
from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.errors import DeclarationError
from search_service.kinds import REGISTRY
from search_service.kinds.access import Role
from search_service.kinds.base import Kind
from search_service.kinds.fields import Text
from search_service.kinds.parts import Filter, Sort, Use, Window, Words
from search_service.query.request import SearchRequest
from search_service.records.tokens import create_token
from search_service.store.base import Base, Entity

# The toy's own file would end here: a table …


class Toy(Entity, Base):
    __tablename__ = "toy"

    name: Mapped[str] = mapped_column(String(50))
    colour: Mapped[str] = mapped_column(String(20))
    maker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("maker.id"))
    maker: Mapped["Maker | None"] = relationship(lazy="raise")


class Maker(Entity, Base):
    __tablename__ = "maker"

    name: Mapped[str] = mapped_column(String(50))


# … and a declaration.


class ToyKind(Kind):
    name, plural, label = "toy", "toys", "玩具"
    model = Toy
    title = "name"
    fields = (
        Text(name="name", label="名称", required=True, use=Use.NAME),
        Text(name="colour", label="颜色", required=True, filter=Filter("colour", "颜色", "colour")),
    )
    words = (Words(Use.TEXT, "maker.name"),)
    sorts = (Sort("newest", "最新", lambda row: int(row.created_at.timestamp()), descending=True),)
    priors = {"red": 3.0}  # noqa: RUF012

    def visible(self, now: datetime) -> ColumnElement[bool]:
        del now
        return Toy.deleted_at.is_(None)

    def window(self, row: Toy, now: datetime) -> Window | None:
        del now
        return None if row.deleted_at else Window()


@pytest.fixture
def toys(services: Services) -> Iterator[Services]:
    REGISTRY.add(ToyKind())
    tables = [Base.metadata.tables[name] for name in ("maker", "toy")]
    Base.metadata.create_all(services.database.engine, tables)
    with services.database.write() as session:
        maker = Maker(name="示例玩具厂")
        session.add_all(
            [
                maker,
                Toy(name="积木 火车", colour="红", maker=maker),
                Toy(name="积木 城堡", colour="蓝", maker=maker),
                Toy(name="风筝", colour="红"),
            ]
        )
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    yield services
    REGISTRY.remove("toy")


def test_it_is_searched_filtered_counted_and_mixed(toys: Services) -> None:
    answer = toys.search.search(SearchRequest(q="积木"))
    assert {hit.title for hit in answer.hits} == {"积木 火车", "积木 城堡"}
    assert answer.kinds["toy"] == 2
    assert {v.value: v.count for v in answer.facets["colour"]} == {"红": 1, "蓝": 1}
    red = toys.search.search(SearchRequest(kinds=("toy",), filters={"colour": ("红",)}))
    assert {hit.title for hit in red.hits} == {"积木 火车", "风筝"}
    assert {v.value: v.count for v in red.facets["colour"]} == {"红": 2, "蓝": 1}
    assert {s.text for s in toys.search.suggest("积")} == {"积木 火车", "积木 城堡"}
    assert toys.search.search(SearchRequest(q="玩具厂", kinds=("toy",))).total == 2


def test_what_it_is_made_of_marks_it(toys: Services) -> None:
    with toys.database.write() as session:
        maker = session.query(Maker).one()
        maker.name = "示例积木工坊"
    drain_all(toys.database, toys.engine, worker="w")
    assert toys.search.search(SearchRequest(q="积木工坊", kinds=("toy",))).total == 2


def test_the_api_and_the_pages_know_it(toys: Services) -> None:
    token = create_token(toys.database, Role.STAFF, None)
    with TestClient(create(toys)) as client:
        paths = client.get("/api/v1/openapi.json").json()["paths"]
        assert {"/api/v1/toys", "/api/v1/toys/{record_id}"} <= set(paths)
        kind = next(p for p in paths["/api/v1/search"]["get"]["parameters"] if p["name"] == "kind")
        assert "toy" in kind["schema"]["items"]["enum"]
        assert "colour" in {p["name"] for p in paths["/api/v1/search"]["get"]["parameters"]}
        made = client.post(
            "/api/v1/toys", json={"name": "陀螺", "colour": "绿"}, headers={"Authorization": f"Bearer {token}"}
        )
        assert made.status_code == 201, made.text
        for _ in range(200):  # the server's own thread brings it into the index
            if client.get("/api/v1/toys", params={"q": "陀螺"}).json()["total"]:
                break
            time.sleep(0.02)
        assert client.get("/api/v1/toys", params={"q": "陀螺"}).json()["total"] == 1
        assert "玩具" in client.get("/search", params={"q": "积木"}).text
        assert "陀螺" in client.get(f"/toys/{made.json()['id']}").text


class Broken(ToyKind):
    name, plural = "broken", "brokens"
    words = (Words(Use.TEXT, "maker.nmae"),)


class Twice(ToyKind):
    name, plural = "twice", "twices"
    filters = (Filter("colour", "颜色", "colour"),)


@pytest.mark.parametrize(("kind", "says"), [(Broken, "nmae"), (Twice, "筛选项重复"), (ToyKind, "已经声明过")])
def test_a_declaration_that_cannot_work_is_refused_when_it_is_loaded(
    toys: Services, kind: type[Kind], says: str
) -> None:
    del toys
    with pytest.raises(DeclarationError, match=says):
        REGISTRY.add(kind())
