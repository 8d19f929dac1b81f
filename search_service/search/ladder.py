"""The ladder for few or no results (N8, A7): nothing is answered before every rung was tried, and every row says why.

It ends where a handful was found, where its time is over with less, or at its last rung: the query as the beginning of
a requirement, which is answered by people within three working days.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from search_service.engines.base import Found
from search_service.kinds.base import Kind
from search_service.query.bands import EXACT_NAME
from search_service.query.request import SORTS
from search_service.search.asked import Asked
from search_service.search.attempts import Attempts, Tried
from search_service.search.check import heeds
from search_service.search.loosened import Loosened, Step
from search_service.search.mixing import Placed, in_order
from search_service.search.rungs import Rungs

ENOUGH = 5
"""A handful: as many as one looks through before one wonders whether there are others."""
MOST = 10
"""Loosened rows beside what was found: a page of them would bury it."""
SECONDS = 0.5
"""For all rungs together, once something was found; a step takes some milliseconds at 100,000 rows.  While nothing was
found every rung is climbed, however long it takes: there are some dozens."""
STEPS = 24
"""At most once something was found, whatever the time, so that two engines end at the same one."""

PROMISE = "可以把它作为需求提交给平台,三个工作日内给出推荐或答复"
"""The last rung (S5-42, S5-43, S5-54)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search comes to.

    Attributes:
        tried: what is counted and paged through, and what was asked for it.
        loosened: of all of `found`, where it is a rung's.
        more: further rows, each with how it is loosened; they stand behind what fulfils all conditions.
        offered: queries that may have been meant.
        promise: what is promised to who posts the query as a requirement; empty where something fits.
        complete: the engine has answered.
    """

    tried: Tried
    loosened: tuple[Loosened, ...] = ()
    more: tuple[tuple[Placed, tuple[Loosened, ...]], ...] = ()
    offered: tuple[str, ...] = ()
    promise: str = ""
    complete: bool = True

    @property
    def found(self) -> Mapping[str, Found]:
        """What is counted and paged through."""
        return self.tried.found

    @property
    def relaxed(self) -> tuple[str, ...]:
        """Everything that was loosened, in words."""
        each = [self.loosened, *(loosened for _, loosened in self.more)]
        return tuple(dict.fromkeys(one.said for loosened in each for one in loosened))


@dataclass(slots=True)
class _Climb:
    """A ladder on the way up."""

    asked: Asked
    tried: Tried
    kinds: Sequence[Kind]
    """Those that are asked: who names a place and a service wants who does it."""
    enough: int
    """Rows still wanted."""
    counts: bool = False
    """Whether the first rung that finds something is what is counted: the query itself has found nothing."""
    seen: set[tuple[str, str]] = field(default_factory=set)
    loosened: tuple[Loosened, ...] = ()
    more: list[tuple[Placed, tuple[Loosened, ...]]] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)


class Ladder:
    """Climbs; thread-safe."""

    def __init__(self, attempts: Attempts, clock: Callable[[], float] = time.perf_counter) -> None:
        self._attempts, self._clock = attempts, clock

    def climb(self, asked: Asked, tried: Tried, rungs: Callable[[], Rungs]) -> Outcome:
        """What was found with all that was asked for, and what else there is where that is little or nothing.

        Raises:
            EngineUnavailable: it cannot answer.
        """
        if asked.reading.whole.empty or not asked.checked.asked:
            return Outcome(tried)
        found, useful = tried.found, _useful(asked)
        fitting = sum(found[kind.name].total for kind in useful)
        near = asked.reading.nearby
        enough = fitting >= ENOUGH or (fitting > 0 and _precise(asked, found))
        if enough and not near:
            return Outcome(tried)
        climb = _Climb(asked, tried, useful, ENOUGH if near else ENOUGH - fitting)
        climb.seen = {(kind.name, hit.id) for kind in asked.checked.asked for hit in found[kind.name].hits}
        climb.counts = not any(found[kind.name].total for kind in asked.checked.asked)
        if near:  # who asks for what is near has loosened it already
            self._up(climb, rungs().widened())
        if not enough and climb.enough > 0:
            steps = rungs()
            self._up(climb, steps.beside() if fitting else steps.all())
        if not fitting and not climb.loosened and not climb.more and len(useful) < len(asked.checked.asked):
            # Nobody does anything like it anywhere; there may be something to read about it.
            climb.kinds = [kind for kind in asked.checked.asked if kind not in useful]
            self._up(climb, rungs().all())
        promise = "" if fitting else PROMISE
        return Outcome(climb.tried, climb.loosened, tuple(climb.more), tuple(dict.fromkeys(climb.offered)), promise)

    def _up(self, climb: _Climb, steps: Iterable[Step]) -> None:
        began = self._clock()
        for climbed, step in enumerate(steps, start=1):
            self._step(climb, step)
            late = climbed >= STEPS or self._clock() - began > SECONDS
            if climb.enough <= 0 or (late and (climb.loosened or climb.more)):
                return

    def _step(self, climb: _Climb, step: Step) -> None:
        asked = climb.asked
        kinds = [kind for kind in climb.kinds if not step.heeding or heeds(kind, step.heeding)]
        tried = self._attempts.attempt(asked, step.change, kinds)
        found = tried.found
        total = sum(one.total for one in found.values())
        if total and step.offered:
            climb.offered.append(step.offered)
        if not total or not step.asks:
            return
        if climb.counts and not climb.loosened:
            # Kinds that are read about it follow those that do it, loosened as they are.
            others = [kind for kind in asked.checked.counted if kind not in kinds]
            climb.tried = self._attempts.attempt(asked, step.change, others).beside(tried)
            climb.loosened = step.loosened
            climb.seen = {(name, hit.id) for name, one in climb.tried.found.items() for hit in one.hits}
            climb.enough -= total
            return
        if asked.request.sort != SORTS[0]:
            return  # they stand behind what fits best, and by date or name nothing does
        hits = {name: one.hits for name, one in found.items()}
        for placed in in_order(hits, kinds, asked.request.sort):
            at = placed[0], placed[1].id
            if at not in climb.seen and len(climb.more) < MOST:
                climb.seen.add(at)
                climb.more.append((placed, step.loosened))
                climb.enough -= 1


def _useful(asked: Asked) -> list[Kind]:
    """The kinds that can fulfil the conditions that were read; all where none was, or none of them can.

    An institution that is named is no answer to who asks what it does.
    """
    kinds = list(asked.checked.asked)
    able = [kind for kind in kinds if asked.unheeded(kind) == 0]
    doing = [kind for kind in able if asked.reading.core.empty or not asked.named(kind)]
    return doing or able or kinds


def _precise(asked: Asked, found: Mapping[str, Found]) -> bool:
    """Few, and all there is to it: a number or a name was typed; or rows were ticked, among which no others belong."""
    if asked.checked.values or not asked.reading.core.rest.units:
        return True
    hits = [hit for kind in asked.checked.asked for hit in found[kind.name].hits]
    return any(hit.score >= EXACT_NAME for hit in hits)
