"""Capabilities: the tables of objects, parameters and standards, offered by the institutions of each field."""

from collections import Counter
from collections.abc import Mapping

from sample_tables.certificates import Evidence
from sample_tables.institutions import sites
from sample_tables.offers import (
    Fact,
    fact_about,
    keeps_older_edition,
    offers,
    standard_names,
    standards_of,
    state_of,
)
from sample_tables.reading import TABLES, Row, cells, draw, lines, special_rows, without_blanks

CAPABILITIES = 1000


def facts() -> list[Fact]:
    """Every (field, object, parameter) of the tables."""
    found = []
    for table in sorted(TABLES.glob("capabilities_*.txt")):
        subject, group = "", [""]
        for text in lines(table.name):
            if text.startswith("@"):
                subject, members = cells(text.removeprefix("@"), 2)
                group = [f"inst-{name.strip()}" for name in members.split(",")]
                continue
            thing, parameters, *rest = cells(text.removeprefix("+"), 5)
            found += [
                fact_about(thing, (subject, thing, parameter), rest, group, by_all=text.startswith("+"))
                for parameter in parameters.split("；")
            ]
    return found


def capabilities(evidence: Mapping[tuple[str, bool], Evidence]) -> list[Row]:
    """The generated rows and the special ones, 1,000 together, by institution in its own order."""
    rows = special_rows("capability")
    known = facts()
    names = standard_names([fact.cells[0] for fact in known])
    laboratories = sites()
    order: Counter[str] = Counter()
    for fact, turn in offers(known, CAPABILITIES - len(rows)):
        institution = fact.offered_by[turn]
        words = (institution, *fact.words)
        order[institution] += 10  # steps leave room between rows
        standards = [
            {"number": s["number"], "name": names.get(s["number"], ""), "clause": s.get("clause", "")}
            for s in standards_of(fact.cells[0], older=keeps_older_edition(turn, *words))
        ]
        places = laboratories.get(institution, [""])
        rows.append(
            {
                "key": f"cap-{institution.removeprefix('inst-')}-{draw(*words):012x}"[:-6],
                "institution": institution,
                "certificates": evidence[institution, False].of(*words),
                "field": fact.words[0],
                "object": fact.words[1],
                "parameter": fact.words[2],
                "standards": [without_blanks(s) if s["name"] or s["clause"] else s["number"] for s in standards],
                "limitation": fact.cells[1],
                "remark": fact.cells[2],
                "place": places[draw("place", *words) % len(places)],
                "sort_order": order[institution],
                "state": state_of(fact, turn, *words),
            }
        )
    rows.sort(key=lambda row: (row["institution"], row.get("sort_order", 0), row["key"]))
    return [without_blanks(row) for row in rows]
