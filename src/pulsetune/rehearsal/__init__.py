"""Many simulated sessions through the same loop as a live one, on all cores; model-based, never evidence.

Rules of this package:
1. A rehearsal runs the real engine and the real loop; only the log (kept nowhere) and the sound (silent) are replaced.
2. Common random numbers: a listener is a seed, and every policy meets the same listener on the same evening.
3. A listener is judged by the model's true mean heart rate, against the same listener's quiet evening.
"""

from pulsetune.rehearsal.evening import Evening, play_evening
from pulsetune.rehearsal.judging import Outcome, judge
from pulsetune.rehearsal.population import Cast, Person, play_all, rehearse, rehearse_worlds

__all__ = [
    "Cast",
    "Evening",
    "Outcome",
    "Person",
    "judge",
    "play_all",
    "play_evening",
    "rehearse",
    "rehearse_worlds",
]
