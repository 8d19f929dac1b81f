"""What the edits of a draft come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEAVE_OUT, PUT_BACK, CHOOSE, NOTE, CLEARED = "leave_out", "put_back", "choose_option", "note", "cleared"
KINDS: Mapping[str, str] = {
    LEAVE_OUT: "不列入机构",
    PUT_BACK: "恢复机构",
    CHOOSE: "选定方案",
    NOTE: "补充说明",
    CLEARED: "已澄清待确认项",
}
"""Every edit, in words."""


@dataclass(slots=True)
class Effects:
    """What the edits come to.

    Attributes:
        without: institutions that are left out.
        at_most: the option that was chosen; None: the best one.
        notes: what is added in words; cleared: by (institution, item) what the answer to the question was.
    """

    without: set[str] = field(default_factory=set)
    at_most: int | None = None
    notes: list[str] = field(default_factory=list)
    cleared: dict[tuple[str, int], str] = field(default_factory=dict)


def effects(said: Mapping[str, Any]) -> Effects:
    """The edits in their order; a later one overrules."""
    found = Effects()
    for edit in said.get("log", ()):
        match edit["kind"]:
            case "leave_out":
                found.without.add(edit["institution"])
            case "put_back":
                found.without.discard(edit["institution"])
            case "choose_option":
                found.at_most = edit["at_most"]
            case "note":
                found.notes.append(edit["text"])
            case "cleared":
                found.cleared[edit["institution"], edit["item"]] = edit["reason"]
    return found
