import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from api.pages.state import State, ancestors, narrowed
from search_service.errors import Invalid

KNOWN = ("region", "service", "institution", "valid_on")
words = st.text(alphabet="压力表GB/T 228.1&=?#%+", min_size=1, max_size=8).filter(lambda text: text.strip() == text)
states = st.builds(
    State,
    q=words | st.just(""),
    kinds=st.lists(st.sampled_from(["capability", "standard"]), unique=True).map(tuple),
    filters=st.dictionaries(st.sampled_from(KNOWN), st.lists(words, min_size=1, max_size=3, unique=True).map(tuple)),
    sort=st.sampled_from(["relevance", "newest", "name"]),
    page=st.integers(1, 200),
)


def query(url: str) -> QueryParams:
    return QueryParams(url.partition("?")[2])


@given(states)
def test_a_url_says_the_whole_search(state: State) -> None:
    assert State.read(query(state.url(page=state.page)), KNOWN) == state


@given(states)
def test_whatever_changes_reading_starts_on_the_first_page(state: State) -> None:
    assert State.read(query(state.url(q="水表")), KNOWN).page == 1


@given(states, st.data())
def test_a_removed_value_is_gone_and_the_others_stay(state: State, data: st.DataObject) -> None:
    pairs = [(name, value) for name, values in state.filters.items() for value in values]
    if not pairs:
        return
    name, value = data.draw(st.sampled_from(pairs))
    left = State.read(query(state.without(name, value)), KNOWN)
    assert {(n, v) for n, values in left.filters.items() for v in values} == set(pairs) - {(name, value)}


def test_names_that_are_no_filter_are_passed_over() -> None:
    state = State.read(QueryParams("q=水表&utm_source=mail&region=610100"), KNOWN)
    assert state.filters == {"region": ("610100",)}


@pytest.mark.parametrize("page", ["x", "-1", "1.5", "٣", "9" * 10])
def test_a_page_that_is_no_number_is_refused(page: str) -> None:
    with pytest.raises(Invalid) as refused:
        State.read(QueryParams({"page": page}), KNOWN)
    assert refused.value.problems[0].loc == "query.page"


@pytest.mark.parametrize(
    ("name", "value", "above"),
    [
        ("region", "610113", ["610100", "610000"]),
        ("region", "610100", ["610000"]),
        ("region", "610000", []),
        ("region", "西安", []),
        ("ccs", "H22", ["H"]),
        ("ics", "77.040.10", ["77.040", "77"]),
        ("service", "testing", []),
    ],
)
def test_codes_know_what_contains_them(name: str, value: str, above: list[str]) -> None:
    assert ancestors(name, value) == above


def test_a_ticked_city_narrows_its_ticked_province() -> None:
    assert narrowed("region", ["610000", "610100", "320000"]) == ("610100", "320000")
