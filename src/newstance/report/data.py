"""What the scripts of the page read: articles, decided sentences and themes, in columns, each string once.

``templates/state.js`` opens it again as ``view.data`` and tells every column.
"""

import hashlib
from typing import Any

import polars as pl

from newstance.report.address import web_address
from newstance.report.themes import Mark
from newstance.results import Results
from newstance.results.ask import decided_sentences
from newstance.stance.aggregate import one_a_sentence
from newstance.summary.verdict import covered
from newstance.tables import NOISE, STANCES, UNKNOWN_LANG

MOST_SENTENCES = 20_000
MOST_ARTICLES = 200_000
PLACES = 65_535  # places on the map are whole numbers from 0 to this one
NAME_WORDS = 3
OPPOSED, TORN, FAVOURABLE = "-0+"  # the net stance of an article towards a target
BITS = {stance: 1 << place for place, stance in enumerate(STANCES)}


def page_data(results: Results, marks: list[Mark], no_outlet: str, with_texts: bool = True) -> dict[str, Any]:
    """Plain values for JSON. Without texts there are no titles, sentences, mentions and holders.

    At most 20,000 decided sentences, the most certain ones, and 200,000 articles: those of the sentences,
    and others by a hash of their id. ``total`` tells how many there are of each.
    """
    kept, n_sentences = decided_sentences(results, MOST_SENTENCES)
    articles = _articles(results, kept)
    targets = results.summary.stance_by_target["target"].to_list()
    targets += sorted(set(kept["target"]) - set(targets))
    sources = results.summary.outlets["source"].fill_null(no_outlet).to_list()
    langs = results.summary.languages["lang"].fill_null(UNKNOWN_LANG).to_list()
    langs += sorted(set(kept["sentence_lang"].drop_nulls()) - set(langs))
    place = _Places(articles["article_id"].to_list())
    themes = [mark for mark in marks if mark.theme_id != NOISE]
    theme_of = {mark.theme_id: number for number, mark in enumerate(themes)}
    return {
        "articles": {
            "n": articles.height,
            "id": articles["article_id"].to_list(),
            **_on_map(articles),
            "theme": [theme_of.get(theme, -1) for theme in articles["theme_id"]],
            "source": _Places(sources).of(articles["source"].fill_null(no_outlet)),
            "lang": _Places(langs).of(articles["lang"].fill_null(UNKNOWN_LANG)),
            "family": place.families(articles),
            "day": articles["published"].to_physical().to_list(),
            "title": [title or "" for title in articles["title"]] if with_texts else [],
            "url": [web_address(url) or "" for url in articles["url"]],
        },
        "said": _said(results, place, targets),
        "sentences": {
            "n": kept.height,
            "article": place.of(kept["article_id"]),
            "target": _Places(targets).of(kept["target"]),
            "stance": _Places(list(STANCES)).of(kept["stance"]),
            "lang": _Places(langs).of(kept["sentence_lang"].fill_null(UNKNOWN_LANG)),
            "proba": (100 * kept["proba"]).round().cast(pl.Int64).to_list(),
            **(_texts(kept) if with_texts else {}),
        },
        "total": {"articles": results.corpus.articles.height, "sentences": n_sentences},
        "themes": [_theme(results, mark) for mark in themes],
        "sources": sources,
        "langs": langs,
        "targets": targets,
        "stances": list(STANCES),
        "with_texts": with_texts,
    }


class _Places:
    """Where each value stands in a list."""

    def __init__(self, values: list[str]) -> None:
        self._place = {value: number for number, value in enumerate(values)}

    def of(self, values: pl.Series) -> list[int]:
        return [self._place[value] for value in values]

    def families(self, articles: pl.DataFrame) -> list[int]:
        """For each article the place of the one it repeats, else its own."""
        own = articles.select("article_id", "duplicate_of").rows()
        return [self._place.get(first, self._place[key]) for key, first in own]

    def known(self) -> list[str]:
        return list(self._place)


def _articles(results: Results, sentences: pl.DataFrame) -> pl.DataFrame:
    """The articles in the order of their ids, each with theme_id, x and y, null where there is none."""
    articles = results.corpus.articles.drop("text")
    if articles.height > MOST_ARTICLES:
        needed = set(sentences["article_id"])
        order = [(key not in needed, _hash(key)) for key in articles["article_id"]]
        chosen = sorted(range(articles.height), key=order.__getitem__)[:MOST_ARTICLES]
        articles = articles[chosen]
    themes = results.theme_of_article.select("article_id", "theme_id")
    articles = articles.join(themes, on="article_id", how="left").join(
        results.layout.select("article_id", "x", "y"), on="article_id", how="left"
    )
    return articles.sort("article_id")


def _hash(key: str) -> str:
    return hashlib.sha1(key.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _on_map(articles: pl.DataFrame) -> dict[str, list[int | None]]:
    """Places as whole numbers, of one scale in both directions; null where an article has none."""
    placed = articles.select("x", "y").with_columns(
        pl.when(pl.all_horizontal(pl.col("x", "y").is_finite())).then(pl.col("x", "y"))
    )
    low = placed.select(pl.col("x", "y").min()).row(0)
    high = placed.select(pl.col("x", "y").max()).row(0)
    width = max((top - end for end, top in zip(low, high, strict=True) if end is not None), default=0) or 1
    return {
        name: ((placed[name] - (end or 0)) / width * PLACES).round().cast(pl.Int64).to_list()
        for name, end in zip(("x", "y"), low, strict=True)
    }


def _said(results: Results, place: _Places, targets: list[str]) -> list[dict[str, Any]]:
    """For each target the articles that speak of it, reprints too: their places, which stances are decided
    in them (a digit: 1 favor, 2 against, 4 none, summed) and their net as a sign."""
    rows = one_a_sentence(covered(results))
    rows = rows.filter(pl.col("article_id").is_in(place.known()))
    stance = pl.when("decided").then("stance").otherwise(pl.lit(""))
    each = rows.group_by("target", "article_id").agg(
        *((stance == one).any().cast(pl.Int64).alias(one) for one in STANCES),
        net=(stance == "favor").sum().cast(pl.Int64) - (stance == "against").sum().cast(pl.Int64),
    )
    each = each.sort("target", "article_id").with_columns(
        said=pl.sum_horizontal(pl.col(one) * bit for one, bit in BITS.items()).cast(pl.String),
        sign=pl.when(pl.col("net") > 0)
        .then(pl.lit(FAVOURABLE))
        .when(pl.col("net") < 0)
        .then(pl.lit(OPPOSED))
        .otherwise(pl.lit(TORN)),
    )
    groups = each.partition_by("target", as_dict=True, include_key=False)
    found = [groups.get((target,), each.clear()) for target in targets]
    return [
        {"article": place.of(one["article_id"]), "has": "".join(one["said"]), "net": "".join(one["sign"])}
        for one in found
    ]


def _texts(sentences: pl.DataFrame) -> dict[str, list[Any]]:
    return {
        "text": sentences["text"].to_list(),
        "start": sentences["start"].to_list(),
        "end": sentences["end"].to_list(),
        "holder": [holder or "" for holder in sentences["holder"]],
    }


def _theme(results: Results, mark: Mark) -> dict[str, Any]:
    about = results.summary.themes.filter(pl.col("theme_id") == mark.theme_id).row(0, named=True)
    coarse = dict(results.themes.select("theme_id", "name").rows()).get(about["parent"], "")
    return {
        "id": mark.theme_id,
        "name": mark.name,
        "names": {one["lang"]: ", ".join(one["words"][:NAME_WORDS]) for one in about["keywords"] or []},
        "colour": mark.colour,
        "dark_colour": mark.dark,
        "symbol": mark.symbol,
        "glyph": mark.glyph,
        "parent": coarse,
        "n": mark.n_articles,
    }
