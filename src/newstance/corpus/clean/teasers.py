"""Teasers that tell of another article of the outlet: "Earlier we wrote …", "Previously: A bridge falls".

Articles refer back in the same words ("Earlier on Monday the army said"), so the words must name the outlet
as writer or be a label, and the sentence must stand where teasers do: on a line of its own, or last of all.
"""

import re

from newstance.corpus.clean.rules import Removed, fold
from newstance.corpus.clean.shape import Piece, is_caseless, is_headline, is_said, line_end, sentence_end

MAX_RETOLD, MAX_TITLE, MAX_CASELESS = 400, 200, 14
# How much of the article may follow a line of its own, a last sentence, and a label with its headline.
AFTER_LINE, AFTER_SENTENCE, AFTER_LABEL = 300, 90, 500
MIN_WORDS, MAX_SPEAKER = 3, 5
COLON = re.compile(r"[ \t]{0,2}[:：][ \t]{0,3}(?=\S)")
# Where the words of a speaker may end and "says the mayor" begin.
CLAUSE = re.compile(r",[ \t]+|[»”\"]?[ \t]+[–—-][ \t]+")
FIRST_WORD = re.compile(r"\W{0,12}(\w+)")
LABELLED = re.compile(r"[^\n.!?:]{2,25}[:：][ \t]")


def retold(piece: Piece) -> list[Removed]:
    """The outlet tells in one sentence what it wrote before: a line of its own near the end of the article,
    or the last sentence."""
    text = piece.text
    end = sentence_end(text, piece.after, MAX_RETOLD)
    if end is None or not piece.start or piece.line == 0:
        return []
    stop = line_end(text, end, 8)
    if stop is None or text[end:stop].strip():
        return []
    near = len(text) - end <= (AFTER_SENTENCE if piece.line is None else AFTER_LINE)
    *told, speaker = CLAUSE.split(text[piece.after : end])
    spoken = bool(told) and len(speaker.split()) <= MAX_SPEAKER and is_said(speaker, piece.rules)
    return piece.removed(end) if near and not spoken else []


def teased(piece: Piece) -> list[Removed]:
    """A label, a colon and the headline of another article, on a line of its own near the end."""
    text = piece.text
    colon, end = COLON.match(text, piece.after), line_end(text, piece.after, MAX_TITLE)
    if not piece.line or colon is None or end is None or len(text) - end > AFTER_LABEL:
        return []
    title = text[colon.end() : end].strip()
    most = MAX_CASELESS if is_caseless(title) else MAX_TITLE
    holds = MIN_WORDS <= len(title.split()) <= most and is_headline(title)
    return piece.removed(end) if holds and _stands_alone(piece, end) else []


def _stands_alone(piece: Piece, end: int) -> bool:
    """Whether the label is none among labels ("Born: 1961", "Previously: head of the port authority"), which
    are a list of the article: the line before is a paragraph or dirt itself, the next one too or no label."""
    text, first = piece.text, piece.line or 0
    before = text[max(0, first - MAX_RETOLD) : first].rstrip().rsplit("\n", 1)[-1]
    after = text[end : end + MAX_TITLE].lstrip().split("\n", 1)[0]
    ended = not before or before[-1] in '.!?…»”")؟。'
    return (ended or _is_known(before, piece)) and (not LABELLED.match(after) or _is_known(after, piece))


def _is_known(line: str, piece: Piece) -> bool:
    """Whether a line begins with a phrase of the rules."""
    word = FIRST_WORD.match(line)
    if word is None:
        return False
    found = piece.rules.by_word.get(fold(word[1]), [])
    return any(rule.pattern.match(line, word.start(1)) for rule in found)
