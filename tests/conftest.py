"""Settings for every test."""

import os

from hypothesis import settings

# No deadline: a busy machine is no fault. In CI a hundred examples, and the same ones every time, so that a red run can
# be repeated; elsewhere others each time, but fewer, so that nobody waits.
IN_CI = "CI" in os.environ
settings.register_profile("pulsetune", deadline=None, derandomize=IN_CI, max_examples=100 if IN_CI else 30)
settings.load_profile("pulsetune")
