"""A requirement begun from what was understood in a query (`docs/api.md`, requirements): nothing that was not said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from search_service.kinds.slots import CHOOSE, OVERRULED, REFUSED, SLOTS, TEXT
from search_service.query.understanding.slots import Slot

_UNDECIDED = frozenset({CHOOSE, TEXT, OVERRULED, REFUSED})


def prefill(query: str, slots: Sequence[Slot]) -> Mapping[str, Any] | None:
    """The body of a requirement; None where nothing was understood.

    Fields and items are those of the slots (`SlotKind.field`); a span of days gives `start` and `end`.  Whatever is
    said a second time, another parameter or standard, is another item: nobody may be asked for the first of them alone.
    """
    said = [slot for slot in slots if slot.act not in _UNDECIDED and SLOTS[slot.slot].field]
    if not said:
        return None
    found: dict[str, Any] = {"text": query.strip()}
    for slot in said:
        kind = SLOTS[slot.slot]
        if kind.of_item:
            continue
        if kind.many:
            found.setdefault(kind.field, []).append(slot.value)
        else:
            found.setdefault(kind.field, slot.value)
    first, _, last = str(found.get("start", "")).partition("/")
    if last:
        found |= {"start": first, "end": last}
    return {**found, "items": _items([slot for slot in said if SLOTS[slot.slot].of_item])}


def _items(said: Sequence[Slot]) -> list[dict[str, Any]]:
    """In the order in which it is said: 大米 镉 GB 5009.15 铅 GB 5009.12 are two, each with its own standard.

    A new one begins with what the last one has already and takes over what was said before that: 大米, not GB 5009.15.
    What is said once, behind the list (镉、铅 检测), is said of all.
    """
    items: list[dict[str, Any]] = [{}]
    times = Counter(SLOTS[slot.slot].field for slot in said)
    for slot in said:
        name, value = SLOTS[slot.slot].field, int(slot.value) if slot.slot == "quantity" else slot.value
        last = items[-1]
        if last.get(name) == value:
            continue
        if name in last:
            before = list(last)[: list(last).index(name)]
            items.append({one: last[one] for one in before if one != "quantity"})
        items[-1][name] = value
    shared = {SLOTS[slot.slot].field for slot in said if SLOTS[slot.slot].of_all}
    of_all = {name: value for name, value in items[-1].items() if name in shared and times[name] == 1}
    return [{**of_all, **item} for item in items]


def begun(query: str) -> Mapping[str, Any]:
    """The same where nothing was understood: what was typed, and an item to be described."""
    return {"text": query.strip(), "items": [{}]}
