"""Our two cookies: the session, and the mark of a device that has signed in before.

Both are out of reach of scripts, stay on our site, and go over https only where the site has it; the prefix ``__Host-``
then keeps sister hosts from setting them.
"""

import hmac
import secrets

from fastapi import Request
from starlette.responses import Response

from api.settings import Settings

SESSION, DEVICE = "zhixun_session", "zhixun_device"
DEVICE_AGE = 400 * 24 * 3600
"""Seconds; browsers keep nothing longer.  The mark opens nothing, it only has tries of its own."""


def session(request: Request) -> str | None:
    """The secret of the browser's session, whatever it is worth."""
    return request.cookies.get(_name(_settings(request), SESSION)) or None


def sign_in(request: Request, response: Response, secret: str, login: str = "") -> None:
    """Hand a session out; with `login`, the mark of this device for that name, too."""
    settings = _settings(request)
    _set(settings, response, SESSION, secret, None)  # ends with the browser; the server ends it sooner
    if login:
        nonce = secrets.token_urlsafe(12)
        _set(settings, response, DEVICE, f"{nonce}.{_mark(settings, nonce, login)}", DEVICE_AGE)


def sign_out(request: Request, response: Response) -> None:
    """Take the session back."""
    settings = _settings(request)
    name = _name(settings, SESSION)
    response.delete_cookie(name, path="/", secure=_secure(settings), httponly=True, samesite="lax")


def device(request: Request, login: str) -> str | None:
    """The nonce of a mark that was made for this name; nothing for another's or a forged one."""
    settings = _settings(request)
    nonce, _, mark = request.cookies.get(_name(settings, DEVICE), "").partition(".")
    given = _mark(settings, nonce, login)
    return nonce if nonce and login and hmac.compare_digest(given.encode(), mark.encode(errors="replace")) else None


def _set(settings: Settings, response: Response, name: str, value: str, age: int | None) -> None:
    secure = _secure(settings)
    response.set_cookie(_name(settings, name), value, age, path="/", secure=secure, httponly=True, samesite="lax")


def _secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def _name(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if _secure(settings) else name


def _mark(settings: Settings, nonce: str, login: str) -> str:
    key = settings.secret_key.get_secret_value()
    return hmac.new(key.encode(), f"device\n{nonce}\n{login}".encode(errors="replace"), "sha256").hexdigest()


def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.services.settings
    return found
