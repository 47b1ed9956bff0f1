"""What a rehearsal amounts to: one result a policy and world, and the differences between policies.

Rules of this file:
1. The keys of ``as_json`` are a promise (``docs/rehearsal.md``): always present, null where unknown, none renamed.
2. Every result says that it is model-based.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pulsetune.heart.listener import Responder
from pulsetune.model import PolicyName
from pulsetune.rehearsal.inference import (
    WORSE_BPM,
    Difference,
    Mean,
    compare,
    mean_of,
    percentile,
    share_percent,
    wilson_percent,
)
from pulsetune.rehearsal.judging import Outcome
from pulsetune.rehearsal.population import Cast

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Some listeners under one policy; bpm, and percent of the listeners with 95 % intervals (Wilson)."""

    listeners: int
    heart_rate_change_bpm: Mean | None
    vs_silence_bpm: Mean | None
    vs_silence_at_end_bpm: Mean | None
    rise_bpm: Mean | None
    reached_target_percent: float | None
    harmed_percent: float | None
    harmed_percent_interval: Interval | None
    companion_percent: float | None
    companion_percent_interval: Interval | None
    ended_early_percent: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """One policy in one world."""

    policy: PolicyName
    world: str
    everybody: Group
    by_type: Mapping[Responder, Group]
    max_tempo_fall_percent_per_min: float
    max_tempo_rise_percent_per_min: float
    tempo_move_over_dropout_percent_p95: float | None


@dataclass(frozen=True, slots=True)
class Scene:
    """One world: every policy, the first of them held against the others, and the quiet evenings."""

    world: str
    results: Sequence[Result]
    quiet: Result
    differences: Mapping[PolicyName, Difference]


def scene_of(world: str, policies: Sequence[PolicyName], outcomes: Mapping[PolicyName, Sequence[Outcome]]) -> Scene:
    """Sum up one world of ``rehearse_worlds``."""
    results = {policy: result_of(policy, world, found) for policy, found in outcomes.items()}
    compared = differences(outcomes, policies[0])
    return Scene(world, [results[policy] for policy in policies], results[PolicyName.QUIET], compared)


def result_of(policy: PolicyName, world: str, outcomes: Sequence[Outcome]) -> Result:
    """Sum up the outcomes of one policy with at least one listener."""
    moves = [move for outcome in outcomes for move in outcome.dropout_moves_percent]
    return Result(
        policy,
        world,
        group_of(outcomes),
        {kind: group_of([o for o in outcomes if o.responder is kind]) for kind in Responder},
        max(o.max_fall_percent_per_min for o in outcomes),
        max(o.max_rise_percent_per_min for o in outcomes),
        percentile(moves, 95),
    )


def group_of(outcomes: Sequence[Outcome]) -> Group:
    """Sum up some listeners; everything is None of nobody."""
    harmed, companion = [o.harmed for o in outcomes], [o.companion for o in outcomes]
    return Group(
        len(outcomes),
        mean_of([o.change_bpm for o in outcomes]),
        mean_of([o.vs_silence_bpm for o in outcomes]),
        mean_of([o.vs_silence_at_end_bpm for o in outcomes if o.vs_silence_at_end_bpm is not None]),
        mean_of([o.rise_bpm for o in outcomes]),
        share_percent([o.reached_target for o in outcomes]),
        share_percent(harmed),
        wilson_percent(sum(harmed), len(harmed)),
        share_percent(companion),
        wilson_percent(sum(companion), len(companion)),
        share_percent([o.ended_early for o in outcomes]),
    )


def differences(
    outcomes: Mapping[PolicyName, Sequence[Outcome]], reference: PolicyName
) -> dict[PolicyName, Difference]:
    """The reference's *vs silence* minus each other policy's, in one world; the quiet evening is not a rival."""
    found = {policy: [o.vs_silence_bpm for o in listed] for policy, listed in outcomes.items()}
    rivals: dict[PolicyName, list[float]] = {
        policy: values for policy, values in found.items() if policy not in {reference, PolicyName.QUIET}
    }
    return compare(found[reference], rivals)


def as_json(cast: Cast, result: Result, quiet: Result) -> dict[str, Any]:
    """One result with its stable keys; ``quiet`` is the same listeners' evening in silence."""
    everybody = asdict(result.everybody)
    del everybody["listeners"], everybody["rise_bpm"]
    upset = result.by_type[Responder.PARADOXICAL].rise_bpm
    return {
        "program": cast.program.name,
        "policy": result.policy.value,
        "world": result.world,
        "listeners": cast.listeners,
        "seed": cast.seed,
        "minutes": cast.program.minutes,
        "model_based": True,
        "responder": cast.responder.value if cast.responder else None,
        "variation": asdict(cast.variation),
        "heart_rate_change_in_silence_bpm": _plain(quiet.everybody.heart_rate_change_bpm),
        **everybody,
        "paradoxical_rise_bpm": _plain(upset),
        "by_type": {kind.value: asdict(group) for kind, group in result.by_type.items()},
        "max_tempo_fall_percent_per_min": result.max_tempo_fall_percent_per_min,
        "max_tempo_rise_percent_per_min": result.max_tempo_rise_percent_per_min,
        "tempo_move_over_dropout_percent_p95": result.tempo_move_over_dropout_percent_p95,
    }


def difference_json(world: str, reference: PolicyName, other: PolicyName, found: Difference) -> dict[str, Any]:
    """One comparison with its stable keys."""
    return {
        "world": world,
        "policy": reference.value,
        "other": other.value,
        "vs_silence_difference_bpm": asdict(found.mean),
        "upper_95_bpm": found.upper,
        "p_holm": found.p_holm,
        "margin_bpm": WORSE_BPM,
        "no_worse": no_worse(found),
    }


def no_worse(found: Difference) -> bool | None:
    """Whether the reference is shown to be no worse than the other, within the margin."""
    return None if found.upper is None else found.upper <= WORSE_BPM


def _plain(mean: Mean | None) -> dict[str, Any] | None:
    return None if mean is None else asdict(mean)
