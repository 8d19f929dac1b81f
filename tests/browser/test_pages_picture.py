from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.lineage import Lineage, Node
from api.pages.picture import EDGE, HEIGHT, NARROW, SIDEWAYS, UPRIGHT, WIDEST, Form, draw, for_screens


@st.composite
def lineages(draw_from: st.DrawFn) -> Lineage:
    """Generations of 1 to 5 editions, each joined to one or more of the generation before it."""
    found = Lineage("0.0", {"0.0": Node("GB/T 228.1-2010", 0)})
    for direction in (-1, 1):
        before = ["0.0"]
        for step in range(1, 1 + draw_from(st.integers(0, 3))):
            row = [f"{direction * step}.{n}" for n in range(draw_from(st.integers(1, 5)))]
            for key in row:
                found.nodes[key] = Node(f"GB/T {draw_from(st.integers(1, 99999))}-2002", direction * step)
                for other in draw_from(st.sets(st.sampled_from(before), min_size=1)):
                    found.edges.append((key, other) if direction < 0 else (other, key))
            before = row
    return found


@pytest.mark.parametrize("form", [SIDEWAYS, UPRIGHT, NARROW])
@given(lineage=lineages())
def test_boxes_never_overlap_and_lie_inside(form: Form, lineage: Lineage) -> None:
    picture = draw(lineage, form)
    assert {box.node.number for box in picture.boxes} == {node.number for node in lineage.nodes.values()}
    for box in picture.boxes:
        assert EDGE - 0.01 <= box.x <= picture.width - picture.box - EDGE + 0.01
        assert EDGE - 0.01 <= box.y <= picture.height - HEIGHT - EDGE + 0.01
    for one, other in combinations(picture.boxes, 2):
        apart = abs(one.x - other.x) >= picture.box - 0.01 or abs(one.y - other.y) >= HEIGHT - 0.01
        assert apart, (one, other)


@given(lineage=lineages())
def test_newer_editions_stand_further_on(lineage: Lineage) -> None:
    places = {id(box.node): box for box in draw(lineage, SIDEWAYS).boxes}
    upright = {id(box.node): box for box in draw(lineage, UPRIGHT).boxes}
    assert len(draw(lineage, SIDEWAYS).arrows) == len(lineage.edges)
    for old, new in lineage.edges:
        older, newer = id(lineage.nodes[old]), id(lineage.nodes[new])
        assert places[older].x < places[newer].x
        assert upright[older].y > upright[newer].y


@given(lineage=lineages())
def test_a_screen_never_has_to_scroll_sideways_for_a_long_line(lineage: Lineage) -> None:
    picture = for_screens(lineage)
    assert picture.form is UPRIGHT or picture.width <= WIDEST


def test_one_edition_after_another_stands_in_one_line() -> None:
    lineage = Lineage("b", {"b": Node("B", 0), "a": Node("A", -1), "c": Node("C", 1)}, [("a", "b"), ("b", "c")])
    assert {box.y for box in draw(lineage, SIDEWAYS).boxes} == {EDGE}
    assert {box.x for box in draw(lineage, UPRIGHT).boxes} == {EDGE}
