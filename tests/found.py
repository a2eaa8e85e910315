"""Results made by hand, over the real sample articles or over nothing. For tests."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from newstance.frames import empty
from newstance.results import Results
from newstance.tables import (
    ARTICLES,
    COPIES,
    JUDGED,
    NOISE,
    REJECTED,
    REMOVED,
    SENTENCES,
    STANCE_OF,
    STANCES,
    THEME_OF_ARTICLE,
    THEME_OF_SENTENCE,
    THEMES,
    Corpus,
)

MARKUP, ESCAPES = "Daily [/b] Times", "Evening \x1b[2J\x07\r\u202eNews"
SAMPLE = Path(__file__).parents[1] / "data" / "sample"
LAYOUT = {"article_id": pl.String, "x": pl.Float64, "y": pl.Float64}
OFF_TOPIC = ("sport", "weather")


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on ``key`` alone."""
    return int(hashlib.sha1(repr(key).encode()).hexdigest()[:8], 16) / 16**8


def sample_articles() -> pl.DataFrame:
    """The articles of the sample that are kept in JSONL, with made-up reprints."""
    files = sorted((SAMPLE / "articles").glob("*.jsonl"))
    rows = [
        json.loads(line) | {"lang": file.stem}
        for file in files
        for line in file.read_text("utf-8").splitlines()
    ]
    articles = pl.DataFrame(rows).with_columns(
        published=pl.col("published").str.to_date(),
        n_sentences=pl.lit(6),
        duplicate_of=pl.lit(None, pl.String),
    )
    copy = pl.col("article_id").str.contains(r"-03[5-7]$")
    first = pl.col("article_id").str.replace(r"-03([5-7])$", "-00$1")
    known = pl.lit(articles["article_id"].implode())
    articles = articles.with_columns(duplicate_of=pl.when(copy & first.is_in(known)).then(first))
    return articles.select(pl.col(name).cast(kind) for name, kind in ARTICLES.items())


def sample_themes(articles: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Themes after the labels of the sample, and the theme of each article."""
    labels = pl.read_csv(SAMPLE / "labels" / "themes.csv").join(articles, on="article_id", how="semi")
    names = sorted(set(labels["theme"]) - set(OFF_TOPIC))
    number = {name: index for index, name in enumerate(names)}
    theme_of = labels.select(
        "article_id",
        pl.col("theme").replace_strict(number, default=NOISE, return_dtype=pl.Int64).alias("theme_id"),
    ).with_columns(
        proba=pl.Series([0.6 + 0.4 * chance(key) for key in labels["article_id"]]),
        assigned=pl.lit("core"),
        nearest_id=pl.lit(None),
        mixture=pl.lit(None),
    )
    words = {"en": ["truce", "convoy", "talks"], "ru": ["перемирие", "конвой"], "ar": ["هدنة", "قافلة"]}
    keywords = [{"lang": lang, "words": [*some, name]} for lang, some in words.items() for name in ["news"]]
    themes = pl.DataFrame(
        {
            "theme_id": list(number.values()),
            "name": [name.replace("-", " ").capitalize() for name in names],
            "named_by": ["codebook" if name in ("ukraine", "ceasefire") else "keywords" for name in names],
            "level": [0] * len(names),
            "parent": [None] * len(names),
            "keywords": [keywords] * len(names),
            "size": [1] * len(names),
            "n_sources": [3 + int(9 * chance(name)) for name in names],
            "n_langs": [5] * len(names),
            "lang_entropy": [0.7 + 0.3 * chance(name) for name in names],
            "stability": [float("nan") if name == "ukraine" else chance(name, "s") for name in names],
            "median_proba": [0.8] * len(names),
            "n_near_misses": [0] * len(names),
            "examples": [[]] * len(names),
        },
        schema=THEMES,
    )
    return themes, theme_of.select(pl.col(name).cast(kind) for name, kind in THEME_OF_ARTICLE.items())


def sample_stances(articles: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sentences and stances after the labels of the sample, with made-up probabilities."""
    known = set(articles["article_id"])
    lines = (SAMPLE / "labels" / "stance.jsonl").read_text("utf-8").splitlines()
    labels = [label for label in map(json.loads, lines) if label["article_id"] in known]
    place: dict[tuple[str, str], int] = {}
    sentences, stances = [], []
    for label in labels:
        key = (label["article_id"], label["text"])
        if key not in place:
            place[key] = 1 + sum(article == key[0] for article, _ in place)
            sentences.append([key[0], place[key], "body", key[1], 0, len(key[1]), label["lang"]])
        probas = np.array([0.1 + chance(label["id"], stance) / 2 for stance in STANCES])
        probas[STANCES.index(label["stance"])] += 1
        favor, against, none = (probas / probas.sum()).tolist()
        target = label["target"]
        start, end = target["start"], target["end"]
        number = sum(row[:3] == [key[0], place[key], target["label"]] for row in stances)
        judged = (chance(label["id"]) < 0.9, label["text"][start:end], start, end, "name")
        place_of_holder = label["text"].find(label["holder"]) if label.get("holder") else -1
        holder_span = (
            (place_of_holder, place_of_holder + len(label["holder"]))
            if place_of_holder >= 0
            else (None, None)
        )
        held = (label.get("holder"), *holder_span, label.get("speech", "none"))
        stances.append(
            [
                key[0],
                place[key],
                target["label"],
                number,
                label["stance"],
                favor,
                against,
                none,
                *judged,
                *held,
            ]
        )
    return (
        pl.DataFrame(sentences, schema=SENTENCES, orient="row"),
        pl.DataFrame(stances, schema=STANCE_OF, orient="row"),
    )


def sample_results() -> Results:
    """Results over the real sample articles with made-up themes, places, scores and losses."""
    articles = sample_articles()
    themes, theme_of = sample_themes(articles)
    sentences, stances = sample_stances(articles)
    copies = articles.filter(pl.col("duplicate_of").is_not_null()).select("article_id", "duplicate_of")
    copies = copies.with_columns(similarity=pl.lit(0.93), kind=pl.lit("near"))
    removed = [
        ["en-001", 0, 30, "GENEVA, Sept 10 (AWS) —", "dateline"],
        ["ru-001", 9, 60, "Читайте также: …", "link list"],
    ]
    corpus = Corpus(
        articles,
        sentences,
        pl.DataFrame(removed, schema=REMOVED, orient="row"),
        pl.DataFrame([["broken.jsonl", 7, "not JSON: Expecting value"]], schema=REJECTED, orient="row"),
        copies,
        ["1 line could not be read."],
    )
    turns = {
        row["article_id"]: 6.283 * row["theme_id"] / max(1, themes.height) for row in theme_of.to_dicts()
    }
    places = [
        [key, 4 * np.cos(turn) + 2 * chance(key, "x"), 4 * np.sin(turn) + 2 * chance(key, "y")]
        for key, turn in turns.items()
    ]
    f1 = {"stance/f1_macro": 0.71, "stance/f1_macro_low": 0.68, "stance/f1_macro_high": 0.74}
    return Results(
        "quickstart",
        corpus,
        themes,
        theme_of,
        empty(THEME_OF_SENTENCE),
        stances,
        pl.DataFrame(places, schema=LAYOUT, orient="row"),
        f1 | {"stance/target_blind/f1_macro": 0.52, "themes/noise": 0.05},
        {
            "Stance by language": pl.DataFrame(
                {"lang": ["en", "ru"], "f1_macro": [0.7213, -0.1], "n": [1234, None]}
            )
        },
        ["Made-up themes and stances."],
        judgements_of(stances, articles),
    )


def judgements_of(stances: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """What a head says of judgements left out: the made-up probabilities of the first stances."""
    about = stances.head(300).join(
        articles.select("article_id", "lang", "source"), on="article_id", maintain_order="left"
    )
    about = about.with_columns(placed=pl.lit(True), p_draw=pl.lit(None, pl.Float64))
    return about.rename({"article_id": "group"}).select(
        pl.col(name).cast(kind) for name, kind in JUDGED.items()
    )


def no_results(**parts: pl.DataFrame) -> Results:
    """Results of nothing at all, but for ``parts`` of the corpus."""
    tables = {
        "articles": ARTICLES,
        "sentences": SENTENCES,
        "removed": REMOVED,
        "rejected": REJECTED,
        "copies": COPIES,
    }
    corpus = Corpus(**{name: parts.get(name, empty(schema)) for name, schema in tables.items()})
    return Results(
        "nothing",
        corpus,
        empty(THEMES),
        empty(THEME_OF_ARTICLE),
        empty(THEME_OF_SENTENCE),
        empty(STANCE_OF),
        empty(LAYOUT),
        {},
        {},
        [],
    )


def awkward_results() -> Results:
    """As the sample's, with what real corpora bring: an outlet without a name, names that are markup or steer
    a terminal, a theme without keywords, no dates, and so few labels that scores have no interval."""
    results = sample_results()
    names = {"The Meridian Post": MARKUP, "Harbor Chronicle": ESCAPES, "Atlantic Wire Service": None}
    articles = results.corpus.articles.with_columns(
        pl.col("source").replace(names), published=pl.lit(None, pl.Date)
    )
    first = pl.col("theme_id") == 0
    themes = results.themes.with_columns(
        name=pl.when(first).then(pl.lit("[red]Sanctions\x1b[0m")).otherwise("name"),
        keywords=pl.when(first).then(pl.lit([], THEMES["keywords"])).otherwise("keywords"),
    )
    return replace(
        results,
        corpus=replace(results.corpus, articles=articles, notes=["[/bold] 3 lines of \x1b]0;x\x07a.csv"]),
        themes=themes,
        metrics={"stance/f1_macro": 0.4144, "stance/target_blind/f1_macro": 0.3, "themes/noise": 0.05},
        n_bootstrap=60,
        seed=3,
    )
