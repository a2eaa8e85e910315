"""Dirt that announces itself: a line or sentence that begins with a phrase of the rules."""

import re
from collections.abc import Callable, Iterator

from newstance.corpus.clean.credits import byline, caption, credit, credit_after, names
from newstance.corpus.clean.notes import address, headline, headlines_below, keys, short
from newstance.corpus.clean.rules import MAX_UNSPACED, Removed, Rule, Rules, fold
from newstance.corpus.clean.shape import (
    MAX_HEADLINE,
    Piece,
    is_caseless,
    is_headline,
    is_said,
    line_end,
    quote_end,
    sentence_end,
)
from newstance.corpus.clean.teasers import retold, teased
from newstance.corpus.clean.whole import is_address
from newstance.scripts import is_unspaced

# A line begins, a sentence ends, or a bracket opens; up to twelve signs, such as bullets, may stand before
# the word. An opening quotation mark may not: quoted words are somebody's speech.
BEGINNING = re.compile(
    r"(?:\A|\n|[.!?…؟][\"'»”’)\]]{0,2}[ \t]?|[»”)\]][ \t]|[(（\[|/])[^\w«\"“„'‘»”\n]{0,12}(\w+)"
)
SEPARATOR = re.compile(r"[ \t]*(?::|：|>{1,3}|»|→|►|\|)[ \t:>»→►|]*(?:&nbsp;?)?[ \t]*")
# A small letter at the start of a line or sentence: a sentence goes on there, cut by the width of a page.
NEED_CAPITAL = ("names", "byline", "call", "notice", "short", "keys", "headline", "retold", "teased")
MAX_LABEL = 20
LABEL = re.compile(
    r"(?:[^\W\d_][ \t]?(?=[A-ZА-ЯІЇЄҐ])|[ \t–—/-](?=[\u0621-\u064a]))"
    r"([A-ZА-ЯІЇЄҐ][a-zа-яіїєґ]{3,12}|[\u0621-\u064a]{4,12})[ \t]?$"
)
LOOSE = re.compile(r"[ \t]+(?:[–—-][ \t]+)?")
NOTHING_MORE = re.compile(r"[^\w.!?]*(?:\d{1,3}|\.{2,4})?[^\w.!?]*$")
NOTICE_END = re.compile(r"\s*(?:$|\n|[.!?。！©|]|\(c\)|\d{4})", re.I)
YEAR_OR_SIGN = re.compile(r"\s*(?:©|\(c\)|by\s)?\s*(?:©|\(c\)|\d{4})", re.I)
SIGN = re.compile(r"©\s*(?=\w)|\([cс]\)\s*(?=\d{4})", re.I)
MAX_INLINE_HEADLINE = 110
MAX_CALL, MAX_NOTICE = 200, 260
# A line with so many first words of phrases is no prose: what follows on it is not worth the time.
MAX_TRIES = 400


def find_phrases(text: str, rules: Rules) -> Iterator[Removed]:
    """All removals that begin with a phrase of the rules. ``text`` has "\n" as its only line break."""
    done = line_from = tries = 0
    by_word = rules.by_word
    for match in BEGINNING.finditer(text):
        word = match.group(1).lower()
        found = by_word.get(word)
        if found is None and not word.isascii():
            found = by_word.get(fold(word)) if not is_unspaced(word[0]) else _unspaced(word, by_word)
        if found is None or match.start(1) < done:
            continue
        tries += 1
        if tries > MAX_TRIES:
            tries = 1 if text.find("\n", line_from, match.start(1)) >= 0 else tries
            line_from = match.start(1)
            if tries > 1:
                continue
        for removed in _first_match(text, match, found, rules):
            done = max(done, removed.end)
            yield removed
    yield from _find_labels(text, rules)
    if "©" in text or "(c)" in text or "(с)" in text:
        yield from _find_signs(text, rules)


def _unspaced(word: str, by_word: dict[str, list[Rule]]) -> list[Rule] | None:
    """The rules for the longest beginning of ``word``, where no space ends words."""
    lengths = range(min(len(word), MAX_UNSPACED), 0, -1)
    return next((by_word[word[:length]] for length in lengths if word[:length] in by_word), None)


def _find_labels(text: str, rules: Rules) -> Iterator[Removed]:
    """Credits in mid-line whose caption has no full stop: "The swan on the road Photo: Jane Doe"."""
    tries = 0
    for colon in re.finditer(":", text):
        window = max(0, colon.start() - MAX_LABEL)
        label = LABEL.search(text, window, colon.start())
        if label is None:
            continue
        credits = rules.by_word.get(fold(label.group(1)), [])
        for rule in credits if tries < MAX_TRIES else ():
            phrase = rule.pattern.match(text, label.start(1)) if rule.match == "credit" else None
            if phrase is not None and phrase.end() == label.end(1) and rule.reason != "byline":
                tries += 1
                yield from credit(Piece(text, label.start(1), phrase.end(), None, rule, rules))
                break


def _first_match(text: str, match: re.Match[str], found: list[Rule], rules: Rules) -> list[Removed]:
    start = match.start(1)
    line = _line_start(text, match)
    tried = set()
    for rule in found:
        phrase = rule.pattern.match(text, start)
        if phrase is None:
            continue
        key = (phrase.end(), rule.reason, rule.match, rule.needs, rule.open_end)
        if key in tried:
            continue
        # "Photo:" is a rule of several languages; what did not hold for one does not hold for the next.
        tried.add(key)
        small = text[start].islower() and text[start - 1 : start] != "(" and text[phrase.end() - 1] != "."
        if small and rule.match in NEED_CAPITAL:
            continue
        removed = MATCHERS[rule.match](Piece(text, start, phrase.end(), line, rule, rules))
        if removed:
            return removed
    return []


def _line_start(text: str, match: re.Match[str]) -> int | None:
    """The start of the line if only signs precede the word on it."""
    first = match.start()
    if text[first] == "\n":
        return first + 1
    return None if first else 0


def _heading(piece: Piece) -> list[Removed]:
    """A list heading: alone on its line with the headlines below, or with its headline after a colon."""
    text, rules, end = piece.text, piece.rules, line_end(piece.text, piece.after)
    rest = text[piece.after : end] if end is not None else None
    if end is not None and rest is not None and NOTHING_MORE.match(rest):
        if piece.rule.reason == "teaser" and not rest.strip():
            return []
        is_list = piece.rule.reason == "link-list" and (piece.line is not None or ":" in rest)
        return piece.removed(end) + (headlines_below(piece, end) if is_list else [])
    separator = SEPARATOR.match(text, piece.after) or _loose_separator(piece, rest)
    if separator is None or separator.end() >= len(text):
        return []
    if end is not None and is_address(text[separator.end() : end], rules):
        return piece.removed(end)
    if text[separator.end()].islower():
        return []
    closing = {"(": ")", "[": "]"}.get(text[piece.start - 1 : piece.start])
    if closing and (bracket := text.find(closing, piece.after, piece.after + MAX_HEADLINE)) > 0:
        return piece.removed(bracket + 1, piece.start - 1)
    headline = _headline_end(piece, separator.end(), end)
    if headline is None:
        # The headline runs into the text and nothing shows where it ends: only the heading goes.
        return piece.removed(separator.end())
    return piece.removed(headline) if headline else []


def _loose_separator(piece: Piece, rest: str | None) -> re.Match[str] | None:
    """A dash, or only a space, between the heading of a link list and its headline: the heading must be two
    words, on a line that ends like a headline."""
    n_words = len(piece.text[piece.start : piece.after].split())
    if rest is None or piece.line is None or piece.rule.reason != "link-list" or n_words < 2:
        return None
    headline = rest.strip(" \t–—-")
    if (
        is_caseless(headline)
        or not is_headline(headline)
        or "," in headline
        or is_said(headline, piece.rules)
    ):
        return None
    return LOOSE.match(piece.text, piece.after)


def _headline_end(piece: Piece, start: int, end_of_line: int | None) -> int | None:
    """Where the headline after a heading ends; None if nowhere to be seen, 0 if it is a true sentence."""
    text, rules = piece.text, piece.rules
    quoted = quote_end(text, start)
    if quoted is not None and text[start] != "(":
        following = text[quoted : quoted + 2].strip(" ")
        if not following or following[0] in "\n.!?" or following[0].isupper():
            return quoted
        return end_of_line if _titles_on(piece, quoted, end_of_line) else 0
    end = sentence_end(text, start, MAX_HEADLINE)
    opener = _next_opener(text, start, rules)
    if end is None or (opener is not None and opener < end):
        return opener
    headline = text[start:end].strip()
    whole_line = piece.line is not None and end == end_of_line
    if len(headline) > MAX_INLINE_HEADLINE and (not whole_line or headline.endswith(".")):
        return None
    if "“" in headline and "”" not in headline:
        return start + text[start:end].index("“")
    if "," in headline and is_said(headline.split(",")[-1], rules):
        return 0
    return 0 if is_caseless(headline) and headline.endswith(".") else end


def _titles_on(piece: Piece, quoted: int, end_of_line: int | None) -> bool:
    """Whether a headline that begins with a quotation goes on after a colon: "«We win»: how we vote"."""
    if piece.line is None or end_of_line is None or end_of_line - quoted > MAX_HEADLINE:
        return False
    rest = piece.text[quoted:end_of_line].strip()
    return rest[:1] == ":" and is_headline(f"A{rest}") and not is_said(rest, piece.rules)


def _next_opener(text: str, start: int, rules: Rules) -> int | None:
    """Where a capitalised preposition or pronoun begins a new sentence, after 15 letters."""
    openers = rules.words["openers"]
    for match in re.finditer(
        r"(?<=[^\W\d_A-ZА-ЯЁ])[ \t]+(?=([^\W\d_]+)\s)", text[start : start + MAX_HEADLINE]
    ):
        if match.group(1)[0].isupper() and fold(match.group(1)) in openers and match.start() >= 15:
            return start + match.start()
    return None


def _call(piece: Piece) -> list[Removed]:
    """A call that names its object, in one sentence in which nobody speaks."""
    end = sentence_end(piece.text, piece.start, MAX_CALL)
    if end is None or piece.rule.needs is None:
        return []
    named = piece.rule.needs.search(piece.text, piece.after, end)
    if named is None:
        return []
    # "What the mayor says of it you read tomorrow": before its object a teaser may tell what somebody says.
    told = piece.text[named.end() if piece.rule.reason == "teaser" else piece.after : end]
    return [] if is_said(told, piece.rules) else piece.removed(end)


def _notice(piece: Piece) -> list[Removed]:
    """A set phrase up to the end of its sentence."""
    if not piece.rule.open_end and not NOTICE_END.match(piece.text, piece.after):
        return []
    end = sentence_end(piece.text, piece.after, MAX_NOTICE)
    if end is None or is_said(piece.text[piece.after : end], piece.rules):
        return []
    return piece.removed(_before_new_text(piece, end) if piece.rule.open_end else max(end, piece.after))


def _before_new_text(piece: Piece, end: int) -> int:
    """The end of a notice that runs into the article without a stop: where its capitals end ("CLICK HERE TO
    GET THE APP The mayor …") or a quotation opens that does not close."""
    notice = piece.text[piece.start : end]
    if piece.text[piece.start : piece.after].isupper():
        capitals = re.match(r"[^a-zа-яёіїєґ]+(?=\s|$)", notice)
        return piece.start + capitals.end() if capitals else end
    opening = max(notice.rfind("“"), notice.rfind("«"))
    closes = any(sign in notice[opening:] for sign in "”»")
    return piece.start + opening if opening > piece.after - piece.start and not closes else end


def _copyright(piece: Piece) -> list[Removed]:
    """The word and a year or sign, up to the end of the sentence."""
    if not YEAR_OR_SIGN.match(piece.text, piece.after):
        return []
    end = sentence_end(piece.text, piece.after, MAX_NOTICE)
    return piece.removed(end) if end is not None else []


def _find_signs(text: str, rules: Rules) -> Iterator[Removed]:
    """The sign © with a year or a company at the start of a sentence; © and a name that ends a caption."""
    for sign in SIGN.finditer(text):
        before = text[max(0, sign.start() - 4) : sign.start()].rstrip(" \t*_")
        if before and before[-1] not in '\n.!?…»”")':
            continue
        end = sentence_end(text, sign.end(), MAX_NOTICE)
        rest = text[sign.end() : end] if end is not None else ""
        companies = rules.words["companies"]
        named = any(fold(word) in companies for word in rest.replace(",", " ").split())
        if end is not None and (named or re.match(r"\d{4}", rest)):
            yield Removed(sign.start(), end, "copyright")
            continue
        rule = Rule("photo-credit", "credit", SIGN)
        on_own_line = not before or before[-1] == "\n"
        found = (
            []
            if on_own_line
            else credit_after(Piece(text, sign.start(), sign.end(), None, rule, rules), sign.end())
        )
        yield from (removed for removed in found if removed.reason == "caption")


MATCHERS: dict[str, Callable[[Piece], list[Removed]]] = {
    "heading": _heading,
    "credit": credit,
    "names": names,
    "byline": byline,
    "caption": caption,
    "call": _call,
    "notice": _notice,
    "copyright": _copyright,
    "short": short,
    "keys": keys,
    "headline": headline,
    "retold": retold,
    "teased": teased,
    "address": address,
}
