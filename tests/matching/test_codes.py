"""Every code of every check has an example, and beside it one that is met (docs/matching.md, the table)."""

import copy
from typing import Any

import pytest

from search_service.matching.words import CODES, NO_OFFER
from tests.matching.world import World, judge_world

TODAY = "2026-11-21"

WORLD: World = {
    "institutions": [{"id": "i", "status": "active", "division": "610113"}],
    "certificates": [
        {
            "id": "c",
            "institution": "i",
            "nature": "CMA",
            "valid_from": "2024-01-01",
            "valid_to": "2029-12-31",
            "state": "valid",
            "regions": [],
        },
        {
            "id": "m",
            "institution": "i",
            "nature": "metrology",
            "valid_from": "2024-01-01",
            "valid_to": "2029-12-31",
            "state": "valid",
        },
    ],
    "capabilities": [
        {
            "id": "k",
            "institution": "i",
            "certificates": ["c"],
            "object": "热轧带肋钢筋",
            "parameter": "屈服强度",
            "standards": ["GB/T 228.1-2021"],
        }
    ],
    "authorisations": [
        {
            "id": "a",
            "institution": "i",
            "certificates": ["m"],
            "service": "verification",
            "instrument": "压力表",
            "regulation": "JJG 52-2013",
            "range": "(0～60) MPa",
            "accuracy": "1.6级",
            "regions": ["610100"],
        }
    ],
    "plans": [],
    "standards": [
        {
            "number": "GB/T 228.1-2021",
            "title": "金属材料 拉伸试验 第1部分：室温试验方法",
            "status": "current",
            "effective_on": "2022-07-01",
            "replaces": ["GB/T 228.1-2010"],
        },
        {
            "number": "GB/T 228.1-2010",
            "title": "金属材料 拉伸试验 第1部分：室温试验方法",
            "status": "withdrawn",
            "effective_on": "2011-12-01",
            "withdrawn_on": "2022-07-01",
            "replaces": ["GB/T 228-2002"],
        },
        {"number": "GB/T 228.2-2015", "title": "高温", "status": "current"},
        {"number": "GB/T 228-2002", "title": "室温", "status": "withdrawn"},
        {
            "number": "GB/T 1-2026",
            "title": "甲",
            "status": "upcoming",
            "effective_on": "2026-12-10",
            "replaces": ["GB/T 1-2000"],
        },
        {
            "number": "GB/T 1-2000",
            "title": "甲",
            "status": "current",
            "effective_on": "2001-01-01",
            "withdrawn_on": "2026-12-10",
        },
        {"number": "GB/T 2-1999", "title": "乙", "status": "withdrawn"},
        {"number": "GB/T 3-2001", "title": "丙", "status": "withdrawn"},
        {"number": "GB/T 31-2011", "title": "丙一", "status": "current", "replaces": ["GB/T 3-2001"]},
        {"number": "GB/T 32-2011", "title": "丙二", "status": "current", "replaces": ["GB/T 3-2001"]},
        {"number": "JJG 52-2013", "title": "弹性元件式一般压力表", "status": "current"},
    ],
    "divisions": [
        {"adcode": "610000", "name": "陕西省"},
        {"adcode": "610100", "name": "西安市", "parent": "610000"},
        {"adcode": "610113", "name": "雁塔区", "parent": "610100"},
        {"adcode": "320000", "name": "江苏省"},
    ],
    "synonyms": [
        {"word": "螺纹钢", "meaning": "热轧带肋钢筋", "relation": "same"},
        {"word": "热轧带肋钢筋", "meaning": "钢筋", "relation": "narrower"},
    ],
}
TESTING = {"service": "检测", "object": "热轧带肋钢筋", "parameter": "屈服强度", "standard": "GB/T 228.1"}
METROLOGY = {"service": "检定", "object": "压力表", "standard": "JJG 52", "range": "0~25 MPa", "accuracy": "1.6级"}
REQUIREMENT = {"region": "610113", "start": "2026-12-01"}

Change = dict[str, Any]


def verdict(item: Change, **changes: Change) -> tuple[str, list[str]]:
    """Of one item, with some fields of the rows k, a, c, m, i or of the requirement r changed; None drops a row."""
    world, requirement = copy.deepcopy(WORLD), {**REQUIREMENT, **changes.pop("r", {})}
    for rows in world.values():
        for row in list(rows):
            change = changes.get(row.get("id", ""))
            if change is None:
                continue
            rows.remove(row) if change == {} else row.update(change)
    for name in ("plans", "synonyms", "standards"):
        world[name] += changes.get(name, [])
    # Only the row that the item is about: the other one would be a second offer.
    world["capabilities" if item.get("object") == "压力表" else "authorisations"] = []
    return judge_world(world, {**requirement, "items": [item]}, TODAY)[0, "i"]


def asked(base: Change, **fields: Any) -> Change:
    return {**base, **fields}


EXAMPLES: list[tuple[str, str, Change, Change]] = [
    # code, outcome, item, changes
    ("institution_not_active", "unmet", TESTING, {"i": {"status": "suspended"}}),
    ("service_not_said", "unsure", asked(TESTING, service=""), {}),
    ("service_not_said", "unsure", asked(TESTING, service="算命"), {}),
    ("service_differs", "unmet", asked(METROLOGY, service="校准"), {}),
    ("subject_unknown", "unsure", asked(TESTING, standard=""), {"k": {"object": ""}}),
    ("subject_unknown", "unsure", asked(TESTING, object="", standard=""), {}),
    ("subject_unknown", "unsure", asked(TESTING, standard=""), {"k": {"parameter": ""}}),
    ("parameter_not_said", "unsure", asked(TESTING, parameter="", standard=""), {}),
    ("subject_similar", "unsure", TESTING, {"k": {"parameter": "下屈服强度"}}),
    ("subject_similar", "unsure", asked(TESTING, object="钢筋"), {}),
    ("subject_similar", "unsure", asked(TESTING, parameter="全部参数"), {}),
    ("limited", "unsure", TESTING, {"k": {"limitation": "只用第二法"}}),
    ("limited", "unsure", asked(TESTING, parameter=""), {"k": {"limitation": "不测抗拉强度"}}),
    ("limited_out", "unmet", TESTING, {"k": {"limitation": "不测屈服强度"}}),
    ("limited_out", "unmet", TESTING, {"k": {"limitation": "钢筋除外"}}),
    ("limited_out", "unmet", TESTING, {"k": {"limitation": "只测水泥"}}),
    ("subject_differs", "unmet", asked(TESTING, parameter="镉"), {}),
    ("subject_differs", "unmet", asked(TESTING, object="水泥", standard=""), {}),
    ("offer_standard_unknown", "unsure", TESTING, {"k": {"standards": ["企业方法"]}}),
    ("offer_standard_unknown", "unsure", TESTING, {"k": {"standards": []}}),
    ("standard_unknown", "unsure", asked(TESTING, standard="GB/T 228.1-2015"), {}),
    ("standard_unknown", "unsure", asked(TESTING, standard="GB/T 99999"), {}),
    ("standard_unknown", "unsure", asked(TESTING, standard="行业标准"), {}),
    ("no_edition_in_force", "unsure", asked(TESTING, standard="GB/T 2"), {"k": {"standards": ["GB/T 2-1999"]}}),
    ("no_edition_in_force", "unsure", asked(TESTING, standard="GB/T 2"), {"k": {"standards": ["GB/T 2"]}}),
    ("edition_not_yet", "unsure", asked(TESTING, standard="GB/T 1"), {"k": {"standards": ["GB/T 1-2026"]}}),
    ("edition_changes_in_window", "unsure", asked(TESTING, standard="GB/T 1"), {"k": {"standards": ["GB/T 1-2000"]}}),
    ("edition_older", "unsure", TESTING, {"k": {"standards": ["GB/T 228.1-2010"]}}),
    ("edition_differs", "unsure", asked(TESTING, standard="GB/T 228.1-2010"), {}),
    ("edition_differs", "unsure", asked(TESTING, standard="GB/T 228"), {}),
    ("edition_differs", "unsure", asked(TESTING, standard="GB/T 228"), {"k": {"standards": ["GB/T 228"]}}),
    ("edition_differs", "unsure", asked(TESTING, standard="GB/T 3"), {"k": {"standards": ["GB/T 31-2011"]}}),
    ("standard_differs", "unmet", asked(TESTING, standard="GB/T 228.2"), {}),
    ("certificate_kind_unknown", "unsure", TESTING, {"c": {"nature": "计量认证合格证"}}),
    ("certificate_validity_unknown", "unsure", TESTING, {"c": {"valid_to": None}}),
    ("certificate_ends_in_window", "unsure", TESTING, {"c": {"valid_to": "2026-12-14"}}),
    ("certificate_not_linked", "unsure", TESTING, {"k": {"certificates": []}}),
    ("certificate_revoked", "unmet", TESTING, {"c": {"state": "revoked"}}),
    ("certificate_revoked", "unmet", TESTING, {"c": {"state": "suspended", "valid_to": None}}),
    ("certificate_missing", "unmet", TESTING, {"k": {"certificates": []}, "r": {"certificate_kinds": ["CMA"]}}),
    ("certificate_missing", "unmet", METROLOGY, {"a": {"certificates": []}}),
    ("certificate_kind", "unmet", TESTING, {"r": {"certificate_kinds": ["CNAS"]}}),
    ("certificate_kind", "unmet", TESTING, {"c": {"nature": "other"}}),
    ("certificate_not_valid", "unmet", TESTING, {"c": {"valid_to": "2026-11-30"}}),
    ("certificate_not_valid", "unmet", TESTING, {"c": {"valid_from": "2026-12-02"}}),
    ("place_too_wide", "unsure", METROLOGY, {"r": {"region": "610000"}}),
    ("region_unknown", "unsure", METROLOGY, {"a": {"regions": []}}),
    ("region_unknown", "unsure", METROLOGY, {"a": {"regions": ["320000", "西安市及周边"]}}),
    ("region_unknown", "unsure", TESTING, {"c": {"regions": ["8"]}}),
    ("place_unknown", "unsure", METROLOGY, {"r": {"region": "月球"}}),
    ("place_not_said", "unsure", METROLOGY, {"r": {"region": ""}}),
    ("region_other", "unsure", TESTING, {"c": {"regions": ["320000"]}}),
    ("region_differs", "unmet", METROLOGY, {"a": {"regions": ["320000"]}}),
    ("range_unknown", "unsure", METROLOGY, {"a": {"range": "见附表"}}),
    ("range_unknown", "unsure", asked(METROLOGY, range="25~0 MPa"), {}),
    ("unit_unclear", "unsure", asked(METROLOGY, range="0~25"), {}),
    ("unit_unclear", "unsure", asked(METROLOGY, range="0~25 ℃"), {}),
    ("range_not_covered", "unmet", asked(METROLOGY, range="0~100 MPa"), {}),
    ("accuracy_unknown", "unsure", asked(METROLOGY, accuracy="±0.5%"), {}),
    ("accuracy_unknown", "unsure", METROLOGY, {"a": {"accuracy": ""}}),
    ("accuracy_not_enough", "unmet", asked(METROLOGY, accuracy="1.0级"), {}),
    (
        "plan_without_links",
        "unsure",
        TESTING,
        {
            "k": {},
            "plans": [
                {
                    "id": "p",
                    "institution": "i",
                    "title": "热轧带肋钢筋屈服强度检测",
                    "service": "testing",
                    "certificates": ["c"],
                }
            ],
        },
    ),
    (NO_OFFER, "unmet", TESTING, {"k": {}}),
]


@pytest.mark.parametrize(
    ("code", "outcome", "item", "changes"), EXAMPLES, ids=[f"{e[0]}-{at}" for at, e in enumerate(EXAMPLES)]
)
def test_an_example_of_each_code(code: str, outcome: str, item: Change, changes: Change) -> None:
    assert verdict(item, **changes) == (outcome, [code])


def test_every_code_has_one() -> None:
    assert {code for code, *_ in EXAMPLES} == {*CODES, NO_OFFER}


MET: list[tuple[str, Change, Change]] = [
    ("as it stands", TESTING, {}),
    ("as it stands", METROLOGY, {}),
    ("检验检测 is testing", asked(TESTING, service="检验检测"), {}),
    ("检验 is answered by a capability", asked(TESTING, service="检验"), {}),
    ("a synonym", asked(TESTING, object="螺纹钢"), {}),
    ("a parent", TESTING, {"k": {"object": "钢筋"}}),
    ("a chain of links", asked(TESTING, object="螺纹钢"), {"k": {"object": "钢筋"}}),
    ("the standard settles a parameter", asked(TESTING, parameter=""), {}),
    ("the standard settles an object", asked(TESTING, object=""), {}),
    ("the standard settles a blank", TESTING, {"k": {"parameter": "", "object": ""}}),
    ("the object stands in the title", TESTING, {"k": {"object": "金属材料"}}),
    ("all parameters", TESTING, {"k": {"parameter": "全部参数"}}),
    ("all parameters, none named", asked(TESTING, parameter="", standard=""), {"k": {"parameter": "全项"}}),
    ("a limitation that names it", TESTING, {"k": {"limitation": "只测屈服强度、抗拉强度"}}),
    ("a limitation of something else", TESTING, {"k": {"limitation": "不测疲劳"}}),
    ("no limitation", TESTING, {"k": {"limitation": "无"}}),
    ("an undated row", TESTING, {"k": {"standards": ["GB/T 228.1"]}}),
    ("a dated item, an undated row", asked(TESTING, standard="GB/T 228.1-2021"), {"k": {"standards": ["GB/T 228.1"]}}),
    (
        "a withdrawn edition on itself",
        asked(TESTING, standard="GB/T 228.1-2010"),
        {"k": {"standards": ["GB/T 228.1-2010"]}},
    ),
    (
        "an unlisted number on itself",
        asked(TESTING, standard="GB/T 77777-2020"),
        {"k": {"standards": ["GB/T 77777-2020"]}},
    ),
    (
        "both editions of a change",
        asked(TESTING, standard="GB/T 1"),
        {"k": {"standards": ["GB/T 1-2000", "GB/T 1-2026"]}},
    ),
    ("an undated row holds both", asked(TESTING, standard="GB/T 1"), {"k": {"standards": ["GB/T 1"]}}),
    ("all of a split", asked(TESTING, standard="GB/T 3"), {"k": {"standards": ["GB/T 31-2011", "GB/T 32-2011"]}}),
    ("one readable number is enough", TESTING, {"k": {"standards": ["企业方法", "GB/T 228.1-2021"]}}),
    ("a demand of another service", METROLOGY, {"r": {"certificate_kinds": ["CMA"]}}),
    ("any of several demanded", TESTING, {"r": {"certificate_kinds": ["CNAS", "CMA"]}}),
    ("an item's own kinds", asked(TESTING, certificate_kinds=["CMA"]), {"r": {"certificate_kinds": ["CNAS"]}}),
    ("a blank start", TESTING, {"c": {"valid_from": None}}),
    ("an end on the last day", TESTING, {"c": {"valid_to": "2026-12-15"}}),
    ("a start on the first day", TESTING, {"c": {"valid_from": "2026-12-01"}}),
    ("everywhere", METROLOGY, {"a": {"regions": ["000000"]}, "r": {"region": ""}}),
    ("equal place", METROLOGY, {"r": {"region": "610100"}}),
    ("the item's own place", asked(METROLOGY, place="610113"), {"r": {"region": "320000"}}),
    ("testing needs no place", TESTING, {"r": {"region": ""}}),
    ("a better grade", METROLOGY, {"a": {"accuracy": "1.0级"}}),
    ("equal text", asked(METROLOGY, accuracy="见规程"), {"a": {"accuracy": "见 规程"}}),
    ("nothing asked", {"service": "检定", "object": "压力表"}, {"a": {"range": "", "accuracy": ""}}),
]


@pytest.mark.parametrize(("why", "item", "changes"), MET, ids=[why for why, *_ in MET])
def test_what_is_met(why: str, item: Change, changes: Change) -> None:
    del why
    assert verdict(item, **changes) == ("met", [])


def test_an_expired_certificate_and_another_of_the_same_nature_without_a_gap_count_as_one() -> None:
    later = {"id": "c2", "institution": "i", "nature": "CMA", "valid_from": "2026-12-06", "valid_to": "2030-01-01"}
    world = copy.deepcopy(WORLD)
    world["certificates"][0]["valid_to"] = "2026-12-05"
    world["certificates"].append(later)
    world["capabilities"][0]["certificates"] = ["c", "c2"]
    requirement = {**REQUIREMENT, "items": [TESTING]}
    assert judge_world(world, requirement, TODAY)[0, "i"] == ("met", [])
    later["valid_from"] = "2026-12-07"
    assert judge_world(world, requirement, TODAY)[0, "i"] == ("unsure", ["certificate_ends_in_window"])


def test_certificates_of_another_institution_count_for_nothing() -> None:
    world = copy.deepcopy(WORLD)
    world["certificates"][0]["institution"] = "somebody"
    assert judge_world(world, {**REQUIREMENT, "items": [TESTING]}, TODAY)[0, "i"] == (
        "unsure",
        ["certificate_not_linked"],
    )


def joined(*changes: Change) -> tuple[str, list[str]]:
    """Two authorisations, 0 to 25 and 25 to 60 MPa, the second changed."""
    world = copy.deepcopy(WORLD)
    first = world["authorisations"][0]
    first["range"] = "(0～25) MPa"
    world["authorisations"].append({**first, "id": "b", "range": "(25～60) MPa", **(changes[0] if changes else {})})
    return judge_world(world, {**REQUIREMENT, "items": [asked(METROLOGY, range="0~60 MPa")]}, TODAY)[0, "i"]


def test_rows_answer_a_range_together() -> None:
    assert joined() == ("met", [])
    assert joined({"range": "(26～60) MPa"}) == ("unmet", ["range_not_covered"])
    assert joined({"instrument": "真空表"})[0] == "unmet"
    assert joined({"certificates": []})[0] == "unmet"


def test_a_met_row_completed_by_an_unsure_one_is_unsure_and_an_unmet_row_joins_nothing() -> None:
    assert joined({"regions": []}) == ("unsure", ["region_unknown"])
    assert joined({"regions": ["320000"]}) == ("unmet", ["range_not_covered"])


def test_of_several_sets_of_rows_the_one_that_says_least_beside_the_range_answers() -> None:
    world = copy.deepcopy(WORLD)
    first = {**world["authorisations"][0], "regions": []}
    world["authorisations"] = [
        {**first, "id": "a", "range": "(0～25) MPa", "accuracy": ""},
        {**first, "id": "b", "range": "(0～25) MPa"},
        {**first, "id": "c", "range": "(25～60) MPa"},
    ]
    requirement = {**REQUIREMENT, "items": [asked(METROLOGY, range="0~60 MPa")]}
    assert judge_world(world, requirement, TODAY)[0, "i"] == ("unsure", ["region_unknown"])


@pytest.mark.parametrize(
    ("service", "nature", "expected"),
    [
        ("training", None, ("met", [])),
        ("certification", "CNAS", ("met", [])),
        ("certification", "other", ("unsure", ["certificate_kind_unknown"])),
        ("certification", None, ("unsure", ["certificate_not_linked"])),
    ],
)
def test_a_plan_is_the_offer_of_other_services(service: str, nature: str | None, expected: Any) -> None:
    plan = {"id": "p", "institution": "i", "title": "质量管理体系认证与内审员培训", "service": service}
    changes = {"plans": [{**plan, "certificates": ["c"] if nature else []}], "c": {"nature": nature}, "a": {}, "k": {}}
    assert verdict({"service": service, "object": "内审员培训"}, **changes) == expected


def test_a_plan_with_links_changes_no_verdict() -> None:
    plan = {"id": "p", "institution": "i", "title": "热轧带肋钢筋屈服强度", "service": "testing", "capabilities": ["k"]}
    changes: Change = {"k": {"parameter": "镉"}, "plans": [plan]}
    assert verdict(TESTING, **changes) == ("unmet", ["subject_differs"])
    assert verdict(TESTING, k={"state": "hidden"}, plans=[{**plan, "certificates": ["c"]}]) == (
        "unsure",
        ["plan_without_links"],
    )
