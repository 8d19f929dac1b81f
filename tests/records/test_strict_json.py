"""JSON that readers could take in different ways is refused (B10)."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.records.strict_json import BadJson, loads

WHOLE = st.integers(-(2**63), 2**63 - 1)
SCALARS = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_others_write_is_read(value: Any) -> None:
    assert loads(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"a": NaN}', "number"),
        (b"[Infinity]", "number"),
        (b"[-Infinity]", "number"),
        (b"1e999", "number"),
        (b"9223372036854775808", "number"),
        (b"-9223372036854775809", "number"),
        (b"1" * 5000, "number"),
        (b'{"a": 1, "a": 2}', "duplicate_name"),
        (b'{"a": {"b": 1, "b": 1}}', "duplicate_name"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udc00": 1}', "surrogate"),
        (b'"\xff"', "encoding"),
        (b"[" * 100_000, "too_deep"),
        (b"[" * 40 + b"]" * 40, "too_deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (b"{", "json"),
        (b"", "json"),
        (b"{'a': 1}", "json"),
        (b"[1,]", "json"),
        (b"1 2", "json"),
    ],
)
def test_what_is_ambiguous_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(BadJson) as caught:
        loads(raw)
    assert caught.value.code == code


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        value = loads(raw)
    except BadJson:
        return
    assert loads(orjson.dumps(value)) == value
