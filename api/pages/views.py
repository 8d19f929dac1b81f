"""What each page shows, as plain dicts for its template."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.pages import data, facets, picture, wording
from api.pages.state import LAST_PAGE, SIZE, State
from search_service.kinds.days import day_of
from search_service.kinds.numbers import number_key
from search_service.query.request import LONGEST_QUERY, SORTS, SearchRequest
from search_service.search.check import VALID_ON, filter_names, has_validity

if TYPE_CHECKING:
    from api.wiring import Services
    from search_service.kinds.base import Kind

FIRST_ROWS = 30
"""Capabilities on a homepage (S1-44)."""
CITING = 8
"""Rows of each kind under a standard: the answer to "can anybody", the search page has the rest."""
AROUND = 2
"""Page numbers on each side of the current one."""


def home(services: Services) -> dict[str, Any]:
    """The kinds with live counts; without the engine the counts are left out, the box still works."""
    answer = services.search.search(SearchRequest(size=1))
    return {"counts": {} if answer.partial else answer.kinds, "q": ""}


def search(services: Services, state: State) -> dict[str, Any]:
    """The page of results.

    Raises:
        Invalid: the request means nothing.
    """
    kinds = services.registry.kinds
    answer = services.search.search(state.request()).to_json()
    asked = [k for k in kinds if not state.kinds or k.name in state.kinds]
    labels = _labels(services, state, kinds)
    return {
        "q": state.q,
        "state": state,
        "answer": answer,
        "hits": hits(services, answer["hits"]),
        "tabs": _tabs(state, kinds, answer["kinds"]),
        "facets": facets.facets(asked, answer["facets"]),
        "has_validity": any(has_validity(k) for k in asked),
        "narrowing": bool(answer["total"] or state.filters),
        "valid_on": state.filters.get(VALID_ON, ("",))[0],
        "understood": facets.understood(state, answer["understood"]),
        "ticked": facets.ticked(state, kinds, labels),
        "cleared": state.url(filters={}),
        "sorts": _sorts(state, asked),
        "pages": _pages(state, answer["total"]),
        "first": (state.page - 1) * SIZE + 1,
        "longest": LONGEST_QUERY,
    }


def _labels(services: Services, state: State, kinds: Sequence[Kind]) -> dict[str, dict[str, str]]:
    """What people read for ticked values, also where the facets are left out."""
    declared = {name: k for name in state.filters for k in kinds if name in k.all_filters}
    if not declared:
        return {}
    with services.database.read() as session:
        return {name: kind.labels(session, name, state.filters[name]) for name, kind in declared.items()}


def hits(services: Services, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Hits with the names of their regions, and their fields as lines for kinds without a drawing of their own."""
    with services.database.read() as session:
        regions = data.region_names(session, [hit["fields"] for hit in found])
    return [
        {
            **hit,
            "regions": regions,
            "lines": wording.lines(services.registry.record(hit["kind"]), hit["fields"], regions),
        }
        for hit in found
    ]


def _tabs(state: State, kinds: Sequence[Kind], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """One tab for all kinds and one for each; filters and sort go along where the kind has them."""
    everything = {"label": "全部", "count": sum(counts.values()), "url": state.url(kinds=()), "here": not state.kinds}
    tabs = [everything]
    for kind in kinds:
        names = set(filter_names([kind]))
        kept = {name: values for name, values in state.filters.items() if name in names}
        sort = state.sort if state.sort in kind.all_sorts else SORTS[0]
        url = state.url(kinds=(kind.name,), filters=kept, sort=sort)
        count = counts.get(kind.name, 0)
        tabs.append({"label": kind.label, "count": count, "url": url, "here": state.kinds == (kind.name,)})
    return tabs


def _sorts(state: State, asked: Sequence[Kind]) -> list[dict[str, Any]]:
    """Orders that all asked kinds have."""
    labels = {"relevance": "相关", "newest": "最新", "name": "名称"}
    names = [SORTS[0], *(s for s in SORTS[1:] if asked and all(s in k.all_sorts for k in asked))]
    return [{"label": labels.get(s, s), "url": state.url(sort=s), "here": s == state.sort} for s in names]


def _pages(state: State, total: int) -> dict[str, Any]:
    """Page links: the first, the last, those around; None marks a gap."""
    last = min(max(-(-total // SIZE), 1), LAST_PAGE)
    near = {1, last, *range(state.page - AROUND, state.page + AROUND + 1)}
    numbers: list[dict[str, Any] | None] = []
    for n in sorted(n for n in near if 1 <= n <= last):
        before = numbers[-1] if numbers else None
        if before is not None and before["number"] < n - 1:
            numbers.append(None)
        numbers.append({"number": n, "url": state.url(page=n), "here": n == state.page})
    return {
        "last": last,
        "here": state.page,
        "numbers": numbers,
        "before": state.url(page=state.page - 1) if state.page > 1 else None,
        "after": state.url(page=state.page + 1) if state.page < last else None,
    }


def record(services: Services, kind: Kind, record_id: uuid.UUID, params: Mapping[str, str]) -> dict[str, Any]:
    """One record's page: the record, and what its kind adds to it by searching.

    Raises:
        NotFound: there is none, or nobody may see it now.
    """
    found = data.record(services, kind, record_id)
    beside = {"institution": _institution, "standard": _standard}.get(kind.name)
    return {
        "q": "",
        "record": found,
        "fields": found["fields"],
        "regions": found["regions"],
        "today": day_of(services.database.now()),
        "lines": wording.lines(kind, found["fields"], found["regions"]),
        **(beside(services, found, params) if beside else {}),
    }


def _institution(services: Services, found: dict[str, Any], params: Mapping[str, str]) -> dict[str, Any]:
    """Its rows: the first 30 of each kind, or those that hold the words asked for (S1-44/45/50)."""
    wanted, plan_wanted = params.get("q", "").strip(), params.get("plan_q", "").strip()
    return {
        "wanted": wanted,
        "plan_wanted": plan_wanted,
        "longest": LONGEST_QUERY,
        "offers": {
            name: _rows(services, found["id"], name, plan_wanted if name == "plan" else wanted)
            for name in ("capability", "authorisation", "plan")
        },
    }


def _rows(services: Services, institution: str, kind: str, q: str) -> dict[str, Any] | None:
    """Rows of one institution; None while the engine is away.

    Rows that hold only some of the words are not what was asked for here, where somebody looks something up.
    """
    state = State(q=q, kinds=(kind,), filters={"institution": (institution,)})
    answer = services.search.search(
        SearchRequest(q=q, kinds=(kind,), filters={"institution": (institution,)}, size=FIRST_ROWS)
    ).to_json()
    if answer["partial"]:
        return None
    relaxed = bool(answer["relaxed"])
    return {
        "hits": [] if relaxed else hits(services, answer["hits"]),
        "total": 0 if relaxed else answer["total"],
        "url": state.url(),
    }


def _standard(services: Services, found: dict[str, Any], params: Mapping[str, str]) -> dict[str, Any]:
    """The picture of its lineage, and who works to it."""
    del params
    number, lineage = found["fields"]["number"], found["lineage"]
    return {
        "lineage": lineage,
        "pictures": {"wide": picture.for_screens(lineage), "narrow": picture.draw(lineage, picture.NARROW)},
        "citing": {name: _citing(services, name, number) for name in ("capability", "authorisation")},
    }


def _citing(services: Services, kind: str, number: str) -> dict[str, Any] | None:
    """Rows that cite a number, those of this very edition first; None while the engine is away."""
    answer = services.search.search(SearchRequest(q=number, kinds=(kind,), size=CITING)).to_json()
    if answer["partial"]:
        return None
    key = number_key(number)
    rows = [] if answer["relaxed"] else hits(services, answer["hits"])
    for row in rows:
        cited = [s["number"] for s in row["fields"].get("standards") or ()] or [row["fields"].get("regulation") or ""]
        row["same"] = any(number_key(text) == key for text in cited)
        row["cited"] = cited
    return {
        "same": [row for row in rows if row["same"]],
        "other": [row for row in rows if not row["same"]],
        "total": 0 if answer["relaxed"] else answer["total"],
        "url": State(q=number, kinds=(kind,)).url(),
    }
