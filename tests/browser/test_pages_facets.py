from dataclasses import replace

from api.pages.facets import OPEN, facets, understood
from api.pages.state import State
from search_service.kinds import REGISTRY


def value(code: str, count: int, *, selected: bool = False) -> dict[str, object]:
    return {"value": code, "label": code, "count": count, "selected": selected}


def test_divisions_stand_under_what_contains_them() -> None:
    counted = {"region": [value("610000", 9), value("610100", 7), value("320000", 3), value("610113", 2)]}
    (facet,) = facets(REGISTRY.kinds, counted)
    assert [v.value for v in facet.shown] == ["610000", "320000"]
    assert [v.value for v in facet.shown[0].children] == ["610100"]
    assert [v.value for v in facet.shown[0].children[0].children] == ["610113"]


def test_a_county_without_its_prefecture_stands_under_its_province() -> None:
    (facet,) = facets(REGISTRY.kinds, {"region": [value("610000", 9), value("610113", 2)]})
    assert [v.value for v in facet.shown[0].children] == ["610113"]


def test_ticked_values_come_first_and_are_never_folded_away() -> None:
    many = [value(f"机构{n}", 50 - n) for n in range(20)] + [value("最少的", 1, selected=True)]
    (facet,) = facets(REGISTRY.kinds, {"institution": many})
    assert facet.shown[0].value == "最少的"
    assert len(facet.shown) == OPEN
    assert len(facet.shown) + len(facet.folded) == len(many)


def test_what_opens_is_the_path_to_what_is_ticked() -> None:
    counted = {
        "region": [value("320000", 9), value("610000", 4), value("610100", 3), value("610113", 2, selected=True)]
    }
    (facet,) = facets(REGISTRY.kinds, counted)
    assert [(v.value, v.opened) for v in facet.shown] == [("610000", True), ("320000", False)]


def test_a_facet_that_cannot_narrow_is_left_out_unless_it_is_ticked() -> None:
    assert facets(REGISTRY.kinds, {"service": [value("testing", 5)]}) == []
    assert len(facets(REGISTRY.kinds, {"service": [value("testing", 5, selected=True)]})) == 1


def test_people_narrow_by_place_before_they_narrow_by_code() -> None:
    two = [value("A", 2), value("B", 1)]
    assert [f.name for f in facets(REGISTRY.kinds, {"ics": two, "toy": two, "region": two})] == ["region", "ics", "toy"]


def slot(**given: object) -> dict[str, object]:
    return {"slot": "service", "text": "检定", "value": "verification", "label": "检定", "act": "filter", **given}


def test_an_understood_word_is_removed_where_it_stands_and_the_rest_of_the_query_stays() -> None:
    (chip,) = understood(State(q="检定装置 西安 检定"), [slot(start=8, end=10, choices=())])
    assert chip.url == State(q="检定装置 西安").url()
    assert chip.does == "只看"


def test_an_understood_word_can_be_turned_to_text_and_back() -> None:
    state = State(q="检定装置 检定", filters={"region": ("610000",)})
    (chip,) = understood(state, [slot(start=5, end=7, choices=())])
    told = replace(state, as_text=("service:verification",))
    assert chip.as_text == told.url()
    (chip,) = understood(told, [slot(start=5, end=7, choices=(), act="text")])
    assert (chip.as_text, chip.again) == ("", state.url())


def test_each_choice_of_an_ambiguous_word_is_a_link() -> None:
    choices = (
        {"value": "110105", "label": "北京市朝阳区", "params": {"region": "110105"}},
        {"value": "朝阳", "label": "朝阳(不是地区)", "params": {"as_text": "region"}},
    )
    open_slot = slot(slot="region", text="朝阳", value="", start=0, end=2, act="choose", choices=choices)
    (chip,) = understood(State(q="朝阳 水表"), [open_slot])
    assert [(c.text, c.url) for c in chip.choices] == [
        ("北京市朝阳区", State(q="朝阳 水表", filters={"region": ("110105",)}).url()),
        ("朝阳(不是地区)", State(q="朝阳 水表", as_text=("region",)).url()),
    ]
