"""Facets as lists that a person ticks: trees where codes form one, ticked values first, long ones folded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.pages.state import State, parent
from search_service.kinds.base import Kind
from search_service.kinds.slots import ACTS, CHOOSE, REFUSED, SLOTS, TEXT
from search_service.search.check import VALID_ON

ORDER = ("region", "service", "nature", "status", "business_kind", "topic", "institution", "ccs", "ics")
"""What people narrow by first stands first; filters of kinds that are not named here follow."""
FOLDED = ("ccs", "ics")
"""Classifications for those who know their codes: closed until one is ticked."""

OPEN = 6
"""Values in sight before 更多: what is read at a glance; a ticked one is always in sight."""


@dataclass(slots=True)
class Value:
    """One value with its place in the tree."""

    value: str
    label: str
    count: int
    selected: bool
    children: list["Value"] = field(default_factory=list)

    @property
    def opened(self) -> bool:
        """Something below it is ticked, or it is itself and what is below it is what one wants next."""
        return self.selected or any(child.opened for child in self.children)


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter: `shown` in sight, `folded` behind 更多."""

    name: str
    label: str
    shown: list[Value]
    folded: list[Value]
    open: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """Something in force that one click takes away."""

    label: str
    text: str
    url: str


def declared_label(kinds: Sequence[Kind], name: str) -> str:
    """What people call a filter."""
    if name == VALID_ON:
        return "有效日"
    return next((k.all_filters[name].label for k in kinds if name in k.all_filters), name)


def facets(kinds: Sequence[Kind], counted: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Facet]:
    """The answer's facets as trees; one without values that narrow anything is left out."""
    found = []
    places = {name: at for at, name in enumerate(ORDER)}
    for name, values in sorted(counted.items(), key=lambda item: places.get(item[0], len(places))):
        ticked_here = any(v["selected"] for v in values)
        if len(values) == 1 and not ticked_here:
            continue
        roots = _tree(name, values)
        shown = [v for at, v in enumerate(roots) if at < OPEN or v.opened]
        folded = [v for at, v in enumerate(roots) if at >= OPEN and not v.opened]
        is_open = ticked_here or name not in FOLDED
        found.append(Facet(name, declared_label(kinds, name), shown, folded, is_open))
    return found


def _tree(name: str, values: Sequence[Mapping[str, Any]]) -> list[Value]:
    """Values under the nearest value that contains them, in the order given (by count), opened ones first."""
    nodes = {v["value"]: Value(v["value"], v["label"], v["count"], v["selected"]) for v in values}
    roots: list[Value] = []
    for value, node in nodes.items():
        above = parent(name, value)
        while above is not None and above not in nodes:
            above = parent(name, above)
        (nodes[above].children if above is not None else roots).append(node)
    for node in nodes.values():
        node.children.sort(key=lambda child: not child.opened)
    return sorted(roots, key=lambda node: not node.opened)


def ticked(state: State, kinds: Sequence[Kind], labels: Mapping[str, Mapping[str, str]]) -> list[Chip]:
    """What is ticked, each with the page that lacks it."""
    return [
        Chip(declared_label(kinds, name), labels.get(name, {}).get(value, value), state.without(name, value))
        for name in sorted(state.filters)
        for value in state.filters[name]
    ]


@dataclass(frozen=True, slots=True)
class Reading:
    """Something that was read out of the query.

    `does` says in words what it does; `url` lacks its words, `as_text` searches them as words (empty where they are so
    already), `again` reads them again; `choices` are the searches that say which one is meant.
    """

    label: str
    text: str
    act: str
    does: str
    url: str
    as_text: str = ""
    again: str = ""
    choices: tuple[Chip, ...] = ()


def understood(state: State, slots: Sequence[Mapping[str, Any]]) -> list[Reading]:
    """What was read out of the query, each with the pages that take it back."""
    return [_reading(state, slot) for slot in slots]


def _reading(state: State, slot: Mapping[str, Any]) -> Reading:
    label, name = SLOTS[slot["slot"]].label, f"{slot['slot']}:{slot['value']}"
    without = state.url(q=_cut(state.q, slot["start"], slot["end"]))
    if slot["act"] == TEXT:
        left = tuple(text for text in state.as_text if text not in {slot["slot"], name})
        return Reading(label, slot["text"], TEXT, ACTS[TEXT], without, again=state.url(as_text=left))
    if slot["act"] == CHOOSE:
        chosen = tuple(Chip(label, choice["label"], _chosen(state, choice["params"])) for choice in slot["choices"])
        as_text = state.url(as_text=(*state.as_text, slot["slot"]))
        return Reading(label, slot["text"], CHOOSE, ACTS[CHOOSE], without, as_text, choices=chosen)
    as_text = "" if slot["act"] == REFUSED else state.url(as_text=(*state.as_text, name))
    return Reading(label, slot["label"], slot["act"], ACTS[slot["act"]], without, as_text)


def _chosen(state: State, params: Mapping[str, str]) -> str:
    filters = {**state.filters, **{name: (value,) for name, value in params.items() if name != "as_text"}}
    return state.url(filters=filters, as_text=(*state.as_text, *(v for n, v in params.items() if n == "as_text")))


def _cut(query: str, start: int, end: int) -> str:
    return " ".join(f"{query[:start]} {query[end:]}".split())
