"""Is the request one that we can answer?  All that is wrong is said at once, with what exists instead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from analyzers.fold import fold
from search_service.errors import Invalid, Problem
from search_service.kinds.base import Kind
from search_service.kinds.days import midnight
from search_service.kinds.fields import FieldError, parse_date
from search_service.kinds.registry import REGISTRY
from search_service.kinds.slots import SLOTS
from search_service.query.request import DEEPEST, LARGEST_PAGE, LONGEST_QUERY, SORTS, SearchRequest

VALID_ON = "valid_on"
"""The one filter that is a day, not a word: kinds with a recorded validity have it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A request whose every part means something.

    `asked` are the kinds of the hits, `counted` all kinds that could be (for the counts beside them); `values` are
    stored values by filter.  `read` and `read_on` are what the words of the query set beside them (`understand.py`),
    for kinds that heed it.
    """

    asked: tuple[Kind, ...]
    counted: tuple[Kind, ...]
    values: Mapping[str, tuple[str, ...]]
    valid_on: datetime | None
    read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_on: datetime | None = None

    def of(self, kind: Kind) -> dict[str, tuple[str, ...]]:
        """All filters in force for a kind."""
        return {name: values for name, values in self.read.items() if heeds(kind, name)} | dict(self.values)

    @property
    def read_names(self) -> tuple[str, ...]:
        """The filters that words set."""
        return (*self.read, *([VALID_ON] if self.read_on else []))

    def on(self, kind: Kind) -> datetime | None:
        """The day on which its rows have to be valid."""
        return self.valid_on or (self.read_on if heeds(kind, VALID_ON) else None)


def check(session: Session, request: SearchRequest) -> Checked:
    """Resolve kinds, filters and sort.

    Raises:
        Invalid: with every problem found.
    """
    kinds = REGISTRY.kinds
    asked = tuple(k for k in kinds if not request.kinds or k.name in {REGISTRY.kind(n).name for n in request.kinds})
    problems = [*limits(request), *_sort(request, asked), *_as_text(request)]
    values, valid_on = _filters(session, request, asked, problems)
    if problems:
        raise Invalid("查询条件有误", problems=problems)
    named = {*values, *([VALID_ON] if valid_on else [])}
    able = [k for k in kinds if named <= set(filter_names([k]))]
    return Checked(tuple(k for k in asked if k in able), tuple(able), values, valid_on)


def heeds(kind: Kind, name: str) -> bool:
    """Whether words of a query set this filter for a kind."""
    return name not in kind.unheeded and (has_validity(kind) if name == VALID_ON else name in kind.all_filters)


def has_validity(kind: Kind) -> bool:
    """Whether `valid_on` means something for a kind."""
    return type(kind).validity is not Kind.validity


def filter_names(kinds: Iterable[Kind]) -> list[str]:
    """The filters that these kinds have between them."""
    found = {name for kind in kinds for name in kind.all_filters}
    found.update(VALID_ON for kind in kinds if has_validity(kind))
    return sorted(found)


def limits(request: SearchRequest) -> list[Problem]:
    """What is too long, too many or too far away."""
    problems = []
    length = len(fold(request.q))
    if length > LONGEST_QUERY:
        problems.append(Problem("query.q", "too_long", f"查询 {length} 字,超过上限 {LONGEST_QUERY} 字", "请缩短查询"))
    if not 1 <= request.size <= LARGEST_PAGE:
        problems.append(Problem("query.size", "range", f"每页条数应在 1 与 {LARGEST_PAGE} 之间"))
    elif not 1 <= request.page <= DEEPEST // request.size:
        hint = f"每页 {request.size} 条时页码应在 1 与 {DEEPEST // request.size} 之间"
        problems.append(Problem("query.page", "range", f"只能查看前 {DEEPEST} 条", hint))
    return problems


def _sort(request: SearchRequest, asked: Sequence[Kind]) -> list[Problem]:
    declared = [s for s in SORTS[1:] if all(s in k.all_sorts for k in asked)]
    if request.sort == SORTS[0] or request.sort in declared:
        return []
    hint = f"可用:{'、'.join([SORTS[0], *declared])}"
    return [Problem("query.sort", "unknown_sort", f"没有“{request.sort[:40]}”这种排序", hint)]


def _as_text(request: SearchRequest) -> list[Problem]:
    strange = [text for text in request.as_text if text.strip() and text.partition(":")[0] not in SLOTS]
    hint = f"可用:{'、'.join(SLOTS)},也可写成“region:610100”"
    return [Problem("query.as_text", "unknown_slot", f"没有“{text[:40]}”这种条件", hint) for text in strange]


def _filters(
    session: Session, request: SearchRequest, asked: Sequence[Kind], problems: list[Problem]
) -> tuple[dict[str, tuple[str, ...]], datetime | None]:
    values: dict[str, tuple[str, ...]] = {}
    valid_on = None
    names = filter_names(asked)
    for name, given in request.filters.items():
        wanted = [text for text in given if text.strip()]
        if not wanted:
            continue
        if name not in names:
            hint = f"可用:{'、'.join(names)}" if names else "所选类别没有筛选项"
            problems.append(Problem(f"query.{name}", "unknown_filter", f"没有“{name[:40]}”这个筛选项", hint))
        elif name == VALID_ON:
            valid_on = _day(wanted[-1], problems)
        else:
            values[name] = _resolve(session, name, wanted, asked, problems)
    return values, valid_on


def _day(text: str, problems: list[Problem]) -> datetime | None:
    try:
        return midnight(parse_date(text))
    except (FieldError, OverflowError) as error:
        problems.append(Problem(f"query.{VALID_ON}", "date", str(error), "请写成 YYYY-MM-DD"))
        return None


def _resolve(
    session: Session, name: str, wanted: Sequence[str], asked: Sequence[Kind], problems: list[Problem]
) -> tuple[str, ...]:
    declared = next(k.all_filters[name] for k in asked if name in k.all_filters)
    found = []
    for text in wanted:
        value = declared.resolve(session, text.strip())
        if value is None:
            hint = f"可用:{declared.choices}" if declared.choices else ""
            problems.append(Problem(f"query.{name}", "unknown_value", f"{declared.label}没有“{text[:40]}”", hint))
        else:
            found.append(value)
    return tuple(dict.fromkeys(found))
