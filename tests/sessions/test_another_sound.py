"""A whole session in which the listener asks for another sound: what is logged, what is played, and the replay."""

from __future__ import annotations

from pulsetune.model import AudioParameters, Command, CommandKind, Cue
from pulsetune.sound.silent import SilentSink
from pulsetune.verification import verify
from tests.sessions.running import run


class Listening(SilentSink):
    """Keeps what it is told to play."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[AudioParameters] = []

    def apply(self, parameters: AudioParameters) -> None:
        super().apply(parameters)
        self.told.append(parameters)


def test_another_sound_is_played_from_the_wish_on_explained_and_replayed_exactly(tmp_path):
    sink = Listening()
    wishes = {150.1: (CommandKind.SOUNDSCAPE, "warm-pad"), 240.0: (CommandKind.SOUNDSCAPE, "raga")}
    ran = run(tmp_path, minutes=8, wishes=wishes, sink=sink)
    assert [(command.t_s, command.text) for command in ran.of(Command)] == [(150.1, "warm-pad"), (240.0, "raga")]
    assert [cue.reason for cue in ran.of(Cue) if "another sound" in cue.reason] == [
        "another sound, as you asked: warm-pad",
        "another sound, as you asked: raga",
    ]
    changes = [
        told for before, told in zip(sink.told, sink.told[1:], strict=False) if before.soundscape != told.soundscape
    ]
    assert [(change.t_s, change.soundscape) for change in changes] == [(150.25, "warm-pad"), (240.0, "raga")]
    assert ran.of(AudioParameters) == sink.told
    result = verify(iter(ran.log))
    assert result.exact, result.first_difference


def test_the_way_of_the_tempo_is_the_same_with_and_without_another_sound(tmp_path):
    plain = run(tmp_path / "a", minutes=8)
    asked = run(tmp_path / "b", minutes=8, wishes={200.0: (CommandKind.SOUNDSCAPE, "frame-drum")})

    def tempo(ran):
        return [told.tempo_bpm for told in ran.of(AudioParameters) if told.t_s % 1 == 0]

    assert tempo(plain) == tempo(asked)
