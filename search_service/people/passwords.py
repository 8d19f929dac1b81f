"""One password policy, and how passwords are kept: argon2id with OWASP's smallest parameters.

Length first, and nothing that everybody tries; no classes of characters, no regular change (NIST SP 800-63B §3.1.1,
ASVS 6.2).  The rules of the source documents, and why there is one policy, stand in `docs/people.md`.
"""

import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from search_service.errors import TooMany
from search_service.people.common import uncommon
from search_service.people.contacts import refuse

SHORTEST = 10
"""Characters; with the limits on tries, guessing online is hopeless from eight (ASVS 6.2.1 wants at least that)."""
LONGEST = 128
"""A megabyte takes argon2 half a second."""
LEAST_UNCOMMON = 4
"""Characters that must stand outside common words, runs and one's own names: below it is one of the first million."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""19 MiB, two passes: OWASP's minimum, 40 ms; the library's default takes 180 ms of a small host's core."""
_SLOTS = BoundedSemaphore(2)
"""Hashes at once: as many as a small host has cores, so that a flood of logins leaves searches their share."""
_PATIENCE = 5.0
"""Seconds for a slot: a hundred logins are ahead then."""


def check(password: object, personal: tuple[str, ...] = (), loc: str = "password") -> str:
    """The password in the form that is hashed; `personal` is what others know of its owner.

    Raises:
        Invalid: too short, too long, or among the first that anybody would try.
    """
    text = normal(password)
    if len(text) < SHORTEST:
        raise refuse(loc, "too_short", f"密码至少 {SHORTEST} 个字符", "可以用一句话,字母、数字、汉字、空格都行")
    if len(text) > LONGEST:
        raise refuse(loc, "too_long", f"密码最多 {LONGEST} 个字符", "请缩短")
    if uncommon(text, personal) < LEAST_UNCOMMON:
        hint = "不要用手机号、名称、键盘顺序或常见密码;可以换成几个不相干的词"
        raise refuse(loc, "common", "这个密码太常见,容易被猜到", hint)
    return text


def normal(password: object) -> str:
    """The same password, whichever keyboard typed it (NIST SP 800-63B: NFKC); no password is none."""
    return unicodedata.normalize("NFKC", password[: LONGEST * 4]) if isinstance(password, str) else ""


def hashed(password: str) -> str:
    """What is stored (PHC string, with its own salt and parameters)."""
    with _slot():
        return _HASHER.hash(password)


def verify(stored: str | None, password: object) -> bool:
    """Whether it is the password.  Without a stored hash, a dummy is verified: the answer takes as long (S5)."""
    text = normal(password)
    with _slot():
        try:
            right = _HASHER.verify(stored or _dummy(), text[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None and len(text) <= LONGEST


def outdated(stored: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _dummy() -> str:
    return _HASHER.hash("nobody has this password")


class _slot:  # noqa: N801 - reads as a word in a with statement
    def __enter__(self) -> None:
        if not _SLOTS.acquire(timeout=_PATIENCE):
            raise TooMany("登录请求过多,请稍后再试", retry_after=5)

    def __exit__(self, *_: object) -> None:
        _SLOTS.release()
