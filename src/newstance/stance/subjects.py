"""Who says it: the subject before or after a verb of speech. None where the rules do not fit."""

from newstance.stance.noun_phrases import (
    MOST_WORDS,
    Phrase,
    agreement_of,
    can_begin,
    is_nominative,
    joins_initials,
    past_adjuncts,
    phrase_after,
)
from newstance.stance.speech_tokens import Kind, Token
from newstance.stance.speech_words import SpeechWords

MOST_BETWEEN = 18  # tokens of a passage between two commas, inside a subject and its verb
PARTICIPLES = (
    *(
        "вший",
        "вшая",
        "вшее",
        "вшие",
        "щий",
        "щая",
        "щее",
        "щие",
        "нный",
        "нная",
        "нное",
        "нные",
        "мый",
        "мая",
        "мые",
    ),
    *("шийся", "шаяся", "щийся", "ний", "ена", "ені"),
)


def subject_after(tokens: list[Token], verb: int, words: SpeechWords) -> Phrase | None:
    """The subject that follows the verb: "…, сказал X", "said X", "sagte X"."""
    agreement = agreement_of(tokens[verb].low, words)
    at = past_adjuncts(tokens, verb + 1, words)
    office = _office_after(tokens, verb + 1, agreement, words)
    if office:
        return office
    if at >= len(tokens) or not can_begin(tokens, at, words, agreement):
        return None
    return phrase_after(tokens, at, words)


def _office_after(tokens: list[Token], at: int, agreement: str, words: SpeechWords) -> Phrase | None:
    """An office after a verb in the plural: "…, сообщили в Кремле", "считают в совете"."""
    while at < len(tokens) and (tokens[at].low in words.skips or tokens[at].low in words.recipients):
        at += 1
    if at + 2 < len(tokens) and tokens[at].low in words.places and tokens[at + 1].low in words.times:
        at += 2
    if agreement != "p" or at + 1 >= len(tokens) or tokens[at].low not in words.places:
        return None
    found = phrase_after(tokens, at + 1, words)
    closed = found and (found.last == len(tokens) or tokens[found.last].kind is not Kind.WORD)
    return found if closed else None


def subject_before(tokens: list[Token], verb: int, words: SpeechWords) -> Phrase | None:
    """The subject that stands before the verb: "X заявил, что", "X said", "X sagte"."""
    end = verb
    while end > 0 and (tokens[end - 1].low in words.skips or tokens[end - 1].low in words.auxiliaries):
        end -= 1
    if end and tokens[end - 1].text == ",":
        return _before_commas(tokens, end - 1, verb, words)
    return _within(tokens, clause_start(tokens, end, words), end, verb, words)


def _before_commas(tokens: list[Token], comma: int, verb: int, words: SpeechWords) -> Phrase | None:
    """The subject before a passage in commas: "The envoy, who was there, said".

    It must be all that stands between the clause's start and the first comma, and adjuncts after it.
    """
    first = comma - 1
    while first >= 0 and tokens[first].text != ",":
        if (
            tokens[first].text in (";", ":", ".")
            or tokens[first].kind is Kind.QUOTE
            or comma - first > MOST_BETWEEN
        ):
            return None
        first -= 1
    if first < 1 or comma - first < 2:
        return None
    found = _within(tokens, clause_start(tokens, first, words), first, verb, words)
    if found is None or found.last == first:
        return found
    adjunct = tokens[found.last]
    return (
        found
        if adjunct.low in words.prepositions and not _holds_verb(tokens, found.last, first, words)
        else None
    )


def clause_start(tokens: list[Token], end: int, words: SpeechWords) -> int:
    """Where the clause before ``end`` starts: after a mark, a quotation or a word that opens one."""
    at = end
    while at > 0:
        token = tokens[at - 1]
        if token.kind is not Kind.WORD and not joins_initials(tokens, at - 1):
            return at
        if token.low in words.ands and not _joins_names(tokens, at - 1, words):
            return at
        if token.low in words.clauses and token.low not in words.ands:
            return at
        at -= 1
    return at


def _joins_names(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether the "and" at ``at`` stands between two names, or two nouns at the start of the sentence."""
    if at == 0 or at + 1 >= len(tokens):
        return False
    return tokens[at - 1].is_capital and (
        tokens[at + 1].is_capital or tokens[at + 1].low in words.determiners
    )


def _within(tokens: list[Token], start: int, end: int, verb: int, words: SpeechWords) -> Phrase | None:
    """The subject among tokens ``start:end``, the part of the clause before its verb."""
    while start < end and (tokens[start].low in words.skips or tokens[start].low in words.ands):
        start += 1
    if start >= end:
        return None
    if tokens[end - 1].low in words.pronouns:
        return Phrase(end - 1, end)
    if words.agreement == "english":
        return _english(tokens, start, end, words)
    if words.agreement == "german":
        return _german(tokens, start, end, words)
    return _slavic(tokens, start, end, agreement_of(tokens[verb].low, words), words)


def _german(tokens: list[Token], start: int, end: int, words: SpeechWords) -> Phrase | None:
    """The one part of the sentence that stands before a German verb, if it can be the subject."""
    if not can_begin(tokens, start, words):
        return None
    found = phrase_after(tokens, start, words)
    if found is None or found.last > end:
        return None
    lone = found.last - found.first == 1 and tokens[start].low in words.determiners
    rest = tokens[found.last] if found.last < end else None
    continues = rest is None or rest.low in words.prepositions | words.attached
    return found if continues and not lone else None


def first_of_clause(tokens: list[Token], end: int, words: SpeechWords) -> Phrase | None:
    """The subject that opens the German clause before "und": it holds for the verb after it too."""
    start = clause_start(tokens, end, words)
    while start < end and tokens[start].low in words.ands:
        start += 1
    if start >= end or not can_begin(tokens, start, words):
        return None
    found = phrase_after(tokens, start, words)
    lone = found and found.last - found.first == 1 and tokens[start].low in words.determiners
    return found if found and found.last < end and not lone else None


def _slavic(tokens: list[Token], start: int, end: int, agreement: str, words: SpeechWords) -> Phrase | None:
    while start < end and _is_date(tokens, start, words):
        start += 1
    if start == end:
        return None
    if tokens[start].low in words.prepositions:
        office = _office(tokens, start, end, agreement, words)
        return office or _nominative_after(tokens, start + 2, end, agreement, words)
    if not can_begin(tokens, start, words, agreement):
        return None
    found = phrase_after(tokens, start, words)
    if found and found.last < end and tokens[start].low.endswith(PARTICIPLES):
        return _nominative_after(tokens, found.last + 2, end, agreement, words)
    return Phrase(found.first, min(found.last, end)) if found else None


def _is_date(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    token = tokens[at]
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return token.low in words.times or (token.low.isdigit() and following in words.times)


def _nominative_after(
    tokens: list[Token], start: int, end: int, agreement: str, words: SpeechWords
) -> Phrase | None:
    """The first phrase from ``start`` on whose first word is surely in the nominative."""
    for at in range(start, end):
        if tokens[at - 1].low in words.prepositions or tokens[at].text.isdigit():
            continue
        if can_begin(tokens, at, words, agreement) and is_nominative(
            tokens, at, words, agreement, strict=True
        ):
            found = phrase_after(tokens, at, words)
            return Phrase(found.first, min(found.last, end)) if found else None
    return None


def _office(tokens: list[Token], start: int, end: int, agreement: str, words: SpeechWords) -> Phrase | None:
    """An office that speaks in the plural: "В Кремле заявили", "У міноборони повідомили"."""
    if agreement != "p" or tokens[start].low not in words.places:
        return None
    found = phrase_after(tokens, start + 1, words)
    if not found or found.last < end or tokens[start + 1].low in words.times:
        return None
    return found


def _english(tokens: list[Token], start: int, end: int, words: SpeechWords) -> Phrase | None:
    """The nouns right before the verb, up to an article or a word that is none of a phrase."""
    end = _before_time(tokens, start, end, words)
    if end == start or (start > 0 and tokens[start - 1].low in ("who", "which", "whose", "whom")):
        return None
    found = phrase_after(tokens, start, words)
    if found and found.last >= end and can_begin(tokens, start, words):
        return Phrase(start, end)
    first = end
    while first > start and end - first < MOST_WORDS:
        if tokens[first - 1].low in words.determiners:
            first -= 1
            if first - 1 <= start or tokens[first - 1].low not in words.attached - {"to"}:
                break
        elif _bars_noun(tokens, first, end, words):
            break
        first -= 1
    if first == end or not can_begin(tokens, first, words):
        return None
    return Phrase(first, end)


def _before_time(tokens: list[Token], start: int, end: int, words: SpeechWords) -> int:
    """``end`` without the time and the adverbs before it: "the minister | on Tuesday"."""
    while end > start and (tokens[end - 1].low in words.times or tokens[end - 1].low in words.skips):
        end -= 1
        if end > start and tokens[end].low in words.times and tokens[end - 1].low in words.prepositions:
            end -= 1
    return end


def _bars_noun(tokens: list[Token], first: int, end: int, words: SpeechWords) -> bool:
    """Whether the word before ``first`` cannot belong to the noun that begins there."""
    token = tokens[first - 1]
    if token.low in words.no_nouns:
        return True
    return first < end and tokens[first].is_capital and not token.is_capital


def _holds_verb(tokens: list[Token], first: int, last: int, words: SpeechWords) -> bool:
    return any(
        not token.is_capital and (token.low in words.verbs or token.low in words.passives)
        for token in tokens[first:last]
    )
