import json
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulsetune.errors import DamagedData, PulseTuneError
from pulsetune.model import EndedBecause, ListenerProfile, SessionEnded
from pulsetune.records.profile import (
    ends_of_sessions_bpm,
    forget,
    listener_profile,
    parse_profile,
    profile_path,
    read_listen_only,
    resting_level_bpm,
    save_listen_only,
)
from pulsetune.records.store import SessionLog
from tests.fakes.long_session import started

STRAP = "strap Polar H10 A1B2 (AA:BB:CC:DD:EE:FF)"


def ended(
    home: Path, end_bpm: object, because: str = "completed", *, source: str = STRAP, simulated: bool = False
) -> None:
    """Log a session that ended at a heart rate."""
    log = SessionLog.start(home, started(source=source, simulated=simulated))
    log.append(60.0, SessionEnded(60.0, EndedBecause(because), "", 70, 0))
    log.finish(json.dumps({"final_heart_rate_bpm": end_bpm, "ended_because": because}))
    log.close()


# ---------------------------------------------------------------- what the listener said


def test_nobody_has_said_anything_in_a_new_home_and_looking_makes_nothing(home):
    assert read_listen_only(home) is None
    assert listener_profile(home, simulated=False) == ListenerProfile()
    assert not home.exists()


@pytest.mark.parametrize("listen_only", [True, False])
def test_what_was_said_is_read_again(home, listen_only):
    save_listen_only(home, listen_only=not listen_only)
    save_listen_only(home, listen_only=listen_only)
    assert read_listen_only(home) is listen_only
    assert [path.name for path in home.iterdir() if path.is_file()] == ["profile.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_the_profile_is_its_owner_s_alone(home):
    save_listen_only(home, listen_only=True)
    assert stat.S_IMODE(profile_path(home).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_forgetting_deletes_it(home):
    save_listen_only(home, listen_only=True)
    assert forget(home)
    assert read_listen_only(home) is None
    assert not forget(home)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"listen only please",
        b"\xff\xfe",
        b"null",
        b"true",
        b'{"version": 1}',
        b'{"listen_only": true}',
        b'{"version": 1, "listen_only": "yes"}',
        b'{"version": 1, "listen_only": 1}',
        b'{"version": true, "listen_only": true}',
        b'{"version": 1.0, "listen_only": true}',
        b'{"version": 0, "listen_only": true}',
        b'{"version": 1, "listen_only": true, "lead": true}',
        b'{"version": 1, "listen_only": true, "listen_only": false}',
        b'{"version": 1, "listen_only": true',
        b"[" * 9_000,
        b'{"version": 1, "listen_only": false}' + b" " * 20_000,
        b'{"version": ' + b"9" * 5_000 + b"}",
    ],
)  # fmt: skip
def test_a_damaged_profile_is_an_error_that_says_what_to_do_and_never_a_lead(home, content):
    home.mkdir()
    profile_path(home).write_bytes(content)
    for simulated in (True, False):
        with pytest.raises(DamagedData, match=r"is damaged.*pulsetune profile --listen-only"):
            listener_profile(home, simulated=simulated)
    assert profile_path(home).read_bytes() == content
    save_listen_only(home, listen_only=True)
    assert read_listen_only(home) is True


def test_a_profile_of_a_newer_version_is_named_as_such(home):
    with pytest.raises(DamagedData, match="newer PulseTune"):
        parse_profile(b'{"version": 2, "listen_only": {"when": "mornings"}}', home)


def test_a_profile_that_cannot_be_opened_is_an_error(home):
    profile_path(home).mkdir(parents=True)
    with pytest.raises(DamagedData, match="cannot be read"):
        read_listen_only(home)
    for act in (lambda: save_listen_only(home, listen_only=True), lambda: forget(home)):
        with pytest.raises(PulseTuneError, match="cannot be"):
            act()


@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.dictionaries(st.sampled_from(["version", "listen_only", "x"]), inner) | st.lists(inner),
    ).map(lambda value: json.dumps(value).encode())
)
@example(b'{"version":1,"listen_only":false}')
def test_whatever_the_file_holds_it_is_a_profile_or_damaged(content):
    try:
        said = parse_profile(content, Path("profile.json"))
    except DamagedData:
        return
    assert json.loads(content) == {"version": 1, "listen_only": said}


# ---------------------------------------------------------------- the resting level


def test_the_resting_level_is_the_tenth_percentile_of_how_sessions_ended(home):
    for end_bpm in (70, 60.5, 64, 66, 62):
        ended(home, end_bpm)
    # sorted 60.5, 62, 64, 66, 70: rank 0.1 * 4 = 0.4 between the first two, 60.5 + 0.4 * 1.5
    assert listener_profile(home, simulated=False) == ListenerProfile(False, 61.1, 5)


def test_four_sessions_are_too_few(home):
    for end_bpm in (70, 60, 64, 66):
        ended(home, end_bpm)
    assert listener_profile(home, simulated=False) == ListenerProfile(False, None, 4)


def test_only_an_own_heart_that_sat_to_the_end_counts(home):
    ended(home, 61)
    ended(home, 62, "listener")
    ended(home, 63, "dropout")
    ended(home, 64, "error")
    ended(home, 65, "safety")
    ended(home, 66, source="simulated listener (weak responder, seed 3)", simulated=True)
    ended(home, 67, source="session 1, played again")
    ended(home, 68, source="recording monday.txt")
    ended(home, None)
    ended(home, "68")
    ended(home, 7)
    ended(home, 400)
    ended(home, True)
    SessionLog.start(home, started(source=STRAP)).close()  # never ended
    assert ends_of_sessions_bpm(home) == [61]


def test_a_simulated_heart_gets_what_was_said_but_not_the_history(home):
    for _ in range(5):
        ended(home, 61)
    save_listen_only(home, listen_only=True)
    assert listener_profile(home, simulated=True) == ListenerProfile(True, None, 0)
    assert listener_profile(home, simulated=False) == ListenerProfile(True, 61, 5)


def numpy_percentile(values: list[float]) -> float:
    import numpy as np

    return float(np.percentile(values, 10))


@given(st.lists(st.floats(30, 200), min_size=5, max_size=40))
def test_the_resting_level_agrees_with_numpy(ends_bpm):
    assert resting_level_bpm(ends_bpm) == pytest.approx(numpy_percentile(ends_bpm), abs=0.051)
