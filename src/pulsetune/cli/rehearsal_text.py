"""The tables of a rehearsal, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from textwrap import fill

from pulsetune.cli.present import table
from pulsetune.heart.listener_traits import Responder
from pulsetune.rehearsal.inference import Mean
from pulsetune.rehearsal.population import Cast
from pulsetune.rehearsal.report import Group, Result, Scene, no_worse

MEANING = (
    "vs silence: the heart rate of the last three minutes before the music thins, minus that of the same simulated "
    "listener on an evening without music; negative is calmer than just sitting.\n"
    "Harmed are those who over the last ten minutes were more than 1 bpm above their own evening in silence, companion "
    "those whom the guide stopped leading.\n"
    "The listeners are invented: a rehearsal can show that one policy does worse than another in such a world, never "
    "that music does anything to you."
)
WIDE = 110
_HEADERS = [
    "policy",
    "vs silence",
    "at the end",
    "change",
    "reached",
    "harmed",
    "companion",
    "upset rise",
    "falls",
    "rises",
    "dropout",
]
_COLUMNS = (
    "change: from the own beginning; reached: 5 bpm below it for a minute; upset rise: above silence over the last ten "
    "minutes, paradoxical listeners only; falls, rises: the tempo's fastest, % a minute; dropout: how far the tempo moves "
    "over one, %, 95th percentile"
)
UNKNOWN = "-"


def rehearsal_text(cast: Cast, scenes: Sequence[Scene]) -> str:
    """Everything that was found, world after world, and what it means."""
    parts = [_title(cast)]
    for scene in scenes:
        parts += [_world(scene), _types(scene)]
        if scene.differences:
            parts.append(_compared(scene))
    return "\n\n".join([*parts, "\n".join(fill(sentence, WIDE) for sentence in MEANING.splitlines())])


def short_title(cast: Cast, scene: Scene) -> str:
    """One line for a picture."""
    return f"{cast.program.name}, {cast.program.minutes:g} min, world {scene.world}: {_listeners(cast)}"


def _title(cast: Cast) -> str:
    last = cast.seed + cast.listeners - 1
    return (
        f"MODEL-BASED, NOT EVIDENCE: {cast.program.name}, {cast.program.minutes:g} minutes, {_listeners(cast)} "
        f"(seeds {cast.seed} to {last})."
    )


def _listeners(cast: Cast) -> str:
    """How many of which kind, and how they depart from what was assumed."""
    kind = f"{cast.responder.value} " if cast.responder else ""
    words = f"{cast.listeners} {kind}SIMULATED listener{'s' if cast.listeners > 1 else ''}"
    for field in fields(cast.variation):
        factor = getattr(cast.variation, field.name)
        if factor != 1:
            words += f", {field.name.removesuffix('_factor').replace('_', ' ')} × {factor:g}"
    return words


def _world(scene: Scene) -> str:
    rows = [[result.policy.value, *_cells(result)] for result in scene.results]
    alone = _mean(scene.quiet.everybody.heart_rate_change_bpm)
    return (
        f"World {scene.world}. Heart rates in bpm ± standard error; sitting in silence alone changes {alone}.\n"
        f"{table(_HEADERS, rows)}\n"
        f"{fill(_COLUMNS, WIDE)}"
    )


def _cells(result: Result) -> list[str]:
    everybody = result.everybody
    upset = result.by_type[Responder.PARADOXICAL].rise_bpm
    dropout = result.tempo_move_over_dropout_percent_p95
    return [
        _mean(everybody.vs_silence_bpm),
        _mean(everybody.vs_silence_at_end_bpm),
        _mean(everybody.heart_rate_change_bpm),
        _percent(everybody.reached_target_percent),
        UNKNOWN if everybody.harmed_percent is None else f"{everybody.harmed_percent:.1f} %",
        _percent(everybody.companion_percent),
        _mean(upset),
        f"{result.max_tempo_fall_percent_per_min:.2f}",
        f"{result.max_tempo_rise_percent_per_min:.2f}",
        UNKNOWN if dropout is None else f"{dropout:.2f}",
    ]


def _types(scene: Scene) -> str:
    present = [kind for kind, group in scene.quiet.by_type.items() if group.listeners]
    headers = ["policy", *(f"{kind.value} ({scene.quiet.by_type[kind].listeners})" for kind in present)]
    rows = [[result.policy.value, *(_group(result.by_type[kind]) for kind in present)] for result in scene.results]
    return f"By type of listener: vs silence; harmed, companion\n{table(headers, rows)}"


def _group(group: Group) -> str:
    return f"{_mean(group.vs_silence_bpm)}; {_percent(group.harmed_percent)}, {_percent(group.companion_percent)}"


def _compared(scene: Scene) -> str:
    verdicts = {True: "no worse", False: "not shown to be no worse", None: "too few listeners"}
    rows = [
        [
            other.value,
            _mean(found.mean),
            UNKNOWN if found.upper is None else f"{found.upper:+.2f}",
            verdicts[no_worse(found)],
        ]
        for other, found in scene.differences.items()
    ]
    name = scene.results[0].policy.value
    return (
        f"{name} minus each other policy, same listeners (negative: {name} calms more)\n"
        f"{table(['policy', 'difference', 'upper 95 %', f'{name} is'], rows)}\n"
        "upper: one-sided bound, Holm-corrected over these comparisons; no worse: at most +0.15 bpm"
    )


def _mean(mean: Mean | None) -> str:
    if mean is None:
        return UNKNOWN
    return f"{mean.mean:+.2f}" + ("" if mean.se is None else f" ± {mean.se:.2f}")


def _percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:.0f} %"
