"""When the quiet sentences of a program are read: slowly, in order, and going on where they were."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.model import Command, CommandKind, Cue, Imagery, ListenerProfile, Phase, PolicyName, SessionStarted
from pulsetune.page.imagery import sentence
from pulsetune.page.view_state import ViewFold
from pulsetune.programs import find_program

TEXTS = Imagery(lead=("One.", "Two."), silence=("Still.",))


@pytest.mark.parametrize(
    ("spent_s", "shown"),
    [(0, ""), (5.9, ""), (6, "One."), (29.9, "One."), (30, ""), (65.9, ""), (66, "Two."), (90, ""), (126, "One.")],
)
def test_one_sentence_a_minute_for_24_seconds_and_the_first_again_after_the_last(spent_s, shown):
    assert sentence(TEXTS, Phase.LEAD, spent_s) == shown


@given(st.sampled_from([None, *Phase]), st.floats(0, 1e6))
def test_nothing_is_read_in_a_phase_without_sentences(phase, spent_s):
    assert sentence(TEXTS, phase, spent_s) in {
        Phase.LEAD: ("", "One.", "Two."),
        Phase.SILENCE: ("", "Still."),
    }.get(phase, ("",))


def fold_of(imagery: Imagery) -> ViewFold:
    fold = ViewFold()
    program = replace(find_program("unwind"), imagery=imagery)
    policy = PolicyName.STAGED_ISO
    fold.take(0.0, SessionStarted(0.0, "t", 1, program, ListenerProfile(), policy, "x", False, 1, 0, 0, "UTC"))
    return fold


def cue(t_s: float, phase: Phase) -> Cue:
    return Cue(t_s, phase, 66.0, 1.0, 0.5, "because")


def test_a_phase_that_comes_back_goes_on_where_it_was():
    fold = fold_of(TEXTS)
    fold.take(100.0, cue(100.0, Phase.LEAD))
    assert fold.view(110.0).imagery == "One."
    fold.take(140.0, cue(140.0, Phase.HOLD))
    assert fold.view(150.0).imagery == ""
    fold.take(200.0, cue(200.0, Phase.LEAD))
    assert fold.view(207.0).imagery == ""  # 47 s of leading so far
    assert fold.view(227.0).imagery == "Two."  # 67 s


def test_it_is_never_instead_of_the_reason_and_not_while_paused_and_absent_without_any():
    fold = fold_of(TEXTS)
    assert fold.view(10.0).imagery == ""
    fold.take(100.0, cue(100.0, Phase.LEAD))
    assert (fold.view(110.0).imagery, fold.view(110.0).reason) == ("One.", "because")
    fold.take(111.0, Command(111.0, CommandKind.PAUSE))
    assert fold.view(112.0).imagery == ""
    assert fold_of(Imagery()).view(110.0).imagery is None
