"""The simulated heart: a strap like any other, around a listener who hears."""

from __future__ import annotations

import asyncio
import itertools
import math
import statistics
from collections import Counter
from dataclasses import replace

import pytest

from pulsetune.heart.listener import Responder, draw_traits
from pulsetune.heart.simulated import SimulatedHeart
from pulsetune.model import AudioParameters, Contact, HeartSample, Link, LinkChanged, SourceEvent, StrapInfo

MUSIC = AudioParameters(0.0, 60.0, 0.4, 0.5, 0.5, 1.0, 1.0, 0.0)
TWENTY_MIN_S = 1200.0


def lived(heart: SimulatedHeart, *, to_s: float = TWENTY_MIN_S, every_s: float = 1.0) -> list[SourceEvent]:
    asyncio.run(heart.open())
    events: list[SourceEvent] = []
    for k in range(1, round(to_s / every_s) + 1):
        events += heart.drain(k * every_s)
    return events


def samples_of(events: list[SourceEvent]) -> list[HeartSample]:
    return [event for event in events if isinstance(event, HeartSample)]


def rr_of(events: list[SourceEvent]) -> list[float]:
    return [rr_ms for sample in samples_of(events) for rr_ms in sample.rr_ms]


def links_of(events: list[SourceEvent]) -> list[tuple[float, Link]]:
    return [(event.t_s, event.link) for event in events if isinstance(event, LinkChanged)]


# ---------------------------------------------------------------- honest about what it is


def test_it_says_that_it_is_simulated_wherever_it_is_named() -> None:
    heart = SimulatedHeart(7, responder=Responder.WEAK)
    events = lived(heart, to_s=5.0)
    assert heart.simulated
    assert not heart.exhausted
    assert heart.label == "simulated listener (weak responder, seed 7)"
    assert events[0] == LinkChanged(0.0, Link.CONNECTED, "This is a simulated listener, not a person.")
    strap = next(event for event in events if isinstance(event, StrapInfo))
    assert "imulated" in strap.name
    assert strap.battery_percent is None, "there is no battery"


def test_a_world_other_than_the_usual_is_named() -> None:
    assert SimulatedHeart(3, "tempo", Responder.NONE).label == "simulated listener (non-responder, seed 3, world tempo)"


def test_an_unknown_world_is_refused() -> None:
    with pytest.raises(ValueError, match="atlantis"):
        SimulatedHeart(1, "atlantis")


# ---------------------------------------------------------------- notifications like a strap's


def test_notifications_have_the_flags_and_fields_of_a_strap_with_contact_and_rr() -> None:
    """Flags 0x16: RR present, contact supported and detected, heart rate in 8 bits (Heart Rate Service 1.0)."""
    samples = samples_of(lived(SimulatedHeart(7), to_s=120.0))
    for sample in samples:
        assert sample.malformed is None
        assert sample.contact is Contact.ON_SKIN
        assert sample.payload[0] == (0x16 if sample.rr_ms else 0x06)
        assert sample.payload[1] == sample.heart_rate_bpm
        assert len(sample.payload) == 2 + 2 * len(sample.rr_ms)
        assert len(sample.rr_ms) <= 3


def test_the_strap_notifies_about_once_a_second_with_a_little_jitter() -> None:
    samples = samples_of(lived(SimulatedHeart(7, dropouts=False)))
    assert 1195 <= len(samples) <= 1200
    late_s = [sample.t_s % 1.0 for sample in samples]
    assert statistics.median(late_s) == pytest.approx(0.03 + 0.08 * 0.693, abs=0.01)  # median of an exponential
    gaps_s = [after.t_s - before.t_s for before, after in itertools.pairwise(samples)]
    assert 0.0 < min(gaps_s) <= max(gaps_s) < 2.4
    assert 5 <= sum(gap_s > 1.6 for gap_s in gaps_s) <= 50, "one in fifty waits for the radio"


def test_a_slow_heart_leaves_some_notifications_without_an_interval() -> None:
    def settled_bpm(seed: int) -> float:
        traits = draw_traits(seed)
        return traits.resting_heart_rate_bpm + traits.lasting_share * traits.arrival_arousal_bpm

    slow = next(seed for seed in range(1000) if settled_bpm(seed) < 54.0)
    heart = SimulatedHeart(slow, artifacts=False, dropouts=False)
    counts = Counter(len(sample.rr_ms) for sample in samples_of(lived(heart)))
    assert counts[0] > 20
    assert counts[1] > counts[2]


def test_the_intervals_and_the_shown_rate_are_those_of_the_listener() -> None:
    heart = SimulatedHeart(7, artifacts=False, dropouts=False)
    events = lived(heart, to_s=900.0)
    true_ms = [beat.rr_ms for beat in SimulatedHeart(7).listener.advance(900.0)]
    sent_ms = rr_of(events)
    assert len(true_ms) - 3 <= len(sent_ms) <= len(true_ms), "the last second may still be on its way"
    assert sent_ms == pytest.approx(true_ms[: len(sent_ms)], abs=0.5 * 1000 / 1024 + 1e-9)
    shown = statistics.fmean(sample.heart_rate_bpm or 0 for sample in samples_of(events))
    assert shown == pytest.approx(60_000 / statistics.fmean(true_ms), abs=1.0)


# ---------------------------------------------------------------- flaws


def test_missed_and_invented_beats_are_rare_and_lose_no_time() -> None:
    missed = extra = beats = 0
    for seed in range(8):
        flawed = rr_of(lived(SimulatedHeart(seed, dropouts=False)))
        true = rr_of(lived(SimulatedHeart(seed, artifacts=False, dropouts=False)))
        assert sum(flawed) == pytest.approx(sum(true), abs=2100.0)  # the last beat may be the overlooked one
        beats += len(true)
        middle_ms, shortest_ms = statistics.median(true), min(true)
        missed += sum(rr_ms > 1.5 * middle_ms for rr_ms in flawed)
        extra += sum(rr_ms < 0.72 * shortest_ms for rr_ms in flawed)
    assert missed / beats == pytest.approx(0.003, rel=0.5)
    assert 0.0005 < extra / beats < 0.005


def test_the_link_breaks_twice_after_minute_three_and_what_beats_meanwhile_is_never_sent() -> None:
    for seed in range(5):
        events = lived(SimulatedHeart(seed, artifacts=False))
        true = SimulatedHeart(seed).listener.advance(TWENTY_MIN_S)
        assert [link for _, link in links_of(events)] == [
            Link.CONNECTED,
            Link.LOST,
            Link.CONNECTED,
            Link.LOST,
            Link.CONNECTED,
        ]
        times_s = [t_s for t_s, _ in links_of(events)[1:]]
        whole = rr_of(lived(SimulatedHeart(seed, artifacts=False, dropouts=False)))
        missing_s = (sum(whole) - sum(rr_of(events))) / 1000.0
        away_s = 0.0
        for lost_s, back_s in ((times_s[0], times_s[1]), (times_s[2], times_s[3])):
            assert lost_s >= 180.0
            assert 10.0 <= back_s - lost_s <= 30.0
            assert not [s for s in samples_of(events) if lost_s <= s.t_s < back_s]
            first = next(sample for sample in samples_of(events) if sample.t_s >= back_s)
            sent_s = math.ceil(back_s)  # the strap's next full second
            assert first.t_s > sent_s
            since_ms = [beat.rr_ms for beat in true if back_s <= beat.t_s <= sent_s]
            assert first.rr_ms == pytest.approx(since_ms, abs=0.5)
            away_s += back_s - lost_s
        assert away_s - 4.0 < missing_s < away_s + 8.0


def test_flaws_hit_the_same_seconds_whatever_is_heard() -> None:
    quiet, musical = SimulatedHeart(4), SimulatedHeart(4)
    musical.hear(replace(MUSIC, t_s=120.0))
    quiet_events, musical_events = lived(quiet), lived(musical)
    assert rr_of(quiet_events) != rr_of(musical_events)
    assert links_of(quiet_events) == links_of(musical_events)
    assert [s.t_s for s in samples_of(quiet_events)] == [s.t_s for s in samples_of(musical_events)]


# ---------------------------------------------------------------- hearing


@pytest.mark.parametrize("every_s", [0.25, 1.0, 10.0])
def test_the_same_music_at_the_same_times_gives_the_same_bytes_at_any_cadence(every_s: float) -> None:
    def played(cadence_s: float) -> list[SourceEvent]:
        heart = SimulatedHeart(5)
        asyncio.run(heart.open())
        events: list[SourceEvent] = []
        for tick in range(4 * 300):
            now_s = tick * 0.25
            if now_s % cadence_s == 0.0:
                events += heart.drain(now_s)
            if now_s >= 120.0 and now_s % 1.0 == 0.0:
                heart.hear(replace(MUSIC, t_s=now_s, tempo_bpm=75.0 - now_s / 60.0))
        return [*events, *heart.drain(300.0)]

    assert played(every_s) == played(0.5)


def test_music_reaches_the_heart_behind_the_strap() -> None:
    """A listener whom music upsets: faster with it than without, in the last five minutes."""

    def late_rate_bpm(music: AudioParameters | None) -> float:
        heart = SimulatedHeart(9, responder=Responder.PARADOXICAL)
        if music is not None:
            heart.hear(music)
        late = [s for s in samples_of(lived(heart)) if s.t_s > 900.0]
        return statistics.fmean(s.heart_rate_bpm or 0 for s in late)

    assert late_rate_bpm(MUSIC) - late_rate_bpm(None) > 1.5
