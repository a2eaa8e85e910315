"""What a person sees of a corpus: how much there is of what, and an article with what was taken out of it.

A corpus keeps of a text only what is left and the removed spans. The text as read is not kept, as it would
double the memory for the sake of a look at one article: it is read once more from its file.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from newstance.corpus.read.files import RawArticle, read_files
from newstance.corpus.read.page import extract
from newstance.tables import Corpus

# Signs that steer a terminal are shown, never sent to it.
SHOWN = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"}
SHOWN |= {code: 0xFFFD for code in range(0x7F, 0xA0)}
REMOVED = "red strike"
COLUMNS = {"articles": "right", "sentences": "right", "spans": "right", "characters": "right"}


def show_corpus(corpus: Corpus, reason: str | None, limit: int, console: Console | None = None) -> None:
    """Print counts, or with ``reason`` the first ``limit`` spans removed for it; tables of ``limit`` rows."""
    console = console or Console()
    if reason is not None:
        console.print(_spans(_for_reason(corpus.removed, reason), reason, limit))
        return
    console.print(_counts(corpus), highlight=False, soft_wrap=True)
    for title, table in _overviews(corpus):
        if table.height:
            console.print(_table(title, table, limit))
    for note in corpus.notes:
        console.print(Text(f"note {note}"), soft_wrap=True)


def show_article(
    corpus: Corpus, path: Path, article_id: str, reason: str | None, console: Console | None = None
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
    for line in _fields(rows.row(0, named=True)):
        console.print(line, soft_wrap=True)
    for told in _reprints(corpus.copies, article_id):
        console.print(Text(told), soft_wrap=True)
    console.print(f"\n[bold]Text as read[/], {removed.height} spans removed", highlight=False)
    console.print(_marked(text, marked, plain=not console.is_terminal), soft_wrap=True)
    console.print("\n[bold]Sentences[/]")
    for number, lang, sentence in corpus.sentences.filter(own).select("sentence", "lang", "text").iter_rows():
        console.print(Text.assemble((f"{number:>4} {lang:<7} ", "dim"), _shown(sentence)), soft_wrap=True)


def text_as_read(path: Path, article_id: str) -> str:
    """The text of an article before cleaning, of a page after extraction: what removed spans count in."""
    for found in read_files(path):
        if isinstance(found, RawArticle) and found.article_id == article_id:
            page = extract(found) if found.is_html else found
            if isinstance(page, RawArticle):
                return page.text
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


def _counts(corpus: Corpus) -> str:
    articles, removed = corpus.articles, corpus.removed
    n_dated = articles.height - articles["published"].null_count()
    return (
        f"[bold]{articles.height:,}[/] articles, {corpus.sentences.height:,} sentences, "
        f"{articles['lang'].n_unique()} languages, {articles['source'].drop_nulls().n_unique()} outlets, "
        f"{n_dated:,} with a date, {corpus.copies.height:,} reprints, {removed.height:,} spans removed, "
        f"{corpus.rejected.height:,} left out"
    )


def _overviews(corpus: Corpus) -> Iterator[tuple[str, pl.DataFrame]]:
    """A title and a table of counts, the most first, of each thing there is to count."""
    yield "Languages", _by(corpus.articles, "lang", sentences=pl.col("n_sentences").sum())
    first, last = pl.col("published").min(), pl.col("published").max()
    yield "Outlets", _by(corpus.articles, "source", first=first, last=last).rename({"source": "outlet"})
    yield "Reprints", _by(corpus.copies, "kind", similarity=pl.col("similarity").mean().round(2))
    n_articles, n_characters = pl.col("article_id").n_unique(), pl.col("text").str.len_chars().sum()
    removed = corpus.removed.group_by("reason").agg(
        pl.len().alias("spans"), n_articles.alias("articles"), n_characters.alias("characters")
    )
    yield "Removed", removed.sort("spans", "reason", descending=[True, False])
    yield "Left out", corpus.rejected.select("file", "line", "reason")


def _by(table: pl.DataFrame, key: str, **more: pl.Expr) -> pl.DataFrame:
    counts = table.group_by(key).agg(pl.len().alias("articles"), **more)
    return counts.sort("articles", key, descending=[True, False])


def _table(title: str, rows: pl.DataFrame, limit: int) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in rows.columns:
        table.add_column(column, justify=COLUMNS.get(column, "left"))  # type: ignore[arg-type]
    for row in rows.head(limit).iter_rows():
        table.add_row(*(Text("–" if value is None else _shown(str(value))) for value in row))
    if rows.height > limit:
        table.caption = f"and {rows.height - limit} more; --limit shows them"
    return table


def _spans(removed: pl.DataFrame, reason: str, limit: int) -> Table:
    return _table(f"Removed: {reason}", removed.select("article_id", "start", "text"), limit)


def _fields(article: dict) -> Iterable[Text]:
    yield Text(_shown(article["article_id"]), "bold")
    for name, label in (
        ("title", "title"),
        ("source", "outlet"),
        ("published", "date"),
        ("lang", "language"),
        ("url", "url"),
    ):
        value = "unknown" if article[name] is None else _shown(str(article[name]))
        yield Text.assemble((f"{label:<10}", "dim"), value)


def _reprints(copies: pl.DataFrame, article_id: str) -> Iterator[str]:
    """What the article repeats, and what repeats it."""
    pairs = (("repeats", "article_id", "duplicate_of"), ("repeated by", "duplicate_of", "article_id"))
    for label, own, other in pairs:
        for row in copies.filter(pl.col(own) == article_id).iter_rows(named=True):
            yield f"{label} {_shown(row[other])}: {row['kind']}, similarity {row['similarity']:.2f}"


def _marked(text: str, removed: pl.DataFrame, plain: bool) -> Text:
    """``text`` with each removed span and its reason in colour; where ``plain`` as ``[-reason: span-]``."""
    out, position = Text(), 0
    for start, end, reason in removed.select("start", "end", "reason").iter_rows():
        out.append(_shown(text[position:start]))
        span = _shown(text[start:end])
        out.append(f"[-{reason}: {span}-]" if plain else span, REMOVED)
        out.append("" if plain else f" {reason} ", "dim italic")
        position = end
    out.append(_shown(text[position:]))
    return out


def _shown(text: str) -> str:
    return text.replace("\r\n", "\n").translate(SHOWN)
