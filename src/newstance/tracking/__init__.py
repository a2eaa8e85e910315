"""Runs in MLflow."""

from newstance.tracking.keys import flat_params, legal_keys
from newstance.tracking.run import Opening, TrackedRun, ended, log_run, numbered, open_run, reopen_run
from newstance.tracking.source import environment
from newstance.tracking.store import TrackingError, ui_command

__all__ = [
    "Opening",
    "TrackedRun",
    "TrackingError",
    "ended",
    "environment",
    "flat_params",
    "legal_keys",
    "log_run",
    "numbered",
    "open_run",
    "reopen_run",
    "ui_command",
]
