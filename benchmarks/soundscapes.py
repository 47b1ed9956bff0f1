"""Every soundscape, rendered to files and measured: loudness, tempo, how it follows arousal, clicks, and what it costs.

    python benchmarks/soundscapes.py [NAME ...] [--seeds N]      # default: all, five seeds; about two minutes a seed and name
    python benchmarks/soundscapes.py [NAME ...] --pictures       # spectrograms into docs/pictures instead
    python benchmarks/soundscapes.py [NAME ...] --cost           # cost and speed only

Four files a seed: a minute each at arousal 1, .5 and 0 (66 BPM), and one from 1 to 0 with the tempo from 75 to 60. The
limiter is in the way as in a session, the guide's own change of level is not. Needs `pip install pyloudnorm mosqito matplotlib` for
loudness by a second hand, sharpness and roughness; what cannot be measured is "-". Exit code 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import _bare_graph  # noqa: E402
import _sound_meters as meters  # noqa: E402
import _spectrogram  # noqa: E402
import numpy as np  # noqa: E402
import soundfile  # noqa: E402

from pulsetune.guide.timbre import timbre_for  # noqa: E402
from pulsetune.model import AudioParameters, Phase  # noqa: E402
from pulsetune.sound.files import FileOutput  # noqa: E402
from pulsetune.sound.limiter import TruePeakLimiter  # noqa: E402
from pulsetune.sound.player import BLOCK_FRAMES, SAMPLE_RATE_HZ, SOUNDSCAPES, Player  # noqa: E402
from tests.tools.loudness import centroid_hz, true_peak_db  # noqa: E402

SECONDS = 60.0
SLOW_ONSETS = ("warm-pad", "ocean-strings")  # pads and strings: their tempo is judged over eight pulses
PICTURES = ROOT / "docs" / "pictures"


def at_level(t_s: float, arousal: float, tempo_bpm: float) -> AudioParameters:
    """What the guide asks for at an arousal, its own change of level left out."""
    s = timbre_for(arousal, Phase.LEAD)
    return AudioParameters(t_s, tempo_bpm, s.brightness, s.density, s.warmth, s.pulse_level, s.bed_level, 0.0)


def render(path: Path, name: str, seed: int, targets: list[AudioParameters]) -> tuple[np.ndarray, np.ndarray, int]:
    """Render to ``path`` and read it back: samples, when notes began in seconds, and how many notes found no voice."""
    player, limiter = Player(name, seed), TruePeakLimiter(SAMPLE_RATE_HZ)
    output = FileOutput(path, SAMPLE_RATE_HZ, limiter.latency_frames)
    for target in targets:
        player.push(target)
    for _ in range(int(SECONDS * SAMPLE_RATE_HZ / BLOCK_FRAMES) + 1):
        output.write(limiter.process(player.render()))
    output.close()
    notes_s = np.array(sorted({one[0] for one in player.take_notes()})) / SAMPLE_RATE_HZ
    dropped = player.dropped_notes
    player.close()
    return soundfile.read(path)[0], notes_s, dropped


@dataclass
class Measured:
    """One soundscape with one seed; lists are the thirds of the way from lively to calm."""

    name: str
    seed: int
    lufs: dict[float, float] = field(default_factory=dict)
    step_lu: float = 0.0
    pulse_bpm: float = 0.0
    eight_bpm: float = 0.0
    centroid_hz: list[float] = field(default_factory=list)
    sharpness: list[float] = field(default_factory=list)
    roughness: list[float] = field(default_factory=list)
    onsets: list[int] = field(default_factory=list)
    peak_db: float = -99.0
    direct_current: float = 0.0
    attacks: int = 0
    clicks: list[str] = field(default_factory=list)
    dropped: int = 0


def measure(name_and_seed: tuple[str, int]) -> Measured:
    """Render the four files and measure them."""
    name, seed = name_and_seed
    found = Measured(name, seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "music.flac")
        for arousal in (1.0, 0.5, 0.0):
            samples, _, dropped = render(path, name, seed, [at_level(0.0, arousal, 66.0)])
            found.lufs[arousal] = meters.loudness(samples)
            note_common(found, samples, dropped)
        glide = [at_level(0.0, 1.0, 75.0), at_level(SECONDS, 0.0, 60.0)]
        samples, notes_s, dropped = render(path, name, seed, glide)
    note_common(found, samples, dropped)
    found.pulse_bpm, found.eight_bpm = meters.tempo_errors_bpm(samples, 75.0, 60.0)
    thirds = np.array_split(samples, 3)
    found.centroid_hz = [centroid_hz(third) for third in thirds]
    found.sharpness = [meters.sharpness_acum(third) for third in thirds]
    found.roughness = [meters.roughness_asper(third) for third in thirds[::2]]  # the middle would cost a minute
    found.onsets = meters.onsets(samples)
    found.attacks, found.clicks = meters.clicks(samples, notes_s)
    return found


def note_common(found: Measured, samples: np.ndarray, dropped: int) -> None:
    """What must hold in every file: the worst so far is kept."""
    found.step_lu = max(found.step_lu, meters.largest_step_lu(samples))
    found.peak_db = max(found.peak_db, true_peak_db(samples))
    found.direct_current = max(found.direct_current, float(np.abs(samples.mean(axis=0)).max()))
    found.dropped += dropped


# ---------------------------------------------------------------- goals


@dataclass(frozen=True)
class Goal:
    """A line of the table: the worst of a soundscape's seeds, and the limit it must keep."""

    title: str
    limit: float
    values: dict[str, float]
    shape: str = "{:.2f}"

    def line(self) -> str:
        cells = [self._cell(self.values[name]) for name in self.values]
        return f"{self.title:44s}{'≤ ' + self.shape.format(self.limit):>10s}" + "".join(f"{c:>15s}" for c in cells)

    def _cell(self, value: float) -> str:
        if np.isnan(value):
            return "-"
        return self.shape.format(value) + (" !" if value > self.limit else "")

    @property
    def kept(self) -> bool:
        return not any(value > self.limit for value in self.values.values())


def goals(rows: list[Measured]) -> list[Goal]:
    """Everything that is promised of the files."""
    by_name: dict[str, list[Measured]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)

    def worst(title: str, limit: float, value: object, shape: str = "{:.2f}") -> Goal:
        return Goal(title, limit, {n: float(max(value(row) for row in some)) for n, some in by_name.items()}, shape)  # type: ignore[operator]

    def share(parts: list[float]) -> float:
        return parts[-1] / parts[0]

    found = [worst("loudness off -20 LUFS at arousal .5, LU", 1.0, lambda row: abs(row.lufs[0.5] + 20.0))]
    for arousal in (1.0, 0.5, 0.0):
        means = {name: float(np.mean([row.lufs[arousal] for row in some])) for name, some in by_name.items()}
        least, most = min(row.lufs[arousal] for row in rows), max(row.lufs[arousal] for row in rows)
        spread = {name: max(most - mean, mean - least) for name, mean in means.items()}
        found.append(Goal(f"farthest from any file at arousal {arousal:g}, LU", 1.0, spread))
    found += [
        worst("largest 3-s step of loudness, LU", 3.0, lambda row: row.step_lu),
        worst(
            "tempo, 1 pulse (pad and strings: 8), BPM",
            0.5,
            lambda row: row.eight_bpm if row.name in SLOW_ONSETS else row.pulse_bpm,
        ),
        worst("centroid, last third / first", 0.75, lambda row: share(row.centroid_hz)),
        worst("sharpness, last third / first", 0.75, lambda row: share(row.sharpness)),
        worst("onsets, last third / first", 0.99, lambda row: row.onsets[-1] / row.onsets[0]),
        worst("roughness, last third / first", 1.0, lambda row: share(row.roughness)),
        worst("true peak, dBTP", -1.0, lambda row: row.peak_db, "{:.1f}"),
        worst("direct current, 1e-6", 100.0, lambda row: row.direct_current * 1e6, "{:.1f}"),
        worst("second-difference outliers off any attack", 0, lambda row: len(row.clicks), "{:.0f}"),
        worst("notes without a voice", 0, lambda row: row.dropped, "{:.0f}"),
    ]
    return found


def show_row(row: Measured) -> None:
    """One line a seed, the raw numbers."""

    def parts(values: list[float], shape: str) -> str:
        return "/".join(shape.format(value) for value in values)

    print(
        f"{row.name:14s}{row.seed:3d}  LUFS {parts(list(row.lufs.values()), '{:.2f}')}  step {row.step_lu:.2f}"
        f"  tempo {row.pulse_bpm:.2f}, 8: {row.eight_bpm:.2f}  centroid {parts(row.centroid_hz, '{:.0f}')}"
        f"  sharp {parts(row.sharpness, '{:.2f}')}  rough {parts(row.roughness, '{:.4f}')}"
        f"  onsets {parts(row.onsets, '{:d}')}  peak {row.peak_db:.1f}  attacks {row.attacks}",
        flush=True,
    )
    for line in row.clicks:
        print(f"{'':19s}outlier at {line}", flush=True)


def stress_peak_db() -> float:
    """What leaves the limiter when noise, an 11 kHz tone and steps of full scale come in at +12 dB."""
    rng = np.random.default_rng(1)
    time_s = np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    stress = rng.standard_normal((len(time_s), 2)) * 0.5 * (np.sin(2 * np.pi * time_s) > 0)[:, None]
    stress += np.sin(2 * np.pi * 11_025 * time_s + 0.7)[:, None] + np.sign(np.sin(2 * np.pi * 3.3 * time_s))[:, None]
    limiter = TruePeakLimiter(SAMPLE_RATE_HZ)
    blocks = np.array_split((4.0 * stress).astype(np.float32), len(stress) // BLOCK_FRAMES)
    return true_peak_db(np.concatenate([limiter.process(block) for block in blocks]).astype(np.float64))


def show_cost(names: list[str]) -> bool:
    """Cost beside the bare graph and speed, each soundscape in a process of its own."""
    kept = True
    print(f"\n{'cost':14s}{'% of a core':>12s}{'bare graph':>12s}{'ratio (≤ 1.25)':>16s}{'x real time (≥ 15)':>20s}")
    context = multiprocessing.get_context("spawn")
    for name in names:
        here, there = context.Pipe(duplex=False)
        context.Process(target=_bare_graph.tell, args=(there, name, at_level(0.0, 0.5, 66.0))).start()
        there.close()
        cost = here.recv()
        kept = kept and cost.ratio <= 1.25 and cost.times_real_time >= 15.0
        print(
            f"{name:14s}{100 * cost.ours:12.2f}{100 * cost.bare:12.2f}{cost.ratio:16.2f}{cost.times_real_time:20.1f}",
            flush=True,
        )
    return kept


def draw(names: list[str]) -> None:
    """A spectrogram of the way from lively to calm, one a soundscape."""
    PICTURES.mkdir(exist_ok=True)
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            glide = [at_level(0.0, 1.0, 75.0), at_level(SECONDS, 0.0, 60.0)]
            samples, _, _ = render(Path(folder, "music.flac"), name, 1, glide)
        path = PICTURES / f"{name}.svg"
        path.write_text(_spectrogram.svg(samples, SAMPLE_RATE_HZ, f"{name}: one minute from arousal 1 to 0"), "utf-8")
        print(f"{path.relative_to(ROOT)}, {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the soundscapes.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="soundscapes; default: all")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--pictures", action="store_true", help="draw spectrograms into docs/pictures instead")
    parser.add_argument("--cost", action="store_true", help="cost and speed only")
    wishes = parser.parse_args()
    names = wishes.names or list(SOUNDSCAPES)
    if wishes.pictures:
        draw(names)
        return
    kept = True
    if not wishes.cost:
        jobs = [(name, seed) for seed in range(1, wishes.seeds + 1) for name in names]
        rows = []
        with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
            for row in pool.imap_unordered(measure, jobs):
                show_row(row)
                rows.append(row)
        rows.sort(key=lambda row: (names.index(row.name), row.seed))
        print(f"\n{'worst of ' + str(wishes.seeds) + ' seeds (! misses the goal)':44s}{'goal':>10s}", end="")
        print("".join(f"{name:>15s}" for name in names))
        for goal in goals(rows):
            kept = kept and goal.kept
            print(goal.line())
        stress_db = stress_peak_db()
        kept = kept and stress_db <= -1.0
        print(f"true peak out of the limiter under stress: {stress_db:.2f} dBTP (≤ -1)")
    kept = show_cost(names) and kept
    sys.exit(not kept)


if __name__ == "__main__":
    main()
