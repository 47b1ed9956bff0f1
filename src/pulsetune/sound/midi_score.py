"""What was played, as a Standard MIDI File: the notes as they sounded, on the tempo that was really heard.

Rules of this file:
1. Time comes from the frames that the sound process reported, for pulses and notes alike: the tempo map is laid so that a
   reader finds every note where it sounded, from the file's first moment, which is the music's frame 0.
2. A MIDI key knows twelve notes an octave: what lies between them is written as pitch bend. Notes that ring share a channel
   only if they share their bend; a line that glides has a channel of its own.
3. A key is never struck again before it was let go.
4. Every soundscape that played has tracks of its own. Channels are given out in the order in which they are first needed;
   should there be more than a file can have, the one that was given out longest ago changes its instrument.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido

from pulsetune.errors import WrongUse
from pulsetune.model import PulseTick
from pulsetune.sound.score import Hand
from pulsetune.sound.tempo_map import TICKS_PER_PULSE, TempoMap
from pulsetune.sound.wire import Sounded

RINGS_PULSES = 1.0  # a note that simply rings is written this long
BEND_SEMITONES = 12  # range of the gliding channel: no step of a line is wider
RING_BEND_SEMITONES = 2  # of all other channels, and what every synthesiser starts with
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
    played = _played(notes, tempo_map)
    for track in sorted({one.track for one in played}, key=_place):
        file.tracks.append(_track(track, [one for one in played if one.track == track]))
    try:
        file.save(path)
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror or error}.", "Choose another place.") from error


_Track = tuple[str, Hand]
_Key = tuple[str, Hand, int | None]  # the track, and its bend in whole cents, None for a line that glides


@dataclass(frozen=True, slots=True)
class _Played:
    """A note on its channel; ``new_owner`` where the channel was not its own before."""

    note: Sounded
    before: Sounded  # the one before it on its channel, or itself
    channel: int
    start: int
    end: int
    new_owner: bool

    @property
    def track(self) -> _Track:
        return self.note.soundscape, self.note.hand


def _key(note: Sounded) -> _Key:
    return note.soundscape, note.hand, round(note.cents) if note.glide_pulses is None else None


def _place(track: _Track) -> tuple[str, int]:
    return track[0], HANDS.index(track[1])


def _played(notes: Sequence[Sounded], tempo_map: TempoMap) -> list[_Played]:
    """Every note with its channel, its beginning and its end."""
    channels: dict[_Key, int] = {}
    owners: dict[int, _Key] = {}
    before: dict[int, Sounded] = {}
    following = _followers(notes)
    out = []
    for number, note in enumerate(notes):
        key = _key(note)
        channel = channels.setdefault(key, CHANNELS[len(channels) % len(CHANNELS)])
        new_owner = owners.get(channel) != key
        owners[channel] = key
        start = tempo_map.ticks(note.frame)
        length = RINGS_PULSES if note.length_pulses is None else note.length_pulses
        end = start + max(1, round(length * TICKS_PER_PULSE))
        after = following[number]
        if after is not None:
            end = min(end, tempo_map.ticks(notes[after].frame))
        out.append(
            _Played(note, note if new_owner else before[channel], channel, start, max(start + 1, end), new_owner)
        )
        before[channel] = note
    return out


def _followers(notes: Sequence[Sounded]) -> list[int | None]:
    """For each note the number of the next one that lets go of it: the same key again, or the next of the same line."""
    followers: list[int | None] = [None] * len(notes)
    next_of: dict[tuple[_Key, int | None], int] = {}
    for number in range(len(notes) - 1, -1, -1):
        note = notes[number]
        line = note.glide_pulses is not None
        mine = (_key(note), None if line else note.pitch)
        followers[number] = next_of.get(mine)
        next_of[mine] = number
    return followers


def _track(track: _Track, played: Sequence[_Played]) -> mido.MidiTrack:
    soundscape, hand = track
    program = PROGRAMS.get(soundscape, (0, 0, 0))[HANDS.index(hand)]
    events: list[_Event] = []
    for one in played:
        note, channel = one.note, one.channel
        if one.new_owner:
            events += _prepared(one.start, channel, program, _key(note)[2])
        if note.glide_pulses is not None:
            events += _bends(channel, one.start, note, one.before)
        velocity = max(1, min(127, round(127 * note.velocity)))
        events.append(_Event(one.start, 2, _message("note_on", channel, note=note.pitch, velocity=velocity)))
        events.append(_Event(one.end, 0, _message("note_off", channel, note=note.pitch)))
    return _written(f"{soundscape}: {hand.value}" if soundscape else hand.value, events)


def _prepared(at: int, channel: int, program: int, bend_cents: int | None) -> Iterator[_Event]:
    """The channel's instrument, and its bend (or, for a line, the range of its bends)."""
    yield _Event(at, 0, _message("program_change", channel, program=program))
    semitones = BEND_SEMITONES if bend_cents is None else RING_BEND_SEMITONES
    for control, value in ((101, 0), (100, 0), (6, semitones), (38, 0)):  # registered parameter 0: bend range
        yield _Event(at, 0, _message("control_change", channel, control=control, value=value))
    if bend_cents is not None:
        yield _Event(at, 0, _message("pitchwheel", channel, pitch=_wheel(bend_cents, RING_BEND_SEMITONES)))


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


def _written(name: str, events: list[_Event]) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name, time=0)])
    at = 0
    for event in sorted(events, key=lambda event: (event.at, event.order)):
        track.append(event.message.copy(time=event.at - at))
        at = event.at
    return track
