"""What every key of a program file means, its unit, and why it is as it is: words only, used wherever keys are explained.

Rules of this file:
1. One entry a key, and each has a reason; where research stands behind it, the paper is named, with its strength.
2. Nothing is claimed that the paper does not say: "moderate" and "weak" are meant.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyWords:
    """``what`` a key is, its ``unit`` (empty for words and switches), and ``why`` it is there or has its usual value."""

    what: str
    unit: str
    why: str

    @property
    def description(self) -> str:
        """All three as a short text."""
        unit = f" Unit: {self.unit}." if self.unit else ""
        return f"{self.what}.{unit} {self.why}."


KEY_WORDS = {
    "name": KeyWords(
        "What the program is called on the command line",
        "",
        "Small letters, digits and hyphens, so that it can be typed; in the folder of your own programs the file has the"
        " same name",
    ),
    "title": KeyWords("What the program is called on screen", "", "One line that people read first"),
    "description": KeyWords("What happens, in a plain sentence or two", "", "It is what a listener chooses by"),
    "minutes": KeyWords(
        "The whole session, measuring and silence included",
        "minutes",
        "Less than six leaves no time to play; nobody should be held for longer than an hour",
    ),
    "policy": KeyWords(
        "How the tempo is led",
        "",
        "staged_iso meets the heart and leads only while that helps; it is what was rehearsed most (model-based)",
    ),
    "soundscape": KeyWords(
        "The music, a name from the list of `pulsetune sounds`",
        "",
        "Take what you like: liking goes with feeling relaxed (Tan and others 2012; moderate for feeling, weak for"
        " heart rate)",
    ),
    "bed": KeyWords(
        "A sound of nature under the music (water, rain, wind, birds), empty for none",
        "",
        "Natural sound is calming in meta-analyses (Buxton and others 2021; moderate, and Hedblom 2019 found nothing)",
    ),
    "calibrate_s": KeyWords(
        "Sitting still, a soft bed and no pulse, while your own level is measured",
        "s",
        "You are compared with nobody but yourself; the level is taken from the last minute of it",
    ),
    "consolidate_s": KeyWords(
        "How long the music thins before it fades", "s", "An end that is heard coming startles nobody"
    ),
    "fade_s": KeyWords("How long the music fades out", "s", "Slow enough that nobody can say when it ended"),
    "silence_s": KeyWords(
        "Silence at the end, part of the session",
        "s",
        "In a pause of two minutes heart rate and breathing fell below where they began (Bernardi and others 2006;"
        " moderate)",
    ),
    "rests": KeyWords(
        "How many rests without a pulse there are while the music thins",
        "rests",
        "In a pause of two minutes heart rate fell below where it began (Bernardi and others 2006; moderate); these are"
        " shorter",
    ),
    "rest_s": KeyWords("How long one of these rests is", "s", "Long enough to be noticed as stillness, not as a fault"),
    "pulse_most_s": KeyWords(
        "How much music with a pulse there is at most; then a calm bed without one",
        "s",
        "A precaution: half an hour of following a pulse is enough for one session",
    ),
    "step_percent": KeyWords(
        "By how much each step slows the music, as a glide",
        "%",
        "A change of tempo below about 3 % is hard to notice (Drake and Botte 1993)",
    ),
    "lead_cap_percent": KeyWords(
        "How far below your heart the music may lead by itself; farther only while your heart does not rise",
        "%",
        "In a pilot study hearts perhaps went along with 7 and 10 %, not with 15 % (weak, and contradicted: van Dyck"
        " 2017, Juslin 2024)",
    ),
    "zone_tempo_bpm": KeyWords(
        "The slow music that a lead is heading for; while your heart goes along it walks on, a tenth below at most",
        "pulses a minute",
        "50 to 70 is where calming music lies (de Witte and others 2020, Bernardi and others 2006; moderate)",
    ),
    "tempo_min_bpm": KeyWords(
        "Music is never slower", "pulses a minute", "Slower pulses fall apart into single sounds"
    ),
    "tempo_max_bpm": KeyWords(
        "Music is never faster; a fast heart hears half its pace",
        "pulses a minute",
        "Faster music raises heart rate and breathing (Bernardi and others 2006; moderate)",
    ),
    "fall_limit_percent_per_min": KeyWords(
        "The music never slows down faster",
        "% a minute",
        "Hearts followed a tempo that rose by about 2 % a minute (Watanabe and others 2017; downward is our"
        " extrapolation)",
    ),
    "rise_limit_percent_per_min": KeyWords(
        "The music never speeds up faster",
        "% a minute",
        "Hearts did not follow more than 3 % a minute (Watanabe and others 2017; weak to moderate)",
    ),
    "first_gate_s": KeyWords(
        "How much music with a pulse is heard before the guide first asks whether it helps; later questions scale with it",
        "s",
        "Asked early, those whom music upsets are spared most of it, and some are left alone too soon (rehearsed,"
        " model-based)",
    ),
    "breathing": KeyWords(
        "Whether phrases swell and ebb as a guide for your breathing",
        "",
        "Off unless you want it: breathe softly, not deeply; slow breathing does more for heart rate variability than"
        " for heart rate (Shao and others 2024)",
    ),
    "breath_start_share": KeyWords(
        "Where the breathing guide begins, as a share of your own breathing rate",
        "share",
        "Swells at three quarters of the own rate slowed breathing best (Leslie and others 2019; moderate)",
    ),
    "breath_slowest_per_min": KeyWords(
        "The slowest breathing that the guide asks for",
        "breaths a minute",
        "About six is usual in training; people new to it breathe too much, so never below 5.5 (Szulczewski 2019)",
    ),
    "match": KeyWords(
        "Sentences shown on the page, one after the other, while the music meets your pulse",
        "",
        "None unless you want them: a picture to rest with is a matter of taste, and no study stands behind these",
    ),
    "lead": KeyWords(
        "Sentences shown while the music leads", "", "Few and short: who reads much is not resting with closed eyes"
    ),
    "hold": KeyWords("Sentences shown while the music holds", "", "Nothing happens here, and that may be said"),
    "companion": KeyWords(
        "Sentences shown while the music keeps you company without leading",
        "",
        "Ask for nothing here: the music has stopped leading because that did not help",
    ),
    "consolidate": KeyWords("Sentences shown while the music thins", "", "An end that is said gently startles nobody"),
    "silence": KeyWords(
        "Sentences shown in the silence at the end", "", "One is enough: whoever rests need not read it"
    ),
}
