"""What a person sees of a corpus: how much there is of what, and an article with what was taken out of it.

A corpus keeps of a text only what is left and the removed spans. The text as read is not kept, as it would
double the memory for the sake of a look at one article: it is read once more from its file.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import polars as pl
from rich.console import Console
from rich.text import Text

from newstance.addresses import Place
from newstance.corpus.read.files import RawArticle, read_files
from newstance.corpus.read.page import extract
from newstance.plain import plain_lines
from newstance.summary.corpus import languages, outlets, removed_reasons, reprint_kinds
from newstance.tables import Corpus
from newstance.terminal.text import Column, Part, say, table

REMOVED = "red strike"
RIGHT = ("articles", "sentences", "spans", "characters")


def show_corpus(corpus: Corpus, reason: str | None, limit: int, console: Console | None = None) -> None:
    """Print counts, or with ``reason`` the first ``limit`` spans removed for it; tables of ``limit`` rows."""
    console = console or Console()
    if reason is not None:
        spans = _for_reason(corpus.removed, reason).select("article_id", "start", "text")
        _show_table(console, f"Removed: {reason}", spans, limit)
        return
    say(console, *_counts(corpus))
    for title, rows in _overviews(corpus):
        if rows.height:
            _show_table(console, title, rows, limit)
    for note in corpus.notes:
        say(console, f"note {note}")


def show_article(
    corpus: Corpus, path: Place, article_id: str, reason: str | None, console: Console | None = None
) -> None:
    """Print an article of ``path``: fields, reprints, the text as read with removals marked, sentences.

    With ``reason`` only what was removed for it is marked. Raises ``ValueError`` where there is no such
    article, or where its file has changed since the corpus was read.
    """
    console = console or Console()
    own = pl.col("article_id") == article_id
    rows = corpus.articles.filter(own)
    if rows.is_empty():
        raise ValueError(_unknown(article_id, corpus))
    removed = corpus.removed.filter(own).sort("start")
    marked = removed if reason is None else _for_reason(removed, reason)
    text = text_as_read(path, article_id)
    if any(text[start:end] != cut for start, end, cut in removed.select("start", "end", "text").iter_rows()):
        raise ValueError(f"{article_id}: its file has changed while it was read; run the command again.")
    for parts in _fields(rows.row(0, named=True)):
        say(console, *parts)
    for reprint in _reprints(corpus.copies, article_id):
        say(console, reprint)
    say(console, "")
    say(console, ("Text as read", "bold"), f", {removed.height} spans removed")
    console.print(_marked(text, marked, plain=not console.is_terminal), soft_wrap=True)
    say(console, "")
    say(console, ("Sentences", "bold"))
    for number, lang, sentence in corpus.sentences.filter(own).select("sentence", "lang", "text").iter_rows():
        start = Text(f"{number:>4} {lang:<7} ", "dim")
        console.print(start.append(plain_lines(sentence), "not dim"), soft_wrap=True)


def text_as_read(path: Place, article_id: str) -> str:
    """The text of an article before cleaning, of a page after extraction: what removed spans count in."""
    for found in read_files(path):
        if not isinstance(found, RawArticle) or not f"{article_id}#".startswith(f"{found.article_id}#"):
            continue
        for article in extract(found):  # a page may hold several, each with an id of its own
            if isinstance(article, RawArticle) and article.article_id == article_id:
                return article.text
    raise ValueError(f"{article_id}: {path} no longer holds it; run the command again.")


def _for_reason(removed: pl.DataFrame, reason: str) -> pl.DataFrame:
    found = removed.filter(pl.col("reason") == reason)
    if found.is_empty():
        there = ", ".join(removed["reason"].unique().sort()) or "nothing was removed"
        raise ValueError(f"--reason: nothing was removed for '{reason}'; the reasons here: {there}.")
    return found


def _unknown(article_id: str, corpus: Corpus) -> str:
    near = get_close_matches(article_id, corpus.articles["article_id"].to_list(), 3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "run it without --article to see what there is."
    left_out = "; it may be among those left out" if corpus.rejected.height else ""
    return f"--article: there is no article '{article_id}'{left_out}; {hint}"


def _counts(corpus: Corpus) -> list[Part]:
    counts = corpus.counts
    n_dated = counts.articles - counts.without_date
    return [
        (f"{counts.articles:,}", "bold"),
        f" articles, {counts.sentences:,} sentences, {counts.languages} languages, {counts.outlets} outlets, "
        f"{n_dated:,} with a date, {counts.reprints:,} reprints, {counts.removed:,} spans removed, "
        f"{counts.rejected:,} left out",
    ]


def _overviews(corpus: Corpus) -> Iterator[tuple[str, pl.DataFrame]]:
    """A title and a table of counts, the most first, of each thing there is to count."""
    yield "Languages", languages(corpus)
    yield "Outlets", outlets(corpus).rename({"source": "outlet"})
    yield "Reprints", reprint_kinds(corpus).with_columns(pl.col("similarity").round(2))
    removed = removed_reasons(corpus).drop("example")
    yield "Removed", removed.rename({"n": "spans", "n_articles": "articles", "n_characters": "characters"})
    yield "Left out", corpus.rejected.select("file", "line", "reason")


def _show_table(console: Console, title: str, rows: pl.DataFrame, limit: int) -> None:
    more = f"and {rows.height - limit} more; --limit shows them" if rows.height > limit else None
    table(
        console,
        title,
        [Column(name, "right" if name in RIGHT else "left") for name in rows.columns],
        rows.head(limit).iter_rows(),
        more,
    )


def _fields(article: dict) -> Iterable[list[Part]]:
    yield [(article["article_id"], "bold")]
    for name, label in (
        ("title", "title"),
        ("source", "outlet"),
        ("published", "date"),
        ("lang", "language"),
        ("url", "url"),
    ):
        value = "unknown" if article[name] is None else str(article[name])
        yield [(f"{label:<10}", "dim"), value]


def _reprints(copies: pl.DataFrame, article_id: str) -> Iterator[str]:
    """What the article repeats, and what repeats it."""
    pairs = (("repeats", "article_id", "duplicate_of"), ("repeated by", "duplicate_of", "article_id"))
    for label, own, other in pairs:
        for row in copies.filter(pl.col(own) == article_id).iter_rows(named=True):
            yield f"{label} {row[other]}: {row['kind']}, similarity {row['similarity']:.2f}"


def _marked(text: str, removed: pl.DataFrame, plain: bool) -> Text:
    """``text`` with each removed span and its reason in colour; where ``plain`` as ``[-reason: span-]``."""
    out, position = Text(), 0
    for start, end, reason in removed.select("start", "end", "reason").iter_rows():
        out.append(plain_lines(text[position:start]))
        span = plain_lines(text[start:end])
        out.append(f"[-{reason}: {span}-]" if plain else span, REMOVED)
        out.append("" if plain else f" {reason} ", "dim italic")
        position = end
    out.append(plain_lines(text[position:]))
    return out
