"""Times as RFC 3339 has them: all that it allows, to the millisecond, and nothing else."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.times import EPOCH, from_date, from_rfc3339, rfc3339

NEW_YEAR = 1_767_225_600_000  # 2026-01-01T00:00:00Z
MEANT = {
    "2026-01-01T00:00:00Z": NEW_YEAR,
    "2026-01-01t00:00:00z": NEW_YEAR,
    "2026-01-01T00:00:00-00:00": NEW_YEAR,
    "2026-01-01T00:00:00+00:00": NEW_YEAR,
    "2026-01-01T05:30:00+05:30": NEW_YEAR,
    "2025-12-31T16:00:00-08:00": NEW_YEAR,
    "2026-01-01T23:59:00+23:59": NEW_YEAR,
    "2025-12-31T00:01:00-23:59": NEW_YEAR,
    "2026-01-01T00:00:00.1Z": NEW_YEAR + 100,
    "2026-01-01T00:00:00.123456789Z": NEW_YEAR + 123,
    "2026-01-01T00:00:00.9999999999999999999999999999999999999999Z": NEW_YEAR + 999,
    "2026-01-01T00:00:00.000000001+00:00": NEW_YEAR,
    "2024-02-29T00:00:00Z": 1_709_164_800_000,
    # leap seconds: those that were, one that may come, and by clocks elsewhere
    "2016-12-31T23:59:60Z": 1_483_228_800_000,
    "2015-06-30T23:59:60.25Z": 1_435_708_800_250,
    "2017-01-01T08:59:60+09:00": 1_483_228_800_000,
    "2016-12-31T15:59:60-08:00": 1_483_228_800_000,
    "1969-12-31T23:59:59.999Z": -1,
    "0000-02-29T00:00:00Z": -62_162_121_600_000,
    "0000-01-01T00:00:00+23:59": -62_167_219_200_000 - 86_340_000,
    "0001-01-01T00:00:00Z": -62_135_596_800_000,
    "9999-12-31T23:59:59.999-23:59": 253_402_300_799_999 + 86_340_000,
    "9999-12-31T23:59:60Z": 253_402_300_800_000,
}
NONE = [
    "",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00Z",
    "2026-01-01T00Z",
    "2026-01-01 00:00:00Z",
    "2026-01-01_00:00:00Z",
    "20260101T000000Z",
    "2026-01-01T000000Z",
    "2026-W01-4T00:00:00Z",
    "2026-W01",
    "2026-001T00:00:00Z",
    "+2026-01-01T00:00:00Z",
    "-2026-01-01T00:00:00Z",
    "12026-01-01T00:00:00Z",
    "2026-1-1T0:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z",
    "2026-01-01T00:00:60Z",
    "2026-01-30T23:59:60Z",
    "2026-01-31T23:58:60Z",
    "2026-01-31T22:59:60Z",
    "2026-01-31T23:59:60-01:00",
    "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00,5Z",
    "2026-01-01T00:00:00.5",
    "2026-01-01T00:00:00+01",
    "2026-01-01T00:00:00+0100",
    "2026-01-01T00:00:00+01:00:00",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+01:60",
    "2026-01-01T00:00:00\u221201:00",
    "2026-01-01T00:00:00Z ",
    " 2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z\n",
    "2026-01-01T00:00:00UTC",
    "2026-01-01T00:00:00Z[UTC]",
    "２０２６-01-01T00:00:00Z",
    "2026-01-01T00:00:0٠Z",
    "1767225600",
    "yesterday",
]


@pytest.mark.parametrize("text", MEANT)
def test_what_rfc_3339_allows_is_read(text: str) -> None:
    assert from_rfc3339(text) == MEANT[text]


@pytest.mark.parametrize("text", NONE)
def test_what_rfc_3339_does_not_allow_is_no_time(text: str) -> None:
    assert from_rfc3339(text) is None


@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),
    st.integers(-1439, 1439),
    st.text("0123456789", max_size=12),
    st.sampled_from("Tt"),
)
def test_it_is_the_moment_that_python_means(naive: datetime, offset: int, digits: str, t: str) -> None:
    at = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    day, clock = at.strftime("%Y-%m-%d").zfill(10), at.strftime("%H:%M:%S")
    sign = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    found = from_rfc3339(f"{day}{t}{clock}{'.' if digits else ''}{digits}{sign}")
    assert found == (at - EPOCH) // timedelta(milliseconds=1) + int(digits[:3].ljust(3, "0") or 0)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_what_we_write_is_read_as_it_was(at: int) -> None:
    assert from_rfc3339(rfc3339(at)) == at


@given(st.dates())
def test_a_date_begins_with_its_midnight(day: object) -> None:
    assert from_date(str(day)) == from_rfc3339(f"{day}T00:00:00Z")


@pytest.mark.parametrize("text", ["2026-02-29", "2026-W01-4", "2026-001", "20260101", "2026-1-1", "2026-01-01\n", ""])
def test_what_is_no_date(text: str) -> None:
    assert from_date(text) is None


def test_the_year_nought_is_a_leap_year() -> None:
    assert from_date("0000-03-01") == from_date("0001-01-01") - 306 * 86_400_000  # type: ignore[operator]
