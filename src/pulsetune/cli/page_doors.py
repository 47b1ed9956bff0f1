"""What the page may reach besides the session and the programs: the log, straps nearby, a taste of a soundscape."""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetune.clocks import SystemClock
from pulsetune.errors import SoundDeviceMissing, WrongUse
from pulsetune.model import TICK_S, CheckIn, Event
from pulsetune.ports import ExportChoice, ListedSession, SeenStrap

if TYPE_CHECKING:
    from pulsetune.records.library import Library, SessionRow

TASTE_TEMPO_BPM = 64.0  # an ordinary evening's music
TASTE_AROUSAL = 0.5  # half-way between busy and calm
TASTE_FADE_S = 0.5  # when something else is to be heard


class LoggedSessions:
    """See ``ports.SessionLibrary``: the sessions of a home."""

    def __init__(self, home: Path) -> None:
        from pulsetune.records.exports import EXPORTS

        self._home = home
        self.exports: Sequence[ExportChoice] = tuple(
            ExportChoice(
                made.name,
                made.description,
                made.file_name("{}", simulated=False),
                made.file_name("{}", simulated=True),
            )
            for made in EXPORTS.values()
        )

    def sessions(self) -> Sequence[ListedSession]:
        library = self._library()
        summaries = {row.session_id: text for row, text in library.summaries()}
        policies = library.policies()
        return [
            _listed(row, summaries.get(row.session_id), policies.get(row.session_id, "")) for row in library.sessions()
        ]

    def session(self, session_id: int) -> ListedSession:
        library = self._library()
        return _listed(library.row(session_id), library.summary(session_id))

    def events(self, session_id: int) -> Iterator[tuple[float, Event]]:
        return self._library().events(session_id)

    def heart_curve(self, session_id: int, points: int) -> Sequence[float | None]:
        return self._library().heart_curve(session_id, points)

    def export(self, session_id: int, name: str) -> Iterator[str]:
        from pulsetune.records.exports import export_lines

        return export_lines(self._library(), session_id, name)

    def add_check_in(self, session_id: int, check_in: CheckIn) -> None:
        self._library().add_check_in(session_id, check_in)

    def delete(self, session_id: int) -> None:
        self._library().delete(session_id)

    def _library(self) -> Library:
        from pulsetune.records.library import Library

        return Library(self._home)


def _listed(row: SessionRow, text: str | None, policy: str = "") -> ListedSession:
    from pulsetune.records.profile import STRAP_LABEL

    summary = {} if text is None else json.loads(text)
    return ListedSession(
        row.session_id,
        row.program,
        row.source,
        row.simulated,
        row.started_at,
        row.duration_s,
        row.beats,
        row.state.value,
        summary.get("quality"),
        summary.get("baseline_heart_rate_bpm"),
        summary.get("final_heart_rate_bpm"),
        replayed=not row.simulated and not row.source.startswith(STRAP_LABEL),
        policy=policy,
    )


class BluetoothStraps:
    """See ``ports.StrapFinder``."""

    async def find(self, seconds: float) -> Sequence[SeenStrap]:
        from pulsetune.heart.strap import find_straps

        found = await find_straps(seconds)
        return [SeenStrap(strap.name, strap.address, strap.rssi_dbm, strap.battery_percent) for strap in found]


class SpeakerTaster:
    """See ``ports.SoundTaster``: a sound process of its own, for a few seconds."""

    async def taste(self, soundscape: str, seconds: float) -> None:
        from pulsetune.cli.taste import Sweep, Taste
        from pulsetune.sound.soundscapes import REFERENCE, SOUNDSCAPES
        from pulsetune.sound.supervisor import ProcessSink, pyo_available
        from pulsetune.sound.wire import OutputKind, OutputSpec

        if soundscape not in SOUNDSCAPES and soundscape != REFERENCE:
            raise WrongUse(f'There is no soundscape "{soundscape}".', "Choose one from the list.")
        if not pyo_available():
            raise SoundDeviceMissing("On this computer no music can be made.", "Sessions run silently here.")
        level, tempo = Sweep(TASTE_AROUSAL, TASTE_AROUSAL), Sweep(TASTE_TEMPO_BPM, TASTE_TEMPO_BPM)
        seed = random.SystemRandom().randrange(2**31)
        music = Taste(soundscape, None, seconds, level, tempo, seed, None, "")
        clock = SystemClock()
        sink = ProcessSink(OutputSpec(OutputKind.SPEAKERS), soundscape, seed, clock)
        try:
            await sink.open()
        except SoundDeviceMissing as problem:  # whose hint is for the command line
            raise SoundDeviceMissing(problem.message, "Connect headphones or speakers and try again.") from problem
        try:
            begun_s = clock.now_s()  # opening took a moment
            for tick in range(math.ceil(seconds / TICK_S) + 1):
                await clock.sleep_until(begun_s + tick * TICK_S)
                sink.apply(music.parameters(min(tick * TICK_S, seconds)))
        except asyncio.CancelledError:
            sink.fade(0.0, TASTE_FADE_S)
            raise
        finally:
            await asyncio.shield(sink.close())
