"""What comes first, in which band, and what never comes (docs/ranking.md)."""

from pathlib import Path

import pytest

from search_service.kinds.profile import Profile
from search_service.query.bands import BANDS
from search_service.query.lexical import LexicalRow
from tests.query.shelf import CITES, STANDARDS, Shelf, standard

BEFORE = "identifier exact_name all_words some_words".split()


def test_editions_then_the_issuer_s_other_numbers(shelf: Shelf) -> None:
    found = shelf.ids("GB/T 228.1-2010")
    assert found[:2] == ["GB/T 228.1-2010", "GB/T 228.1-2021"]
    assert set(found[2:]) == {"GB/T 228.2-2015", "GB/T 228-2002"}


def test_without_a_year_what_is_in_force_comes_first(shelf: Shelf) -> None:
    assert shelf.ids("GB/T 228.1")[:2] == ["GB/T 228.1-2021", "GB/T 228.1-2010"]
    assert shelf.ids("19001")[:2] == ["GB/T 19001-2016", "GB/T 19001-2008"]


def test_the_record_before_its_translation_and_before_the_other_prefix(shelf: Shelf) -> None:
    assert shelf.ids("GB/T 1499.2-2018")[:3] == ["GB/T 1499.2-2018", "GB/T 1499.2-2018E", "GB 1499.2-2024"]
    assert shelf.ids("GB/T 1499.2-2018E")[0] == "GB/T 1499.2-2018E"


def test_bands_of_a_number(shelf: Shelf) -> None:
    assert shelf.bands("GB/T 228.1-2010") == {
        "GB/T 228.1-2010": "identifier",
        "GB/T 228.1-2021": "all_words",
        "GB/T 228.2-2015": "some_words",
        "GB/T 228-2002": "some_words",
    }
    assert shelf.bands("GB 13456") == {"GB 13456-2012": "identifier", "GB/T 13456-2014": "all_words"}
    assert set(shelf.bands("13456").values()) == {"identifier"}


def test_who_leaves_the_part_out_means_all_parts(shelf: Shelf) -> None:
    bands = shelf.bands("GB/T 228")
    assert bands["GB/T 228-2002"] == "identifier"
    assert bands["GB/T 228.1-2021"] == bands["GB/T 228.2-2015"] == "all_words"


def test_gbz_is_not_gb_z(shelf: Shelf) -> None:
    assert shelf.ids("GBZ 2.1")[0] == "GBZ 2.1-2019"
    assert shelf.ids("GB/Z 2.1")[0] == "GB/Z 2.1-1999"


@pytest.mark.parametrize(
    "near", ["134561", "1345", "13457", "GB/T 19012", "GB/T 19000", "JJF 52", "DB13/T 1234", "DB111235"]
)
def test_near_numbers_find_nothing(shelf: Shelf, near: str) -> None:
    counted = shelf.search(near)
    assert counted.total == 0
    assert not {hit.id for hit in counted.hits} & {"GB/T 13456-2014", "GB/T 19001-2016"}


def test_an_unknown_number_finds_nothing_whatever_stands_beside_it(shelf: Shelf) -> None:
    assert shelf.ids("GB/T 99999-2020 金属材料 拉伸试验") == []
    assert shelf.ids("99999") == []


def test_a_glued_local_prefix_is_every_number_that_it_can_be(shelf: Shelf) -> None:
    assert shelf.ids("DB11T1234")[0] == "DB11/T 1234-2015"
    assert shelf.ids("DB1112T34")[0] == "DB1112/T 34-2020"


def test_a_number_that_nobody_can_parse_is_found_as_a_whole(shelf: Shelf) -> None:
    assert shelf.ids("ybb00332003") == ["YBB 00332003"]
    assert shelf.ids("13")[0] == "T/CAS 13-2020"
    assert "T/CMAM K13-2022" not in shelf.ids("13")


def test_a_number_in_a_title_is_named_there(shelf: Shelf) -> None:
    assert shelf.ids("GB/T 19001-2000")[0] in {"GB/T 19001-2016", "GB/T 19001-2008"}
    assert shelf.bands("GB/T 19001-2000")["GB/Z 19030-2009"] == "all_words"
    assert shelf.ids("GB/T 19001—2000的统计技术指南")[0] == "GB/Z 19030-2009"


def test_words_beside_an_owned_number_do_not_decide(shelf: Shelf) -> None:
    assert shelf.ids("按 GB/T 228.2-2015 做第1部分室温试验要多少钱")[0] == "GB/T 228.2-2015"


def test_several_numbers_are_all_found(shelf: Shelf) -> None:
    bands = shelf.bands("GB/T 228.1、JJG 52-2013、GB 2762")
    assert {key for key, band in bands.items() if band == "identifier"} == {
        "GB/T 228.1-2021",
        "GB/T 228.1-2010",
        "JJG 52-2013",
        "GB 2762-2022",
    }


def test_the_exact_name_is_a_band_and_its_namesakes_go_by_priors(shelf: Shelf) -> None:
    found = shelf.search("质量管理体系 要求")
    assert [hit.id for hit in found.hits[:2]] == ["GB/T 19001-2016", "GB/T 19001-2008"]
    assert shelf.bands("质量管理体系要求")["GB/T 19001-2016"] == "exact_name"
    assert shelf.bands("质量管理体系")["GB/T 19001-2016"] == "all_words"


def test_text_over_length_of_namesakes(tmp_path: Path) -> None:
    rows = {
        "old": standard("GB 1-1990", "生活饮用水卫生标准", status="withdrawn"),
        "new": standard("GB 1-2022", "生活饮用水卫生标准", "本文件规定了生活饮用水水质要求。" * 20),
    }
    assert Shelf(tmp_path, rows).ids("生活饮用水卫生标准") == ["new", "old"]


def test_pieces_of_a_title_in_any_order(shelf: Shelf) -> None:
    assert shelf.search("热轧带肋 混凝土用钢").total == 3
    assert {"GB/T 228.1-2021", "GB/T 228.1-2010"} < {
        key for key, band in shelf.bands("室温试验方法拉伸试验金属材料").items() if band == "all_words"
    }


def test_a_part_that_is_being_typed_finds_the_parts_that_it_begins(tmp_path: Path) -> None:
    titles = {
        "2": "针灸技术操作规范 第2部分:头针",
        "20": "针灸技术操作规范 第20部分:毫针",
        "3": "针灸技术操作规范 第3部分:耳针",
    }
    shelf = Shelf(tmp_path, {part: LexicalRow(names=(title,)) for part, title in titles.items()})
    assert shelf.ids("针灸技术操作规范 第2")[0] == "2"
    assert shelf.bands("针灸技术操作规范 第2")["20"] == "all_words"


def test_a_phrase_does_not_reach_over_punctuation_unless_it_was_left_out(shelf: Shelf) -> None:
    assert shelf.ids("绞盘机性能要求")[0] == "Q/07866/02011-2014"
    strict, loose = (shelf.search(text).hits[0].score for text in ("绞盘机 性能要求", "绞盘机性能要求"))
    assert strict > loose


@pytest.mark.parametrize("text", ["RoHS2.0检测", "RoHS 2.0 检测", "rohs 2.0检测", "ＲｏＨＳ２．０檢測"])
def test_scripts_side_by_side_with_or_without_a_space(shelf: Shelf, text: str) -> None:
    assert shelf.search(text).total == 1
    assert shelf.ids(text)[0] == "GB/T 26572-2011"


def test_a_question_finds_what_it_asks_for(shelf: Shelf) -> None:
    assert shelf.ids("请问热轧带肋钢筋有什么标准")[0] == "GB 1499.2-2024"
    assert shelf.search("请问热轧带肋钢筋有什么标准").total == 3


def test_words_in_different_fields_are_all_words(tmp_path: Path) -> None:
    rows = {
        "both": LexicalRow(names=("大米", "镉"), texts=("西安市示例检测中心",)),
        "one": LexicalRow(names=("大米", "铅"), texts=("宝鸡市示例检测中心",)),
    }
    shelf = Shelf(tmp_path, rows)
    assert shelf.bands("西安 大米 镉") == {"both": "all_words", "one": "some_words"}
    assert shelf.bands("镉 检测中心")["both"] == "all_words"


def test_synonyms_count_as_the_word_at_half(tmp_path: Path) -> None:
    rows = {
        "word": LexicalRow(names=("电子秤首次检定",)),
        "wider": LexicalRow(names=("衡器检定",)),
        "related": LexicalRow(names=("砝码检定",)),
        "none": LexicalRow(names=("天平检定",)),
    }
    entries = [("电子秤", "衡器", "narrower"), ("电子秤", "砝码", "related")]
    bands = Shelf(tmp_path / "with", rows, synonyms=entries).bands("电子秤 检定")
    assert bands == {"word": "all_words", "wider": "all_words", "related": "some_words", "none": "some_words"}
    shelf = Shelf(tmp_path / "again", rows, synonyms=entries)
    assert shelf.ids("电子秤 检定")[:3] == ["word", "wider", "related"]
    assert "wider" not in {
        k for k, b in Shelf(tmp_path / "bare", rows).bands("电子秤 检定").items() if b == "all_words"
    }
    assert "word" not in {k for k, b in shelf.bands("衡器 检定").items() if b == "all_words"}  # one way only


def test_pinyin_finds_below_every_text(tmp_path: Path) -> None:
    rows = {
        "sound": LexicalRow(names=("陕西计量院",)),
        "also": LexicalRow(names=("山西计量院",)),
        "text": LexicalRow(names=("shanxi metrology",)),
    }
    shelf = Shelf(tmp_path, rows)
    assert shelf.bands("shanxi") == {"text": "all_words", "sound": "some_words", "also": "some_words"}
    assert shelf.ids("shanxi")[0] == "text"
    assert shelf.bands("陕西") == {"sound": "all_words"}  # 西 alone is no word of 山西: nothing else


def test_identifiers_in_any_spelling(tmp_path: Path) -> None:
    rows = {
        "code": LexicalRow(names=("示例检测中心",), identifiers=("91610131MA6TXKXW0Q",)),
        "certificate": LexicalRow(names=("示例计量所",), identifiers=("(陕)法计(2020)01001号",)),
        "other": LexicalRow(names=("示例研究院",), identifiers=("91610131MA6TXKXW1Q",)),
    }
    shelf = Shelf(tmp_path, rows)
    for text in ("91610131MA6TXKXW0Q", "9161 0131 MA6T XKXW0Q", "91610131ma6txkxw0q", "代码91610131MA6TXKXW0Q"):
        assert shelf.bands(text)["code"] == "identifier", text
        assert shelf.search(text).total == 1, text
    assert shelf.bands("（陕）法计〔2020〕01001号")["certificate"] == "identifier"


@pytest.fixture(scope="module")
def citing(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    def row(name: str, parameter: str, *cited: str) -> LexicalRow:
        return LexicalRow(names=(name, parameter), texts=("西安市示例检测中心",), cited=cited)

    rows = {
        "tensile": row("热轧带肋钢筋", "抗拉强度", "GB/T 228.1-2021", "GB 1499.2-2024"),
        "yield": row("热轧带肋钢筋", "屈服强度", "GB/T 228.1-2021"),
        "old": row("热轧带肋钢筋", "抗拉强度", "GB/T 228.1-2010"),
        "hot": row("高温合金", "抗拉强度", "GB/T 228.2-2015"),
        "mixed": row("钢丝", "抗拉强度", "GB/T 228.1-2010", "GB/T 9999-2021", "HB 228.1-2021"),
    }
    return Shelf(tmp_path_factory.mktemp("citing"), rows, CITES)


class TestCiting:
    """Kinds whose rows name standards that they are not."""

    def test_the_edition_before_the_others_and_a_stem_alone_is_some_words(self, citing: Shelf) -> None:
        found = citing.ids("GB/T 228.1-2021")
        assert set(found[:2]) == {"tensile", "yield"}
        assert set(found[2:4]) == {"old", "mixed"}
        bands = citing.bands("GB/T 228.1-2021")
        assert bands.pop("hot") == "some_words"
        assert set(bands.values()) == {"all_words"}

    def test_the_best_of_a_row_s_standards_never_their_sum(self, citing: Shelf) -> None:
        scores = {hit.id: hit.score for hit in citing.search("GB/T 228.1-2021").hits}
        assert scores["mixed"] == pytest.approx(scores["old"], abs=1)
        assert scores["mixed"] < scores["yield"]

    def test_words_beside_the_number_count_fully(self, citing: Shelf) -> None:
        assert citing.ids("GB/T 228.1-2021 屈服强度")[0] == "yield"
        assert {k for k, b in citing.bands("GB/T 228.1 屈服强度").items() if b == "all_words"} == {"yield"}
        assert citing.bands("GB/T 228.1 抗拉强度")["yield"] == "some_words"
        assert citing.bands("西安 GB/T 228.1 钢丝 检测") == {
            "mixed": "all_words",
            "tensile": "some_words",
            "yield": "some_words",
            "old": "some_words",
            "hot": "some_words",
        }

    def test_an_unknown_number_finds_nothing(self, citing: Shelf) -> None:
        assert citing.ids("GB/T 777 热轧带肋钢筋") == []


def test_a_declared_prior_orders_equals(tmp_path: Path) -> None:
    rows = {
        "a": LexicalRow(names=("压力表校准",), flags=("plain",)),
        "b": LexicalRow(names=("压力表校准",), flags=("proven",)),
    }
    assert Shelf(tmp_path / "without", rows, Profile("shelf")).ids("压力表")[0] == "a"
    assert Shelf(tmp_path / "with", rows, Profile("shelf", priors={"proven": 0.5})).ids("压力表")[0] == "b"


def test_nothing_typed_lists_everything_and_nothing_readable_finds_nothing(shelf: Shelf) -> None:
    assert shelf.search("  ").total == len(STANDARDS)
    assert shelf.search("*?!").total == 0
    assert shelf.search("*?!").hits == ()


def test_bands_are_in_order() -> None:
    assert list(BANDS) == BEFORE
    assert list(BANDS.values()) == sorted(BANDS.values(), reverse=True)
