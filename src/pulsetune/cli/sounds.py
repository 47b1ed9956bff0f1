"""``pulsetune sounds``: what the music can sound like, heard on the speakers or rendered to a file."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pulsetune.cli.files import keep_existing
from pulsetune.cli.taste import Taste, read_taste
from pulsetune.errors import PulseTuneError, SoundDeviceMissing
from pulsetune.model import SILENT_DB, TICK_S, AudioParameters

if TYPE_CHECKING:
    from pulsetune.sound.supervisor import ProcessSink

STOP_FADE_S = 1.0  # after Ctrl-C


@click.command()
@click.argument("name", required=False)
@click.option("--output", metavar="speakers|null|FILE", default="speakers", help="FILE ends in .flac or .wav.")
@click.option("--bed", metavar="NAME", default="none", help="A sound of nature under it: water, rain, wind, birds.")
@click.option("--seconds", type=float, default=60.0, show_default=True, help="How long.")
@click.option("--arousal", metavar="A[..B]", default="1..0", show_default=True, help="0 is calm, 1 activated.")
@click.option("--tempo", metavar="A[..B]", default="75..60", show_default=True, help="Pulses a minute, 42 to 92.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same seed, same music.")
@click.option("--score", type=click.Path(path_type=Path), help="Also write what was played as a MIDI file (.mid).")
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sounds(name: str | None, as_json: bool, force: bool, **wishes: Any) -> None:
    """List the soundscapes; with a NAME, hear it, or render it to a file.

    The name "reference" plays a steady noise as loud as the music: set your volume so that it is as loud as quiet speech.

    \b
    Examples:
      pulsetune sounds
      pulsetune sounds raga
      pulsetune sounds warm-pad --bed rain
      pulsetune sounds raga --output raga.flac --seconds 120 --score raga.mid
      pulsetune sounds reference
    """
    if name is None:
        _list(as_json=as_json)
        return
    output = wishes["output"]
    file = None if output in ("speakers", "null") else Path(output)
    keep_existing({"--output": file, "--score": wishes["score"]}, force=force)
    taste = read_taste(name, **wishes)
    result = asyncio.run(_play(taste, null=wishes["output"] == "null"))
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    place = result["path"] or ("played to nobody" if output == "null" else "the speakers")
    click.echo(f"{name}, {result['seconds']:.1f} s: {place}" + (f", score: {taste.score}" if taste.score else ""))


def _list(*, as_json: bool) -> None:
    from pulsetune.cli.present import table
    from pulsetune.sound.soundscapes import PIANO_CREDIT, REFERENCE, REFERENCE_DESCRIPTION, SOUNDSCAPES
    from pulsetune.sound.soundscapes.nature import BEDS

    if as_json:
        rows = [{"name": name, "description": text} for name, text in SOUNDSCAPES.items()]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    click.echo(table(["name", ""], [[name, text] for name, text in SOUNDSCAPES.items()]))
    click.echo(f"\n{REFERENCE}: {REFERENCE_DESCRIPTION}\n\nWith --bed, under any of them:\n")
    click.echo(table(["name", ""], [[name, text] for name, text in BEDS.items()]))
    click.echo(f"\n{PIANO_CREDIT}")


# ---------------------------------------------------------------- playing


async def _play(taste: Taste, *, null: bool) -> dict[str, Any]:
    """Play through the same sink as a session; returns what became of it."""
    from pulsetune.cli.asking import Asking
    from pulsetune.clocks import SteppedClock, SystemClock
    from pulsetune.sound.supervisor import ProcessSink, pyo_available
    from pulsetune.sound.wire import OutputKind, OutputSpec

    if not pyo_available():
        raise SoundDeviceMissing(
            "The synthesiser (pyo) is not available on this platform.", "Everything else of PulseTune works here."
        )
    live = taste.output is None
    kind = OutputKind.FILE if not live else OutputKind.NULL if null else OutputKind.SPEAKERS
    clock = SystemClock() if live else SteppedClock()
    sink = ProcessSink(OutputSpec(kind, taste.output), taste.name, taste.seed, clock, bed=taste.bed)
    asking = Asking()
    with asking.listening(keys=False):
        await sink.open()
        try:
            stopped_s = await _through(taste, sink, clock, asking, live=live)
        finally:
            await sink.close()
            _progress(None)
    if stopped_s is not None:
        click.echo(f"Stopped after {stopped_s:.1f} s.", err=True)
    _raise_failure(sink)
    if taste.score is not None:
        from pulsetune.sound.midi_score import write_score

        write_score(taste.score, taste.name, sink.notes, sink.pulses)
    report = sink.report
    return {
        "name": taste.name,
        "seconds": round(report.seconds, 3),
        "path": report.path,
        "underruns": report.underruns,
        "seed": taste.seed,
        "score": None if taste.score is None else str(taste.score),
        "stopped": stopped_s is not None,
    }


async def _through(taste: Taste, sink: ProcessSink, clock: Any, asking: Any, *, live: bool) -> float | None:
    """Feed the sink to the end; returns when the listener stopped it, or None."""
    begun_s = clock.now_s()  # opening took a moment
    tick = 0
    while True:
        now_s = tick * TICK_S
        if asking.commands(now_s):
            await _stop(taste, sink, now_s, live=live)
            return now_s
        sink.apply(taste.parameters(min(now_s, taste.seconds)))
        await sink.ready(now_s)
        _progress(min(1.0, now_s / taste.seconds))
        if now_s >= taste.seconds:
            return None
        tick += 1
        await clock.sleep_until(begun_s + tick * TICK_S)


async def _stop(taste: Taste, sink: ProcessSink, now_s: float, *, live: bool) -> None:
    """Fade out: at once what is heard, in the music what goes to a file."""
    if live:
        sink.fade(0.0, STOP_FADE_S)
        await asyncio.sleep(STOP_FADE_S)
        return
    end = taste.parameters(now_s)
    sink.apply(AudioParameters(now_s + STOP_FADE_S, end.tempo_bpm, *_shape(end), SILENT_DB))


def _shape(parameters: AudioParameters) -> tuple[float, float, float, float, float]:
    return (
        parameters.brightness,
        parameters.density,
        parameters.warmth,
        parameters.pulse_level,
        parameters.bed_level,
    )


def _raise_failure(sink: ProcessSink) -> None:
    """A session goes on without sound; here sound was all there was to do."""
    if problem := sink.report.problem:
        raise PulseTuneError(f"{problem}.", "What was written until then is there, and incomplete.")


def _progress(share: float | None) -> None:
    """One line that is redrawn, on a terminal only; None takes it away."""
    if sys.stderr.isatty():
        text = "" if share is None else f"\r{100 * share:3.0f} %"
        sys.stderr.write(text or "\r     \r")
        sys.stderr.flush()
