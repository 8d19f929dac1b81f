"""Check 2: the offer does the item's service.  检定, 校准 and 检测 never stand for one another."""

from search_service.kinds.vocabulary import SERVICES
from search_service.matching.words import Finding, Item, Offer, Told, below, met

CHECK = "service"


def check(item: Item, offer: Offer) -> Finding:
    """A service that nobody said is unsure on either side."""

    def tell() -> Told:
        offered = "、".join(SERVICES.label(code) for code in offer.services) or "未注明服务"
        if item.service is None:
            return f"需求未注明服务类别，本条为{offered}", (offer.ref,)
        wanted = SERVICES.label(item.service)
        if item.service in offer.services:
            return f"服务：{wanted}", (offer.ref,)
        return f"需求为{wanted}，本条为{offered}", (offer.ref,)

    if item.service is None or not offer.services:
        return below(CHECK, "service_not_said", tell)
    return met(CHECK, tell) if item.service in offer.services else below(CHECK, "service_differs", tell)


def decisive(item: Item, offer: Offer) -> tuple[str, ...]:
    """The services whose rules hold for the pair: what was asked, else what the row does."""
    return (item.service,) if item.service is not None else offer.services
