"""The one policy: long enough, not common, not one's own data; nothing else is asked."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.errors import Invalid
from search_service.people import passwords
from search_service.people.common import uncommon
from tests.people.conftest import PASSWORD

# From published lists of leaked passwords, Chinese and worldwide, ten characters and more.
LEAKED = """
1234567890 woaini1314 147258369a 1111111111 qwertyuiop 741852963qq 0987654321 5201314520 qq123456789 zxcvbnm123
0123456789 123456789a 1q2w3e4r5t asdfghjkl1 beijing2008 5845201314 1233211234567 12345678910 woaiwoziji 1234554321
123456123456 abcd123456 9876543210 123123123123 q1w2e3r4t5 a123456789 wang123456 zhang123456 woaini5201314 1357924680
112233445566 123qweasdzxc 1qaz2wsx3edc iloveyou123 password123 password1234 Password1! P@ssw0rd123 qwerty123456
admin123456 Admin@2024 welcome2024 zhixun2026 aaaaaaaaaa abcabcabcabc 11112222333344 qazwsxedcrfv
""".split()
FINE = [
    PASSWORD,
    "correct horse battery staple",
    "我家门前有两棵枣树",
    "kR7-wq.Tz4pV",
    "mei you ren zhi dao de ju zi",
    "下雨天去看海豚吧",
]


@pytest.mark.parametrize("password", [text for text in LEAKED if len(text) >= passwords.SHORTEST])
def test_what_everybody_tries_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="太常见"):
        passwords.check(password)


@pytest.mark.parametrize("password", FINE)
def test_no_classes_are_asked(password: str) -> None:
    assert len(password) < passwords.SHORTEST or passwords.check(password) == unicodedata.normalize("NFKC", password)
    assert uncommon(password) >= passwords.LEAST_UNCOMMON


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("九个字的密码不够", "too_short"),
        ("", "too_short"),
        (None, "too_short"),
        (1234567890, "too_short"),
        ("长" * 129, "too_long"),
    ],
)
def test_length_comes_first(password: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(password)
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize("password", ["13812345678a", "Zhang San 2026", "wuxi-jingong!", "张三张三张三张三张三"])
def test_what_others_know_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="太常见"):
        passwords.check(password, ("Zhang San", "张三", "13812345678", "Wuxi Jingong"))


def test_it_is_the_same_on_every_keyboard() -> None:
    stored = passwords.hashed(passwords.check("Ａｂｃ－ｍｙ－ｗｉｎｄｏｗ"))
    assert passwords.verify(stored, "Abc-my-window")
    assert not passwords.verify(stored, "abc-my-window")
    assert "window" not in stored


@given(st.text(max_size=200))
def test_nothing_crashes_the_check(password: str) -> None:
    assert 0 <= uncommon(password, (password[:5],)) <= max(len(password.casefold()), 0)


@given(st.text(st.characters(max_codepoint=126), min_size=1, max_size=4), st.integers(3, 30))
def test_a_repetition_adds_nothing(piece: str, times: int) -> None:
    assert uncommon(piece * times) <= len(piece)


def test_nobody_takes_as_long_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """S5: without an account a hash is verified all the same (counted, not timed)."""
    asked: list[str] = []
    verify = passwords._HASHER.verify

    def counting(stored: str, text: str) -> bool:
        asked.append(stored)
        return bool(verify(stored, text))

    passwords._dummy()
    monkeypatch.setattr(passwords, "_HASHER", type("Counting", (), {"verify": staticmethod(counting)}))
    assert not passwords.verify(None, "nobody has this password")
    assert len(asked) == 1
    assert asked[0].split("$")[3] == passwords.PasswordHasher(2, 19 * 1024, 1).hash("x").split("$")[3]
