"""What can be understood in a query, and what becomes of it: the slots, declared once (A11–A13, N10).

A kind takes part by its filters (`Filter.spoken`, and those named here), by its `phrases`, and by what it leaves
`unheeded`; the generic rooms know slots only through this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FILTER: Final = "filter"
"""Only rows with the value, in kinds that have the filter; its words are demanded nowhere."""
BOOST: Final = "boost"
"""Its words stay words, and rows that are called just so come first."""
NOTE: Final = "note"
"""Narrows nothing yet: kept for a requirement, and its words are not demanded."""
CHOOSE: Final = "choose"
"""May mean several things: offered, and plain text until somebody chooses."""
TEXT: Final = "text"
"""Turned back to plain text by who asked."""
OVERRULED: Final = "overruled"
"""Another value of the same filter was ticked, which holds instead."""
REFUSED: Final = "refused"
"""Said not to be wanted (不要CMA): no condition, no part of a requirement, and demanded nowhere."""

ACTS: Mapping[str, str] = {
    FILTER: "只看",
    BOOST: "优先",
    NOTE: "已记下，暂不筛选",
    CHOOSE: "可能是",
    TEXT: "按文字查找",
    OVERRULED: "以已选条件为准",
    REFUSED: "已记下，不作为条件，也没有据此排除结果",
}
"""The same for people."""


@dataclass(frozen=True, slots=True)
class SlotKind:
    """One slot.

    Attributes:
        label: what people call it.
        act: what it does where it is unambiguous.
        filter: the filter that it sets, for `FILTER`.
        field: its name in a requirement; `of_item`: of an item of it; `many`: a list of values.
        of_all: said once behind a list of items, it is of all of them; others are of the last one.
        closed: its words are a list of ours, and mean nothing else;
            named: its words are names of records.
    """

    label: str
    act: str
    filter: str = ""
    field: str = ""
    of_item: bool = True
    many: bool = False
    of_all: bool = False
    closed: bool = False
    named: bool = False


SLOTS: Mapping[str, SlotKind] = {
    # A number decides by itself what answers it (docs/ranking.md, numbers).
    "standard": SlotKind("标准", FILTER, field="standard", of_all=True),
    "region": SlotKind("地区", FILTER, "region", field="region", of_item=False),
    "service": SlotKind("服务", FILTER, "service", field="service", of_all=True, closed=True),
    "nature": SlotKind("资质", FILTER, "nature", field="certificate_kinds", of_item=False, many=True, closed=True),
    "institution": SlotKind("机构", FILTER, "institution", named=True),
    "object": SlotKind("对象", BOOST, field="object"),
    "parameter": SlotKind("参数", BOOST, field="parameter", of_all=True),
    # Ranges and accuracies are judged by matching, row by row; a search cannot tell yet.
    "range": SlotKind("测量范围", NOTE, field="range"),
    "accuracy": SlotKind("准确度", NOTE, field="accuracy"),
    "quantity": SlotKind("数量", NOTE, field="quantity"),
    "date": SlotKind("日期", FILTER, "valid_on", field="start", of_item=False),
}

NEVER_GUESSED = frozenset({"region", "nature", "date"})
"""Slots whose words are never the outcome of a correction: a place, a certificate or a day is not guessed."""
