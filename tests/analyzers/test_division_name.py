import csv
from collections import defaultdict
from pathlib import Path

import pytest

from analyzers.division_name import ancestors, covers, is_placeholder, parent_of, short_name_table, short_names

_TABLES = Path(__file__).parents[3] / "shared/data/divisions"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("西安市", ["西安"]),
        ("雁塔区", ["雁塔"]),
        ("东城区", ["东城"]),
        ("陕西省", ["陕西"]),
        ("北京市", ["北京"]),
        ("蓝田县", ["蓝田"]),
        ("内蒙古自治区", ["内蒙古", "内蒙"]),
        ("广西壮族自治区", ["广西"]),
        ("宁夏回族自治区", ["宁夏"]),
        ("新疆维吾尔自治区", ["新疆"]),
        ("西藏自治区", ["西藏"]),
        ("香港特别行政区", ["香港"]),
        ("恩施土家族苗族自治州", ["恩施", "恩施州"]),
        ("伊犁哈萨克自治州", ["伊犁", "伊犁州"]),
        ("前郭尔罗斯蒙古族自治县", ["前郭尔罗斯", "前郭尔罗斯县"]),
        ("积石山保安族东乡族撒拉族自治县", ["积石山", "积石山县"]),
        ("龙胜各族自治县", ["龙胜", "龙胜县"]),
        ("东乡族自治县", ["东乡", "东乡县"]),
        ("鄂温克族自治旗", ["鄂温克", "鄂温克旗"]),
        ("大兴安岭地区", ["大兴安岭"]),
        ("锡林郭勒盟", ["锡林郭勒"]),
        ("达拉特旗", ["达拉特"]),
        ("土默特左旗", []),
        ("浦东新区", ["浦东"]),
        ("清新区", ["清新"]),  # not 清 by 新区
        ("万柏林区", ["万柏林"]),  # not 万柏 by 林区
        ("神农架林区", ["神农架"]),
        ("峰峰矿区", ["峰峰"]),
        ("沙县区", ["沙县"]),
        ("津市市", ["津市"]),
        ("辉县市", ["辉县"]),
        ("赵县", []),  # one character matches anything
        ("城区", []),
        ("芒市", []),
        ("大庆高新技术产业开发区", ["大庆高新区"]),
        ("南通经济技术开发区", ["南通经开区"]),
        ("苏州工业园区", []),
        ("市辖区", []),
        ("", []),
    ],
)
def test_short_names(name: str, expected: list[str]) -> None:
    assert short_names(name) == expected


def test_who_keeps_a_name_that_several_would_have() -> None:
    table = short_name_table(
        {
            "110000": "北京市",
            "110100": "市辖区",
            "110101": "东城区",
            "130000": "河北省",
            "130100": "石家庄市",
            "130107": "井陉矿区",
            "130121": "井陉县",
            "460000": "海南省",
            "620000": "甘肃省",
            "620100": "兰州市",
            "620171": "兰州新区",
            "632500": "海南藏族自治州",
            "654000": "伊犁哈萨克自治州",
            "654002": "伊宁市",
            "654021": "伊宁县",
            "990000": "甲省",
            "990100": "乙市",
            "990200": "乙市",
        }
    )
    assert {adcode: names[0] if names else "" for adcode, names in table.items()} == {
        "110000": "北京",
        "110100": "",
        "110101": "东城",
        "130000": "河北",
        "130100": "石家庄",
        "130107": "",
        "130121": "井陉",
        "460000": "海南",
        "620000": "甘肃",
        "620100": "兰州",
        "620171": "",
        "632500": "海南州",
        "654000": "伊犁",
        "654002": "伊宁",
        "654021": "",
        "990000": "",  # 甲 is one character
        "990100": "",
        "990200": "",
    }


def test_the_tree_is_in_the_digits() -> None:
    assert ancestors("610113") == ["610100", "610000"]
    assert ancestors("610100") == ["610000"]
    assert ancestors("610000") == []
    assert parent_of("429004") == "429000"
    assert parent_of("419001") == "419000"
    assert covers("610000", "610113")
    assert covers("610113", "610113")
    assert not covers("610113", "610000")
    assert not covers("620000", "610113")


@pytest.mark.parametrize("adcode", ["61", "61011", "6101130", "61011a", "", "６１０１１３"])
def test_what_is_no_adcode_is_refused(adcode: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        parent_of(adcode)


@pytest.mark.real_data
@pytest.mark.skipif(not _TABLES.exists(), reason="the real tables are not beside the project")
def test_all_real_divisions() -> None:
    names: dict[str, str] = {}
    for table in ("provinces", "cities", "areas"):
        with (_TABLES / f"{table}.csv").open(encoding="utf-8") as lines:
            names.update({row["code"].ljust(6, "0"): row["name"] for row in csv.DictReader(lines)})
    assert len(names) == 3348  # 3,351 rows; 东莞, 中山 and 儋州 stand in two tables with one code
    shorts = short_name_table(names)
    assert shorts.keys() == names.keys()
    families: dict[str | None, list[str]] = defaultdict(list)
    for adcode, name in names.items():
        if is_placeholder(name):
            assert shorts[adcode] == []
            continue
        parent = next((code for code in ancestors(adcode) if not is_placeholder(names.get(code, "县"))), None)
        families[parent] += [name, *shorts[adcode]]
        assert all(2 <= len(short) < len(name) for short in shorts[adcode])
        # Who has none: one character, banners of a left and a right, zones, and whose name is taken.
        if not shorts[adcode] and len(name) > 2:
            assert name.endswith(("旗", "区", "会", "岛", "域", "城")) or short_names(name)
    for family in families.values():
        assert len(set(family)) == len(family)
    for province in (adcode for adcode in names if parent_of(adcode) is None):
        assert shorts[province]
        for other, short in shorts.items():
            assert other == province or not set(shorts[province]) & set(short)
