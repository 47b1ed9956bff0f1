"""Many listeners, each through every policy, spread over worker processes.

Rules of this file:
1. One task is one listener with all policies and the quiet evening, so that judging needs nothing from elsewhere.
2. Results come in the order of the listeners, whatever the workers do: the same arguments give the same numbers.
3. Nothing outlives us: workers stop after their evening when asked, and by themselves when we are gone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event as SharedFlag

from pulsetune.errors import PulseTuneError
from pulsetune.heart.listener import AS_DRAWN, Responder, Variation
from pulsetune.model import PolicyName, Program
from pulsetune.rehearsal.evening import Evening, play_evening
from pulsetune.rehearsal.judging import Outcome, judge

MOST_WORKERS = 60  # Windows can wait for no more than 61 processes at once

Played = Mapping[PolicyName, tuple[Evening, Outcome]]


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated listener: the same values are the same person on the same evening."""

    world: str
    seed: int
    responder: Responder | None = None
    variation: Variation = AS_DRAWN


@dataclass(frozen=True, slots=True)
class Cast:
    """A program and the listeners whom it is played to: ``listeners`` seeds from ``seed`` on, in every world."""

    program: Program
    listeners: int
    seed: int
    responder: Responder | None = None
    variation: Variation = AS_DRAWN

    def people(self, world: str) -> list[Person]:
        seeds = range(self.seed, self.seed + self.listeners)
        return [Person(world, seed, self.responder, self.variation) for seed in seeds]


def rehearse_worlds(
    cast: Cast,
    policies: Sequence[PolicyName],
    worlds: Sequence[str],
    *,
    progress: Callable[[int], None] = lambda _done: None,
    look: Callable[[PolicyName, Evening, Outcome], None] = lambda _policy, _evening, _outcome: None,
    workers: int | None = None,
) -> dict[str, dict[PolicyName, list[Outcome]]]:
    """Every policy, the quiet evening included, with the whole cast in each world.

    ``look`` sees each evening before it is forgotten; only the outcomes are kept.
    """
    people = [person for world in worlds for person in cast.people(world)]
    out: dict[str, dict[PolicyName, list[Outcome]]] = {world: {} for world in worlds}
    evenings = play_all(cast.program, policies, people, progress=progress, workers=workers)
    with closing(evenings):
        for person, played in zip(people, evenings, strict=True):
            for policy, (evening, outcome) in played.items():
                out[person.world].setdefault(policy, []).append(outcome)
                look(policy, evening, outcome)
    return out


def rehearse(
    program: Program,
    policies: Sequence[PolicyName],
    world: str,
    seeds: Sequence[int],
    *,
    responder: Responder | None = None,
    variation: Variation = AS_DRAWN,
    workers: int | None = None,
) -> dict[PolicyName, list[tuple[Evening, Outcome]]]:
    """Every policy with every listener of one world; results in the order of ``seeds``."""
    people = [Person(world, seed, responder, variation) for seed in seeds]
    out: dict[PolicyName, list[tuple[Evening, Outcome]]] = {policy: [] for policy in policies}
    for played in play_all(program, policies, people, workers=workers):
        for policy, found in out.items():
            found.append(played[policy])
    return out


def play_all(
    program: Program,
    policies: Sequence[PolicyName],
    people: Sequence[Person],
    *,
    progress: Callable[[int], None] = lambda _done: None,
    workers: int | None = None,
) -> Generator[Played, None, None]:
    """Every policy with every listener, one listener after the other, in order; the quiet evening is always among them.

    ``progress`` is told how many listeners are done. Close the iterator, or use it up, and no worker is left.

    Raises
    ------
    PulseTuneError
        If a worker process died.
    """
    asked = tuple(dict.fromkeys((PolicyName.QUIET, *policies)))
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    count = max(1, min(workers or os.cpu_count() or 1, len(people), MOST_WORKERS))
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(stop,))
    try:
        with _no_interrupt():
            waiting: deque[Future[Played]] = deque(pool.submit(_play, program, asked, person) for person in people)
        done = 0
        while waiting:
            played = waiting.popleft().result()
            done += 1
            progress(done)
            yield played
    except BrokenProcessPool:
        raise PulseTuneError(
            "A worker process of the rehearsal died.", "Perhaps memory ran out: try again with fewer --listeners."
        ) from None
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


# ---------------------------------------------------------------- in a worker


class _Stopped(Exception):
    """Nobody waits for this any more."""


_stop: SharedFlag | None = None


def _begin(stop: SharedFlag) -> None:
    """Set a worker up: Ctrl-C is for the parent to hear, and without the parent there is nothing to do."""
    global _stop  # noqa: PLW0603 - a worker process has one pool, and tasks are given nothing else
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _play(program: Program, policies: Sequence[PolicyName], person: Person) -> Played:
    """One listener's evenings; ``policies`` holds the quiet one."""
    evenings = {}
    for policy in policies:
        if _stop is not None and _stop.is_set():
            raise _Stopped
        evenings[policy] = play_evening(program, policy, person.world, person.seed, person.responder, person.variation)
    quiet = evenings[PolicyName.QUIET]
    return {policy: (evening, judge(evening, quiet, program)) for policy, evening in evenings.items()}


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start children that never hear Ctrl-C, even before their first line; ours waits until the end of the block.

    A mask is what children inherit. It does not protect us: another of our threads (a progress bar's) may take the
    signal, and Python interrupts the main thread whichever took it; a child that was just being told what to do would
    be left without a word. So the signal is also only noted.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    noted: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _frame: noted.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
    if noted:
        signal.raise_signal(signal.SIGINT)
