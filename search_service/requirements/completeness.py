"""How complete a requirement is, what is missing and why it matters, and the one best question (features N14, S5-42).

Pure.  Without judged cells the question is the heaviest of what is missing; with them it is the one whose answer can
change most of them: a cell counts for a question where its item leaves the slot blank or unreadable and one of its
codes says that this keeps it from 满足.  A code that comes from the row's own blanks is no question to the
enterprise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.measure import Unreadable, read_range
from analyzers.measure_accuracy import read_accuracy
from search_service.kinds.vocabulary import SERVICES
from search_service.matching.editions import numbers_in

METROLOGY = frozenset({"verification", "calibration"})
TESTING = frozenset({"testing", "inspection", "assessment"})
PROVEN = METROLOGY | TESTING | {"certification"}
"""Services for which certificates of several kinds exist, so that asking for one narrows."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Something that a requirement may say.

    Attributes:
        name: its field; weight: 3 decides who can do it at all, 2 decides what is 满足, 1 helps whoever offers.
        services: items that it belongs to by service, None for all of them and those that say no service.
        codes: of docs/matching.md, which its answer can settle.
    """

    name: str
    label: str
    weight: int
    question: str
    why: str
    codes: frozenset[str]
    services: frozenset[str] | None = None


OF_ITEMS = (
    Slot(
        "service", "服务类别", 3, "需要的是检测、检定、校准，还是别的服务？",
        "检定、校准与检测在法律上不同，不能互相代替；不说明时各机构都只能列为待确认。",
        frozenset({"service_not_said"}),
    ),
    Slot(
        "object", "对象", 3, "要检测的产品，或要检定、校准的计量器具，叫什么名称？",
        "机构的能力按对象登记；不说明时无法确认哪一条能力适用。",
        frozenset({"subject_unknown"}),
    ),
    Slot(
        "parameter", "参数", 2, "要测哪些项目或参数？不清楚时，写明依据的标准也可以。",
        "同一对象下各参数由不同的机构承担；不说明时只能列为待确认。",
        frozenset({"parameter_not_said"}), TESTING,
    ),
    Slot(
        "standard", "标准", 2, "依据哪个标准或规程？知道年份请一并写上。",
        "标准决定方法和适用的能力，也能补足没有写明的对象和参数。",
        frozenset({"subject_unknown", "parameter_not_said"}), TESTING | METROLOGY,
    ),
    Slot(
        "range", "测量范围", 2, "计量器具的测量范围是多少？请带上单位，例如 0~60 MPa。",
        "授权项目按测量范围划分，范围不写明就不能确认是否在授权之内。",
        frozenset({"range_unknown", "unit_unclear"}), METROLOGY,
    ),
    Slot(
        "accuracy", "准确度", 2, "计量器具的准确度等级、最大允许误差或不确定度是多少？",
        "授权项目有准确度的界限，不写明就不能确认机构的标准器是否够用。",
        frozenset({"accuracy_unknown"}), METROLOGY,
    ),
    Slot(
        "quantity", "数量", 1, "数量是多少？",
        "机构据此安排时间和报价，不影响能否承接。",
        frozenset(),
    ),
)  # fmt: skip

OF_WHOLE = (
    Slot(
        "region", "所在地", 3, "企业在哪个地区？写到区县最好。",
        "检定有授权区域，距离也由此计算；不说明时地区一项只能待确认。",
        frozenset({"place_not_said", "place_unknown", "place_too_wide"}),
    ),
    Slot(
        "start", "服务时间", 2, "希望什么时候开始，什么时候完成？",
        "证书必须覆盖整个服务期；不说明时从推荐截止日起按平台默认的服务天数计算。",
        frozenset({"certificate_ends_in_window", "edition_changes_in_window", "edition_not_yet"}),
    ),
    Slot(
        "certificate_kinds", "报告资质", 1, "报告需要带哪种资质标志（CMA、CNAS……）？不需要可以不填。",
        "用途不同要求不同，例如向监管部门提交的报告一般须有 CMA；先说明可以避免白做。",
        frozenset(), PROVEN,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """A slot that is blank; `items` are the items concerned, empty for what holds for all of them."""

    slot: Slot
    items: tuple[int, ...]

    @property
    def message(self) -> str:
        """Where and what."""
        if not self.items:
            return f"没有写清{self.slot.label}"
        named = "、".join(str(at + 1) for at in self.items[:_NAMED])
        more = f"等 {len(self.items)} 项" if len(self.items) > _NAMED else "项"
        return f"第 {named} {more}没有写清{self.slot.label}"


REGION = OF_WHOLE[0]
EDITION = Slot(
    "edition", "标准年份", 2, "必须按现行版本做吗？还是指定年份、也接受旧版？",
    "没有写年份时只有持现行版本的机构算满足；指定年份会改变能承接的机构。",
    frozenset({"edition_older", "edition_not_yet", "edition_changes_in_window", "no_edition_in_force"}),
)  # fmt: skip
"""Asked only where it changes something: a standard without its year is a whole answer."""
_ONLY_JUDGED = (EDITION,)

_NAMED = 5
"""Items that a message counts up."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The meter.

    Attributes:
        percent: of the weights that are filled in, 0 to 100.
        question: what to ask first; cells: how many judged cells it can change, None where none were judged.
    """

    percent: int
    missing: tuple[Missing, ...]
    question: Missing | None
    cells: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As an answer has it."""
        asked = self.question
        return {
            "percent": self.percent,
            "missing": [
                {"slot": one.slot.name, "items": list(one.items), "message": one.message, "why": one.slot.why}
                for one in self.missing
            ],
            "question": None
            if asked is None
            else {
                "slot": asked.slot.name,
                "items": list(asked.items),
                "text": asked.slot.question,
                "why": asked.slot.why,
                "cells": self.cells,
            },
        }


def completeness(body: Mapping[str, Any], institutions: Sequence[Mapping[str, Any]] | None = None) -> Completeness:
    """Of a requirement's body; `institutions` are those of a matching answer (docs/api.md), where it was judged."""
    items = [item for item in body.get("items") or () if isinstance(item, dict)]
    services = [_service(item) for item in items]
    total = filled = 0
    missing: list[Missing] = []
    for slot in OF_ITEMS:
        concerned = [at for at in range(len(items)) if _belongs(slot, services[at])]
        blank = tuple(at for at in concerned if not _says(items[at], slot.name))
        total += slot.weight * len(concerned)
        filled += slot.weight * (len(concerned) - len(blank))
        if blank:
            missing.append(Missing(slot, blank))
    for slot in OF_WHOLE:
        if slot.services is not None and not any(service in slot.services for service in services):
            continue
        weight = slot.weight * max(1, len(items))
        total += weight
        if _whole_says(body, items, slot.name):
            filled += weight
        else:
            missing.append(Missing(slot, ()))
    missing.sort(key=lambda one: -one.slot.weight)  # stable: the order of the tables among equals
    percent = round(100 * filled / total) if total else 0
    if institutions is None:
        return Completeness(percent, tuple(missing), missing[0] if missing else None)
    question, cells = _best(missing, items, institutions)
    return Completeness(percent, tuple(missing), question, cells)


def _best(
    missing: Iterable[Missing], items: Sequence[Mapping[str, Any]], institutions: Sequence[Mapping[str, Any]]
) -> tuple[Missing | None, int]:
    """The question that can change most cells, the heavier one among equals; else the heaviest of what is missing."""
    asked = list(missing)
    undated = tuple(at for at, item in enumerate(items) if _undated(item))
    if undated:
        asked.append(Missing(EDITION, undated))
    if all(one.slot is not REGION for one in asked):
        asked.append(Missing(REGION, ()))  # what was said may be too wide
    codes = Counter(
        (code, cell["item"]) for institution in institutions for cell in institution["items"] for code in cell["codes"]
    )
    best: tuple[Missing | None, int] = (asked[0] if asked and asked[0].slot not in _ONLY_JUDGED else None, 0)
    for one in asked:
        count = sum(
            n for (code, at), n in codes.items() if code in one.slot.codes and (not one.items or at in one.items)
        )
        if count > best[1]:
            best = one, count
    return best


def _undated(item: Mapping[str, Any]) -> bool:
    said = item.get("standard")
    return isinstance(said, str) and any(number.year is None for number in numbers_in(said))


def _belongs(slot: Slot, service: str | None) -> bool:
    return slot.services is None or service in slot.services


def _service(item: Mapping[str, Any]) -> str | None:
    said = item.get("service")
    return SERVICES.resolve(said) if isinstance(said, str) and said.strip() else None


def _says(item: Mapping[str, Any], name: str) -> bool:
    if name == "service":
        return _service(item) is not None
    if name == "parameter" and _filled(item.get("standard")):
        return True  # a standard settles it (docs/matching.md, Subject)
    said = item.get(name)
    if name == "range" and isinstance(said, str) and said.strip():
        read = read_range(said)
        return not isinstance(read, Unreadable) and read.unit_clear
    if name == "accuracy" and isinstance(said, str) and said.strip():
        return not isinstance(read_accuracy(said), Unreadable)
    return _filled(said)


def _whole_says(body: Mapping[str, Any], items: Sequence[Mapping[str, Any]], name: str) -> bool:
    if name == "start":
        return any(_filled(body.get(field)) for field in ("start", "end"))
    own = {"region": "place", "certificate_kinds": "certificate_kinds"}[name]
    return _filled(body.get(name)) or bool(items and all(_filled(item.get(own)) for item in items))


def _filled(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None and value != []
