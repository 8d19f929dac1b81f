"""What people type about themselves, in the form in which it is kept: names, mobile phones, mail addresses."""

import re
import unicodedata
from typing import Literal

from stdnum.cn import uscc

from search_service.errors import Invalid, Problem
from search_service.kinds.fields import FieldError, clean_text

MOBILE = re.compile(r"1[3-9]\d{9}")
"""Numbers of the mainland's mobile networks."""
MAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
"""What HTML calls a valid address, with a dot in its host; whether it exists only a message to it can show."""
LONGEST_NAME = 60
LONGEST_ORGANISATION = 200
LONGEST_LOGIN = 200
ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")
"""GB 11714: eight characters and a check character, for enterprises that have no unified code yet (D4, S2-08)."""
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def refuse(loc: str, code: str, message: str, hint: str = "") -> Invalid:
    """An error about one thing that was typed."""
    return Invalid(message, problems=[Problem(loc, code, message, hint)])


def phone(text: object, loc: str = "phone") -> str:
    """A mobile phone number: 11 digits; blanks, dashes, full width and +86 are understood.

    Raises:
        Invalid: it is none.
    """
    folded = unicodedata.normalize("NFKC", text if isinstance(text, str) else "")[:40]
    digits = re.sub(r"[\s\-()]", "", folded).removeprefix("+86").removeprefix("0086")
    if not MOBILE.fullmatch(digits):
        raise refuse(loc, "phone", "手机号码应为 11 位数字", "例如 138 0000 0000")
    return digits


def mail(text: object, loc: str = "mail") -> str:
    """A mail address, in lower case.

    Raises:
        Invalid: it is none.
    """
    folded = unicodedata.normalize("NFKC", text if isinstance(text, str) else "")[: LONGEST_LOGIN + 1].strip().lower()
    if len(folded) > LONGEST_LOGIN or not MAIL.fullmatch(folded):
        raise refuse(loc, "mail", "邮箱地址格式不正确", "例如 name@example.cn")
    return folded


def login(text: object) -> str:
    """What somebody signs in with, folded as it is stored; what is neither phone nor mail is nobody's, not an error."""
    if not isinstance(text, str):
        return ""
    for read in (phone, mail):
        try:
            return read(text)
        except Invalid:
            continue
    return ""


def name(text: object, loc: str = "name", *, limit: int = LONGEST_NAME) -> str:
    """A name of a person or an organisation.

    Raises:
        Invalid: none, too long, or with characters that nobody can see.
    """
    try:
        found = clean_text(text, limit=limit)
    except FieldError as error:
        raise refuse(loc, error.code, str(error), error.hint) from None
    if not found or "\n" in found:
        raise refuse(loc, "required", "请填写名称", "不能为空")
    return found


def enterprise_code(text: object, loc: str = "credit_code") -> str:
    """18 characters of GB 32100 or 9 of GB 11714, with a right check character; blanks and dashes drop out (S4-39).

    Raises:
        Invalid: it is neither.
    """
    folded = unicodedata.normalize("NFKC", text if isinstance(text, str) else "")[:60].upper()
    code = "".join(character for character in folded if character.isalnum())
    if uscc.is_valid(code) or _organisation_code(code):
        return code
    message = f"统一社会信用代码应为 18 位(组织机构代码 9 位)且校验位正确,收到 {len(code)} 位"
    raise refuse(loc, "credit_code", message, "请对照营业执照逐位核对")


def _organisation_code(code: str) -> bool:
    if not ORGANISATION_CODE.fullmatch(code):
        return False
    total = sum(weight * int(character, 36) for weight, character in zip(ORGANISATION_WEIGHTS, code, strict=False))
    return "0123456789X0"[11 - total % 11] == code[8]


def masked(text: str) -> str:
    """A phone or an address as it is shown back: enough to recognise one's own, not to learn another's."""
    if "@" in text:
        local, _, host = text.partition("@")
        return f"{local[:1]}***@{host}"
    return f"{text[:3]}****{text[-4:]}"


def reach(phone_: str | None, mail_: str | None) -> tuple[Literal["sms", "mail"], str]:
    """How somebody is told something: by SMS where there is a phone."""
    if phone_ is not None:
        return "sms", phone_
    assert mail_ is not None, "an account has a phone or a mail address"
    return "mail", mail_
