"""From one soundscape to another while music plays: at the end of a phrase, at equal power, on the same clock.

Rules of this file:
1. When it happens follows from the targets and the score alone, never from how quickly this machine builds a scene: a
   file comes out the same on every machine.
2. The next scene is built beside the present one, in a thread of its own; if the phrase ends first, it is waited for.
3. The newest wish counts. What nobody wants any more is closed, and a crossfade that has begun is finished first.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from pulsetune.sound.clock import SAMPLE_RATE_HZ, MusicClock, MusicValues
from pulsetune.sound.scene import Scene
from pulsetune.sound.score import Note

CROSSFADE_FRAMES = 6 * SAMPLE_RATE_HZ  # long enough that nothing starts or stops, short enough to be an answer
PREPARE_FRAMES = 3 * SAMPLE_RATE_HZ  # between the wish and the earliest crossfade; a scene takes 0.3 to 0.8 s to build


class Scenes:
    """The soundscape that plays, the one that is wanted, and the one that is leaving."""

    def __init__(self, name: str, seed: int) -> None:
        self._seed = seed
        self._present = Scene(name, seed)
        self._leaving: Scene | None = None
        self._next: _Building | None = None
        self._earliest_frame = 0
        self._crossfade_from = 0
        self._dropped = 0
        self._played: list[tuple[int, Note, str]] = []
        self._troubles: list[str] = []

    def want(self, name: str, from_frame: int) -> None:
        """From ``from_frame`` on the soundscape ``name`` is wanted; the one that is wanted already changes nothing."""
        if name == (self._present.name if self._next is None else self._next.name):
            return
        self._forget_next()
        if name != self._present.name:
            self._next = _Building(name, self._seed)
            self._earliest_frame = from_frame + PREPARE_FRAMES

    def render(self, clock: MusicClock, start: int, end: int, shape: MusicValues) -> NDArray[np.float32]:
        """The block from frame ``start`` to ``end`` at ``shape``, before the music's level."""
        begun = self._present.write_score(clock, end)
        if begun is not None and self._leaving is None and clock.frame_of(begun) >= self._earliest_frame:
            self._begin(clock, begun, end)
        block = self._present.render(clock, start, end, shape)
        if self._leaving is not None:
            block = self._crossed(block, clock, (start, end), shape)
        self._note_down()
        if self._leaving is not None and end >= self._crossfade_from + CROSSFADE_FRAMES:
            self._dropped += self._leaving.dropped_notes
            self._leaving.close()
            self._leaving = None
        return block

    def take_notes(self) -> list[tuple[int, Note, str]]:
        """What was played since the last call: frame, note and the soundscape that played it, in order of time."""
        played, self._played = self._played, []
        return played

    def take_troubles(self) -> list[str]:
        """Why a soundscape that was wanted did not come, a sentence each."""
        troubles, self._troubles = self._troubles, []
        return troubles

    @property
    def dropped_notes(self) -> int:
        """Notes that found no silent voice so far, in all scenes."""
        scenes = [self._present] if self._leaving is None else [self._present, self._leaving]
        return self._dropped + sum(scene.dropped_notes for scene in scenes)

    def close(self) -> None:
        """Let go of all sound engines."""
        self._forget_next()
        self._present.close()
        if self._leaving is not None:
            self._leaving.close()

    def _begin(self, clock: MusicClock, pulse: int, end: int) -> None:
        """The phrase has ended at ``pulse``: let the next scene take over from there, if one is wanted."""
        if self._next is None:
            return
        building, self._next = self._next, None
        try:
            scene = building.take()
        except Exception as error:  # noqa: BLE001 -- the music that plays goes on
            self._troubles.append(f"The soundscape {building.name} could not be built ({error}): nothing changes")
            return
        self._leaving, self._present = self._present, scene
        self._leaving.leaving = True
        scene.first_pulse = pulse
        self._crossfade_from = clock.frame_of(pulse)
        scene.write_score(clock, end)

    def _crossed(
        self, block: NDArray[np.float32], clock: MusicClock, frames: tuple[int, int], shape: MusicValues
    ) -> NDArray[np.float32]:
        assert self._leaving is not None
        start, end = frames
        self._leaving.write_score(clock, end)
        share = np.clip((np.arange(start, end) - self._crossfade_from) / CROSSFADE_FRAMES, 0.0, 1.0)
        angle = (np.pi / 2 * share).astype(np.float32)[:, None]
        crossed: NDArray[np.float32] = block * np.sin(angle)
        crossed += self._leaving.render(clock, start, end, shape) * np.cos(angle)
        return crossed

    def _note_down(self) -> None:
        scenes = [self._present] if self._leaving is None else [self._present, self._leaving]
        played = [(frame, note, scene.name) for scene in scenes for frame, note in scene.take_notes()]
        self._played += sorted(played, key=lambda one: one[0])

    def _forget_next(self) -> None:
        if self._next is not None:
            self._next.discard()
            self._next = None


class _Building:
    """A scene under construction."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self._scene: Scene | None = None
        self._error: Exception | None = None
        self._unwanted = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._build, args=(seed,), daemon=True)
        self._thread.start()

    def take(self) -> Scene:
        """The scene, waited for; raises what went wrong."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._scene is not None
        return self._scene

    def discard(self) -> None:
        """Nobody wants it any more; returns at once."""
        with self._lock:
            self._unwanted = True
            if self._scene is not None:
                self._scene.close()

    def _build(self, seed: int) -> None:
        if self._unwanted:
            return
        try:
            scene = Scene(self.name, seed)
        except Exception as error:  # noqa: BLE001 -- raised again by whoever takes the scene
            self._error = error
            return
        with self._lock:
            self._scene = scene
            if self._unwanted:
                scene.close()
