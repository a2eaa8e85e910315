"""The codebook: themes and targets that a user names, in any language.

A named theme is an anchor in the space of the vectors: texts that lie near it are its first members,
and what lies near none is left for the density clustering to find.
"""

import numpy as np
from pydantic import BaseModel, Field, field_validator, model_validator

from newstance.linear import unit_rows
from newstance.scripts import folded
from newstance.tables import NOISE

N_ROUNDS = 5
LEASH = 0.75


class NamedTheme(BaseModel, frozen=True, extra="forbid"):
    """A theme by name, with what tells an encoder what is meant."""

    name: str = Field(min_length=1, description="shown everywhere; any language")
    description: str = Field("", description="a sentence or two on what belongs to it")
    examples: list[str] = Field(default_factory=list, description="example sentences, any language")

    @property
    def texts(self) -> list[str]:
        """All texts that describe the theme."""
        return [text for text in (self.name, self.description, *self.examples) if text.strip()]


class Target(BaseModel, frozen=True, extra="forbid"):
    """What a stance is about: an entity, or a proposition one can be for or against.

    A sentence is about a target if it contains one of its ``mentions``; ``*`` stands for any letters of one
    word ("санкци*", "*الهدنة", "Бел* дом*"). A mention inside a phrase of ``exclude`` does not count: Moscow
    in "Moscow, Idaho".
    """

    name: str = Field(min_length=1)
    description: str = ""
    mentions: list[str] = Field(min_length=1, description="names and words, any language; * = any letters")
    exclude: list[str] = Field(
        default_factory=list,
        description="phrases with such a name that mean something else; * as in mentions",
    )

    @field_validator("mentions", "exclude")
    @classmethod
    def _mentions_name_something(cls, mentions: list[str]) -> list[str]:
        empty = [mention for mention in mentions if not folded(mention).text.replace("*", "").strip()]
        if empty:
            raise ValueError(f"the mention {empty[0]!r} names nothing; give a name or word, or leave it out")
        return [mention.strip() for mention in mentions]


class Codebook(BaseModel, frozen=True, extra="forbid"):
    """Named themes and targets."""

    themes: list[NamedTheme] = Field(default_factory=list)
    targets: list[Target] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_differ(self) -> "Codebook":
        for kind, entries in (("themes", self.themes), ("targets", self.targets)):
            names = [entry.name for entry in entries]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{kind} named twice: {twice}; give each its own name")
        return self


def anchor_vectors(themes: list[NamedTheme], encode) -> np.ndarray:
    """Unit vector of each named theme (n_themes, n_dims): the mean of its texts' vectors."""
    means = [encode(theme.texts).mean(axis=0) for theme in themes]
    return unit_rows(np.stack(means)) if means else np.zeros((0, 0))


def claim(vectors: np.ndarray, anchors: np.ndarray, min_similarity: float, fewest: int) -> np.ndarray:
    """Which texts belong to which named theme, -1 for none: labels (n_texts,).

    Both sides are centred on the corpus, as all news shares much. Each centre then moves to the mean
    of its texts and of its anchor, some rounds, like a seeded spherical k-means with a reject option
    (Basu et al. 2002, "Semi-supervised clustering by seeding"). A theme that gets fewer than
    ``fewest`` texts keeps its anchor and claims none.
    """
    centre = vectors.mean(axis=0)
    texts, first = unit_rows(vectors - centre), unit_rows(anchors - centre)
    centres = first.copy()
    labels = np.full(len(vectors), NOISE)
    for _ in range(N_ROUNDS):
        labels = _nearest(texts, centres, min_similarity)
        # A centre may move within its theme, not off to a neighbour that the user did not name.
        own_anchor = np.einsum("ij,ij->i", texts, first[np.maximum(labels, 0)])
        labels[own_anchor < min_similarity * LEASH] = NOISE
        centres = _moved(texts, labels, first, fewest)
    for theme in range(len(anchors)):
        if np.sum(labels == theme) < fewest:
            labels[labels == theme] = NOISE
    return labels


def join(
    clusters: np.ndarray, claimed: np.ndarray, n_named: int, fewest: int
) -> tuple[np.ndarray, list[int]]:
    """Named and found themes put together.

    ``clusters`` (n_texts,) are density clusters, ``claimed`` (n_texts,) the named theme of each text or
    -1. The unclaimed texts of a cluster join the named theme that claimed half of it or more; else they
    are a theme of their own, if they are ``fewest`` or more. Returns labels (n_texts,), found themes
    numbered after the named ones, and the clusters that the found themes come from.
    """
    labels = claimed.copy()
    kept: list[int] = []
    for cluster in range(int(clusters.max(initial=NOISE)) + 1):
        own = clusters == cluster
        free = own & (claimed == NOISE)
        votes = np.bincount(claimed[own & ~free], minlength=1)
        if votes.max() * 2 >= own.sum():
            labels[free] = votes.argmax()
        elif free.sum() >= fewest:
            labels[free] = n_named + len(kept)
            kept.append(cluster)
    return labels, kept


def _moved(texts: np.ndarray, labels: np.ndarray, first: np.ndarray, fewest: int) -> np.ndarray:
    centres = first.copy()
    for theme in range(len(first)):
        own = labels == theme
        if own.sum() >= fewest:
            centres[theme] = first[theme] + 2 * texts[own].mean(axis=0)
    return unit_rows(centres)


def _nearest(texts: np.ndarray, centres: np.ndarray, min_similarity: float) -> np.ndarray:
    similarity = texts @ centres.T
    best = similarity.argmax(axis=1)
    return np.where(similarity.max(axis=1) >= min_similarity, best, NOISE)
