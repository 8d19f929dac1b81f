"""What came out otherwise than in the draft: cell by cell, in words (docs/matching.md, judged again on sending)."""

from collections.abc import Collection, Mapping
from typing import Any

from search_service.matching.words import Outcome

WORDS: Mapping[str, str] = {"met": "满足", "unsure": "待确认", "unmet": "不满足"}
"""Outcomes, for people."""

UNMET = Outcome.UNMET.word


def differences(
    before: Mapping[str, Any], now: Mapping[str, Any], without: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Cells whose outcome changed between two answers; `without` are institutions that do not count.

    An institution that is in one answer only was, or is, 不满足 in every cell of the other.
    """
    then, after = _cells(before), _cells(now)
    names = {one["id"]: one["name"] for answer in (before, now) for one in answer["institutions"]}
    found = []
    for institution in dict.fromkeys(one for one, _ in (*then, *after)):
        if institution in without:
            continue
        for item in sorted({at for one, at in (*then, *after) if one == institution}):
            was, became = (cells.get((institution, item), (UNMET, [])) for cells in (then, after))
            if was[0] != became[0]:
                found.append(
                    {
                        "institution": institution,
                        "name": names[institution],
                        "item": item,
                        "then": was[0],
                        "now": became[0],
                        "codes": became[1],
                        "text": f"{names[institution]}，第 {item + 1} 项：{WORDS[was[0]]} → {WORDS[became[0]]}",
                    }
                )
    return found


def _cells(answer: Mapping[str, Any]) -> dict[tuple[str, int], tuple[str, list[str]]]:
    return {
        (one["id"], cell["item"]): (cell["outcome"], cell["codes"])
        for one in answer["institutions"]
        for cell in one["items"]
    }
