"""The command line, called in this process."""

from click.testing import CliRunner, Result

from pulsetune.cli import cli


def call(*words: str, code: int = 0) -> Result:
    """Run it; no traceback, and the exit code that is expected."""
    result = CliRunner().invoke(cli, list(words))
    assert "Traceback" not in result.output
    assert result.exit_code == code, result.output
    return result
