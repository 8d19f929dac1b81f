"""Free text → items of a requirement, to be shown and corrected before anything is judged (S5-12; docs/api.md).

The text is cut where people begin a new item: lines, ；, numbers of a list.  Each piece is read as a search is
(`kinds/slots.py`), and what is said once holds where it was said: a place or a certificate that stands in one piece of
several is that item's, one that all share, or that leads the list, is the requirement's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from analyzers.fold import fold
from analyzers.words import cut_words
from search_service.errors import Invalid, Problem
from search_service.kinds.slots import CHOOSE, REFUSED
from search_service.matching.entry import MOST_ITEMS
from search_service.query.question import FILLERS, QUESTION_WORDS, SERVICE_WORDS
from search_service.query.request import LONGEST_QUERY
from search_service.query.understanding.slots import Slot
from search_service.requirements.reading import LONGEST_TEXT
from search_service.search.prefill import prefill

Read = Callable[[str], Sequence[Slot]]
"""What a text says (`Search.read`)."""

_BREAK = re.compile(r"[\n\r;；]+|(?<=。)|(?=[①-⑳])")
_NUMBERED = re.compile(r"(?:[(（](\d{1,3})[)）]|(?:(?<=[\s：:，,。])|^)(\d{1,3})(?:[、．)）]|\.(?!\d)))\s*(?=\S)")
"""A number of a list; whether it is one its neighbours say (`_numbered`).  It begins with no run of blanks: from each
of ten thousand one would look to the end of all."""
_LABEL = re.compile(
    r"^\s*(?:[①-⑳]|[-*•·●]\s|[(（]\d{1,3}[)）]|\d{1,3}(?:[、．]|\.(?!\d)|[)）])|[一二三四五六七八九十]{1,2}、)\s*"
)
_SENTENCE = re.compile(r"(?<=[。！？!?，,、])")
_EDGES = " \t　,，。、:：!！?？~-—()（）[]【】\"“”'"

LONGEST_OBJECT = 30
"""Characters of what is left of a piece, up to which it may be the name of a thing: longer is talk."""

OF_ITEM = ("service", "object", "parameter", "standard", "range", "accuracy", "quantity")
CONDITIONS = {"region": "企业所在地", "certificate_kinds": "报告资质", "start": "开始日期", "end": "完成日期"}
SAYING = ("object", "parameter", "standard", "range", "accuracy")
"""What makes a piece an item; a service or a number alone leads to others."""
_TALK = (
    FILLERS | QUESTION_WORDS | SERVICE_WORDS
    | frozenset(
        "你好 您好 我厂 我司 我公司 本公司 本厂 公司 工厂 企业 以下 下列 如下 内容 产品 样品 需求 麻烦 尽快 联系"
        " 电话 安排 批 共 共计 其中 另外 还有 同时 以及 量程 范围 等级 精度 准确度 测量范围 第 项".split()
    )
)  # fmt: skip
"""What stands around an item and is not its name."""


@dataclass(slots=True)
class Understood:
    """What a text says: the beginning of a requirement's body, and what the reader should look at.

    `pieces` are the texts of the items, in their order, as they were typed.
    """

    body: dict[str, Any]
    pieces: list[str] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As an answer has it."""
        return {"requirement": self.body, "pieces": self.pieces, "notes": [asdict(note) for note in self.notes]}


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece, as it was read."""

    text: str
    begun: Mapping[str, Any]
    slots: Sequence[Slot]
    item: dict[str, Any]


def understood(text: str, read: Read, today: date) -> Understood:
    """The items of a text; what was typed stays in the body's `text`.

    Raises:
        Invalid: too long, or more items than a requirement may have: said before any of them is read.
    """
    plain = text.replace("\x00", " ")
    if len(plain) > LONGEST_TEXT:
        message = f"说明不超过 {LONGEST_TEXT} 个字,收到 {len(plain)} 个"
        raise Invalid(message, problems=[Problem("text", "too_long", message, "请分成几份需求提交")])
    texts = _cut(plain)
    if len(texts) > MOST_ITEMS:
        message = f"一份需求至多 {MOST_ITEMS} 项,这段说明有 {len(texts)} 段,尚未处理任何一段"
        raise Invalid(message, problems=[Problem("text", "too_many", message, "请分成几份需求提交")])
    found = Understood({"text": plain.strip(), "items": []})
    pieces = [piece for one in texts for piece in _read(one, read)]
    items = _items(found, pieces)
    if len(items) > MOST_ITEMS:
        message = f"一份需求至多 {MOST_ITEMS} 项,这段说明有 {len(items)} 项"
        raise Invalid(message, problems=[Problem("text", "too_many", message, "请分成几份需求提交")])
    for place, piece in enumerate(items):
        found.body["items"].append(piece.item)
        found.pieces.append(piece.text)
        for slot in piece.slots:
            if slot.act == CHOOSE:
                choices = "、".join(choice.label for choice in slot.choices)
                _note(found, place, slot.slot, "ambiguous", f"“{slot.text}”可能是：{choices}，请填明")
    for refused in (slot for piece in pieces for slot in piece.slots if slot.act == REFUSED):
        _note(found, None, "text", "refused", f"“{refused.text}”没有作为条件，已留在说明中")
    _conditions(found, items)
    if found.body.get("start", "9") < today.isoformat():
        del found.body["start"]  # 本周, 本月: what has begun says only until when
    return found


def _items(found: Understood, pieces: Sequence[_Piece]) -> list[_Piece]:
    """The pieces that say what is to be done; what the others say holds for those that follow, or for all."""
    leading: dict[str, Any] = {}
    items: list[_Piece] = []
    for at, piece in enumerate(pieces):
        if any(piece.item.get(name) for name in SAYING):
            service = leading.get("service")
            if service and "service" not in piece.item:
                piece.item["service"] = service
                _note(found, len(items), "service", "service_led", "服务类别取自前面的说明，请核对")
            items.append(piece)
        elif piece.item.get("service") or piece.begun:
            leading |= piece.item
            _share(found, piece, at)
        elif _words(piece.text):
            _note(found, None, "text", "piece_unread", f"“{piece.text[:40]}”没有读出检测内容，已留在说明中")
    return items


def _cut(text: str) -> list[str]:
    """The pieces, without the numbers of a list; a piece that is longer than a query is cut at its sentences."""
    found: list[str] = []
    for line in _BREAK.split(text):
        for numbered in _numbered((line or "").strip()):
            piece = _LABEL.sub("", numbered).strip()
            if not piece:
                continue
            if len(fold(piece)) <= LONGEST_QUERY:
                found.append(piece)
                continue
            found += _short(piece)
    return found


def _numbered(line: str) -> list[str]:
    """A line cut at the numbers of its list: they begin with 1, or the line does, and count on; 3、4 号样品 is none."""
    cuts, expected = [0], 1
    for found in _NUMBERED.finditer(line):
        number = int(found[1] or found[2])
        if number == expected or found.start() == 0:
            cuts.append(found.start())
            expected = number + 1
    return [line[start:end] for start, end in zip(cuts, [*cuts[1:], None], strict=True)]


def _short(piece: str) -> list[str]:
    """Sentences together as long as a query may be; one that is longer still, in lengths."""
    found = [""]
    for sentence in _SENTENCE.split(piece):
        for start in range(0, len(sentence), _ROOM):
            part = sentence[start : start + _ROOM]
            if len(fold(found[-1] + part)) > LONGEST_QUERY:
                found.append("")
            found[-1] += part
    return [one.strip() for one in found if one.strip()]


_ROOM = LONGEST_QUERY // 4
"""Characters that are added at once where nothing says where a sentence ends."""


def _read(text: str, read: Read) -> list[_Piece]:
    """What a text says, a piece for each item in it; the words between them belong to the first."""
    try:
        slots = tuple(read(text))
    except Invalid:  # folds to more than a query (a sign that stands for eighteen letters): kept, not read
        slots = ()
    begun = dict(prefill(text, slots) or {})
    begun.pop("text", None)
    items = begun.pop("items", None) or [{}]
    left = _left(text, slots)
    if left and not any(slot.act == CHOOSE for slot in slots):
        items = [item if item.get("object") else {**item, "object": left} for item in items]
    return [_Piece(text, begun, () if at else slots, dict(item)) for at, item in enumerate(items)]


def _left(text: str, slots: Sequence[Slot]) -> str:
    """What a piece calls its thing in words that no record knows: all that is left of it, if it is short."""
    kept, at = [], 0
    for slot in sorted(slots, key=lambda slot: slot.start):
        kept.append(text[at : slot.start])
        at = max(at, slot.end)
    kept.append(text[at:])
    words = [found for piece in kept if (found := _words(piece))]
    left = " ".join(words)
    return left if 1 < len(left) <= LONGEST_OBJECT else ""


def _words(text: str) -> str:
    """A stretch without talk at its ends."""
    plain = text.strip(_EDGES)
    folded = fold(plain)
    if len(folded) != len(plain):
        return "" if folded in _TALK else plain
    words: list[tuple[int, int]] = []
    at = 0
    for word in cut_words(folded):
        at = folded.index(word, at)
        words.append((at, at + len(word)))
        at += len(word)
    while words and folded[slice(*words[0])] in _TALK:
        words.pop(0)
    while words and folded[slice(*words[-1])] in _TALK:
        words.pop()
    return plain[words[0][0] : words[-1][1]].strip(_EDGES) if words else ""


def _share(found: Understood, piece: _Piece, at: int) -> None:
    """What leads the list, or follows it, holds for all of it; the first that says something is believed."""
    for name, value in piece.begun.items():
        if name not in found.body:
            found.body[name] = value
            said = f"{CONDITIONS.get(name, name)}取自“{piece.text[:30]}”，请核对"
            _note(found, None, name, "condition_led", said)
        elif found.body[name] != value:
            _note(found, None, name, "said_twice", f"第 {at + 1} 段与前面所说不一致，请核对")


def _conditions(found: Understood, items: Sequence[_Piece]) -> None:
    """What single items say of place, certificates and time."""
    for name, own in (("region", "place"), ("certificate_kinds", "certificate_kinds")):
        said = [piece.begun.get(name) for piece in items]
        given = [value for value in said if value]
        if not given:
            continue
        shared = len(given) == len(said) or len(said) == 1
        if shared and all(value == given[0] for value in given) and name not in found.body:
            found.body[name] = given[0]
            continue
        for piece, value in zip(items, said, strict=True):
            if value and value != found.body.get(name):
                piece.item[own] = value
    for name in ("start", "end"):
        given = [piece.begun[name] for piece in items if name in piece.begun]
        if given and name not in found.body:
            found.body[name] = min(given) if name == "start" else max(given)
        if len(set(given)) > 1:
            _note(found, None, name, "several_dates", "各项所说的日期不同，已取最早开始与最晚完成，请核对")


def _note(found: Understood, item: int | None, name: str, code: str, message: str) -> None:
    loc = name if item is None else f"items.{item}.{name}"
    found.notes.append(Problem(loc, code, message, ""))
