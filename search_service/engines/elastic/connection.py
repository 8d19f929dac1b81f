"""The way to the cluster: one client, how long it is waited for, and what its failures mean in our words."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from elastic_transport import ObjectApiResponse, TransportError
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer

from search_service.engines.elastic.breaker import Breaker, Unreachable
from search_service.errors import EngineUnavailable, NotFound, ZhixunError

SEARCHING: Final = 2.0
"""Seconds that a person waits for a search before it is answered without the cluster."""
WRITING: Final = 10.0
"""Seconds for a bulk request: far below the lease of a mark (30 s)."""
CHANGING: Final = 30.0
"""Seconds for making, swapping and dropping indices: done in the background, and never twice at once."""
CONNECTIONS: Final = 40
"""As many as a web process has threads that serve requests: none waits for another's connection."""

TRANSIENT: Final = frozenset({408, 429, 502, 503, 504})
"""Answers that say "not now"."""
GATEWAY: Final = frozenset({502, 504})
"""Answers of something between us and the cluster: it is as good as away."""
FOREIGN: Final = frozenset({401, 403})
MISSING: Final = 404
BLOCKED: Final = "cluster_block_exception"
"""The disk is full, or an operator forbade writing: it passes."""

Call = Callable[[Elasticsearch], ObjectApiResponse[Any]]


@dataclass(frozen=True, slots=True)
class Access:
    """Who we are for the cluster, and whom we trust to be it."""

    user: str = ""
    password: str = ""
    authority: Path | None = None
    """Certificate of the authority that signed the cluster's."""


class Connection:
    """Every request goes through here; all methods raise what `translated` makes, and Unreachable."""

    def __init__(self, url: str, access: Access | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        access = access or Access()
        options: dict[str, Any] = {"basic_auth": (access.user, access.password)} if access.user else {}
        if access.authority is not None:
            options["ca_certs"] = str(access.authority)
        self._client = Elasticsearch(
            url, serializer=OrjsonSerializer(), connections_per_node=CONNECTIONS, retry_on_timeout=False, **options
        )
        # Only what a person waits for is tried twice at once: a connection may have been closed while it was idle.
        self._searching = self._client.options(request_timeout=SEARCHING, max_retries=1, retry_on_status=())
        self._writing = self._client.options(request_timeout=WRITING, max_retries=0, retry_on_status=())
        self._changing = self._client.options(request_timeout=CHANGING, max_retries=0, retry_on_status=())
        self._breaker = Breaker(clock)

    def search(self, call: Call) -> Any:
        """Ask something that a person waits for: a search, or where to search."""
        return self._ask(self._searching, call)

    def write(self, call: Call) -> Any:
        """Send documents; the caller sees to it that writing them twice does no harm."""
        return self._ask(self._writing, call)

    def change(self, call: Call) -> Any:
        """Make, swap or drop an index, or read all of it."""
        return self._ask(self._changing, call)

    def close(self) -> None:
        """Close the connections, for good."""
        self._client.close()

    def _ask(self, client: Elasticsearch, call: Call) -> Any:
        self._breaker.admit()
        try:
            answer = call(client)
        except TransportError as error:
            self._breaker.failed()
            raise Unreachable("搜索服务没有响应，请稍后重试。", retry_after=1) from error
        except ApiError as error:
            if error.status_code in GATEWAY:
                self._breaker.failed()
            else:
                self._breaker.answered()
            raise translated(error.status_code, error.body) from error
        self._breaker.answered()
        return answer.body


class Refused(ZhixunError):
    """The cluster understood and said no; `kind` is its own word for why.

    Reaching anybody, it is a mistake of ours: callers that expect one catch it.
    """

    def __init__(self, status: int, kind: str) -> None:
        self.answered, self.kind = status, kind
        super().__init__("搜索服务拒绝了这个请求，请联系管理员查看日志。")


def translated(status: int, body: object) -> ZhixunError:
    """What an answer that is an error is for us: NotFound, EngineUnavailable for what may pass, or Refused."""
    found = body.get("error") if isinstance(body, Mapping) else None
    kind = str(found.get("type", "")) if isinstance(found, Mapping) else ""
    if status == MISSING:
        return NotFound("索引不存在，可能刚被删除；可用 zhixun index status 查看现有索引。")
    if status in TRANSIENT or kind == BLOCKED:
        return EngineUnavailable("搜索服务暂时繁忙，请稍后重试。", retry_after=1)
    if status in FOREIGN:
        return EngineUnavailable("搜索服务不接受本系统的账号，请管理员检查搜索服务的用户名、密码和权限。")
    return Refused(status, kind)
