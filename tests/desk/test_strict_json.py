"""The strict reader: what every other JSON library reads the same comes through, all else is Malformed."""

import json
import math
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.errors import Invalid, Malformed
from chalicelib.desk.strict_json import loads, loads_object, shaped

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(values, st.booleans())
def test_what_was_written_is_read(value, ascii_only):
    assert loads(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")) == value


@given(st.binary(max_size=200) | st.text('[]{}",:\\u0aDd8 1eE-.nN', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_malformed(raw):
    try:
        value = loads(raw)
    except Malformed:
        return
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b'"\xff"', "the bytes are not UTF-8"),
        (b'"\xed\xa0\x80"', "the bytes are not UTF-8"),
        ('"a"'.encode("utf-16"), "the bytes are not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"[NaN]", "NaN is not"),
        (b"[-Infinity]", "-Infinity is not"),
        (b"[1e400]", "a number is too large"),
        (b"[-1e400]", "a number is too large"),
        (b"[" + b"1" * 4301 + b"]", "more than 4300 digits"),
        (b'{"a":1,"b":2,"a":1}', 'duplicate key "a"'),
        (b'[{"x":{"\\u0061":1,"a":2}}]', 'duplicate key "a"'),
        (b'["\\ud83d"]', "surrogate"),
        (b'["\\ude00\\ud83d"]', "surrogate"),
        (b'{"\\uD800": 1}', "surrogate"),
        (b'["\x00"]', "invalid control character"),
        (b'["a', "unterminated string"),
        (b"{} {}", "extra data"),
        (b"{'a':1}", "expecting property name"),
        (b"[1,]", "expecting value"),
        (b"01", "extra data"),
        (b'"\\x"', "invalid \\escape"),
    ],
)
def test_what_two_readers_could_take_for_two_things_is_refused(raw, detail):
    with pytest.raises(Malformed) as refused:
        loads(raw)
    assert detail in refused.value.detail
    assert not refused.value.detail.endswith((" at", " starting", ":"))
    refused.value.detail.encode()


@pytest.mark.parametrize("raw", [b"[" * 10_000, b'{"a":' * 10_000, b"[" * 10_000 + b"]" * 10_000])
def test_ten_thousand_levels_are_refused(raw):
    with pytest.raises(Malformed, match="nested deeper than 64"):
        loads(raw)


def test_the_limit_of_depth_is_exact_and_brackets_in_strings_do_not_count():
    assert loads(b"[" * 64 + b"]" * 64)
    with pytest.raises(Malformed):
        loads(b"[" * 65 + b"]" * 65)
    assert loads(json.dumps(["[{" * 100 + '"\\', "[" * 100]).encode())
    assert loads(b"[" + b"[]," * 1000 + b"[]]")


def test_no_input_makes_the_scan_slow():
    start = time.process_time()
    for raw in (
        b'["' + b'\\"' * 1_000_000 + b"[" * 100,
        b'"' * 1_000_000 + b"[" * 100,
        b"\\" * 1_000_000 + b"[" * 100,
    ):
        with pytest.raises(Malformed):
            loads(raw)
    assert time.process_time() - start < 10


def test_whole_pairs_of_surrogates_and_zero_by_underflow_pass():
    assert loads(b'["\\ud83d\\ude00", 1e-400, -0.0]')[0] == "\U0001f600"
    assert math.isfinite(loads(b"1e308"))


def test_a_byte_order_mark_passes_where_it_is_allowed():
    assert loads(b"\xef\xbb\xbf{}", allow_bom=True) == {}


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    n: int = 0
    names: list[str] = []
    marks: dict[str, int] = {}


class Outer(msgspec.Struct):
    inner: Inner


@pytest.mark.parametrize(
    ("value", "field", "detail"),
    [
        ({"inner": {"n": "1"}}, "config.inner.n", "config.inner.n must be int, not str"),
        ({"inner": {"x": 1}}, "config.inner.x", "config.inner.x is no known field"),
        ({"inner": {"": 1}}, 'config.inner.""', 'config.inner."" is no known field'),
        ({"inner": {"names": [1]}}, "config.inner.names[0]", "config.inner.names[0] must be str, not int"),
        ({"inner": {"marks": {"a": "b"}}}, "config.inner.marks[...]", "config.inner.marks[...] must be int, not str"),
        ({}, "config.inner", "config.inner is needed"),
        ([], "config", "config must be object, not array"),
    ],
)
def test_what_does_not_fit_is_named(value, field, detail):
    with pytest.raises(Invalid) as refused:
        shaped(value, Outer, "config")
    assert (refused.value.field, refused.value.detail) == (field, detail)


def test_a_place_without_a_prefix():
    with pytest.raises(Invalid) as refused:
        shaped({"inner": {"n": None}}, Outer)
    assert refused.value.field == "inner.n"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"text": "cut \\ud83d"}', {"text": "cut \ufffd"}),
        (b'{"text": "\\ude00 \\ud83d\\ude00"}', {"text": "\ufffd \U0001f600"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    ],
)
def test_what_a_providers_writer_does_is_forgiven(raw, value):
    assert loads_object(raw) == value


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"a": NaN}', b'{"a": 1e400}', b"{", b'{"a": "\xff"}', b'{"a":' * 65])
def test_what_no_writer_does_is_not(raw):
    with pytest.raises(Malformed):
        loads_object(raw)
