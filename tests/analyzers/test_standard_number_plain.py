from hypothesis import given
from hypothesis import strategies as st

from analyzers.fold import fold
from analyzers.standard_number import StandardNumber, parse, parse_all
from analyzers.standard_number_plain import read_plain

_letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
_digits = st.text("0123456789", min_size=1, max_size=8)
_prefixes = st.one_of(
    st.sampled_from("gb gb/t gbt gbz jjf db dbj/t dg/tj cas ch sf ld t/cas tcas q/hg iso/ts mil/std b".split()),
    _letters,
    st.tuples(_letters, _letters).map("/".join),
    st.tuples(st.sampled_from(["t", "q"]), _letters).map("/".join),
    st.sampled_from(["11", "61", "3202", "469022", "99"]).map("db{}/t".format),
)
_years = st.one_of(st.sampled_from(["1993", "2021", "1900", "2049", "2050"]), _digits)


@st.composite
def _printed(draw: st.DrawFn) -> str:
    body = ".".join(draw(st.lists(_digits, min_size=1, max_size=3)))
    return f"{draw(_prefixes)} {body}-{draw(_years)}"


def _slots(number: StandardNumber | None) -> tuple[object, ...] | None:
    if number is None:
        return None
    return number.prefix, number.body, number.year, number.variant, number.printed_year


@given(_printed())
def test_a_plain_number_is_what_the_grammar_reads(printed: str) -> None:
    plain = read_plain(printed)
    if plain is not None:
        # A full stop behind it changes nothing, and sends the readers through the grammar.
        assert read_plain(f"{printed}。") is None
        assert _slots(plain) == _slots(parse(f"{printed}。"))
        assert [_slots(plain)] == [_slots(number) for number in parse_all(f"{printed}。")]


def test_the_commonest_forms_are_plain() -> None:
    for printed in ("GB/T 228.1-2021", "JJG 1-2019", "T/CAS 307-2018", "DB61/T 123-2020", "NY 1500.1.1-2007"):
        assert read_plain(fold(printed)) == parse(f"{printed}。")


def test_what_may_be_read_in_several_ways_is_not() -> None:
    for printed in ("GB/T 228.1", "13456-2014", "DB11/501-2017", "CAS 50-2000", "GB/T 7714-2015E"):
        assert read_plain(fold(printed)) is None
