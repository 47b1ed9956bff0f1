"""The line protocol carries every value unchanged, and takes nothing else for a message."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.model import AudioParameters, SoundState
from pulsetune.sound.score import Hand
from pulsetune.sound.wire import (
    Close,
    Command,
    Fade,
    Message,
    Open,
    OutputKind,
    Prepare,
    Problem,
    Progress,
    Ready,
    Sounded,
    State,
    Target,
    Tick,
)
from pulsetune.sound.wire_codec import decode_command, decode_message, encode

numbers = st.floats(allow_nan=False, allow_infinity=False)
wholes = st.integers()
texts = st.text()
parameters = st.builds(AudioParameters, *[numbers] * 8, breath_s=st.none() | numbers, soundscape=st.none() | texts)
commands = st.one_of(
    st.builds(
        Open,
        st.sampled_from(OutputKind),
        st.none() | texts,
        st.none() | texts,
        texts,
        wholes,
        wholes,
        numbers,
        numbers,
        st.booleans(),
        texts,
    ),
    st.builds(Prepare, texts, wholes, texts),
    st.builds(Target, parameters),
    st.builds(Fade, numbers, numbers),
    st.just(Close()),
)
messages = st.one_of(
    st.just(Ready()),
    st.builds(State, st.sampled_from(SoundState), st.none() | st.sampled_from(Problem), texts, st.none() | texts),
    st.builds(Progress, wholes, wholes, wholes, wholes),
    st.builds(Tick, wholes, wholes),
    st.builds(
        Sounded,
        wholes,
        wholes,
        numbers,
        st.sampled_from(Hand),
        numbers,
        st.none() | numbers,
        st.none() | numbers,
        texts,
    ),
)


@given(commands)
def test_every_command_comes_out_as_it_went_in(command: Command) -> None:
    line = encode(command)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode_command(line) == command


@given(messages)
def test_every_message_comes_out_as_it_went_in(message: Message) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_message(line) == message


@given(st.binary(max_size=200))
def test_noise_is_never_an_exception(noise: bytes) -> None:
    assert decode_command(noise) is None or noise.strip() == b'["Close"]'
    decode_message(noise)


@given(st.recursive(st.none() | st.booleans() | wholes | numbers | texts, st.lists, max_leaves=12))
def test_json_of_another_shape_is_no_message(value: object) -> None:
    import json

    line = json.dumps(["Progress", value]).encode()
    assert decode_message(line) is None
    assert decode_command(json.dumps(["Target", value]).encode()) is None or (
        isinstance(value, list) and len(value) == 10
    )


@given(messages, st.data())
def test_a_line_cut_short_by_a_kill_is_no_message(message: Message, data: st.DataObject) -> None:
    line = encode(message).rstrip(b"\n")
    assert decode_message(line[: data.draw(st.integers(0, len(line) - 1))]) is None


@pytest.mark.parametrize(
    "line",
    [
        b'["Fade",NaN,1.0]',
        b'["Fade",Infinity,1.0]',
        b'["Fade",1e999,1.0]',
        b'["Fade",true,1.0]',
        b'["Fade","1",1.0]',
        b'["Fade",1.0]',
        b'["Fade",1.0,1.0,1.0]',
        b'["Tick",1,2]',
        b'["fade",1.0,1.0]',
        b'{"Fade":[1.0,1.0]}',
        b'["Open","cinema",null,null,"felt-piano",1,0,1.0,1.0,true,""]',
        b"[" * 100_000,
        b"",
    ],
)
def test_what_is_no_command_decodes_to_none(line: bytes) -> None:
    assert decode_command(line) is None


def test_the_lines_are_plain_json() -> None:
    assert encode(Fade(0.0, 1.5)) == b'["Fade",0.0,1.5]\n'
    assert decode_message(b'["Tick", 3, 144000]') == Tick(3, 144_000)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_cannot_be_sent(bad: float) -> None:
    with pytest.raises(ValueError):
        encode(Fade(bad, 1.0))
