"""Populations that depart from what was assumed, one assumption at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import pytest

from pulsetune.heart.listener import AS_DRAWN, Listener, Responder, Variation, World, draw_traits
from pulsetune.heart.simulated import SimulatedHeart

SEEDS = range(2000)


@pytest.mark.parametrize(
    ("seed", "world", "kind", "window", "wave_bpm", "beats", "last_s", "rate_bpm"),
    [  # as the listeners were before anything could be varied
        (
            3,
            "mixed",
            Responder.WEAK,
            0.09321697142966548,
            3.9771365122438063,
            996,
            899.2238784369856,
            65.55663566639754,
        ),
        (
            4,
            "tempo",
            Responder.NONE,
            0.09341725799556702,
            4.076699701177589,
            1016,
            899.2321449726504,
            65.59257099188012,
        ),
        (
            11,
            "strong",
            Responder.WEAK,
            0.07900207971889073,
            1.5994220971165736,
            1171,
            899.9901547696238,
            76.0484090112767,
        ),
    ],
)
def test_without_a_departure_listeners_are_as_they_always_were(
    seed, world, kind, window, wave_bpm, beats, last_s, rate_bpm
):
    traits = draw_traits(seed, world, None, Variation(1.0, 1.0, 1.0))
    assert traits == draw_traits(seed, world)
    assert (traits.responder, traits.disturbance_scale) == (kind, 1.0)
    assert traits.coupling_window == pytest.approx(window, rel=1e-12)
    assert traits.breath_wave_bpm == pytest.approx(wave_bpm, rel=1e-12)
    listener = Listener(traits, seed)
    lived = listener.advance(900.0)
    assert len(lived) == beats
    assert lived[-1].t_s == pytest.approx(last_s, rel=1e-9)
    assert listener.heart_rate_bpm == pytest.approx(rate_bpm, rel=1e-9)


def test_the_window_is_scaled_and_nothing_else():
    for seed in range(50):
        usual, half = draw_traits(seed), draw_traits(seed, variation=Variation(coupling_window_factor=0.5))
        assert half == replace(usual, coupling_window=0.5 * usual.coupling_window)


def shares(world: World, factor: float) -> dict[Responder, float]:
    variation = Variation(responders_factor=factor)
    counted = Counter(draw_traits(seed, world, variation=variation).responder for seed in SEEDS)
    return {kind: counted[kind] / len(SEEDS) for kind in Responder}


@pytest.mark.parametrize(
    ("world", "factor", "expected"),
    [
        (World.MIXED, 0.5, (0.075, 0.20, 0.575, 0.15)),
        (World.MIXED, 1.5, (0.225, 0.60, 0.025, 0.15)),
        (World.MIXED, 2.0, (0.85 * 15 / 55, 0.85 * 40 / 55, 0.0, 0.15)),  # no room for more beside the paradoxical ones
        (World.STRONG, 0.5, (0.25, 0.15, 0.50, 0.10)),
        (World.NULL, 2.0, (0.0, 0.0, 0.85, 0.15)),
    ],
)
def test_responders_are_scaled_as_far_as_there_is_room(world, factor, expected):
    for found, share in zip(shares(world, factor).values(), expected, strict=True):
        assert found == pytest.approx(share, abs=4 * (share * (1 - share) / len(SEEDS)) ** 0.5)


def test_the_paradoxical_ones_stay_the_same_people():
    upset = [
        {seed for seed in SEEDS if draw_traits(seed, variation=variation).responder is Responder.PARADOXICAL}
        for variation in (AS_DRAWN, Variation(responders_factor=0.5), Variation(responders_factor=2.0))
    ]
    assert upset[0] == upset[1] == upset[2]


def test_noise_is_scaled_in_waves_wander_and_disturbances():
    usual, half = draw_traits(5), draw_traits(5, variation=Variation(noise_factor=0.5))
    assert half.wander_bpm == tuple(0.5 * sd for sd in usual.wander_bpm)
    assert half.breath_wave_bpm == 0.5 * usual.breath_wave_bpm
    assert half.pressure_wave_bpm == 0.5 * usual.pressure_wave_bpm
    assert half.disturbance_scale == 0.5
    untouched = {f.name for f in fields(usual)} - {
        "wander_bpm",
        "breath_wave_bpm",
        "pressure_wave_bpm",
        "disturbance_scale",
    }
    assert all(getattr(half, name) == getattr(usual, name) for name in untouched)


def test_disturbances_come_at_the_same_time_and_are_half_as_large():
    still = replace(draw_traits(5), wander_bpm=(0.0,) * 4)
    calm = replace(still, disturbance_chances=0)
    courses = []
    for traits in (calm, still, replace(still, disturbance_scale=0.5)):
        listener = Listener(traits, 5)
        course = []
        for second in range(1, 1201):
            listener.advance(float(second))
            course.append(listener.heart_rate_bpm)
        courses.append(course)
    whole = [a - b for a, b in zip(courses[1], courses[0], strict=True)]
    half = [a - b for a, b in zip(courses[2], courses[0], strict=True)]
    assert max(whole) > 3
    assert half == pytest.approx([0.5 * value for value in whole], abs=1e-9)


def test_a_simulated_strap_sits_on_the_varied_listener():
    variation = Variation(0.5, 0.5, 2.0)
    assert SimulatedHeart(7, variation=variation).listener.traits == draw_traits(7, variation=variation)
    assert SimulatedHeart(7).listener.traits == draw_traits(7)
