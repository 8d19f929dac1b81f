"""What the words of a query are taken for, and what each of them does: a filter, a boost, a note, or a choice to make.

Nothing is decided that is open: a name of several places or institutions is offered and stays text until somebody
chooses.  What was ticked counts more than what was read, and a query that is just the name of something is that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from search_service.kinds.base import Kind
from search_service.kinds.days import day_of, midnight
from search_service.kinds.regions import PROVINCE
from search_service.kinds.registry import REGISTRY
from search_service.kinds.slots import BOOST, CHOOSE, FILTER, NOTE, OVERRULED, REFUSED, SLOTS, TEXT
from search_service.query.parse import NumberSlot, ParsedQuery, parse_query
from search_service.query.request import SearchRequest
from search_service.query.understanding.leftover import without
from search_service.query.understanding.lexicon import Lexicon
from search_service.query.understanding.nearby import with_nearby
from search_service.query.understanding.read import Read
from search_service.query.understanding.reader import is_name, read_slots
from search_service.query.understanding.refused import refuses
from search_service.query.understanding.slots import Choice, Slot
from search_service.search.check import VALID_ON, Checked, heeds
from search_service.search.labels import Labels
from search_service.search.places import Places, narrowest, settled

NUMBER, REGION = "standard", "region"
MOST_CHOICES = 8
"""Offered for one word: more are told apart by typing more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as it was understood.

    Attributes:
        slots: in the order of the query, with what each does.
        whole: all that was typed; core: what has to be there, without the words of slots that filter or only note.
        leaving: the slots whose words are not in `core`; noted: those of them that narrow nothing.
        called: words that were understood as the name of a thing.
        nearby: what is near the place is wanted, too (西安附近).
    """

    slots: tuple[Slot, ...]
    whole: ParsedQuery
    core: ParsedQuery
    leaving: tuple[Read, ...] = ()
    noted: tuple[Read, ...] = ()
    called: tuple[str, ...] = ()
    nearby: bool = False

    @property
    def said(self) -> tuple[ParsedQuery, ParsedQuery]:
        """All that was typed, and what is left beside the filters: either may be a name."""
        return self.whole, self.core

    def demanded(self, kind: Kind) -> ParsedQuery:
        """What has to be there in rows of a kind: `core`; where it is empty, what the kind does not heed."""
        if not self.core.empty or self.whole.empty:
            return self.core
        narrowing = [read for read in self.leaving if read not in self.noted]
        heeded = [read for read in narrowing if heeds(kind, SLOTS[read.slot].filter)]
        if not heeded:
            return self.whole
        return parse_query(without(self.whole.text, [*heeded, *self.noted]), numbers=False)


@dataclass(frozen=True, slots=True)
class Words:
    """What a query is read with: live words, closed lists, and how values are called."""

    live: Lexicon
    places: Places
    labels: Labels

    @property
    def lexicons(self) -> tuple[Lexicon, Lexicon]:
        """Closed words come first among equals."""
        return self.places.lexicon, self.live


def understand(
    session: Session, request: SearchRequest, checked: Checked, words: Words, now: datetime
) -> tuple[Reading, Checked]:
    """Read a query; and the request with the filters that its words set."""
    if not request.q.strip():
        empty = parse_query(request.q)
        return Reading((), empty, empty), checked
    return _Understanding(session, request, checked, words, now).done()


class _Understanding:
    """One query on its way."""

    def __init__(self, session: Session, request: SearchRequest, checked: Checked, words: Words, now: datetime) -> None:
        self._session, self._checked, self._words = session, checked, words
        self._text = request.q
        self._as_text = {text.strip() for text in request.as_text}
        self._today = day_of(now)
        self._slots: list[Slot] = []
        self._leaving: list[Read] = []
        self._noted: list[Read] = []
        self._values: dict[str, list[str]] = {}
        self._day: date | None = None
        self._nearby = False

    def done(self) -> tuple[Reading, Checked]:
        """Slots, texts and filters."""
        whole = parse_query(self._text)
        kept = [number for number in whole.numbers if not self._told_as_text(NUMBER, number.label)]
        if len(kept) < len(whole.numbers):
            self._slots += [self._number(number, TEXT) for number in whole.numbers]
            whole = parse_query(self._text, numbers=False)
        whole = self._without_refused(whole)
        reads = read_slots(self._text, whole.numbers, self._words.lexicons, self._today)
        if is_name(self._text, self._words.lexicons):
            reads = []
        for read in self._placed(reads):
            self._decide(read)
        core = whole
        if self._leaving:
            core = parse_query(without(self._text, self._leaving), numbers=bool(whole.numbers))
        slots = tuple(sorted(self._slots, key=lambda slot: slot.start))
        called = tuple(slot.text for slot in slots if slot.act == BOOST)
        values = {name: narrowest(found) if name == REGION else tuple(found) for name, found in self._values.items()}
        read_on = midnight(self._day) if self._day else None
        checked = replace(self._checked, read=values, read_on=read_on)
        return Reading(slots, whole, core, tuple(self._leaving), tuple(self._noted), called, self._nearby), checked

    def _without_refused(self, whole: ParsedQuery) -> ParsedQuery:
        """Numbers that are said not to be wanted ask for nothing."""
        wanted = []
        for number in whole.numbers:
            stretch = refuses(self._text, number.start, number.end, conditions=True)
            if stretch is None:
                wanted.append(number)
                self._slots.append(self._number(number, FILTER))
            else:
                self._decide(Read(NUMBER, (number.label,), *stretch, refused=True))
        if len(wanted) == len(whole.numbers):
            return whole
        return replace(whole, numbers=tuple(wanted)) if wanted else parse_query(self._text, numbers=False)

    def _number(self, number: NumberSlot, act: str) -> Slot:
        undated = "(不注日期)" if number.undated else ""
        text = self._text[number.start : number.end]
        return Slot(NUMBER, text, number.label, number.label + undated, act, number.start, number.end)

    def _placed(self, reads: Sequence[Read]) -> list[Read]:
        """Places settled by one another, and those that follow one another into each other (陕西省西安市) as one."""
        at = [place for place, read in enumerate(reads) if read.slot == REGION and not read.refused]
        meant = settled([reads[place].values for place in at])
        found = list(reads)
        for place, values in zip(at, meant, strict=True):
            found[place] = reads[place]._replace(values=tuple(values))
        joined: list[Read] = []
        for read in found:
            last = joined[-1] if joined else None
            if last is not None and self._continues(last, read):
                joined[-1] = read._replace(start=last.start)
            else:
                joined.append(read)
        return [self._around(read) for read in joined]

    def _around(self, read: Read) -> Read:
        if read.slot != REGION or read.refused:
            return read
        return with_nearby(self._text, read, province=all(value.endswith(PROVINCE) for value in read.values))

    def _continues(self, last: Read, read: Read) -> bool:
        if last.refused or read.refused:
            return False
        if not (last.slot == read.slot == REGION and len(last.values) == len(read.values) == 1):
            return False
        between = self._text[last.end : read.start]
        inside = narrowest([*last.values, *read.values]) == read.values
        return inside and not last.contested and not any(character.isalnum() for character in between)

    def _told_as_text(self, slot: str, value: str) -> bool:
        return bool({slot, f"{slot}:{value}"} & self._as_text)

    def _decide(self, read: Read) -> None:
        """What one slot does."""
        if any(self._told_as_text(read.slot, value) for value in read.values):
            self._add(read, TEXT, self._label(read.slot, read.values[0]))
        elif read.refused:
            self._add(read, REFUSED, self._text[read.start : read.end])
        elif SLOTS[read.slot].act in {BOOST, NOTE}:
            self._add(read, SLOTS[read.slot].act, self._text[read.start : read.end])
        elif read.slot == "date":
            self._date(read)
        else:
            self._filter(read)

    def _date(self, read: Read) -> None:
        """A single day narrows to what is valid on it; a span is for the requirement."""
        first, _, last = read.values[0].partition("/")
        label = f"{first} 至 {last}" if last else first
        if last:
            self._add(read, NOTE, label)
            return
        act = self._act(VALID_ON)
        if act == FILTER:
            self._day = date.fromisoformat(first)
        self._add(read, act, label)

    def _filter(self, read: Read) -> None:
        name = SLOTS[read.slot].filter
        named = SLOTS[read.slot].named
        values = [value for value in read.values if not named or self._visible(name, value)]
        if not values:
            return  # hidden since the list was read: its name is nobody's business
        ticked = self._checked.values.get(name, ())
        chosen = [value for value in values if value in ticked]
        if chosen:
            self._add(read._replace(values=tuple(chosen[:1])), FILTER, self._label(read.slot, chosen[0]))
        elif len(values) > 1 or read.contested:
            self._offer(read, values)
        else:
            act = self._act(name)
            if act == FILTER:
                more = self._declaring(name).all_filters[name].answers.get(values[0], ())
                self._values[name] = list(dict.fromkeys([*self._values.get(name, ()), *values, *more]))
                self._nearby = self._nearby or read.nearby > 0
            near = "及附近" if read.nearby else ""
            self._add(read._replace(values=tuple(values)), act, self._label(read.slot, values[0]) + near)

    def _act(self, name: str) -> str:
        if name in self._checked.values or (name == VALID_ON and self._checked.valid_on is not None):
            return OVERRULED
        return FILTER if any(heeds(kind, name) for kind in self._checked.asked) else NOTE

    def _offer(self, read: Read, values: Sequence[str]) -> None:
        """What it may mean, each with the search that says so; its words stay words."""
        name = SLOTS[read.slot].filter
        choices = [
            Choice(value, self._label(read.slot, value, full=True), {name: value}) for value in values[:MOST_CHOICES]
        ]
        if read.nearby:  # no words of anything, whichever place is chosen
            self._leaving.append(read._replace(start=read.nearby))
            self._noted.append(self._leaving[-1])
            read = read._replace(end=read.nearby)
        text = self._text[read.start : read.end]
        if read.contested:
            choices.append(Choice(text, f"{text}(不是{SLOTS[read.slot].label})", {"as_text": read.slot}))
        label = f"{text}:请选择"
        self._slots.append(Slot(read.slot, text, "", label, CHOOSE, read.start, read.end, tuple(choices)))

    def _add(self, read: Read, act: str, label: str) -> None:
        text = self._text[read.start : read.end]
        value = "" if act == REFUSED else read.values[0]
        self._slots.append(Slot(read.slot, text, value, label, act, read.start, read.end))
        if act in {FILTER, NOTE, OVERRULED, REFUSED}:
            self._leaving.append(read)
            self._noted += [read] if act in {NOTE, REFUSED} else []

    def _visible(self, name: str, value: str) -> bool:
        declared = self._declaring(name).all_filters[name]
        return declared.resolve(self._session, value) is not None

    def _label(self, slot: str, value: str, *, full: bool = False) -> str:
        if slot == REGION:
            return self._words.places.full(value) if full else self._words.places.names.get(value, value)
        name = SLOTS[slot].filter
        if not name or name == VALID_ON:
            return value
        return self._words.labels.of(self._session, self._declaring(name), name, [value])[value]

    def _declaring(self, name: str) -> Kind:
        return next(kind for kind in REGISTRY.kinds if name in kind.all_filters)
