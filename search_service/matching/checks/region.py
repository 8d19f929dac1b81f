"""Check 6: the place lies where the offer may work (docs/matching.md, Region; S2-45)."""

from search_service.matching.checks.certificate import deciding
from search_service.matching.checks.service import decisive
from search_service.matching.places import NATION
from search_service.matching.tables import Tables
from search_service.matching.words import Conditions, Finding, Item, Offer, Ref, Told, below, met, weaker

CHECK = "region"

EVERYWHERE = "全国"
"""As some tables write the nation's code."""


def check(item: Item, conditions: Conditions, offer: Offer, tables: Tables) -> Finding:
    """Nothing is silently nationwide; of several certificates that count as one each has to allow the place."""
    worst: str | None = None
    told: list[Told] = []
    for regions, source in _allowed(item, conditions, offer):
        code, text, refs = _judge(item, conditions, regions, offer, tables)
        told.append((f"{source}{text}", refs))
        worst = weaker(worst, code)
    if not told:
        said = "服务方案不限地区" if offer.narrative else "资质证书未限定授权区域"
        return met(CHECK, lambda: (said, ()))

    def tell() -> Told:
        return "；".join(text for text, _ in told), tuple(dict.fromkeys(ref for _, refs in told for ref in refs))

    return met(CHECK, tell) if worst is None else below(CHECK, worst, tell)


def _allowed(item: Item, conditions: Conditions, offer: Offer) -> list[tuple[tuple[str, ...], str]]:
    """The lists of regions that bind the offer, each with where it stands; none: it may work everywhere."""
    if offer.narrative:
        return []
    if offer.regions is not None:
        return [(offer.regions, "授权项目的")]
    proofs = deciding(item, conditions, offer).proofs
    return [(proof.regions, f"证书 {proof.number} 的") for proof in proofs if proof.regions]


def _judge(
    item: Item, conditions: Conditions, regions: tuple[str, ...], offer: Offer, tables: Tables
) -> tuple[str | None, str, tuple[Ref, ...]]:
    """The code, the words and the rows for one list of regions."""
    places = tables.places
    place = item.place or conditions.region
    named = "、".join(places.name(region) for region in regions) or "未注明"
    if NATION in regions or EVERYWHERE in regions:
        return None, "授权区域为全国", ()
    known = [region for region in regions if places.recognises(region)]
    codes: set[str] = set()
    if len(known) < len(regions) or not regions:
        codes.add("region_unknown")
    if not place:
        codes.add("place_not_said")
    elif not places.recognises(place):
        codes.add("place_unknown")
    else:
        ways = [way for region in known if (way := places.way(place, region)) is not None]
        if ways:
            way = min(ways, key=len)
            text = f"授权区域{places.name(way[-1])}" + (f"包含{places.name(place)}" if len(way) > 1 else "")
            return None, text, places.refs(way)
        if any(places.contains(place, region) for region in known):
            codes.add("place_too_wide")
        elif not codes:
            differs = "verification" in decisive(item, offer)
            codes.add("region_differs" if differs else "region_other")
    worst: str | None = None
    for code in codes:
        worst = weaker(worst, code)
    return worst, f"授权区域为{named}，服务地点为{places.name(place) if place else '未说明'}", ()
