import io

from pulsetune.cli.status import StatusLine
from pulsetune.model import ArousalEstimate, Command, CommandKind, Cue, Phase


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def estimate(t_s: float, age_s: float) -> ArousalEstimate:
    return ArousalEstimate(t_s, 66.4, 66.0, 30.0, None, 0.4, 0.9, 1.0, age_s)


def test_a_fresh_heart_rate_is_shown_with_its_age():
    screen = Terminal()
    StatusLine(screen, total_s=1200, live=True).watch(61.0, [estimate(61.0, 0.4)])
    assert "1:01 of 20:00" in screen.getvalue()
    assert "heart 66 (0.4 s ago)" in screen.getvalue()


def test_an_old_heart_rate_never_looks_live():
    screen = Terminal()
    StatusLine(screen, total_s=1200, live=True).watch(70.0, [estimate(70.0, 9.0)])
    assert "66" not in screen.getvalue()
    assert "no beat for 9 s" in screen.getvalue()


def test_a_new_phase_leaves_a_line_with_its_reason():
    screen = Terminal()
    status = StatusLine(screen, total_s=1200, live=True)
    status.watch(165.0, [Cue(165.0, Phase.LEAD, 70.0, 1.0, 0.75, "it begins to lead")])
    assert "2:45  lead: it begins to lead\n" in screen.getvalue()


def test_away_from_a_terminal_nothing_is_redrawn():
    file = io.StringIO()
    status = StatusLine(file, total_s=1200, live=True)
    for second in range(1, 60):
        status.watch(float(second), [estimate(float(second), 0.4)])
    assert "\r" not in file.getvalue()
    assert len(file.getvalue().splitlines()) <= 1


def test_a_log_that_cannot_be_saved_is_said_once_and_its_recovery_too():
    troubles = [None, "the disk is full", "the disk is full", None]
    screen = Terminal()
    status = StatusLine(screen, total_s=1200, live=True, trouble=lambda: troubles.pop(0))
    for second in range(4):
        status.watch(float(second), [])
    assert screen.getvalue().count("not saved: the disk is full") == 1
    assert screen.getvalue().count("being saved again") == 1


class FullDisk(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_where_nothing_can_be_written_the_session_goes_on():
    status = StatusLine(FullDisk(), total_s=1200, live=True)
    status.watch(165.0, [Cue(165.0, Phase.LEAD, 70.0, 1.0, 0.75, "it begins to lead")])
    closed = io.StringIO()
    silent = StatusLine(closed, total_s=1200, live=True)
    closed.close()
    silent.watch(165.0, [Cue(165.0, Phase.LEAD, 70.0, 1.0, 0.75, "it begins to lead")])


def test_beats_without_a_rate_yet_are_not_called_missing():
    screen = Terminal()
    first = ArousalEstimate(5.0, None, None, None, None, None, 0.0, 1.0, 0.6)
    StatusLine(screen, total_s=1200, live=True).watch(5.0, [first])
    assert "no beat" not in screen.getvalue()
    assert "settling" in screen.getvalue()


def test_a_mark_is_acknowledged():
    screen = Terminal()
    StatusLine(screen, total_s=1200, live=True).watch(61.0, [Command(61.0, CommandKind.MARK)])
    assert "1:01  marked\n" in screen.getvalue()
