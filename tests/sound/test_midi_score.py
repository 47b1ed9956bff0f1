"""The score file, read back by mido and by a reader of our own: times, keys, bends, tempo."""

from __future__ import annotations

import itertools
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.errors import WrongUse
from pulsetune.model import PulseTick
from pulsetune.sound.clock import MusicClock
from pulsetune.sound.midi_score import write_score
from pulsetune.sound.score import Hand
from pulsetune.sound.tempo_map import TempoMap
from pulsetune.sound.wire import Sounded
from tests.tools.music import target
from tests.tools.standard_midi_file import read, seconds

NOTE_OFF, NOTE_ON, BEND, TEMPO = 0x80, 0x90, 0xE0, 0x51


def pulse(index: int, frame: int) -> PulseTick:
    return PulseTick(frame / 48_000, index, frame)


def gliding(count: int) -> list[PulseTick]:
    """Pulses of a glide from 75 to 60 in a minute, by the music's own clock."""
    clock = MusicClock()
    clock.push(target(0.0, 75.0))
    clock.push(target(60.0, 60.0))
    return [pulse(index, clock.frame_of(index)) for index in range(count)]


def plain(
    frame: int, pitch: int, hand: Hand = Hand.LEFT, cents: float = 0.0, soundscape: str = "felt-piano"
) -> Sounded:
    return Sounded(frame, pitch, 0.5, hand, cents, None, None, soundscape)


def test_two_readers_find_every_note_where_it_sounded(tmp_path: Path) -> None:
    pulses = gliding(60)
    between = [(a.frame + b.frame) // 2 for a, b in itertools.pairwise(pulses)]
    frames = sorted([*between[::3], *(tick.frame for tick in pulses)])
    write_score(
        tmp_path / "s.mid", "felt-piano", [plain(frame, 50 + at % 12) for at, frame in enumerate(frames)], pulses
    )
    now_s, found_s = 0.0, []
    for message in mido.MidiFile(tmp_path / "s.mid"):
        now_s += message.time
        if message.type == "note_on" and message.velocity > 0:
            found_s.append(now_s)
    expected_s = [frame / 48_000 for frame in frames]
    assert found_s == pytest.approx(expected_s, abs=0.002)
    division, events = read(tmp_path / "s.mid")
    ours_s = [seconds(events, division, e.at) for e in events if e.status == NOTE_ON and e.data[1] > 0]
    assert ours_s == pytest.approx(expected_s, abs=0.002)


def test_the_tempo_map_holds_the_tempo_that_was_heard(tmp_path: Path) -> None:
    pulses = gliding(67)
    write_score(tmp_path / "s.mid", "raga", [plain(0, 60)], pulses)
    _, events = read(tmp_path / "s.mid")
    tempos = [6e7 / int.from_bytes(e.data[1:], "big") for e in events if e.status == 0xFF and e.data[0] == TEMPO]
    assert tempos[0] == pytest.approx(75.0, abs=0.2)
    assert tempos[-1] == pytest.approx(
        (75**2 - 2 * 15 * 65.5) ** 0.5, abs=0.01
    )  # v² = v0² - 2 a p, half way to the last
    assert tempos == sorted(tempos, reverse=True)


def test_what_comes_before_the_first_pulse_keeps_its_time(tmp_path: Path) -> None:
    pulses = [pulse(3, 160_000), pulse(4, 208_000), pulse(9, 448_000)]  # pulses 5 to 8 were not heard
    write_score(tmp_path / "s.mid", "raga", [plain(frame, 60) for frame in (48_000, 160_000, 352_000, 448_000)], pulses)
    division, events = read(tmp_path / "s.mid")
    ons = [e.at for e in events if e.status == NOTE_ON]
    assert [seconds(events, division, at) for at in ons] == pytest.approx(
        [1.0, 160 / 48, 352 / 48, 448 / 48], abs=0.002
    )
    assert ons[3] - ons[1] == 6 * division  # six pulses, whether heard or not


def test_just_intonation_and_glides_are_written_as_bends(tmp_path: Path) -> None:
    pulses = [pulse(index, 48_000 * index) for index in range(8)]
    line = [
        Sounded(0, 60, 0.5, Hand.RIGHT, 0.0, 1.0, 0.0, "felt-piano"),
        Sounded(
            48_000, 64, 0.5, Hand.RIGHT, -13.686, 2.0, 0.5, "felt-piano"
        ),  # a glide to a just third, half a pulse long
    ]
    write_score(tmp_path / "s.mid", "raga", [*line, plain(0, 55, Hand.LEFT, 1.955)], pulses)
    _, events = read(tmp_path / "s.mid")
    (on,) = [e for e in events if e.status == NOTE_ON and e.data[0] == 64]
    bends = [(e.at, e.data[0] + 128 * e.data[1] - 8192) for e in events if e.status == BEND and e.channel == on.channel]
    cents = {at: 1200 * value / 8192 for at, value in bends if at >= 480}  # the channel's range is an octave
    assert cents[480] == pytest.approx(-400.0, abs=0.2)  # it starts where the note before it was
    assert cents[600] == pytest.approx((-400.0 - 13.686) / 2, abs=0.2)
    assert cents[720] == pytest.approx(-13.686, abs=0.2)
    assert max(cents) == 720
    (string,) = [e for e in events if e.status == NOTE_ON and e.data[0] == 55]
    assert string.channel != on.channel
    (bend,) = [e for e in events if e.status == BEND and e.channel == string.channel]
    assert 200 * (bend.data[0] + 128 * bend.data[1] - 8192) / 8192 == pytest.approx(2.0, abs=0.1)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(50, 53), st.sampled_from(Hand)), min_size=1, max_size=40))
def test_a_key_is_never_struck_while_it_is_down_and_always_let_go(tmp_path_factory, drawn: list) -> None:
    path = tmp_path_factory.mktemp("score") / "s.mid"
    notes = [plain(frame, pitch, hand) for frame, pitch, hand in sorted(drawn)]
    notes = [note for at, note in enumerate(notes) if note not in notes[:at]]  # one hand strikes a key once at a time
    write_score(path, "felt-piano", notes, [pulse(index, 40_000 * index) for index in range(30)])
    down: set[tuple[int, int]] = set()
    _, events = read(path)
    for event in sorted((e for e in events if e.status in (NOTE_ON, NOTE_OFF)), key=lambda e: (e.at, e.status)):
        key = event.channel, event.data[0]
        if event.status == NOTE_ON:
            down.add(key)
        else:
            down.discard(key)
    assert not down


def test_after_another_soundscape_came_its_notes_have_its_instruments(tmp_path: Path) -> None:
    pulses = [pulse(index, 48_000 * index) for index in range(12)]
    piano = [plain(48_000 * index, 50 + index) for index in range(6)]
    strings = [plain(48_000 * index, 50 + index, Hand.RIGHT, soundscape="ocean-strings") for index in range(4, 10)]
    notes = sorted([*piano, *strings], key=lambda note: note.frame)  # both play from pulse 4 to 5
    write_score(tmp_path / "s.mid", "felt-piano", notes, pulses)
    _, events = read(tmp_path / "s.mid")
    assert heard_programs(events) == {
        **dict.fromkeys(((480 * index, 50 + index, 0) for index in range(6)), 1),
        **dict.fromkeys(((480 * index, 50 + index, 48) for index in range(4, 10)), 1),
    }


def test_more_instruments_than_channels_change_the_instrument_of_the_oldest_channel(tmp_path: Path) -> None:
    """Sixteen bends of a raga string after a piano: the sixteenth takes the piano's channel."""
    pulses = [pulse(index, 48_000 * index) for index in range(30)]
    strings = [plain(48_000 * (index + 1), 55, Hand.LEFT, float(index), "raga") for index in range(15)]
    write_score(tmp_path / "s.mid", "felt-piano", [plain(0, 60), *strings, plain(48_000 * 20, 60)], pulses)
    _, events = read(tmp_path / "s.mid")
    programs = heard_programs(events)
    assert programs == {
        (0, 60, 0): 1, (480 * 20, 60, 0): 1, **dict.fromkeys(((480 * (index + 1), 55, 104) for index in range(15)), 1)
    }  # fmt: skip


def heard_programs(events: list) -> dict[tuple[int, int, int], int]:
    """How often each (tick, key, General MIDI program) is struck, as a synthesiser would play the file."""
    order = {0xC0: 0, NOTE_ON: 1}
    program: dict[int, int] = {}
    struck: dict[tuple[int, int, int], int] = {}
    for event in sorted((e for e in events if e.status in order), key=lambda e: (e.at, order[e.status])):
        if event.status == 0xC0:
            program[event.channel] = event.data[0]
        elif event.data[1] > 0:
            key = event.at, event.data[0], program[event.channel]
            struck[key] = struck.get(key, 0) + 1
    return struck


def test_without_pulses_a_second_is_a_second() -> None:
    tempo_map = TempoMap([])
    assert tempo_map.ticks(480_000) == 10 * 480
    assert list(tempo_map.tempos()) == [(0, 1_000_000)]


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="cannot be written"):
        write_score(tmp_path / "nowhere" / "s.mid", "raga", [plain(0, 60)], [])


def test_a_silence_longer_than_midi_can_say_keeps_every_note_in_its_place(tmp_path: Path) -> None:
    """The pulses of a new sound process go on with the next number, however long nothing was heard."""
    pulses = [pulse(0, 48_000), pulse(1, 96_000), pulse(2, 96_000 + 48_000 * 70), pulse(3, 96_000 + 48_000 * 71)]
    write_score(tmp_path / "s.mid", "felt-piano", [plain(tick.frame, 60) for tick in pulses], pulses)
    struck_s, now_s = [], 0.0
    for message in mido.MidiFile(tmp_path / "s.mid"):
        now_s += message.time
        if message.type == "note_on" and message.velocity:
            struck_s.append(now_s)
    assert struck_s == pytest.approx([1.0, 2.0, 72.0, 73.0], abs=0.01)
