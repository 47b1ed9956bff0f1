"""Files of RR intervals as other programs write them, and every mistake with its line."""

from __future__ import annotations

import contextlib
import os
import sys
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.errors import DamagedData, PulseTuneError, WrongUse
from pulsetune.heart import rr_file
from pulsetune.heart.arrivals import beat_times_s
from pulsetune.heart.rr_file import Recording, holes, parse_rr, read_rr_file

JSONL = '{"format":"pulsetune-session","version":1}\n'
OWN_JSONL = (
    JSONL + "\n"
    '{"kind":"heart_sample","at_s":1.0,"t_s":0.9,"payload":"","heart_rate_bpm":70,"rr_ms":[800.0]}\n\n'
    '{"kind":"beat","at_s":1.0,"t_s":0.8,"rr_ms":800.0,"nn_ms":800.0}\n'
    '{"kind":"heart_sample","at_s":3.0,"t_s":2.9,"payload":"","heart_rate_bpm":70,"rr_ms":[900,1000.0]}\n'
)


@pytest.mark.parametrize(
    "text",
    [
        "800\n900\n1000\n",  # Kubios, Elite HRV: milliseconds
        "0.8\n0.9\n1.0\n",  # Kubios: seconds
        "800\r\n900\r\n1000\r\n",  # Windows
        "800\r900\r1000",  # old Macintosh, no end of line
        "\ufeff800\n900\n1000\n",  # byte order mark
        "# polar\n\n800\n  900 \n# noise here\n1000\n\n",  # comments, blanks
        "0.8\t0.8\n1.7\t0.9\n2.7\t1.0\n",  # Kubios: time of the beat, interval
        "0.8 800\n1.7 900\n2.7 1000\n",  # GoldenCheetah: spaces, mixed units
        "800,800\n1700,900\n2700,1000\n",  # both in ms
        "0,8;0,8\n1,7;0,9\n2,7;1,0\n",  # decimal commas
        "0,8\n0,9\n1,0\n",  # the same in one column: as times and intervals they would be no heart's
        "800,0\n900,0\n1000\n",
        "800\n900,00\n1000,000\n",
        "# s\r\n0,800\r\n\r\n,900\r\n1\r\n",
        "800;\n900;\n1000;\n",  # a separator at the end
        "t_s,rr_ms\n0.8,800\n1.7,900\n2.7,1000\n",
        'label,T_S,RR_MS\na,10.8,800\n"b, c",11.7,900\n,12.7,1000\n',  # more columns, quotes, time from elsewhere
        "t_s,rr_ms,nn_ms\n0.8,800,800\n1.2,,450\n1.7,900,450\n2.7,1000,1000\n",  # an inserted beat has no interval
        "rr_ms\n800\n900\n1000\n",
        "date,rr,since start\n2026-11-22 07:00:01.900,800,800\n2026-11-22 07:00:01.900,900,1700\n2026-11-22 07:00:03.0,1000,2700\n",
        "date,rr\n2026-11-22 07:00:01 +0000,800\n2026-11-22 07:00:01 +0000,900\n2026-11-22 07:00:03 +0000,1000\n",
        "timestamp, rr, since_start\n1790000000800, 800, 800\n1790000001700, 900, 1700\n1790000002700, 1000, 2700\n",
        "Phone timestamp;RR-interval [ms]\n2026-11-22T04:00:00.123;800\n2026-11-22T04:00:01.9;900\n2026-11-22T04:00:02.1;1000\n",
        "RR-interval [ms];sensor timestamp [ns];Phone timestamp;\n800;7;2026-11-22T04:00:01;\n900;8;2026-11-22T04:00:01;\n1000;9;2026-11-22T04:00:00.5;\n",  # another order; a phone that set its clock back
        OWN_JSONL,
    ],
)  # fmt: skip
def test_the_same_three_intervals_in_every_dialect(text: str) -> None:
    recording = parse_rr(text.encode(), "r.txt")
    assert recording.rr_ms == pytest.approx((800.0, 900.0, 1000.0), abs=1e-9)
    assert recording.t_s == pytest.approx((0.8, 1.7, 2.7), abs=1e-9)
    assert recording.name == "r.txt"


def test_decimals_are_kept_to_the_last_digit() -> None:
    assert parse_rr(b"833.0078125\n830.078125\n", "r").rr_ms == (833.0078125, 830.078125)


def test_text_in_utf_16_as_a_windows_editor_saves_it() -> None:
    assert parse_rr("800\r\n900\r\n".encode("utf-16"), "r").rr_ms == (800.0, 900.0)


def test_a_comment_in_an_old_code_page_does_no_harm() -> None:
    assert parse_rr("# Müller\n800\n".encode("latin-1"), "r").rr_ms == (800.0,)


def polar(rr_ms: list[float], arrived_s: list[float]) -> Recording:
    rows = [f"2026-11-22T04:{int(t) // 60:02d}:{t % 60:06.3f};{rr}" for t, rr in zip(arrived_s, rr_ms, strict=True)]
    return parse_rr("\n".join(["Phone timestamp;RR-interval [ms]", *rows]).encode(), "r")


def test_arrival_times_are_never_differenced() -> None:
    late = [1.3, 2.0, 3.9, 4.1, 9.9, 9.9, 9.9, 9.9, 9.9, 10.2]  # a phone that slept for five seconds
    recording = polar([1000.0] * 10, late)
    assert recording.t_s == pytest.approx(range(1, 11), abs=1e-9)
    assert holes(recording) == []


@pytest.mark.parametrize(
    ("text", "simulated"),
    [
        ("t_s,rr_ms,simulated\n0.8,800,1\n1.7,900,1\n", True),
        ("simulated;rr_ms\n1;800\n1;900\n", True),
        ("t_s,rr_ms,simulated\n0.8,800,0\n1.7,900,1\n", True),  # in part is enough
        ("t_s,rr_ms,simulated\n0.8,800,0\n1.7,900,0\n", False),
        ("t_s,rr_ms\n0.8,800\n1.7,900\n", False),
        (OWN_JSONL, False),
        (OWN_JSONL.replace('"version":1', '"version":1,"simulated":true'), True),
        (OWN_JSONL.replace('"version":1', '"version":1,"simulated":false'), False),
    ],
)
def test_a_file_that_says_its_heart_was_simulated_is_believed(text: str, simulated: bool) -> None:
    assert parse_rr(text.encode(), "r.csv").simulated is simulated


def test_beats_that_never_came_are_a_hole_between_arrivals() -> None:
    arrived = [*range(1, 11), *range(31, 61)]
    recording = polar([1000.0] * 40, [float(t) for t in arrived])
    assert recording.t_s == pytest.approx(arrived, abs=1e-6)
    assert holes(recording) == [10]
    assert holes(parse_rr(b"t_s,rr_ms\n1,1000\n2,1000\n9,1000\n10,1000\n", "r")) == [2]


@given(st.lists(st.tuples(st.floats(300, 2000), st.floats(0, 2.9)), min_size=1, max_size=80))
def test_delays_of_less_than_three_seconds_change_no_time(beats: list[tuple[float, float]]) -> None:
    rr_ms = [rr for rr, _ in beats]
    ends_s = list(accumulate(rr / 1000 for rr in rr_ms))
    assert beat_times_s(rr_ms, [end + late for end, (_, late) in zip(ends_s, beats, strict=True)]) == ends_s


@pytest.mark.parametrize("units", [0, 1, 65_535])
def test_whatever_16_bits_can_say_is_read_back(units: int) -> None:
    rr_ms = 1000 * units / 1024
    assert parse_rr(f"800\n{rr_ms:.7g}\n900\n".encode(), "r").rr_ms[1] == pytest.approx(rr_ms, abs=0.01)


def test_a_hole_in_the_times_is_kept() -> None:
    assert parse_rr(b"t_s,rr_ms\n100.8,800\n110.8,900\n", "r").t_s == pytest.approx((0.8, 10.8))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("800\n" * 16 + "eight hundred\n", "line 17"),
        ("800\n-900\n", "line 2"),
        ("800\n0.5\n", "line 2"),
        ("800\n99999999\n", "line 2"),
        ("800\n# fine\n\nnan\n", "line 4"),
        ("800\ninf\n", "line 2"),
        ("800\n1e999\n", "line 2"),
        ("800\n900 5\n", "line 2"),
        ("1.0 800\n0.5 900\n", "line 2"),
        ("0,826\n", "line 1"),  # 826 ms, once as a number in s and once after a time of 0
        ("0,826\n0,830\n0,835\n", "line 1"),  # the same, as long as time does not stand still for too long
        ("1,800\n2,900\n3,850\n", "line 1"),  # whole seconds and ms, or a very slow heart
        ("800\n# fine\n801,5\n810,25\n823,125\n-5,5\n", "line 6"),
        ("826\n1,012\n990\n1,003\n871\n", "line 2"),  # a comma between thousands
        ("0,826\n" * 300 + "90,5\n", "line 301"),
        ("8,26e-1\n" * 300 + "-0,826\n", "line 301"),
        ("5,25\n6,5\n" * 30, "line 1"),  # no heart in s, and time goes back
        ("1 2 3\n", "line 1"),
        ("1,800\n" + "1" * 200_000 + ",800\n", "line 2"),  # a cell longer than the csv module allows
        ("heart,rate\n60,60\n", "line 1"),
        ("t_s,rr_ms\n0.8,800\n1,7,900\n2,7,1000\n", "line 3"),  # decimal commas between commas: 7 ms is no interval
        ("t_s,rr_ms\n0.8,800\n1.7\n", "line 3"),
        ("t_s,rr_ms\n0.8,800\n,900\n", "line 3"),
        ("t_s,rr_ms\n0.8,800\n0.7,900\n", "line 3"),
        ("Phone timestamp;RR-interval [ms]\n2026-11-22T04:00:00;800\nsoon;900\n", "line 3"),
        ("Phone timestamp;HR [bpm];HRV [ms]\n2026-11-22T04:00:00;60;30\n", "line 1"),
        ("date,rr,since start\n2026-11-22 07:00:01,800,800\n2026-11-22 07:00:02,?,1700\n", "line 3"),
        ("t_s,rr_ms,simulated\n0.8,800,0\n1.7,900,maybe\n", "line 3"),
        ("t_s,rr_ms,simulated\n0.8,800,1\n1.7,900\n", "line 3"),
        ('{"format":"another"}\n', "line 1"),
        ('{"format":"pulsetune-session","simulated":"no"}\n', "line 1"),
        (JSONL + "[1]\n", "line 2"),
        (JSONL + '{"kind":\n', "line 2"),
        (JSONL + '{"kind":"heart_sample","t_s":1}\n', "line 2"),
        (JSONL + '{"kind":"heart_sample","t_s":null,"rr_ms":[800]}\n', "line 2"),
        (JSONL + '{"kind":"heart_sample","t_s":1,"rr_ms":[true]}\n', "line 2"),
        (JSONL + '{"kind":"heart_sample","t_s":1,"rr_ms":[NaN]}\n', "line 2"),
        (JSONL + '{"kind":"heart_sample","t_s":1,"rr_ms":[-1]}\n', "line 2"),
        (JSONL + '{"kind":"heart_sample","t_s":' + "9" * 400 + ',"rr_ms":[800]}\n', "line 2"),
        (JSONL + "[" * 100_000 + "\n", "line 2"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(text: str, line: str) -> None:
    with pytest.raises(DamagedData) as caught:
        parse_rr(text.encode(), "morning.txt")
    assert "morning.txt" in caught.value.message
    assert f"{line}:" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("data", [b"", b"\n\n# nothing\n", b"t_s,rr_ms\n", b"\xef\xbb\xbf"])
def test_a_file_without_intervals_says_so(data: bytes) -> None:
    with pytest.raises(DamagedData, match=r"r\.txt holds no RR intervals"):
        parse_rr(data, "r.txt")


@pytest.mark.parametrize("data", [b"fLaC\x00\x00\x00\x22", b"\x89PNG\r\n\x1a\n", b"\xff\xfe\x00"])
def test_a_binary_file_is_no_text(data: bytes) -> None:
    with pytest.raises(DamagedData, match="is not a text file"):
        parse_rr(data, "song.flac")


def test_a_recording_of_months_is_refused() -> None:
    with pytest.raises(DamagedData, match="100 days"):
        parse_rr(b"t_s,rr_ms\n1,800\n8640001,800\n", "r")


def test_paths_that_are_no_recording(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="There is no file"):
        read_rr_file(tmp_path / "none.txt")
    with pytest.raises(WrongUse, match="is a folder"):
        read_rr_file(tmp_path)
    with pytest.raises(PulseTuneError):
        read_rr_file(Path("zero\x00byte"))
    with pytest.raises(PulseTuneError):
        read_rr_file(tmp_path / ("long" * 200))


@pytest.mark.skipif(sys.platform == "win32", reason="no such devices or permissions on Windows")
def test_devices_pipes_and_locked_files_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(WrongUse, match="not an ordinary file"):
            read_rr_file(path)
    locked = tmp_path / "locked.txt"
    locked.write_text("800\n")
    locked.chmod(0)
    if os.geteuid() != 0:  # root reads everything
        with pytest.raises(DamagedData, match="cannot be read"):
            read_rr_file(locked)


def test_a_file_larger_than_any_recording_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)  # sparse: takes no room
    with pytest.raises(WrongUse, match="larger than 16 MB"):
        read_rr_file(path)


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rr_file, "MAX_INTERVALS", 3)
    assert len(parse_rr(b"800\n" * 3, "r").rr_ms) == 3
    with pytest.raises(WrongUse, match="more than 3 lines"):
        parse_rr(b"800\n" * 4, "r")


def _is_sound(recording: Recording) -> bool:
    return len(recording.t_s) == len(recording.rr_ms) > 0 and list(recording.t_s) == sorted(recording.t_s)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_give_a_recording_or_an_error_for_people(data: bytes) -> None:
    try:
        assert _is_sound(parse_rr(data, "r"))
    except PulseTuneError as problem:
        assert problem.message.startswith("r ") or problem.message.startswith("r,")


@given(
    st.text(alphabet="0123456789.,;\t \n\r\"'#-+eEtsr_m\x00é\u2028", max_size=120),
    st.sampled_from(["", "t_s,rr_ms\n", "date,rr,since start\n", "Phone timestamp;RR-interval [ms]\n", JSONL]),
)
def test_texts_that_look_like_numbers_give_a_recording_or_an_error_for_people(text: str, header: str) -> None:
    with contextlib.suppress(PulseTuneError):
        assert _is_sound(parse_rr((header + text).encode(), "r"))


@given(st.lists(st.floats(200, 2500), min_size=1, max_size=50))
def test_any_list_of_intervals_in_ms_comes_back(rr_ms: list[float]) -> None:
    assert list(parse_rr("\n".join(map(repr, rr_ms)).encode(), "r").rr_ms) == rr_ms
