"""Check 7: a row's own range contains the item's; for metrology only.  Rows that answer together: `verdict`."""

from search_service.matching.ranges import cover, spoken
from search_service.matching.words import Finding, Item, Offer, Told, below, met

CHECK = "range"


def check(item: Item, offer: Offer) -> Finding:
    """For testing a range is shown and not judged."""
    if not item.range or not offer.metrology:
        said = "需求未指定测量范围" if not item.range else "检测项目不核对测量范围"
        return met(CHECK, lambda: (said, ()))
    found = cover(item.range, [offer.range])

    def tell() -> Told:
        text = f"测量范围：要求“{item.range}”，本条“{offer.range or '空白'}”"
        if found.code == "range_not_covered":
            text += f"，未覆盖 {spoken(item.range, found.open)}"
        return text, ()

    return met(CHECK, tell) if found.code is None else below(CHECK, found.code, tell)
