"""Which names an index, a kind or a prefix may have, on every engine alike."""

import re
from typing import Final

from search_service.errors import Invalid

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,127}(\.[a-z0-9_-]+)*")
"""Lower case as the cluster demands, and nothing that could leave a directory or stand for several names."""


def valid(name: str) -> str:
    """The name itself.

    Raises:
        Invalid: it cannot be used.
    """
    if not _NAME.fullmatch(name):
        raise Invalid(f"名称 {name!r} 不能使用：只能由小写字母、数字、下划线、连字符和中间的点组成，以字母或数字开头。")
    return name
