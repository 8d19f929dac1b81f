"""What people type about themselves: forgiving in form, strict in content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.errors import Invalid
from search_service.people import contacts


@pytest.mark.parametrize(
    "text", ["13812345678", "138 1234 5678", "+86 138-1234-5678", "１３８１２３４５６７８", "008613812345678"]
)
def test_phones_as_people_write_them(text: str) -> None:
    assert contacts.phone(text) == "13812345678"
    assert contacts.login(text) == "13812345678"


@pytest.mark.parametrize(
    "text", ["", "12812345678", "1381234567", "138123456789", "手机", None, 13812345678, "0510-85012345"]
)
def test_what_is_no_mobile_phone(text: object) -> None:
    with pytest.raises(Invalid, match="11 位"):
        contacts.phone(text)


@pytest.mark.parametrize("text", ["A.Zhang@Example.CN", " a.zhang@example.cn ", "a.zhang＠example.cn"])
def test_mail_addresses(text: str) -> None:
    assert contacts.mail(text) == "a.zhang@example.cn"


@pytest.mark.parametrize(
    "text", ["a@b", "a b@c.cn", "@c.cn", "a@", "x" * 65 + "@c.cn", None, "a@b.cn\n", "a@" + "b." * 120 + "cn"]
)
def test_what_is_no_mail_address(text: object) -> None:
    if text == "a@b.cn\n":  # a line break behind it is a slip of copying
        assert contacts.mail(text) == "a@b.cn"
        return
    with pytest.raises(Invalid, match="邮箱"):
        contacts.mail(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9132 0200 MA1X XXXX 03", "91320200MA1XXXXX03"),
        ("91320200ma1xxxxx03", "91320200MA1XXXXX03"),
        ("43520282-7", None),
        ("D2143569-X", "D2143569X"),
        ("91320200MA1XXXXX04", None),
        ("123", None),
        (None, None),
    ],
)
def test_codes_of_enterprises(text: object, code: str | None) -> None:
    if code is None:
        with pytest.raises(Invalid, match="校验位"):
            contacts.enterprise_code(text)
    else:
        assert contacts.enterprise_code(text) == code


@given(st.text(alphabet="0123456789ABCDEFGHJK", min_size=8, max_size=8))
def test_one_check_character_of_eleven_is_right(body: str) -> None:
    right = [check for check in "0123456789X" if contacts._organisation_code(body + check)]
    assert len(right) == 1


@given(st.text(max_size=300))
def test_whatever_is_typed_is_a_login_or_nobody(text: str) -> None:
    found = contacts.login(text)
    assert found == "" or contacts.login(found) == found


@pytest.mark.parametrize("text", ["", "  ", "张\n三", "张" * 61, "张\u202e三", None, 7])
def test_names_that_are_none(text: object) -> None:
    with pytest.raises(Invalid):
        contacts.name(text)


def test_masks() -> None:
    assert contacts.masked("13812345678") == "138****5678"
    assert contacts.masked("zhang@example.cn") == "z***@example.cn"
