"""Each rule of the service, broken on purpose, is noticed by the comparison with the reference: so it can fail."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from analyzers.measure import Interval, gaps
from analyzers.measure_accuracy import Kind, Statement
from search_service.matching import words
from tests.matching.reference.comparing import Said, reference
from tests.matching.reference.printing import asked_of, world_of
from tests.matching.reference.worlds import world
from tests.matching.world import judge_world

Statements = tuple[Statement, ...]

SEEDS = range(600)
"""The worlds of the fast comparison, in which the whole rules agree."""


@dataclass(frozen=True)
class Answered:
    """A world as the service reads it, and what the reference says of it: asked once for all broken rules."""

    printed: dict[str, Any]
    asked: dict[str, Any]
    today: str
    right: dict[tuple[int, str], Said]
    codes: frozenset[str]


@cache
def answered(seed: int) -> Answered:
    made = world(seed)
    right = reference(made)
    codes = frozenset(code for _, said in right.values() for code in said)
    return Answered(world_of(made), asked_of(made), made.today.isoformat(), right, codes)


def noticed(code: str | None = None) -> bool:
    """Whether a world differs; where one code is lost it can only be one in which it is given.

    That none does while the rules are whole is `test_thousands_of_pairs_agree`, over the same worlds.
    """
    for one in map(answered, SEEDS):
        if code is None or code in one.codes:
            said = judge_world(one.printed, one.asked, one.today)
            if any((outcome, tuple(codes)) != one.right[at] for at, (outcome, codes) in said.items()):
                return True
    return False


def forget() -> None:
    """What the service keeps between calls was made by whole rules."""
    for name in ("phrases", "readings", "limitation", "editions", "ranges", "places"):
        _forget(import_module(f"search_service.matching.{name}"))
    for name in ("measure", "measure_accuracy", "measure_units", "fold"):
        _forget(import_module(f"analyzers.{name}"))


def _forget(module: ModuleType) -> None:
    for thing in vars(module).values():
        clear = getattr(thing, "cache_clear", None)
        if clear:
            clear()


@pytest.fixture(autouse=True)
def nothing_kept() -> Any:
    forget()
    yield
    forget()


CODES = [(check, code) for check, cell in words.CELLS.items() for codes in cell for code in codes]


@pytest.mark.parametrize(("check", "code"), CODES, ids=[code for _, code in CODES])
def test_a_code_that_is_never_given_is_missed(check: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module(f"search_service.matching.checks.{check}")
    whole = module.check

    def forgetful(*given: Any) -> words.Finding:
        found: words.Finding = whole(*given)
        return words.met(check, found.tell) if found.code == code else found

    monkeypatch.setattr(module, "check", forgetful)
    assert noticed(code)


NEVER = re.compile(r"(?!)")
MATCHING, CHECKS = "search_service.matching", "search_service.matching.checks"


def _constantly(answer: Any) -> Callable[..., Any]:
    return lambda *_, **__: answer


def _one_by_one(wanted: Interval, offered: list[Interval]) -> list[Interval]:
    """What the best single interval leaves open."""
    return min((gaps(wanted, [one]) for one in offered), key=len, default=[wanted])


def _all_or_nothing(offered: Statements, asked: Statements, kind: Kind) -> bool | None:
    """Unknown as soon as one statement stands in another scale, though another one is surely missed."""
    have, want = ([one for one in those if one.kind is kind] for those in (offered, asked))
    if not have or len({one.scale for one in (*have, *want)}) != 1:
        return None
    return max(one.value for one in have) <= min(one.value for one in want)


# What is broken, where it stands, and what stands there instead.
RULES: list[tuple[str, str, Any]] = [
    ("half of the bigrams must be shared", f"{MATCHING}.phrases.SHARE", (3, 4)),
    ("a tenth of the bigrams is enough", f"{MATCHING}.phrases.SHARE", (1, 10)),
    ("same names do not count", f"{MATCHING}.phrases.Vocabulary.names", lambda _, word: {word: ()}),
    ("parents do not count", f"{MATCHING}.phrases.Vocabulary.above", lambda _, word: {word: ()}),
    ("special cases agree", f"{MATCHING}.phrases.Vocabulary.above", lambda self, word: self.below(word)),
    ("relatives are strangers", f"{MATCHING}.phrases.Vocabulary._are_related", _constantly(False)),
    ("nothing says all", f"{MATCHING}.readings.ALL", frozenset()),
    ("endings must be said", f"{MATCHING}.readings._IDLE", ()),
    ("symbols say more", f"{MATCHING}.readings._SYMBOLS", {}),
    ("half a name is a name", f"{MATCHING}.readings._HEADS", ()),
    ("断后伸长率 is half a name", f"{MATCHING}.readings._WHOLE", ()),
    ("流量 is whole before 系数", f"{MATCHING}.readings._CONDITIONS", ()),
    ("无 is a limitation", f"{MATCHING}.limitation._NONE", frozenset()),
    ("只测 is not read", f"{MATCHING}.limitation._ONLY", NEVER),
    ("不测 is not read", f"{MATCHING}.limitation._EXCEPT", NEVER),
    ("和 separates nothing", f"{MATCHING}.limitation._AND", NEVER),
    ("、 separates nothing", f"{MATCHING}.limitation._LIST", NEVER),
    ("digits are objects", f"{MATCHING}.limitation._CONDITION", NEVER),
    ("brackets exclude nothing", f"{MATCHING}.limitation._INSIDE", NEVER),
    ("one clause only", f"{MATCHING}.limitation._CLAUSES", NEVER),
    ("two-digit years are 20xx", f"{MATCHING}.editions._CENTURY", 2000),
    ("enterprise standards have one edition", f"{MATCHING}.editions._ENTERPRISE", "none"),
    ("every edition is in force", f"{MATCHING}.editions.Edition.in_force", _constantly(True)),
    (
        "parts are free",
        f"{MATCHING}.editions._crossing",
        _constantly(import_module(f"{MATCHING}.editions").Crossing.FREE),
    ),
    ("nothing is replaced", f"{MATCHING}.editions.Editions._replaced", _constantly(None)),
    ("all is of the line", f"{MATCHING}.editions.Editions.of_line", _constantly(True)),
    ("nothing changes in the window", f"{MATCHING}.editions.Editions.changes", _constantly([])),
    ("an undated row means nothing", f"{CHECKS}.standard._means", _constantly(False)),
    ("an undated row means every edition", f"{CHECKS}.standard._means", _constantly(True)),
    ("titles settle nothing", f"{CHECKS}.subject.stretches", _constantly([])),
    ("verification on CNAS", f"{CHECKS}.certificate.RIGHT", "CNAS for verification"),
    ("no kind can be demanded", f"{CHECKS}.certificate.DEMANDABLE", {}),
    ("certificates never follow", f"{CHECKS}.certificate._runs", _constantly([])),
    ("any certificate decides", f"{CHECKS}.certificate._preference", _constantly((0, 0, ""))),
    ("places have no parents", f"{MATCHING}.places.Places.upwards", lambda _, code: [code]),
    ("全国 is a word", f"{CHECKS}.region.NATION", "none"),
    ("words before ranges say nothing", f"{MATCHING}.ranges._one_quantity", lambda a, b: a.dimension == b.dimension),
    ("量程 says something", f"{MATCHING}.ranges._PLAIN_LABELS", frozenset({""})),
    ("rows never join", f"{MATCHING}.verdict._joined", _constantly([])),
    ("rows join whatever they cover", f"{MATCHING}.verdict.together", lambda _, cells: tuple(range(len(cells)))),
    ("intervals stay apart", f"{MATCHING}.ranges.gaps", _one_by_one),
    ("open ends are closed", "analyzers.measure._before", lambda low, taken, *_: low < taken),
    ("each asked statement must compare", "analyzers.measure_accuracy._kind_as_good", _all_or_nothing),
    ("k is three", "analyzers.measure_accuracy._USUAL_K", Fraction(3)),
    (
        "M3 is best",
        "analyzers.measure_accuracy._WEIGHTS",
        {"E1": 7, "E2": 6, "F1": 5, "F2": 4, "M1": 3, "M2": 2, "M3": 1},
    ),
    ("Ⅳ is best", "analyzers.measure_accuracy._ROMAN", {"Ⅰ": 4, "Ⅱ": 3, "Ⅲ": 2, "Ⅳ": 1}),
    ("equal text says nothing", f"{CHECKS}.accuracy.same_text", _constantly(False)),
    ("the smallest id before all", f"{MATCHING}.verdict._preference", lambda one, *_: (0, 0, one.offers[0].ref.id)),
]


def _place(path: str) -> tuple[Any, str]:
    """The module or class that holds the rule, and its name there."""
    *before, name = path.split(".")
    for length in range(len(before), 0, -1):
        try:
            holder: Any = import_module(".".join(before[:length]))
        except ModuleNotFoundError:
            continue
        for inner in before[length:]:
            holder = getattr(holder, inner)
        return holder, name
    raise LookupError(path)


@pytest.mark.parametrize(("path", "broken"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_broken_rule_is_noticed(path: str, broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    holder, name = _place(path)
    assert hasattr(holder, name), f"{path} is no more: break the rule where it stands now"
    if name == "RIGHT":
        broken = holder.RIGHT | {"verification": frozenset({"metrology", "CNAS"})}
    monkeypatch.setattr(holder, name, broken)
    assert noticed()
