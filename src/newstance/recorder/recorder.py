"""The MLflow run of a training: opened when the work begins, ended as the work ends.

A training does not fail for the store: where that refuses, the training goes on, and what went wrong is
told at its end (``fault``). All else that fails ends the run as FAILED, an interrupt as KILLED.
"""

import json
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from newstance.addresses import AddressError
from newstance.config import TrainConfig
from newstance.model.bundle import model_fingerprint
from newstance.progress import Progress, TimedSteps
from newstance.recorder.content import (
    datasets,
    files_at_start,
    head_metrics,
    parameters,
    registered_name,
    write_tables_and_plots,
)
from newstance.recorder.inputs import input_fingerprints
from newstance.results import Results
from newstance.tracking import Opening, TrackedRun, TrackingError, open_run

EXPERIMENT = "newstance"
MODEL, RESULTS, INPUTS = "newstance.model", "newstance.results", "newstance.inputs"
MODEL_FINGERPRINT = "newstance.model.fingerprint"
RESULTS_PLACE = "results"


@dataclass(frozen=True)
class RunOptions:
    """How a training is recorded: ``parent`` is the id of the run it belongs to, ``tags`` are added to its
    own, and ``log_model`` tells whether the model is logged and registered."""

    parent: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    log_model: bool = True


class Recorder:
    """Measures the steps of a training, and keeps its run. ``fault`` says why there is none, or no whole
    one, although the config asks for it."""

    def __init__(self, config: TrainConfig, progress: Progress, options: RunOptions) -> None:
        self.steps = TimedSteps(progress)
        self.run: TrackedRun | None = None
        self.fault: str | None = None
        self._config, self._options = config, options
        self._began, self._clock = time.time(), time.perf_counter()

    def step(self, title: str, total: int | None = None) -> AbstractContextManager[Callable[..., None]]:
        """A step of the work, shown and measured."""
        return self.steps.step(title, total)

    def open(self) -> None:
        """Open the run, with the training's beginning as its own; MLflow takes seconds to be imported, so
        this is not the first step."""
        if self._config.output.tracking is None:
            return
        with self.step("Opening the run"):
            self._try(self._open)

    def log(self, config: TrainConfig, results: Results, folders: tuple[Path, Path]) -> None:
        """Log the finished training: ``folders`` are those of the model and of the results."""
        if self.run is None:
            return
        with self.step("Logging the run"):
            self._try(lambda: self._log(config, results, *folders))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._record(error)
        elif self.run is not None:
            self._end(self.run)

    def _end(self, run: TrackedRun) -> None:
        """End the run, as FAILED where the store did not take all of it."""
        if self.fault is None:
            self._try(run.end)
        else:
            self._try(lambda: run.end("FAILED", TrackingError(str(self.fault))))

    def _record(self, error: BaseException) -> None:
        """Keep that the training failed; it is the training's error that is told, whatever the store does."""
        was_interrupted = isinstance(error, KeyboardInterrupt)
        if self.run is None and self.fault is None and not was_interrupted:
            self.open()
        run = self.run
        if run is not None:
            self._try(lambda: run.end("KILLED" if was_interrupted else "FAILED", error))

    def _open(self) -> None:
        assert self._config.output.tracking is not None
        tags = {"newstance.name": self._config.name, **self._options.tags}
        opening = Opening(
            EXPERIMENT,
            self._config.name,
            parameters(self._config),
            tags,
            self._began,
            self._options.parent,
        )
        self.run = open_run(self._config.output.tracking, opening)
        self.run.log_artifacts([], files_at_start(self._config))

    def _log(self, config: TrainConfig, results: Results, model: Path, folder: Path) -> None:
        run = self.run
        assert run is not None
        run.rename(config.name)
        inputs = input_fingerprints(config)
        tags = {
            "newstance.name": config.name,
            "dataset.fingerprint": results.fingerprint,
            INPUTS: json.dumps(inputs),
            MODEL: str(model),
            MODEL_FINGERPRINT: model_fingerprint(model),
            RESULTS: str(folder),
        }
        run.log(head_metrics(results, time.perf_counter() - self._clock), tags)
        run.log_datasets(datasets(config, results, inputs))
        with tempfile.TemporaryDirectory() as scratch:
            write_tables_and_plots(results, self.steps.table, Path(scratch))
            run.log_artifacts(sorted(Path(scratch).iterdir()))
        run.log_folder(folder, RESULTS_PLACE)
        if self._options.log_model:
            run.log_model(model, registered_name(config.name))

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (TrackingError, AddressError) as error:
            self.fault = self.fault or str(error)
