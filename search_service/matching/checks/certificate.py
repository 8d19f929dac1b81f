"""Check 5: a linked certificate of a right kind covers the whole window (docs/matching.md, Certificate)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from search_service.kinds.days import day_after
from search_service.kinds.evidence import VALID
from search_service.kinds.vocabulary import CERTIFICATE_STATE, NATURES
from search_service.matching.checks.service import decisive
from search_service.matching.words import (
    Conditions,
    Finding,
    Item,
    Offer,
    Outcome,
    Proof,
    Told,
    Window,
    below,
    met,
    outcome_of,
    weaker,
)

CHECK = "certificate"

OTHER = "other"
"""A nature that says only what it is not."""

RIGHT: dict[str, frozenset[str]] = {
    "verification": frozenset({"metrology"}),
    "assessment": frozenset({"metrology"}),
    "calibration": frozenset({"CNAS", "metrology"}),
    "testing": frozenset({"CMA", "CNAS", "CAL", "CATL"}),
    "inspection": frozenset({"CMA", "CNAS", "CAL", "CATL"}),
    "certification": frozenset(NATURES.labels) - {OTHER},
}
"""Which kinds of certificate a service stands on; a service that is not here needs none."""

DEMANDABLE = {service: kinds for service, kinds in RIGHT.items() if service != "certification"}
"""Kinds that can be demanded of a service."""

_FIRST_DAY, _LAST_DAY = date.min, date.max


@dataclass(frozen=True, slots=True)
class Deciding:
    """The certificate that decides, or several of one nature that follow without a gap."""

    code: str | None
    proofs: tuple[Proof, ...]

    @property
    def end(self) -> date | None:
        """The last day; None where none is recorded."""
        return self.proofs[-1].valid_to if self.proofs else None

    @property
    def identity(self) -> tuple[str, ...]:
        """Which ones."""
        return tuple(proof.ref.id for proof in self.proofs)


def check(item: Item, conditions: Conditions, offer: Offer) -> Finding:
    """The best linked certificate decides."""
    found = deciding(item, conditions, offer)

    def tell() -> Told:
        return _text(item, conditions, offer, found), tuple(proof.ref for proof in found.proofs)

    return met(CHECK, tell) if found.code is None else below(CHECK, found.code, tell)


def deciding(item: Item, conditions: Conditions, offer: Offer) -> Deciding:
    """What check 5 says, and the certificates that it says it of."""
    services = decisive(item, offer)
    if services and not any(service in RIGHT for service in services):
        return Deciding(None, ())
    demanded = demanded_kinds(item, conditions, services)
    right = demanded or _right(services, metrology=offer.metrology)
    if not offer.proofs:
        missing = demanded or "verification" in services
        return Deciding("certificate_missing" if missing else "certificate_not_linked", ())
    window = conditions.window
    singles = [Deciding(_code(proof, right, services, window), (proof,)) for proof in offer.proofs]
    best = singles[0] if len(singles) == 1 else min(singles, key=_preference)
    if best.code is None or len(singles) == 1:
        return best
    for run in _runs(offer.proofs, right, window):
        if best.code is not None and outcome_of(best.code) < Outcome.MET:
            best = Deciding(None, run)
    return best


def demanded_kinds(item: Item, conditions: Conditions, services: Sequence[str]) -> frozenset[str]:
    """The kinds that are demanded, as far as they exist for the service; an item's own go before all others'."""
    wanted = item.certificate_kinds or conditions.certificate_kinds
    known = frozenset().union(*(DEMANDABLE.get(service, frozenset()) for service in services))
    return known & frozenset(wanted)


def _right(services: tuple[str, ...], *, metrology: bool) -> frozenset[str]:
    right: frozenset[str] = frozenset().union(*(RIGHT.get(service, frozenset()) for service in services))
    if metrology and {"testing", "inspection"} & set(services):
        right |= {"metrology"}
    return right


def _code(proof: Proof, right: frozenset[str], services: Sequence[str], window: Window) -> str | None:
    """One certificate by itself."""
    code: str | None = None
    if proof.state != VALID:
        code = weaker(code, "certificate_revoked")
    if proof.nature is None or (proof.nature == OTHER and "certification" in services):
        code = weaker(code, "certificate_kind_unknown")
    elif proof.nature not in right:
        code = weaker(code, "certificate_kind")
    begun = proof.valid_from is None or proof.valid_from <= window.start
    if not begun or (proof.valid_to is not None and proof.valid_to < window.start):
        code = weaker(code, "certificate_not_valid")
    elif proof.valid_to is None:
        code = weaker(code, "certificate_validity_unknown")
    elif proof.valid_to < window.end:
        code = weaker(code, "certificate_ends_in_window")
    return code


def _preference(one: Deciding) -> tuple[int, int, str]:
    """The best outcome, then the longest validity, then the smallest id."""
    end = one.end.toordinal() if one.end else 0
    return (-outcome_of(one.code), -end, one.proofs[0].ref.id)


def _runs(proofs: Iterable[Proof], right: frozenset[str], window: Window) -> list[tuple[Proof, ...]]:
    """Fewest certificates of one nature that together cover the window; those without an end join nothing."""
    found = []
    for nature in sorted(right):
        chain = _chain([p for p in proofs if p.nature == nature and p.state == VALID and p.valid_to], window)
        if len(chain) > 1:
            found.append(tuple(chain))
    return found


def _chain(proofs: Sequence[Proof], window: Window) -> list[Proof]:
    """From day to day the one that lasts longest; empty where a day stays open."""
    chain: list[Proof] = []
    needed = window.start
    while True:
        here = [p for p in proofs if (p.valid_from or _FIRST_DAY) <= needed <= (p.valid_to or _LAST_DAY)]
        if not here:
            return []
        longest = min(here, key=lambda p: (-(p.valid_to or _LAST_DAY).toordinal(), p.ref.id))
        chain.append(longest)
        end = longest.valid_to or _LAST_DAY
        if end >= window.end:
            return chain
        needed = day_after(end)


def _text(item: Item, conditions: Conditions, offer: Offer, found: Deciding) -> str:
    services = decisive(item, offer)
    if found.code is None and not found.proofs:
        return "该项服务不要求资质证书"
    demanded = demanded_kinds(item, conditions, services)
    asked = f"（要求 {'、'.join(NATURES.label(kind) for kind in sorted(demanded))}）" if demanded else ""
    if not found.proofs:
        return f"本条未关联资质证书{asked}"
    return "；".join(_named(proof) for proof in found.proofs) + asked


def _named(proof: Proof) -> str:
    kind = NATURES.label(proof.nature) if proof.nature else "性质未注明的"
    state = "" if proof.state == VALID else f"，状态为{CERTIFICATE_STATE.label(proof.state)}"
    begins = f"有效期自 {proof.valid_from.isoformat()} " if proof.valid_from else "有效期"
    ends = f"至 {proof.valid_to.isoformat()}" if proof.valid_to else "截止日期未记录"
    return f"{kind} 证书 {proof.number} {begins}{ends}{state}"
