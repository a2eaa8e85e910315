"""The tables that cross a step: columns, types, keys. Checked once, where data enters.

| table | key | |
|---|---|---|
| articles | article_id | cleaned text, outlet, date, language, the article it repeats |
| sentences | article_id, sentence | text, code-point span in the cleaned article text, or in the title |
| themes | theme_id | name, keywords per language, size, sentences that show it |
| theme_of | the key of a sentence or an article | theme, probability, how sure |
| stances | article_id, sentence, target, mention | stance, probabilities, decided, span, holder |
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import numpy as np
import polars as pl

from newstance.frames import Columns

NOISE = -1
STANCES = ("favor", "against", "none")
UNKNOWN_LANG = "und"
TRANSLATION = "translation"  # a kind of copy; the others are reprints
WHOLE = ("exact", "near")  # the kinds of reprints that repeat an article whole

ARTICLES: Columns = {
    "article_id": pl.String,
    "title": pl.String,
    "text": pl.String,
    "source": pl.String,
    "published": pl.Date,
    "lang": pl.String,
    "url": pl.String,
    "duplicate_of": pl.String,
    "n_sentences": pl.Int64,
}
# Sentence 0 is the title ("part" is "title", "start" and "end" are code points of the title), where there is
# one; the sentences of the text ("body") begin at 1. ``n_sentences`` of an article counts those of its text.
SENTENCES: Columns = {
    "article_id": pl.String,
    "sentence": pl.Int64,
    "part": pl.String,
    "text": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "lang": pl.String,
}
REMOVED: Columns = {
    "article_id": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "text": pl.String,
    "reason": pl.String,
}
COPIES: Columns = {
    "article_id": pl.String,
    "duplicate_of": pl.String,
    "similarity": pl.Float64,
    "kind": pl.String,
}
REJECTED: Columns = {"file": pl.String, "line": pl.Int64, "reason": pl.String}
KEYWORDS = pl.List(pl.Struct({"lang": pl.String, "words": pl.List(pl.String)}))
EXAMPLES = pl.List(pl.Struct({"article_id": pl.String, "sentence": pl.Int64, "text": pl.String}))
THEMES: Columns = {
    "theme_id": pl.Int64,
    "name": pl.String,
    "named_by": pl.String,
    "level": pl.Int64,
    "parent": pl.Int64,
    "keywords": KEYWORDS,
    "size": pl.Int64,
    "n_sources": pl.Int64,
    "n_langs": pl.Int64,
    "lang_entropy": pl.Float64,
    "stability": pl.Float64,
    "median_proba": pl.Float64,
    "n_near_misses": pl.Int64,
    "examples": EXAMPLES,
}
THEME_OF_SENTENCE: Columns = {
    "article_id": pl.String,
    "sentence": pl.Int64,
    "theme_id": pl.Int64,
    "proba": pl.Float64,
    "assigned": pl.String,
    "nearest_id": pl.Int64,
}
MIXTURE = pl.List(pl.Struct({"theme_id": pl.Int64, "share": pl.Float64}))
THEME_OF_ARTICLE: Columns = {
    "article_id": pl.String,
    "theme_id": pl.Int64,
    "proba": pl.Float64,
    "assigned": pl.String,
    "nearest_id": pl.Int64,
    "mixture": MIXTURE,
}
# The holder is who has the stance, null for the outlet itself or where it is not clear; its span is in the
# sentence, and null where the holder is named in a sentence before. Speech: direct, indirect or none.
STANCE_OF: Columns = {
    "article_id": pl.String,
    "sentence": pl.Int64,
    "target": pl.String,
    "mention": pl.Int64,
    "stance": pl.String,
    "proba_favor": pl.Float64,
    "proba_against": pl.Float64,
    "proba_none": pl.Float64,
    "decided": pl.Boolean,
    "mention_text": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "found_by": pl.String,
    "holder": pl.String,
    "holder_start": pl.Int64,
    "holder_end": pl.Int64,
    "speech": pl.String,
}
# What heads that had not seen a judgement say of it: how well stances are known, and how they err. ``p_draw``
# is the chance by which it was drawn from all sentences, null where it was not drawn at random.
JUDGED: Columns = {
    "group": pl.String,
    "lang": pl.String,
    "target": pl.String,
    "stance": pl.String,
    "source": pl.String,
    "p_draw": pl.Float64,
    "placed": pl.Boolean,
    "proba_favor": pl.Float64,
    "proba_against": pl.Float64,
    "proba_none": pl.Float64,
}


@dataclass(frozen=True)
class Counts:
    """How much a corpus holds; ``first`` and ``last`` are its earliest and latest date.

    ``reprints`` are the articles that repeat another one whole, ``translations`` those that do so in another
    language; ``removed`` counts spans.
    """

    articles: int
    sentences: int
    languages: int
    outlets: int
    reprints: int
    translations: int
    removed: int
    rejected: int
    without_lang: int
    without_outlet: int
    without_date: int
    first: date | None
    last: date | None

    @property
    def metrics(self) -> dict[str, float]:
        """As plain numbers by name."""
        return {
            "corpus/articles": float(self.articles),
            "corpus/sentences": float(self.sentences),
            "corpus/languages": float(self.languages),
            "corpus/sources": float(self.outlets),
            "corpus/rejected": float(self.rejected),
            "corpus/reprints": float(self.reprints),
            "corpus/translations": float(self.translations),
        }


@dataclass(frozen=True)
class Corpus:
    """Articles ready for the next steps, and all that was left out of them.

    ``removed`` spans are code points of the text as read; ``rejected`` lists what could not be read;
    ``copies`` every reprint with the article it repeats; ``notes`` what a person should know;
    ``boilerplate`` the lines that were taken out of each outlet's texts because they repeat.
    """

    articles: pl.DataFrame
    sentences: pl.DataFrame
    removed: pl.DataFrame
    rejected: pl.DataFrame
    copies: pl.DataFrame
    notes: list[str] = field(default_factory=list)
    boilerplate: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.articles.height

    def __getitem__(self, article_id: str) -> dict[str, Any]:
        """One article: its columns, and its ``sentences`` as a list. Raises ``KeyError`` where none is."""
        from newstance.corpus_parts import article_of

        return article_of(self, article_id)

    def filter(
        self,
        *where: pl.Expr,
        lang: str | Sequence[str] | None = None,
        source: str | Sequence[str] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
    ) -> "Corpus":
        """The articles that fit all that is given, as a corpus.

        ``lang`` and ``source`` are one or several; ``start`` and ``end`` are days ("2016-02-27"), which leave
        out articles without a date; ``where`` are polars expressions on ``articles``. The first reprint takes
        the place of an original that is left out. Raises ``ValueError`` for what is not there.
        """
        from newstance.corpus_parts import filtered

        return filtered(self, lang, source, (start, end), where)

    def search(self, query: str, k: int = 10) -> pl.DataFrame:
        """The ``k`` articles nearest in meaning to ``query``, in whatever language; reprints are left out.

        Columns: article_id, similarity (1 is the same meaning), title, source, published, lang, and the
        nearest ``sentence`` with its ``text``. The first question encodes the corpus by the shipped encoder.
        Raises ``ValueError`` for an empty query.
        """
        from newstance.search import search

        return search(self, query, k)

    def to_pandas(self) -> Any:
        """``articles`` as a pandas DataFrame; pandas has to be installed."""
        return self.articles.to_pandas()

    @property
    def counts(self) -> Counts:
        """How much there is of what; an unknown language or outlet counts as none."""
        articles = self.articles
        known = articles["lang"].filter(articles["lang"] != UNKNOWN_LANG).drop_nulls()
        first, last = (
            cast(date | None, end) for end in (articles["published"].min(), articles["published"].max())
        )
        translations = int((self.copies["kind"] == TRANSLATION).sum())
        return Counts(
            articles=articles.height,
            sentences=self.sentences.height,
            languages=known.n_unique(),
            outlets=articles["source"].drop_nulls().n_unique(),
            reprints=articles.height - articles["duplicate_of"].null_count() - translations,
            translations=translations,
            removed=self.removed.height,
            rejected=self.rejected.height,
            without_lang=articles.height - len(known),
            without_outlet=articles["source"].null_count(),
            without_date=articles["published"].null_count(),
            first=first,
            last=last,
        )

    def __repr__(self) -> str:
        return f"Corpus({self._in_words()})"

    def _repr_html_(self) -> str:
        shown = self.articles.head(10).select("article_id", "source", "published", "lang", "title", "text")
        return f"<p>{self._in_words()}</p>{shown._repr_html_()}"

    def _in_words(self) -> str:
        counts = self.counts
        numbers = ("articles", "sentences", "languages", "outlets", "reprints", "translations", "rejected")
        words = ", ".join(f"{getattr(counts, name):,} {name}" for name in numbers)
        return f"{words}, {f'{counts.first} to {counts.last}' if counts.first else 'no dates'}"


@dataclass(frozen=True)
class Encoded:
    """A corpus with the vector of each of its sentences, in their order: ``vectors`` (n_sentences, n_dims).

    Raises ``ValueError`` where there are more or fewer vectors than sentences.
    """

    corpus: Corpus
    vectors: np.ndarray

    def __post_init__(self) -> None:
        n = self.corpus.sentences.height
        if len(self.vectors) != n:
            raise ValueError(f"vectors: got {len(self.vectors)} for {n} sentences; expected one each.")
