"""Numbers too small to hear cost no time."""

from __future__ import annotations

import platform
import sys
import threading

import pytest

from pulsetune.sound.denormals import flush_denormals

SMALLEST = sys.float_info.min


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="only known how on x86-64 with glibc"
)
def test_in_the_thread_that_asks_for_it_and_in_no_other_they_are_zero() -> None:
    found: list[object] = []

    def compute() -> None:
        found.append(SMALLEST / 4)
        found.append(flush_denormals())
        found.append(SMALLEST / 4)
        found.append(SMALLEST / 1)

    thread = threading.Thread(target=compute)
    thread.start()
    thread.join()
    assert found == [SMALLEST / 4, True, 0.0, SMALLEST]
    assert SMALLEST / 4 > 0.0
