"""Plans, linked to rows of their own institution."""

from collections.abc import Sequence

from sample_tables.reading import Row, toml, without_blanks

LINKS = 3  # of each thing: a plan shows examples, not the institution's annex


def linked(rows: Sequence[Row], institution: str, column: str, words: Sequence[str]) -> list[str]:
    """Keys of the institution's own published rows about these words."""
    keys: list[str] = []
    for word in words:
        about = [row for row in rows if row["institution"] == institution and row[column] == word]
        own = [row["key"] for row in about if row["state"] == "published"]
        if not own:
            raise ValueError(f"{institution} has no published row about {word}: the plan cannot link to it")
        keys += own[:LINKS]
    return keys


def plans(capabilities: Sequence[Row], authorisations: Sequence[Row]) -> list[Row]:
    """The plans of ``plans.toml``; each line of a description becomes a paragraph."""
    rows = []
    for plan in toml("plans.toml")["plan"]:
        institution = plan["institution"]
        row = {
            "key": plan["key"],
            "institution": institution,
            "title": plan["title"],
            "service": plan["service"],
            "description": "".join(f"<p>{text}</p>" for text in plan["description"].strip().splitlines()),
            "price_fen": plan.get("price_fen"),
            "price_to_fen": plan.get("price_to_fen"),
            "period_days": plan.get("period_days"),
            "topic": plan.get("topic"),
            "capabilities": linked(capabilities, institution, "object", plan.get("objects", [])),
            "authorisations": linked(authorisations, institution, "instrument", plan.get("instruments", [])),
            "certificates": [f"cert-{institution.removeprefix('inst-')}-{c}" for c in plan.get("certificates", [])],
            "state": plan.get("state", "published"),
        }
        rows.append(without_blanks(row))
    return rows
