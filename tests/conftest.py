"""Settings for every test."""

import os

from hypothesis import settings

# No deadline: a busy machine is no fault. In CI the same examples every time, so that a red run can be repeated.
settings.register_profile("pulsetune", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("pulsetune")
