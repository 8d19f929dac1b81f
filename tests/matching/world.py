"""A world in plain data → verdicts, by the service's own functions and without a database: for comparisons.

The shapes are those of the interchange files with ids for references; what is missing is blank.
"""

from datetime import date, timedelta
from typing import Any

from search_service.kinds.offered import Offer, Proof, Ref, plain
from search_service.kinds.plan import PROVEN_BY_ROWS
from search_service.kinds.vocabulary import NATURES, SERVICES
from search_service.matching.editions import Edition, Editions, numbers_in
from search_service.matching.phrases import Link, Vocabulary
from search_service.matching.places import Place, Places
from search_service.matching.tables import Tables
from search_service.matching.verdict import Cell, Who, judge_cell
from search_service.matching.words import Conditions, Item, Window

World = dict[str, list[dict[str, Any]]]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def tables(world: World) -> Tables:
    editions = []
    for row in world.get("standards", ()):
        read = numbers_in(row["number"])
        if read:
            editions.append(
                Edition(
                    Ref("standard", row.get("id", row["number"])),
                    read[0],
                    row["number"],
                    row.get("title") or "",
                    row.get("status") or "unknown",
                    _day(row.get("effective_on")),
                    _day(row.get("withdrawn_on")),
                    tuple(row.get("replaces") or ()),
                )
            )
    places = [
        Place(Ref("division", row["adcode"]), row["adcode"], row.get("name") or row["adcode"], row.get("parent"))
        for row in world.get("divisions", ())
    ]
    links = [
        Link(Ref("synonym", f"{row['word']}→{row['meaning']}"), row["word"], row["meaning"], row["relation"])
        for row in world.get("synonyms", ())
    ]
    return Tables(Editions(editions), Places(places), Vocabulary(links))


def offers(world: World, institution: str) -> list[Offer]:
    proofs = {
        row["id"]: Proof(
            Ref("certificate", row["id"]),
            row.get("nature") if row.get("nature") in NATURES.labels else None,
            row.get("number") or row["id"],
            _day(row.get("valid_from")),
            _day(row.get("valid_to")),
            row.get("state") or "valid",
            tuple(row.get("regions") or ()),
        )
        for row in world.get("certificates", ())
        if row["institution"] == institution
    }

    def there(row: dict[str, Any]) -> bool:
        return row["institution"] == institution and row.get("state", "published") == "published"

    def linked(row: dict[str, Any]) -> tuple[Proof, ...]:
        return tuple(proofs[key] for key in row.get("certificates") or () if key in proofs)

    found = [
        Offer(
            ref=Ref("capability", row["id"]),
            institution=institution,
            services=("testing", "inspection"),
            subject=row.get("object") or "",
            parameter=row.get("parameter") or "",
            standards=tuple(row.get("standards") or ()),
            limitation=row.get("limitation") or "",
            proofs=linked(row),
        )
        for row in world.get("capabilities", ())
        if there(row)
    ]
    found += [
        Offer(
            ref=Ref("authorisation", row["id"]),
            institution=institution,
            services=(row["service"],) if row.get("service") in SERVICES.labels else (),
            subject=row.get("instrument") or "",
            standards=(row["regulation"],) if row.get("regulation") else (),
            range=row.get("range") or "",
            accuracy=row.get("accuracy") or "",
            regions=tuple(row.get("regions") or ()),
            limitation=row.get("limitation") or "",
            proofs=linked(row),
            metrology=True,
        )
        for row in world.get("authorisations", ())
        if there(row)
    ]
    rows = {row["id"] for name in ("capabilities", "authorisations") for row in world.get(name, ()) if there(row)}
    for row in world.get("plans", ()):
        proven = row.get("service") in PROVEN_BY_ROWS
        own = rows & {*(row.get("capabilities") or ()), *(row.get("authorisations") or ())}
        if there(row) and not (proven and own):
            found.append(
                Offer(
                    ref=Ref("plan", row["id"]),
                    institution=institution,
                    services=(row["service"],) if row.get("service") in SERVICES.labels else (),
                    subject=row.get("title") or "",
                    description=plain(row.get("description")),
                    proofs=linked(row),
                    narrative=True,
                    rests=proven,
                )
            )
    return found


def conditions(requirement: dict[str, Any], today: str) -> Conditions:
    start = date.fromisoformat(requirement["start"])
    end = _day(requirement.get("end")) or start + timedelta(days=requirement.get("service_days", 15) - 1)
    kinds = tuple(requirement.get("certificate_kinds") or ())
    return Conditions(Window(max(start, date.fromisoformat(today)), end), requirement.get("region") or "", kinds)


def item(row: dict[str, Any]) -> Item:
    texts = {k: row.get(k) or "" for k in ("object", "parameter", "standard", "range", "accuracy", "place")}
    return Item(
        service=SERVICES.resolve(row.get("service") or ""),
        certificate_kinds=tuple(row.get("certificate_kinds") or ()),
        **texts,
    )


def judge_cells(world: World, requirement: dict[str, Any], today: str) -> dict[tuple[int, str], Cell]:
    found, looked_up, wanted = {}, tables(world), conditions(requirement, today)
    for row in world["institutions"]:
        who = Who(Ref("institution", row["id"]), row.get("name") or row["id"], row["status"])
        rows = offers(world, row["id"])
        for at, asked in enumerate(requirement["items"]):
            found[at, row["id"]] = judge_cell(item(asked), wanted, who, rows, looked_up)
    return found


def judge_world(
    world: World, requirement: dict[str, Any], today: str, posted: str | None = None
) -> dict[tuple[int, str], tuple[str, list[str]]]:
    """{(item, institution): (outcome, codes)}; `posted` matters only without a start, which comparisons always give."""
    del posted
    cells = judge_cells(world, requirement, today)
    return {at: (cell.outcome.word, list(cell.codes)) for at, cell in cells.items()}
