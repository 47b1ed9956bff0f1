"""What is heard: composer, soundscapes, the sound process and its outputs."""
