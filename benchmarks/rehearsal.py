"""What a rehearsal costs and where the time goes; with options, whether its findings last. All of it model-based.

    python benchmarks/rehearsal.py                     cost of a simulated hour, where it goes, 200 x 20 min x 6 policies
    python benchmarks/rehearsal.py --sensitivity       does the ranking hold when the population departs from what was assumed?
    python benchmarks/rehearsal.py --large             1000 listeners of each type, the default policy, with intervals

Seeds begin at 500000: nothing from there on was ever used to tune the guide, or looked at before it was as it
is now. The shares come from a sampling profiler in this process (a look at the innermost frame of ours at every tick of
the kernel's profiling timer), so that looking costs next to nothing.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from types import FrameType

from pulsetune.heart.listener import AS_DRAWN, Responder, Variation
from pulsetune.model import PolicyName, Program
from pulsetune.programs import find_program, with_minutes
from pulsetune.rehearsal import Cast, Outcome, play_evening, rehearse_worlds
from pulsetune.rehearsal.inference import WILSON_Z, mean_of
from pulsetune.rehearsal.report import Group, Scene, group_of, no_worse, scene_of

FRESH_SEED = 500_000
PROFILED = 20  # evenings: enough for shares to about 2 %
SIX = [PolicyName.STAGED_ISO, PolicyName.FIXED, PolicyName.FIXED_SAFE, PolicyName.RAMP, PolicyName.MATCH_ONLY, PolicyName.PI]  # fmt: skip
RIVALS = [PolicyName.STAGED_ISO, PolicyName.FIXED_SAFE, PolicyName.RAMP, PolicyName.MATCH_ONLY]
VARIATIONS = [
    ("as assumed", AS_DRAWN),
    ("coupling window × 0.5", Variation(coupling_window_factor=0.5)),
    ("coupling window × 2", Variation(coupling_window_factor=2.0)),
    ("responders × 0.5", Variation(responders_factor=0.5)),
    ("responders × 2, as far as there is room", Variation(responders_factor=2.0)),
    ("noise × 0.5", Variation(noise_factor=0.5)),
    ("noise × 2", Variation(noise_factor=2.0)),
]
MIXED = {Responder.STRONG: 0.15, Responder.WEAK: 0.40, Responder.NONE: 0.30, Responder.PARADOXICAL: 0.15}
PARTS = (  # the beginning of a module's path, and what it counts as
    ("heart/heart_rate_measurement", "strap"),
    ("heart/simulated", "strap"),
    ("heart/", "listener model"),
    ("arousal/", "arousal"),
    ("guide/", "guide"),
    ("session", "loop"),
    ("engine", "loop"),
    ("summary", "loop"),
    ("rehearsal/", "loop"),
    ("clocks", "loop"),
    ("sound/silent", "loop"),
)


def cost(program: Program, seed: int) -> None:
    """Processor time of a simulated hour, and its shares."""
    play_evening(program, program.policy, "mixed", seed)  # imports, and what is computed once
    begun_s = time.process_time()
    for at in range(PROFILED):
        play_evening(program, program.policy, "mixed", seed + at)
    evening_s = (time.process_time() - begun_s) / PROFILED
    print(f"one evening of {program.minutes:g} min: {evening_s:.3f} s of processor time")
    print(f"one simulated hour: {60 / program.minutes * evening_s:.2f} s")
    if not hasattr(signal, "setitimer"):
        print("(where it goes is only measured where there is a profiling timer)")
        return
    shares = profiled(program, seed)
    samples = sum(shares.values())
    print(f"where it goes ({samples} samples):")
    for part, count in shares.most_common():
        print(f"  {part:16s} {100 * count / samples:5.1f} %")


def profiled(program: Program, seed: int) -> Counter[str]:
    found: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        while frame is not None and "pulsetune" not in frame.f_code.co_filename:
            frame = frame.f_back
        found["the rest" if frame is None else part_of(frame.f_code.co_filename)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    try:
        for at in range(PROFILED):
            play_evening(program, program.policy, "mixed", seed + at)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return found


def part_of(file: str) -> str:
    module = file.replace("\\", "/").rpartition("/pulsetune/")[2]
    return next((part for start, part in PARTS if module.startswith(start)), "the rest")


def whole(program: Program, listeners: int, seed: int) -> None:
    """The wall time of a rehearsal of six policies on all cores."""
    begun_s, spent_s = time.perf_counter(), workers_s()
    outcomes = rehearse_worlds(Cast(program, listeners, seed), SIX, ["mixed"])["mixed"]
    took_s, spent_s = time.perf_counter() - begun_s, workers_s() - spent_s
    what = f"{listeners} listeners x {program.minutes:g} min x {len(SIX)} policies (and silence)"
    cores = os.cpu_count() or 1
    print(
        f"{what}: {took_s:.0f} s on {cores} cores; {spent_s:.0f} s of processor time, at best {spent_s / cores:.0f} s"
    )
    compared(scene_of("mixed", SIX, outcomes))


def workers_s() -> float:
    """Processor time of the children that have ended (nothing is told on Windows)."""
    times = os.times()
    return times.children_user + times.children_system


def compared(scene: Scene) -> None:
    for result in scene.results:
        group, difference = result.everybody, scene.differences.get(result.policy)
        beside = ""
        if difference is not None:
            verdict = {True: "no worse", False: "not shown to be no worse", None: "?"}[no_worse(difference)]
            beside = f"   default minus this {plus_minus([difference.mean.mean, difference.mean.se])}, upper {difference.upper:+.2f}: {verdict}"  # fmt: skip
        print(f"  {result.policy.value:11s} vs silence {mean(group, 'vs_silence_bpm')}  harmed {group.harmed_percent:4.1f} %{beside}")  # fmt: skip


def sensitivity(program: Program, listeners: int, seed: int) -> None:
    """The default against its rivals, with each assumption halved and doubled."""
    usual: list[PolicyName] = []
    held = True
    for name, variation in VARIATIONS:
        cast = Cast(program, listeners, seed, variation=variation)
        scene = scene_of("mixed", RIVALS, rehearse_worlds(cast, RIVALS, ["mixed"])["mixed"])
        ranking = sorted(scene.results, key=lambda result: result.everybody.vs_silence_bpm.mean)  # type: ignore[union-attr]
        order = [result.policy for result in ranking]
        usual = usual or order
        first = order[0] is RIVALS[0]
        held = held and order == usual
        same = "ranking as assumed" if order == usual else "another ranking"
        print(
            f"\n{name}: {' < '.join(order)}; {same}; {'the default is first' if first else 'THE DEFAULT IS NOT FIRST'}"
        )
        compared(scene)
    print(f"\nThe ranking {'holds in all six' if held else 'does not hold everywhere'} ({listeners} listeners each).")


def large(program: Program, listeners: int, seed: int) -> None:
    """Many listeners of each type, for what is rare."""
    policy = program.policy
    groups: dict[Responder, Group] = {}
    for kind in Responder:
        outcomes = rehearse_worlds(Cast(program, listeners, seed, kind), [policy], ["mixed"])["mixed"][policy]
        groups[kind] = group_of(outcomes)
        print(described(kind, groups[kind], outcomes), flush=True)
    share = sum(MIXED[kind] * (group.harmed_percent or 0.0) for kind, group in groups.items())
    variance = sum(
        MIXED[kind] ** 2 * (group.harmed_percent or 0.0) * (100 - (group.harmed_percent or 0.0)) / group.listeners
        for kind, group in groups.items()
    )
    half = WILSON_Z * math.sqrt(variance)
    print(f"harmed in the mixed proportions: {share:.2f} % (95 %: {share - half:.2f} to {share + half:.2f})")


def described(kind: Responder, group: Group, outcomes: Sequence[Outcome]) -> str:
    rise = mean_of([outcome.rise_bpm for outcome in outcomes])
    assert rise is not None
    assert rise.se is not None
    return (
        f"{kind.value:11s} ({group.listeners}) vs silence {mean(group, 'vs_silence_bpm')}, at the end "
        f"{mean(group, 'vs_silence_at_end_bpm')}; harmed {within(group.harmed_percent, group.harmed_percent_interval)}; "
        f"companion {within(group.companion_percent, group.companion_percent_interval)}; last ten minutes "
        f"{rise.mean:+.2f} (95 %: {rise.mean - WILSON_Z * rise.se:+.2f} to {rise.mean + WILSON_Z * rise.se:+.2f})"
    )


def within(percent: float | None, interval: tuple[float, float] | None) -> str:
    assert interval is not None
    return f"{percent:.1f} % ({interval[0]:.1f} to {interval[1]:.1f})"


def mean(group: Group, name: str) -> str:
    found = getattr(group, name)
    return "unknown" if found is None else plus_minus([found.mean, found.se])


def plus_minus(pair: Sequence[float | None]) -> str:
    middle, error = pair
    return f"{middle:+.2f}" + ("" if error is None else f" ± {error:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sensitivity", action="store_true", help="vary what was assumed")
    parser.add_argument("--large", action="store_true", help="many listeners of each type")
    parser.add_argument("--listeners", type=int, help="instead of 200, 50 (--sensitivity) or 1000 (--large)")
    parser.add_argument("--seed", type=int, default=FRESH_SEED)
    parser.add_argument("--minutes", type=float, default=20.0)
    options = parser.parse_args()
    program = with_minutes(find_program("unwind"), options.minutes)
    print(f"MODEL-BASED: {program.name}, {program.minutes:g} min, seeds from {options.seed}")
    if options.sensitivity:
        sensitivity(program, options.listeners or 50, options.seed)
    elif options.large:
        large(program, options.listeners or 1000, options.seed)
    else:
        cost(program, options.seed)
        whole(program, options.listeners or 200, options.seed)


if __name__ == "__main__":
    main()
