"""What a table is taught last: what translations say together, and what is said of the same subject.

The vector of one text errs in what its words do not tell and in what its rows share with others. Two means
of many texts err less, and need no teacher:

- An English text and its translations should mean the same: their mean is nearer to it than each
  is, as with views of one thing (Reimers & Gurevych 2020, arXiv:2004.09813, teach one view).
- Texts near each other are of one subject. A little of the mean of its neighbourhood in each vector draws
  subjects together, as mean shift does (Comaniciu & Meer 2002, doi:10.1109/34.1000236).

Both blur what tells a text from its neighbours, which the contrast of the batches brings back. A course with
much of the subject and one with much contrast are taken from the same table, and their mean is kept.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from newstance.embed.reader import Ragged
from newstance.linear import unit_rows
from newstance.train_encoder.distill import DistillConfig, EncoderTexts, length_weights
from newstance.train_encoder.shrink import SharedTable

TRANSLATION = 0.5  # how much a translation counts beside the text itself
TEXTS_AT_ONCE = 4096


class CourseConfig(BaseModel, frozen=True, extra="forbid"):
    """One course of tuning."""

    steps: int = Field(2_000, ge=1, description="batches")
    contrast: float = Field(0.15, ge=0, description="weight of the in-batch contrast")
    subject: float = Field(1.0, ge=0, description="how much of its neighbourhood is in the vector of a text")
    weight: float = Field(1.0, gt=0, description="of this course in the mean of all")


class TuneConfig(BaseModel, frozen=True, extra="forbid"):
    """How the table is tuned, after its rows are shared: each course begins at the same table, and the mean
    of their ends is saved. No courses leave the table as it is."""

    courses: tuple[CourseConfig, ...] = (
        CourseConfig(weight=2),
        CourseConfig(contrast=0.4, subject=0, weight=3),
    )
    learning_rate: float = Field(0.0015, gt=0, description="of rows, at the start; falls to zero linearly")
    lexicon: float = Field(0.1, ge=0, le=1, description="share of dictionary entries in a batch")
    pieces: float = Field(0.1, ge=0, le=1, description="share of batches whose words are cut in pieces")
    landmarks: int = Field(4_000, ge=1, description="English texts that stand for all subjects")
    width: float = Field(0.06, gt=0, description="of a neighbourhood; smaller is nearer")

    def settings(self, course: CourseConfig, student: DistillConfig) -> DistillConfig:
        """The settings of the steps of ``course``; what is not said here is as it was for the ``student``."""
        own = self.model_dump(include={"learning_rate", "lexicon", "pieces"})
        return student.model_copy(update=own | course.model_dump(include={"steps", "contrast"}))


def consensus(lessons: EncoderTexts, table: SharedTable) -> np.ndarray:
    """Unit vectors (n_english, n_dims): the mean of each English text and its translations."""
    from scipy.sparse import csr_matrix

    said = table_vectors(table, lessons.english)
    for other, pairs in zip(lessons.other, lessons.pairs, strict=True):
        halves = np.full(len(pairs.english), TRANSLATION, dtype=np.float32)
        places = (halves, (pairs.english, np.arange(len(pairs.english))))
        said += csr_matrix(places, (len(said), len(halves))) @ table_vectors(table, other)
    if not said.any():
        raise ValueError("no text has a word of the encoder's vocabulary: there is nothing to tune it to.")
    return unit_rows(said)


def table_vectors(table: SharedTable, texts: Ragged) -> np.ndarray:
    """Unit vectors (n_texts, n_dims) of ``texts``."""
    from scipy.sparse import csr_matrix

    bags = csr_matrix(
        (table.scales[texts.ids] * (texts.ids > 0), table.row_of[texts.ids], texts.starts),
        (len(texts.starts) - 1, len(table.rows)),
    )
    vectors: Any = bags @ table.rows
    return unit_rows(vectors)


def with_subject(
    vectors: np.ndarray, texts: Ragged, subject: float, config: TuneConfig, seed: int
) -> np.ndarray:
    """Unit vectors (n_texts, n_dims), each with ``subject`` of the mean of the landmarks near it. Long texts
    are more often landmarks, as they tell more of their subject."""
    import torch

    if not subject:
        return vectors

    rng = np.random.default_rng(seed)
    chances = length_weights(texts, 1.0) * (np.abs(vectors).sum(axis=1) > 0)
    n_landmarks = min(config.landmarks, int(np.count_nonzero(chances)))
    drawn = rng.choice(len(vectors), n_landmarks, replace=False, p=chances / chances.sum())
    landmarks = torch.from_numpy(vectors[np.sort(drawn)])
    blended = np.empty_like(vectors)
    for start in range(0, len(vectors), TEXTS_AT_ONCE):
        own = vectors[start : start + TEXTS_AT_ONCE]
        near = torch.softmax(torch.from_numpy(own) @ landmarks.T / config.width, dim=1) @ landmarks
        blended[start : start + TEXTS_AT_ONCE] = unit_rows(own + subject * unit_rows(near.numpy()))
    return blended


def mean_table(tables: Sequence[SharedTable], weights: Sequence[float]) -> SharedTable:
    """The mean of tables whose tokens share rows alike (Wortsman et al. 2022, "Model soups",
    arXiv:2203.05482): better than what lies between their scores."""
    shares = np.array(weights, dtype=np.float32) / np.float32(sum(weights))
    rows = sum(share * table.rows for share, table in zip(shares, tables, strict=True))
    scales = sum(share * table.scales for share, table in zip(shares, tables, strict=True))
    return SharedTable(np.asarray(rows), tables[0].row_of, np.asarray(scales))
