"""The Heart Rate Measurement characteristic (0x2A37): bytes to HeartSample and back.

Source: Bluetooth SIG, Heart Rate Service 1.0, section 3.1.1, and the GATT Specification Supplement.

Rules of this file:
1. RR is kept in the strap's own 1/1024 s, turned into milliseconds, never rounded; oldest first.
2. A payload that cannot be read is labelled (``malformed``), never an exception: the raw bytes stay in the sample.
3. Contact is bit 1 (detected), and only means something where bit 2 (supported) is set.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulsetune.model import Contact, HeartSample

FLAG_HEART_RATE_16_BIT = 0x01  # section 3.1.1.1.1
FLAG_CONTACT_DETECTED = 0x02  # section 3.1.1.1.2, bit 1
FLAG_CONTACT_SUPPORTED = 0x04  # section 3.1.1.1.2, bit 2
FLAG_ENERGY_PRESENT = 0x08  # section 3.1.1.1.3
FLAG_RR_PRESENT = 0x10  # section 3.1.1.1.4
RR_UNITS_PER_S = 1024  # section 3.1.1.4
MAX_RR_PER_PAYLOAD = 9  # 20 bytes of the smallest ATT payload less flags and an 8-bit heart rate


def decode(payload: bytes, t_s: float) -> HeartSample:
    """Read one notification that arrived at ``t_s``.

    Parameters
    ----------
    payload : bytes
        The characteristic's value, as it came.
    t_s : float
        Arrival, in seconds of session time.

    Returns
    -------
    HeartSample
        With ``malformed`` set to a short reason, and no heart rate and no RR, where the bytes break the format.
        Trailing bytes without the RR flag are tolerated: some straps pad.
    """
    problem = _problem(payload)
    if problem is not None:
        return HeartSample(t_s, payload, None, malformed=problem)
    flags = payload[0]
    wide = bool(flags & FLAG_HEART_RATE_16_BIT)
    at = 3 if wide else 2
    energy_kj = None
    if flags & FLAG_ENERGY_PRESENT:
        energy_kj = int.from_bytes(payload[at : at + 2], "little")
        at += 2
    rr_ms: tuple[float, ...] = ()
    if flags & FLAG_RR_PRESENT:
        rr_ms = tuple(
            int.from_bytes(payload[k : k + 2], "little") * 1000 / RR_UNITS_PER_S for k in range(at, len(payload), 2)
        )
    return HeartSample(
        t_s, payload, int.from_bytes(payload[1 : 3 if wide else 2], "little"), rr_ms, _contact(flags), energy_kj
    )


def encode(
    heart_rate_bpm: int,
    rr_ms: Iterable[float] = (),
    *,
    contact: Contact = Contact.UNKNOWN,
    energy_kj: int | None = None,
    wide: bool = False,
) -> bytes:
    """Make a notification as a strap would send it; a heart rate above 255 is sent in 16 bits.

    Raises
    ------
    ValueError
        If a value does not fit its field, or more RR are given than fit a 20-byte payload.
    """
    wide = wide or heart_rate_bpm > 0xFF
    flags = FLAG_HEART_RATE_16_BIT if wide else 0
    flags |= {
        Contact.UNKNOWN: 0,
        Contact.OFF_SKIN: FLAG_CONTACT_SUPPORTED,
        Contact.ON_SKIN: FLAG_CONTACT_SUPPORTED | FLAG_CONTACT_DETECTED,
    }[contact]
    body = _field(heart_rate_bpm, 2 if wide else 1, "heart rate")
    if energy_kj is not None:
        flags |= FLAG_ENERGY_PRESENT
        body += _field(energy_kj, 2, "energy")
    units = [round(rr * RR_UNITS_PER_S / 1000) for rr in rr_ms]
    if len(units) > MAX_RR_PER_PAYLOAD:
        raise ValueError(f"{len(units)} RR intervals do not fit one notification (at most {MAX_RR_PER_PAYLOAD})")
    if units:
        flags |= FLAG_RR_PRESENT
    return bytes([flags]) + body + b"".join(_field(unit, 2, "RR") for unit in units)


def _problem(payload: bytes) -> str | None:
    if len(payload) < 2:
        return f"only {len(payload)} bytes"
    flags = payload[0]
    at = 2 + bool(flags & FLAG_HEART_RATE_16_BIT) + 2 * bool(flags & FLAG_ENERGY_PRESENT)
    if len(payload) < at:
        return f"{len(payload)} bytes, the flags promise at least {at}"
    if flags & FLAG_RR_PRESENT and (len(payload) - at) % 2:
        return "half an RR interval at the end"
    return None


def _contact(flags: int) -> Contact:
    if not flags & FLAG_CONTACT_SUPPORTED:
        return Contact.UNKNOWN
    return Contact.ON_SKIN if flags & FLAG_CONTACT_DETECTED else Contact.OFF_SKIN


def _field(value: int, size: int, name: str) -> bytes:
    if not 0 <= value < 1 << (8 * size):
        raise ValueError(f"{name} {value} does not fit {size} bytes")
    return value.to_bytes(size, "little")
