"""Why a text has its theme: what each word gives to the logit of the theme, and to that of the next one."""

from collections.abc import Sequence
from math import exp
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from newstance.embed.static import StaticEncoder
from newstance.embed.words import Span, word_spans, word_sums
from newstance.frames import Columns, empty
from newstance.linear import linear
from newstance.model.left_out import without
from newstance.tables import NOISE
from newstance.themes.assign import Assigned, pool

EXACT, LEFT_OUT = "exact", "left out"
THEME, OTHER = "theme", "other theme"
THEMES_SCHEMA: Columns = {
    "about": pl.String,
    "theme_id": pl.Int64,
    "name": pl.String,
    "proba": pl.Float64,
    "assigned": pl.String,
    "logit": pl.Float64,
    "rest": pl.Float64,
}
NO_WORD_VECTORS = (
    "the encoder {!r} has no vectors of single words: what a word gives to the theme is the change of its "
    "logit when the word is left out. Such changes do not add up to the logit."
)


class ThemeReasons(NamedTuple):
    """The theme and the next one as a table, rows of words, and notes."""

    themes: pl.DataFrame
    words: list[dict[str, Any]]
    notes: list[str]


class _Given(NamedTuple):
    """A word ``span`` of sentence ``row``, and what it gives to each of the logits asked for."""

    row: int
    span: Span
    logits: np.ndarray


def explain_theme(model: Any, texts: list[str], numbers: list[int]) -> ThemeReasons:
    """Why an article of the sentences ``texts``, which have these ``numbers``, has its theme.

    Where the words give exact parts, ``rest`` is what the intercept, everyday news in the centre of the
    space, and characters that are no word give: with it the words add up to the logit.
    """
    head = model.theme_model.head
    vectors = model.theme_model.space(model.encoder.encode(texts))
    pooled = pool(vectors, np.zeros(len(texts), dtype=np.int64), 1)
    if not len(head.coef):
        return ThemeReasons(empty(THEMES_SCHEMA), [], ["the model has no themes."])
    if not pooled.any():
        note = "no word of the text is known to the encoder, so it has no theme."
        return ThemeReasons(empty(THEMES_SCHEMA), [], [note])
    logits = np.round(linear(pooled, head.coef, head.intercept), 6)
    rows = _best_two(head, logits)
    said = head.predict(pooled)
    if isinstance(model.encoder, StaticEncoder):
        given, rest = _exact(model, texts, vectors, head.coef[rows])
        rests, by = list(rest + head.intercept[rows]), EXACT
    else:
        given, rests, by = _left_out(model, texts, vectors, head.coef[rows]), [None, None], LEFT_OUT
    themes = _theme_rows(model, rows, logits[0, rows], rests)
    themes[0]["assigned"] = said.assigned[0]
    words = _word_rows(given, themes, texts, numbers, by)
    return ThemeReasons(pl.DataFrame(themes, schema=THEMES_SCHEMA), words, _notes(model, said, by))


def _theme_rows(
    model: Any, rows: list[int], logits: np.ndarray, rests: Sequence[float | None]
) -> list[dict[str, Any]]:
    """The theme and the next one, if there is one, of these ``rows`` of the head."""
    ids = model.theme_model.head.theme_ids[rows].tolist()
    names = dict(model.themes.select("theme_id", "name").iter_rows())
    return [
        {
            "about": about,
            "theme_id": theme,
            "name": names[theme],
            "proba": round(1 / (1 + exp(min(-logit, 30))), 6),
            "assigned": None,
            "logit": logit,
            "rest": rest,
        }
        for about, theme, logit, rest in zip((THEME, OTHER), ids, logits.tolist(), rests, strict=False)
    ]


def _notes(model: Any, said: Assigned, by: str) -> list[str]:
    notes = [] if by == EXACT else [NO_WORD_VECTORS.format(model.encoder.name)]
    if said.theme_ids[0] == NOISE:
        notes.append(
            f"the text has no theme: the nearest has a probability of {said.probas[0]:.2f}, below the "
            f"{model.theme_model.head.reject:.2f} that the model asks for."
        )
    return notes


def _best_two(head: Any, logits: np.ndarray) -> list[int]:
    """The row of the head that gives the theme, and the best row of another theme, if there is one."""
    best = int(head.best_rows(logits)[0])
    others = np.flatnonzero(head.theme_ids != head.theme_ids[best])
    return [best, *([int(others[logits[0, others].argmax()])] if len(others) else [])]


def _exact(
    model: Any, texts: list[str], vectors: np.ndarray, coef: np.ndarray
) -> tuple[list[_Given], np.ndarray]:
    """What words give, and what the centre and no word gives. Every step from token vectors to logits is a
    sum or a scaling, whose factor is known once it is done: so what a word gives is its own vector taken the
    same way."""
    length = np.linalg.norm(vectors.astype(np.float64).sum(axis=0))
    given, rest = [], np.zeros(len(coef))
    for row, text in enumerate(texts):
        sums = word_sums(model.encoder, text)
        shares, centre = model.theme_model.space.shares(np.vstack([sums.vectors, sums.rest]))
        *words, no_word = shares @ coef.T / length
        rest += no_word + coef @ centre / length
        given += [_Given(row, span, logits) for span, logits in zip(sums.spans, words, strict=True)]
    return given, rest


def _left_out(model: Any, texts: list[str], vectors: np.ndarray, coef: np.ndarray) -> list[_Given]:
    """The change of the logits when a word is left out of its sentence."""
    places = [(row, span) for row, text in enumerate(texts) for span in word_spans(text)]
    if not places:
        return []
    shorter = [without(texts[row], [span])[0] for row, span in places]
    changed = model.theme_model.space(model.encoder.encode(shorter))
    sums = vectors.sum(axis=0) - vectors[[row for row, _ in places]] + changed
    each = pool(sums, np.arange(len(places)), len(places))
    whole = pool(vectors, np.zeros(len(texts), dtype=np.int64), 1)
    none = np.zeros(len(coef))
    change = linear(whole, coef, none) - linear(each, coef, none)
    return [_Given(row, span, logits) for (row, span), logits in zip(places, change, strict=True)]


def _word_rows(
    given: list[_Given], themes: list[dict], texts: list[str], numbers: list[int], by: str
) -> list[dict[str, Any]]:
    return [
        {
            "about": theme["about"],
            "name": theme["name"],
            "sentence": numbers[one.row],
            "word": texts[one.row][slice(*one.span)],
            "start": one.span[0],
            "end": one.span[1],
            "contribution": float(one.logits[column]),
            "by": by,
        }
        for column, theme in enumerate(themes)
        for one in given
    ]
