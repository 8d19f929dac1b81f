"""Addresses of servers: the password that belongs into one, and the one that is in it."""

from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import SecretStr


def with_password(url: str, password: SecretStr | None) -> str:
    """The address with the password in it, unless it has one already."""
    parts = urlsplit(url)
    if not url or password is None or parts.password is not None:
        return url
    user, place = quote(parts.username or "", safe=""), parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password.get_secret_value(), safe='')}@{place}"))


def password_of(url: str) -> str | None:
    """The password in an address."""
    found = urlsplit(url).password
    return None if found is None else unquote(found)
