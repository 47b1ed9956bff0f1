"""What was played, as a Standard MIDI File: the notes as they sounded, on the tempo that was really heard.

Rules of this file:
1. Time comes from the frames that the sound process reported, for pulses and notes alike: the tempo map is laid so that a
   reader finds every note where it sounded, from the file's first moment, which is the music's frame 0.
2. A MIDI key knows twelve notes an octave: what lies between them is written as pitch bend. Notes that ring share a channel
   only if they share their bend; a line that glides has a channel of its own.
3. A key is never struck again before it was let go.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido

from pulsetune.errors import WrongUse
from pulsetune.model import PulseTick
from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.score import Hand
from pulsetune.sound.wire import Sounded

TICKS_PER_PULSE = 480
UNKNOWN_TEMPO_BPM = 60.0  # where no two pulses were heard there is no tempo
RINGS_PULSES = 1.0  # a note that simply rings is written this long
BEND_SEMITONES = 12  # range of the gliding channel: no step of a line is wider
RING_BEND_SEMITONES = 2  # the range every synthesiser starts with
GLIDE_STEP_TICKS = 30  # a glide is written in steps of a sixteenth of a pulse
CHANNELS = tuple(channel for channel in range(16) if channel != 9)  # 9 is the drum kit
BEND_LIMIT = 8191
# General MIDI programs (numbered from 0) for left, right and inner hand; a piano where nothing is said.
PROGRAMS: dict[str, tuple[int, int, int]] = {
    "felt-piano": (0, 0, 0),
    "warm-pad": (108, 14, 108),  # kalimba, tubular bells
    "ocean-strings": (46, 48, 48),  # harp, string ensemble
    "raga": (104, 73, 104),  # sitar, flute
    "frame-drum": (117, 53, 117),  # melodic tom, voice
}
HANDS = (Hand.LEFT, Hand.RIGHT, Hand.INNER)


class TempoMap:
    """Frames to MIDI ticks and back to tempo: from pulse to pulse the tempo is what was heard."""

    def __init__(self, pulses: Sequence[PulseTick]) -> None:
        points = [(tick.frame, tick.index) for tick in pulses]
        if len(points) < 2:
            self._points = [(0, 0), (round(SAMPLE_RATE_HZ * 60 / UNKNOWN_TEMPO_BPM), TICKS_PER_PULSE)]
            return
        first_frame, first_index = points[0]
        frames_a_pulse = (points[1][0] - first_frame) / (points[1][1] - first_index)
        lead_in = round(TICKS_PER_PULSE * first_frame / frames_a_pulse)
        self._points = [(0, 0)] if first_frame > 0 and lead_in > 0 else []
        self._points += [(frame, lead_in + TICKS_PER_PULSE * (index - first_index)) for frame, index in points]

    def ticks(self, frame: float) -> int:
        """The tick nearest to ``frame``; the first and the last tempo go on beyond the pulses."""
        at = bisect.bisect_right(self._points, frame, key=lambda point: point[0])
        at = max(1, min(at, len(self._points) - 1))
        before, after = self._points[at - 1], self._points[at]
        share = (frame - before[0]) / (after[0] - before[0])
        return max(0, round(before[1] + (after[1] - before[1]) * share))

    def tempos(self) -> Iterator[tuple[int, int]]:
        """Where the tempo changes: tick, and microseconds a pulse."""
        written = None
        for before, after in itertools.pairwise(self._points):
            seconds = (after[0] - before[0]) / SAMPLE_RATE_HZ
            tempo_us = round(1e6 * seconds * TICKS_PER_PULSE / (after[1] - before[1]))
            if tempo_us != written:
                yield before[1], tempo_us
                written = tempo_us


@dataclass(frozen=True, slots=True)
class _Event:
    at: int
    order: int  # at one tick: keys are let go, then bent, then struck
    message: mido.Message


def write_score(path: Path, soundscape: str, notes: Sequence[Sounded], pulses: Sequence[PulseTick]) -> None:
    """Write the score of what was played to ``path``.

    Raises
    ------
    WrongUse
        If the file cannot be written.
    """
    tempo_map = TempoMap(pulses)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_PULSE)
    tempo_track = mido.MidiTrack([mido.MetaMessage("track_name", name=f"PulseTune: {soundscape}", time=0)])
    at = 0
    for tick, tempo_us in tempo_map.tempos():
        tempo_track.append(mido.MetaMessage("set_tempo", tempo=tempo_us, time=tick - at))
        at = tick
    file.tracks.append(tempo_track)
    channels = _channels(notes)
    programs = PROGRAMS.get(soundscape, (0, 0, 0))
    for hand, program in zip(HANDS, programs, strict=True):
        mine = [note for note in notes if note.hand is hand]
        if mine:
            file.tracks.append(_track(hand, program, mine, channels, tempo_map))
    try:
        file.save(path)
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror or error}.", "Choose another place.") from error


_Key = tuple[Hand, int | None]  # the hand, and its bend in whole cents, None for a line that glides


def _key(note: Sounded) -> _Key:
    return note.hand, round(note.cents) if note.glide_pulses is None else None


def _channels(notes: Sequence[Sounded]) -> dict[_Key, int]:
    keys = sorted(
        {_key(note) for note in notes}, key=lambda key: (HANDS.index(key[0]), key[1] is not None, key[1] or 0)
    )
    return {key: CHANNELS[number % len(CHANNELS)] for number, key in enumerate(keys)}


def _track(
    hand: Hand, program: int, notes: Sequence[Sounded], channels: dict[_Key, int], tempo_map: TempoMap
) -> mido.MidiTrack:
    events: list[_Event] = []
    for key, channel in channels.items():
        if key[0] is hand:
            events += _prepared(channel, program, key[1])
    starts = [tempo_map.ticks(note.frame) for note in notes]
    for number, note in enumerate(notes):
        channel = channels[_key(note)]
        length = RINGS_PULSES if note.length_pulses is None else note.length_pulses
        end = starts[number] + max(1, round(length * TICKS_PER_PULSE))
        later = range(number + 1, len(notes))
        again = next(
            (starts[at] for at in later if channels[_key(notes[at])] == channel and _stops(note, notes[at])), end
        )
        if note.glide_pulses is not None:
            events += _bends(channel, starts[number], note, notes[number - 1] if number else note)
        velocity = max(1, min(127, round(127 * note.velocity)))
        events.append(_Event(starts[number], 2, _message("note_on", channel, note=note.pitch, velocity=velocity)))
        events.append(
            _Event(max(starts[number] + 1, min(end, again)), 0, _message("note_off", channel, note=note.pitch))
        )
    return _written(hand, events)


def _stops(note: Sounded, later: Sounded) -> bool:
    """Whether ``later`` lets go of ``note``: the same key again, or the next note of the same line."""
    return later.pitch == note.pitch or note.glide_pulses is not None


def _prepared(channel: int, program: int, bend_cents: int | None) -> Iterator[_Event]:
    """The channel's instrument, and its bend (or, for a line, the range of its bends)."""
    yield _Event(0, 0, _message("program_change", channel, program=program))
    if bend_cents is not None:
        yield _Event(0, 0, _message("pitchwheel", channel, pitch=_wheel(bend_cents, RING_BEND_SEMITONES)))
        return
    for control, value in ((101, 0), (100, 0), (6, BEND_SEMITONES), (38, 0)):  # registered parameter 0: bend range
        yield _Event(0, 0, _message("control_change", channel, control=control, value=value))


def _bends(channel: int, start: int, note: Sounded, before: Sounded) -> Iterator[_Event]:
    """The way from the note before to this one, at whose key the bend ends up at its own cents."""
    glide = round((note.glide_pulses or 0.0) * TICKS_PER_PULSE)
    away_cents = 100 * (before.pitch - note.pitch) + before.cents - note.cents if glide else 0.0
    for at in range(0, glide + 1, GLIDE_STEP_TICKS) if glide else (0,):
        share = at / glide if glide else 1.0
        left = 1 - share * share * (3 - 2 * share)
        cents = note.cents + away_cents * left
        yield _Event(start + at, 1, _message("pitchwheel", channel, pitch=_wheel(cents, BEND_SEMITONES)))
    if glide % GLIDE_STEP_TICKS:
        yield _Event(start + glide, 1, _message("pitchwheel", channel, pitch=_wheel(note.cents, BEND_SEMITONES)))


def _wheel(cents: float, semitones: int) -> int:
    return max(-BEND_LIMIT, min(BEND_LIMIT, round(8192 * cents / (100 * semitones))))


def _message(kind: str, channel: int, **values: int) -> mido.Message:
    return mido.Message(kind, channel=channel, **values)


def _written(hand: Hand, events: list[_Event]) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=hand.value, time=0)])
    at = 0
    for event in sorted(events, key=lambda event: (event.at, event.order)):
        track.append(event.message.copy(time=event.at - at))
        at = event.at
    return track
