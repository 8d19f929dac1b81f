"""Which record a completion leads to: found by the engine, shown by the database now, remembered while nothing changes.

A person who types asks again at every key, and most of what is found was found for somebody else a moment ago.  Two
things are remembered, each as long as its own truth stands still:

- which records a completion leads to, until the index changes or a window may have begun (`Engine.state`, whole hours);
- that the database shows a record, until anything at all is committed (`Stillness`).  Then those that are about to be
  shown are looked at again, so that nothing that was hidden is suggested (P14).
"""

import time
import uuid
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from search_service.engines.base import Ask, Engine, EngineHit
from search_service.kinds.base import Kind
from search_service.kinds.parts import Use
from search_service.kinds.registry import REGISTRY
from search_service.query import columns, completions
from search_service.query.nodes import Keyword, Node, OneOf
from search_service.search.hidden import Hidden, hidden, shown
from search_service.search.memo import STALE_SECONDS
from search_service.search.present import SEPARATOR, Picture, Pictures, hour_of, visible_of
from search_service.store.session import Database
from search_service.store.stillness import Stillness

REMEMBERED = 100_000
"""Completions whose records are known: about 300 bytes each."""
SPARE = 4
"""Rows asked for each completion: many lead to the same record, and one row may be hidden since."""
ALIKE = 3
"""Texts that one completion leads to at most: 陕西苹果 and 山西苹果 sound alike."""
ALONE = 8
"""Completions that are looked up one by one, when the rows of others have filled the list: as many as are shown."""

NOWHERE = -1
"""Where a completion begins that is in no text of the record which people see."""

_NAMES = (Use.NAME, Use.NUMBER, Use.IDENTIFIER)

At = tuple[str, str]
"""A kind and a completion."""


class Target(NamedTuple):
    """A record, the text of it that is completed, and where in that text, folded, the completion begins (`NOWHERE`).

    `seq`: of the record's document when it was read; another one may say something else.  `prior`: what its flags weigh
    among equals.
    """

    id: str
    text: str
    start: int
    seq: int
    prior: float = 0.0


class Moment(NamedTuple):
    """The time, and a state of the database that is not newer: equal states show equal rows."""

    now: datetime
    state: Hashable


class _Known(NamedTuple):
    """What a search found: nothing where no record shows it.

    Attributes:
        state: of the database, in which it held.
        documents: what was searched (`Targets._index`); None where that is not told, or where the database hid some of
            what was found, so that it may show it again without a change of the index.
        looked: when.
    """

    targets: tuple[Target, ...]
    state: Hashable
    documents: Hashable
    looked: float


class Targets:
    """Leads from completions to records; thread-safe."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        pictures: Pictures,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._engine, self._pictures, self._clock = database, engine, pictures, clock
        self._stillness = Stillness(database)
        self._known: dict[At, _Known] = {}
        self._seen: dict[At, tuple[int, Hashable]] = {}
        """Kind and id of a record → the sequence with which it was shown, and the state of the database."""

    def moment(self) -> Moment:
        """Now."""
        state = self._stillness.token()
        now = self._database.now()
        return Moment(now, (state, hour_of(now)))

    def find(self, wanted: Sequence[At], moment: Moment, *, sure: bool = False) -> dict[At, tuple[Target, ...]]:
        """The records of those completions, several where several texts sound alike.

        Only what is searched for now, or with `sure`, is certain to be shown now (`shown`).

        Raises:
            EngineUnavailable: what is not remembered cannot be looked up.
        """
        indices: dict[str, Hashable] = {}
        found = {at: known.targets for at in wanted if (known := self._held(at, moment, indices)) is not None}
        if sure:
            gone = self._gone({(name, target) for (name, _), targets in found.items() for target in targets}, moment)
            found = {at: targets for at, targets in found.items() if not any((at[0], one) in gone for one in targets)}
        missing = [at for at in wanted if at not in found]
        if missing:
            fresh = self._looked_up(missing, moment)
            if len(self._known) + len(fresh) > REMEMBERED:
                self._known = {}  # simpler than to know which are old, and as seldom as it is cheap
            self._known.update(fresh)
            found.update((at, known.targets) for at, known in fresh.items())
        return found

    def shown(self, targets: Iterable[tuple[str, Target]], moment: Moment) -> bool:
        """Whether the database shows all of these records, given with their kinds, as they were when they were read."""
        return not self._gone(set(targets), moment)

    def _gone(self, targets: set[tuple[str, Target]], moment: Moment) -> set[tuple[str, Target]]:
        """Those that are not shown, or say something else now."""
        unsure = {
            (name, target)
            for name, target in targets
            if self._seen.get((name, target.id)) != (target.seq, moment.state)
        }
        if not unsure:
            return unsure
        ids: dict[str, list[uuid.UUID]] = {}
        for name, row_id in {(name, target.id) for name, target in unsure}:
            ids.setdefault(name, []).append(uuid.UUID(row_id))
        with self._database.read() as session:
            seen = {(name, str(row_id)): seq for name, row_id, seq in visible_of(session, ids, moment.now)}
        self._see(seen, moment)
        return {(name, target) for name, target in unsure if seen.get((name, target.id)) != target.seq}

    def _see(self, seen: Mapping[At, int], moment: Moment) -> None:
        if len(self._seen) + len(seen) > REMEMBERED:
            self._seen = {}
        self._seen.update((at, (seq, moment.state)) for at, seq in seen.items())

    def _held(self, at: At, moment: Moment, indices: dict[str, Hashable]) -> _Known | None:
        """What is remembered of a completion and need not be searched for again; `indices`: what is known of them."""
        known = self._known.get(at)
        if known is None or known.state == moment.state:
            return known
        name = at[0]
        if known.documents is not None:
            if name not in indices:
                indices[name] = self._index(name, moment)
            if known.documents == indices[name]:
                known = self._known[at] = known._replace(state=moment.state)
                return known
        # What was not found may be shown again by this very change.
        return known if known.targets and self._clock() - known.looked < STALE_SECONDS else None

    def _index(self, kind: str, moment: Moment) -> Hashable:
        """What a search in this moment looks at: documents, and the hour, at which windows begin."""
        state = self._engine.state(kind)
        return None if state is None else (state, hour_of(moment.now))

    def _looked_up(self, wanted: Sequence[At], moment: Moment) -> dict[At, _Known]:
        looked = self._clock()
        values: dict[str, list[str]] = {}
        for name, value in wanted:
            values.setdefault(name, []).append(value)
        kinds = [REGISTRY.kind(name) for name in values]
        found: dict[At, _Known] = {}
        with self._database.read() as session:
            leave_out = hidden(session, kinds, moment.now)
            for kind in kinds:
                index = self._index(kind.name, moment)
                searching = _Searching(session, kind, leave_out[kind.name], moment)
                targets = self._searched(searching, values[kind.name])
                for value in values[kind.name]:
                    here = tuple(targets.get(value, ()))
                    found[kind.name, value] = _Known(here, moment.state, index if searching.whole else None, looked)
        return found

    def _searched(self, asked: "_Searching", values: Sequence[str]) -> dict[str, list[Target]]:
        """Value → records."""
        ids = self._ids(asked, OneOf(columns.SUGGEST, tuple(values)), len(values) * SPARE)
        found = self._matched(asked, ids, values)
        # Hundreds of rows may be called alike and fill the list; then the others have to be asked for.
        for value in [value for value in values if value not in found][:ALONE]:
            ids = self._ids(asked, Keyword(columns.SUGGEST, value), SPARE)
            found.update(self._matched(asked, ids, [value], else_title=True))
        return found

    def _ids(self, asked: "_Searching", query: Node, limit: int) -> list[str]:
        return [
            hit.id for hit in self._engine.search(asked.kind.name, Ask(query, filter=asked.visible, limit=limit)).hits
        ]

    def _matched(
        self, asked: "_Searching", ids: Sequence[str], values: Sequence[str], *, else_title: bool = False
    ) -> dict[str, list[Target]]:
        """The first of these rows for each completion, which the engine has put in the kind's own order.

        `else_title`: it is their completion, though none of their fields says it.
        """
        name = asked.kind.name
        placed = [(name, EngineHit(row_id, 0.0, "")) for row_id in ids]
        pictures = self._pictures.load(asked.session, placed, asked.moment.now)
        self._see({at: picture.seq for at, picture in pictures.items()}, asked.moment)
        asked.whole = asked.whole and len(pictures) == len(ids)
        found: dict[str, dict[str, Target]] = {}
        for row_id in ids:
            picture = pictures.get((name, row_id))
            if picture is None:
                continue
            places = _places(asked.kind, picture)
            for value in values:
                place = places.get(value, (picture.title, NOWHERE) if else_title else None)
                if place is not None:
                    target = Target(row_id, *place, picture.seq, picture.prior)
                    found.setdefault(value, {}).setdefault(place[0], target)
        return {value: list(texts.values())[:ALIKE] for value, texts in found.items()}


class _Searching:
    """One kind that is searched.  `whole`: the database has hidden nothing that the index would show."""

    def __init__(self, session: Session, kind: Kind, leave_out: Hidden, moment: Moment) -> None:
        self.session, self.kind, self.moment = session, kind, moment
        self.visible = shown(kind, leave_out, moment.now)
        self.whole = leave_out == Hidden()


def _places(kind: Kind, picture: Picture) -> Mapping[str, tuple[str, int]]:
    """Completion → the text of the record that it completes and where; the title's before those of other texts."""
    names = [f.name for f in kind.fields if f.use in _NAMES]
    texts = [picture.title, *(part for name in names for part in picture.texts.get(name, "").split(SEPARATOR))]
    places: dict[str, tuple[str, int]] = {}
    for text in dict.fromkeys(filter(None, texts)):
        for form in completions.forms(text):
            places.setdefault(form.value, (text, form.start))
    return places
