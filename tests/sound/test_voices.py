"""The building blocks, fed with tables whose right output is known by arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicValues
from pulsetune.sound.quiet_pyo import BLOCK_FRAMES, ManualServer, pyo
from pulsetune.sound.soundscapes.felt_piano import BASS_S, UPPER_S
from pulsetune.sound.soundscapes.ringing import TONE_RATE_HZ
from pulsetune.sound.soundscapes.stage import MIDDLE_BED, Fader
from pulsetune.sound.soundscapes.voices import HOLD_FRAMES, Line, NoteVoices, room, table_of


@pytest.fixture
def server() -> Iterator[ManualServer]:
    server = ManualServer(1)
    yield server
    server.close()


def blocks(server: ManualServer, count: int) -> NDArray[np.float32]:
    return np.concatenate([server.process() for _ in range(count)])


def test_a_line_reaches_its_value_at_the_end_of_the_block_and_stays(server: ManualServer) -> None:
    line = Line(0.25)
    out = pyo.Sig(line.signal).out()
    server.start()
    line.glide(0.75)
    heard = blocks(server, 1)[:, 0]
    assert out is not None
    assert heard == pytest.approx(0.25 + 0.5 * np.arange(1, BLOCK_FRAMES + 1) / BLOCK_FRAMES, abs=1e-6)
    line.glide(0.75)
    assert blocks(server, 1)[:, 0] == pytest.approx(0.75, abs=1e-6)


def test_a_line_that_moves_a_filter_holds_each_value_and_still_arrives_with_the_block(server: ManualServer) -> None:
    line = Line(200.0, HOLD_FRAMES)
    out = pyo.Sig(line.signal).out()
    server.start()
    line.glide(840.0)
    heard = blocks(server, 1)[:, 0]
    assert out is not None
    assert heard[::16] == pytest.approx(np.linspace(210.0, 840.0, 64))
    assert not np.ptp(heard.reshape(-1, 16), axis=1).any()
    assert blocks(server, 1)[0, 0] == heard[0]  # the table stays as it is until the next glide
    line.glide(840.0)
    assert blocks(server, 1)[:, 0] == pytest.approx(840.0)


@pytest.mark.parametrize("longest_s", [BASS_S, UPPER_S])
def test_a_voice_reads_its_table_at_its_own_rate_and_steps_over_the_end(server: ManualServer, longest_s: float) -> None:
    size = int(longest_s * TONE_RATE_HZ)
    voices = NoteVoices(1, longest_s, TONE_RATE_HZ)
    out = pyo.Sig(voices.signal).out()
    server.start()
    positions = np.repeat(np.arange(size, dtype=np.float32)[:, None], 2, axis=1)
    voices.start(positions, 5, 0, SAMPLE_RATE_HZ)
    first = blocks(server, 1)
    voices.block_done()
    heard = np.concatenate([first, blocks(server, 2 * size // BLOCK_FRAMES + 2)])[:, 0]
    assert out is not None
    assert not heard[:6].any()
    surplus = heard[5 + size] - size / 2  # half-way; twice as much at the end, where it must lie between 0 and 0.5
    assert 0.01 < surplus < 0.24
    assert not heard[5 + 2 * size :].any()


def test_a_busy_voice_is_never_cut(server: ManualServer) -> None:
    voices = NoteVoices(1, 1.0, TONE_RATE_HZ)
    out = pyo.Sig(voices.signal).out()
    server.start()
    flat = np.full((TONE_RATE_HZ, 2), 0.5, np.float32)
    voices.start(flat, 0, 0, SAMPLE_RATE_HZ)
    voices.start(flat, 700, 0, SAMPLE_RATE_HZ)
    heard = blocks(server, 1)
    assert out is not None
    assert voices.dropped == 1
    assert heard == pytest.approx(0.5, abs=1e-6)


def test_a_loop_has_no_hole_at_its_seam(server: ManualServer) -> None:
    table = table_of(np.ones((4096, 2), np.float32))
    out = pyo.TableRead(table, freq=SAMPLE_RATE_HZ / 4096 / 2, loop=1, interp=2).play().out()
    server.start()
    assert out is not None
    assert blocks(server, 24) == pytest.approx(1.0, abs=1e-4)


def test_a_room_answers_with_its_impulse_response_one_block_later(server: ManualServer) -> None:
    response = np.zeros((3000, 2), np.float32)
    response[0], response[2000] = (1.0, 1.0), (0.5, -0.25)
    trigger = pyo.DataTable(BLOCK_FRAMES)
    impulse = pyo.Mix(pyo.TableScan(trigger), voices=2)
    out = room(impulse, response, SAMPLE_RATE_HZ).out()
    server.start()
    np.asarray(trigger.getBuffer(0))[10] = 1.0
    first = blocks(server, 1)
    np.asarray(trigger.getBuffer(0))[10] = 0.0
    heard = np.concatenate([first, blocks(server, 5)])
    assert out is not None
    at = BLOCK_FRAMES + 10
    assert heard[at + 2000] / heard[at] == pytest.approx([0.5, -0.25], abs=1e-3)
    others = np.delete(heard, [at, at + 2000], axis=0)
    assert np.max(np.abs(others)) < 1e-3 * np.max(np.abs(heard[at]))


def settled_gain_db(power: float, values: MusicValues) -> float:
    fader = Fader(usual_db=-20.0, bed_share=0.4, bed_bend=0.5)
    gains = [fader.gain(power, values) for _ in range(1000)]
    steps_db = np.abs(np.diff(20 * np.log10(gains)))
    assert steps_db.max(initial=0.0) < 0.22  # in a block: nothing that is heard as a step
    return float(20 * np.log10(gains[-1]))


def music(pulse_level: float = 1.0, bed_level: float = MIDDLE_BED) -> MusicValues:
    return MusicValues(60.0, 0.5, 0.5, 0.5, pulse_level, bed_level, 0.0)


def test_the_fader_leaves_the_usual_level_alone_and_evens_out_the_rest() -> None:
    assert settled_gain_db(0.01, music()) == pytest.approx(0.0, abs=0.01)
    assert settled_gain_db(0.01 * 10**0.3, music()) == pytest.approx(-2.7, abs=0.05)  # nine tenths of 3 dB
    assert settled_gain_db(0.01 / 10**0.3, music()) == pytest.approx(2.7, abs=0.05)
    assert settled_gain_db(1.0, music()) == pytest.approx(-5.0, abs=0.01)  # and never more than 5 dB
    assert settled_gain_db(0.0, music()) == pytest.approx(5.0, abs=0.01)


def test_the_fader_does_not_take_back_what_the_guide_asks_for() -> None:
    bed_alone = 0.01 * 0.4
    assert settled_gain_db(bed_alone, music(pulse_level=0.0)) == pytest.approx(0.0, abs=0.01)
    fuller_bed = 0.01 * (0.6 + 0.4 * 2)  # a bed level twice as high is 3 dB with an exponent of a half
    assert settled_gain_db(fuller_bed, music(bed_level=2 * MIDDLE_BED)) == pytest.approx(0.0, abs=0.01)
