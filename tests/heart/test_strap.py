"""The strap reader through bleak's real BlueZ backend, against a fake BlueZ on a real message bus."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from tests.needs import need_dbus

need_dbus()

from pulsetune.heart.heart_rate_measurement import encode  # noqa: E402
from pulsetune.heart.strap import StrapSource  # noqa: E402
from pulsetune.model import Contact, HeartSample, Link, LinkChanged, SignalIssue, StrapInfo  # noqa: E402
from tests.fakes.fake_bluez import FakeBlueZ  # noqa: E402
from tests.fakes.fake_strap import FAILED, DBusRefusal, FakeStrap  # noqa: E402
from tests.heart.listening import PATIENT, QUICK, Listening  # noqa: E402

HERS, HIS = "C4:D7:00:00:00:01", "C4:D7:00:00:00:02"
# flags 0x10: 8-bit rate, RR present; 60 bpm; 0x0400 = 1024/1024 s
ONE_SECOND = b"\x10\x3c\x00\x04"
# 61 bpm; 0x03e8 = 1000/1024 s = 976.5625 ms
A_LITTLE_LESS = b"\x10\x3d\xe8\x03"


@pytest.fixture
def bluez() -> Iterator[FakeBlueZ]:
    with FakeBlueZ() as fake:
        yield fake


@pytest.fixture
def strap(bluez: FakeBlueZ) -> FakeStrap:
    return bluez.add_strap("Polar H10 12345678", HERS)


def beat(ear: Listening, strap: FakeStrap, payload: bytes = ONE_SECOND) -> HeartSample:
    strap.wait_subscribed()
    strap.notify(payload)
    return ear.until_sample(payload)


# ---------------------------------------------------------------- when all is well


def test_beats_of_any_makers_strap_arrive_decoded_with_what_it_says_of_itself(bluez: FakeBlueZ) -> None:
    strap = bluez.add_strap("Nobody's Belt", HERS, battery_percent=64, body_location=1, maker="Nobody Ltd")
    with Listening() as ear:
        info = ear.until(lambda event: isinstance(event, StrapInfo))
        beat(ear, strap)
        sample = beat(ear, strap, b"\x16\x3d\xe8\x03\xe8\x03")
    assert (sample.heart_rate_bpm, sample.rr_ms, sample.contact) == (61, (976.5625, 976.5625), Contact.ON_SKIN)
    assert [event.link for event in ear.links] == [Link.SEARCHING, Link.CONNECTING, Link.CONNECTED]
    assert isinstance(info, StrapInfo)
    assert (info.name, info.address, info.battery_percent) == ("Nobody's Belt", HERS, 64)
    assert (info.body_location, info.maker, info.model) == ("chest", "Nobody Ltd", "Model 1")
    assert ear.source.label == f"strap Nobody's Belt ({HERS})"


def test_five_thousand_notifications_arrive_once_each_in_order(strap: FakeStrap) -> None:
    payloads = [encode(40 + k % 150, [400 + k % 600, 300 + k / 10]) for k in range(5000)]
    with Listening() as ear:
        strap.wait_subscribed()
        strap.notify(*payloads)
        ear.until_sample(payloads[-1])
    assert [sample.payload for sample in ear.samples] == payloads
    times_s = [event.t_s for event in ear.events]
    assert times_s == sorted(times_s)


def test_a_strap_that_beats_by_itself_is_heard_beat_by_beat(strap: FakeStrap) -> None:
    payloads = [encode(60, [1000.0 + k]) for k in range(20)]
    with Listening() as ear:
        strap.wait_subscribed()
        strap.beat_every(0.01, payloads)
        ear.until_sample(payloads[-1])
    assert [sample.payload for sample in ear.samples] == payloads


def test_open_returns_before_anything_is_found_and_close_twice_is_harmless(bluez: FakeBlueZ) -> None:
    async def life() -> None:
        source = StrapSource(Listening().clock, timing=PATIENT)
        await source.close()  # never opened
        source = StrapSource(Listening().clock, timing=PATIENT)
        await source.open()
        assert not source.exhausted
        with pytest.raises(RuntimeError, match="opens once"):
            await source.open()
        await source.close()
        await source.close()

    asyncio.run(life())


def test_closing_disconnects_the_strap(strap: FakeStrap) -> None:
    with Listening() as ear:
        beat(ear, strap)
        assert strap.connected
    assert not strap.connected
    assert strap.calls[-1] == "Disconnect"


def test_closing_is_bounded_even_if_the_system_hangs_at_the_goodbye(strap: FakeStrap) -> None:
    with Listening(timing=QUICK) as ear:
        beat(ear, strap)
        strap.misbehave.disconnect_hangs = True
        started_s = time.monotonic()
    assert time.monotonic() - started_s < QUICK.disconnect_s + 5


@pytest.mark.parametrize("trouble", ["nothing to find", "connect_hangs", "never_resolves", "subscribe_hangs"])
def test_closing_in_the_middle_of_anything_leaves_nothing_running(bluez: FakeBlueZ, trouble: str) -> None:
    strap = bluez.add_strap("Polar H10 12345678", HERS)
    if trouble == "nothing to find":
        strap.misbehave.advertises = False
    else:
        setattr(strap.misbehave, trouble, True)
    with Listening() as ear:
        stage = Link.SEARCHING if trouble == "nothing to find" else Link.CONNECTING
        ear.until_link(stage)
        deadline_s = time.monotonic() + 5
        while not (bluez.searching or strap.calls) and time.monotonic() < deadline_s:
            time.sleep(0.002)
    assert not [thread for thread in threading.enumerate() if thread.name == "strap"]
    assert bluez.searching == {}
    assert not strap.connected


def test_drain_keeps_what_is_later_than_the_time_asked_for(strap: FakeStrap) -> None:
    with Listening() as ear:
        ear.until_link(Link.CONNECTED)
        strap.wait_subscribed()
        before_s = ear.clock.now_s()
        strap.notify(ONE_SECOND)
        deadline_s = time.monotonic() + 5
        while not ear.source._events and time.monotonic() < deadline_s:
            time.sleep(0.002)
        assert not [e for e in ear.source.drain(before_s) if isinstance(e, HeartSample)]
        ear.until_sample(ONE_SECOND)


# ---------------------------------------------------------------- which strap


@pytest.mark.parametrize("asked_for", [HIS, HIS.lower(), "wahoo", "TICKR 02"])
def test_the_strap_asked_for_by_address_or_part_of_its_name_is_taken(bluez: FakeBlueZ, asked_for: str) -> None:
    bluez.add_strap("Polar H10 12345678", HERS)
    his = bluez.add_strap("Wahoo TICKR 0273", HIS, rssi_dbm=-90)
    with Listening(asked_for) as ear:
        beat(ear, his)
        assert ear.source.label == f"strap Wahoo TICKR 0273 ({HIS})"


def test_of_several_straps_the_nearest_is_taken_and_said(bluez: FakeBlueZ) -> None:
    bluez.add_strap("Far", HIS, rssi_dbm=-88)
    near = bluez.add_strap("Near", HERS, rssi_dbm=-40)
    with Listening() as ear:
        beat(ear, near)
        assert any("2 straps" in event.detail and "nearest, Near" in event.detail for event in ear.links)


def test_a_known_strap_is_found_even_if_it_does_not_advertise_its_service(bluez: FakeBlueZ) -> None:
    strap = bluez.add_strap("Polar H10 12345678", HERS)
    strap.misbehave.advertises_service = False
    with Listening(HERS) as ear:
        beat(ear, strap)


def test_a_strap_left_connected_by_an_earlier_run_is_taken_up(bluez: FakeBlueZ, strap: FakeStrap) -> None:
    with Listening() as ear:
        beat(ear, strap)
        strap.misbehave.advertises_service = False  # and, being connected, it does not advertise at all
        with Listening() as second:
            second.until_link(Link.CONNECTED)
            beat(second, strap, A_LITTLE_LESS)


def test_after_a_drop_a_strangers_strap_is_not_taken_instead(bluez: FakeBlueZ, strap: FakeStrap) -> None:
    with Listening() as ear:
        beat(ear, strap)
        stranger = bluez.add_strap("Nearer", HIS, rssi_dbm=-30)
        strap.vanish()
        ear.until_link(Link.SEARCHING, "out of reach")
        assert stranger.calls == []
        strap.come_back()
        beat(ear, strap, A_LITTLE_LESS)


def test_a_device_that_only_pretends_to_be_a_strap_does_not_hide_a_real_one(bluez: FakeBlueZ) -> None:
    bluez.add_strap("Liar", HIS, has_heart_rate=False, rssi_dbm=-30)
    strap = bluez.add_strap("Polar H10 12345678", HERS)
    with Listening() as ear:
        ear.until_link(Link.UNAVAILABLE, "Liar has no heart-rate service")
        beat(ear, strap)


# ---------------------------------------------------------------- lost and found again


def test_an_unexpected_drop_is_said_before_the_next_sample_and_beats_go_on_singly(strap: FakeStrap) -> None:
    with Listening() as ear:
        beat(ear, strap)
        strap.vanish()
        lost = ear.until_link(Link.LOST)
        strap.come_back()
        again = beat(ear, strap, A_LITTLE_LESS)
        strap.notify(encode(62, [960.0]))
        ear.until_sample(encode(62, [960.0]))
    assert ear.events.index(lost) < ear.events.index(again)
    # one client, one subscription: a forgotten one would bring every beat twice
    assert [sample.payload for sample in ear.samples] == [ONE_SECOND, A_LITTLE_LESS, encode(62, [960.0])]
    assert not [event for event in ear.events if getattr(event, "issue", None) is SignalIssue.DOUBLED]


def test_ten_drops_in_a_row_cost_no_subscription_and_no_thread(strap: FakeStrap) -> None:
    with Listening() as ear:
        for k in range(10):
            beat(ear, strap, encode(60 + k, [1000.0]))
            assert len(strap.subscribers) == 1
            strap.hang_up()
            ear.until_link(Link.LOST)
    assert len(ear.samples) == 10


def test_a_silent_stall_is_noticed_and_healed(strap: FakeStrap) -> None:
    with Listening(timing=QUICK) as ear:
        beat(ear, strap)
        ear.until_warning(SignalIssue.STALLED, True)
        ear.until_link(Link.LOST)
        ear.until_link(Link.CONNECTED)
        strap.notify(A_LITTLE_LESS)
        ear.until_warning(SignalIssue.STALLED, False)
        ear.until_sample(A_LITTLE_LESS)


def test_what_still_comes_over_a_link_that_was_given_up_is_not_taken_for_the_next_one(strap: FakeStrap) -> None:
    with Listening(timing=QUICK) as ear:
        beat(ear, strap)
        strap.misbehave.disconnect_hangs = True  # so that the old link stands for a while after it was given up
        lost = ear.until_link(Link.LOST)
        strap.notify(A_LITTLE_LESS)
        again = ear.until_link(Link.CONNECTED)
        strap.notify(encode(62, [960.0]))
        ear.until_sample(encode(62, [960.0]))
    between = ear.events[ear.events.index(lost) : ear.events.index(again)]
    assert not [event for event in between if isinstance(event, HeartSample)]


def test_a_device_that_disappears_without_a_word_is_noticed_and_found_again(strap: FakeStrap) -> None:
    with Listening(timing=QUICK) as ear:
        beat(ear, strap)
        strap.vanish_without_a_word()
        ear.until_link(Link.LOST)
        beat(ear, strap, A_LITTLE_LESS)


def test_a_strap_that_is_connected_but_silent_says_so_once(strap: FakeStrap) -> None:
    with Listening(timing=QUICK) as ear:
        ear.until_link(Link.LOST, "moisten the electrodes")
        deadline_s = time.monotonic() + 10
        while strap.calls.count("StartNotify") < 4 and time.monotonic() < deadline_s:
            time.sleep(0.01)
        assert strap.calls.count("StartNotify") >= 4
        said = len(ear.links)
        strap.notify(ONE_SECOND)
        ear.until_link(Link.CONNECTED)
        ear.until_sample(ONE_SECOND)
        assert len(ear.links) == said + 1


def test_a_strap_that_hangs_up_before_its_first_beat_says_so_once(strap: FakeStrap) -> None:
    with Listening() as ear:
        for _ in range(3):
            strap.wait_subscribed()
            deadline_s = time.monotonic() + 10
            while "ReadValue" not in strap.calls and time.monotonic() < deadline_s:  # it knows that it is subscribed
                time.sleep(0.002)
            strap.hang_up()
            strap.calls.clear()
        beat(ear, strap)
    assert [event.detail for event in ear.links if event.link is Link.LOST] == [
        "Polar H10 12345678 hung up before its first heartbeat: trying again."
    ]


def test_nothing_found_is_said_once_however_often_it_is_tried(bluez: FakeBlueZ) -> None:
    with Listening(timing=QUICK) as ear:
        ear.until_link(Link.SEARCHING, "No heart-rate strap was found so far")
        strap = bluez.add_strap("Late", HERS)
        strap.misbehave.advertises = False
        time.sleep(3 * QUICK.scan_s)  # two more searches
        strap.come_back()
        beat(ear, strap)
    assert [event.link for event in ear.links] == [Link.SEARCHING, Link.SEARCHING, Link.CONNECTING, Link.CONNECTED]


# ---------------------------------------------------------------- the computer's own Bluetooth


def test_bluetooth_switched_off_and_on_again(bluez: FakeBlueZ, strap: FakeStrap) -> None:
    with Listening() as ear:
        beat(ear, strap)
        bluez.power(False)
        ear.until_link(Link.LOST)
        ear.until_link(Link.UNAVAILABLE, "Bluetooth is switched off")
        said = len(ear.links)
        time.sleep(10 * PATIENT.backoff_s[-1])  # several attempts
        bluez.power(True)
        beat(ear, strap, A_LITTLE_LESS)
    assert [event.link for event in ear.links[said:]] == [Link.SEARCHING, Link.CONNECTING, Link.CONNECTED]


@pytest.mark.parametrize("politely", [True, False])
def test_the_adapter_pulled_out_and_put_back(bluez: FakeBlueZ, strap: FakeStrap, politely: bool) -> None:
    with Listening(timing=QUICK) as ear:
        beat(ear, strap)
        bluez.unplug(politely=politely)
        ear.until_link(Link.LOST)
        ear.until_link(Link.UNAVAILABLE, "no Bluetooth adapter")
        bluez.plug()
        beat(ear, strap, A_LITTLE_LESS)


def test_the_bluetooth_service_crashes_and_comes_back(bluez: FakeBlueZ, strap: FakeStrap) -> None:
    with Listening(timing=QUICK) as ear:
        beat(ear, strap)
        bluez.crash()
        ear.until_link(Link.LOST)
        ear.until_link(Link.UNAVAILABLE, "(bluetoothd) is not running")
        bluez.restart()
        beat(ear, strap, A_LITTLE_LESS)


def test_the_message_bus_dies_and_comes_back(bluez: FakeBlueZ, strap: FakeStrap) -> None:
    with Listening(timing=QUICK) as ear:
        beat(ear, strap)
        bluez.kill_bus()
        ear.until_link(Link.LOST)
        ear.until_link(Link.UNAVAILABLE, "(D-Bus)")
        bluez.revive_bus()
        beat(ear, strap, A_LITTLE_LESS)


def test_the_message_bus_dies_in_the_middle_of_a_connection(bluez: FakeBlueZ, strap: FakeStrap) -> None:
    strap.misbehave.connect_hangs = True
    with Listening(timing=QUICK) as ear:
        ear.until_link(Link.CONNECTING)
        bluez.kill_bus()
        ear.until_link(Link.UNAVAILABLE, "(D-Bus)")
        strap.misbehave.connect_hangs = False
        bluez.revive_bus()
        beat(ear, strap)


def test_permission_denied_is_said_and_beats_come_once_it_is_granted(bluez: FakeBlueZ, strap: FakeStrap) -> None:
    bluez.refusals["StartDiscovery"] = DBusRefusal("org.freedesktop.DBus.Error.AccessDenied", "Rejected send message")
    with Listening() as ear:
        denied = ear.until_link(Link.UNAVAILABLE, "does not permit")
        assert "group bluetooth" in denied.detail
        bluez.refusals.clear()
        beat(ear, strap)


# ---------------------------------------------------------------- straps that will not talk


@pytest.mark.parametrize("what", ["refused", "aborted", "hangs", "never_resolves", "drops_while_resolving"])
def test_a_strap_held_elsewhere_is_explained_once_and_taken_when_it_is_free(strap: FakeStrap, what: str) -> None:
    strap.misbehave.connect_refusals = {
        "refused": [DBusRefusal(FAILED, "br-connection-profile-unavailable")] * 3,
        "aborted": [DBusRefusal(FAILED, "le-connection-abort-by-local")] * 3,
    }.get(what, [])
    strap.misbehave.connect_hangs = what == "hangs"
    strap.misbehave.never_resolves = what == "never_resolves"
    strap.misbehave.drops_while_resolving = what == "drops_while_resolving"
    with Listening(timing=QUICK) as ear:
        ear.until_link(Link.UNAVAILABLE, "a phone, a watch or another app holds it")
        while strap.calls.count("Connect") < 3:
            time.sleep(0.01)
        strap.misbehave.connect_hangs = strap.misbehave.never_resolves = strap.misbehave.drops_while_resolving = False
        ear.until_link(Link.CONNECTED)
        beat(ear, strap)
    assert len([event for event in ear.links if event.link is Link.UNAVAILABLE]) == 1


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (DBusRefusal("org.bluez.Error.NotPermitted", "Notify acquired"), "Another program on this computer"),
        (DBusRefusal("org.bluez.Error.Failed", "Operation failed with ATT error: 0x05"), "does not hand out"),
    ],
)
def test_a_refused_subscription_is_explained(strap: FakeStrap, refusal: DBusRefusal, words: str) -> None:
    strap.misbehave.subscribe_refusal = refusal
    with Listening() as ear:
        ear.until_link(Link.UNAVAILABLE, words)
        strap.misbehave.subscribe_refusal = None
        beat(ear, strap)
    assert Link.LOST not in [event.link for event in ear.links]


def test_a_subscription_that_hangs_is_given_up_and_tried_again(strap: FakeStrap) -> None:
    strap.misbehave.subscribe_hangs = True
    with Listening(timing=QUICK) as ear:
        ear.until_link(Link.UNAVAILABLE, "does not answer")
        strap.misbehave.subscribe_hangs = False
        beat(ear, strap)


def test_reads_that_hang_or_are_refused_cost_no_beat(strap: FakeStrap) -> None:
    strap.misbehave.reads_hang = True
    with Listening(timing=PATIENT) as ear:
        beat(ear, strap)
        beat(ear, strap, A_LITTLE_LESS)
        info = ear.until(lambda event: isinstance(event, StrapInfo))
    assert isinstance(info, StrapInfo)
    assert (info.battery_percent, info.body_location, info.maker) == (None, None, None)


@pytest.mark.parametrize(
    ("battery_percent", "body_location", "expected"),
    [(None, None, (None, None)), (255, 6, (None, "foot")), (0, 7, (0, None)), (100, 5, (100, "ear lobe"))],
)
def test_details_outside_their_definition_are_not_known(
    bluez: FakeBlueZ, battery_percent: int | None, body_location: int | None, expected: tuple[int | None, str | None]
) -> None:
    bluez.add_strap("Odd", HERS, battery_percent=battery_percent, body_location=body_location, maker=None)
    with Listening() as ear:
        info = ear.until(lambda event: isinstance(event, StrapInfo))
    assert isinstance(info, StrapInfo)
    assert (info.battery_percent, info.body_location) == expected
    assert (info.maker, info.model) == (None, None)


# ---------------------------------------------------------------- signals that are not right


def test_a_read_that_fails_after_a_reconnection_undoes_no_earlier_answer(strap: FakeStrap) -> None:
    with Listening() as ear:
        ear.until(lambda event: isinstance(event, StrapInfo))
        beat(ear, strap)
        strap.misbehave.read_refusal = DBusRefusal(FAILED, "Operation failed with ATT error: 0x0e")
        strap.hang_up()
        ear.until_link(Link.CONNECTED)
        deadline_s = time.monotonic() + 5
        while strap.calls.count("ReadValue") < 2 * 4 and time.monotonic() < deadline_s:
            time.sleep(0.002)
        beat(ear, strap, A_LITTLE_LESS)
    assert strap.calls.count("ReadValue") == 2 * 4
    assert len([event for event in ear.events if isinstance(event, StrapInfo)]) == 1


def test_unreadable_payloads_are_labelled_and_never_end_the_stream(strap: FakeStrap) -> None:
    broken = [b"", b"\x10", b"\x01\x3c", b"\x18\x3c\x01", b"\x10\x3c\x00"]
    with Listening() as ear:
        strap.wait_subscribed()
        strap.notify(*broken)
        beat(ear, strap)
    assert [sample.payload for sample in ear.samples] == [*broken, ONE_SECOND]
    assert all(sample.malformed for sample in ear.samples[:-1])


def test_doubled_signals_are_dropped_and_told_once(strap: FakeStrap) -> None:
    payloads = [encode(60 + k, [1000.0 - k]) for k in range(5)]
    with Listening() as ear:
        strap.wait_subscribed()
        strap.another_program_listens()
        strap.notify(*payloads)
        ear.until_sample(payloads[-1])
        strap.vanish()
        ended = ear.until_warning(SignalIssue.DOUBLED, False)
    assert [sample.payload for sample in ear.samples] == payloads
    assert "5 repeats were dropped" in ended.detail
    assert len([e for e in ear.events if getattr(e, "issue", None) is SignalIssue.DOUBLED]) == 2


def test_a_beat_that_overtakes_the_answer_to_the_subscription_comes_after_connected(strap: FakeStrap) -> None:
    strap.misbehave.beats_before_reply = [ONE_SECOND]
    with Listening() as ear:
        ear.until_sample(ONE_SECOND)
    kinds = [event.link if isinstance(event, LinkChanged) else type(event) for event in ear.events]
    assert kinds.index(Link.CONNECTED) < kinds.index(HeartSample)
    times_s = [event.t_s for event in ear.events]
    assert times_s == sorted(times_s)


def test_contact_lost_reaches_the_listener_as_a_sentence(strap: FakeStrap) -> None:
    with Listening(clock=_LeapingClock()) as ear:
        strap.wait_subscribed()
        strap.notify(encode(60, contact=Contact.OFF_SKIN), encode(61, contact=Contact.OFF_SKIN))
        assert "moisten" in ear.until_warning(SignalIssue.CONTACT_LOST, True).detail
        strap.notify(encode(62, [970.0], contact=Contact.ON_SKIN))
        ear.until_warning(SignalIssue.CONTACT_LOST, False)


class _LeapingClock:
    """Three seconds pass with every look at it."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now_s(self) -> float:
        self._now_s += 3.0
        return self._now_s

    async def sleep_until(self, t_s: float) -> None:
        raise NotImplementedError

    def slept_s(self) -> float:
        return 0.0
