"""What the training of a reader of mentions is told."""

from pathlib import Path

from pydantic import BaseModel, Field, ValidationError, model_validator

from newstance.config import ConfigError, Tracking, read_yaml, resolve_paths
from newstance.faults import faults_of
from newstance.stance.windows import FEWEST_TOKENS

PATHS = (
    ("output",),
    ("work",),
    ("tracking",),
    ("transformer", "model"),
    ("soft", "teacher"),
    ("soft", "texts"),
    ("soft", "codebook"),
)


class Source(BaseModel, frozen=True, extra="forbid"):
    """A file of judgements, JSON lines, also gzipped: the format of ``stance.labels``, or rows with text,
    start, end and a label of 1, 0 or -1, as RuSentNE and NewsMTSC give them."""

    path: Path
    name: str = Field("", description="as scores call it; the name of the file without one")
    splits: list[str] | None = Field(None, description="values of `split` that are taken; null takes all")
    unseen: bool = Field(False, description="leave out rows that say sentence_in_train")
    weight: float = Field(1.0, gt=0, description="of each row beside those of other files")

    @property
    def title(self) -> str:
        """What scores call the source."""
        return self.name or self.path.name.partition(".")[0]


class TransformerConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``transformer`` section: an encoder of transformers or sentence-transformers to fine-tune."""

    model: str = Field(description="name or path of the encoder; its weights must be safetensors")
    max_tokens: int = Field(128, ge=FEWEST_TOKENS, description="of the text around a mention, which is cut")
    batch_size: int = Field(32, ge=1)
    epochs: int = Field(3, ge=1)
    learning_rate: float = Field(5e-5, gt=0, description="of the layers; the table of words stays as it is")
    head_learning_rate: float = Field(1e-3, gt=0, description="of the marks and of what reads the stance")
    warmup: float = Field(0.1, gt=0, lt=1, description="share of the steps in which the rates rise")
    weight_decay: float = Field(0.01, ge=0)
    dropout: float = Field(0.2, ge=0, lt=1, description="of what the stance is read from")


class SoftConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``soft`` section: texts without labels, of which a teacher says the stances."""

    teacher: Path = Field(description="folder of a reader that `newstance stance train` made")
    texts: list[Path] = Field(
        min_length=1, description="a text a line (.txt), or English, other, source (.tsv); also gzipped"
    )
    codebook: Path = Field(description="YAML with the targets whose mentions are looked for")
    weight: float = Field(0.5, gt=0, description="of each mention beside a labelled example")
    most: int = Field(20_000, ge=1, description="mentions, drawn at random")


class StanceTrainConfig(BaseModel, frozen=True, extra="forbid"):
    """One training of a reader of mentions."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    seed: int = Field(0, ge=0)
    examples: list[Source] = Field(min_length=1, description="what is learnt from")
    evaluation: list[Source] = Field(default_factory=list, description="what is scored, never learnt from")
    n_readers: int = Field(3, ge=1, le=9, description="readers of different seeds, averaged")
    width: int = Field(96, ge=8, le=512)
    dropout: float = Field(0.4, ge=0, lt=1)
    epochs: int = Field(7, ge=1)
    learning_rate: float = Field(0.002, gt=0)
    weight_decay: float = Field(0.02, ge=0)
    balance: float = Field(0.7, ge=0, le=1, description="power of the inverse class frequency as weight")
    transformer: TransformerConfig | None = Field(
        None, description="fine-tune a transformer; null learns small readers over the shipped encoder"
    )
    soft: SoftConfig | None = Field(None, description="what a teacher says, for small readers; null: nothing")
    output: Path = Field(Path("models"), description="folder in which <name> is made")
    work: Path = Field(Path(".cache/stance"), description="folder of checkpoints")
    tracking: Tracking | None = Field(None, description="MLflow store; null logs none")

    @model_validator(mode="after")
    def _soft_is_for_small_readers(self) -> "StanceTrainConfig":
        if self.soft is not None and self.transformer is not None:
            raise ValueError("soft labels are for small readers; leave out soft or transformer")
        return self


def load_stance_config(path: Path | str) -> StanceTrainConfig:
    """Read and validate a YAML config; relative paths are taken from its folder. Raises ``ConfigError``."""
    path = Path(path)
    folder = path.resolve().parent
    values = resolve_paths(read_yaml(path), PATHS, folder)
    for section in ("examples", "evaluation"):
        for source in values.get(section) or []:
            if isinstance(source, dict):
                resolve_paths(source, (("path",),), folder)
    try:
        config = StanceTrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {faults_of(error, StanceTrainConfig)}") from error
    files = [one.path for one in (*config.examples, *config.evaluation)]
    if config.soft is not None:
        files += [*config.soft.texts, config.soft.codebook]
    missing = [str(one) for one in files if not one.is_file()]
    if missing:
        raise ConfigError(f"{path}: there is no file {', '.join(missing)}.")
    return config
