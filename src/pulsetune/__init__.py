"""PulseTune: a biofeedback music player that follows your pulse and slows the music with you."""

__version__ = "0.1.0"
