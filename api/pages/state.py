"""A search as its URL: everything that was asked is in the query string, in one order, so that a link says it all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from search_service.errors import Invalid, Problem
from search_service.query.request import DEEPEST, SORTS, SearchRequest

SIZE = 10
"""Hits on a page: what a person reads before asking again."""
LAST_PAGE = DEEPEST // SIZE
LONGEST_NUMBER = 9
"""Digits of a page number that is read at all; any page is shorter."""


def parent(name: str, value: str) -> str | None:
    """The code above `value` in the filter's tree, None at the top and for filters without a tree."""
    if name == "region" and len(value) == 6 and value.isdigit():  # noqa: PLR2004 - GB/T 2260
        if not value.endswith("00"):
            return value[:4] + "00"
        return value[:2] + "0000" if value[2:4] != "00" else None
    if name == "ccs" and len(value) > 1:
        return value[:1]
    if name == "ics" and "." in value:
        return value.rpartition(".")[0]
    return None


def ancestors(name: str, value: str) -> list[str]:
    """All codes above `value`, the nearest first."""
    found = []
    above = parent(name, value)
    while above is not None:
        found.append(above)
        above = parent(name, above)
    return found


def narrowed(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Values of one filter without those that contain another one.

    Alternatives would make 陕西 and 西安 together mean 陕西; somebody who ticks 西安 below a ticked 陕西 wants less.
    """
    wanted = tuple(dict.fromkeys(v.strip() for v in values if v.strip()))
    above = {a for value in wanted for a in ancestors(name, value)}
    return tuple(value for value in wanted if value not in above)


@dataclass(frozen=True, slots=True)
class State:
    """What the search page was asked for."""

    q: str = ""
    kinds: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = SORTS[0]
    page: int = 1
    as_text: tuple[str, ...] = ()
    """Slots that the words of `q` are not to be read as."""

    @classmethod
    def read(cls, params: QueryParams, known: Sequence[str]) -> "State":
        """From a query string; names that no kind declares as a filter (tracking marks of links) are passed over.

        Raises:
            Invalid: the page is no number.
        """
        page = params.get("page", "").strip() or "1"
        if not page.isascii() or not page.isdigit() or len(page) > LONGEST_NUMBER:
            problem = Problem("query.page", "type", "页码应为正整数", "例如 page=2")
            raise Invalid("查询条件有误", problems=[problem])
        filters = {name: narrowed(name, params.getlist(name)) for name in known}
        return cls(
            q=params.get("q", ""),
            kinds=tuple(dict.fromkeys(k for k in params.getlist("kind") if k)),
            filters={name: values for name, values in filters.items() if values},
            sort=params.get("sort") or SORTS[0],
            page=int(page),
            as_text=tuple(dict.fromkeys(text.strip() for text in params.getlist("as_text") if text.strip())),
        )

    def requirement(self) -> str:
        """Where a requirement is begun with this: the words, the place that was chosen, what is to stay words."""
        region = self.filters.get("region", ())
        said = [("text", self.q), *(("region", value) for value in region if len(region) == 1)]
        return f"/requirements/new?{urlencode([*said, *(('as_text', slot) for slot in self.as_text)])}"

    def request(self) -> SearchRequest:
        """The same for the facade."""
        return SearchRequest(
            q=self.q,
            kinds=self.kinds,
            filters=self.filters,
            page=self.page,
            size=SIZE,
            sort=self.sort,
            as_text=self.as_text,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values in the order of the URL; what is as usual is left out."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [("kind", kind) for kind in self.kinds]
        pairs += [(name, value) for name in sorted(self.filters) for value in self.filters[name]]
        pairs += [("as_text", text) for text in self.as_text]
        if self.sort != SORTS[0]:
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def url(self, **changes: Any) -> str:
        """The page of this search with some of it changed; whatever changes, reading starts on the first page."""
        pairs = replace(self, **{"page": 1, **changes}).pairs()
        return f"/search?{urlencode(pairs)}" if pairs else "/search"

    def without(self, name: str, value: str) -> str:
        """The page without one ticked value."""
        left = {n: tuple(v for v in values if (n, v) != (name, value)) for n, values in self.filters.items()}
        return self.url(filters={n: values for n, values in left.items() if values})

    def only(self, kinds: tuple[str, ...], declared: Iterable[str]) -> str:
        """The page of other kinds; filters that those do not have are dropped, the sort is kept where they have it."""
        names = set(declared)
        return self.url(kinds=kinds, filters={n: v for n, v in self.filters.items() if n in names})
