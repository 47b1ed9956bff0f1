"""Makes the piano's recordings in ``src/pulsetune/sound/recordings/piano`` out of the Salamander Grand Piano's.

    python docs/make_recordings.py SOFT HARD [TO]     # folders with A0v4.ogg, C1v4.ogg, ... of one velocity layer each

SOFT and HARD are layers 4 and 10 of sixteen of the Salamander Grand Piano V3 (Alexander Holm, CC BY 3.0), as Ogg Vorbis
at 48 kHz; packages of single layers are public. What is done to each note, and said in the recordings' CREDITS.txt:

1. The microphone that hears the fundamental louder is kept. Two microphones this near to the strings hear many partials
   in opposite phase, and would cancel them on a small speaker. How much louder each partial is in the other one becomes
   its place between left and right.
2. The note is cut a fixed time before its attack is heard, the harder touch aligned with the softer one, and tuned to equal
   temperament.
3. Felt is laid over it: a gentle low-pass on the soft layer; of the hard one only what lies above is kept. The knock of key
   and hammer below the fundamental is thinned, which would drown soft treble notes.
4. Its attack is made clearer and it dies away sooner than a grand piano's does, so that notes above one another stay apart.
5. It is brought to a common energy, faded out, and written at 24 kHz.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Felt = Callable[[Floats, int], NDArray[np.complex128]]

ROOT = Path(__file__).resolve().parent.parent
TO = ROOT / "src" / "pulsetune" / "sound" / "recordings" / "piano"
SOURCE_RATE_HZ, RATE_HZ = 48_000, 24_000
NAMES = {0: "C", 3: "D#", 6: "F#", 9: "A"}  # the notes of an octave that were recorded
LOWEST, HIGHEST = 33, 93  # MIDI: A1 to A6, what the composer writes and a semitone more

LONGEST_S, SHORTEST_S = 4.8, 2.1
FADE_SHARE = 0.4  # of a note, at its end: how a damper comes down slowly
SEARCHED = 0.02  # how far from equal temperament a partial is looked for, of its frequency: 34 cents
BEFORE_S, ATTACK_S, ATTACK_WINDOW_S = 0.050, 0.120, 0.008
LEAD_S = 0.002  # from the beginning to the middle of the rise that is heard in a window of that length
RISE_S, RISE_WINDOW_S = 0.040, 0.046  # about the slowest attack that is still an attack, and the ear's window
RISE_BAND_HZ = (60.0, 3000.0)
RISE_COMPRESSION = 30.0  # log(1 + C |X|): a quiet partial counts nearly as much as a loud one
HARD_SHARE = 0.7  # of the hard layer in what is listened to for that
CLEARER_DB = (5.0, 2.5)  # of the attack of the soft layer and of the hard one,
CLEARER_S = 0.060  # and how quickly that passes
DAMPED_DB_PER_S = 7.0
ALIGN_S, ALIGN_WITHIN_S = 0.200, 0.006
LEVEL_S, LEVEL = 0.8, 0.05  # root mean square of a channel in the first part of a note
LOUDEST_PLACE_DB = 7.0  # a partial lies at most so much nearer to one side
KNOCK_CORNER = 0.5  # of the fundamental
TAPS = 32  # of the resampling filter, on each side
PASS_HZ = 9_500.0
QUALITY = 0.9  # Vorbis: about 90 kbit/s for this, so that compressing a second time is not heard


def main() -> None:
    """Make every note that is needed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("soft", type=Path)
    parser.add_argument("hard", type=Path)
    parser.add_argument("to", type=Path, nargs="?", default=TO)
    wishes = parser.parse_args()
    wishes.to.mkdir(parents=True, exist_ok=True)
    for pitch in range(LOWEST, HIGHEST + 1, 3):
        soft, hard, cents = make_note(read(wishes.soft, pitch), read(wishes.hard, pitch), pitch)
        for layer, sound in (("soft", soft), ("hard", hard)):
            path = wishes.to / f"{pitch}-{layer}.ogg"
            soundfile.write(path, sound.T, RATE_HZ, "VORBIS", format="OGG", compression_level=1.0 - QUALITY)
        print(
            f"{pitch}: {soft.shape[1] / RATE_HZ:.2f} s, {cents:+.1f} cents, peak {abs(soft).max():.2f} {abs(hard).max():.2f}"
        )


def read(folder: Path, pitch: int) -> Floats:
    """The note ``pitch`` (MIDI) of the layer in ``folder``, (2, frames)."""
    path = next(folder.glob(f"{NAMES[pitch % 12]}{pitch // 12 - 1}v*.ogg"))
    sound, rate_hz = soundfile.read(path, always_2d=True)
    assert rate_hz == SOURCE_RATE_HZ
    channels: Floats = sound.T
    return channels


def make_note(soft: Floats, hard: Floats, pitch: int) -> tuple[Floats, Floats, float]:
    """Both layers of a note, (2, frames) each, and how many cents it was too high."""
    soft, hard = begun(soft), begun(hard)
    near = int(np.argmax(fundamentals(soft, pitch)))
    later = lag(soft[near], hard[near])
    hard = hard[:, later:] if later > 0 else np.pad(hard, ((0, 0), (-later, 0)))
    cents = deviation_cents(soft, pitch)
    tuned = [resampled(one, SOURCE_RATE_HZ / RATE_HZ * 2 ** (-cents / 1200), pitch) for one in (soft, hard)]
    both = [felted(one, near, felt, pitch) for one, felt in zip(tuned, (below, above), strict=True)]
    first = int((heard_s(both[0] + HARD_SHARE * both[1]) - LEAD_S) * RATE_HZ)
    notes = [one[:, first : first + int(ring_s(pitch) * RATE_HZ)] for one in both]
    made = [finished(note, clearer_db) for note, clearer_db in zip(notes, CLEARER_DB, strict=True)]
    return made[0], made[1], cents


def felted(sound: Floats, near: int, felt: Felt, pitch: int) -> Floats:
    """The channel ``near`` of a note through ``felt``, its partials placed as both channels have them; at the usual level."""
    frames = sound.shape[1]
    spectrum = np.fft.rfft(sound, 2 * frames)
    hz = np.fft.rfftfreq(2 * frames, 1 / RATE_HZ)
    placed = spectrum[near] * felt(hz, pitch) * touched(hz, pitch) * places(np.abs(spectrum), hz, pitch)
    return levelled(np.fft.irfft(placed, axis=1)[:, :frames])


def finished(note: Floats, clearer_db: float) -> Floats:
    """A note with a clearer attack, damped and faded out."""
    time_s = np.arange(note.shape[1]) / RATE_HZ
    change_db = clearer_db * np.exp(-time_s / CLEARER_S) - DAMPED_DB_PER_S * time_s
    return levelled(note * 10 ** (change_db / 20)) * fade_out(note.shape[1])


def levelled(note: Floats) -> Floats:
    """``note`` with the common energy in its first part."""
    first = note[:, : int(LEVEL_S * RATE_HZ)]
    return note * (LEVEL / np.sqrt(np.mean(first**2)))


def ring_s(pitch: int) -> float:
    """How long a note sounds: long in the bass, short in the treble, as the strings are."""
    return float(np.clip(LONGEST_S - (pitch - 38) * 0.07, SHORTEST_S, LONGEST_S))


def begun(sound: Floats) -> Floats:
    """``sound`` cut so that half of its attack is there after ``BEFORE_S``."""
    power = np.sum(sound[:, : int(ATTACK_S * SOURCE_RATE_HZ)] ** 2, axis=0)
    width = int(ATTACK_WINDOW_S * SOURCE_RATE_HZ)
    level = np.sqrt(np.convolve(power, np.ones(width) / width, "same"))
    before = int(BEFORE_S * SOURCE_RATE_HZ)
    return np.pad(sound, ((0, 0), (before, 0)))[:, int(np.argmax(level > 0.5 * level.max())) :]


def heard_s(note: Floats) -> float:
    """When a note is heard to begin: the middle of the rise of its compressed spectrum."""
    hop, width = RATE_HZ // 1000, int(RISE_WINDOW_S * RATE_HZ)
    padded = np.pad(note.mean(axis=0)[: int(2 * ATTACK_S * RATE_HZ)], (2 * width, width))
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)[::hop] * np.hanning(width)
    hz = np.fft.rfftfreq(width, 1 / RATE_HZ)
    counts = (hz >= RISE_BAND_HZ[0]) & (hz <= RISE_BAND_HZ[1])
    level = np.log1p(RISE_COMPRESSION * np.abs(np.fft.rfft(windows)[:, counts]) / (width / 2))
    later = int(RISE_S * RATE_HZ) // hop
    rise = np.maximum(level[later:] - level[:-later], 0).sum(axis=1)
    rise[rise < 0.5 * rise.max()] = 0.0
    middle = float(np.average(np.arange(len(rise)), weights=rise))
    return (middle * hop + width / 2 + later * hop / 2) / RATE_HZ - 2 * width / RATE_HZ


def lag(soft: Floats, hard: Floats) -> int:
    """How many frames ``hard`` comes later than ``soft``: where they resemble each other most."""
    frames, most = int(ALIGN_S * SOURCE_RATE_HZ), int(ALIGN_WITHIN_S * SOURCE_RATE_HZ)
    one, other = np.fft.rfft(soft[:frames], 2 * frames), np.fft.rfft(hard[:frames], 2 * frames)
    alike = np.fft.irfft(other * one.conj())
    shifts = np.arange(-most, most + 1)
    return int(shifts[np.argmax(alike[shifts])])


def partial_hz(pitch: int, number: int) -> float:
    """Where a partial of equal temperament lies."""
    return 440.0 * 2 ** ((pitch - 69) / 12) * number


def fundamentals(sound: Floats, pitch: int) -> Floats:
    """How loud each channel has the fundamental."""
    hz, lines = _lines(sound)
    level: Floats = lines[:, np.abs(hz / partial_hz(pitch, 1) - 1) < SEARCHED].max(axis=1)
    return level


def deviation_cents(sound: Floats, pitch: int) -> float:
    """How much too high the note is: the mean of its two lowest partials, by their power."""
    hz, lines = _lines(sound)
    heard = lines.sum(axis=0)
    cents, powers = [], []
    for number in (1, 2):
        wanted_hz = partial_hz(pitch, number)
        near = np.flatnonzero(np.abs(hz / wanted_hz - 1) < SEARCHED)
        top = near[np.argmax(heard[near])]
        left, middle, right = np.log(heard[top - 1 : top + 2])
        found_hz = hz[top] + 0.5 * (left - right) / (left - 2 * middle + right) * hz[1]
        cents.append(1200 * np.log2(found_hz / wanted_hz))
        powers.append(float(heard[top] ** 2))
    return float(np.average(cents, weights=powers))


def _lines(sound: Floats) -> tuple[Floats, Floats]:
    """The spectrum of the first two seconds: frequencies in Hz, and what each channel has there."""
    part = sound[:, : 2 * SOURCE_RATE_HZ]
    size = 1 << 19
    return np.fft.rfftfreq(size, 1 / SOURCE_RATE_HZ), np.abs(np.fft.rfft(part * np.hanning(part.shape[1]), size))


def resampled(sound: Floats, step: float, pitch: int) -> Floats:
    """As much of ``sound`` as is needed, read every ``step`` of its frames; what lies above ``PASS_HZ`` is left out."""
    padded = np.pad(sound, ((0, 0), (TAPS, TAPS + 2)))
    at = np.arange(int((ring_s(pitch) + ATTACK_S) * RATE_HZ)) * step
    whole = at.astype(int)
    weights_at = np.arange(-TAPS, TAPS + 1)
    distance = weights_at[None, :] - (at - whole)[:, None]
    share = 2 * PASS_HZ / SOURCE_RATE_HZ
    weights = share * np.sinc(share * distance) * (0.5 + 0.5 * np.cos(np.pi * np.clip(distance / TAPS, -1, 1)))
    index = whole[:, None] + weights_at[None, :] + TAPS
    return np.stack([np.sum(channel[index] * weights, axis=1) for channel in padded])


def below(hz: Floats, pitch: int) -> NDArray[np.complex128]:
    """What felt lets through: a low-pass of two poles whose corner follows the key, but slowly."""
    return 1 / (1 + 1j * hz / corner_hz(pitch)) ** 2


def above(hz: Floats, pitch: int) -> NDArray[np.complex128]:
    """What a harder touch adds."""
    corner = corner_hz(pitch)
    return (1j * hz / corner / (1 + 1j * hz / corner)) ** 2 / (1 + 1j * hz / (4.2 * corner))


def touched(hz: Floats, pitch: int) -> NDArray[np.complex128]:
    """What is kept of key and hammer below the fundamental."""
    place = 1j * hz / (KNOCK_CORNER * partial_hz(pitch, 1))
    kept: NDArray[np.complex128] = (place / (1 + place)) ** 2
    return kept


def corner_hz(pitch: int) -> float:
    """Where felt begins to swallow."""
    return float(900.0 * 2 ** (0.45 * (pitch - 60) / 12))


def places(magnitude: Floats, hz: Floats, pitch: int) -> Floats:
    """Gains of left and right, (2, bins), as loud together as they were: the balance of the two microphones."""
    width = max(3, int(0.5 * partial_hz(pitch, 1) / hz[1]))
    window = np.hanning(width + 2)[1:-1]
    level = np.stack([np.convolve(channel**2, window, "same") for channel in magnitude]) + 1e-12
    half_db = np.clip(10 * np.log10(level[1] / level[0]), -LOUDEST_PLACE_DB, LOUDEST_PLACE_DB) / 2
    gains = 10 ** (np.stack([-half_db, half_db]) / 20)
    return gains / np.sqrt(np.sum(gains**2, axis=0))


def fade_out(frames: int) -> Floats:
    """1 for most of a note, then down to 0 without a corner."""
    fade = np.ones(frames)
    tail = int(frames * FADE_SHARE)
    fade[-tail:] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1) / tail)
    return fade


if __name__ == "__main__":
    main()
