"""The soundscapes a listener can choose; importable without pyo."""

from __future__ import annotations

SOUNDSCAPES: dict[str, str] = {
    "felt-piano": "A felt-damped piano over a slow, warm pad: a quiet left hand on every pulse, a melody that breathes.",
}
