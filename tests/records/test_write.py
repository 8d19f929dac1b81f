"""Create, replace, change, delete (issue 3, step 3)."""

from typing import Any

import pytest
from sqlalchemy import select

from api.wiring import Services
from search_service.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from search_service.kinds import REGISTRY
from search_service.kinds.access import PUBLIC
from search_service.records.access import read
from search_service.records.write import change, create, delete, replace
from search_service.store.journal import IndexState
from search_service.store.session import Database
from tests.records.conftest import CAPABILITY, STAFF, Make, People, credit_code

CAPABILITIES = REGISTRY.record("capability")
STANDARDS = REGISTRY.record("standard")
INSTITUTIONS = REGISTRY.record("institution")


def codes(error: Invalid | Conflict) -> dict[str, str]:
    return {problem.loc: problem.code for problem in error.problems}


def institution(number: int = 1, **given: Any) -> dict[str, Any]:
    return {
        "name": f"示例第{number}检测中心",
        "credit_code": credit_code(number),
        "division": "610113",
        "address": "示例路 1 号",
        "business_kinds": ["检验检测"],
        "introduction": "简介",
        "business_scope": "范围",
        **given,
    }


def test_every_problem_is_named_at_once(make: Make) -> None:
    with pytest.raises(Invalid) as caught:
        make(
            "institution",
            name="示例\x00中心",
            credit_code="91610131MA6000001X",
            state="active",
            status="active",
            id="1",
            row_version=1,
            introducton="x",
            phone=12,
        )
    assert codes(caught.value) == {
        "name": "control_character",
        "credit_code": "credit_code_check",
        "state": "state_by_action",
        "status": "state_by_action",
        "id": "read_only",
        "row_version": "read_only",
        "introducton": "unknown_field",
        "phone": "type",
        "division": "required",
        "address": "required",
        "business_kinds": "required",
        "introduction": "required",
        "business_scope": "required",
    }
    unknown = next(p for p in caught.value.problems if p.loc == "introducton")
    assert "introduction" in unknown.hint


@pytest.mark.usefixtures("people")
def test_a_new_record_shows_what_was_stored(make: Make) -> None:
    written = make("institution", **institution(key="i-1", short_names=["甲", "甲"]))
    assert written.status == 201
    assert written.etag == '"v1"'
    assert written.body is not None
    assert written.body["business_kinds"] == ["testing"]
    assert written.body["short_names"] == ["甲"]
    assert written.body["status"] == "applied"
    assert written.body["key"] == "i-1"
    assert written.body["created_at"].startswith("2026-11-21T10:0")
    assert written.body["created_at"].endswith("+08:00")
    assert written.body["warnings"] == []
    with pytest.raises(Conflict) as caught:
        make("institution", **institution(2, key="i-1"))
    assert codes(caught.value) == {"key": "exists"}


def test_an_institution_writes_for_itself_only(make: Make, people: People, database: Database) -> None:
    mine = make("capability", people.owner, **CAPABILITY)
    assert mine.body is not None
    assert mine.body["institution"]["id"] == str(people.ours)
    with pytest.raises(Forbidden):
        make("capability", people.owner, institution=str(people.theirs), **CAPABILITY)
    with pytest.raises(Forbidden):
        make("standard", people.owner, number="GB/T 1-2020", title="标题")
    with pytest.raises(Forbidden):
        make("institution", people.owner, **institution())
    with pytest.raises(Unauthenticated):
        create(database, CAPABILITIES, PUBLIC, CAPABILITY)
    with pytest.raises(Invalid) as caught:
        make("capability", people.owner, key="squatted", **CAPABILITY)
    assert codes(caught.value) == {"key": "read_only"}
    with pytest.raises(NotFound):
        change(database, CAPABILITIES, people.other, mine.body["id"], {"remark": "x"}, "*")


def test_fields_are_writable_by_level(people: People, database: Database) -> None:
    with pytest.raises(Invalid) as caught:
        change(database, INSTITUTIONS, people.owner, str(people.ours), {"business_kinds": ["metrology"]}, "*")
    assert codes(caught.value) == {"business_kinds": "read_only"}  # S1-17
    changed = change(database, INSTITUTIONS, STAFF, str(people.ours), {"business_kinds": ["metrology"]}, "*")
    assert changed.body is not None
    assert changed.body["business_kinds"] == ["metrology"]
    with pytest.raises(Forbidden):
        change(database, INSTITUTIONS, people.other, str(people.ours), {"phone": "1"}, "*")
    with pytest.raises(Invalid) as caught:
        change(database, STANDARDS, STAFF, _standard(database), {"status_source": "我"}, "*")
    assert codes(caught.value) == {"status_source": "read_only"}


def _standard(database: Database, number: str = "GB/T 228.1-2021", **given: Any) -> str:
    written = create(database, STANDARDS, STAFF, {"number": number, "title": "金属材料", **given})
    assert written.body is not None
    return str(written.body["id"])


def test_put_blanks_what_is_absent_and_patch_does_not(database: Database) -> None:
    found = _standard(database, title_en="Metallic materials", ics=["77.040.10"])
    patched = change(database, STANDARDS, STAFF, found, {"scope": "适用于金属"}, '"v1"')
    assert patched.body is not None
    assert (patched.body["title_en"], patched.body["scope"]) == ("Metallic materials", "适用于金属")
    put = replace(database, STANDARDS, STAFF, found, {"number": "GB/T 228.1-2021", "title": "新题"}, '"v2"')
    assert put.body is not None
    assert (put.body["title"], put.body["title_en"], put.body["scope"], put.body["ics"]) == ("新题", None, None, [])
    with pytest.raises(Invalid) as caught:
        replace(database, STANDARDS, STAFF, found, {"title": "新题"}, '"v3"')
    assert codes(caught.value) == {"number": "required"}
    with pytest.raises(Invalid) as caught:
        change(database, STANDARDS, STAFF, found, {"title": None}, '"v3"')
    assert codes(caught.value) == {"title": "required"}


def test_put_keeps_what_the_writer_may_not_write(people: People, database: Database) -> None:
    content = {k: v for k, v in institution().items() if k != "business_kinds"}
    put = replace(database, INSTITUTIONS, people.owner, str(people.ours), content, "*")
    assert put.body is not None
    assert put.body["business_kinds"] == ["testing"]
    assert put.body["status"] == "active"
    assert put.body["contact"] is None


def test_the_institution_of_a_row_never_changes(make: Make, people: People, database: Database) -> None:
    mine = make("capability", people.owner, **CAPABILITY).body
    assert mine is not None
    same = replace(
        database, CAPABILITIES, people.owner, mine["id"], {**CAPABILITY, "institution": mine["institution"]}, "*"
    )
    assert same.body is not None
    assert same.body["institution"] == mine["institution"]
    with pytest.raises(Invalid) as caught:
        change(database, CAPABILITIES, STAFF, mine["id"], {"institution": str(people.theirs)}, "*")
    assert codes(caught.value) == {"institution": "fixed"}


def test_a_change_that_changes_nothing_leaves_no_trace(services: Services) -> None:
    found = _standard(services.database)
    before = _marks(services.database)
    written = change(services.database, STANDARDS, STAFF, found, {"title": "金属材料"}, '"v1"')
    assert written.etag == '"v1"'
    assert _marks(services.database) == before


def _marks(database: Database) -> dict[Any, int]:
    with database.read() as session:
        return {(s.kind, s.entity_id): s.seq for s in session.scalars(select(IndexState))}


@pytest.mark.parametrize("replaces", [["GB/T 228-2002"], ["GB/T 1-2009", "GB/T 228-2002"], []])
def test_a_changed_child_counts_up_its_root(database: Database, replaces: list[str]) -> None:
    found = _standard(database, replaces=["GB/T 228-2002", "GB/T 1-2009"])
    marks = sum(_marks(database).values())
    written = change(database, STANDARDS, STAFF, found, {"replaces": replaces}, '"v1"')
    assert written.etag == '"v2"'
    assert written.body is not None
    assert written.body["replaces"] == replaces
    assert sum(_marks(database).values()) == marks + 1


def test_rules_and_uniqueness_are_refused_with_their_place(make: Make) -> None:
    make("standard", number="GB/T 228.1-2021", title="金属材料")
    with pytest.raises(Conflict) as caught:
        make("standard", number="ＧＢ／Ｔ228.1—2021", title="又一个")
    assert codes(caught.value) == {"number": "exists"}
    with pytest.raises(Invalid) as invalid:
        make("standard", number="GB/T 5-2020", title="标题", published_on="2020-05-01", effective_on="2020年1月1日")
    assert codes(invalid.value) == {"effective_on": "order"}
    with pytest.raises(Invalid) as invalid:
        make("standard", number="GB/T 5-2020", title="标题", replaces=["GB/T 5-2020"])
    assert codes(invalid.value) == {"replaces": "self"}


def test_what_looks_like_another_row_is_a_warning_that_names_it(make: Make, people: People) -> None:
    first, second = (make("capability", people.owner, **CAPABILITY).body for _ in range(2))
    assert first is not None
    assert second is not None
    assert [(w["code"], first["id"] in w["hint"]) for w in second["warnings"]] == [("duplicate", True)]
    other = make("capability", people.owner, **{**CAPABILITY, "standards": ["GB/T 228.1-2010"]}).body
    assert other is not None
    assert other["warnings"] == []


def test_doubtful_values_are_kept_and_said(make: Make, people: People) -> None:
    written = make("capability", people.owner, **{**CAPABILITY, "standards": [{"number": "内部方法 3", "name": "名"}]})
    assert written.body is not None
    assert written.body["standards"] == [{"number": "内部方法 3", "name": "名"}]
    assert [w["code"] for w in written.body["warnings"]] == ["number_unreadable"]


def test_a_tombstone_gives_its_number_free(database: Database) -> None:
    found = _standard(database)
    assert delete(database, STANDARDS, STAFF, found, '"v1"').status == 204
    for actor in (STAFF, PUBLIC):
        with pytest.raises(NotFound):
            read(database, STANDARDS, actor, found)
    with pytest.raises(NotFound):
        change(database, STANDARDS, STAFF, found, {"title": "x"}, "*")
    assert _standard(database) != found


def test_a_deleted_division_comes_back_under_its_code(make: Make, database: Database) -> None:
    divisions = REGISTRY.record("division")
    first = make("division", adcode="610113", name="雁塔区", short_names=["雁塔"]).body
    assert first is not None
    delete(database, divisions, STAFF, first["id"], "*")
    again = make("division", adcode="610113", name="新雁塔区").body
    assert again is not None
    assert again["id"] == first["id"]
    assert (again["name"], again["short_names"]) == ("新雁塔区", [])
    with pytest.raises(Conflict):
        make("division", adcode="610113", name="又一个")


def test_only_those_who_may_create_may_delete(make: Make, people: People, database: Database) -> None:
    with pytest.raises(Forbidden):
        delete(database, INSTITUTIONS, people.owner, str(people.ours), "*")
    mine = make("capability", people.owner, **CAPABILITY).body
    assert mine is not None
    assert delete(database, CAPABILITIES, people.owner, mine["id"], "*").status == 204


def test_links_stay_inside_the_institution(make: Make, people: People) -> None:
    theirs = make("certificate", people.other, nature="CMA", number="示例 001", valid_to="2029-12-31").body
    assert theirs is not None
    with pytest.raises(Invalid) as caught:
        make("capability", people.owner, **CAPABILITY, certificates=[theirs["id"]])
    assert codes(caught.value) == {"certificates": "foreign"}
    with pytest.raises(Invalid) as caught:
        make("capability", people.owner, **CAPABILITY, certificates=["nobody"])
    assert codes(caught.value) == {"certificates": "reference"}
