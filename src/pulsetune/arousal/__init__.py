"""What the heartbeats say: timeline, cleaning, heart-rate variability, arousal. Pure."""
