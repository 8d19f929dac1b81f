"""A requirement while it is being written, page after page: carried whole in a hidden field, so that nothing is lost.

It lives in the browser alone and is nothing to be trusted: every page reads it anew, and posting checks all of it.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import orjson

from search_service.errors import Invalid, Malformed
from search_service.kinds.vocabulary import NATURES
from search_service.matching.entry import MOST_ITEMS
from search_service.people import secrets
from search_service.records.strict_json import BadJson, loads
from search_service.requirements.understanding import Read, understood

FIELDS = ("service", "object", "parameter", "standard", "range", "accuracy", "place", "quantity", "remark")
"""Of an item, in the order of its page."""
DEMANDED = tuple(NATURES.labels)
_ITEM = re.compile(r"item\.([0-9]{1,4})")
_WHOLE = re.compile(r"\d{1,9}")
_NUMBER = re.compile(r"\d{1,9}\.\d{1,6}")


@dataclass(slots=True)
class Draft:
    """What was said so far.

    Attributes:
        body: the requirement (docs/api.md); pieces: the text of which each item was read, "" for one added by hand.
        read: the text that the items were read from; notes: what was said of them then.
        received: channel, time and contact; key: makes sending twice one requirement.
        about: the requirement that is changed, with its version; empty for a new one.
    """

    body: dict[str, Any] = field(default_factory=lambda: {"text": "", "items": []})
    pieces: list[str] = field(default_factory=list)
    read: str = ""
    notes: list[dict[str, str]] = field(default_factory=list)
    received: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=secrets.fresh)
    about: dict[str, str] = field(default_factory=dict)

    @property
    def items(self) -> list[dict[str, Any]]:
        """Those of the body."""
        found: list[dict[str, Any]] = self.body["items"]
        return found

    def packed(self) -> str:
        """For the hidden field."""
        return orjson.dumps(asdict(self)).decode()

    def take(self, step: str, fields: Mapping[str, str]) -> None:
        """What one page says, as it was typed."""
        name, _, at = step.partition(".")
        match name:
            case "text":
                self.body["text"] = _plain(fields.get("text", ""))
            case "item" if at_of(step, len(self.items)) is not None:
                self._item(int(at), fields)
            case "region":
                self._set("region", _plain(fields.get("region", "")).strip())
            case "time":
                for day in ("start", "end"):
                    self._set(day, _plain(fields.get(day, "")).strip())
                self._set("service_days", _number(fields.get("service_days", "")))
            case "kinds":
                self._kinds([kind for kind in DEMANDED if fields.get(f"kind_{kind}") == "yes"])
            case "contact" | "received":
                for one in ("name", "phone", "channel", "received_at"):
                    if one in fields:
                        self.received[one] = _plain(fields[one]).strip()

    def understand(self, read: Read, today: date) -> None:
        """Read the text anew; items of pieces that still stand there stay as they were corrected.

        Raises:
            Invalid: it is too long, or has too many pieces.
        """
        text = str(self.body.get("text", ""))
        if text == self.read:
            return
        found = understood(text, read, today)
        old: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for piece, item in zip(reversed(self.pieces), reversed(self.items), strict=False):
            old[piece].append(item)  # a line may stand there twice: the first that is taken is the first that was
        kept = [
            (piece, old[piece].pop() if old[piece] else item)
            for piece, item in zip(found.pieces, found.body["items"], strict=True)
        ]
        kept += [("", item) for piece, item in zip(self.pieces, self.items, strict=False) if not piece]
        said = {name: value for name, value in found.body.items() if name not in {"items", "text"}}
        self.body = {**said, **{name: value for name, value in self.body.items() if value not in (None, "", [])}}
        self.body |= {"text": text, "items": [item for _, item in kept]}
        self.pieces, self.read = [piece for piece, _ in kept], text
        self.notes = [asdict(note) for note in found.notes]

    def add(self) -> int:
        """One more item; its place.

        Raises:
            Invalid: there are as many as may be.
        """
        if len(self.items) >= MOST_ITEMS:
            raise Invalid(f"一份需求至多 {MOST_ITEMS} 项，请分成几份需求")
        self.items.append({})
        self.pieces.append("")
        return len(self.items) - 1

    def drop(self, at: int) -> None:
        """Take an item out."""
        if at < len(self.items):
            del self.items[at]
            del self.pieces[at : at + 1]
            self.notes = [note for note in self.notes if not note["loc"].startswith("items.")]

    def content(self) -> dict[str, Any]:
        """What is posted."""
        contact = {name: self.received[name] for name in ("name", "phone") if self.received.get(name)}
        came = {name: self.received[name] for name in ("channel", "received_at") if self.received.get(name)}
        return {**self.body, **came, **({"contact": contact} if contact else {})}

    def _item(self, at: int, fields: Mapping[str, str]) -> None:
        said: dict[str, Any] = {name: _plain(fields.get(name, "")).strip() for name in FIELDS}
        said["quantity"] = _number(fields.get("quantity", ""))
        rest = {name: value for name, value in self.items[at].items() if name not in FIELDS}
        self.items[at] = {**rest, **{name: value for name, value in said.items() if value not in (None, "")}}

    def _kinds(self, ticked: list[str]) -> None:
        if set(ticked) != set(self.body.get("certificate_kinds", ())):  # another order is no change
            self._set("certificate_kinds", ticked)

    def _set(self, name: str, value: Any) -> None:
        self.body.pop(name, None)
        if value not in (None, "", []):
            self.body[name] = value


def unpacked(text: str) -> Draft:
    """The draft of a hidden field.

    Raises:
        Malformed: it is none of ours.
    """
    try:
        found = loads(text.encode("utf-8", "replace"))
        draft = Draft(**found)
    except (BadJson, TypeError):
        raise Malformed("表单内容无法读取，请从“发布需求”重新开始；您填写的文字可以从上一页复制") from None
    if not _sound(draft):
        raise Malformed("表单内容无法读取，请从“发布需求”重新开始；您填写的文字可以从上一页复制")
    return draft


def _sound(draft: Draft) -> bool:
    """Whether each part is of its shape; what stands in it is judged where it is used."""
    items = draft.body.get("items") if isinstance(draft.body, dict) else None
    return (
        isinstance(items, list)
        and all(isinstance(item, dict) for item in items)
        and isinstance(draft.pieces, list)
        and len(draft.pieces) == len(items)
        and isinstance(draft.notes, list)
        and all(isinstance(note, dict) and {"loc", "message"} <= note.keys() for note in draft.notes)
        and all(isinstance(text, str) for note in draft.notes for text in note.values())
        and _texts(draft.body.get("certificate_kinds", []))
        and all(isinstance(text, str) for text in (draft.read, draft.key, *draft.pieces))
        and all(isinstance(part, dict) for part in (draft.received, draft.about))
        and all(isinstance(text, str) for part in (draft.received, draft.about) for text in part.values())
    )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def at_of(step: str, count: int) -> int | None:
    """The place of the item whose page `item.<digits>` is, if it is one of so many."""
    found = _ITEM.fullmatch(step)
    return int(found[1]) if found is not None and int(found[1]) < count else None


def _plain(text: str) -> str:
    return text.replace("\x00", " ").replace("\r\n", "\n")


def _number(text: str) -> int | float | str | None:
    """A number where it is one; else what was typed, which posting will name."""
    plain = text.strip()
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return float(plain) if _NUMBER.fullmatch(plain) else plain or None
