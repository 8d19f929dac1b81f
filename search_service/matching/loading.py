"""Rows of the database → what judging works with (docs/matching.md): few statements, nothing kept open."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analyzers.fold import fold
from analyzers.standard_number import StandardNumber, print_number
from analyzers.standard_number_prefixes import without_separators
from search_service.kinds.base import Kind
from search_service.kinds.division_names import candidates, full
from search_service.kinds.fields import Parsing
from search_service.kinds.numbers import line_key
from search_service.kinds.offered import Offer, Ref
from search_service.kinds.registry import REGISTRY
from search_service.kinds.special_fields import resolve_division
from search_service.matching.editions import Edition, Editions, Number, numbers_in
from search_service.matching.entry import Meant
from search_service.matching.order import Record
from search_service.matching.phrases import Link, Vocabulary
from search_service.matching.places import NATION, Place, Places
from search_service.matching.revoked import SUCCESSORS
from search_service.matching.tables import Tables
from search_service.matching.verdict import Who
from search_service.matching.words import Item
from search_service.store.chunks import chunks
from search_service.store.division import Division
from search_service.store.institution import Institution
from search_service.store.standard import Standard, StandardReplacement
from search_service.store.vocabulary import Synonym

MOST_LINES = 500
"""Lines of standards that are followed from one requirement: the longest real chains have a dozen."""

ROUNDS = 12
"""Steps along replacements, likewise."""


MOST_UNDATED = 200
"""Undated numbers of rows whose edition in force is looked up to choose between equal rows."""


def offering(registry: Any = REGISTRY) -> list[Kind]:
    """The kinds whose rows are offers."""
    return [kind for kind in registry.kinds if kind.offer_reads]


def read_vocabulary(session: Session) -> Vocabulary:
    """All synonyms."""
    rows = session.scalars(select(Synonym).where(Synonym.deleted_at.is_(None)).order_by(Synonym.id))
    return Vocabulary(Link(Ref.of("synonym", row), row.word, row.meaning, row.relation) for row in rows)


def read_places(session: Session) -> Places:
    """All divisions."""
    rows = session.scalars(select(Division).where(Division.deleted_at.is_(None)))
    return Places(Place(Ref.of("division", row), row.adcode, row.name, row.parent_adcode) for row in rows)


def read_editions(session: Session, numbers: Iterable[Number]) -> Editions:
    """Every edition of these numbers, and of all that replaces or is replaced by them, however many steps away."""
    waiting = {number.line for number in numbers}
    seen: set[Number] = set()
    rows: dict[uuid.UUID, Edition] = {}
    for _ in range(ROUNDS):
        waiting = set(sorted(waiting - seen, key=str)[: MOST_LINES - len(seen)])
        if not waiting:
            break
        seen |= waiting
        waiting = _follow(session, waiting, rows)
    return Editions(rows.values())


def _follow(session: Session, lines: Collection[Number], rows: dict[uuid.UUID, Edition]) -> set[Number]:
    """Read the editions of some lines; returns the lines that they replace and are replaced by."""
    keys = sorted({spelled for line in lines for spelled in _spellings(line)})
    table, links = Standard.__table__.c, StandardReplacement.__table__.c
    found: list[Any] = []
    for chunk in chunks(keys):
        columns = select(*(table[name] for name in _OF_STANDARDS))
        found += session.execute(columns.where(table.line_key.in_(chunk), table.deleted_at.is_(None)))
    fresh = {row.id: read[0] for row in found if row.id not in rows and (read := numbers_in(row.number))}
    replaced: dict[uuid.UUID, list[str]] = defaultdict(list)
    for chunk in chunks(sorted(fresh)):
        said = select(links.standard_id, links.number).where(links.standard_id.in_(chunk)).order_by(links.position)
        for one, number in session.execute(said):
            replaced[one].append(number)
    for row in found:
        if row.id in fresh:
            cited = tuple(replaced[row.id])
            ref = Ref.of("standard", row)
            rows[row.id] = Edition(
                ref, fresh[row.id], row.number, row.title, row.status, row.effective_on, row.withdrawn_on, cited
            )
    beyond = {number.line for cells in replaced.values() for cell in cells for number in numbers_in(cell)}
    # Who replaces them: said by the newer ones, of an edition or of the number as such.
    for chunk in chunks(sorted({row.number_key for row in found} | set(keys))):
        newer = (
            select(table.number)
            .join(StandardReplacement.__table__, links.standard_id == table.id)
            .where(links.number_key.in_(chunk), table.deleted_at.is_(None))
        )
        beyond.update(number.line for printed in session.scalars(newer) for number in numbers_in(printed))
    return beyond


_OF_STANDARDS = (
    "id", "key", "row_version", "number", "number_key", "title", "status", "effective_on", "withdrawn_on",
)  # fmt: skip


def editions_about(session: Session, items: Sequence[Item], offers: Iterable[Offer]) -> Editions:
    """What judging these items and rows looks up."""
    asked = [number for item in items if item.standard for number in numbers_in(item.standard)]
    return read_editions(session, [*asked, *undated(offers)])


def undated(offers: Iterable[Offer]) -> list[Number]:
    """Numbers that rows cite without an edition."""
    cells = dict.fromkeys(cell for offer in offers for cell in offer.standards)
    numbers = dict.fromkeys(number for cell in cells for number in numbers_in(cell) if number.year is None)
    return list(numbers)[:MOST_UNDATED]


def read_tables(session: Session, items: Sequence[Item], offers: Iterable[Offer]) -> Tables:
    """All that judging looks up, as it stands in this session: a matcher's own may be seconds old."""
    return Tables(editions_about(session, items, offers), read_places(session), read_vocabulary(session))


def _spellings(line: Number) -> Iterator[str]:
    """The line as its column may hold it: with the slash of its prefix, and without."""
    for prefix in (line.prefix, without_separators(line.prefix)):
        printed = print_number(StandardNumber(prefix, line.body))
        yield printed
        yield line_key(printed)


def offers_of(session: Session, kind: Kind, ids: Iterable[uuid.UUID]) -> list[Offer]:
    """The rows with these ids that are offers."""
    found: list[Offer] = []
    loads = kind.loads(kind.offer_reads)
    for chunk in chunks(sorted(ids)):
        rows = session.scalars(select(kind.model).where(kind.model.id.in_(chunk)).options(*loads))
        found += (offer for row in rows if (offer := kind.offer(row)) is not None)
    return found


def offers_by_institution(session: Session, institutions: Collection[str]) -> dict[str, list[Offer]]:
    """All offers of some institutions."""
    found: dict[str, list[Offer]] = defaultdict(list)
    for kind in offering():
        owner = getattr(kind.model, str(kind.owner_path))
        loads = kind.loads(kind.offer_reads)
        for chunk in chunks(sorted(institutions)):
            query = select(kind.model).where(owner.in_([uuid.UUID(one) for one in chunk]))
            for row in session.scalars(query.where(kind.model.deleted_at.is_(None)).options(*loads)):
                offer = kind.offer(row)
                if offer is not None:
                    found[offer.institution].append(offer)
    return found


def ids_by_kind(session: Session, institutions: Collection[str]) -> dict[Kind, list[uuid.UUID]]:
    """The rows of offering kinds of some institutions."""
    found: dict[Kind, list[uuid.UUID]] = {}
    for kind in offering():
        table = kind.model.__table__.c
        owner = table[str(kind.owner_path)]
        found[kind] = [
            one
            for chunk in chunks(sorted(institutions))
            for one in session.scalars(
                select(table.id).where(owner.in_([uuid.UUID(one) for one in chunk]), table.deleted_at.is_(None))
            )
        ]
    return found


def count_rows(session: Session, institutions: Collection[str]) -> dict[str, int]:
    """How many rows of offering kinds each has, whatever their state."""
    counts: dict[str, int] = defaultdict(int)
    for kind in offering():
        owner = getattr(kind.model, str(kind.owner_path))
        for chunk in chunks(sorted(institutions)):
            query = select(owner, func.count()).where(owner.in_([uuid.UUID(one) for one in chunk])).group_by(owner)
            for one, count in session.execute(query):
                counts[str(one)] += count
    return counts


def institutions(session: Session, ids: Collection[str]) -> dict[str, tuple[Who, Record]]:
    """Who they are, and what is on record of them; deleted ones are nobody."""
    found: dict[str, tuple[Who, Record]] = {}
    for chunk in chunks(sorted(ids)):
        query = select(*_OF_INSTITUTIONS).where(
            Institution.id.in_([uuid.UUID(one) for one in chunk]), Institution.deleted_at.is_(None)
        )
        for row in session.execute(query):
            who = Who(Ref.of("institution", row), row.name, row.status, row.division_adcode or "")
            found[str(row.id)] = (who, Record(filled=_filled(row)))
    return found


_PUBLIC = (
    "name", "short_names", "name_en", "division_adcode", "address", "legal_representative", "phone", "business_kinds",
    "introduction", "business_scope", "nature", "level", "cover", "display_certificates", "cases",
)  # fmt: skip
"""What an institution can say of itself on its public page (S1-11..19)."""

_OF_INSTITUTIONS = tuple(
    Institution.__table__.c[name] for name in dict.fromkeys(("id", "key", "row_version", "status", *_PUBLIC))
)
"""As columns: the ORM's objects of hundreds of institutions cost more than judging them."""


def _filled(row: Any) -> float:
    return sum(bool(getattr(row, name)) for name in _PUBLIC) / len(_PUBLIC)


NAMED = 5
"""Divisions of one name that are told: 鼓楼区 is in four cities."""


def resolve(session: Session, text: str) -> Meant:
    """The division that is meant: by code or name; one that is no longer means what its territory went to."""
    plain = fold(text).strip()
    if plain in {NATION, "全国"}:
        return Meant(NATION)
    code = resolve_division(Parsing(session), text)
    asked = code or (plain.ljust(6, "0") if plain.isdigit() and len(plain) in {2, 4, 6} else "")
    new = SUCCESSORS.get(asked)
    row = session.scalar(select(Division).where(Division.adcode == new, Division.deleted_at.is_(None))) if new else None
    if row is not None:
        return Meant(row.adcode, f"行政区划代码 {asked} 已撤销,按现行的{row.name}({row.adcode})处理")
    return Meant(code, "" if code else _open(session, text))


def _open(session: Session, text: str) -> str:
    """What a name may mean that several divisions have; nothing where none has it."""
    meant = candidates(session, text)
    several = "、".join(full(session, meant[:NAMED]))
    return f"地点“{text}”可能是{several}{'等' if len(meant) > NAMED else ''}" if meant else ""
