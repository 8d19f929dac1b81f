"""Forms of pages: read without a library that guesses, every mistake shown beside its field, what was typed kept."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from api.forgery import FIELD, FORM
from search_service.errors import Malformed, Problem, UnsupportedMedia, ZhixunError

MOST_FIELDS = 200
"""The largest form of ours has a tenth."""
SECRET = ("password", "old_password", "new_password", "code")
"""Never shown again."""


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a posted form; of a name that comes twice the last.

    Raises:
        UnsupportedMedia, Malformed: it is no form, or not in UTF-8.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != FORM:
        raise UnsupportedMedia("请从页面上的表单提交")
    try:
        text = (await request.body()).decode("utf-8")
        found = dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Malformed("表单内容无法读取,请返回上一页重试") from None
    found.pop(FIELD, None)
    return found


Fields = Annotated[dict[str, str], Depends(form_fields)]


def refused(error: ZhixunError) -> dict[str, Any]:
    """What a template needs of an error: a list for the top, and by field for beside it."""
    problems = error.problems or (Problem("", error.code, error.detail),)
    return {"problems": problems, "wrong": {p.loc: p for p in problems if p.loc}}


def kept(fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed, without secrets."""
    return {name: value for name, value in fields.items() if name not in SECRET}
