"""The texts of an encoder training, read as tokens, with what they should be taught."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from newstance.embed.cache import CachedEncoder
from newstance.embed.reader import Reader
from newstance.embed.transformer import TransformerEncoder
from newstance.progress import Progress
from newstance.train_encoder.config import EncoderTrainConfig, TeacherConfig, teacher_path
from newstance.train_encoder.distill import EncoderTexts, teacher_vectors, tokenize
from newstance.train_encoder.parallel import Pairs, parallel_files, read_pairs, read_plain
from newstance.train_encoder.settings import note_settings
from newstance.train_encoder.vocabulary import build_vocabulary, in_pieces

VOCABULARY = "tokenizer.json"  # in the work folder


def read_texts(config: EncoderTrainConfig) -> tuple[list[str], list[Pairs]]:
    """All English texts, and the pairs of every language."""
    english, pairs = (
        ([], []) if config.parallel is None else read_pairs(parallel_files(config.parallel, config.langs))
    )
    if config.plain is not None:
        english, own = read_plain(config.plain, english)
        pairs = [*pairs, own]
    return english, pairs


def chosen_vocabulary(
    config: EncoderTrainConfig, english: list[str], pairs: list[Pairs], progress: Progress
) -> str:
    """The ``tokenizer.json`` of the training; chosen once and kept, so that a stopped run goes on."""
    kept = config.folder / VOCABULARY
    with progress.step("Choosing the vocabulary"):
        if not kept.is_file():
            texts_of = {"en": english} | {one.lang: one.other for one in pairs if one.lang != "en"}
            tokenizer = build_vocabulary(texts_of, config.student.n_tokens, config.student.balance)
            note_settings(config)
            aside = kept.with_suffix(".tmp")
            tokenizer.save(str(aside), pretty=False)
            aside.replace(kept)
        return kept.read_text(encoding="utf-8")


def taught_vectors(config: EncoderTrainConfig, english: list[str], progress: Progress) -> np.ndarray:
    """What the teacher says of the English texts, (n_english, n_dims)."""
    teacher = TransformerEncoder(
        teacher_path(config.teacher.model),
        config.teacher.batch_size,
        teacher_dtype(config.teacher),
        config.teacher.max_tokens,
    )
    with progress.step("Asking the teacher", len(english)) as done:
        cached = CachedEncoder(teacher, config.teacher.cache, progress=done)
        return teacher_vectors(cached, english, config.student.n_dims, config.seed)


def teacher_dtype(config: TeacherConfig) -> str:
    """The torch dtype of the teacher: without bfloat16 in the processor that would be six times slower."""
    if config.dtype != "auto":
        return config.dtype
    import torch

    able: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") else "float32"


def read_encoder_texts(
    english: list[str], pairs: list[Pairs], vocabulary: str, taught: np.ndarray, progress: Progress
) -> EncoderTexts:
    """The lessons, read with the ``vocabulary`` of a ``tokenizer.json``."""
    tokens = vocabulary_of(vocabulary)
    reader, cutter = Reader.of(tokens), Reader.of(in_pieces(tokens))
    with progress.step("Tokenising", 1 + 2 * len(pairs)) as done:

        def read(reader: Reader, texts: list[str]):
            done(1)
            return tokenize(reader, texts)

        other = [read(reader, one.other) for one in pairs]
        cut = [read(cutter, one.other) for one in pairs]
        return EncoderTexts(read(reader, english), other, cut, pairs, taught)


def vocabulary_of(tokenizer: str) -> dict[str, int]:
    """Tokens and ids of a ``tokenizer.json``."""
    tokens: dict[str, int] = json.loads(tokenizer)["model"]["vocab"]
    return tokens
