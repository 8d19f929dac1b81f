import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.fold import fold
from analyzers.grams import unit_tokens
from analyzers.institution_name import short_forms


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("江苏澄信检验检测认证股份有限公司", ["澄信检测", "澄信检验检测", "澄信", "江苏澄信", "江苏澄信检验检测认证"]),
        ("江苏东方澄信检测有限公司", ["澄信检测", "东方澄信检测"]),
        ("通标标准技术服务(上海)有限公司", ["通标", "通标标准技术服务"]),
        ("陕西省计量科学研究院", ["陕西省计量院", "陕西计量院"]),
        ("西安市产品质量监督检验院", ["西安质检院", "西安市质检院"]),
        ("内蒙古自治区计量测试研究院", ["内蒙古计量院"]),
        ("深圳市盐田区疾病预防控制中心", ["盐田疾控中心", "盐田区疾控中心"]),
        ("中国计量科学研究院", ["中国计量院"]),
        ("国家食品质量监督检验中心", ["国家食品质检中心"]),
        ("国家电器安全质量监督检验中心（浙江）", ["国家电器安全质量监督检验中心"]),
        ("江苏澄信检测有限公司苏州分公司", ["江苏澄信检测苏州分公司"]),
        ("宁波市计量测试研究院有限公司", ["宁波计量院"]),
        ("Acme Testing Co., Ltd.", ["acme testing"]),
        ("江蘇澄信檢驗檢測認證股份有限公司", ["澄信检测"]),
    ],
)
def test_people_look_for(name: str, wanted: list[str]) -> None:
    forms = short_forms(name)
    assert [form for form in wanted if form not in forms] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("江苏纤维检测有限公司", ["江苏纤维检测"]),  # 纤维检测 means the subject
        ("上海玩具与儿童用品检测有限公司", ["上海玩具与儿童用品检测"]),
        ("中国测试技术研究院", []),
        ("宁夏回族自治区食品检测研究院", ["宁夏食品检测研究院"]),
        ("西安", []),
        ("公司", []),
        ("有限公司", []),
        ("江苏公司", []),
        ("", []),
    ],
)
def test_nothing_that_means_something_else(name: str, expected: list[str]) -> None:
    assert short_forms(name) == expected


def test_brackets_of_both_widths_and_blanks_are_one() -> None:
    written = ["机构代码中心（全国）", "机构代码中心(全国)", "机构代码中心 (全国)"]
    assert [short_forms(name) for name in written] == [["机构代码中心"]] * 3
    assert len({"".join(unit_tokens(fold(name))) for name in written}) == 1


def test_places_of_its_own_are_known_beside_the_provinces() -> None:
    assert "示范计量所" not in short_forms("示范镇计量检定所")
    assert "示范计量所" in short_forms("示范镇计量检定所", ["示范镇", "示范"]) or "示范镇计量所" in short_forms(
        "示范镇计量检定所", ["示范镇"]
    )


@given(
    st.lists(
        st.sampled_from([*"江苏省西安市澄信检验检测认证（全国）集团股份有限公司分计量院 ", "有限公司", "检测", "区"]),
        max_size=16,
    ).map("".join)
)
def test_forms_are_folded_few_new_and_apart(name: str) -> None:
    forms = short_forms(name)
    plain = ["".join(unit_tokens(form)) for form in forms]
    assert len(set(plain)) == len(plain)
    assert "".join(unit_tokens(fold(name))) not in plain
    assert all(len(form) >= 2 and fold(form) == form for form in forms)
    assert len(forms) <= 40
