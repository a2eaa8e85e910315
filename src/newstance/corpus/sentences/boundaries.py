"""Is there a sentence boundary here? The rules that razdel and sentencex lack, one function each.

A rule looks at a ``gaps.Gap`` and says ``True`` (a sentence ends), ``False`` (it
goes on) or ``None`` (no opinion). The first opinion counts. The convention: a quotation with its
attribution is one sentence («Мы готовы!» — сказал он.), several sentences between one pair of quotation
marks are several, a colon or a semicolon ends nothing.
"""

import re

from newstance.corpus.sentences.gaps import BACK, MARKS, Gap
from newstance.corpus.sentences.lexicon import Lexicon

CLOSING_QUOTES = "»«”“\"'’"
COUNTED = re.compile(r"(?:\d|^[(–—-]?[IVXLCХІ–—-]+|\d-|/|^(?:[ийіu]|та))$")
NUMBER = re.compile(r"\d+|[IVXL]{2,}")
ORDINAL = re.compile(r"(?:(\w+)\s|^|[\s(])(\d{1,2}|[IVX]+)$")
BULLET = re.compile(r"[(\[]?(?:\d{1,3}|[IVX]{1,4}|[^\W\d_])(?:[.)]\d{1,2})*")
DOMAIN = re.compile(r"(?:Ru|Ру|Рф|Com|Net|Org|Info|Ua|By|Kz|Uz|De|Fr|Uk|Tv|Fm|Js|Io|Py)$")
LATIN = re.compile("[0-9A-Za-zÀ-ɏ]")
INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.[\s-]?)*[^\W\d_]$")
SHORTER = re.compile(r"^[^.'’-]*(?:[.'’-]+|$)")
DATELINE = re.compile(r"[^\W\d_][^.!?:;]{1,50}(?:,[^!?:;]*\d[^!?:;]*|\([^)]*\))")
SURNAME = re.compile(
    r"[А-ЯЁІЇЄҐ][а-яёіїєґ’']+(?:[оеё]в|[иы]н|[оеё]ва|[иы]на|с?кий|цкий|ская|цкая|ко|у?к|як|ич|ян|дзе|швили)"
    r"(?:а|у|е|ым|ой|ого|ому)?$"
)


def glued(gap: Gap, words: Lexicon) -> bool | None:
    """``сказал он.Потом`` lost its space; ``Яндекс.Музыка``, ``lenta.Ru`` and file names did not."""
    if gap.cut > gap.stop or gap.line[gap.cut - 1] not in MARKS:
        return None
    word = gap.word
    if len(word) < 2 or not (word[0].isupper() and word[1].islower()) or gap.sign != gap.line[gap.cut - 1]:
        return False
    if gap.sign == "." and (gap.token not in gap.head.split()[-1:] or not gap.token[:1].islower()):
        return gap.starts(words) and abbreviation(gap, words) is None
    return not DOMAIN.match(word) and abbreviation(gap, words) is not False


def goes_on(gap: Gap, words: Lexicon) -> bool | None:
    """A lower-case word, or nothing but marks, continues the sentence."""
    if gap.lower:
        return False
    follows = gap.line[gap.after.end() : gap.after.end() + 1]
    return False if not gap.word and (not follows or follows in ".!?…,;:)»”，。；：、）") else None


def bullet(gap: Gap, words: Lexicon) -> bool | None:
    """``1.`` and ``a)`` at the start belong to what they number."""
    short = gap.mark - gap.start < 8 and gap.sign == "."
    return False if short and not gap.closers and BULLET.fullmatch(gap.head.strip()) else None


def dash(gap: Gap, words: Lexicon) -> bool | None:
    """A dash and a capital: inside a quotation and after a dateline the sentence goes on."""
    if not gap.after[1]:
        return None
    if gap.quoted and not gap.closers:
        return False
    place = gap.start == 0 and gap.mark < 80 and gap.sign == "." and DATELINE.fullmatch(gap.head)
    return False if place else None


def bracket(gap: Gap, words: Lexicon) -> bool | None:
    """After ``.)`` the sentence goes on where the bracket opened in its middle."""
    if ")" not in gap.closers and "]" not in gap.closers:
        return None
    opened = gap.opened(")" if ")" in gap.closers else "]")
    return not (opened > gap.start and gap.line[max(gap.start, opened - BACK) : opened].strip("«„“\"' "))


def closing_quote(gap: Gap, words: Lexicon) -> bool | None:
    """After ``!»`` only an attribution, or the rest of a sentence with a title in it, goes on."""
    if not gap.closers or gap.closers[-1] not in CLOSING_QUOTES:
        return None
    opened = gap.opened(gap.closers[-1])
    if opened > gap.start:
        before = gap.line[max(gap.start, opened - BACK) : opened].strip()
        cased = gap.word[:1].isupper() or not gap.word
        return cased or gap.sign == "." or not before or before[-1] in ":,،"
    before = gap.line[max(0, opened - 5) : max(0, opened)].rstrip()
    return before.endswith(":") or not attribution(gap, words)


def attribution(gap: Gap, words: Lexicon) -> bool:
    """Whether a verb of speech is among the next four words: "Stop!" Mayor Jones said."""
    if not words.speech or gap.starts(words) or (gap.sign == "." and gap.word[:1].isupper()):
        return False
    rest = re.split(r"[.!?؟…«\"“]", gap.line[gap.cut : gap.cut + 80], maxsplit=1)[0]
    return any(word.startswith(words.speech) for word in rest.split()[:4])


def abbreviation(gap: Gap, words: Lexicon) -> bool | None:
    """A full stop after an abbreviation of the language."""
    if gap.sign != "." or gap.closers or not gap.token or gap.mark + 1 != gap.stop:
        return None
    token = gap.token
    while token:  # "кв.м" and "м" of "тыс.кв.м"
        for form in (
            (token, token.lower()) if len(token) > 1 else (token,)
        ):  # one capital is an initial, not "г."
            verdict = listed(gap, form, words)
            if verdict is not None:
                return verdict
        token = SHORTER.sub("", token)
    compound = gap.word.isdigit() and words.endings and gap.token.endswith(words.endings)
    return False if compound else None


def listed(gap: Gap, token: str, words: Lexicon) -> bool | None:
    """What the lists of the language say of ``token`` before the full stop."""
    if token in words.either:
        before = word_before(gap, token, words)
        year = token in words.dates and not re.search(r"(?:^|\D)\d{1,3}$", before)
        article = gap.word.isdigit() and not year  # "ч. 2 ст. 285"
        return ends(gap, token, words) if COUNTED.search(before) and not article else False
    if token in words.places:
        return word_before(gap, token, words)[:1].isupper()
    if token in words.heads:
        return False
    if token in words.doubtful:
        return gap.starts(words)
    if token in words.names:
        return gap.starts(words) or not gap.word
    if token in words.numeric:
        return False if NUMBER.fullmatch(gap.word) else ends(gap, token, words)
    return ends(gap, token, words) if token in words.tails else None


def word_before(gap: Gap, token: str, words: Lexicon) -> str:
    """The word before the abbreviation; "0" for a word of number, nothing for a frequent first word."""
    before = gap.line[max(gap.start, gap.mark - len(token) - 20) : gap.mark - len(token)].split()
    word = before[-1] if before else ""
    plain = word.rstrip(".").lower()
    return "0" if plain in words.numeric else "" if plain in words.starters and len(plain) > 1 else word


def ends(gap: Gap, token: str, words: Lexicon) -> bool:
    """Whether an abbreviation that may end a sentence does so before a capital or a number."""
    if gap.word in words.joined or gap.after[1]:
        return False
    so_far = gap.head.split()
    opening = token in words.dates and len(so_far) <= 5 and so_far[0].lower() in words.openers
    return not opening


def initials(gap: Gap, words: Lexicon) -> bool | None:
    """``Дж. Р. Р. Толкин``, ``J.M.W. Turner`` go on; ``Петров В. С. Вторую`` and ``корп. Б. Пришло`` end."""
    last = re.split("[.-]", gap.token)[-1]
    if gap.sign != "." or gap.closers or len(last) != 1 or not last.isalpha() or last.islower():
        return None
    so_far = INITIALS.sub("", gap.head).split()
    before = so_far[-1] if so_far else ""
    if before.strip(".").lower() in words.lettered or gap.starts(words):
        return True
    return bool(SURNAME.match(before)) and not SURNAME.match(gap.word) and len(gap.word) != 1


def script_change(gap: Gap, words: Lexicon) -> bool | None:
    """``D.C. Пелоси``, ``letter A. وقال``: Latin letters are no abbreviation of another script's text."""
    return True if gap.token.isascii() and gap.token and gap.word and not LATIN.match(gap.word) else None


def ordinal(gap: Gap, words: Lexicon) -> bool | None:
    """``am 3. Oktober`` goes on where the language writes ordinals so; ``Platz 3. Dahinter`` does not."""
    if not words.ordinals or gap.sign != "." or gap.closers:
        return None
    match = ORDINAL.search(gap.head, max(0, len(gap.head) - 24))
    if match is None:
        return None
    noun = match[1] and match[1][0].isupper() and match[1].lower() not in words.starters
    return gap.starts(words) or not gap.word or bool(noun and match[2].isdigit())


def number(gap: Gap, words: Lexicon) -> bool | None:
    """``12. 04. 2016`` is one date."""
    return (
        False if gap.sign == "." and gap.word.isdigit() and re.search(r"(?:^|\D)\d\d?$", gap.head) else None
    )


def ellipsis(gap: Gap, words: Lexicon) -> bool | None:
    """After an ellipsis a script without capitals goes on with a conjunction."""
    dots = gap.line[gap.mark : gap.stop].startswith(("…", "..", "...")) and not gap.word[:1].isupper()
    return False if dots and gap.word in words.links else None


def ordinary(gap: Gap, words: Lexicon) -> bool | None:
    """A mark after what cannot be an abbreviation ends the sentence; the rest is left to the library."""
    doubtful = gap.sign == "." and not gap.closers and 0 < len(gap.token) < 6 and not gap.quoted
    return None if doubtful and not gap.starts(words) and not gap.token.isupper() else True


RULES = (
    glued,
    goes_on,
    bullet,
    dash,
    bracket,
    closing_quote,
    abbreviation,
    script_change,
    initials,
    ordinal,
    number,
    ellipsis,
    ordinary,
)


def decide(gap: Gap, words: Lexicon) -> bool | None:
    """The first opinion of the rules; ``None`` where the library that splits the language decides.

    The full stops of Chinese, Hindi and others end a sentence, unless an attribution follows the quotation.
    """
    if gap.sign not in MARKS:
        after = gap.line[gap.cut : gap.cut + 12]
        said = gap.closers and any(verb + "。" in after for verb in words.speech)
        return not said and goes_on(gap, words) is None
    for rule in RULES:
        verdict = rule(gap, words)
        if verdict is not None:
            return verdict
    return None
