"""Small rules at their edges: what text may be said, when the next attempt is, how ids and cursors read back."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.desk.customers import Customer
from chalicelib.desk.deliveries import HOUR_S, JITTER, WAITS, wait
from chalicelib.desk.errors import Invalid, Malformed, TooLarge
from chalicelib.desk.files import safe_name
from chalicelib.desk.ids import delivery_id, delivery_parts, derived, fresh, message_id, message_number
from chalicelib.desk.messages import MAX_BYTES, MAX_CHARACTERS, check_text
from chalicelib.edge.door.reading_positions import back, onward, place_of
from chalicelib.edge.shapes.answers import time_of
from chalicelib.store.keys import moment, number

characters = st.characters(exclude_categories=["Cs"])
numbers = st.integers(0, 10**12 - 1)


@given(st.text(characters, max_size=200))
def test_a_short_text_is_said_as_it_is_unless_it_is_blank_or_has_a_nul(text):
    if not text.strip():
        with pytest.raises(Invalid):
            check_text(text)
        assert "\x00" in text or check_text(text, needed=False) == text
    elif "\x00" in text:
        with pytest.raises(Invalid):
            check_text(text)
    else:
        assert check_text(text) == text


@given(st.sampled_from(["a", "é", "€", "😀"]), st.integers(MAX_BYTES // 4 - 2, MAX_CHARACTERS + 2))
@example("a", MAX_CHARACTERS)
@example("a", MAX_CHARACTERS + 1)
@example("😀", MAX_BYTES // 4)
@example("😀", MAX_BYTES // 4 + 1)
def test_both_limits_of_a_text_are_exact(character, length):
    text = character * length
    if length <= MAX_CHARACTERS and len(text.encode()) <= MAX_BYTES:
        assert check_text(text) == text
        return
    with pytest.raises(TooLarge) as refused:
        check_text(text)
    assert str(MAX_CHARACTERS if length > MAX_CHARACTERS else MAX_BYTES) in refused.value.detail


@given(st.integers(1, 30), st.integers(0, 10**9), st.floats(0, 1, exclude_max=True))
def test_the_next_attempt_is_within_its_bounds(attempts, after, chance):
    seconds = wait(attempts, after, chance)
    if attempts > len(WAITS):
        assert seconds is None
        return
    step = WAITS[attempts - 1]
    if after == 0:
        assert step * (1 - JITTER) - 1 <= seconds <= step * (1 + JITTER) + 1
    else:
        assert step <= seconds <= max(2 * step, HOUR_S)
        assert seconds == after or not step <= after <= max(2 * step, HOUR_S)
    assert seconds >= 1


def test_the_attempts_of_a_delivery_span_three_days():
    assert 72 * HOUR_S < sum(wait(attempts, 0, 0.5) for attempts in range(1, len(WAITS) + 1)) < 80 * HOUR_S


@given(numbers, numbers)
def test_numbers_and_moments_sort_as_text(a, b):
    assert (number(a) < number(b)) == (a < b)
    assert (moment(a) < moment(b)) == (a < b)


@given(st.integers(0, 2**50 - 1), st.integers(0, 2**50 - 1), st.binary(min_size=10, max_size=10))
def test_fresh_ids_sort_by_their_time(a, b, entropy):
    if a != b:
        assert (fresh("msg", a, entropy) < fresh("msg", b, entropy)) == (a < b)


@given(st.lists(st.text(characters, max_size=5), max_size=4), st.lists(st.text(characters, max_size=5), max_size=4))
@example(["a", "b"], ["a\x1fb"])
@example(["a\x1f1:b"], ["a", "b"])
def test_derived_ids_follow_from_their_parts_alone(one, other):
    assert (derived("x", *one) == derived("x", *other)) == (one == other)


@given(numbers, st.booleans())
def test_a_message_id_tells_its_number_in_its_own_room_alone(n, internal):
    id_ = message_id("room_abc", n, internal)
    assert message_number(id_, "room_abc", internal=internal) == n
    assert message_number(id_, "room_abc", internal=not internal) is None
    assert message_number(id_, "room_ab", internal=internal) is None


@given(st.text(max_size=30))
@example("msg_abc_１")
@example("msg_abc_-1")
@example("msg_abc_" + "9" * 5000)
@example("dlv_a.b_²")
def test_made_up_ids_are_none(text):
    assert message_number(text, "room_abc") is None or text.removeprefix("msg_abc_").isdigit()
    parts = delivery_parts(text)
    assert parts is None or (delivery_id(*parts) == text or text.rpartition("_")[2].startswith("0"))


@given(numbers)
def test_cursors_read_back(n):
    assert place_of(onward(n)) == (True, n)
    assert place_of(back(n)) == (False, n)


@given(st.text(max_size=20))
@example("YWZ0ZXI6wrI")  # after:²
@example("YWZ0ZXI6LTE")  # after:-1
@example("YWZ0ZXI6")  # after:
def test_any_other_cursor_is_malformed_and_nothing_else(text):
    try:
        _, n = place_of(text)
    except Malformed:
        return
    assert n >= 0


@given(st.text(max_size=300))
@example("C:\\temp\\evil.exe")
@example("../../etc/passwd")
@example("a" * 200 + ".pdf")
@example("report\u202efdp.exe")
@example('a"\r\nSet-Cookie: x')
def test_a_file_name_is_safe_anywhere(name):
    safe = safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\<>:"|?*%;\r\n\x00\u202e')
    assert not {unicodedata.category(character) for character in safe} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert safe not in (".", "..")
    assert safe_name(safe) == safe


@given(st.integers(1, 253_402_300_799_999))
def test_a_moment_is_told_in_utc_to_the_millisecond(ms):
    text = time_of(ms)
    assert text.endswith("Z")
    assert text[-5:-1] == f".{ms % 1000:03d}"


def test_a_changed_record_is_the_next_version():
    one = Customer(id="c", workspace="w", external_id="e", name="n", created_at=1)
    assert (one.changed(name="m").version, one.changed(name="m").name, one.version) == (1, "m", 0)
