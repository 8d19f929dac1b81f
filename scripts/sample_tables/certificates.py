"""Certificates, and which of them stand behind the rows of an institution."""

from dataclasses import dataclass, field

from sample_tables.reading import Row, cells, draw, lines, without_blanks

OFTEN = 3  # rows of five that stand under the second certificate too
SELDOM = 20  # one row of so many hangs on an old certificate alone


@dataclass
class Evidence:
    """An institution's certificates by how its rows use them."""

    always: list[str] = field(default_factory=list)
    often: list[str] = field(default_factory=list)
    seldom: list[str] = field(default_factory=list)

    def of(self, *words: str) -> list[str]:
        """The certificates of the row that these words name."""
        if self.seldom and draw("seldom", *words) % SELDOM == 0:
            return list(self.seldom)
        return self.always + (self.often if draw("often", *words) % 5 < OFTEN else [])

    def in_metrology(self, service: str, *words: str) -> list[str]:
        """For an authorisation: calibration rests on the accreditation where there is one, all else on the state's."""
        if service == "calibration":
            return self.often or self.always
        found = self.of(*words)
        return found if found == self.seldom else self.always


def certificates() -> tuple[list[Row], dict[tuple[str, bool], Evidence]]:
    """All certificates, and each institution's evidence: (institution, is it for metrology) → certificates."""
    rows: list[Row] = []
    evidence: dict[tuple[str, bool], Evidence] = {}
    for text in lines("certificates.txt"):
        name, nature, grade, number, issuer, start, end, regions, state, use = cells(text, 10)
        institution, short = name.split("/")
        key = f"cert-{institution}-{short}"
        row = {
            "key": key,
            "institution": f"inst-{institution}",
            "nature": nature,
            "grade": grade,
            "number": number,
            "issuer": issuer,
            "valid_from": start,
            "valid_to": end,
            "regions": regions.split(),
            "state": state,
        }
        rows.append(without_blanks(row))
        # Accreditation (CNAS) serves both sides, an authorisation in metrology or a CMA only its own.
        for metrology in (True, False):
            if use != "none" and (nature == "CNAS" or (nature == "metrology") == metrology):
                held = evidence.setdefault((f"inst-{institution}", metrology), Evidence())
                getattr(held, use).append(key)
    return rows, evidence
