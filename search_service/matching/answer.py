"""A matching answer as JSON (docs/api.md, "A matching answer")."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from search_service.errors import Problem
from search_service.matching import order
from search_service.matching.coverage import Option
from search_service.matching.verdict import Cell, Judged, Who
from search_service.matching.why_not import RANKED_LOWER, fix_text, smallest_fix
from search_service.matching.words import Outcome, Ref, Requirement

if TYPE_CHECKING:
    from search_service.matching.match import Matched

RULE_VERSION = f"matching-1/ranking-{order.RULE}"
"""Of docs/matching.md: grows when a verdict or an order may come out otherwise."""


def answer(found: "Matched") -> dict[str, Any]:
    """The whole answer."""
    conditions = found.requirement.conditions
    return {
        "judged_on": found.judged_on.isoformat(),
        "window": {"start": conditions.window.start.isoformat(), "end": conditions.window.end.isoformat()},
        "due": {
            "respond_by": found.dues.respond_by.at.isoformat(),
            "recommend_by": found.dues.recommend_by.at.isoformat(),
            "tentative": found.dues.recommend_by.tentative,
        },
        "institutions": [_institution(found, one) for one in found.order],
        "options": [_option(option) for option in found.options],
        "nobody": _nobody(found),
        "left_out": [{"item": at, "institutions": count} for at, count in enumerate(found.left_out) if count],
        "notes": [_note(note) for note in found.requirement.notes],
        "seed": found.seed,
        "rule_version": RULE_VERSION,
    }


def why_not_answer(found: "Matched", who: Who, cells: Sequence[Cell]) -> dict[str, Any]:
    """`{item, first_failing, codes, fix, other_items}`: the first item below met, or `ranked_lower`."""
    below = [at for at, cell in enumerate(cells) if cell.outcome is not Outcome.MET]
    institution = {"id": who.ref.id, "name": who.name}
    if not below:
        chosen = any(who.ref.id in option.institutions for option in found.options)
        codes = [] if chosen else [RANKED_LOWER]
        text = "已在推荐方案中" if chosen else "各项均满足;方案按覆盖、距离与公布的排序规则选出,本机构排在其后"
        return {
            "institution": institution,
            "item": None,
            "first_failing": None,
            "codes": codes,
            "fix": {"codes": codes, "text": text},
            "other_items": [],
        }
    first, *others = ({"item": at, **_failing(found.requirement, at, cells[at])} for at in below)
    return {"institution": institution, **first, "other_items": others}


def _failing(requirement: Requirement, at: int, cell: Cell) -> dict[str, Any]:
    item, conditions = requirement.items[at], requirement.conditions
    codes = smallest_fix(cell)
    return {
        "outcome": cell.outcome.word,
        "first_failing": cell.best.first_failing if cell.best else None,
        "codes": list(cell.codes),
        "fix": {"codes": list(codes), "text": fix_text(codes, item, conditions)},
    }


def _institution(found: "Matched", one: str) -> dict[str, Any]:
    cells = found.cells[one]
    outcomes = [cell.outcome for cell in cells]
    who = found.who[one]
    return {
        "id": one,
        "key": who.ref.key,
        "name": who.name,
        "met": outcomes.count(Outcome.MET),
        "unsure": outcomes.count(Outcome.UNSURE),
        "unmet": outcomes.count(Outcome.UNMET),
        "items": [_cell(at, cell, brief=one in found.brief) for at, cell in enumerate(cells)],
    }


def _cell(at: int, cell: Cell, *, brief: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"item": at, "outcome": cell.outcome.word, "codes": list(cell.codes)}
    if brief and cell.outcome is Outcome.UNMET:
        said["brief"] = True  # of the rows near to the item only; why-not looks at all of them
    return {**said, "evidence": _evidence(cell.best) if cell.best else []}


def _evidence(best: Judged) -> list[dict[str, Any]]:
    found = []
    for finding in best.findings:
        text, refs = finding.tell()
        found.append(
            {
                "check": finding.check,
                "outcome": finding.outcome.word,
                "code": finding.code,
                "text": text,
                "refs": [_ref(ref) for ref in refs],
            }
        )
    return found


def _ref(ref: Ref) -> dict[str, Any]:
    return {"kind": ref.kind, "id": ref.id, "key": ref.key, "version": ref.version}


def _option(option: Option) -> dict[str, Any]:
    said: dict[str, Any] = {
        "at_most": option.at_most,
        "institutions": list(option.institutions),
        "met": option.met,
        "unsure": option.unsure,
        "uncovered": list(option.uncovered),
    }
    return said if option.exact else {**said, "exact": False}


def _note(note: Problem) -> dict[str, str]:
    return {"loc": note.loc, "code": note.code, "message": note.message, "hint": note.hint}


def _nobody(found: "Matched") -> str | None:
    """None as soon as one cell is met; else who is nearest, and what is missing."""
    if any(cell.outcome is Outcome.MET for cells in found.cells.values() for cell in cells):
        return None
    if not found.order:
        return "入驻机构中没有能承接的,也没有待确认的;平台将寻找外部机构并及时告知(S5-45)"
    nearest = found.order[0]
    cells = found.cells[nearest]
    at = next(at for at, cell in enumerate(cells) if cell.outcome is Outcome.UNSURE)
    conditions = found.requirement.conditions
    missing = fix_text(cells[at].codes, found.requirement.items[at], conditions)
    return f"目前没有机构满足任何一项;最接近的待确认候选是{found.who[nearest].name},第 {at + 1} 项尚需:{missing}"
