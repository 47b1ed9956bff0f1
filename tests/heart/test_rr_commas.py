"""Commas that may be decimal: read right or refused with a line, never read as something else."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulsetune.errors import DamagedData
from pulsetune.heart.rr_file import Recording, parse_rr

MANY = 60  # lines: not a minute of a heart
Hundredths = st.integers(30_000, 200_000)  # of a ms
Milliseconds = st.integers(300, 2000)


def read(lines: list[str]) -> Recording:
    return parse_rr("\n".join(lines).encode(), "comma.txt")


def or_refused(lines: list[str]) -> Recording | None:
    """What is read, None for an error that names a line and says what to do."""
    try:
        return read(lines)
    except DamagedData as problem:
        assert problem.message.startswith("comma.txt, line ")
        assert problem.hint
        return None


def with_comma(number: float, digits: int) -> str:
    return f"{number:.{digits}f}".replace(".", ",")


def test_ten_minutes_in_seconds_are_ten_minutes() -> None:
    recording = read([with_comma(0.826 + 0.001 * (at % 37), 3) for at in range(600)])
    assert recording.t_s[-1] == pytest.approx(506.2, abs=0.5)
    assert recording.rr_ms[:3] == pytest.approx((826.0, 827.0, 828.0))


@given(st.lists(Milliseconds, min_size=1, max_size=9), st.sampled_from([1, 2, 3]))
@example([300, 951], 1)  # "0,3" and "1,0": an interval of 0 is no sign of two columns
def test_few_seconds_with_decimal_commas_are_never_read_as_something_else(rr_ms: list[int], digits: int) -> None:
    recording = or_refused([with_comma(rr / 1000, digits) for rr in rr_ms])
    if recording is not None:
        assert recording.rr_ms == pytest.approx([1000 * float(f"{rr / 1000:.{digits}f}") for rr in rr_ms])


@given(st.lists(Milliseconds, min_size=MANY, max_size=2 * MANY))
def test_seconds_with_decimal_commas_are_read(rr_ms: list[int]) -> None:
    assert read([with_comma(rr / 1000, 3) for rr in rr_ms]).rr_ms == pytest.approx(rr_ms)
    assert read([with_comma(rr / 1000, 3).rstrip("0") for rr in rr_ms]).rr_ms == pytest.approx(rr_ms)


@given(st.lists(Hundredths, min_size=1, max_size=2 * MANY), st.sampled_from([1, 2, 3]))
def test_milliseconds_with_decimal_commas_are_read_or_refused(hundredths: list[int], digits: int) -> None:
    lines = [with_comma(value / 100, digits) for value in hundredths]
    recording = or_refused(lines)
    whole = [int(line.split(",")[0]) for line in lines]
    if whole != sorted(whole):  # no column of times
        assert recording is not None
    if recording is not None:
        assert recording.rr_ms == pytest.approx([float(line.replace(",", ".")) for line in lines])


@given(st.lists(Milliseconds, min_size=2, max_size=2 * MANY), st.integers(0, 100_000))
def test_times_and_intervals_in_ms_stay_two_columns(rr_ms: list[int], began_ms: int) -> None:
    times_ms = list(accumulate(rr_ms, initial=began_ms))[1:]
    recording = read([f"{time},{rr}" for time, rr in zip(times_ms, rr_ms, strict=True)])
    assert list(recording.rr_ms) == rr_ms
    assert recording.t_s == pytest.approx([sum(rr_ms[: at + 1]) / 1000 for at in range(len(rr_ms))])


@given(st.lists(Milliseconds, min_size=1, max_size=2 * MANY), st.floats(0, 30))
def test_times_in_whole_seconds_stay_two_columns_or_are_refused(rr_ms: list[int], began_s: float) -> None:
    times_s = [int(began_s + t_ms / 1000) for t_ms in accumulate(rr_ms)]
    recording = or_refused([f"{time},{rr}" for time, rr in zip(times_s, rr_ms, strict=True)])
    assert recording is not None or len(rr_ms) < MANY
    if recording is not None:
        assert list(recording.rr_ms) == rr_ms


@given(st.lists(Milliseconds, min_size=3, max_size=2 * MANY))
def test_thousands_with_a_comma_are_never_a_thousandth(rr_ms: list[int]) -> None:
    recording = or_refused([f"{rr:,}" for rr in rr_ms])
    if recording is not None:
        assert recording.rr_ms == pytest.approx(rr_ms)


def test_both_readings_being_possible_is_said_with_the_way_out() -> None:
    with pytest.raises(DamagedData, match=r"comma.txt, line 2: '0,826' may be a number with a decimal comma") as caught:
        read(["# s", "0,826", "0,830"])
    assert "separate two columns by semicolons" in caught.value.hint
    assert read(["0;826", "1;830"]).rr_ms == (826.0, 830.0)
    assert read(["0.826", "0.830"]).rr_ms == (826.0, 830.0)
