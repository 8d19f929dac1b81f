"""A lineage as boxes and arrows: where each stands, so that the template only writes numbers into SVG.

Drawn once for screens and once for phones; the style sheet shows one.  Nothing is in it that the lists beside
it do not say.
"""

from dataclasses import dataclass

from api.pages.lineage import Lineage, Node

HEIGHT = 48
"""A box: the number and its status, with air."""
EDGE = 2
"""Around the drawing, so that strokes are not cut."""
HEAD = 7
"""Length of an arrow's head."""
WIDEST = 740
"""What the page has room for beside its margins; a longer line of editions is drawn upright."""


@dataclass(frozen=True, slots=True)
class Form:
    """Sizes in CSS pixels: gaps between generations and inside one, a letter and the air of a box, letters' height."""

    upright: bool
    along: float
    across: float
    letter: float
    air: float
    size: int


SIDEWAYS = Form(upright=False, along=44, across=12, letter=8.4, air=22, size=14)
UPRIGHT = Form(upright=True, along=36, across=14, letter=8.4, air=22, size=14)
NARROW = Form(upright=True, along=34, across=4, letter=6.6, air=11, size=12)
"""Three editions beside each other fit a phone of 390 px."""


@dataclass(frozen=True, slots=True)
class Box:
    """One edition at its place."""

    node: Node
    here: bool
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing; `arrows` are SVG path data from the older to the newer box."""

    form: Form
    width: float
    height: float
    box: float
    boxes: list[Box]
    arrows: list[str]


def for_screens(lineage: Lineage) -> Picture:
    """Sideways where that fits."""
    sideways = draw(lineage, SIDEWAYS)
    return sideways if sideways.width <= WIDEST else draw(lineage, UPRIGHT)


def draw(lineage: Lineage, form: Form) -> Picture:
    """Older editions left (or below), newer ones right (or above), each near what it is joined to."""
    wide = max(len(n.number) for n in lineage.nodes.values()) * form.letter + form.air
    step = (HEIGHT if form.upright else wide) + form.along
    beside = _beside(lineage, (wide if form.upright else HEIGHT) + form.across)
    levels = [n.level for n in lineage.nodes.values()]
    places: dict[str, tuple[float, float]] = {}
    for key, node in lineage.nodes.items():
        along = EDGE + step * (max(levels) - node.level if form.upright else node.level - min(levels))
        places[key] = (EDGE + beside[key], along) if form.upright else (along, EDGE + beside[key])
    return Picture(
        form,
        width=max(x for x, _ in places.values()) + wide + EDGE,
        height=max(y for _, y in places.values()) + HEIGHT + EDGE,
        box=wide,
        boxes=[Box(lineage.nodes[key], key == lineage.here, x, y) for key, (x, y) in places.items()],
        arrows=[_arrow(places[old], places[new], wide, upright=form.upright) for old, new in lineage.edges],
    )


def _beside(lineage: Lineage, pitch: float) -> dict[str, float]:
    """Places inside the generations, from the middle outwards: each as near to what it is joined to as can be."""
    levels: dict[int, list[str]] = {}
    for key, node in lineage.nodes.items():
        levels.setdefault(node.level, []).append(key)
    found: dict[str, float] = {}
    for level in sorted(levels, key=abs):
        joined = {key: [found[o] for e in lineage.edges if key in e for o in e if o in found] for key in levels[level]}
        wanted = {key: sum(at) / len(at) if at else 0.0 for key, at in joined.items()}
        row = sorted(levels[level], key=lambda key: wanted[key])
        at = [wanted[row[0]]]
        for key in row[1:]:
            at.append(max(wanted[key], at[-1] + pitch))
        shift = (sum(wanted[key] for key in row) - sum(at)) / len(row)
        found |= {key: place + shift for key, place in zip(row, at, strict=True)}
    first = min(found.values())
    return {key: place - first for key, place in found.items()}


def _arrow(old: tuple[float, float], new: tuple[float, float], wide: float, *, upright: bool) -> str:
    """A curve from the middle of the older box's side to that of the newer one, leaving room for the head."""
    if upright:
        x0, y0 = old[0] + wide / 2, old[1]
        x1, y1 = new[0] + wide / 2, new[1] + HEIGHT + HEAD
        middle = (y0 + y1) / 2
        return f"M{x0:.1f} {y0:.1f}C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    x0, y0 = old[0] + wide, old[1] + HEIGHT / 2
    x1, y1 = new[0] - HEAD, new[1] + HEIGHT / 2
    middle = (x0 + x1) / 2
    return f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
