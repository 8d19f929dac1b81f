"""How many: 3台, 20块, 5个样品; nothing that is counted otherwise (3个月, 第2组, 2个参数)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_NUMERALS = {name: at for at, name in enumerate("零一二三四五六七八九")} | {"两": 2, "十": 10}
_COUNTED = "批次|台|只|支|件|批|份|套|块|个|组|瓶|把|根|片|袋|箱|盒|辆"
_COUNT = re.compile(
    rf"(?<![\w.~/第-])(?P<spaced>\d{{1,6}}|[一二两三四五六七八九十])\s?(?:{_COUNTED})|(?<![\d.~/第a-z-])(\d{{1,6}})\s?(?:{_COUNTED})"
)
_SAMPLES = re.compile(r"\s?(?:样品|样本|试样|样)")
_OTHER = re.compile(r"\s?(?:月|工作日|年|小时|参数|项目|指标|分|标准|人|学时|方面|以上|以下|级|等)")


class FoundCount(NamedTuple):
    """A number of pieces; `start` and `end` are places in the folded text."""

    pieces: int
    start: int
    end: int


def find_counts(folded: str) -> Iterator[FoundCount]:
    """All of them, in order."""
    for match in _COUNT.finditer(folded):
        if _OTHER.match(folded, match.end()):
            continue
        said = match["spaced"] or match[2]
        samples = _SAMPLES.match(folded, match.end())
        pieces = _NUMERALS[said] if said in _NUMERALS else int(said)
        yield FoundCount(pieces, match.start(), samples.end() if samples else match.end())
