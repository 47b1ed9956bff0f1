"""Expected bytes are written out by hand from Heart Rate Service 1.0, section 3.1.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetune.heart.heart_rate_measurement import decode, encode
from pulsetune.model import Contact

SPECIFIED = [
    # flags 0x00: 8-bit heart rate, nothing else
    (bytes([0x00, 72]), 72, (), Contact.UNKNOWN, None),
    # bit 0: 16-bit heart rate, little endian (0x012C = 300)
    (bytes([0x01, 0x2C, 0x01]), 300, (), Contact.UNKNOWN, None),
    # bit 2 set, bit 1 clear: contact supported, not detected
    (bytes([0x04, 60]), 60, (), Contact.OFF_SKIN, None),
    # bits 2 and 1: supported and detected
    (bytes([0x06, 60]), 60, (), Contact.ON_SKIN, None),
    # bit 1 alone says nothing where contact is not supported
    (bytes([0x02, 60]), 60, (), Contact.UNKNOWN, None),
    # bit 3: energy expended in kJ
    (bytes([0x08, 60, 0x0A, 0x01]), 60, (), Contact.UNKNOWN, 266),
    # bit 4: RR in 1/1024 s: 1024 is one second, 1000 is 976.5625 ms
    (bytes([0x10, 61, 0x00, 0x04, 0xE8, 0x03]), 61, (1000.0, 976.5625), Contact.UNKNOWN, None),
    # everything at once: RR moves behind the 16-bit rate and the energy
    (bytes([0x1F, 0x48, 0x00, 0x07, 0x00, 0x55, 0x03]), 72, (833.0078125,), Contact.ON_SKIN, 7),
    # bit 4 with no RR behind it
    (bytes([0x10, 60]), 60, (), Contact.UNKNOWN, None),
]


@pytest.mark.parametrize(("payload", "rate", "rr", "contact", "energy"), SPECIFIED)
def test_the_specified_layouts_are_read(payload, rate, rr, contact, energy):
    sample = decode(payload, 12.5)
    assert (sample.heart_rate_bpm, sample.rr_ms, sample.contact, sample.energy_kj) == (rate, rr, contact, energy)
    assert sample.malformed is None
    assert sample.t_s == 12.5
    assert sample.payload == payload


def test_nine_rr_fit_the_smallest_payload():
    payload = bytes([0x10, 180]) + bytes([0x55, 0x01]) * 9
    assert len(payload) == 20
    assert decode(payload, 0).rr_ms == (341 * 1000 / 1024,) * 9


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x10",
        b"\x01\x3c",
        b"\x08\x3c\x01",
        b"\x18\x3c\x01",
        b"\x10\x3c\x00",
        b"\x10\x3c\x00\x04\x01",
        b"\xff\xff\xff",
    ],
)
def test_a_broken_payload_is_labelled_and_kept(payload):
    sample = decode(payload, 1.0)
    assert sample.malformed
    assert sample.payload == payload
    assert sample.heart_rate_bpm is None
    assert sample.rr_ms == ()


def test_padding_without_the_rr_flag_is_tolerated():
    assert decode(bytes([0x06, 64, 0, 0, 0]), 0).malformed is None


@given(st.binary(max_size=40))
def test_no_bytes_whatever_crash_the_decoder(payload):
    sample = decode(payload, 0.0)
    assert sample.payload == payload
    assert (sample.malformed is None) == (sample.heart_rate_bpm is not None)
    assert all(rr >= 0 for rr in sample.rr_ms)


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.integers(0, 0xFFFF), max_size=9),
    st.sampled_from(Contact),
    st.none() | st.integers(0, 0xFFFF),
    st.booleans(),
)
def test_what_is_encoded_comes_back(rate, units, contact, energy, wide):
    rr_ms = tuple(unit * 1000 / 1024 for unit in units)
    sample = decode(encode(rate, rr_ms, contact=contact, energy_kj=energy, wide=wide), 0.0)
    assert (sample.heart_rate_bpm, sample.rr_ms, sample.contact, sample.energy_kj) == (rate, rr_ms, contact, energy)
    assert sample.malformed is None


def test_encode_writes_the_specified_bytes():
    assert encode(61, (1000.0, 976.5625), contact=Contact.ON_SKIN) == bytes([0x16, 61, 0x00, 0x04, 0xE8, 0x03])


@pytest.mark.parametrize(
    "bad",
    [
        {"heart_rate_bpm": -1},
        {"heart_rate_bpm": 70000},
        {"heart_rate_bpm": 60, "rr_ms": [70000.0]},
        {"heart_rate_bpm": 60, "rr_ms": [800.0] * 10},
        {"heart_rate_bpm": 60, "energy_kj": 1 << 16},
    ],
)
def test_what_does_not_fit_is_refused(bad):
    with pytest.raises(ValueError):
        encode(**bad)
