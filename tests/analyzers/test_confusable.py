"""Characters that are taken for one another."""

import pytest

from analyzers.confusable import alike


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("扎", "轧"),
        ("蛋", "弹"),
        ("律", "率"),
        ("泥", "凝"),
        ("荃", "醛"),
        ("庄", "桩"),
        ("迟", "尺"),
        ("氢", "氰"),
        ("侧", "测"),
        ("鉴", "检"),
        ("今", "京"),  # jin, jing
        ("四", "是"),  # si, shi
        ("末", "未"),  # by eye
        ("锅", "镉"),
    ],
)
def test_taken_for_one_another(typed: str, meant: str) -> None:
    assert meant in alike(typed)
    assert typed in alike(meant)
    assert typed not in alike(typed)


@pytest.mark.parametrize("character", ["1", "l", "O", "-", "/", " ", "あ"])
def test_only_han_is_confused(character: str) -> None:
    assert alike(character) == ()


def test_no_figure_and_no_letter_is_ever_the_outcome() -> None:
    for character in "零一二三四五六七八九十百":
        assert not any(other.isascii() for other in alike(character))


def test_what_sounds_just_so_comes_first() -> None:
    found = alike("今")
    assert found.index("金") < found.index("京")
