import re
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.highlight import highlight
from api.pages import wording

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("fen", "to_fen", "said"),
    [
        (None, None, "面议"),
        (0, None, "免费"),
        (98000, None, "980 元"),
        (98050, None, "980.50 元"),
        (268000, 680000, "2,680–6,800 元"),
        (98000, 98000, "980 元"),
        (None, 50000, "500 元以内"),
    ],
)
def test_prices(fen: int | None, to_fen: int | None, said: str) -> None:
    assert wording.price(fen, to_fen) == said


@pytest.mark.parametrize(
    ("valid_to", "tone"),
    [(None, "quiet"), ("2026-11-20", "bad"), ("2026-11-21", "soon"), ("2026-12-21", "soon"), ("2026-12-22", "good")],
)
def test_a_certificate_says_how_long_it_lasts(valid_to: str | None, tone: str) -> None:
    words, found = wording.lasting(valid_to, TODAY)
    assert found == tone
    assert valid_to is None or valid_to in words


plain = st.text(alphabet="压力表<>&\"'a1 。", max_size=300)


@given(plain, st.integers(10, 120))
def test_a_snippet_is_a_piece_of_the_text_and_safe(text: str, length: int) -> None:
    shown = str(wording.snippet(highlight(text, ["压力"]), length))
    assert not re.sub("</?mark>", "", shown).count("<")
    said = unescape(re.sub("</?mark>", "", shown)).strip("…")
    assert said in text
    assert len(said) <= length


@given(plain)
def test_a_snippet_holds_the_first_mark(text: str) -> None:
    shown = str(wording.snippet(highlight("水" * 200 + text + "压力" + text, ["压力"])))
    assert "<mark>" in shown


@pytest.mark.parametrize(
    "path", [None, "", "covers/a.png", "https://example.org/a.png", "//example.org/a.png", "javascript:1"]
)
def test_only_pictures_of_our_own_are_shown(path: str | None) -> None:
    assert wording.local_image(path) is None


def test_a_stored_picture_is_shown() -> None:
    assert wording.local_image("/files/a.png") == "/files/a.png"
