"""Whose stance a sentence conveys: the outlet's own voice, or a speaker, quoted or reported.

Rules over word lists (``holders`` in ``languages/<lang>.yaml``) for Russian, Ukrainian, English and German: a
verb of speech with its subject before or after it, or a phrase that names a source ("по словам X", "laut X").
Null beats wrong: where the rules do not fit, no holder is told.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from newstance.scripts import folded
from newstance.stance.speech_cues import best_cue, find_cues
from newstance.stance.speech_tokens import (
    FEWEST_ALONE,
    FEWEST_QUOTED_WORDS,
    n_quoted_words,
    read_sentence,
    stays_open,
)
from newstance.stance.speech_words import RUN, SpeechWords, speech_words
from newstance.tables import UNKNOWN_LANG

DIRECT, INDIRECT, NO_SPEECH = "direct", "indirect", "none"
SENTENCES_KEPT = 4096
N_BEFORE = 3  # sentences before, among which a pronoun's speaker is looked for


class Holder(NamedTuple):
    """Who holds the stance: ``text``, at ``start:end`` (code points) of the sentence.

    A speaker of a sentence before has a text and no span. ``speech`` is "direct", "indirect" or "none"; the
    outlet's own voice has no text, nor has a speaker who is not clear.
    """

    text: str | None
    start: int | None
    end: int | None
    speech: str


NOBODY = Holder(None, None, None, NO_SPEECH)


def find_holder(text: str, before: Sequence[str] = (), lang: str = UNKNOWN_LANG) -> Holder:
    """The holder of sentence ``text`` in ``lang`` (BCP 47); ``before`` are the sentences before it, in order.

    A language without word lists gives no holder and speech "none".
    """
    words = speech_words(lang)
    return NOBODY if words is None else _holder(text, list(before)[-N_BEFORE:], words)[0]


def _holder(text: str, before: list[str], words: SpeechWords) -> tuple[Holder, str]:
    """The holder, and the gender or number that its verb tells ("" where it tells none)."""
    is_open = False
    for earlier in before:
        is_open = _leaves_open(earlier, is_open)
    said = _said(text, is_open, words.lang)
    if not said.has_cue:
        goes_on = is_open or (bool(before) and before[-1].rstrip().endswith(":"))
        speaker = _last_speaker(before, "", words) if said.speech == DIRECT and goes_on else None
        return Holder(speaker, None, None, said.speech), ""
    if said.of_pronoun:
        speaker = _last_speaker(before, said.agreement, words)
        return Holder(speaker, None, None, said.speech), said.agreement
    if said.span is None:
        return Holder(None, None, None, said.speech), said.agreement
    return Holder(text[slice(*said.span)], *said.span, said.speech), said.agreement


class _Said(NamedTuple):
    """What a sentence tells by itself: its speech, whether it has a sign of it, what its verb agrees with,
    and the speaker's ``span`` (code points), or that a pronoun stands for the speaker."""

    speech: str
    has_cue: bool = False
    agreement: str = ""
    span: tuple[int, int] | None = None
    of_pronoun: bool = False


@lru_cache(maxsize=SENTENCES_KEPT)
def _leaves_open(text: str, is_open: bool) -> bool:
    return stays_open(folded(text).text, is_open)


@lru_cache(maxsize=SENTENCES_KEPT)
def _said(text: str, is_open: bool, lang: str) -> _Said:
    """Kept, as a sentence is looked at again for those after it."""
    words = speech_words(lang)
    view = folded(text)
    if words is None or words.signs.isdisjoint(RUN.findall(view.text.lower())):
        return _without_cue(n_quoted_words(view.text, is_open))
    tokens, n_quoted = read_sentence(view.text, is_open)
    cue = best_cue(find_cues(tokens, words), tokens, words)
    if cue is None:
        return _without_cue(n_quoted)
    speech = DIRECT if n_quoted >= FEWEST_QUOTED_WORDS else INDIRECT
    if cue.phrase is None:
        return _Said(speech, True, cue.agreement)
    first, last = cue.phrase
    if tokens[first].low in words.pronouns:
        return _Said(speech, True, cue.agreement, of_pronoun=True)
    return _Said(speech, True, cue.agreement, view.span(tokens[first].start, tokens[last - 1].end))


def _without_cue(n_quoted: int) -> _Said:
    return _Said(DIRECT if n_quoted >= FEWEST_ALONE else NO_SPEECH)


def _last_speaker(before: list[str], agreement: str, words: SpeechWords) -> str | None:
    """The last speaker of ``before``, if its verb agrees; None where a later speaker is not clear."""
    for number in range(len(before) - 1, -1, -1):
        holder, its_agreement = _holder(before[number], before[:number], words)
        if holder.text is not None:
            agrees = not agreement or not its_agreement or agreement == its_agreement
            return holder.text if agrees else None
        if holder.speech != NO_SPEECH:
            return None
    return None


def find_holders(sentences: pl.DataFrame, rows: Sequence[int]) -> list[Holder]:
    """The holder of each of ``rows`` of a sentences table; a row that comes again is not worked out again.

    The sentences before are the rows before it of the same article, at most ``N_BEFORE``.
    """
    if not rows:
        return []
    first = max(0, min(rows) - N_BEFORE)
    near = sentences.slice(first, max(rows) + 1 - first)
    texts, articles = near["text"].to_list(), near["article_id"].to_list()
    langs = near["lang"].to_list()
    found: dict[int, Holder] = {}
    for row in {row - first for row in rows}:
        start = max(0, row - N_BEFORE)
        before = [texts[one] for one in range(start, row) if articles[one] == articles[row]]
        found[row] = find_holder(texts[row], before, langs[row] or UNKNOWN_LANG)
    return [found[row - first] for row in rows]
