"""A model folder in MLflow: logged as a pyfunc of code, and the newest of its name in the registry."""

from pathlib import Path
from typing import TYPE_CHECKING

from newstance.tracking.keys import legal_model_name
from newstance.version import __version__

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature


def log_model(
    client: "MlflowClient", experiment_id: str, run_id: str, folder: Path, registered_name: str | None
) -> None:
    """The model folder as a pyfunc; explicit signature and requirements, as inferring them takes 10 s."""
    import mlflow
    from mlflow.models import Model

    name = legal_model_name(folder.name)
    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    mlflow.set_tracking_uri(client.tracking_uri)
    try:
        logged = client.create_logged_model(experiment_id, name=name, source_run_id=run_id)
        Model.log(
            artifact_path=None,
            name=name,
            flavor=mlflow.pyfunc,
            run_id=run_id,
            model_id=logged.model_id,
            python_model=str(Path(__file__).parents[1] / "pyfunc.py"),
            artifacts={"model": folder.as_uri()},
            signature=_signature(),
            pip_requirements=[f"newstance=={__version__}"],
        )
    finally:
        mlflow.set_tracking_uri(before)


def _signature() -> "ModelSignature":
    """The columns that come out. What goes in has no schema: with one, MLflow refuses integer ids, dates,
    columns of missing values and lists of texts, all of which the model takes."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    outputs = [
        ColSpec("string", "article_id"),
        ColSpec("long", "theme_id"),
        ColSpec("string", "theme", required=False),  # a text that is noise has none
        ColSpec("double", "proba"),
    ]
    return ModelSignature(outputs=Schema(outputs))
