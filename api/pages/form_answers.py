"""What pages with forms answer: the form, the form again with what is wrong, or on to the next page; kept nowhere."""

from collections import defaultdict
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.pages.forms import kept, refused
from api.pages.render import page
from search_service.errors import Conflict, Invalid, StateForbids, TooMany, Unauthenticated, ZhixunError

NO_STORE = {"Cache-Control": "no-store"}
SEE_OTHER = 303
MENDABLE = (Invalid, Conflict, TooMany, Unauthenticated, StateForbids)
"""What is said on the form itself; everything else is a page of its own."""
HOME = "/account"
SAID = {
    "out": "您已退出。",
    "set": "密码已设置，请登录。",
    "changed": "密码已修改，其他设备已退出。",
    "asked": "申请已提交，一般在三个工作日内审核。",
    "done": "已处理。",
}
"""What a page says of what was just done."""


def form(template: str, status: int = 200, **values: Any) -> Response:
    """A page with a form; `fields` are what was typed, `problems` what is wrong with it."""
    filled = {"q": "", "problems": (), "wrong": {}, "csrf": "", "said": "", **values}
    filled["fields"] = defaultdict(str, values.get("fields", {}))  # a field that was not sent is blank
    response = page(f"account/{template}.html", status, **filled)
    response.headers.update(NO_STORE)
    return response


def again(template: str, error: ZhixunError, fields: dict[str, str], **values: Any) -> Response:
    """The form again, with what is wrong and what was typed."""
    response = form(template, error.status, fields=kept(fields), **refused(error), **values)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def to(path: str) -> RedirectResponse:
    """On to another page, by GET."""
    return RedirectResponse(path, SEE_OTHER, NO_STORE)
