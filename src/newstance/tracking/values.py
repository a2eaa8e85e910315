"""Parameters, metrics, tags and datasets as MLflow takes them."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from newstance.tracking.keys import flat_params, legal_keys, tag_text

if TYPE_CHECKING:
    from mlflow import MlflowClient

MAX_DIGEST = 36
PARAMS_A_BATCH, METRICS_A_BATCH = 100, 800
CONTEXT = "mlflow.data.context"


def log_values(
    client: "MlflowClient",
    run_id: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
) -> None:
    """One batch, or as many as MLflow's limits ask for. A metric that is no number is left out."""
    from mlflow.entities import Metric, Param, RunTag

    now = int(time.time() * 1000)
    flat = flat_params(params)
    numbers = {key: float(value) for key, value in metrics.items() if value is not None}
    numbers = {key: value for key, value in numbers.items() if not math.isnan(value)}
    as_params = [Param(key, text) for key, text in zip(legal_keys(list(flat)), flat.values(), strict=True)]
    as_metrics = [
        Metric(key, value, now, 0)
        for key, value in zip(legal_keys(list(numbers)), numbers.values(), strict=True)
    ]
    as_tags = [
        RunTag(key, tag_text(text)) for key, text in zip(legal_keys(list(tags)), tags.values(), strict=True)
    ]
    batches = zip_longest(
        _batches(as_metrics, METRICS_A_BATCH),
        _batches(as_params, PARAMS_A_BATCH),
        _batches(as_tags, PARAMS_A_BATCH),
        fillvalue=(),
    )
    for some_metrics, some_params, some_tags in batches:
        client.log_batch(run_id, metrics=some_metrics, params=some_params, tags=some_tags)


def log_datasets(
    client: "MlflowClient", run_id: str, datasets: Sequence[Mapping[str, Any]], name: str
) -> None:
    """Each needs "fingerprint"; "name" (else ``name``), "path" and "context" are shown with it, the rest is
    kept as its profile."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    inputs = []
    for dataset in datasets:
        rest = {key: value for key, value in dataset.items() if key not in ("name", "path", "context")}
        entity = Dataset(
            name=str(dataset.get("name", name)),
            digest=str(dataset["fingerprint"])[:MAX_DIGEST],
            source_type="local",
            source=json.dumps({"uri": str(dataset.get("path", ""))}, ensure_ascii=False),
            profile=json.dumps(rest, ensure_ascii=False, default=str),
        )
        tags = [InputTag(CONTEXT, str(dataset["context"]))] if "context" in dataset else []
        inputs.append(DatasetInput(dataset=entity, tags=tags))
    client.log_inputs(run_id, datasets=inputs)


def _batches(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
