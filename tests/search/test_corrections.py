"""Live words that sound or look like what was typed."""

from search_service.query.understanding.lexicon import Collected, Lexicon, Meaning
from search_service.search.corrections import Correction, corrections


def lexicon(*phrases: tuple[str, str]) -> list[Lexicon]:
    collected = Collected()
    for text, slot in phrases:
        collected.add(text, Meaning(slot))
    return [collected.lexicon()]


LIVE = lexicon(
    ("热轧带肋钢筋", "object"),
    ("钢筋", "object"),
    ("水泥", "object"),
    ("安定性", "parameter"),
    ("检定", "service"),
    ("西安", "region"),
    ("GB12345", "object"),
)


def said(query: str, **given: object) -> list[tuple[str, str]]:
    return [(one.query, one.now) for one in corrections(query, LIVE, **given)]  # type: ignore[arg-type]


def test_one_character_makes_a_live_word() -> None:
    assert said("热扎带肋钢筋") == [("热轧带肋钢筋", "热轧带肋钢筋")]
    assert said("水尼 安定性") == [("水泥 安定性", "水泥")]
    assert said("(水 尼)") == [("(水 泥)", "水泥")]


def test_live_words_and_what_was_understood_are_left_alone() -> None:
    assert said("水泥 安定性") == []
    assert said("水尼 安定性", leave=[(0, 2)]) == []


def test_places_are_not_guessed_and_services_only_offered() -> None:
    assert said("西按") == []
    assert corrections("鉴定", LIVE) == [Correction("鉴定", "检定", "检定", taken=False)]
    assert all(one.taken for one in corrections("水尼", LIVE))


def test_no_digit_and_no_letter_changes() -> None:
    for query in ("GB12346", "gb 12354", "6B12345", "19001", ""):
        assert corrections(query, LIVE) == []


def test_the_longest_word_comes_first_and_the_script_stays() -> None:
    found = corrections("热扎带肋钢筋 水尼", LIVE)
    assert [one.now for one in found] == ["热轧带肋钢筋", "水泥"]
    assert corrections("熱扎帶肋鋼筋", LIVE)[0].query == "熱轧帶肋鋼筋"
