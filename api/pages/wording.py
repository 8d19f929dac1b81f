"""Stored values as people read them: code words, dates, prices, excerpts of highlights."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape, unescape
from typing import Any

from markupsafe import Markup

from search_service.kinds.fields import Code, CodeList, State
from search_service.kinds.record import Record
from search_service.kinds.references import Reference
from search_service.kinds.registry import REGISTRY
from search_service.kinds.special_fields import CitedStandards, DivisionCode, Divisions, RichText, Table
from search_service.kinds.vocabulary import CodeWords

EXPLANATIONS = {
    "standard": "编号、状态、代替关系，谁能按它检测",
    "institution": "检测、计量、认证机构的主页与资质",
    "capability": "什么对象的什么参数，谁能测",
    "authorisation": "谁可以检定、校准哪种器具，在哪些地区",
    "plan": "机构打包好的服务：内容、价格、周期",
    "catalogue_entry": "哪些计量器具必须检定，依据哪项规程",
}
"""One line for each kind on the home page; a kind without one shows its name alone."""

EXAMPLES = ("压力表", "GB/T 228.1", "大米 镉", "西安 检定")
"""Queries that show what the box understands: a word, a number, two words, a place with a service."""

SOON_DAYS = 30
"""From here on an end is marked as near: the same days as the yellow mark of instruments (S2-19)."""

EXCERPT = 96
"""Characters of a long text under a hit: about two lines."""


def words_of(kind: str, name: str) -> CodeWords | None:
    """The closed list of a field, None where it has none."""
    declared = REGISTRY.record(kind).by_name.get(name)
    return declared.words if isinstance(declared, Code | CodeList | State) else None


def word(kind: str, name: str, code: str | None) -> str:
    """The Chinese name of a code word of a field."""
    words = words_of(kind, name)
    return "" if code is None else words.label(code) if words else code


def price(fen: int | None, to_fen: int | None = None) -> str:
    """A price or a range of prices, in 元; cents only where there are any."""
    if fen is None:
        return "面议" if to_fen is None else f"{_yuan(to_fen)} 元以内"
    if fen == 0 and not to_fen:
        return "免费"
    return f"{_yuan(fen)} 元" if to_fen in {None, fen} else f"{_yuan(fen)}–{_yuan(to_fen or 0)} 元"


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}" if fen % 100 == 0 else f"{fen / 100:,.2f}"


def number(value: int) -> str:
    """A count with separators."""
    return f"{value:,}"


def lasting(valid_to: str | date | None, today: date) -> tuple[str, str]:
    """How long a certificate lasts, in words, and the tone to say it in (`good`, `soon`, `bad`, `quiet`)."""
    if valid_to is None:
        return "未登记有效期", "quiet"
    last = date.fromisoformat(valid_to) if isinstance(valid_to, str) else valid_to
    left = (last - today).days
    if left < 0:
        return f"已于 {last.isoformat()} 到期", "bad"
    if left <= SOON_DAYS:
        return f"有效期至 {last.isoformat()}，还有 {left} 天", "soon"
    return f"有效期至 {last.isoformat()}", "good"


STATUS_TONES = {"current": "good", "upcoming": "soon", "withdrawn": "bad"}
"""Colours of a standard's status; the words always stand beside them."""


def tone(status: str | None) -> str:
    """The colour of a standard's status."""
    return STATUS_TONES.get(status or "", "quiet")


def snippet(marked: str, length: int = EXCERPT) -> Markup:
    """The part of a highlighted text around its first mark, safe as HTML; short texts whole.

    `marked` is escaped text with ``<mark>`` around what was found, as the facade gives it.
    """
    pieces: list[tuple[str, bool]] = []
    for at, part in enumerate(marked.split("<mark>")):
        inside, closed, rest = part.partition("</mark>")
        pieces += [(unescape(inside), True), (unescape(rest), False)] if at and closed else [(unescape(part), False)]
    plain = "".join(text for text, _ in pieces)
    first = len(pieces[0][0]) if len(pieces) > 1 else 0
    start = min(max(first - length // 4, 0), max(len(plain) - length, 0))  # a quarter of it leads up to the mark
    end = start + length
    shown, at = [], 0
    for text, is_mark in pieces:
        cut = text[max(start - at, 0) : max(end - at, 0)]
        at += len(text)
        if cut:
            shown.append(f"<mark>{escape(cut)}</mark>" if is_mark else escape(cut))
    return Markup(("…" if start else "") + "".join(shown) + ("…" if end < len(plain) else ""))  # noqa: S704 - escaped


def local_image(path: str | None) -> str | None:
    """The address of a stored picture; None for anything that is not ours (the policy would refuse it anyway)."""
    return path if path and path.startswith("/") and not path.startswith("//") else None


def lines(
    record: Record, fields: Mapping[str, Any], regions: Mapping[str, str], skip: Sequence[str] = ()
) -> list[tuple[str, list[str]]]:
    """All filled public fields as (label, texts) in the declared order: the page of a kind that has none of its own."""
    found = []
    for declared in record.fields:
        value = fields.get(declared.name)
        if declared.name in skip or value in (None, "", []):
            continue
        entries = value if isinstance(value, list) else [value]
        if isinstance(declared, Code | CodeList | State):
            texts = [declared.words.label(v) for v in entries]
        elif isinstance(declared, DivisionCode | Divisions):
            texts = [regions.get(v, v) for v in entries]
        elif isinstance(declared, Reference):
            texts = [" ".join(str(v[name]) for name in declared.shows if v.get(name)) for v in entries]
        elif isinstance(declared, CitedStandards | Table):
            texts = [" ".join(str(v) for v in entry.values() if v) for entry in entries]
        elif isinstance(declared, RichText):
            texts = [" ".join(declared_text(value))]
        else:
            texts = [str(v) for v in entries]
        found.append((declared.label, texts))
    return found


def declared_text(rich: str) -> list[str]:
    """The words of a rich text without its tags."""
    return Markup(rich).striptags().split()  # noqa: S704 - tags are stripped, the rest is escaped again
