"""Runs in MLflow."""

from newstance.tracking.keys import flat_params, legal_keys
from newstance.tracking.run import TrackingError, log_run, ui_command

__all__ = ["TrackingError", "flat_params", "legal_keys", "log_run", "ui_command"]
