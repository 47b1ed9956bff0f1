"""Settings for every test."""

import os
from typing import Any

import pytest
from hypothesis import settings

# No deadline: a busy machine is no fault. In CI fifty examples, and the same ones every time, so that a red run can
# be repeated; elsewhere others each time, but fewer, so that nobody waits.
IN_CI = "CI" in os.environ
settings.register_profile("pulsetune", deadline=None, derandomize=IN_CI, max_examples=50 if IN_CI else 30)
settings.load_profile("pulsetune")

SPREAD = (
    "tests/sound/test_soundscapes.py",
    "tests/sound/test_nature.py",
    "tests/sound/test_breath.py",
    "tests/sound/test_forty_minutes.py",
)
LONG = ("tests/page/", "tests/sound/", "tests/cli/test_sounds.py")  # else one process is left with a long file


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Where several processes share the tests, what takes long comes first."""
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: next((n for n, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    """A file of tests stays in one process, so that what it shares is made once; files in ``SPREAD`` share little."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # not by the number of tests: the order above

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if file in SPREAD else file

    return ByFile(config, log)
