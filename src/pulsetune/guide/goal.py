"""Where a session is heading: a direction, never shown as passed or failed.

Rules of this file:
1. Pure arithmetic on the listener's own baseline and profile.
2. Never below a floor, and never below what the listener's own heart does at rest.
"""

from __future__ import annotations

from pulsetune.model import ListenerProfile

GOAL_SHARE = 0.10  # the goal is a direction: a tenth below the baseline ...
GOAL_MOST_BPM = 8.0  # ... but never more than this
GOAL_FLOOR_BPM = 48.0  # and never below this, nor below the listener's own resting level
CALM_HEART_RATE_BPM = 55.0  # nobody needs leading from here
NEAR_GOAL_BPM = 2.0  # baseline and goal closer than this: nothing to lead, and the level says nothing


def goal_bpm(baseline_bpm: float, profile: ListenerProfile) -> float:
    """The heart rate to head for, at most ``baseline_bpm``."""
    resting_bpm = profile.resting_p10_bpm or 0.0
    wanted_bpm = baseline_bpm - min(GOAL_MOST_BPM, GOAL_SHARE * baseline_bpm)
    return min(baseline_bpm, max(GOAL_FLOOR_BPM, resting_bpm, wanted_bpm))


def nothing_to_lead(baseline_bpm: float, profile: ListenerProfile) -> bool:
    """Whether the listener is calm already, or asked not to be led."""
    near = baseline_bpm - goal_bpm(baseline_bpm, profile) < NEAR_GOAL_BPM
    return profile.listen_only or near or baseline_bpm <= CALM_HEART_RATE_BPM
