"""The naive matcher: docs/matching.md once more, over structure, obviously right rather than fast.

It imports nothing of the service.  A check is a function (row, item, world) → code or None, None being met.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise

from tests.matching.reference import naive_measure, naive_standard, naive_subject
from tests.matching.reference.things import Certificate, Item, Row, World

UNMET = {
    "institution_not_active",
    "service_differs",
    "subject_differs",
    "limited_out",
    "standard_differs",
    "certificate_revoked",
    "certificate_missing",
    "certificate_kind",
    "certificate_not_valid",
    "region_differs",
    "range_not_covered",
    "accuracy_not_enough",
    "no_offer",
}
UNSURE = (
    *("service_not_said", "subject_unknown", "parameter_not_said", "subject_similar", "limited"),
    *naive_standard.ORDER[1:],
    *("certificate_kind_unknown", "certificate_validity_unknown", "certificate_ends_in_window"),
    *("certificate_not_linked", "place_too_wide", "region_unknown", "place_unknown", "place_not_said", "region_other"),
    "accuracy_unknown",
)
RIGHT = {
    "verification": {"metrology"},
    "assessment": {"metrology"},
    "calibration": {"CNAS", "metrology"},
    "testing": {"CMA", "CNAS", "CAL", "CATL"},
    "inspection": {"CMA", "CNAS", "CAL", "CATL"},
    "certification": {"CMA", "CNAS", "CAL", "CATL", "metrology", "other"},
}
DEMANDABLE = {key: kinds for key, kinds in RIGHT.items() if key != "certification"}
NATIONWIDE = "000000"


def level(code: str | None) -> int:
    """0 unmet, 1 unsure, 2 met."""
    return 2 if code is None else 0 if code in UNMET else 1


def first_day(world: World) -> date:
    return max(world.asked.start, world.today)


# 1 and 2


def institution(row: Row, world: World) -> str | None:
    active = (row.institution, "active") in world.institutions
    return None if active else "institution_not_active"


def services(row: Row) -> set[str]:
    if row.kind == "capabilities":
        return {"testing", "inspection"}
    return {row.service} if row.service else set()


def service(row: Row, item: Item) -> str | None:
    if not item.service or not services(row):
        return "service_not_said"
    return None if item.service in services(row) else "service_differs"


def service_meant(row: Row, item: Item) -> str | None:
    """The item's, else the row's own (testing for a capability)."""
    return item.service or ("testing" if row.kind == "capabilities" else row.service)


# 5


@dataclass(frozen=True)
class Decided:
    """What check 5 says, and the certificates that decide it (several where they follow without a gap)."""

    code: str | None
    by: tuple[Certificate, ...] = ()


def linked(row: Row, world: World) -> list[Certificate]:
    return [one for one in world.certificates if one.id in row.certificates and one.institution == row.institution]


def demanded(row: Row, item: Item, world: World) -> set[str]:
    kinds = set(item.certificate_kinds or world.asked.certificate_kinds)
    return kinds & DEMANDABLE.get(service_meant(row, item) or "", set())


def right_kinds(row: Row, item: Item, world: World) -> set[str]:
    meant = service_meant(row, item)
    wanted = demanded(row, item, world)
    if wanted:
        return wanted
    kinds = set(RIGHT.get(meant or "", set()))
    if meant in {"testing", "inspection"} and row.kind == "authorisations":
        kinds.add("metrology")
    return kinds


def certificate_code(
    nature: str | None, state: str, start: date | None, end: date | None, row: Row, item: Item, world: World
) -> str | None:
    if state != "valid":
        return "certificate_revoked"
    unsure_kind = nature is None or (nature == "other" and service_meant(row, item) == "certification")
    if not unsure_kind and nature not in right_kinds(row, item, world):
        return "certificate_kind"
    window = first_day(world)
    if (end and end < window) or (start and start > window):
        return "certificate_not_valid"
    if unsure_kind:
        return "certificate_kind_unknown"
    if not end:
        return "certificate_validity_unknown"
    return "certificate_ends_in_window" if end < world.asked.end else None


def follow(one: Certificate, other: Certificate) -> bool:
    """Without a gap, and with both ends known where it matters."""
    return bool(one.end and other.start and other.start <= one.end + timedelta(1))


def runs(proofs: list[Certificate]) -> list[tuple[Certificate, ...]]:
    """Every row of two or more of one nature that follow without a gap."""
    good = [one for one in proofs if one.state == "valid" and one.end and one.nature]
    found = []
    for size in range(2, len(good) + 1):
        for some in combinations(sorted(good, key=lambda one: (one.start or date.min, one.end or date.max)), size):
            alike = len({one.nature for one in some}) == 1
            if alike and all(follow(a, b) and b.end > a.end for a, b in pairwise(some)):  # type: ignore[operator]
                found.append(some)
    return found


def certificate(row: Row, item: Item, world: World) -> Decided:
    meant = service_meant(row, item)
    if meant and meant not in RIGHT:
        return Decided(None)
    proofs = linked(row, world)
    if not proofs:
        strict = meant == "verification" or demanded(row, item, world)
        return Decided("certificate_missing" if strict else "certificate_not_linked")
    single = [(certificate_code(p.nature, p.state, p.start, p.end, row, item, world), (p,)) for p in proofs]
    joined = [
        (certificate_code(r[0].nature, "valid", r[0].start, r[-1].end, row, item, world), r) for r in runs(proofs)
    ]
    most = max(level(code) for code, _ in single)
    better = [one for one in joined if level(one[0]) > most]
    if better:
        top = max(level(code) for code, _ in better)
        few = min(len(by) for code, by in better if level(code) == top)
        pool: list[tuple[str | None, tuple[Certificate, ...]]] = [
            one for one in better if level(one[0]) == top and len(one[1]) == few
        ]
    else:
        pool = [one for one in single if level(one[0]) == most]
    longest = max(last_day(by) for _, by in pool)
    pool = [one for one in pool if last_day(one[1]) == longest]
    return Decided(*min(pool, key=lambda one: [proof.id for proof in one[1]]))


def last_day(by: tuple[Certificate, ...]) -> date:
    return (by[-1].end or date.min) if by else date.min


# 6


def ancestors(place: str, world: World) -> set[str]:
    parents = dict(world.divisions)
    found: set[str] = set()
    at: str | None = place
    while at in parents and at not in found:
        found.add(at)
        at = parents[at]
    return found


def known(place: str, world: World) -> bool:
    return place == NATIONWIDE or place in dict(world.divisions)


def one_region(regions: tuple[str, ...], row: Row, item: Item, world: World) -> str | None:
    place = item.place or world.asked.region
    if NATIONWIDE in regions or (not regions and row.kind == "capabilities"):
        return None
    good = [one for one in regions if known(one, world)]
    clear = bool(place) and known(place, world)
    if clear and any(one in ancestors(place, world) for one in good):
        return None
    if clear and any(place in ancestors(one, world) or place == NATIONWIDE for one in good):
        return "place_too_wide"
    if len(good) < len(regions) or not regions:
        return "region_unknown"
    if not clear:
        return "place_unknown" if place else "place_not_said"
    return "region_differs" if service_meant(row, item) == "verification" else "region_other"


REGION_ORDER = ("region_differs", "place_too_wide", "region_unknown", "place_unknown", "place_not_said", "region_other")


def region(row: Row, item: Item, decided: Decided, world: World) -> str | None:
    if row.kind == "plans":
        return None
    several = [row.regions] if row.kind == "authorisations" else [one.regions for one in decided.by]
    codes = [one_region(regions, row, item, world) for regions in several]
    return next((code for code in REGION_ORDER if code in codes), None)


# The algebra


@dataclass(frozen=True)
class Verdict:
    """One offer: its rows, its codes in the order of the checks (None met), what decides between equals."""

    rows: tuple[Row, ...]
    codes: tuple[str, ...]
    year: int
    end: date

    @property
    def level(self) -> int:
        return min((level(code) for code in self.codes), default=2)

    @property
    def rank(self) -> tuple[int, int, int, int]:
        return (-self.level, len(self.codes), -self.year, -self.end.toordinal())


@dataclass(frozen=True)
class Checked:
    row: Row
    codes: tuple[str | None, ...]
    """Of the eight checks; the seventh is the row's own text."""
    decided: Decided

    @property
    def others(self) -> int:
        return min(level(code) for at, code in enumerate(self.codes) if at != 6)


def visible(world: World, institution_id: str) -> list[Row]:
    rows = [row for row in world.rows if row.institution == institution_id and row.state == "published"]
    real = {row.id for row in rows if row.kind != "plans"}
    return [
        row
        for row in rows
        if not (row.kind == "plans" and row.service in naive_subject.PROVEN_BY_ROWS and real & set(row.links))
    ]


def check(row: Row, item: Item, world: World) -> Checked:
    decided = certificate(row, item, world)
    answering = naive_standard.answering(row, item, world)
    measured = row.kind == "authorisations"
    codes = (
        institution(row, world),
        service(row, item),
        naive_subject.subject(row, item, answering, world),
        naive_standard.standard(row, item, world),
        decided.code,
        region(row, item, decided, world),
        naive_measure.covered(item.range, [row.range]) if measured and item.range.text else None,
        naive_measure.accuracy(item.accuracy, row.accuracy) if measured else None,
    )
    return Checked(row, codes, decided)


def alone(checked: Checked, world: World) -> Verdict:
    codes = tuple(code for code in checked.codes if code)
    year = naive_standard.edition_year(checked.row, world)
    return Verdict((checked.row,), codes, year, last_day(checked.decided.by))


def may_join(one: Checked, other: Checked, world: World) -> bool:
    """The same instrument, service and deciding certificate."""
    mine, theirs = one.row, other.row
    return (
        mine.service == theirs.service
        and one.decided.by == other.decided.by
        and bool(mine.object.members and theirs.object.members)
        and theirs.object.members[0].name in naive_subject.names(mine.object.members[0].name, world)
    )


def groups(rows: list[Checked], world: World) -> list[list[Checked]]:
    """Rows that may answer together."""
    found: list[list[Checked]] = []
    for one in rows:
        if one.row.kind == "authorisations" and one.decided.by and one.row.range.spans:
            mine = next((group for group in found if may_join(group[0], one, world)), None)
            if mine is None:
                found.append([one])
            else:
                mine.append(one)
    return found


def worth(one: Checked, world: World) -> tuple[int, int, int, str]:
    """The order of the best offer, the range left aside; the certificate is the same for all that join."""
    codes = sum(code is not None for at, code in enumerate(one.codes) if at != 6)
    return (-one.others, codes, -naive_standard.edition_year(one.row, world), one.row.id)


def joined(rows: list[Checked], item: Item, world: World) -> list[Verdict]:
    """Rows that together contain the range, met ones before unsure ones; the worst left out first if it may be."""
    found: list[Verdict] = []
    for group in groups(rows, world):
        for wanted in (2, 1):
            some = sorted((one for one in group if one.others >= wanted), key=lambda one: worth(one, world))
            if not covers(some, item):
                continue
            for one in reversed(list(some)):
                fewer = [other for other in some if other is not one]
                if covers(fewer, item):
                    some = fewer
            if len(some) > 1:
                apiece = [first_code([one.codes[at] for one in some]) for at in range(8) if at != 6]
                codes = tuple(code for code in apiece if code)
                year = max(naive_standard.edition_year(one.row, world) for one in some)
                found.append(Verdict(tuple(one.row for one in some), codes, year, last_day(some[0].decided.by)))
            break
    return found


def first_code(codes: list[str | None]) -> str | None:
    """Of one check's codes over several rows: unmet before unsure, then the order of the table."""
    told = [code for code in codes if code]
    return min(told, key=lambda code: (level(code), UNSURE.index(code) if level(code) else 0), default=None)


def covers(some: list[Checked], item: Item) -> bool:
    return naive_measure.covered(item.range, [one.row.range for one in some]) is None


def offers(item: Item, institution_id: str, world: World) -> list[Verdict]:
    checked = [check(row, item, world) for row in visible(world, institution_id)]
    found = [alone(one, world) for one in checked]
    if item.range.text:
        found += joined(checked, item, world)
    return found


def judge(item: Item, institution_id: str, world: World) -> Verdict | None:
    """The best offer; none without offers."""
    found = offers(item, institution_id, world)
    return min(found, key=lambda one: (one.rank, min(row.id for row in one.rows)), default=None)
