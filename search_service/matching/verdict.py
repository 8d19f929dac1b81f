"""The algebra: checks → offer → institution × item (docs/matching.md, The algebra)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from search_service.kinds.offered import Ref
from search_service.matching.checks import accuracy, certificate, institution, region, service, standard, subject
from search_service.matching.checks import range as range_check
from search_service.matching.editions import numbers_in
from search_service.matching.phrases import key
from search_service.matching.ranges import together
from search_service.matching.tables import Tables
from search_service.matching.words import (
    CODES,
    NO_OFFER,
    Conditions,
    Finding,
    Item,
    Offer,
    Outcome,
    Told,
    met,
)

RANGE = 6
"""Place of the range check among the eight."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One offer as judged for one item; several rows where their ranges answer together.

    `outcome` is that of the weakest check, `codes` those of the checks that are not met, in their order.
    """

    offers: tuple[Offer, ...]
    findings: tuple[Finding, ...]
    outcome: Outcome
    codes: tuple[str, ...]

    @classmethod
    def of(cls, offers: tuple[Offer, ...], findings: tuple[Finding, ...]) -> "Judged":
        """The algebra of one offer."""
        codes = tuple([finding.code for finding in findings if finding.code is not None])
        outcome = min([finding.outcome for finding in findings]) if codes else Outcome.MET
        return cls(offers, findings, outcome, codes)

    @property
    def first_failing(self) -> str | None:
        """The first check whose outcome is the offer's; None where it is met."""
        outcome = self.outcome
        if outcome is Outcome.MET:
            return None
        return next(finding.check for finding in self.findings if finding.outcome is outcome)


@dataclass(frozen=True, slots=True)
class Who:
    """An institution as judging sees it."""

    ref: Ref
    name: str
    status: str
    division: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One institution for one item: its best offer, and all of them."""

    judged: tuple[Judged, ...]

    @property
    def best(self) -> Judged | None:
        """The one that decides; None where the institution has no row that could answer."""
        return self.judged[0] if self.judged else None

    @property
    def outcome(self) -> Outcome:
        """That of the best offer."""
        return self.best.outcome if self.best else Outcome.UNMET

    @property
    def codes(self) -> tuple[str, ...]:
        """Those of the best offer."""
        return self.best.codes if self.best else (NO_OFFER,)


Memory = dict[tuple[object, ...], tuple[Finding, ...]]
"""Findings of one item by what of a row they depend on: the same words and certificates are met again and again."""


def judge(
    item: Item, conditions: Conditions, who: Who, offer: Offer, tables: Tables, memory: Memory | None = None
) -> Judged:
    """The eight checks for one row; `memory` is of this item, these conditions and tables."""
    memory = {} if memory is None else memory
    words = (
        offer.subject,
        offer.parameter,
        offer.standards,
        offer.limitation,
        offer.range,
        offer.accuracy,
        offer.description,
        offer.narrative,
        offer.rests,
        offer.metrology,
    )
    said = memory.get(words)
    if said is None:
        said = memory[words] = (
            subject.check(item, conditions, offer, tables),
            standard.check(item, conditions, offer, tables),
            range_check.check(item, offer),
            accuracy.check(item, offer),
        )
    papers = (offer.proofs, offer.regions, offer.services, offer.narrative, offer.metrology)
    allowed = memory.get(papers)
    if allowed is None:
        allowed = memory[papers] = (
            certificate.check(item, conditions, offer),
            region.check(item, conditions, offer, tables),
        )
    active = memory.get((who.ref,))
    if active is None:
        active = memory[who.ref,] = (institution.check(who.ref, who.name, who.status),)
    served = service.check(item, offer)
    return Judged.of((offer,), (active[0], served, said[0], said[1], allowed[0], allowed[1], said[2], said[3]))


def judge_cell(
    item: Item,
    conditions: Conditions,
    who: Who,
    offers: Iterable[Offer],
    tables: Tables,
    memory: Memory | None = None,
) -> Cell:
    """All rows of one institution, and those that answer together; the best first."""
    memory = {} if memory is None else memory
    judged = [judge(item, conditions, who, offer, tables, memory) for offer in offers]
    if item.range:
        judged += _joined(item, conditions, judged, tables)
    judged.sort(key=lambda one: (-one.outcome, len(one.codes)))
    equal = [one for one in judged if (one.outcome, len(one.codes)) == (judged[0].outcome, len(judged[0].codes))]
    if len(equal) > 1:
        best = min(equal, key=lambda one: _preference(one, item, conditions, tables))
        judged.remove(best)
        judged.insert(0, best)
    return Cell(tuple(judged))


def _preference(one: Judged, item: Item, conditions: Conditions, tables: Tables) -> tuple[int, int, str]:
    """Between equals: the greatest edition year, the latest end of validity, the smallest id (of several rows)."""
    day = conditions.window.start

    def year(offer: Offer) -> int:
        years = [
            number.year if number.year is not None else tables.editions.newest_in_force(number, day)
            for cell in offer.standards
            for number in numbers_in(cell)
        ]
        return max(years, default=0)

    first = one.offers[0]
    last: date | None = certificate.deciding(item, conditions, first).end
    return (-max(map(year, one.offers)), -(last.toordinal() if last else 0), min(o.ref.id for o in one.offers))


def _joined(item: Item, conditions: Conditions, judged: Sequence[Judged], tables: Tables) -> list[Judged]:
    """Rows for the same instrument, service and deciding certificate whose ranges together contain the item's."""
    groups: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Judged]] = defaultdict(list)
    for one in judged:
        offer = one.offers[0]
        proofs = certificate.deciding(item, conditions, offer).identity if offer.metrology else ()
        if proofs and key(offer.subject):
            instrument = min(tables.vocabulary.names(key(offer.subject)))
            groups[instrument, offer.services, proofs].append(one)
    found = []
    for rows in groups.values():
        for level in (Outcome.MET, Outcome.UNSURE):
            able = [one for one in rows if min(f.outcome for f in _others(one)) >= level]
            # The last are left out first, so that what answers says as little beside the range as can be.
            able.sort(key=lambda one: (*_worth(one), *_preference(one, item, conditions, tables)))
            used = together(item.range, [one.offers[0].range for one in able])
            if len(used) > 1:
                found.append(_one_offer(item, [able[at] for at in used]))
            if used:
                break
    return found


def _worth(one: Judged) -> tuple[int, int]:
    """How good a row is beside its range: outcome, then fewer codes."""
    others = _others(one)
    return (-min(f.outcome for f in others), sum(f.code is not None for f in others))


def _others(one: Judged) -> list[Finding]:
    return [finding for at, finding in enumerate(one.findings) if at != RANGE]


def _one_offer(item: Item, rows: Sequence[Judged]) -> Judged:
    """Several rows as one: each check as weak as in the weakest of them, the range contained."""

    def told(findings: Sequence[Finding]) -> Told:
        said = [finding.tell() for finding in findings]
        texts = dict.fromkeys(text for text, _ in said)
        return "；".join(texts), tuple(dict.fromkeys(ref for _, refs in said for ref in refs))

    findings = []
    for at in range(len(rows[0].findings)):
        ranked = [row.findings[at] for row in rows]
        worst = min(ranked, key=lambda f: (f.outcome, CODES[f.code] if f.code else 0))
        findings.append(Finding(worst.check, worst.outcome, worst.code, lambda ranked=ranked: told(ranked)))  # type: ignore[misc]
    cells = "、".join(f"“{row.offers[0].range}”" for row in rows)
    refs = tuple(row.offers[0].ref for row in rows)
    findings[RANGE] = met("range", lambda: (f"测量范围：要求“{item.range}”，由 {len(rows)} 条合并覆盖：{cells}", refs))
    return Judged.of(tuple(row.offers[0] for row in rows), tuple(findings))
