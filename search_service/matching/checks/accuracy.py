"""Check 8: as accurate as asked, or better; for metrology only (docs/matching.md, Accuracy)."""

from analyzers.measure import Unreadable, normalised
from analyzers.measure_accuracy import as_good, read_accuracy
from search_service.matching.words import Finding, Item, Offer, Told, below, met

CHECK = "accuracy"


def check(item: Item, offer: Offer) -> Finding:
    """Equal text is as good, whatever it says; else every kind that the item names is compared."""

    def tell() -> Told:
        return f"准确度：要求“{item.accuracy or '未说明'}”，本条“{offer.accuracy or '空白'}”", ()

    if not item.accuracy or not offer.metrology or same_text(item.accuracy, offer.accuracy):
        return met(CHECK, tell)
    asked, offered = read_accuracy(item.accuracy), read_accuracy(offer.accuracy)
    if isinstance(asked, Unreadable) or isinstance(offered, Unreadable):
        return below(CHECK, "accuracy_unknown", tell)
    verdict = as_good(offered, asked)
    if verdict is None:
        return below(CHECK, "accuracy_unknown", tell)
    return met(CHECK, tell) if verdict else below(CHECK, "accuracy_not_enough", tell)


def same_text(one: str, other: str) -> bool:
    """Equal but for width and blanks; case stays, since mPa is no MPa."""
    return "".join(normalised(one).split()) == "".join(normalised(other).split())
