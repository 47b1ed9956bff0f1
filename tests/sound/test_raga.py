"""Raga Yaman and its alap as music, and the raga soundscape as sound."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from pulsetune.guide.timbre import timbre_for
from pulsetune.model import AudioParameters, Phase
from pulsetune.sound.alap import STRING_CENTS, Alap, string_cents
from pulsetune.sound.clock import SAMPLE_RATE_HZ
from pulsetune.sound.player import BLOCK_FRAMES, Player
from pulsetune.sound.raga import PAKADS, cents
from pulsetune.sound.score import Hand, Note
from pulsetune.sound.soundscapes import tanpura_tone
from pulsetune.sound.soundscapes.bansuri import BreathLine
from tests.needs import examples, need_patience
from tests.tools.loudness import centroid_hz, click_db, loudness_lufs, true_peak_db
from tests.tools.tempo_meter import tempo_bpm

# The raga as it is taught, in letters; a dot below is "'" before, above after. Written here a second time on purpose.
NOTES = "SRGMPDN"
UP = {
    "N": "RS",
    "R": "G",
    "G": "M",
    "M": "D",
    "D": "N",
    "S": "",
    "P": "",
}  # 'N R G M D N S': no Sa and no Pa on the way
DOWN = {"S": "N", "N": "D", "D": "P", "P": "MR", "M": "G", "G": "R", "R": "S"}  # S' N D P M G R S, and the swoop P R
REST_ON = set("SRGPN")
JUST = {"S": 1, "R": 9 / 8, "G": 5 / 4, "M": 45 / 32, "P": 3 / 2, "D": 5 / 3, "N": 15 / 8}
CENTS = {letter: 1200 * math.log2(ratio) for letter, ratio in JUST.items()}
FORTY_MINUTES = 1200  # half-bars at 60 pulses a minute


def written(seed: int, half_bars: int, density: float = 1.0, warmth: float = 0.3) -> tuple[Alap, list[Note]]:
    alap = Alap(seed)
    return alap, [note for _ in range(half_bars) for note in alap.half_bar(density, warmth).notes]


def above_sa(alap: Alap, note: Note) -> float:
    return 100 * (note.pitch - alap.sa_pitch - 12) + note.cents


def letter(above_sa_cents: float) -> str:
    (found,) = [name for name, value in CENTS.items() if abs((above_sa_cents - value + 600) % 1200 - 600) < 0.01]
    return found


def breaths_of(alap: Alap, notes: list[Note]) -> list[list[Note]]:
    lines: list[list[Note]] = []
    for note in notes:
        if note.hand is Hand.RIGHT:
            if note.glide_pulses == 0.0:
                lines.append([])
            lines[-1].append(note)
    return lines


densities = st.floats(0.0, 1.0)


@settings(max_examples=examples(40))
@given(st.integers(0, 2**31 - 1), st.lists(st.tuples(densities, densities), min_size=30, max_size=90))
def test_every_step_is_one_that_the_raga_allows_whatever_is_asked_for(seed: int, asked: list) -> None:
    alap = Alap(seed)
    notes = [note for density, warmth in asked for note in alap.half_bar(density, warmth).notes]
    for line in breaths_of(alap, notes):
        for before, after in itertools.pairwise(line):
            low, high = above_sa(alap, before), above_sa(alap, after)
            allowed = UP if high > low else DOWN
            assert letter(high) in allowed[letter(low)]
            assert abs(high - low) < 600  # the widest step within a breath is the swoop from Pa to Re


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("density", [0.0, 0.15, 0.5, 1.0])
def test_phrases_end_on_a_nyas_that_is_held_and_then_rest(seed: int, density: float) -> None:
    alap, notes = written(seed, 300, density)
    sung = [note for note in notes if note.hand is Hand.RIGHT]
    ends = [note.at_pulses + (note.length_pulses or 0) for note in sung]
    last = [at for at in range(len(sung) - 1) if sung[at + 1].at_pulses - ends[at] >= 4]
    assert len(last) >= 10
    for at in last:
        assert letter(above_sa(alap, sung[at])) in REST_ON
        assert sung[at].length_pulses >= 2


@pytest.mark.parametrize("seed", range(6))
def test_no_leap_reaches_an_octave_also_across_a_rest(seed: int) -> None:
    for density in (0.1, 0.5, 1.0):
        alap, notes = written(seed, 400, density)
        line = [above_sa(alap, note) for note in notes if note.hand is Hand.RIGHT]
        assert max(abs(b - a) for a, b in itertools.pairwise(line)) <= 1200


@pytest.mark.parametrize("seed", range(4))
def test_ga_is_dwelt_upon_most_and_the_raga_is_recognised_by_its_phrases(seed: int) -> None:
    alap, notes = written(seed, FORTY_MINUTES)
    lines = breaths_of(alap, notes)
    dwelt: dict[str, float] = defaultdict(float)
    for note in itertools.chain(*lines):
        dwelt[letter(above_sa(alap, note))] += note.length_pulses or 0
    assert max(dwelt, key=dwelt.__getitem__) == "G"  # the vadi
    assert dwelt["N"] > dwelt["D"]  # the samvadi before its neighbour
    assert dwelt["N"] > dwelt["M"]
    spoken = {tuple(round(cents(place)) for place in line) for pakad in PAKADS for line in pakad}
    heard = [tuple(round(above_sa(alap, note)) for note in line) for line in lines]
    assert 20 <= sum(line in spoken for line in heard) <= 0.7 * len(heard)


@pytest.mark.parametrize("seed", range(4))
def test_it_unfolds_from_below_and_returns(seed: int) -> None:
    alap, notes = written(seed, FORTY_MINUTES)
    highest = [max(above_sa(alap, note) for note in line) for line in breaths_of(alap, notes)]
    assert max(highest[:2]) < 700  # it begins below Pa
    assert max(highest) >= 1200  # and reaches the upper Sa
    assert min(highest[len(highest) // 2 :]) < 500  # again and again it is home


@pytest.mark.parametrize("seed", range(4))
def test_forty_minutes_never_loop(seed: int) -> None:
    alap, notes = written(seed, FORTY_MINUTES)
    lines = [tuple((n.pitch, n.length_pulses) for n in line) for line in breaths_of(alap, notes)]
    assert len(set(lines)) > len(lines) / 2
    runs = Counter(tuple(lines[at : at + 3]) for at in range(len(lines) - 2))
    assert max(runs.values()) == 1  # no three breaths in a row ever come back


def test_the_same_seed_writes_the_same_score_and_another_one_another() -> None:
    assert written(5, 200)[1] == written(5, 200)[1]
    assert written(5, 200)[1] != written(6, 200)[1]


def test_every_pulse_plucks_the_next_string_at_any_density() -> None:
    for density in (0.0, 1.0):
        alap, notes = written(2, 40, density)
        strings = [note for note in notes if note.hand is Hand.LEFT]
        assert [note.at_pulses for note in strings] == [float(pulse) for pulse in range(80)]
        tuned = [100 * (note.pitch - alap.sa_pitch) + note.cents for note in strings[:4]]
        expected = [CENTS["P"] - 1200, 0.0, 0.0, -1200.0]  # Pa Sa' Sa' Sa
        assert tuned == pytest.approx([a + b for a, b in zip(expected, STRING_CENTS, strict=True)])
        velocities = [note.velocity for note in strings]
        assert max(velocities) / min(velocities) < 1.25  # no accent


def test_density_adds_notes_and_never_changes_what_is_kept() -> None:
    def places(density: float) -> set[tuple[float, int]]:
        return {(note.at_pulses, note.pitch) for note in written(4, 400, density)[1] if note.hand is Hand.RIGHT}

    heard = [places(density) for density in (0.0, 0.15, 0.5, 0.85, 1.0)]
    assert all(sparse < heard[-1] for sparse in heard[:-1])
    assert [len(some) for some in heard] == sorted(len(some) for some in heard)
    assert 0 < len(heard[1]) < 0.4 * len(heard[3])


def test_warmth_lowers_the_line() -> None:
    def mean(warmth: float) -> float:
        alap, notes = written(6, 600, 1.0, warmth)
        return float(np.mean([above_sa(alap, note) for note in notes if note.hand is Hand.RIGHT]))

    assert mean(1.0) < mean(0.0) - 50


# ---------------------------------------------------------------- as sound


def at_level(t_s: float, level: float, tempo: float) -> AudioParameters:
    """What the guide asks for at an arousal level, its own change of loudness left out."""
    s = timbre_for(level, Phase.LEAD)
    return AudioParameters(t_s, tempo, s.brightness, s.density, s.warmth, s.pulse_level, s.bed_level, 0.0)


def hear(
    targets: list[AudioParameters], seconds: float, seed: int = 1
) -> tuple[np.ndarray, list[tuple[int, Note]], int]:
    player = Player("raga", seed)
    try:
        for one in targets:
            player.push(one)
        blocks = [player.render() for _ in range(int(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES))]
        return np.concatenate(blocks).astype(np.float64), [one[:2] for one in player.take_notes()], player.dropped_notes
    finally:
        player.close()


@pytest.fixture(scope="module")
def calming() -> tuple[np.ndarray, list[tuple[int, Note]], int]:
    need_patience()
    return hear([at_level(0.0, 1.0, 75.0), at_level(60.0, 0.0, 60.0)], 60.0)


@pytest.fixture(scope="module")
def steady() -> dict[float, np.ndarray]:
    need_patience()
    return {level: hear([at_level(0.0, level, 60.0)], 60.0)[0] for level in (1.0, 0.5, 0.0)}


def test_it_is_as_loud_as_every_soundscape_shall_be_at_every_arousal(steady: dict[float, np.ndarray]) -> None:
    loudness = [loudness_lufs(samples) for samples in steady.values()]
    assert loudness == pytest.approx([-20.0] * 3, abs=1.0)
    assert max(loudness) - min(loudness) < 1.0


def test_it_darkens_thins_out_and_stays_clean(calming: tuple[np.ndarray, list[tuple[int, Note]], int]) -> None:
    samples, notes, dropped = calming
    third = len(samples) // 3
    assert centroid_hz(samples[-third:]) < 0.75 * centroid_hz(samples[:third])
    assert sum(frame > 2 * third for frame, _ in notes) < 0.8 * sum(frame < third for frame, _ in notes)
    assert loudness_lufs(samples[-third:]) < loudness_lufs(samples[:third])
    assert true_peak_db(samples) < -6.0
    assert np.max(np.abs(samples.mean(axis=0))) < 1e-4
    assert click_db(samples, 12_500) < -75.0  # tables hold nothing above 12 kHz
    assert dropped == 0


@pytest.mark.parametrize(("tempo", "level"), [(42.0, 0.0), (92.0, 1.0)])
def test_the_tempo_that_is_heard_is_the_tempo_that_was_asked_for(tempo: float, level: float) -> None:
    need_patience()
    samples, _, dropped = hear([at_level(0.0, level, tempo)], 30.0, seed=9)
    assert tempo_bpm(samples, SAMPLE_RATE_HZ) == pytest.approx(tempo, abs=0.3)
    assert dropped == 0


@pytest.mark.parametrize("sa_pitch", [48, 51])
def test_a_string_is_in_tune_begins_and_ends_at_zero_and_its_bridge_brightens_it(sa_pitch: int) -> None:
    for pitch_cents in string_cents(sa_pitch):
        hz = 440.0 * 2 ** ((pitch_cents - 6900) / 1200)
        tone = tanpura_tone.tanpura_tone(hz, 0.25, np.random.default_rng(1))
        closed = tanpura_tone.plucked(tone, 0.5, 0.0, 0.01, 0.7)
        opened = tanpura_tone.plucked(tone, 0.5, 0.9, 0.01, 0.7)
        assert not closed[0].any()
        assert np.max(np.abs(closed[-1])) < 1e-6
        spectrum = np.abs(np.fft.rfft(closed[:, 0] * np.hanning(len(closed)), 1 << 20))
        near = np.arange(
            int(0.9 * hz * (1 << 20) / tanpura_tone.TONE_RATE_HZ), int(1.1 * hz * (1 << 20) / tanpura_tone.TONE_RATE_HZ)
        )
        found_hz = near[np.argmax(spectrum[near])] * tanpura_tone.TONE_RATE_HZ / (1 << 20)
        assert abs(1200 * math.log2(found_hz / hz)) < 1.0
        assert centroid_hz(opened.astype(float), tanpura_tone.TONE_RATE_HZ) > 1.5 * centroid_hz(
            closed.astype(float), tanpura_tone.TONE_RATE_HZ
        )


def test_strings_turned_by_opposite_quarters_never_cancel() -> None:
    generator = np.random.default_rng(1)
    tones = [tanpura_tone.tanpura_tone(147.0, turn, generator) for turn in (0.25, -0.25)]
    one = tanpura_tone.plucked(tones[0], 1.0, 0.0, 0.01, 0.0).astype(float)
    for place in np.linspace(0.0, 0.2, 9):  # nearly one period
        both = one + tanpura_tone.plucked(tones[1], 1.0, 0.0, 0.01, float(place))
        assert 0.6 < np.mean(both**2) / (2 * np.mean(one**2)) < 1.5


def test_the_flute_glides_where_the_score_says_and_never_steps() -> None:
    line = BreathLine()
    line.note(0, 6000.0, 0.6, (0, 40_000, 4_800, 9_600))
    first = line.write(np.arange(0, 24_000), 10.0)
    line.note(24_000, 6400.0, 0.6, (12_000, 24_000, 4_800, 9_600))
    second = line.write(np.arange(24_000, 72_000), 0.0)
    pitch, breath = (np.concatenate(pair) for pair in zip(first, second, strict=True))
    assert pitch[23_000] == pytest.approx(6000.0, abs=10.0)
    assert pitch[24_000 + 6_000] == pytest.approx(6200.0, abs=10.0)  # half way after half the glide
    assert pitch[36_001:48_000] == pytest.approx(6400.0)
    assert breath[0] == 0.0
    assert np.max(np.abs(breath[24_000 + 24_000 + 9_600 :])) == 0.0  # after its length and its fall it is silent
    assert np.max(np.abs(np.diff(breath))) < 5e-4
    assert np.max(np.abs(np.diff(pitch))) < 0.5


def test_the_flute_sounds_at_the_pitch_of_the_score() -> None:
    samples, notes, _ = hear([at_level(0.0, 0.5, 60.0)], 20.0, seed=3)
    held = [(frame, note) for frame, note in notes if note.hand is Hand.RIGHT and (note.length_pulses or 0) >= 3]
    assert held
    for frame, note in held[:3]:
        part = samples[frame + 48_000 : frame + 48_000 + 72_000].mean(axis=1)
        hz, power = signal.periodogram(part, SAMPLE_RATE_HZ, "hann", 1 << 19)
        wanted_hz = 440.0 * 2 ** ((note.pitch + note.cents / 100 - 69) / 12)
        near = (hz > wanted_hz * 0.97) & (hz < wanted_hz * 1.03)
        assert abs(1200 * math.log2(hz[near][np.argmax(power[near])] / wanted_hz)) < 8.0
