"""The score, tested as music."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune.sound.composer import Composer
from pulsetune.sound.harmony import PROGRESSIONS, lead, opened, pitch_of
from pulsetune.sound.score import HalfBar, Hand, Note
from pulsetune.sound.styles import PAD, STRINGS, Style
from tests.needs import examples

WHITE = {0, 2, 4, 5, 7, 9, 11}  # the seven notes of a diatonic mode, in semitones


def score(seed: int, bars: int, density: float = 0.6, warmth: float = 0.5) -> tuple[Composer, list[HalfBar]]:
    composer = Composer(seed)
    return composer, [composer.half_bar(density, warmth) for _ in range(2 * bars)]


def notes_of(half_bars: list[HalfBar], hand: Hand | None = None) -> list[Note]:
    return [note for half in half_bars for note in half.notes if hand is None or note.hand is hand]


def test_the_same_seed_writes_the_same_score_and_another_seed_another() -> None:
    assert score(7, 32)[1] == score(7, 32)[1]
    assert score(7, 32)[1] != score(8, 32)[1]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("density", [0.0, 0.5, 1.0])
def test_every_note_is_in_the_mode_and_in_the_register(seed: int, density: float) -> None:
    composer, half_bars = score(seed, 64, density)
    for note in notes_of(half_bars):
        assert (note.pitch - composer.key) % 12 in WHITE
        assert 33 <= note.pitch <= 92  # A1 to G6: no rumble, nothing shrill
        assert 0.0 < note.velocity <= 0.75  # pp to mp


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_every_pulse_has_a_left_hand_note_at_any_density(seed: int, density: float, warmth: float) -> None:
    _, half_bars = score(seed, 16, density, warmth)
    assert [note.at_pulses for note in notes_of(half_bars, Hand.LEFT)] == [float(pulse) for pulse in range(64)]


def test_notes_come_in_order_and_inside_their_half_bar() -> None:
    _, half_bars = score(3, 40, 1.0)
    for number, half in enumerate(half_bars):
        times = [note.at_pulses for note in half.notes]
        assert times == sorted(times)
        assert all(2 * number <= at < 2 * number + 2 for at in times)


@pytest.mark.parametrize("seed", range(8))
def test_the_melody_never_leaps_more_than_an_octave_and_mostly_walks(seed: int) -> None:
    melody = [note.pitch for note in notes_of(score(seed, 200, 1.0)[1], Hand.RIGHT)]
    leaps = [abs(after - before) for before, after in pairwise(melody)]
    assert max(leaps) <= 12
    assert sum(leap <= 5 for leap in leaps) / len(leaps) > 0.75


def test_chords_change_only_on_bar_lines() -> None:
    _, half_bars = score(5, 80)
    assert all(first.chord == second.chord for first, second in zip(half_bars[::2], half_bars[1::2], strict=True))
    assert len({half.chord for half in half_bars}) > 8


def test_upper_voices_move_by_small_steps_and_keep_common_tones() -> None:
    voicing, moves = None, []
    for chord in [chord for progression in PROGRESSIONS for chord in progression] * 4:
        after = lead(chord, voicing)
        if voicing is not None:
            moves += [abs(b - a) for a, b in zip(voicing.upper, after.upper, strict=True)]
        voicing = after
    assert max(moves) <= 4  # a fifth at the very most
    assert sum(move <= 1 for move in moves) / len(moves) > 0.7
    assert moves.count(0) / len(moves) > 0.25


def test_the_bass_is_the_chords_own_note_on_every_bar_line() -> None:
    composer, half_bars = score(2, 160)
    basses = {chord.bass for progression in PROGRESSIONS for chord in progression}
    allowed = {(pitch_of(step, composer.key)) % 12 for step in basses}
    first_notes = [half.notes[0] for half in half_bars[::2]]
    assert all(note.hand is Hand.LEFT and note.pitch % 12 in allowed and note.pitch < 54 for note in first_notes)


def test_phrases_breathe() -> None:
    melody = {note.at_pulses for note in notes_of(score(11, 160, 1.0)[1], Hand.RIGHT)}
    for phrase in range(80):
        assert not any(8 * phrase + 6 <= at < 8 * phrase + 8 for at in melody)  # the last quarter of two bars rests


def test_density_adds_notes_and_never_changes_what_is_kept() -> None:
    sparse, full = notes_of(score(4, 64, 0.2)[1], Hand.RIGHT), notes_of(score(4, 64, 1.0)[1], Hand.RIGHT)
    assert set(sparse) < set(full)
    onsets = [len({note.at_pulses for note in notes_of(score(4, 64, density)[1])}) for density in (0.0, 0.5, 0.75, 1.0)]
    assert onsets[0] == 4 * 64  # the pulse alone
    assert onsets == sorted(onsets)
    assert onsets[-1] >= 1.6 * onsets[0]


def test_below_the_offbeat_density_nothing_falls_between_the_pulses() -> None:
    assert all(note.at_pulses % 1 == 0 for note in notes_of(score(9, 64, 0.4)[1]))


def test_warmth_lowers_the_melody() -> None:
    def mean(warmth: float) -> float:
        pitches = [note.pitch for note in notes_of(score(6, 160, 1.0, warmth)[1], Hand.RIGHT)]
        return sum(pitches) / len(pitches)

    assert mean(1.0) < mean(0.0) - 2


def melody_phrases(seed: int, bars: int) -> list[tuple[tuple[float, int], ...]]:
    phrases: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for note in notes_of(score(seed, bars, 1.0)[1], Hand.RIGHT):
        phrases[int(note.at_pulses // 8)].append((note.at_pulses % 8, note.pitch))
    return [tuple(phrases[number]) for number in sorted(phrases)]


@pytest.mark.parametrize("seed", range(4))
def test_a_forty_minute_session_repeats_ideas_but_never_loops(seed: int) -> None:
    phrases = melody_phrases(seed, 600)  # 40 min at 60 pulses a minute
    rhythms = Counter(tuple(at for at, _ in phrase) for phrase in phrases)
    assert 3 <= len(rhythms) <= 8  # motifs return
    assert len(set(phrases)) > len(phrases) / 3  # and vary
    sections = [tuple(phrases[number : number + 4]) for number in range(len(phrases) - 4)]
    assert max(Counter(sections).values()) <= 2  # four phrases in a row hardly ever come back note for note


@pytest.mark.parametrize("seed", range(4))
def test_velocities_are_human_but_have_no_accents(seed: int) -> None:
    by_pulse = defaultdict(list)
    for note in notes_of(score(seed, 100)[1], Hand.LEFT):
        by_pulse[int(note.at_pulses) % 4].append(note.velocity)
    for velocities in by_pulse.values():
        mean = sum(velocities) / len(velocities)
        assert 0.02 < (max(velocities) - min(velocities)) / mean <= 0.21  # plus or minus ten percent


@pytest.mark.parametrize("style", [PAD, STRINGS])
def test_with_few_notes_the_calm_end_keeps_less_than_half_of_the_melody(style: Style) -> None:
    def melody(density: float) -> int:
        composer = Composer(5, style)
        halves = [composer.half_bar(density, 0.5) for _ in range(256)]
        return sum(note.hand is Hand.RIGHT for half in halves for note in half.notes)

    assert 0 < melody(0.15) < melody(0.85) / 2


def test_an_opened_chord_keeps_its_tones_and_leaves_no_narrow_interval_below() -> None:
    a3 = 57
    for style in (PAD, STRINGS):
        composer = Composer(8, style)
        for chord in {composer.half_bar(0.5, 0.5).chord for _ in range(256)}:
            bass, low, middle, high = chord
            sounding = sorted(opened((bass, low, middle, high)))
            assert sounding[0] == bass
            assert sorted(pitch % 12 for pitch in sounding) == sorted(pitch % 12 for pitch in chord)
            assert all(after - before >= 7 for before, after in pairwise(sounding) if after < a3)
