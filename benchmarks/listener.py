"""How the simulated listeners behave on average, and what they cost. Model-based: it says nothing about people.

    python benchmarks/listener.py                       60 listeners, world "mixed"
    python benchmarks/listener.py --listeners 200 --world tempo
    python benchmarks/listener.py --hrv-scale 1.5       all variability times 1.5, nearer to usual norms

Prints a table; the reference column holds the values that the model was designed to.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from dataclasses import replace

import numpy as np
from scipy.signal import welch

from pulsetune.heart.listener import Listener, ListenerTraits, Responder, SimulatedBeat, World, draw_traits
from pulsetune.model import AudioParameters

SESSION_S = 1200
CALIBRATE_S = 120
PULSED = AudioParameters(0.0, 60.0, 0.4, 0.5, 0.5, 1.0, 1.0, 0.0)
BED = AudioParameters(0.0, 60.0, 0.3, 0.5, 0.5, 0.0, 0.6, 0.0)


def run(traits: ListenerTraits, seed: int, music: AudioParameters | None) -> tuple[list[float], list[SimulatedBeat]]:
    """True heart rate every second, and all beats, of one session with ``music`` after calibration."""
    listener = Listener(traits, seed)
    if music is not None:
        listener.hear(replace(music, t_s=float(CALIBRATE_S)))
    rates, beats = [], []
    for second in range(1, SESSION_S + 1):
        beats += listener.advance(second)
        rates.append(listener.heart_rate_bpm)
    return rates, beats


def scaled(traits: ListenerTraits, by: float) -> ListenerTraits:
    a, b, c, d = traits.wander_bpm
    return replace(
        traits,
        wander_bpm=(a * by, b * by, c * by, d * by),
        breath_wave_bpm=traits.breath_wave_bpm * by,
        pressure_wave_bpm=traits.pressure_wave_bpm * by,
    )


def at_rest(traits: ListenerTraits, beats: list[SimulatedBeat]) -> tuple[float, float, float, float, float]:
    """Mean RR, SDNN, RMSSD (ms; minutes 10 to 15), slope of the VLF band, HF peak minus breathing rate (1/min)."""
    rr = np.array([beat.rr_ms for beat in beats if 600 < beat.t_s < 900])
    times = np.array([beat.t_s for beat in beats])
    even = np.interp(np.arange(60, 1190, 0.25), times, [beat.rr_ms for beat in beats])
    frequency, power = welch(even - even.mean(), 4, nperseg=2048)
    vlf, hf = (frequency > 0.003) & (frequency < 0.04), (frequency > 0.14) & (frequency < 0.4)
    slope = np.polyfit(np.log(frequency[vlf]), np.log(power[vlf]), 1)[0]
    peak_per_min = frequency[hf][power[hf].argmax()] * 60.0
    return rr.mean(), rr.std(), math.sqrt(np.mean(np.diff(rr) ** 2)), slope, peak_per_min - traits.breaths_per_min


def row(name: str, values: list[float], reference: str) -> None:
    print(f"{name:44s} {statistics.mean(values):8.2f} ± {statistics.pstdev(values):6.2f}   {reference}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listeners", type=int, default=60)
    parser.add_argument("--world", type=World, default=World.MIXED)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hrv-scale", type=float, default=1.0)
    options = parser.parse_args()
    seeds = range(options.seed * 1000, options.seed * 1000 + options.listeners)
    people = [scaled(draw_traits(seed, options.world), options.hrv_scale) for seed in seeds]
    started_s = time.process_time()
    quiet = [run(traits, seed, None) for traits, seed in zip(people, seeds, strict=True)]
    cost_s = (time.process_time() - started_s) / options.listeners
    print(f"MODEL-BASED: world {options.world}, {options.listeners} listeners, HRV x {options.hrv_scale}")
    print(f"{'mean ± SD over listeners':44s} {'here':>8s}            designed to")
    rest = [at_rest(traits, beats) for traits, (_, beats) in zip(people, quiet, strict=True)]
    for name, values, reference in zip(
        (
            "mean RR, ms",
            "SDNN, ms",
            "RMSSD, ms",
            "slope of the VLF band, log-log",
            "HF peak minus breathing rate, 1/min",
        ),
        zip(*rest, strict=True),
        ("831 ± 92", "31 ± 8 (47 at HRV x 1.5)", "25 ± 11", "-1.3 (the noise ladder alone)", "0"),
        strict=True,
    ):
        row(name, list(values), reference)
    drops = [statistics.mean(rates[60:120]) - statistics.mean(rates[-180:]) for rates, _ in quiet]
    row("fall while just sitting, bpm", drops, "2.85")
    for name, music, reference in (
        ("60 BPM against silence, bpm", PULSED, "-1.34 mixed, -1.21 null, -1.43 tempo, -1.68 strong"),
        ("bed alone against silence, bpm", BED, "-1.09 mixed, -1.09 null, -0.48 tempo, -1.16 strong"),
    ):
        played = [run(traits, seed, music)[0] for traits, seed in zip(people, seeds, strict=True)]
        gains = [
            statistics.mean(rates[-180:]) - statistics.mean(silent[-180:])
            for rates, (silent, _) in zip(played, quiet, strict=True)
        ]
        row(name, gains, reference)
        print(f"{'  standard error':44s} {statistics.pstdev(gains) / math.sqrt(len(gains)):8.2f}")
        for kind in Responder:
            of_kind = [gain for gain, traits in zip(gains, people, strict=True) if traits.responder is kind]
            if of_kind:
                row(f"  {kind}, {len(of_kind)} of them", of_kind, "")
    print(f"CPU of 20 simulated minutes: {cost_s * 1000.0:.0f} ms")


if __name__ == "__main__":
    main()
