"""What to play next: phases, policies, safety, timbre. Pure."""
