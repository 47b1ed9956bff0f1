"""``pulsetune analyze``: what a recording of RR intervals, or the heart of a session, says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulsetune.errors import PulseTuneError, WrongUse

if TYPE_CHECKING:
    from pulsetune.arousal.timeline import RawBeat
    from pulsetune.model import Beat, Event, SourceEvent

FEWEST_INTERVALS = 3
LONGEST_SPAN_S = 86_400.0
SHORTEST_SPAN_S = 10.0  # fewer readings make no baseline
SERIES_KEYS = ("t_s", "heart_rate_bpm", "rmssd_ms", "arousal", "confidence", "quality", "breaths_per_min")


@dataclass(frozen=True, slots=True)
class _Heart:
    """What there is to analyze; ``inputs`` are the events of the source, each with the time at which it was used."""

    name: str
    simulated: bool
    raw: list[RawBeat]
    inputs: list[tuple[float, SourceEvent]]
    end_s: float
    baseline: tuple[float | None, float] | None


class _Span(click.ParamType[tuple[float, float]]):
    """FROM-TO in seconds."""

    name = "FROM-TO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        begin, _, end = str(value).partition("-")
        try:
            span = float(begin), float(end)
        except ValueError:
            self.fail(f"{value!r} is not a span. Give two times in seconds, like 60-120.", param, ctx)
        if not (span[0] >= 0 and SHORTEST_SPAN_S <= span[1] - span[0] <= LONGEST_SPAN_S):
            self.fail(f"{value!r} is not possible: {SHORTEST_SPAN_S:.0f} seconds at least, from 0 on.", param, ctx)
        return span


@click.command()
@click.argument("recording", metavar="FILE|ID|last")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--series", "form", flag_value="series", help="JSON Lines: one estimate a second, as in a live session.")
@click.option("--beats", "form", flag_value="beats", help="JSON Lines: every beat, raw and cleaned, with its kind.")
@click.option("--baseline", type=_Span(), metavar="FROM-TO", help="Seconds that make the baseline of the arousal.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw beats, heart rate and arousal.")
@click.option("--force", is_flag=True, help="Overwrite a plot that exists.")
def analyze(
    recording: str,
    form: str | None,
    baseline: tuple[float, float] | None,
    plot: Path | None,
    force: bool,
) -> None:
    """Clean the RR intervals of a file or a session and compute heart rate, variability and arousal.

    FILE is text with one RR interval a line, two columns (time, interval), a table with the header t_s,rr_ms, an
    export of PulseTune (csv, rr, jsonl), of Elite HRV, HRV Logger or Polar Sensor Logger; ID is a session.

    Raw values are the file as it stands, clean ones after correction of artifacts. A value is left out where the
    recording is too short for it: heart rate 10 s; RMSSD, SD1, stress index 30 s; SDNN, SD2, pNN50 60 s. LF and HF are
    means over windows of 300 s (HF from 60 s, LF from 120 s without a gap); coherence and breathing rate are taken
    from windows of 64 s. The baseline is the first minute after 10 s, or the one of the session, or --baseline.

    \b
    Examples:
      pulsetune analyze monday.txt
      pulsetune analyze last --plot monday.svg
      pulsetune analyze monday.txt --series --baseline 30-90
      pulsetune analyze monday.txt --beats | grep ectopic
    """
    from pulsetune.analysis import analyze as analyzed
    from pulsetune.analysis import clean

    if baseline is not None and form != "series" and plot is None:
        raise click.UsageError("--baseline goes with --series or --plot.")
    if plot is not None:
        _check_plot(plot, force=force)
    heart = _read(recording)
    span = _baseline(heart, baseline)
    beats = clean(heart.raw)
    if plot is not None:
        _plot(heart, beats, span, plot)
    if form == "beats":
        _print_lines(asdict(beat) | {"simulated": heart.simulated} for beat in beats)
    elif form == "series":
        _print_lines(_series(heart, span))
    else:
        result = analyzed(heart.raw, beats)
        if form == "json":
            click.echo(json.dumps(asdict(result) | {"simulated": heart.simulated}, allow_nan=False))
        else:
            from pulsetune.cli.analysis_text import analysis_text

            click.echo(analysis_text(heart.name, result, simulated=heart.simulated))


# ---------------------------------------------------------------- what is read


def _read(recording: str) -> _Heart:
    """A file of that name, else a session."""
    path = Path(recording)
    is_session = recording == "last" or (recording.isascii() and recording.isdigit())
    heart = _session(recording) if is_session and not path.exists() else _file(path)
    if len(heart.raw) < FEWEST_INTERVALS:
        raise WrongUse(
            f"{heart.name} holds only {len(heart.raw)} RR interval{'s' if len(heart.raw) != 1 else ''}.",
            "Half a minute is the least that says anything, five minutes are better.",
        )
    return heart


def _file(path: Path) -> _Heart:
    from pulsetune.analysis import beats_of_intervals
    from pulsetune.heart.replay import notifications
    from pulsetune.heart.rr_file import holes, read_rr_file

    recording = read_rr_file(path)
    raw = beats_of_intervals(recording.t_s, recording.rr_ms, holes(recording))
    inputs = [(event.t_s, event) for event in notifications(recording)]
    return _Heart(recording.name, recording.simulated, raw, inputs, recording.t_s[-1], None)


def _session(text: str) -> _Heart:
    from pulsetune.analysis import beats_of_events
    from pulsetune.cli.choosing import session_number
    from pulsetune.records.home import home
    from pulsetune.records.library import Library

    session_id = session_number(text)
    library = Library(home())
    events = list(library.events(session_id))
    inputs = _source_events(events)
    raw = beats_of_events(event for _, event in inputs)
    end_s = max((at_s for at_s, _ in events), default=0.0)
    simulated = library.row(session_id).simulated
    return _Heart(f"Session {session_id}", simulated, raw, inputs, end_s, _baseline_of_session(events))


def _source_events(events: Iterable[tuple[float, Event]]) -> list[tuple[float, SourceEvent]]:
    from pulsetune.model import HeartSample, LinkChanged, SignalWarning

    return [(at_s, event) for at_s, event in events if isinstance(event, HeartSample | LinkChanged | SignalWarning)]


def _baseline_of_session(events: Sequence[tuple[float, Event]]) -> tuple[float | None, float] | None:
    from pulsetune.model import SessionStarted

    started = next((event for _, event in events if isinstance(event, SessionStarted)), None)
    return None if started is None else (None, started.program.calibrate_s)


def _baseline(heart: _Heart, asked: tuple[float, float] | None) -> tuple[float | None, float] | None:
    if asked is not None and asked[1] > heart.end_s:
        raise WrongUse(
            f"{heart.name} ends after {heart.end_s:.0f} s, before the baseline {asked[0]:g}-{asked[1]:g} does.",
            "Times count from the recording's beginning.",
        )
    return asked or heart.baseline


# ---------------------------------------------------------------- what is written


def _series(heart: _Heart, baseline: tuple[float | None, float] | None) -> Iterator[dict[str, object]]:
    from pulsetune.analysis import series

    for estimate, _ in series(heart.inputs, heart.end_s, baseline):
        yield {key: getattr(estimate, key) for key in SERIES_KEYS} | {"simulated": heart.simulated}


def _print_lines(values: Iterable[dict[str, object]]) -> None:
    for value in values:
        click.echo(json.dumps(value, allow_nan=False, separators=(",", ":")))


def _check_plot(path: Path, *, force: bool) -> None:
    from pulsetune.records.whole_file import check_target

    if path.suffix.lower() != ".svg":
        raise WrongUse(f"{path} does not end in .svg.", "Plots are SVG files.")
    check_target(path, "--plot", force=force)


def _plot(heart: _Heart, beats: Sequence[Beat], baseline: tuple[float | None, float] | None, path: Path) -> None:
    from pulsetune.analysis import series
    from pulsetune.records.heart_plot import heart_plot
    from pulsetune.records.whole_file import write_whole

    title = f"{heart.name}{' (SIMULATED listener)' if heart.simulated else ''}"
    found = list(series(heart.inputs, heart.end_s, baseline))
    estimates = [estimate for estimate, _ in found]
    own = found[-1][1] if found else None
    try:
        write_whole(path, [heart_plot(title, beats, estimates, own)])
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise PulseTuneError(f"{path} cannot be written ({why}).", "Choose another place with --plot.") from problem
    click.echo(f"Plot: {path}", err=True)
