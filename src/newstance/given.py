"""What a caller gives a training: a config, the file of one, or articles with settings as keywords."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newstance.addresses import is_address
from newstance.config import ConfigError, TrainConfig, load_config, read_yaml
from newstance.corpus import read_corpus
from newstance.corpus.build import NAMES
from newstance.corpus.inputs import settle
from newstance.faults import faults_of
from newstance.progress import Progress
from newstance.tables import Corpus

YAML = (".yaml", ".yml")
NAME = "untitled"
# Keywords that are shorter than the keys of a config.
SHORT = {"labels": ("stance", "labels"), "theme_labels": ("themes", "labels")}


def config_of(what: Any, settings: Mapping[str, Any]) -> tuple[TrainConfig, Any]:
    """The config that ``what`` and ``settings`` make, and the articles in memory; None where the config says
    where they lie.

    ``what`` is a ``TrainConfig``, the path of a YAML file, or articles: whatever ``read_corpus`` takes.
    ``settings`` are keys of a config: sections as dicts, ``codebook`` as its path, a dict, or a list of names
    of themes; ``labels`` stands for ``stance.labels``, ``theme_labels`` for ``themes.labels``.

    Raises ``ConfigError`` that tells all faults of the settings.
    """
    data = settle(what)
    if isinstance(data, TrainConfig):
        return (_changed(data, settings) if settings else data), None
    if isinstance(data, str | PathLike) and not is_address(data) and Path(data).suffix.lower() in YAML:
        config = load_config(Path(data))
        return (_changed(config, settings) if settings else config), None
    values = _merged({"name": NAME, "corpus": {}}, settings)
    if _names_files(data):
        values["corpus"]["path"] = data
        return _validated(values), None
    return _validated(values), data


def read_given(articles: Any, config: TrainConfig, progress: Progress) -> Corpus:
    """The corpus of ``articles``, in memory or by their paths; a Corpus stays as it is."""
    if isinstance(articles, Corpus):
        return articles
    options = config.corpus.model_dump(exclude={"path"})
    with progress.step("Reading articles") as done:
        return read_corpus(articles, progress=done, **options)


def _names_files(data: Any) -> bool:
    """As ``read_corpus`` decides."""
    names = [data] if isinstance(data, NAMES) else data
    return isinstance(names, list | tuple) and all(isinstance(name, NAMES) for name in names)


def _changed(config: TrainConfig, settings: Mapping[str, Any]) -> TrainConfig:
    return _validated(_merged(config.model_dump(), settings))


def _merged(values: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with ``settings`` over them, section by section."""
    for key, given in settings.items():
        if key in SHORT:
            section, name = SHORT[key]
            values[section] = {**values.get(section, {}), name: given}
        elif key == "codebook":
            values[key] = _codebook(given)
        elif isinstance(given, Mapping):
            values[key] = {**values.get(key, {}), **given}
        else:
            values[key] = given
    return values


def _codebook(given: Any) -> Any:
    if isinstance(given, str | PathLike):
        return read_yaml(Path(given))
    if isinstance(given, Sequence) and all(isinstance(name, str) for name in given):
        return {"themes": [{"name": name} for name in given]}
    return given


def _validated(values: dict[str, Any]) -> TrainConfig:
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"settings: {faults_of(error, TrainConfig)}") from error
