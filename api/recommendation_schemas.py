"""What the API of recommendations takes and gives, for its description."""

from typing import Any

from api.account_schemas import MAYBE, TIME, UUID
from api.requirement_schemas import content
from search_service.recommendation.effects import KINDS
from search_service.recommendation.referral import FROM

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
FLAG = {"type": "boolean"}
OBJECT = {"type": "object"}
LIST = {"type": "array", "items": OBJECT}

DOCUMENT: dict[str, Any] = {
    "recommendation": UUID,
    "number": COUNT,
    "state": {**TEXT, "enum": ["draft", "sent"]},
    "kind": {**TEXT, "enum": ["recommendation", "nobody", "window_over"]},
    "mark": TEXT,
    "automatic": FLAG,
    "sent_at": {"anyOf": [TIME, {"type": "null"}]},
    "requirement": OBJECT,
    "judged_on": {**TEXT, "format": "date"},
    "window": OBJECT,
    "due": OBJECT,
    "institutions": LIST,
    "options": LIST,
    "recommended": {"anyOf": [OBJECT, {"type": "null"}]},
    "verified": {"type": "array", "items": UUID},
    "candidates": {"type": "array", "items": UUID},
    "nobody": MAYBE,
    "remarks": {"type": "array", "items": TEXT},
    "set_aside": COUNT,
    "differences": LIST,
    "seed": TEXT,
    "rule_version": TEXT,
    "versions": OBJECT,
    "digest": TEXT,
}
WHY_NOT: dict[str, Any] = {
    "institution": OBJECT,
    "item": {"anyOf": [COUNT, {"type": "null"}]},
    "first_failing": MAYBE,
    "codes": {"type": "array", "items": TEXT},
    "fix": OBJECT,
    "other_items": LIST,
}
REFERRAL: dict[str, Any] = {
    "state": TEXT,
    "state_label": TEXT,
    "institution_name": TEXT,
    "contact": TEXT,
    "note": TEXT,
    "opened_at": TIME,
    "informed_at": {"anyOf": [TIME, {"type": "null"}]},
}
_SHORT = {**TEXT, "maxLength": 1000}
SEND = content(
    {
        "recommendation": {**UUID, "description": "核对过的草稿;不填为最新一份"},
        "confirm_changes": {**FLAG, "description": "已看过自草稿以来的变化,按现在的结论发送"},
    },
    [],
    {"confirm_changes": False},
)
EDIT = content(
    {
        "kind": {**TEXT, "enum": list(KINDS)},
        "reason": {**_SHORT, "minLength": 1},
        "institution": UUID,
        "item": COUNT,
        "at_most": {"type": "integer", "minimum": 1, "maximum": 3},
        "text": _SHORT,
    },
    ["kind", "reason"],
    {"kind": "note", "text": "样品请在周三前送到", "reason": "机构要求"},
)
REFER = content(
    {"institution_name": {**TEXT, "maxLength": 200}, "contact": {**TEXT, "maxLength": 200}, "note": _SHORT},
    [],
    {"institution_name": "某省计量科学研究院", "contact": "025-00000000"},
)
ACTIONS = list(FROM)
