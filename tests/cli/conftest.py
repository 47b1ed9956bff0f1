import pytest


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, and an empty folder to be in."""
    monkeypatch.setenv("PULSETUNE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"
