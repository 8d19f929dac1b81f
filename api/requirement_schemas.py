"""What the API of requirements takes and gives, for its description."""

from typing import Any

from api.bodies import JSON
from search_service.matching.entry import CHANNELS, ITEM_FIELDS, MOST_ITEMS
from search_service.requirements.acting import ACTIONS
from search_service.requirements.reading import LONGEST_TEXT
from search_service.requirements.states import STATES

TEXT = {"type": "string", "maxLength": 500}
KINDS = {"type": "array", "items": TEXT}
ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(sorted(ITEM_FIELDS - {"quantity", "certificate_kinds"}), TEXT),
        "quantity": {"type": "number"},
        "certificate_kinds": KINDS,
    },
    "additionalProperties": False,
}
ASKED: dict[str, Any] = {
    "title": TEXT,
    "region": {**TEXT, "description": "企业所在地:六位行政区划代码或全称"},
    "certificate_kinds": KINDS,
    "text": {"type": "string"},
    "start": {"type": "string", "format": "date"},
    "end": {"type": "string", "format": "date"},
    "service_days": {"type": "integer", "minimum": 1},
    "max_institutions": {"type": "integer", "minimum": 1, "maximum": 10},
    "items": {"type": "array", "items": ITEM, "minItems": 1, "maxItems": MOST_ITEMS},
}
"""What is judged, and the words beside it."""

EXAMPLE = {
    "region": "610113",
    "certificate_kinds": ["CMA"],
    "items": [{"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}],
}
CONTACT = {"name": "张三", "phone": "13800000000"}

POSTED: dict[str, Any] = {
    **ASKED,
    "budget_fen": {"type": "integer", "minimum": 0},
    "channel": {"type": "string", "enum": list(CHANNELS), "description": "online 以外由平台人员登记"},
    "received_at": {"type": "string", "format": "date-time", "description": "仅登记时:收到的时间"},
    "contact": {
        "type": "object",
        "properties": {"name": TEXT, "phone": TEXT},
        "additionalProperties": False,
        "description": "未登录时必填;登录后默认为账号的姓名与手机号",
    },
}

GUESTS = "访客以查询参数 secret 或请求头 X-Guest-Secret 给出查询密钥。"
SECRET: list[dict[str, Any]] = []
"""Parameters of who comes with a secret: none, since any text may be one; `GUESTS` says it in words."""

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "重发同一请求时不重复发布,保存 48 小时",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "change 必需:读取时得到的 ETag",
    "schema": {"type": "string"},
}

_STRING, _BOOLEAN, _OBJECT = {"type": "string"}, {"type": "boolean"}, {"type": "object"}
_MAYBE = {"anyOf": [_STRING, {"type": "null"}]}
BRIEF: dict[str, Any] = {
    "id": {**_STRING, "format": "uuid"},
    "number": _STRING,
    "url": _STRING,
    "title": _STRING,
    "channel": {**_STRING, "enum": list(CHANNELS)},
    "received_at": {**_STRING, "format": "date-time"},
    "state": {**_STRING, "enum": list(STATES)},
    "state_label": _STRING,
    "closed_at": _MAYBE,
}
SHOWN: dict[str, Any] = {
    **BRIEF,
    "contact": _OBJECT,
    "clock": {
        "type": "object",
        "properties": {
            "respond_by": {**_STRING, "format": "date-time"},
            "recommend_by": {**_STRING, "format": "date-time"},
            "tentative": _BOOLEAN,
            "running": _BOOLEAN,
            "used": {"type": "number", "minimum": 0, "maximum": 1},
        },
    },
    "requirement": _OBJECT,
    "completeness": _OBJECT,
    "events": {"type": "array", "items": _OBJECT},
    "row_version": {"type": "integer"},
}
UNDERSTOOD: dict[str, Any] = {
    "requirement": _OBJECT,
    "pieces": {"type": "array", "items": _STRING},
    "notes": {"type": "array", "items": _OBJECT},
    "completeness": _OBJECT,
}


def content(properties: dict[str, Any], required: list[str], example: Any) -> dict[str, Any]:
    """A request body."""
    schema = {"type": "object", "required": required, "properties": properties}
    return {"required": True, "content": {JSON: {"schema": schema, "example": example}}}


MATCH = content(ASKED, ["items"], EXAMPLE)
POST = content(POSTED, ["items"], {**EXAMPLE, "contact": CONTACT})
UNDERSTAND = content(
    {"text": {"type": "string", "maxLength": LONGEST_TEXT}},
    ["text"],
    {"text": "1. 大米 镉 检测 CMA\n2. 压力表 检定 0~60MPa 1.6级 3只"},
)
ACT = {
    "required": False,
    "content": {
        JSON: {"schema": {"type": "object", "description": "见 docs/api.md"}, "example": {"text": "已电话联系"}}
    },
}
NAMES = list(ACTIONS)
