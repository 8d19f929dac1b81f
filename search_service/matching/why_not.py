"""Why an institution was not recommended, and the smallest thing that would change it (docs/matching.md, step 6)."""

from collections.abc import Mapping

from search_service.kinds.vocabulary import NATURES, SERVICES
from search_service.matching.editions import numbers_in
from search_service.matching.verdict import Cell, Judged
from search_service.matching.words import CODES, NO_OFFER, Conditions, Item, Outcome

RANKED_LOWER = "ranked_lower"
"""It is met, and others cover the requirement better or equally well before it."""


def smallest_fix(cell: Cell) -> tuple[str, ...]:
    """The fewest codes among offers whose service and subject are not unmet; `no_offer` where there is none."""
    near = [one for one in cell.judged if not _elsewhere(one)]
    if not near:
        return (NO_OFFER,)
    return min((one.codes for one in near), key=lambda codes: (len(codes), [CODES[code] for code in codes]))


def _elsewhere(one: Judged) -> bool:
    """Its service or subject is unmet: it is another offer, not a flawed one."""
    return any(f.check in {"service", "subject"} and f.outcome is Outcome.UNMET for f in one.findings)


def fix_text(codes: tuple[str, ...], item: Item, conditions: Conditions) -> str:
    """The fix in words, one clause a code."""
    numbers = "、".join(str(n) for n in numbers_in(item.standard)) or item.standard
    kinds = "、".join(NATURES.label(kind) for kind in item.certificate_kinds or conditions.certificate_kinds)
    blanks = {
        "row": _row(item, numbers),
        "what": _what(item),
        "numbers": numbers,
        "kinds": f"（{kinds}）" if kinds else "",
        "place": item.place or conditions.region,
        "start": conditions.window.start,
        "end": conditions.window.end,
        "standard": item.standard,
        "range": item.range,
        "accuracy": item.accuracy,
    }
    return "；".join(WORDS[code].format_map(blanks) for code in codes)


def _what(item: Item) -> str:
    return "".join(filter(None, (item.object, item.parameter and f"“{item.parameter}”"))) or "所需项目"


def _row(item: Item, numbers: str) -> str:
    if item.service in {"verification", "calibration", "assessment"}:
        return f"补录 {numbers or _what(item)} 的授权项目"
    service = SERVICES.label(item.service) if item.service else "服务"
    return f"补录一条能力：{_what(item)}{f'（{numbers}）' if numbers else ''}的{service}"


WORDS: Mapping[str, str] = {
    NO_OFFER: "{row}",
    "institution_not_active": "恢复机构在驻状态",
    "service_not_said": "需求方补充服务类别",
    "service_differs": "{row}",
    "subject_unknown": "补全检测对象与参数（需求方或机构）",
    "parameter_not_said": "需求方补充检测参数",
    "subject_similar": "确认该条是否包括{what}；包括的，请按此名称补录",
    "limited": "确认限制范围是否影响本需求",
    "plan_without_links": "为服务方案关联相应的能力或授权项目",
    "subject_differs": "{row}",
    "limited_out": "取得{what}的能力并更新限制范围",
    "offer_standard_unknown": "补全依据标准的编号",
    "standard_unknown": "核实标准编号 {standard}",
    "no_edition_in_force": "确认 {numbers} 的现行版本",
    "edition_not_yet": "确认自 {start} 起的服务期内按哪一版本执行 {numbers}",
    "edition_changes_in_window": "补录 {numbers} 在服务期内实施的新版本",
    "edition_older": "将依据标准更新为 {numbers} 的现行版本",
    "edition_differs": "补录 {numbers}",
    "standard_differs": "补录依据 {numbers} 的项目",
    "certificate_kind_unknown": "补全证书性质",
    "certificate_validity_unknown": "补全证书有效期截止日期",
    "certificate_ends_in_window": "更新证书有效期至 {end} 之后",
    "certificate_not_linked": "为该条关联资质证书",
    "certificate_revoked": "恢复被暂停或撤销的证书，或关联有效证书",
    "certificate_missing": "关联所要求的资质证书{kinds}",
    "certificate_kind": "关联所要求性质的证书{kinds}",
    "certificate_not_valid": "关联在 {start} 至 {end} 有效的证书",
    "place_too_wide": "需求方把服务地点说到具体的区县",
    "region_unknown": "补全授权区域",
    "place_unknown": "需求方更正服务地点“{place}”",
    "place_not_said": "需求方补充服务地点",
    "region_other": "确认能否到服务地点开展工作",
    "region_differs": "取得覆盖服务地点（{place}）的授权",
    "range_unknown": "补全或更正测量范围（需求方或机构）",
    "unit_unclear": "注明测量范围的单位与量",
    "range_not_covered": "补录覆盖 {range} 的测量范围",
    "accuracy_unknown": "补全或更正准确度（需求方或机构）",
    "accuracy_not_enough": "取得不低于 {accuracy} 的能力",
}
"""What to do about each code."""
