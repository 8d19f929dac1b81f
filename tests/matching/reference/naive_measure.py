"""Checks 7 and 8 over structure: intervals and accuracies (docs/matching.md, Range and Accuracy)."""

from collections.abc import Iterable

from tests.matching.reference.things import Accuracy, Range, Span


def joins(left: Span, right: Span) -> bool:
    """Do two intervals, the left one beginning first, overlap or touch without a hole?"""
    if left.high is None or right.low is None:
        return True
    return right.low < left.high or (right.low == left.high and (left.high_in or right.low_in))


def beginning(span: Span) -> tuple[bool, object, bool]:
    return (span.low is not None, span.low or 0, not span.low_in)


def ends_later(one: Span, other: Span) -> bool:
    if one.high is None or other.high is None:
        return one.high is None
    return (one.high, one.high_in) > (other.high, other.high_in)


def union(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans, key=beginning):
        if found and joins(found[-1], span):
            last = found[-1]
            end = span if ends_later(span, last) else last
            found[-1] = Span(last.quantity, last.low, end.high, last.low_in, end.high_in, last.tag)
        else:
            found.append(span)
    return found


def inside(inner: Span, outer: Span) -> bool:
    begins = outer.low is None or (
        inner.low is not None
        and (outer.low < inner.low or (outer.low == inner.low and (outer.low_in or not inner.low_in)))
    )
    ends = outer.high is None or (
        inner.high is not None
        and (outer.high > inner.high or (outer.high == inner.high and (outer.high_in or not inner.high_in)))
    )
    return begins and ends


def covered(asked: Range, offered: Iterable[Range]) -> str | None:
    """Check 7 of one row's own text, or of several rows' together."""
    spans = [span for one in offered for span in one.spans or ()]
    if not asked.spans or not spans or any(one.spans is None for one in offered):
        return "range_unknown"
    codes = []
    for wanted in asked.spans:
        alike = [one for one in spans if (one.quantity, one.tag) == (wanted.quantity, wanted.tag)]
        if not alike or not wanted.quantity:
            codes.append("unit_unclear")
        elif any(inside(wanted, one) for one in union(alike)):
            codes.append(None)
        else:
            codes.append("range_not_covered")
    return next((code for code in ("range_not_covered", "unit_unclear") if code in codes), None)


def accuracy(asked: Accuracy, offered: Accuracy) -> str | None:
    if not asked.key or asked.key == offered.key:
        return None
    if not asked.statements:
        return "accuracy_unknown"
    codes = []
    for wanted in asked.statements:
        alike = [one for one in offered.statements if one.kind == wanted.kind]
        if not alike or any(one.scale != wanted.scale for one in alike):
            codes.append("accuracy_unknown")
        elif max(one.rank for one in alike) > wanted.rank:
            codes.append("accuracy_not_enough")
        else:
            codes.append(None)
    return next((code for code in ("accuracy_not_enough", "accuracy_unknown") if code in codes), None)
