"""The ring keeps frames and their numbers; fades have no corner and no jump."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pulsetune.sound.ring import FadeRamp, Ring


def numbered(first: int, count: int) -> NDArray[np.float32]:
    """Frames that carry their own number in both channels."""
    return np.repeat(np.arange(first, first + count, dtype=np.float32)[:, None], 2, axis=1)


@given(
    st.integers(0, 1000),
    st.lists(st.tuples(st.sampled_from(["write", "read", "keep"]), st.integers(0, 50)), max_size=60),
)
def test_a_frame_keeps_its_number_from_one_end_to_the_other(start: int, steps: list[tuple[str, int]]) -> None:
    ring, written, read = Ring(50, start), start, start
    for what, count in steps:
        if what == "write":
            ring.write(numbered(written, count))
            written += count
            read = max(read, written - 50)
        elif what == "read":
            expected = min(count, written - read)
            np.testing.assert_array_equal(ring.read(count), numbered(read, expected))
            read += expected
        else:
            ring.keep_newest(count)
            read = max(read, written - count)
        assert (ring.read_frame, ring.buffered_frames) == (read, written - read)


def test_skipping_crosses_over_from_the_old_to_the_new_place() -> None:
    ring = Ring(1000)
    ring.write(numbered(0, 900))
    ring.skip_to_newest(200)
    first = ring.read(101)[:, 0]
    assert first[0] == 0.0  # still the old place
    assert first[50] == pytest.approx((50 + 750) / 2)  # half of each
    assert first[100] == 800.0  # the new place
    np.testing.assert_array_equal(ring.read(10), numbered(801, 10))


def test_skipping_where_nothing_can_be_skipped_loses_no_more_than_the_crossing() -> None:
    ring = Ring(1000)
    ring.write(numbered(0, 100))
    ring.skip_to_newest(200)
    assert len(ring.read(30)) == 30
    assert ring.buffered_frames == 40


def test_a_fade_is_a_half_cosine_to_the_frame() -> None:
    ramp = FadeRamp(1.0)
    ramp.go(0.0, 100)
    gains = ramp.apply(np.ones((150, 2), np.float32))[:, 0]
    assert gains[49] == pytest.approx(0.5)  # half-way
    assert gains[24] == pytest.approx(0.5 + 0.5 * math.cos(math.pi / 4))
    assert gains[99] == 0.0
    assert not gains[99:].any()
    assert not ramp.moving


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(48, 4000), st.integers(1, 900)), min_size=1, max_size=8))
def test_a_fade_that_is_overtaken_by_another_never_jumps(fades: list[tuple[float, int, int]]) -> None:
    ramp, heard, shortest = FadeRamp(0.0), [0.0], 4000
    for gain, frames, block in fades:
        ramp.go(gain, frames)
        shortest = min(shortest, frames)
        heard.extend(ramp.apply(np.ones((block, 2), np.float32))[:, 0].tolist())
        assert ramp.gain == pytest.approx(heard[-1], abs=1e-6)
    # the steepest part of half a cosine over n frames is pi / 2 / n
    assert np.abs(np.diff(heard)).max() <= math.pi / 2 / shortest + 1e-6


def test_full_gain_changes_no_bit() -> None:
    sound = np.random.default_rng(1).standard_normal((64, 2)).astype(np.float32)
    np.testing.assert_array_equal(FadeRamp(1.0).apply(sound), sound)
