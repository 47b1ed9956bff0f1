"""From what was typed for ``play`` to a program with every number known, and to the tape of an earlier session.

Rules of this file:
1. Everything that does not exist is refused in a sentence, before anything is opened.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulsetune.errors import WrongUse
from pulsetune.model import AudioParameters, Cue, PolicyName, Program, TapePoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulsetune.model import Event, SessionStarted


USUAL = "unwind"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about the program; None where nothing was: the usual program, or with a tape the tape's own."""

    program: str | None
    sound: str | None
    bed: str | None
    policy: str | None
    tape: str | None
    minutes: float | None


def resolve(typed: Typed) -> tuple[Program, tuple[TapePoint, ...]]:
    """The program as it will run, and the tape that the policy ``yoked`` plays (empty for every other one).

    Raises
    ------
    WrongUse
        For a program, sound, bed, policy, session or length that does not exist or makes no sense.
    """
    if typed.tape is not None and typed.program is None:
        program = _taped(typed.tape).program
    else:
        program = _found(typed.program or USUAL)
    if typed.minutes is not None:
        program = _lasting(program, typed.minutes)
    policy = _policy(typed.policy, tape=typed.tape is not None)
    if policy is not None:
        program = replace(program, policy=policy)
    program = _sounding(program, typed.sound, typed.bed)
    return program, () if typed.tape is None else _tape(typed.tape)


def taped_seed(session: str) -> int:
    """The seed of a session: with it and its program, the same piece is played again."""
    return _taped(session).seed


def tape_of(events: Iterable[tuple[float, Event]]) -> tuple[TapePoint, ...]:
    """What a session played while its music had a pulse: tempo, and the guide's arousal level of that moment."""
    points: list[TapePoint] = []
    level: float | None = None
    for _, event in events:
        if isinstance(event, Cue):
            level = event.arousal_level
        elif isinstance(event, AudioParameters) and event.pulse_level > 0 and level is not None:
            points.append(TapePoint(event.t_s, event.tempo_bpm, level))
    return tuple(points)


def _found(name: str) -> Program:
    from pulsetune.cli.catalogue import say_shadowed, sound_choices
    from pulsetune.programs import find_program
    from pulsetune.records.home import home

    program = find_program(name, home(), sound_choices())
    say_shadowed(name)
    return program


def _lasting(program: Program, minutes: float) -> Program:
    from pulsetune.programs import with_minutes

    if not math.isfinite(minutes):
        raise WrongUse(f"{minutes} minutes is not possible.", "Give a number, such as --minutes 20.")
    return with_minutes(program, minutes)


def _policy(name: str | None, *, tape: bool) -> PolicyName | None:
    from pulsetune.program_file import POLICIES

    if tape and name in (None, PolicyName.YOKED):
        return PolicyName.YOKED
    if tape:
        raise WrongUse(f'The policy "{name}" plays no tape.', "Leave --policy away, or --tape.")
    if name is None or name in POLICIES:
        return None if name is None else PolicyName(name)
    if name == PolicyName.YOKED:
        raise WrongUse(
            'The policy "yoked" plays the music of an earlier session.', "Say which: --tape ID, or --tape last."
        )
    known = f"Known policies: {', '.join(POLICIES)}."
    if name in list(PolicyName):
        raise WrongUse(f'The policy "{name}" is for rehearsals only.', known)
    raise WrongUse(f'There is no policy "{name}".', known)


def _sounding(program: Program, sound: str | None, bed: str | None) -> Program:
    from pulsetune.cli.beds import checked_bed
    from pulsetune.sound.soundscapes import SOUNDSCAPES

    if sound is not None:
        program = replace(program, soundscape=sound)
    if program.soundscape not in SOUNDSCAPES:
        raise WrongUse(
            f'There is no soundscape "{program.soundscape}".', f"Known soundscapes: {', '.join(SOUNDSCAPES)}."
        )
    return replace(program, bed=checked_bed(program.bed if bed is None else bed))


def _taped(session: str) -> SessionStarted:
    """How the session of a tape began."""
    from pulsetune.cli.choosing import session_number
    from pulsetune.model import SessionStarted
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    session_id = session_number(session)
    for _, event in Library(home()).events(session_id):
        if isinstance(event, SessionStarted):
            return event
    raise WrongUse(f"Session {session_id} has no beginning.", "Choose another with --tape.")


def _tape(session: str) -> tuple[TapePoint, ...]:
    from pulsetune.cli.choosing import session_number
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    session_id = session_number(session)
    tape = tape_of(Library(home()).events(session_id))
    if not tape:
        raise WrongUse(f"Session {session_id} had no music with a pulse.", "Choose another with --tape.")
    return tape
