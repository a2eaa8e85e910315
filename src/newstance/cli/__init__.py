"""The command line: the only place that prints and sets exit codes."""

from newstance.cli.main import app

__all__ = ["app"]
