"""Labelled texts for `themes.py`, with the vectors of their sentences."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from newstance import read_corpus
from newstance.corpus.sentences.split import split
from newstance.embed import load_encoder
from newstance.evaluate.labels import read_gold_themes
from newstance.themes.assign import pool
from newstance.themes.model import SentenceVectors
from newstance.themes.space import background_texts, theme_space

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data/sample"
MOST = 2_000  # posts drawn of 20 Newsgroups, with seed 0
SIB_LANGS, SIB_EACH = ("en", "ru", "de", "fr", "ar", "uk", "es"), 250
NTREX_LANGS = ("en", "ru", "uk", "de", "fr", "es", "zh", "ar", "tr", "pl", "fa")
# Settings are chosen on these, which share no text with the sets that are measured.
DEVELOPMENT_SIB, TELEGRAM_MOST = ("pl", "cs", "it", "pt", "tr", "nl"), 3_000


class Text(NamedTuple):
    """A text as sentences, with its label, language and outlet ("" where there is none)."""

    sentences: list[str]
    label: str
    lang: str
    source: str


class TextSet(NamedTuple):
    """Texts as systems take them: ``sentences`` for newstance, ``articles`` (n_texts, n_dims) in the theme
    space and ``texts`` for peers; ``labels`` and ``sources`` (n_texts,)."""

    sentences: SentenceVectors
    articles: np.ndarray
    texts: list[str]
    labels: np.ndarray
    sources: np.ndarray

    @property
    def n_labels(self) -> int:
        """How many labels there are."""
        return len(np.unique(self.labels))


def rows_of(data: Path, name: str, file: str = "data.jsonl.gz") -> list[dict]:
    """All rows of a public set."""
    with gzip.open(data / name / file, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def drawn(rows: list, most: int) -> list:
    """At most so many of ``rows``, in their order, the same every time."""
    kept = np.sort(np.random.default_rng(0).permutation(len(rows))[:most])
    return [rows[index] for index in kept]


def _news(rows: list[dict], text: str = "text", label: str = "label") -> Iterator[Text]:
    """Rows whose text has to be split; a title that the text does not begin with is a sentence."""
    for row in rows:
        body, lang, title = row[text], row["lang"], row.get("title") or ""
        sentences = [body[start:end] for start, end in split(body, lang)]
        if title and not body.startswith(title):
            sentences.insert(0, title)
        yield Text(sentences or [body], str(row.get(label)), lang, row.get("source") or "")


def _newsgroups(data: Path) -> Iterator[Text]:
    for row in drawn([row for row in rows_of(data, "newsgroups20_raw") if row.get("body", "").strip()], MOST):
        spans = split(row["body"], "en")
        yield Text([row["body"][start:end] for start, end in spans] or [row["body"]], row["label"], "en", "")


def _sib(data: Path, langs: tuple[str, ...], each: int | None) -> Iterator[Text]:
    rows = rows_of(data, "sib200", "main30.jsonl.gz")
    for lang in langs:
        own = [row for row in rows if row["lang"] == lang]
        # Languages have the same sentences; each draws its own.
        order = np.random.default_rng(langs.index(lang)).permutation(len(own))[:each]
        yield from (Text([own[index]["text"]], own[index]["label"], lang, "") for index in order)


def ntrex_documents(data: Path, langs: tuple[str, ...]) -> Iterator[Text]:
    """The documents of NTREX in each language; the label is the document."""
    sentences: dict[tuple[str, str], list[str]] = {}
    for row in rows_of(data, "ntrex16"):
        sentences.setdefault((row["lang"], row["doc_id"]), []).append(row["text"])
    for (lang, document), own in sentences.items():
        if lang in langs:
            yield Text(own, document, lang, "")


def _sample(_data: Path) -> Iterator[Text]:
    corpus, gold = read_corpus(SAMPLE / "articles"), read_gold_themes(SAMPLE / "labels/themes.csv")
    sentences: dict[str, list[str]] = {}
    for article, text in corpus.sentences.select("article_id", "text").iter_rows():
        sentences.setdefault(article, []).append(text)
    for article, lang, source in corpus.articles.select("article_id", "lang", "source").iter_rows():
        if article in gold and article in sentences:
            yield Text(sentences[article], gold[article], lang, source or "")


SETS: dict[str, Callable[[Path], Iterator[Text]]] = {
    "bbc_raw": lambda data: _news(rows_of(data, "bbc_raw")),
    "octis_bbc_news": lambda data: _news(rows_of(data, "octis_bbc_news")),
    "tgcontest": lambda data: _news(rows_of(data, "tgcontest_categories")),
    "newsgroups20": _newsgroups,
    "sib_7_langs": lambda data: _sib(data, SIB_LANGS, SIB_EACH),
    "sib_en": lambda data: _sib(data, ("en",), None),
    "ntrex_documents": lambda data: ntrex_documents(data, NTREX_LANGS),
}
DEVELOPMENT: dict[str, Callable[[Path], Iterator[Text]]] = {
    "sample": _sample,
    "sib_6_langs": lambda data: _sib(data, DEVELOPMENT_SIB, SIB_EACH),
    "telegram": lambda data: _news(drawn(rows_of(data, "telegram_ru_channels"), TELEGRAM_MOST)),
    "nerel": lambda data: _news(rows_of(data, "nerel_docs")),
    "fakes_syria": lambda data: _news(rows_of(data, "fakes_syria")),
}


def load_set(name: str, data: Path) -> TextSet:
    """Texts of one of the sets, encoded with the shipped encoder."""
    texts = list((SETS | DEVELOPMENT)[name](data))
    encoder = load_encoder()
    vectors = encoder.encode([sentence for text in texts for sentence in text.sentences])
    rows = np.repeat(np.arange(len(texts)), [len(text.sentences) for text in texts])
    langs = np.array([text.lang for text in texts], dtype=object)
    sources = np.array([text.source for text in texts], dtype=object)
    space = theme_space(np.zeros((0, vectors.shape[1]), dtype=np.float32), encoder.encode(background_texts()))
    return TextSet(
        SentenceVectors(vectors, rows, langs[rows], sources[rows]),
        pool(space(vectors), rows, len(texts)),
        [" ".join(text.sentences) for text in texts],
        np.array([text.label for text in texts]),
        sources,
    )
