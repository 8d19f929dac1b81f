"""Slips of the finger: texts that differ by one of them."""


def one_slip(one: str, other: str) -> bool:
    """Whether one letter was added, left out, replaced, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    return one[at + 1 :] == other[at + 1 :] or _swapped(one[at:], other[at:])


def _swapped(one: str, other: str) -> bool:
    return one[1::-1] == other[:2] and one[2:] == other[2:]
