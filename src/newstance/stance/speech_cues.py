"""Signs of speech in a sentence: verbs of saying with their subjects, and phrases that name a source."""

from typing import NamedTuple

from newstance.stance.noun_phrases import Phrase, agreement_of, can_begin, phrase_after
from newstance.stance.speech_tokens import Kind, Token
from newstance.stance.speech_words import BEFORE_COMPOUND, SpeechWords
from newstance.stance.subjects import clause_start, first_of_clause, subject_after, subject_before

ANYWHERE = ("словам", "словами", "данным", "мнению")  # "по словам" needs no mark before it
ARTICLES = ("dem", "der", "den", "einem", "einer")
OBJECTS_NEAR = 25  # tokens within which a verb's second part stands ("teilte … mit")


class Cue(NamedTuple):
    """One sign of speech: its subject, how good a sign it is (0 is best), and what its verb agrees with."""

    phrase: Phrase | None
    rank: int
    agreement: str = ""


def best_cue(cues: list[Cue], tokens: list[Token], words: SpeechWords) -> Cue | None:
    """The cue whose subject holds the stance: the first with a subject, the press after all others."""

    def order(cue: Cue) -> tuple[bool, bool, int]:
        if cue.phrase is None:
            return True, True, cue.rank
        low = [token.low.strip("«»„“”\"'") for token in tokens[cue.phrase.first : cue.phrase.last]]
        return False, any(word in words.media for word in low), cue.rank

    return min(cues, key=order, default=None)


def find_cues(tokens: list[Token], words: SpeechWords) -> list[Cue]:
    """Every sign of speech outside quotation marks, in the order of the sentence."""
    cues = []
    for at, token in enumerate(tokens):
        if token.kind is not Kind.WORD:
            continue
        source = _source_at(tokens, at, words)
        if source:
            cues.append(source)
        elif token.low in words.after:
            cues.append(Cue(_phrase_up_to(tokens, at, words), 0))
        elif token.low in words.so and at and tokens[at - 1].text in (",", "–", "—", "-"):
            cues += _so(tokens, at, words)
        elif token.low in words.stands:
            cues += _document(tokens, at, words)
        elif not (token.is_capital and at) and _is_cue_verb(tokens, at, words):
            phrase = _subject(tokens, at, words)
            if phrase or (token.low in words.say and not _is_impersonal(tokens, at, words)):
                rank = 0 if token.low not in words.judge else 1
                cues.append(Cue(phrase, rank, agreement_of(token.low, words)))
    return cues


def _source_at(tokens: list[Token], at: int, words: SpeechWords) -> Cue | None:
    """The source named after a phrase such as "по словам" that begins at ``at``."""
    if words.compounds and tokens[at].low == BEFORE_COMPOUND and at + 1 < len(tokens):
        compound = tokens[at + 1]
        if compound.low.endswith(tuple(words.compounds)) and compound.low not in words.compounds:
            return Cue(Phrase(at + 1, at + 2), 0)
    phrases = words.sources.get(tokens[at].low, ())
    if not phrases:
        return None
    previous = tokens[at - 1] if at else None
    opens = (
        previous is None
        or previous.kind is not Kind.WORD
        or previous.low in words.clauses
        or previous.low in words.skips
    )
    for phrase in phrases:
        if words.agreement == "slavic" and not opens and phrase[-1] not in ANYWHERE:
            continue
        last = at + len(phrase)
        if tuple(token.low for token in tokens[at:last]) == phrase and last < len(tokens):
            if words.agreement == "german" and tokens[last].low in ("von", "vom"):
                last += 1
            if last < len(tokens) and tokens[last].low in words.clauses:
                return None
            return Cue(phrase_after(tokens, last, words), 0)
        if _is_of_pronoun(tokens, at, phrase, words):
            return Cue(None, 0)
    return None


def _is_of_pronoun(tokens: list[Token], at: int, phrase: tuple[str, ...], words: SpeechWords) -> bool:
    """Whether ``phrase`` stands at ``at`` with "his" in it: "по его словам", "nach seinen Angaben"."""
    if len(phrase) < 2 or at + 2 >= len(tokens) or tokens[at].low != phrase[0]:
        return False
    return tokens[at + 1].low in words.possessives and tokens[at + 2].low == phrase[1]


def _phrase_up_to(tokens: list[Token], at: int, words: SpeechWords) -> Phrase | None:
    """The phrase that ends before ``at``: "dem Minister zufolge"."""
    first = at
    while first > 0 and at - first < 6 and tokens[first - 1].kind is Kind.WORD:
        if tokens[first - 1].low in words.prepositions and tokens[first - 1].low not in words.attached:
            break
        first -= 1
        if tokens[first].low in ARTICLES and (first == 0 or tokens[first - 1].kind is not Kind.WORD):
            break
    return Phrase(first, at) if first < at else None


def _so(tokens: list[Token], at: int, words: SpeechWords) -> list[Cue]:
    """The speaker of "…, so X": only a name or a noun with its article, up to the next mark."""
    if at + 1 >= len(tokens) or not can_begin(tokens, at + 1, words):
        return []
    phrase = phrase_after(tokens, at + 1, words)
    if phrase is None or (phrase.last < len(tokens) and tokens[phrase.last].kind is Kind.WORD):
        return []
    return [Cue(phrase, 0)]


def _document(tokens: list[Token], at: int, words: SpeechWords) -> list[Cue]:
    """Who wrote what it stands in: "говорится в заявлении X", "в заявлении X говорится"."""
    for place in range(max(0, at - 10), min(len(tokens), at + 5)):
        if tokens[place].low in words.documents:
            phrase = phrase_after(tokens, place + 1, words) if place + 1 < len(tokens) else None
            if phrase and phrase.first <= at < phrase.last:
                phrase = Phrase(phrase.first, at) if phrase.first < at else None
            return [Cue(phrase, 0)] if phrase else []
    return []


def _is_cue_verb(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether ``at`` is a verb of speech here: with its second part, in the active, in no aside."""
    low = tokens[at].low
    if low in words.auxiliaries:
        return _has_part(tokens, at, words.participles, words) and not _is_aside(tokens, at, words)
    if low in words.split and _has_part(tokens, at, words.split[low], words):
        return not _is_aside(tokens, at, words)
    if low not in words.say and low not in words.judge:
        return False
    beside = tokens[max(0, at - 1) : at + 2]
    has_mark = any(near.kind is not Kind.WORD or near.low in words.clauses for near in beside)
    if low in words.marked and not has_mark:
        return False
    if words.agreement == "english" and tokens[at + 1 : at + 2] and tokens[at + 1].low in ("by", "of"):
        return False
    if words.agreement == "german" and _is_participle(tokens, at, words):
        return False
    if low in words.judge and any(token.low.endswith(tuple(words.unlike)) for token in tokens[at + 1 :]):
        return False
    return not _is_aside(tokens, at, words)


def _has_part(tokens: list[Token], at: int, parts: frozenset[str], words: SpeechWords) -> bool:
    """Whether one of ``parts`` stands in the clause after ``at``; in German at its end ("teilte … mit")."""
    for place in range(at + 1, min(len(tokens), at + OBJECTS_NEAR)):
        token = tokens[place]
        if token.kind is Kind.MARK and token.text in ",;:.!?" and words.agreement == "german":
            return False
        if token.low in parts:
            following = tokens[place + 1] if place + 1 < len(tokens) else None
            loose = words.agreement != "german" or token.low.startswith("da")
            if loose or following is None or following.kind is not Kind.WORD or following.low in words.ands:
                return True
    return False


def _is_participle(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether "verurteilt", "erklärt" belongs to a verb before it in its clause ("wurde … verurteilt")."""
    if not tokens[at].low.endswith("t"):
        return False
    first = clause_start(tokens, at, words)
    after = tokens[at + 1 : at + 2]
    near = [*tokens[first:at], *after]
    return any(token.low in words.passives or token.low in words.auxiliaries for token in near)


def _is_aside(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether the clause of ``at`` tells when, where or why, and not what the sentence says."""
    first = clause_start(tokens, at, words)
    if first == 0:
        return False
    opener = tokens[first - 1].low
    if opener in ("как", "як") and first > 2 and tokens[first - 2].text == ",":
        opener = tokens[first - 3].low
    return opener in words.asides


def _is_impersonal(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether the verb beside ``at`` is passive or has no one for its subject: "it is said"."""
    near = tokens[max(0, at - 3) : at] + tokens[at + 1 : at + 2]
    return any(token.low in words.passives or token.low in words.nobody for token in near)


def _subject(tokens: list[Token], at: int, words: SpeechWords) -> Phrase | None:
    """The subject of the verb at ``at``; before or after it, as the language and the marks have it."""
    previous = tokens[at - 1] if at else None
    if previous and _bars_subject(tokens, at, words):
        return None
    if words.agreement == "english":
        return _english_subject(tokens, at, words)
    if words.agreement == "german" and previous and previous.low in words.ands:
        return first_of_clause(tokens, at - 1, words)
    first = at
    while first and tokens[first - 1].low in words.skips:
        first -= 1
    follows = first == 0 or tokens[first - 1].kind is not Kind.WORD
    low = tokens[at].low
    if at + 1 < len(tokens) and tokens[at + 1].low in words.nominatives:
        return subject_after(tokens, at, words)
    order = [subject_after, subject_before] if follows else [subject_before, subject_after]
    if words.agreement == "slavic" and (low in words.judge or (low in words.takes_object and not follows)):
        order.remove(subject_after)
    return next((phrase for find in order if (phrase := find(tokens, at, words))), None)


def _bars_subject(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether the word before the verb takes its subject away: a passive, a negation, "and", "who"."""
    low = tokens[at - 1].low
    if words.agreement == "english" and (low == "to" or _is_infinitive(tokens, at + 1)):
        return True
    if (low in words.passives and words.agreement != "slavic") or low in ("не", "ни", "ні", "nicht", "not"):
        return True
    if words.agreement == "german":
        return False
    return low in words.ands or (low in words.clauses and low not in ("что", "що", "как", "як"))


def _is_infinitive(tokens: list[Token], at: int) -> bool:
    """Whether "to be" or "to have" begins at ``at``: "rebels said to be near"."""
    return tuple(token.low for token in tokens[at : at + 2]) in (("to", "be"), ("to", "have"))


def _english_subject(tokens: list[Token], at: int, words: SpeechWords) -> Phrase | None:
    previous = tokens[at - 1] if at else None
    if previous is None or previous.kind is not Kind.WORD or previous.low in ("as", "so"):
        low = tokens[at].low
        phrase = None if low in words.judge or low in words.takes_object else subject_after(tokens, at, words)
        if phrase and _closes(tokens, phrase.last, words):
            return phrase
        if previous is None or previous.text != ",":
            return None
    return subject_before(tokens, at, words)


def _closes(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether what follows a subject after its verb is no verb of its own."""
    if at >= len(tokens) or tokens[at].kind is not Kind.WORD:
        return True
    low = tokens[at].low
    return low in words.prepositions or low in words.clauses or low in words.times
