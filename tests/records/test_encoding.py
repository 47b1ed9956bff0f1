"""Bodies of the log: exact both ways, tolerant of age, intolerant of nonsense."""

from __future__ import annotations

import json
import math
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetune import model
from pulsetune.errors import DamagedData
from pulsetune.records.encoding import KINDS, decode_event, encode_event, event_object, kind_of
from tests.fakes.event_strategies import events, events_of
from tests.fakes.long_session import started
from tests.needs import examples


def test_every_event_type_has_its_snake_case_name() -> None:
    assert set(KINDS) == {
        "heart_sample", "link_changed", "strap_info", "signal_warning", "command", "beat", "baseline", "arousal_estimate", "cue",
        "audio_parameters", "pulse_tick", "sound_status", "session_started", "session_ended", "check_in",
    }  # fmt: skip


def test_a_body_is_the_fields_in_order_without_the_time() -> None:
    # flags 0x10 (RR present), 72 bpm, 853/1024 s: Heart Rate Service 1.0, 3.1.1
    sample = model.HeartSample(1.25, bytes.fromhex("10485503"), 72, (833.0078125,), model.Contact.ON_SKIN, None, None)
    assert encode_event(sample) == ("heart_sample", '["10485503",72,[833.0078125],"on_skin",null,null]')
    beat = model.Beat(2.5, None, 801.5, model.BeatKind.MISSED, True)
    assert encode_event(beat) == ("beat", '[null,801.5,"missed",true]')


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=examples(40))
@given(data=st.data())
def test_every_event_comes_back_exactly(kind: str, data: st.DataObject) -> None:
    event = data.draw(events_of(KINDS[kind]))
    written_kind, body = encode_event(event)
    assert written_kind == kind
    assert body.isascii()
    back = decode_event(kind, event.t_s, body)
    assert back == event
    assert type(back) is type(event)
    assert encode_event(back) == (kind, body)


def test_what_comes_back_has_the_declared_types() -> None:
    back = decode_event("heart_sample", 1.0, '["10",72,[833],"off_skin",null,null]')
    assert isinstance(back, model.HeartSample)
    assert back.payload == b"\x10"
    assert back.rr_ms == (833.0,)
    assert type(back.rr_ms[0]) is float
    assert back.contact is model.Contact.OFF_SKIN
    session = started()
    assert decode_event("session_started", 0.0, encode_event(session)[1]) == session


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_never_written(bad: float) -> None:
    with pytest.raises(ValueError):
        encode_event(model.Beat(1.0, bad, None))
    with pytest.raises(ValueError):
        encode_event(model.Beat(bad, 800.0, None))
    with pytest.raises(ValueError):
        encode_event(model.HeartSample(1.0, b"", 60, (800.0, bad)))


def test_an_older_log_without_the_newest_fields_is_read_with_their_defaults() -> None:
    assert decode_event("beat", 3.0, "[800,790]") == model.Beat(3.0, 800.0, 790.0)
    assert decode_event("sound_status", 3.0, '["playing"]') == model.SoundStatus(3.0, model.SoundState.PLAYING)
    numbers = (60.0, 0.5, 0.5, 0.5, 0.8, 0.6, 0.0, 10.0)
    before_soundscapes = decode_event("audio_parameters", 3.0, json.dumps(numbers))
    assert before_soundscapes == model.AudioParameters(3.0, *numbers)
    profile = json.loads(encode_event(started())[1])
    profile[3] = {"listen_only": True}
    back = decode_event("session_started", 0.0, json.dumps(profile))
    assert isinstance(back, model.SessionStarted)
    assert back.profile == model.ListenerProfile(listen_only=True)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("earthquake", "[]"),
        ("beat", "[800]"),  # nn_ms has no default
        ("beat", '[800,800,"normal",false,1]'),  # more than is known
        ("beat", '["800",800]'),
        ("beat", "[true,800]"),
        ("beat", "[NaN,800]"),
        ("beat", "[1e999,800]"),
        ("beat", "[1" + "0" * 400 + ",800]"),
        ("beat", '[800,800,"lovely"]'),
        ("beat", '[800,800,"normal",1]'),
        ("beat", '{"rr_ms":800}'),
        ("beat", "[800,80"),
        ("beat", ""),
        ("beat", "[" * 100_000),
        ("heart_sample", '["xyz",72]'),
        ("heart_sample", '["10",72.5]'),
        ("heart_sample", '["10",72,800]'),
        ("session_started", '["1",1,{"name":"x","colour":"red"}]'),
    ],
)
def test_nonsense_is_damaged_data(kind: str, body: str) -> None:
    with pytest.raises(DamagedData) as caught:
        decode_event(kind, 1.0, body)
    assert kind in caught.value.message
    assert len(caught.value.message) < 250


@given(st.sampled_from(sorted(KINDS)), st.text() | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
).map(json.dumps))  # fmt: skip
def test_any_text_is_an_event_or_damaged_data(kind: str, body: str) -> None:
    try:
        event = decode_event(kind, 1.0, body)
    except DamagedData:
        return
    assert kind_of(event) == kind


@given(events())
def test_an_event_object_is_json_with_every_field_by_name(event: model.Event) -> None:
    values = json.loads(json.dumps(event_object(event), allow_nan=False))
    kind = kind_of(event)
    assert list(values)[:2] == ["kind", "t_s"]
    assert values.pop("kind") == kind
    expected = [f"{kind}_kind" if field.name == "kind" else field.name for field in fields(event)]
    assert sorted(values) == sorted(expected)


def test_an_event_object_keeps_both_meanings_of_kind() -> None:
    assert event_object(model.Command(4.0, model.CommandKind.MARK, "door bell")) == {
        "kind": "command", "t_s": 4.0, "command_kind": "mark", "text": "door bell",
    }  # fmt: skip
    values = event_object(started())
    program = values["program"]
    assert isinstance(program, dict)
    assert program["name"] == "unwind"
