"""Words of a vocabulary version: the same with both libraries, in force inside of a block, never mixed in memories."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers import pinyin, words
from analyzers.words import LONGEST, MOST_FREQUENT, SHIPPED, Dictionary, current, using
from search_service.query.lexical import BODY_W, LexicalRow, analyse

TEXT = "钢筋混凝土用热轧带肋钢筋屈服强度检测"
PIECES = "热轧 轧带 带肋 肋钢 钢筋 屈服 强度 钢筋屈服 热轧带肋钢筋 混凝土 钢筋混凝土 用热 盐雾 导则 检测".split()

changes = st.dictionaries(st.sampled_from(PIECES), st.sampled_from([0, 1, 3, 500, MOST_FREQUENT]), max_size=5)


@settings(max_examples=15, deadline=None)  # each loads two dictionaries, one of them in half a second
@given(changes)
def test_both_libraries_cut_by_it_alike(changed: dict[str, int]) -> None:
    own = [*words.own_words(), *changed.items()]
    fast, plain = words.load_rjieba(own), words.load_jieba(own)
    if fast is None:
        pytest.skip("rjieba is not installed")
    for text in (TEXT, "".join(PIECES), "盐雾箱导则"):
        assert fast.cut(text, False) == plain.cut(text, False)
        assert fast.cut_for_search(text, False) == plain.cut_for_search(text, False)


def test_a_word_holds_inside_of_the_block_only() -> None:
    assert words.cut_words("热轧带肋钢筋") == ["热轧", "带", "肋", "钢筋"]
    with using(Dictionary((("热轧带肋钢筋", 3),))):
        assert words.cut_words("热轧带肋钢筋") == ["热轧带肋钢筋"]
        with using(Dictionary((("钢筋", 0),))):
            assert words.cut_words("钢筋") == ["钢", "筋"]
        assert words.cut_words("热轧带肋钢筋") == ["热轧带肋钢筋"]
    assert words.cut_words("热轧带肋钢筋") == ["热轧", "带", "肋", "钢筋"]
    assert current() is SHIPPED


def test_a_failure_inside_of_the_block_ends_it() -> None:
    with pytest.raises(ZeroDivisionError), using(Dictionary((("带肋", 3),))):
        _ = 1 / 0
    assert current() is SHIPPED


def test_threads_do_not_see_each_others_words() -> None:
    together = Barrier(2)

    def cut(dictionary: Dictionary) -> list[str]:
        with using(dictionary):
            together.wait()
            found = words.cut_words("热轧带肋钢筋")
            together.wait()
            return found

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(cut, [SHIPPED, Dictionary((("带肋", 3),))])
    assert (one, other) == (["热轧", "带", "肋", "钢筋"], ["热轧", "带肋", "钢筋"])


@given(changes)
def test_equal_changes_are_one_dictionary_in_whatever_order(changed: dict[str, int]) -> None:
    there = Dictionary(tuple(changed.items()))
    back = Dictionary(tuple(reversed(changed.items())))
    assert there == back
    assert (there.fingerprint == "") == (not changed)
    assert there.fingerprint == back.fingerprint


def test_other_changes_are_another_dictionary() -> None:
    made = [(), (("带肋", 3),), (("带肋", 4),), (("带肋", 0),), (("带肋", 3), ("热轧带肋", 3))]
    assert len({Dictionary(entries).fingerprint for entries in made}) == len(made)


@pytest.mark.parametrize(
    "entry", [("钢", 3), ("led灯", 3), ("", 3), ("钢 筋", 3), ("钢" * (LONGEST + 1), 3), ("带肋", -1), ("带肋", 10**9)]
)
def test_what_no_dictionary_can_hold_is_left_out_of_it(entry: tuple[str, int]) -> None:
    """P12: a wrong row in a database must not keep a search from opening."""
    assert Dictionary((entry, ("盐雾箱", 3))) == Dictionary((("盐雾箱", 3),))
    with using(Dictionary((entry,))):
        assert words.cut_words(TEXT)[0] == "钢筋"


def test_what_is_remembered_of_a_text_is_remembered_with_its_dictionary() -> None:
    row = LexicalRow(names=("热轧带肋钢筋",), texts=("带肋",))

    def analysed() -> tuple[str, tuple[str, ...]]:
        return analyse(row).texts[BODY_W], tuple(pinyin.index_tokens("热轧带肋钢筋"))

    shipped = analysed()
    with using(Dictionary((("热轧带肋", 3), ("带肋", 3)))):
        changed = analysed()
    assert changed[0] != shipped[0]
    assert changed[1] != shipped[1]
    assert analysed() == shipped


def test_more_dictionaries_than_are_held_are_loaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_loaded", {})
    for number in range(1, 9):
        with using(Dictionary((("带肋", number),))):
            assert words.cut_words("带肋") == ["带肋"]
    assert len(words._loaded) <= 5
    with using(Dictionary((("带肋", 1),))):
        assert words.cut_words("带肋") == ["带肋"]


def test_words_of_one_dictionary_are_not_in_documents_cut_by_another() -> None:
    """P7, the 热轧带肋钢筋 case: why words and index go together; `tests/indexers/test_preview.py` shows it caught."""
    document = set(words.index_words("热轧带肋钢筋"))
    with using(Dictionary((("热轧带肋钢筋", 3),))):
        asked = set(words.query_words("热轧带肋钢筋"))
        again = set(words.index_words("热轧带肋钢筋"))
    assert asked - document == {"热轧带肋钢筋", "轧带"}
    assert asked <= again
