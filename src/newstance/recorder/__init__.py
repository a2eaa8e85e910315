"""The MLflow run of a training, and what it holds."""

from newstance.recorder.inputs import input_fingerprints
from newstance.recorder.recorder import (
    EXPERIMENT,
    INPUTS,
    MODEL,
    MODEL_FINGERPRINT,
    RESULTS,
    Recorder,
    RunOptions,
)

__all__ = [
    "EXPERIMENT",
    "INPUTS",
    "MODEL",
    "MODEL_FINGERPRINT",
    "RESULTS",
    "Recorder",
    "RunOptions",
    "input_fingerprints",
]
