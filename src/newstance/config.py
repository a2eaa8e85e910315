"""A training's config: each step's section sits beside its step; this composes and reads them."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from newstance.addresses import is_address, place_of
from newstance.corpus import CorpusConfig
from newstance.embed.encoder import SHIPPED
from newstance.faults import faults_of
from newstance.paths import as_path, fault_of_letters
from newstance.stance.model import StanceConfig
from newstance.stores import Store, absolute, checked_store, resolve_store
from newstance.themes.codebook import Codebook
from newstance.themes.config import ThemesConfig

ENCODER = ("encoder", "model")
STANCE_READER = ("stance", "reader")
# Keys of what is given by its path or by a name.
PATHS_OR_NAMES = (ENCODER, STANCE_READER, ("transformer", "model"))
STORE = "tracking"  # the key of a place that may be an address
ARTICLES = ("corpus", "path")  # the key of one that fsspec may reach
PATHS = (
    ARTICLES,
    ENCODER,
    ("encoder", "cache"),
    ("stance", "labels"),
    STANCE_READER,
    ("themes", "labels"),
    ("codebook",),
    ("evaluation", "themes"),
    ("output", "models"),
    ("output", "results"),
    ("output", "tracking"),
)
# So that a resolved config means the same wherever it is read again.
Absolute = Annotated[Path, AfterValidator(Path.absolute)]


def _store(given: Any) -> Any:
    """A store checked; what is neither path nor text is left to pydantic."""
    return checked_store(given) if isinstance(given, str | Path) else given


Tracking = Annotated[Store, BeforeValidator(_store)]


class ConfigError(ValueError):
    """A config file or override that cannot be used; the text lists every fault."""


class EncoderConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``encoder`` section of a config."""

    model: str = Field(SHIPPED, description="'shipped', or a sentence-transformers model by name or path")
    batch_size: int = Field(64, ge=1, description="texts at once, for models that run in torch")
    cache: Path | None = Field(None, description="SQLite file that keeps vectors; null keeps none")


class EvaluationConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``evaluation`` section of a config."""

    themes: Path | None = Field(None, description="CSV with article_id, theme: labels to compare with")
    across_languages: bool = Field(
        False, description="whether stances learnt in one language are asked in each other one: a table"
    )
    n_bootstrap: int = Field(500, ge=10, description="resamples behind each interval")


class OutputConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``output`` section of a config."""

    models: Absolute = Field(
        Path("models"), validate_default=True, description="folder in which models/<name> is made"
    )
    results: Absolute = Field(
        Path("results"), validate_default=True, description="folder in which results/<name> is made"
    )
    tracking: Tracking | None = Field(
        Path("mlruns"),
        validate_default=True,
        description="MLflow store: a folder, sqlite:///file, or the http(s):// address of a server; "
        "null logs none",
    )


class TrainConfig(BaseModel, frozen=True, extra="forbid"):
    """One training, whole."""

    # Folders aside and locks have longer names still, and a file system takes 255 bytes.
    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=200, description="of the model and the run"
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="of all that is drawn at random")
    corpus: CorpusConfig
    encoder: EncoderConfig = EncoderConfig()
    codebook: Codebook = Codebook()
    themes: ThemesConfig = ThemesConfig()
    stance: StanceConfig = StanceConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    output: OutputConfig = Field(default_factory=OutputConfig)


def load_config(path: Path | str, overrides: list[str] | None = None) -> TrainConfig:
    """Read a YAML 1.2 file, apply overrides (``"themes.max_noise=0.05"``), validate the whole.

    Relative paths are taken from the folder of the file, those of overrides and defaults from the
    working directory. Raises ``ConfigError`` with all faults at once, and ``TypeError`` for what is no path.
    """
    path = as_path(path, "a config")
    values = read_yaml(path)
    resolve_paths(values, PATHS, path.resolve().parent)
    for override in overrides or []:
        _override(values, override)
    _read_codebook(values)
    try:
        return TrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {faults_of(error, TrainConfig)}") from error


def config_schema() -> dict[str, Any]:
    """The JSON schema of a config file, for editors."""
    return TrainConfig.model_json_schema()


def config_yaml(config: TrainConfig) -> str:
    """The resolved config as YAML, every default filled in."""
    return yaml_text(config.model_dump(mode="json"))


def yaml_text(values: dict[str, Any]) -> str:
    """``values`` as YAML."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml, text = YAML(), StringIO()
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.dump(_quoted(values), text)
    return text.getvalue()


def _quoted(value: Any) -> Any:
    """``value`` with strings of odd line ends and control characters in quotes, which the writer of
    plain strings would change."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, dict):
        return {key: _quoted(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_quoted(one) for one in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) and not value.isprintable() else value


def portable_yaml(config: TrainConfig) -> str:
    """``portable_values`` as YAML, for a model folder."""
    return yaml_text(portable_values(config))


def portable_values(config: TrainConfig) -> dict[str, Any]:
    """The resolved config without its output folders, and with paths cut to their last part: a folder that
    is shared must not tell where it was made."""
    return without_folders(config.model_dump(mode="json", exclude={"output"}), PATHS)


def without_folders(values: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    """``values`` with the paths at the keys ``paths`` cut to their last part."""
    for keys in paths:
        *sections, last = keys
        at = values
        for section in sections:
            at = at.get(section) or {}
        given = at.get(last)
        if last == STORE and isinstance(given, str) and not Path(given).is_absolute():
            at[last] = None  # an address
        elif isinstance(given, str) and (keys not in PATHS_OR_NAMES or Path(given).is_absolute()):
            at[last] = Path(given).name
        elif isinstance(given, list):
            at[last] = [Path(one).name for one in given]
    return values


def read_yaml(path: Path) -> dict:
    """Keys and values of a YAML 1.2 file."""
    if not os.path.isfile(path):
        what = "is a folder; give a YAML file" if os.path.isdir(path) else "there is no such file"
        raise ConfigError(f"{path}: {what}.")
    try:
        values = parse_yaml(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: not YAML: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(values).__name__}.")
    return values


def parse_yaml(text: str) -> Any:
    """The value that YAML 1.2 ``text`` holds; ``ValueError`` where it holds none."""
    from ruamel.yaml import YAML

    try:
        return _joined(YAML(typ="safe", pure=True).load(text))
    except Exception as error:  # the reader raises many kinds, as for 2016-13-45 or a thousand brackets
        raise ValueError(str(error) or type(error).__name__) from error


def _joined(value: Any) -> Any:
    """``value`` with the halves of a character joined, as JSON writes them; a half alone is an error."""
    if isinstance(value, dict):
        return {_joined(key): _joined(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_joined(inner) for inner in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16") if isinstance(value, str) else value


def resolve_paths(values: dict, paths: tuple[tuple[str, ...], ...], folder: Path) -> dict:
    """``values`` with the relative paths at the keys ``paths`` taken from ``folder``."""
    for keys in paths:
        _resolve(values, keys, folder)
    return values


def _resolve(values: dict, keys: tuple[str, ...], folder: Path) -> None:
    *sections, last = keys
    for section in sections:
        values = values.get(section) or {}
        if not isinstance(values, dict):
            return
    given = values.get(last)
    if keys in PATHS_OR_NAMES and not _is_folder(given, folder):
        return
    if "\0" in str(given):
        raise ConfigError(f"{'.'.join(keys)}: got {given!r}; a path holds no null character.")
    if isinstance(given, str):
        values[last] = resolve_store(given, folder) if last == STORE else _absolute(given, keys, folder)
    elif isinstance(given, list):
        values[last] = [_absolute(one, keys, folder) if isinstance(one, str) else one for one in given]
    found = values.get(last)
    for path in found if isinstance(found, list) else [found]:
        fault = fault_of_letters(str(path))
        if fault is not None:
            raise ConfigError(f"{'.'.join(keys)}: {fault}")


def _absolute(given: str, keys: tuple[str, ...], folder: Path) -> str:
    """A path taken from ``folder``; the address of articles stays as it is."""
    if not is_address(given):
        return absolute(given, folder)
    if keys != ARTICLES:
        raise ConfigError(f"{'.'.join(keys)}: only corpus.path may be an address; copy the file here.")
    try:
        place_of(given)
    except ValueError as error:  # which shows no password
        raise ConfigError(f"{'.'.join(keys)}: {error}") from error
    return given


def _is_folder(encoder: Any, folder: Path) -> bool:
    """Whether an encoder or a reader is given by path: it may as well be a name, as ``intfloat/e5-small``."""
    if not isinstance(encoder, str) or encoder in ("", SHIPPED):
        return False
    return encoder.startswith((".", "~")) or os.path.isdir(folder / encoder)


def _read_codebook(values: dict) -> None:
    if isinstance(values.get("codebook"), str):
        try:
            values["codebook"] = read_yaml(Path(values["codebook"]))
        except ConfigError as error:
            raise ConfigError(f"codebook: {error}") from error


def _override(values: dict, override: str) -> None:
    key, equals, text = override.partition("=")
    keys = tuple(key.strip().split("."))
    if not equals or not all(keys):
        raise ConfigError(f"{override!r}: an override has the form key=value, as in themes.max_noise=0.05.")
    try:
        value = parse_yaml(text)
    except ValueError as error:
        raise ConfigError(f"{override!r}: its value is not YAML: {error}") from error
    if keys[0] == "codebook" and len(keys) > 1:
        _read_codebook(values)  # so that one part of it can be changed
    at = values
    for section in keys[:-1]:
        if not isinstance(at.get(section), dict):
            at[section] = {}
        at = at[section]
    at[keys[-1]] = value
    if keys in PATHS:
        _resolve(values, keys, Path.cwd())
