"""Prefixes that somebody may have meant: of the same issuer, or one slip of the finger away."""

from collections.abc import Sequence

from analyzers.standard_number import StandardNumber
from analyzers.standard_number_prefixes import canonical_prefix
from search_service.standards.known import Known
from search_service.standards.slips import one_slip


def near_prefixes(number: StandardNumber, rows: Sequence[Known]) -> list[Known]:
    """Records whose prefix is near the typed one, the nearest first."""
    found = [(distance, row) for row in rows if row.parsed and (distance := _distance(number, row.parsed)) is not None]
    return [row for _, row in sorted(found, key=lambda pair: (pair[0], pair[1].number))]


def _distance(typed: StandardNumber, stored: StandardNumber) -> int | None:
    """0: only the slash; 1: the same issuer (GB, GB/T); 2: one slip; None: another prefix."""
    if typed.bare_prefix == stored.bare_prefix:
        return 0
    if issuer(typed.prefix) == issuer(stored.prefix):
        return 1
    return 2 if one_slip(typed.bare_prefix, stored.bare_prefix) else None


def issuer(prefix: str) -> str:
    """Who issues: "gb" of GB and GB/T; what stands behind T/ and Q/ is the issuer there."""
    literal = canonical_prefix(prefix)
    return literal if literal.startswith(("t/", "q/")) else literal.split("/", 1)[0]
