"""Judgements of queries over the sample (`judgements/*.yml`): the format, and which row is worth what.

Each file is a segment: `segment`, `title`, and `queries`, each with

    q          what is typed
    why        one line of reason
    kind       the kind that is searched; left out: all at once, as in the plain box
    grades     3 exactly right, 2 good, 1 acceptable → a list of keys and rules; a row has the best of its grades
    except     keys and rules of rows that are worth nothing whatever else holds
    neutral    keys and rules of rows that are neither right nor wrong: they are taken out of an answer before it is
               judged, as is the institution that offers a row of grade 3
    first      the key that an identifier or an exact name must put first
    plain      keys and rules of rows that may stand there without a label, although nothing satisfies the query: the
               standard or the institution that it names; where no number was typed, standards and entries of the
               catalogue may, since they offer nothing
    slots      what must be understood, all of it: `{}` says that nothing may be; a list where there are several
    ambiguous  what must be offered and not decided: slot → the values that are offered
    either     slots that may be understood or not: people would disagree
    end        honest ends of a query that nothing satisfies: `nothing` (no row is of use) or `loosened` (the graded
               rows are of use, said to be loosened); a pre-filled requirement is an honest end of both

A rule is a mapping, all of whose lines hold: a field contains the text, whatever its width and case; `=text` is equal
to it; a list: any of them; `{all: […]}`: all; `{not: text}`: it does not.  Of a field that is a list any value counts.
Fields are those of the interchange format and of `sample.py`: `kind`, `institution` (name), `owner` (its key), `where`
(province, city and district of the institution), `numbers` (that the row is, cites or rests on), `lines` (these without
years), `regions` (names, with what contains them), `natures` (of certificates that are usable), `linked` and
`linked_parameters` (of a plan), `standard_names`, `service_word`, `about` (everything it says).  Three more ask for a
division by its adcode: `located` (the institution is in it), `covers` (the authorised regions cover it), `within` (an
authorised region lies in it).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.relevance.sample import EVERYWHERE, Row

FOLDER = Path(__file__).with_name("judgements")
BEST = 3
ENDS = ("nothing", "loosened")
SLOTS = (
    "standard",
    "region",
    "service",
    "nature",
    "institution",
    "object",
    "parameter",
    "range",
    "accuracy",
    "quantity",
    "date",
)

Rule = Mapping[str, Any]
Pool = Mapping[str, Row]


@dataclass(frozen=True)
class Judged:
    """One query with everything that is said about it."""

    segment: int
    q: str
    why: str
    kind: str | None = None
    grades: Mapping[int, Sequence[str | Rule]] = field(default_factory=dict)
    excepted: Sequence[str | Rule] = ()
    neutral: Sequence[str | Rule] = ()
    plain: Sequence[str | Rule] = ()
    first: str | None = None
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    either: tuple[str, ...] = ()
    end: str | None = None

    @property
    def name(self) -> str:
        """Unique: the same words may be asked of two kinds."""
        return f"{self.q} [{self.kind}]" if self.kind else self.q

    def graded(self, pool: Pool) -> dict[str, int]:
        """Key → grade of every row that is worth something, best first."""
        found: dict[str, int] = {}
        for grade, worthy in sorted(self.grades.items()):
            found |= {key: grade for one in worthy for key in matching(one, pool)}
        for one in self.excepted:
            for key in matching(one, pool):
                found.pop(key, None)
        kept = {key: grade for key, grade in found.items() if self.kind in {None, pool[key].kind}}
        return dict(sorted(kept.items(), key=lambda entry: -entry[1]))

    def worth(self, pool: Pool) -> "Worth":
        """All that an answer is held against; worked out once, because rules are held against every row."""
        grades = self.graded(pool)
        # Who offers a row that is exactly right is never wrong.
        offering = {pool[key].fields["owner"] for key, grade in grades.items() if grade == BEST}
        neutral = ({key for one in self.neutral for key in matching(one, pool)} | offering) - {*grades}
        offers_nothing = [] if "standard" in self.slots else [{"kind": ["standard", "catalogue_entry"]}]
        return Worth(grades, neutral, {key for one in [*self.plain, *offers_nothing] for key in matching(one, pool)})


@dataclass(frozen=True)
class Worth:
    """What rows are worth to a query."""

    grades: Mapping[str, int]
    """Best first."""
    neutral: AbstractSet[str]
    """Rows that are neither right nor wrong."""
    plain: AbstractSet[str]
    """Rows that may stand without a label although nothing satisfies the query."""


@dataclass(frozen=True)
class Segment:
    """One file."""

    number: int
    title: str
    queries: tuple[Judged, ...]


def load(folder: Path = FOLDER) -> list[Segment]:
    """All segments in their order.

    Raises:
        ValueError: a query is not in the form above; the text names file, query and fault.
    """
    return [_segment(path) for path in sorted(folder.glob("*.yml"))]


def matching(one: str | Rule, pool: Pool) -> list[str]:
    """Keys of the rows that a key or a rule means."""
    if isinstance(one, str):
        return [one] if one in pool else []
    return [key for key, row in pool.items() if satisfies(row, one)]


def satisfies(row: Row, rule: Rule) -> bool:
    """Whether every line of the rule holds."""
    return all(_line(row, name, wanted) for name, wanted in rule.items())


def folded(text: object) -> str:
    """Width and case do not matter to a judge."""
    return unicodedata.normalize("NFKC", str(text)).casefold()


def _line(row: Row, name: str, wanted: Any) -> bool:
    if name == "kind":
        return row.kind == wanted or (isinstance(wanted, list) and row.kind in wanted)
    if name in {"located", "covers", "within"}:
        return any(_division(row, name, str(code)) for code in (wanted if isinstance(wanted, list) else [wanted]))
    return _holds(row.fields.get(name, ""), wanted)


def _division(row: Row, name: str, adcode: str) -> bool:
    if name == "located":
        return adcode in row.fields["located"]
    authorised = row.fields["authorised"]
    if name == "covers":
        above = {adcode, adcode[:4] + "00", adcode[:2] + "0000", EVERYWHERE}
        return any(code in above for code in authorised)
    return any(code.startswith(adcode.rstrip("0")) for code in authorised)


def _holds(value: object, wanted: object) -> bool:
    if isinstance(wanted, Mapping):
        if "not" in wanted:
            return not _holds(value, wanted["not"])
        return all(_holds(value, one) for one in wanted["all"])
    if isinstance(wanted, list):
        return any(_holds(value, one) for one in wanted)
    texts = [folded(one) for one in value] if isinstance(value, list | tuple) else [folded(value)]
    asked = folded(wanted)
    if asked.startswith("="):
        return asked[1:] in texts
    return any(asked in text for text in texts)


def _segment(path: Path) -> Segment:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Segment(
        content["segment"],
        content["title"],
        tuple(_judged(path, content["segment"], raw) for raw in content["queries"]),
    )


def _judged(path: Path, segment: int, raw: Mapping[str, Any]) -> Judged:
    values = dict(raw)
    where = f"{path.name}: {values.get('q')}"
    slots = values.pop("slots", {}) or {}
    ambiguous = values.pop("ambiguous", {}) or {}
    try:
        judged = Judged(
            segment=segment,
            excepted=_several(values.pop("except", [])),
            neutral=_several(values.pop("neutral", [])),
            plain=_several(values.pop("plain", [])),
            grades={int(grade): _several(worthy) for grade, worthy in values.pop("grades", {}).items()},
            slots={name: tuple(map(str, _several(meant))) for name, meant in slots.items()},
            ambiguous={name: tuple(map(str, _several(meant))) for name, meant in ambiguous.items()},
            either=tuple(values.pop("either", ())),
            **values,
        )
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error
    if unknown := {*judged.slots, *judged.ambiguous, *judged.either} - {*SLOTS}:
        raise ValueError(f"{where}: no slot {', '.join(sorted(unknown))}; there are {', '.join(SLOTS)}")
    if not judged.why or not (judged.grades or judged.end):
        raise ValueError(f"{where}: says nothing that could be judged, or not why")
    if {*judged.grades} - {1, 2, 3} or judged.end not in {None, *ENDS}:
        raise ValueError(f"{where}: grades are 1 to 3, ends are {' and '.join(ENDS)}")
    return judged


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
