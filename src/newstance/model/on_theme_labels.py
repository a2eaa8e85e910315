"""A model on the themes that a person gave to texts and articles."""

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl

from newstance.evaluate.counts import Bootstrap
from newstance.evaluate.evaluation import Evaluation
from newstance.evaluate.gold import NO_THEME, GoldTheme, read_gold
from newstance.evaluate.theme_labels import label_scores
from newstance.label_files import most_frequent
from newstance.model.contexts import judge, nearest_sentence
from newstance.tables import NOISE, Corpus


def on_theme_labels(model: Any, data: Any, corpus: Corpus | None, bootstrap: Bootstrap) -> Evaluation:
    """Scores of the themes on labels ``data``; ``corpus`` has the articles that labels name by id."""
    labels, notes = read_gold(data)
    names = {theme.casefold(): theme for theme in model.themes.filter(pl.col("level") == 0)["name"]}
    wanted = [names.get(label.theme.casefold(), NO_THEME) for label in labels]
    notes += _unknown_themes([label.theme for label in labels], names)
    second = [names.get((label.second or "").strip().casefold()) for label in labels]
    themes = [theme for theme in names.values() if theme in {*wanted, *second}]
    if not themes:
        raise ValueError(
            f"themes: no label is a theme of the model. The labels are "
            f"{most_frequent(one.theme for one in labels)}; the model has {most_frequent(names.values())}."
        )
    found, reasons = _themes_given(model, labels, corpus)
    notes += reasons
    others = [theme for theme, _ in found if theme is not None and theme not in themes]
    if others:
        notes.append(
            f"{len(others)} texts got a theme that no label names; it counts as none: "
            f"{most_frequent(others)}."
        )
    given = [theme if theme is not None and theme in themes else NO_THEME for theme, _ in found]
    wanted = [
        also if said == also else first for first, also, said in zip(wanted, second, given, strict=True)
    ]
    langs = [label.lang or lang for label, (_, lang) in zip(labels, found, strict=True)]
    groups = [label.group or label.article_id or label.text or str(row) for row, label in enumerate(labels)]
    scores = label_scores(wanted, given, themes, _families(groups, corpus), langs, bootstrap)
    return Evaluation(scores.metrics, scores.tables, notes + scores.notes)


def _unknown_themes(labels: Sequence[str], names: dict[str, str]) -> list[str]:
    unknown = Counter(one for one in labels if one.casefold() not in {*names, NO_THEME})
    if not unknown:
        return []
    hints = []
    for label in unknown:
        near = difflib.get_close_matches(label.casefold(), names, n=1, cutoff=0.8)
        hints += [f"{label!r} may be {names[near[0]]!r}"] if near else []
    meant = f" {'; '.join(hints)}: use the model's name." if hints else ""
    names_of_none = most_frequent(unknown.elements())
    return [f"{unknown.total()} labels are no theme of the model and count as none: {names_of_none}.{meant}"]


def _themes_given(
    model: Any, labels: Sequence[GoldTheme], corpus: Corpus | None
) -> tuple[list[tuple[str | None, str | None]], list[str]]:
    """Theme (None for none) and language of each labelled text, and notes on those not judged."""
    name_of: dict[int, str | None] = dict(model.themes.select("theme_id", "name").iter_rows())
    found: list[tuple[str | None, str | None]] = [(None, None)] * len(labels)
    texts = [row for row, label in enumerate(labels) if label.text is not None]
    ids = [row for row, label in enumerate(labels) if label.text is None]
    reasons: Counter[str] = Counter()
    for row, theme, lang in _of_texts(model, [labels[row] for row in texts], reasons):
        found[texts[row]] = (name_of.get(theme), lang)
    if ids:
        if corpus is None:
            raise ValueError(
                f"themes: {len(ids)} labels name an article_id and have no text; give the articles too "
                "(--articles)."
            )
        for row, theme, lang in _of_articles(model, [labels[row] for row in ids], corpus, reasons):
            found[ids[row]] = (name_of.get(theme), lang)
    return found, [
        f"{count} texts were not judged, which counts as none: {why}." for why, count in reasons.items()
    ]


def _of_texts(model: Any, labels: Sequence[GoldTheme], reasons: Counter[str]):
    """Number, theme_id and language of each label with a text."""
    if not labels:
        return
    judged = judge(model, [label.model_dump() for label in labels])
    reasons.update(judged.reasons.values())
    sentences = {key[0]: part for key, part in judged.sentences.group_by("row", maintain_order=True)}
    for row, theme, lang in judged.articles.select("row", "theme_id", "lang").iter_rows():
        label = labels[row]
        if label.in_context:
            own = sentences.get(row, judged.sentences.clear())
            best = nearest_sentence(label.text or "", own["text"].to_list())
            if best is None:
                reasons["the sentence was not found again after cleaning"] += 1
            theme = NOISE if best is None else own["theme_id"][best]
        yield row, theme, lang


def _of_articles(model: Any, labels: Sequence[GoldTheme], corpus: Corpus, reasons: Counter[str]):
    """Number, theme_id and language of each label of an article, or of a sentence of it."""
    applied = model.apply(corpus)
    lang_of = dict(corpus.articles.select("article_id", "lang").iter_rows())
    theme_of: dict[tuple[str | None, int | None], int] = {
        (one, None): theme
        for one, theme in applied.theme_of_article.select("article_id", "theme_id").iter_rows()
    }
    theme_of |= {
        (article, sentence): theme
        for article, sentence, theme in applied.theme_of_sentence.select(
            "article_id", "sentence", "theme_id"
        ).iter_rows()
    }
    known = [label.article_id in lang_of for label in labels]
    if not any(known):
        raise ValueError(
            f"themes: none of the article_ids of the labels is among the articles. The labels have "
            f"{most_frequent(one.article_id for one in labels)}; the articles have such as "
            f"{', '.join(list(lang_of)[:3])}."
        )
    for row, label in enumerate(labels):
        theme = theme_of.get((label.article_id, label.sentence))
        if theme is None:
            reasons["the article or sentence is not among the articles"] += 1
        yield row, NOISE if theme is None else theme, lang_of.get(label.article_id)


def _families(groups: Sequence[str], corpus: Corpus | None) -> list[str]:
    """``groups``, reprints under the article that they repeat."""
    if corpus is None:
        return list(groups)
    original = dict(
        corpus.articles.drop_nulls("duplicate_of").select("article_id", "duplicate_of").iter_rows()
    )
    return [original.get(group, group) for group in groups]
