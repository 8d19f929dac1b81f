"""Generated worlds as rows of a database: what stands in the worlds' own tables stays there, the rows are offers."""

from typing import Any

from sqlalchemy.orm import Session

from tests.matching.world import World, _day
from tests.support import rows


def fill(session: Session, world: World) -> None:
    """Add the institutions of a world with their certificates and rows."""
    owners = {
        row["id"]: rows.institution(session, status=row["status"], division_adcode=None)
        for row in world["institutions"]
    }
    proofs = {
        row["id"]: rows.certificate(
            session,
            owners[row["institution"]],
            nature=row["nature"],
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            state=row["state"],
            regions=row["regions"],
        )
        for row in world["certificates"]
    }

    def linked(row: dict[str, Any]) -> list[Any]:
        """Its own institution's: others are refused on entry."""
        own = [proofs[key] for key in row["certificates"]]
        return [proof for proof in own if proof.institution is owners[row["institution"]]]

    tests = {
        row["id"]: rows.capability(
            session,
            owners[row["institution"]],
            *linked(row),
            object=row.get("object") or "",
            parameter=row.get("parameter"),
            standards=row.get("standards") or [],
            limitation=row.get("limitation"),
            state=row["state"],
        )
        for row in world["capabilities"]
    }
    measures = {
        row["id"]: rows.authorisation(
            session,
            owners[row["institution"]],
            *linked(row),
            regions=tuple(dict.fromkeys(row.get("regions") or ())),
            service=row["service"],
            instrument=row.get("instrument") or "",
            state=row["state"],
            **{name: row.get(name) for name in ("regulation", "range", "accuracy", "limitation")},
        )
        for row in world["authorisations"]
        if row.get("service")  # refused on entry without
    }
    for row in world["plans"]:
        rows.plan(
            session,
            owners[row["institution"]],
            row.get("title") or "",
            service=row.get("service") or "",
            description=row.get("description"),
            state=row["state"],
            certificates=linked(row),
            capabilities=[tests[key] for key in row.get("capabilities") or () if key in tests],
            authorisations=[measures[key] for key in row.get("authorisations") or () if key in measures],
        )
