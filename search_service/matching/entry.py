"""A requirement as posted → as judged: every problem at once, and notes that refuse nothing (docs/api.md)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from analyzers.fold import fold
from analyzers.measure import Unreadable, read_range
from analyzers.measure_accuracy import read_accuracy
from search_service.errors import Invalid, Problem
from search_service.kinds.vocabulary import NATURES, SERVICES, CodeWords
from search_service.matching.editions import numbers_in
from search_service.matching.window import Wanted
from search_service.matching.words import Item

MOST_ITEMS = 100
"""Items of one requirement: more is a project, and is refused before any work is done."""

MOST_INSTITUTIONS, USUAL_INSTITUTIONS = 10, 3
LONGEST = 500
"""Characters of a field: the longest printed parameter has 200."""

TEXTS = ("object", "parameter", "standard", "range", "accuracy", "place")
ITEM_FIELDS = frozenset({*TEXTS, "service", "quantity", "certificate_kinds", "remark"})
FIELDS = frozenset(
    {
        "title", "region", "certificate_kinds", "text", "start", "service_days", "end", "max_institutions",
        "budget_fen", "channel", "received_at", "contact", "items",
    }
)  # fmt: skip
CHANNELS = ("online", "phone", "on_site", "station")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Meant:
    """The division that a place means, None where it is open; and what to say of it."""

    adcode: str | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A requirement that was read; nothing of it is judged yet."""

    items: tuple[Item, ...]
    region: str
    certificate_kinds: tuple[str, ...]
    wanted: Wanted
    max_institutions: int
    notes: tuple[Problem, ...]


class _Reading:
    """What was wrong and what is worth saying, while fields are read."""

    def __init__(self, resolve: Callable[[str], Meant]) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self._resolve = resolve

    def refuse(self, loc: str, code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(loc, code, message, hint))

    def note(self, loc: str, code: str, message: str, hint: str = "") -> None:
        self.notes.append(Problem(loc, code, message, hint))

    def text(self, loc: str, value: Any) -> str:
        """A short text, "" for nothing."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(loc, "type", "应为文本", "请用引号括起")
            return ""
        plain = value.replace("\x00", " ").strip()
        if len(plain) > LONGEST:
            self.refuse(loc, "too_long", f"不超过 {LONGEST} 个字,收到 {len(plain)} 个", "请分成几项")
        return plain

    def place(self, loc: str, value: Any) -> str:
        """An adcode, or the text where it means no division (judged as 待确认, never refused)."""
        text = self.text(loc, value)
        if not text:
            return ""
        meant = self._resolve(text)
        if meant.adcode is None:
            told = meant.note or f"地点“{text}”无法识别"
            self.note(
                loc, "place_unknown", f"{told},地区一项按待确认处理", "请填写六位行政区划代码,或写明上级地区的全称"
            )
            return text
        if meant.note:
            self.note(loc, "region_mapped", meant.note)
        return meant.adcode

    def words(self, loc: str, value: Any, known: CodeWords) -> tuple[str, ...]:
        """A list of code words."""
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.refuse(loc, "type", "应为文本列表", '例如 ["CMA"]')
            return ()
        found = []
        for at, one in enumerate(value):
            code = known.resolve(one) or next((c for c in known.labels if fold(c) == fold(one).strip()), None)
            if code is None:
                self.refuse(f"{loc}.{at}", "unknown_word", f"没有“{one[:40]}”这一种", f"可用:{known.choices}")
            else:
                found.append(code)
        return tuple(dict.fromkeys(found))

    def day(self, loc: str, value: Any) -> date | None:
        """A date."""
        if value is None or value == "":
            return None
        try:
            if isinstance(value, str) and _DATE.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.refuse(loc, "date", "应为日期", "例如 2026-12-01")
        return None

    def whole(self, loc: str, value: Any) -> int | None:
        """A whole number."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(loc, "type", "应为整数")
            return None
        return value


def read(body: Mapping[str, Any], resolve: Callable[[str], Meant]) -> Posted:
    """The requirement.

    Raises:
        Invalid: what cannot be judged at all; every problem is listed, nothing is guessed.
    """
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise _invalid([Problem("items", "required", "需求至少有一项", '例如 [{"service": "检测", "object": "大米"}]')])
    if len(items) > MOST_ITEMS:
        message = f"一份需求至多 {MOST_ITEMS} 项,收到 {len(items)} 项,尚未处理任何一项"
        raise _invalid([Problem("items", "too_many", message, "请分成几份需求提交")])
    reading = _Reading(resolve)
    for name in sorted(body.keys() - FIELDS):
        reading.refuse(name, "unknown_field", f"没有“{name[:60]}”这一字段", f"可用:{'、'.join(sorted(FIELDS))}")
    most = reading.whole("max_institutions", body.get("max_institutions"))
    if most is not None and not 1 <= most <= MOST_INSTITUTIONS:
        reading.refuse("max_institutions", "range", f"机构数应在 1 到 {MOST_INSTITUTIONS} 之间")
    if body.get("channel") not in (None, *CHANNELS):
        reading.refuse("channel", "unknown_word", "没有这种受理渠道", f"可用:{'、'.join(CHANNELS)}")
    posted = Posted(
        items=tuple(_item(reading, at, item) for at, item in enumerate(items)),
        region=reading.place("region", body.get("region")),
        certificate_kinds=reading.words("certificate_kinds", body.get("certificate_kinds"), NATURES),
        wanted=Wanted(
            reading.day("start", body.get("start")),
            reading.day("end", body.get("end")),
            reading.whole("service_days", body.get("service_days")),
        ),
        max_institutions=USUAL_INSTITUTIONS if most is None else most,
        notes=(),
    )
    if reading.problems:
        raise _invalid(reading.problems)
    return replace(posted, notes=tuple(reading.notes))


def _invalid(problems: Sequence[Problem]) -> Invalid:
    return Invalid(f"需求有 {len(problems)} 处需要更正:{problems[0].message}", problems=problems)


def _item(reading: _Reading, at: int, given: Any) -> Item:
    loc = f"items.{at}"
    if not isinstance(given, dict):
        reading.refuse(loc, "type", "每一项应为对象", '例如 {"service": "检测", "object": "大米", "parameter": "镉"}')
        return Item()
    for name in sorted(given.keys() - ITEM_FIELDS):
        reading.refuse(f"{loc}.{name}", "unknown_field", f"需求项没有“{name[:60]}”这一字段", "见 docs/api.md")
    texts = {name: reading.text(f"{loc}.{name}", given.get(name)) for name in TEXTS}
    said = reading.text(f"{loc}.service", given.get("service"))
    service = SERVICES.resolve(said) if said else None
    if said and service is None:
        reading.note(
            f"{loc}.service", "service_unknown", f"服务“{said}”不在服务类别中,按未说明处理", f"可用:{SERVICES.choices}"
        )
    if not any(texts[name] for name in ("object", "parameter", "standard")):
        reading.refuse(loc, "item_empty", f"第 {at + 1} 项没有说明要做什么", "请至少填写对象、参数或标准之一")
    _measures(reading, loc, texts)
    if texts["standard"] and not numbers_in(texts["standard"]):
        reading.note(
            f"{loc}.standard", "number_unreadable", f"“{texts['standard']}”不像标准编号", "例如 GB/T 228.1-2021"
        )
    return Item(
        service=service,
        object=texts["object"],
        parameter=texts["parameter"],
        standard=texts["standard"],
        range=texts["range"],
        accuracy=texts["accuracy"],
        place=reading.place(f"{loc}.place", texts["place"]),
        certificate_kinds=reading.words(f"{loc}.certificate_kinds", given.get("certificate_kinds"), NATURES),
    )


def _measures(reading: _Reading, loc: str, texts: Mapping[str, str]) -> None:
    """What cannot be read of range and accuracy is kept as typed, judged as 待确认, and said at once."""
    span, exact = texts["range"], texts["accuracy"]
    read = read_range(span) if span else None
    if isinstance(read, Unreadable):
        swapped = not isinstance(read_accuracy(span), Unreadable)
        hint = (
            "看起来是准确度,请填到准确度一栏"
            if swapped
            else "下限大于上限,请核对两个数值与单位"
            if read.reason == "upside_down"
            else "请写成“0~60 MPa”,两端单位应属同一种量"
        )
        reading.note(f"{loc}.range", "range_unreadable", f"测量范围“{span}”无法识别,按待确认处理", hint)
    elif read is not None and not read.unit_clear:
        reading.note(f"{loc}.range", "range_without_unit", f"测量范围“{span}”没有单位,按待确认处理", "例如 0~60 MPa")
    if exact and isinstance(read_accuracy(exact), Unreadable):
        swapped = not isinstance(read_range(exact), Unreadable)
        hint = "看起来是测量范围,请填到测量范围一栏" if swapped else "例如 1.6级、MPE:±0.5%、U=0.2% (k=2)"
        reading.note(f"{loc}.accuracy", "accuracy_unreadable", f"准确度“{exact}”无法识别,只与相同文字匹配", hint)
