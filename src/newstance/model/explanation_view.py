"""An explanation as lines of text and as HTML; whatever comes from texts is text in both."""

from html import escape
from typing import Any

import polars as pl

from newstance.model.explain_stance import STANCE
from newstance.model.explain_theme import OTHER, THEME
from newstance.model.explanation import KEY, Explanation
from newstance.plain import plain
from newstance.summary.words import signed

MOST_WORDS = 8
LEAST = 0.005  # what would be shown as 0.00 is not shown
LONGEST = 160  # characters of a clause or a judged sentence
FOR, AGAINST = "26, 110, 190", "214, 96, 20"  # blue and orange, which all can tell apart
MARK = "border-bottom: 2px solid"


def sections(explained: Explanation) -> list[tuple[str, list[str]]]:
    """Heading and lines of the theme, of each mention, and of the notes; all plain text."""
    found = [_theme_section(explained)] if explained.themes.height else []
    found += [_stance_section(explained, mention) for mention in explained.stances.to_dicts()]
    if explained.notes:
        found.append(("notes", explained.notes))
    return [(plain(heading), [plain(line) for line in lines]) for heading, lines in found]


def _theme_section(explained: Explanation) -> tuple[str, list[str]]:
    themes = {row["about"]: row for row in explained.themes.to_dicts()}
    theme, other = themes[THEME], themes.get(OTHER)
    heading = f"theme: {explained.theme or 'none'}"
    lines = [f"nearest: {theme['name']} ({theme['proba']:.2f})"] if explained.theme is None else []
    heading += "" if lines else f" ({theme['proba']:.2f})"
    if other is not None:
        lines.append(f"next: {other['name']} ({other['proba']:.2f})")
    lines += _for_and_against(explained.words.filter(about=THEME))
    if theme["rest"] is not None:
        logit, rest = signed(theme["logit"]), signed(theme["rest"])
        lines.append(f"rest: {rest} (everyday news and intercept); all words and it give the logit {logit}")
    return heading, lines


def _stance_section(explained: Explanation, mention: dict[str, Any]) -> tuple[str, list[str]]:
    sure = max(mention[f"proba_{stance}"] for stance in ("favor", "against", "none"))
    undecided = "" if mention["decided"] else ", not decided"
    heading = (
        f"stance towards {mention['target']} (“{mention['mention_text']}”, sentence {mention['sentence']}): "
        f"{mention['stance']} ({sure:.2f}{undecided})"
    )
    probas = ", ".join(f"{one} {mention[f'proba_{one}']:.2f}" for one in ("favor", "against", "none"))
    lines = [f"{probas}; log-odds over {mention['next']}: {signed(mention['log_odds'])}"]
    if mention["holder"] is not None:
        lines.append(f"holder: {mention['holder']} ({mention['speech']} speech)")
    lines += _for_and_against(_of(explained.words.filter(about=STANCE), mention))
    for row in _of(explained.clauses, mention).sort("contribution", descending=True).to_dicts():
        kept = " (the mention stays)" if row["has_mention"] else ""
        lines.append(f"clause {signed(row['contribution'])}{kept}: {_short(row['clause'])}")
    for row in _of(explained.nearest, mention).to_dicts():
        lines.append(f"judged {row['stance']}, cosine {row['cosine']:.2f}: {_short(row['text'])}")
    return heading, lines


def _of(table: pl.DataFrame, mention: dict[str, Any]) -> pl.DataFrame:
    return table.filter(pl.all_horizontal(pl.col(name) == mention[name] for name in KEY))


def _for_and_against(words: pl.DataFrame) -> list[str]:
    """A line of the words that speak for it, and one of those that speak against it; forms that differ by
    capitals alone are one word here."""
    sums = (
        words.with_columns(key=pl.col("word").str.to_lowercase())
        .group_by("key", maintain_order=True)
        .agg(pl.col("word").first(), pl.col("contribution").sum())
        .sort("contribution", descending=True, maintain_order=True)
    )
    lines = []
    for side, own in (
        ("for", sums.filter(pl.col("contribution") >= LEAST)),
        ("against", sums.filter(pl.col("contribution") <= -LEAST).reverse()),
    ):
        shown = [f"{word} {signed(value)}" for _, word, value in own.head(MOST_WORDS).iter_rows()]
        more = f" and {own.height - MOST_WORDS} more" if own.height > MOST_WORDS else ""
        lines.append(f"{side}: {', '.join(shown) or 'nothing'}{more}")
    return lines


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def page(explained: Explanation) -> str:
    """HTML for notebooks: words that speak for theme or stance on blue, against it on orange."""
    parts = []
    texts = dict(explained.sentences.select("sentence", "text").iter_rows())
    found = sections(explained)
    if explained.themes.height:
        parts.append(_html_section(*found.pop(0)))
        words = explained.words.filter(about=THEME)
        parts += [_coloured(text, words.filter(sentence=number), None) for number, text in texts.items()]
    for mention in explained.stances.to_dicts():
        parts.append(_html_section(*found.pop(0)))
        words = _of(explained.words.filter(about=STANCE), mention)
        parts.append(_coloured(texts[mention["sentence"]], words, (mention["start"], mention["end"])))
    parts += [_html_section(*one) for one in found]
    return f"<div>{''.join(parts)}</div>"


def _html_section(heading: str, lines: list[str]) -> str:
    return f"<p><b>{escape(heading)}</b><br>{'<br>'.join(map(escape, lines))}</p>"


def _coloured(text: str, words: pl.DataFrame, mention: tuple[int, int] | None) -> str:
    """A sentence, the strength of each word in its colour, its sign and number in its title."""
    strongest = max([LEAST, *words["contribution"].abs().to_list()])
    spans = [
        (start, end, _style(one, strongest), signed(one))
        for start, end, one in words.select("start", "end", "contribution").iter_rows()
    ]
    spans += [(*mention, MARK, "the mention")] if mention else []
    out, done = "", 0
    for start, end, style, title in sorted(spans):
        word = escape(plain(text[start:end]))
        out += escape(plain(text[done:start]))
        out += f'<span style="{style}" title="{escape(title)}">{word}</span>'
        done = end
    return f'<p dir="auto">{out}{escape(plain(text[done:]))}</p>'


def _style(contribution: float, strongest: float) -> str:
    colour = FOR if contribution > 0 else AGAINST
    return f"background: rgba({colour}, {0.6 * abs(contribution) / strongest:.2f})"
