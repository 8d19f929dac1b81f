"""The one error tree: a class is an HTTP status and a stable code; the text is Chinese and says what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input: where, what, and how to mend it.

    `loc` is a path into the input ("standards.2.number", "query.size"); `code` is stable, the texts are Chinese.
    """

    loc: str
    code: str
    message: str
    hint: str = ""


class ZhixunError(Exception):
    """Anything that we refuse or cannot do; `detail` is shown to the user."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "服务器内部错误"

    def __init__(self, detail: str = "", *, problems: Sequence[Problem] = (), retry_after: int | None = None) -> None:
        self.detail = detail or self.title
        self.problems = tuple(problems)
        self.retry_after = retry_after
        super().__init__(self.detail)


class Malformed(ZhixunError):
    """The input cannot be read at all."""

    status, code, title = 400, "malformed", "请求格式不正确"


class Unauthenticated(ZhixunError):
    """No token, or one that we do not know."""

    status, code, title = 401, "unauthenticated", "请先登录或提供有效令牌"


class Forbidden(ZhixunError):
    """Known, but not allowed."""

    status, code, title = 403, "forbidden", "没有权限执行此操作"


class NotFound(ZhixunError):
    """Not there, or not for this reader."""

    status, code, title = 404, "not_found", "没有找到"


class Conflict(ZhixunError):
    """The record's state, or another record, forbids it."""

    status, code, title = 409, "conflict", "与现有数据冲突"


class InProgress(Conflict):
    """The same request is being handled right now."""

    code, title = "in_progress", "相同的请求正在处理"


class StateForbids(Conflict):
    """The action does not start from the record's state."""

    code, title = "state", "当前状态不允许此操作"


class VersionDiffers(ZhixunError):
    """`If-Match` names another version than the stored one."""

    status, code, title = 412, "version_differs", "数据已被他人修改"


class TooLarge(ZhixunError):
    """More bytes than we read."""

    status, code, title = 413, "too_large", "请求内容过大"


class UnsupportedMedia(ZhixunError):
    """Not a content type that we read."""

    status, code, title = 415, "unsupported_media", "不支持的内容类型"


class Invalid(ZhixunError):
    """Readable, but against the rules; `problems` says where and why."""

    status, code, title = 422, "invalid", "输入内容不符合要求"


class VersionRequired(ZhixunError):
    """A change without `If-Match`."""

    status, code, title = 428, "version_required", "修改时必须提供 If-Match"


class TooMany(ZhixunError):
    """Asked too often."""

    status, code, title = 429, "too_many", "请求过于频繁"


class EngineUnavailable(ZhixunError):
    """The search engine does not answer or has no index yet."""

    status, code, title = 503, "engine_unavailable", "搜索服务暂时不可用"


class DatabaseUnavailable(ZhixunError):
    """The database is away, or has no connection left."""

    status, code, title = 503, "database_unavailable", "数据服务暂时不可用"
    advice: ClassVar[str] = "数据服务暂时不可用,请稍后重试;已提交成功的内容不受影响"

    def __init__(self, detail: str = "", *, problems: Sequence[Problem] = (), retry_after: int | None = None) -> None:
        super().__init__(detail or self.advice, problems=problems, retry_after=retry_after)


class DatabaseBusy(DatabaseUnavailable):
    """Others hold what this needs: they were waited for, nothing was stored."""

    code, title = "database_busy", "数据正被其他操作占用"
    advice = "数据正被其他操作占用,本次操作没有保存,请稍后重试"


class UndeclaredField(ZhixunError):
    """A field that the kind does not declare was asked of an engine: a mistake in our code, not the user's."""

    code = "undeclared_field"


class DeclarationError(ZhixunError):
    """A kind is declared in a way that cannot work; raised when the kinds are loaded, never at run time."""

    code = "declaration"
