"""Authorisations: the table of instruments and regulations, held by the metrology institutions of each group."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sample_tables.certificates import Evidence
from sample_tables.offers import Fact, fact_about, keeps_older_edition, offers, standards_of, state_of
from sample_tables.reading import Row, cells, draw, lines, special_rows, without_blanks

AUTHORISATIONS = 250
NO_REGION = 25  # one row of so many has simply no region recorded


@dataclass
class Table:
    """What ``authorisations.txt`` says."""

    facts: list[Fact] = field(default_factory=list)
    standing: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  # institution → class, regions
    catalogue: dict[str, tuple[str, str]] = field(default_factory=dict)  # instrument → category, type


def table() -> Table:
    """The table read; its head explains the marks."""
    found, group = Table(), [""]
    for text in lines("authorisations.txt"):
        mark, rest = text[0], text[1:]
        if mark == "@":
            group = [f"inst-{name.strip()}" for name in cells(rest, 2)[1].split(",")]
        elif mark == "!":
            institution, organisation_class, regions = cells(rest, 3)
            found.standing[f"inst-{institution}"] = (organisation_class, regions.split())
        elif mark == "=":
            instrument, category, kind = cells(rest, 3)
            found.catalogue[instrument] = (category, kind)
        else:
            instrument, service, regulation, *more = cells(text.removeprefix("+"), 6)
            words = (instrument, service, standards_of(regulation, older=False)[0]["number"])
            found.facts.append(fact_about(instrument, words, (regulation, *more), group, by_all=mark == "+"))
    return found


def in_turn(cell: str, turn: int) -> str:
    """One of the alternatives of a cell."""
    alternatives = [part.strip() for part in cell.split(" / ")]
    return alternatives[turn % len(alternatives)]


def authorisations(evidence: Mapping[tuple[str, bool], Evidence]) -> list[Row]:
    """The generated rows and the special ones, 250 together."""
    known = table()
    rows = special_rows("authorisation")
    for fact, turn in offers(known.facts, AUTHORISATIONS - len(rows)):
        institution = fact.offered_by[turn]
        instrument, service, _ = fact.words
        words = (institution, *fact.words)
        regulation = standards_of(fact.cells[0], older=keeps_older_edition(turn, *words))[0]["number"]
        organisation_class, regions = known.standing[institution]
        category, kind = known.catalogue.get(instrument, ("", ""))
        # Calibration is not territorial: most annexes give no region for it.
        unknown = service == "calibration" or draw("regions", *words) % NO_REGION == 0
        rows.append(
            {
                "key": f"auth-{institution.removeprefix('inst-')}-{draw(*words):012x}"[:-6],
                "institution": institution,
                "certificates": evidence[institution, True].in_metrology(service, *words),
                "service": service,
                "instrument": instrument,
                "category": category,
                "type": kind,
                "regulation": regulation,
                "range": in_turn(fact.cells[1], turn),
                "accuracy": in_turn(fact.cells[2], turn),
                "regions": [] if unknown else regions,
                "organisation_class": organisation_class,
                "limitation": fact.cells[3],
                "state": state_of(fact, turn, *words),
            }
        )
    rows.sort(key=lambda row: (row["institution"], row["key"]))
    return [without_blanks(row) for row in rows]
