"""Noun phrases beside a verb of speech: who may be its subject, by small rules instead of a parser.

A phrase begins with a word that can be a subject (by its ending in Russian and Ukrainian, by its article or
capital in German and English), and ends at a mark, a verb, or a preposition that opens another part of the
sentence ("the minister | in an interview"). None is returned where the rules do not fit.
"""

from typing import NamedTuple

from newstance.stance.speech_tokens import Kind, Token
from newstance.stance.speech_words import SpeechWords

MOST_WORDS = 8
MOST_BETWEEN = 18  # tokens of a passage between two commas, inside a subject and its verb
OBLIQUE = ("ому", "ему", "ого", "его", "ым", "ыми", "ими", "ами", "ями", "ах", "ях", "ам", "ям", "ую", "юю")
OBLIQUE_UK = ("ому", "ьому", "ого", "ими", "ами", "ями", "ах", "ях", "ам", "ям", "ую", "ою", "их")
LOWER_OBLIQUE = ("ов", "ев", "ых", "их", "ом", "ем", "ою", "ею", "у", "ю", "ів", "їв")
VERBAL_NOUNS = ("ания", "ения", "ции", "сти", "ания", "ення", "ання", "ції", "ості")
MASCULINE_ENDS = "бвгджзйклмнпрстфхцчшщьґ"
ADJECTIVES = {
    "m": ("ый", "ий", "ой", "ій"),
    "f": ("ая", "яя"),
    "p": ("ые", "ие"),
    "n": ("ое", "ее"),
}
NOUN_ENDS = {"m": MASCULINE_ENDS, "f": "аяьй", "p": "ыиаяеіїє", "n": "оеє"}


OTHER_CASES = (
    "dem",
    "den",
    "des",
    "einem",
    "einen",
    "eines",
    "diesem",
    "diesen",
    "keinen",
    "keinem",
    "jeden",
    "jedem",
)
GENITIVE = ("der", "des", "eines", "einer", "dieser", "seiner", "ihrer")
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


class Phrase(NamedTuple):
    """Tokens ``first:last``."""

    first: int
    last: int


def agreement_of(verb: str, words: SpeechWords) -> str:
    """Gender or number that a Russian or Ukrainian verb asks of its subject: m, f, n, p; "" says nothing."""
    if words.agreement != "slavic":
        return ""
    verb = verb.removesuffix("ся").removesuffix("сь")
    for ending, kind in (("ла", "f"), ("ло", "n"), ("ли", "p"), ("л", "m"), ("в", "m")):
        if verb.endswith(ending):
            return kind
    plural = ("ут", "ют", "ат", "ят", "уть", "ють", "ать", "ять", "ены", "ені", "ані")
    return "p" if verb.endswith(plural) else ""


def phrase_after(tokens: list[Token], at: int, words: SpeechWords) -> Phrase | None:
    """The phrase whose first word is token ``at``, in whatever case it stands."""
    last = at
    n_words = 0
    while last < len(tokens) and n_words < MOST_WORDS and not _ends_phrase(tokens, last, at, words):
        last += 1
        n_words += 1
    while last > at and tokens[last - 1].low in words.prepositions | words.attached | words.ands:
        last -= 1
    return Phrase(at, last) if last > at else None


def _ends_phrase(tokens: list[Token], at: int, first: int, words: SpeechWords) -> bool:
    token = tokens[at]
    low = token.low
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.kind is not Kind.WORD:
        return not _joins_initials(tokens, at)
    if low in words.ands:
        return not (following and following.is_capital and at > first and tokens[at - 1].is_capital)
    if at > first and (low in words.clauses or low in words.pronouns or low in words.nobody):
        return True
    if at > first and not token.is_capital and (low in words.verbs or low in words.passives):
        return True
    if at > first and not token.is_capital and low in words.skips | words.recipients | words.auxiliaries:
        return True
    if words.agreement == "german" and at > first and _is_past_noun(tokens, at, words):
        return True
    if low in words.prepositions or low in words.attached or low in words.places:
        return at == first or not _attaches(low, following, words)
    return low in words.times and at == first


def _is_past_noun(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    """Whether a small word follows a German noun and is no article or preposition that goes on with it."""
    token = tokens[at]
    if token.is_capital or not tokens[at - 1].is_capital:
        return False
    return not (token.low in GENITIVE or token.low in words.attached or token.low in words.places)


def _joins_initials(tokens: list[Token], at: int) -> bool:
    """Whether the mark at ``at`` stands inside a name, as a dot after an initial."""
    return tokens[at].text == "." and 0 < at < len(tokens) - 1 and len(tokens[at - 1].text) == 1


def _attaches(preposition: str, following: Token | None, words: SpeechWords) -> bool:
    """Whether a preposition goes on with the phrase: "врач из Алеппо", "the minister in Kyiv"."""
    if following is None or following.low in words.times or following.kind is not Kind.WORD:
        return False
    return preposition in words.attached or (preposition in words.places and following.is_capital)


def subject_after(tokens: list[Token], verb: int, words: SpeechWords) -> Phrase | None:
    """The subject that follows the verb: "…, сказал X", "said X", "sagte X"."""
    agreement = agreement_of(tokens[verb].low, words)
    at = _past_adjuncts(tokens, verb + 1, words)
    office = _office_after(tokens, verb + 1, agreement, words)
    if office:
        return office
    if at >= len(tokens) or not can_begin(tokens, at, words, agreement):
        return None
    return phrase_after(tokens, at, words)


def _office_after(tokens: list[Token], at: int, agreement: str, words: SpeechWords) -> Phrase | None:
    """An office after a verb in the plural: "…, сообщили в Кремле", "считают в совете"."""
    while at < len(tokens) and tokens[at].low in words.skips | words.recipients:
        at += 1
    if at + 2 < len(tokens) and tokens[at].low in words.places and tokens[at + 1].low in words.times:
        at += 2
    if agreement != "p" or at + 1 >= len(tokens) or tokens[at].low not in words.places:
        return None
    found = phrase_after(tokens, at + 1, words)
    closed = found and (found.last == len(tokens) or tokens[found.last].kind is not Kind.WORD)
    return found if closed else None


def _past_adjuncts(tokens: list[Token], at: int, words: SpeechWords) -> int:
    """The first token from ``at`` on that is no adverb, no time, no place and nobody who is told."""
    while at < len(tokens) and tokens[at].kind is Kind.WORD:
        low = tokens[at].low
        if low in words.skips or low in words.times or low.isdigit():
            at += 1
        elif low in words.recipients:
            at += 1
            named = at + 1 < len(tokens) and words.agreement == "slavic" and _is_foreign_name(tokens[at])
            at += named
        elif low in words.topics:
            return len(tokens)  # what is spoken of follows, and hides where the subject begins
        elif low in words.prepositions and words.agreement != "english":
            end = _end_of_adjunct(tokens, at, words)
            if end == at:
                return at
            at = end
        else:
            return at
    return at


def _is_foreign_name(token: Token) -> bool:
    return token.kind is Kind.WORD and (token.text[0] in '«„“"' or (token.text.isascii() and token.is_capital))


def _end_of_adjunct(tokens: list[Token], at: int, words: SpeechWords) -> int:
    """Where the preposition's part ends: after its noun; ``at`` itself where no noun is found."""
    end = at + 1
    while end < len(tokens) and tokens[end].kind is Kind.WORD:
        token = tokens[end]
        end += 1
        if words.agreement == "german":
            if token.is_capital:
                return end
        elif not token.low.endswith(("ом", "ем", "ой", "ей", "ий", "ых", "их", "ому", "ему", "ій")) or not _is_adjective(tokens, end - 1):
            return end
    return at


def _is_adjective(tokens: list[Token], at: int) -> bool:
    """Whether an oblique word is followed by another one that agrees with it."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return (
        following is not None
        and following.kind is Kind.WORD
        and not following.is_capital
        and (
            tokens[at].low.endswith(("ом", "ем", "ой", "ей", "ых", "их", "ому", "ему", "ій"))
            and following.low.endswith(("е", "и", "у", "ю", "ах", "ях", "ом", "ем", "і", "ї"))
        )
    )


def can_begin(tokens: list[Token], at: int, words: SpeechWords, agreement: str = "") -> bool:
    """Whether token ``at`` can be the first word of a subject."""
    token = tokens[at]
    low = token.low
    if token.kind is not Kind.WORD or low in words.nobody or low in words.clauses or low in words.times:
        return False
    if low in words.pronouns:
        return True
    if low in words.prepositions or low in words.passives or low in words.ands or low in words.skips:
        return False
    if not token.is_capital and (low in words.verbs or low in words.recipients):
        return False
    if words.agreement == "german":
        return _begins_german(tokens, at, words)
    if words.agreement == "slavic" and low in words.possessives:
        return at + 1 < len(tokens) and is_nominative(tokens, at + 1, words, agreement, strict=True)
    return words.agreement != "slavic" or is_nominative(tokens, at, words, agreement)


def _begins_german(tokens: list[Token], at: int, words: SpeechWords) -> bool:
    token = tokens[at]
    if token.low in words.determiners or token.is_capital:
        return token.low not in OTHER_CASES
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return token.low.endswith(("e", "er")) and following is not None and following.is_capital


def is_nominative(
    tokens: list[Token], at: int, words: SpeechWords, agreement: str, strict: bool = False
) -> bool:
    """Whether a Russian or Ukrainian word can stand in the nominative and agree with the verb.

    ``strict`` asks for an ending that agrees; otherwise only endings of other cases are refused.
    """
    token = tokens[at]
    low = token.low.strip("«„“»”\"'")
    if token.text[0] in '«„“"':
        return not low.endswith(("у", "ю"))
    if low in words.nominatives or not low[-1:].isalpha() or low.isascii():
        return True
    if (token.is_capital and low.isupper()) or token.text.isupper():
        return True
    oblique = OBLIQUE if words.lang.startswith("ru") else OBLIQUE_UK
    if len(low) > 4 and low.endswith(oblique):
        return False
    if not token.is_capital and low.endswith((*LOWER_OBLIQUE, "сь")):
        return False
    if low.endswith(("ой", "ей")) and agreement != "m" and not token.is_capital:
        return False
    if token.is_capital and low.endswith(("у", "ю")) and not strict:
        return False
    if not agreement:
        return (
            not strict
            or (low.endswith(tuple(NOUN_ENDS["m"] + NOUN_ENDS["f"]))
            and not low.endswith(VERBAL_NOUNS))
        )
    return _agrees(token, low, agreement, strict)


def _agrees(token: Token, low: str, agreement: str, strict: bool) -> bool:
    if agreement == "p":
        return token.is_capital or low[-1] in NOUN_ENDS["p"]
    if any(low.endswith(ends) for kind, ends in ADJECTIVES.items() if kind != agreement) and not (
        (agreement == "f" and low.endswith(("ый", "ий"))) or token.is_capital
    ):
        return False
    if low.endswith(VERBAL_NOUNS) and strict:
        return False
    if token.is_capital and not strict:
        return True
    ends = NOUN_ENDS[agreement] + ("бвгджзклмнпрстфхцчшщ" if agreement == "f" and not strict else "")
    return low[-1] in ends


def subject_before(tokens: list[Token], verb: int, words: SpeechWords) -> Phrase | None:
    """The subject that stands before the verb: "X заявил, что", "X said", "X sagte"."""
    end = verb
    while end > 0 and tokens[end - 1].low in words.skips | words.auxiliaries:
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
    """Where the clause that ends before ``end`` starts: after a mark, a quotation or a word that opens one."""
    at = end
    while at > 0:
        token = tokens[at - 1]
        if token.kind is not Kind.WORD and not _joins_initials(tokens, at - 1):
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
    while start < end and tokens[start].low in words.skips | words.ands:
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
    while (
        end - 2 >= start and tokens[end - 1].low in words.times and tokens[end - 2].low in words.prepositions
    ):
        end -= 2
    while end > start and tokens[end - 1].low in words.times | words.skips:
        end -= 1
    found = phrase_after(tokens, start, words)
    if start > 0 and tokens[start - 1].low in ("who", "which", "whose", "whom"):
        return None
    if found and found.last >= end and can_begin(tokens, start, words):
        return Phrase(start, end)
    first = end
    while first > start and end - first < MOST_WORDS:
        token = tokens[first - 1]
        if token.low in words.determiners:
            first -= 1
            if not (
                first - 2 >= start
                and tokens[first - 1].low in words.attached
                and tokens[first - 1].low != "to"
            ):
                break
            first -= 1
        elif token.low in words.prepositions or token.low in words.passives or token.low in words.verbs or token.low in words.pronouns or token.low in words.skips or (first < end and token.is_capital != tokens[first].is_capital and not token.is_capital):
            break
        else:
            first -= 1
    if first == end or not can_begin(tokens, first, words):
        return None
    return Phrase(first, end)


def _holds_verb(tokens: list[Token], first: int, last: int, words: SpeechWords) -> bool:
    return any(
        not token.is_capital and (token.low in words.verbs or token.low in words.passives)
        for token in tokens[first:last]
    )
