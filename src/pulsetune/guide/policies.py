"""The policies by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pulsetune.guide.policy import Policy
from pulsetune.guide.references import Naive, Pi, Yoked
from pulsetune.guide.rivals import Company, Fixed, FixedSafe, MatchOnly, Quiet, Ramp
from pulsetune.guide.staged_iso import StagedIso
from pulsetune.model import PolicyName, Program, TapePoint


def make_policy(name: PolicyName, program: Program, tape: Sequence[TapePoint] = ()) -> Policy:
    """The policy of that name.

    Raises
    ------
    ValueError
        For ``yoked`` without a tape.
    """
    if name is PolicyName.YOKED:
        return Yoked(tape)
    return _PLAIN[name]() if name in _PLAIN else _WITH_PROGRAM[name](program)


_WITH_PROGRAM: dict[PolicyName, Callable[[Program], Policy]] = {
    PolicyName.STAGED_ISO: StagedIso,
    PolicyName.FIXED: Fixed,
    PolicyName.FIXED_SAFE: FixedSafe,
    PolicyName.RAMP: Ramp,
    PolicyName.PI: Pi,
}
_PLAIN: dict[PolicyName, Callable[[], Policy]] = {
    PolicyName.MATCH_ONLY: MatchOnly,
    PolicyName.QUIET: Quiet,
    PolicyName.COMPANION: Company,
    PolicyName.NAIVE: Naive,
}
