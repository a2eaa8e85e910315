"""Noun phrases of a sentence: where one may begin and where it ends, by small rules instead of a parser.

A phrase begins with a word that can be a subject (by its ending in Russian and Ukrainian, by its article or
capital in German and English), and ends at a mark, a verb, or a preposition that opens another part of the
sentence ("the minister | in an interview"). None is returned where the rules do not fit.
"""

from typing import NamedTuple

from newstance.stance.speech_tokens import Kind, Token
from newstance.stance.speech_words import SpeechWords

MOST_WORDS = 8
OBLIQUE = ("ому", "ему", "ого", "его", "ым", "ыми", "ими", "ами", "ями", "ах", "ях", "ам", "ям", "ую", "юю")
OBLIQUE_UK = ("ому", "ьому", "ого", "ими", "ами", "ями", "ах", "ях", "ам", "ям", "ую", "ою", "их")
LOWER_OBLIQUE = ("ов", "ев", "ых", "их", "ом", "ем", "ою", "ею", "у", "ю", "ів", "їв")
OBLIQUE_ADJECTIVES = ("ом", "ем", "ой", "ей", "ых", "их", "ому", "ему", "ій")
VERBAL_NOUNS = ("ания", "ения", "ции", "сти", "ення", "ання", "ції", "ості")
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
    while last > at and tokens[last - 1].low in words.joins:
        last -= 1
    return Phrase(at, last) if last > at else None


def _ends_phrase(tokens: list[Token], at: int, first: int, words: SpeechWords) -> bool:
    token = tokens[at]
    low = token.low
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.kind is not Kind.WORD:
        return not joins_initials(tokens, at)
    if low in words.ands:
        return not (following and following.is_capital and at > first and tokens[at - 1].is_capital)
    if at > first and (low in words.clauses or low in words.pronouns or low in words.nobody):
        return True
    if at > first and not token.is_capital and (low in words.verbs or low in words.passives):
        return True
    if at > first and not token.is_capital and low in words.fillers:
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


def joins_initials(tokens: list[Token], at: int) -> bool:
    """Whether the mark at ``at`` stands inside a name, as a dot after an initial."""
    return tokens[at].text == "." and 0 < at < len(tokens) - 1 and len(tokens[at - 1].text) == 1


def _attaches(preposition: str, following: Token | None, words: SpeechWords) -> bool:
    """Whether a preposition goes on with the phrase: "врач из Алеппо", "the minister in Kyiv"."""
    if following is None or following.low in words.times or following.kind is not Kind.WORD:
        return False
    return preposition in words.attached or (preposition in words.places and following.is_capital)


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
        return not strict or (
            low.endswith(tuple(NOUN_ENDS["m"] + NOUN_ENDS["f"])) and not low.endswith(VERBAL_NOUNS)
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


def past_adjuncts(tokens: list[Token], at: int, words: SpeechWords) -> int:
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
    return token.kind is Kind.WORD and (
        token.text[0] in '«„“"' or (token.text.isascii() and token.is_capital)
    )


def _end_of_adjunct(tokens: list[Token], at: int, words: SpeechWords) -> int:
    """Where the preposition's part ends: after its noun; ``at`` itself where no noun is found."""
    end = at + 1
    while end < len(tokens) and tokens[end].kind is Kind.WORD:
        token = tokens[end]
        end += 1
        if words.agreement == "german":
            if token.is_capital:
                return end
        elif not _is_adjective(tokens, end - 1):
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
            tokens[at].low.endswith(OBLIQUE_ADJECTIVES)
            and following.low.endswith(("е", "и", "у", "ю", "ах", "ях", "ом", "ем", "і", "ї"))
        )
    )
