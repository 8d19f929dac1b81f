"""A requirement begun from what was understood in a query (`docs/api.md`, requirements): nothing that was not said."""

from collections.abc import Mapping, Sequence
from typing import Any

from search_service.kinds.slots import CHOOSE, OVERRULED, REFUSED, SLOTS, TEXT
from search_service.query.understanding.slots import Slot

_UNDECIDED = frozenset({CHOOSE, TEXT, OVERRULED, REFUSED})


def prefill(query: str, slots: Sequence[Slot]) -> Mapping[str, Any] | None:
    """The body of a requirement with one item; None where nothing was understood.

    Fields and items are those of the slots (`SlotKind.field`); a span of days gives `start` and `end`.
    """
    said = [slot for slot in slots if slot.act not in _UNDECIDED and SLOTS[slot.slot].field]
    if not said:
        return None
    found: dict[str, Any] = {"text": query.strip()}
    item: dict[str, Any] = {}
    for slot in said:
        kind = SLOTS[slot.slot]
        target = item if kind.of_item else found
        if kind.many:
            target.setdefault(kind.field, []).append(slot.value)
        elif kind.field not in target:
            target[kind.field] = int(slot.value) if slot.slot == "quantity" else slot.value
    first, _, last = str(found.get("start", "")).partition("/")
    if last:
        found |= {"start": first, "end": last}
    return {**found, "items": [item]}


def begun(query: str) -> Mapping[str, Any]:
    """The same where nothing was understood: what was typed, and an item to be described."""
    return {"text": query.strip(), "items": [{}]}
