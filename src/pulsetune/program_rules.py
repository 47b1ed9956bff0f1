"""What ties the keys of a program together: rules that no single key can break.

Rules of this file:
1. A rule is asked only when every key that it needs is known; its sentence names the keys and what would do.
2. The first key of a rule is the one it is about; ``program_errors.py`` finds the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulsetune.model import PolicyName

ASKING = (PolicyName.STAGED_ISO, PolicyName.FIXED_SAFE)  # the policies whose lead is asked whether it helps
PLAYED_OF_THINNING = 1 / 3  # at least this much of the thinning music is music, the rest may be rests
LEAST_PLAYED_S = 60.0  # a session with less music than this is a mistake
_FIXED = ("calibrate_s", "consolidate_s", "fade_s", "silence_s")

Check = Callable[..., str | None]


def _limits_apart(lowest: float, highest: float) -> str | None:
    if lowest < highest:
        return None
    return f"limits.tempo_min_bpm ({lowest:g}) must be below limits.tempo_max_bpm ({highest:g})"


def _zone_not_below(zone: float, lowest: float) -> str | None:
    if zone >= lowest:
        return None
    return f"lead.zone_tempo_bpm ({zone:g}) must not be below limits.tempo_min_bpm ({lowest:g})"


def _zone_not_above(zone: float, highest: float) -> str | None:
    if zone <= highest:
        return None
    return f"lead.zone_tempo_bpm ({zone:g}) must not be above limits.tempo_max_bpm ({highest:g})"


def _step_in_cap(step: float, cap: float) -> str | None:
    if step <= cap:
        return None
    return f"one step, lead.step_percent ({step:g}), must not be larger than lead.lead_cap_percent ({cap:g})"


def _rests_fit(rests: int, rest_s: float, consolidate_s: float) -> str | None:
    most_s = consolidate_s * (1 - PLAYED_OF_THINNING)
    if rests * rest_s <= most_s:
        return None
    return (
        f"{rests} rests of {rest_s:g} s, phases.rests and phases.rest_s, do not fit: two thirds of phases.consolidate_s"
        f" ({consolidate_s:g}) may be rests, that is {most_s:g} s"
    )


def _time_to_play(minutes: float, *fixed_s: float) -> str | None:
    if playing_s(minutes, *fixed_s) >= LEAST_PLAYED_S:
        return None
    return (
        f"{minutes:g} minutes leave no time to play: calibrate, consolidate, fade and silence already take"
        f" {sum(fixed_s) / 60:.1f}"
    )


def _asked_in_time(gate_s: float, policy: str, pulse_most_s: float, minutes: float, *fixed_s: float) -> str | None:
    left_s = playing_s(minutes, *fixed_s)
    if policy not in ASKING or left_s < LEAST_PLAYED_S:  # too short altogether: another rule says so
        return None
    if gate_s > min(left_s, pulse_most_s):
        heard_s = min(left_s, pulse_most_s)
        return (
            f"the guide would never ask whether it helps: safety.first_gate_s is {gate_s:g}, but only {heard_s:g} s of"
            " the session have a pulse"
        )
    return None


def _music_to_breathe_with(breathing: bool, policy: str) -> str | None:
    if breathing and policy == PolicyName.QUIET:
        return 'with policy "quiet" there is no music to breathe with'
    return None


RULES: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("minutes", *_FIXED), _time_to_play),
    (("rests", "rest_s", "consolidate_s"), _rests_fit),
    (("step_percent", "lead_cap_percent"), _step_in_cap),
    (("zone_tempo_bpm", "tempo_min_bpm"), _zone_not_below),
    (("zone_tempo_bpm", "tempo_max_bpm"), _zone_not_above),
    (("tempo_min_bpm", "tempo_max_bpm"), _limits_apart),
    (("first_gate_s", "policy", "pulse_most_s", "minutes", *_FIXED), _asked_in_time),
    (("breathing", "policy"), _music_to_breathe_with),
)


def playing_s(minutes: float, *fixed_s: float) -> float:
    """What is left of the session for the music between measuring and thinning, in s."""
    return 60 * minutes - sum(fixed_s)


def broken_rules(known: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The keys and the sentence of each rule that the known values break."""
    for keys, check in RULES:
        if all(key in known for key in keys) and (sentence := check(*(known[key] for key in keys))):
            yield keys, sentence
