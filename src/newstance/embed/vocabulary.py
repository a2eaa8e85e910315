"""The vocabulary of a static encoder: whole words by balanced counts, and pieces for the rest.

A static encoder knows no context, so a word that is one token keeps its meaning and a word cut in
pieces loses it. Tokens are therefore chosen by counting: words of every language, then beginnings
and endings of words, then runs of characters for scripts without spaces. The tokens go into a Unigram
model (Kudo 2018, arXiv:1804.10959) with their log frequencies, which takes the whole word where it
knows it and the likeliest pieces where it does not.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from unicodedata import category
from zlib import crc32

import numpy as np

UNKNOWN = "<unk>"
START = "▁"
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
LONGEST_KEPT, NEVER = 4, -100.0
LONGEST_WORD, LONGEST_START, LONGEST_END, LONGEST_RUN = 24, 9, 5, 4
SHARES = {"word": 0.72, "start": 0.12, "end": 0.04, "run": 0.12}


def new_tokenizer():
    """A tokenizer without tokens: normalisation that makes spellings of one word meet, then words."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram([(UNKNOWN, 0.0)], 0))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            # Arabic vowel marks and tatweel, Hebrew points, the dot that lower-casing İ leaves
            normalizers.Replace(Regex("[\u064b-\u0652\u0670\u0640\u0591-\u05c7\u0307\u00ad]"), ""),
            normalizers.Replace(Regex("[أإآٱ]"), "ا"),
            normalizers.Replace(Regex("[يى]"), "ی"),
            normalizers.Replace("ك", "ک"),
            normalizers.Replace("ё", "е"),
            # the apostrophe inside a Ukrainian or Belarusian word
            normalizers.Replace(Regex("(?<=[а-яіїєґў])['’ʼ`](?=[а-яіїєґў])"), ""),
        ]
    )
    # Punctuation says little of the subject and would only dilute the mean: it is dropped.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{M}\p{N}]+"), "removed"),
            pre_tokenizers.Split(Regex(r"\p{N}+"), "isolated"),
            pre_tokenizers.Metaspace(prepend_scheme="always", split=False),
        ]
    )
    return tokenizer


def build_vocabulary(texts_of: Mapping[str, Iterable[str]], size: int, balance: float):
    """A tokenizer of at most ``size`` tokens over the texts of each language.

    A language with n words weighs n ** ``balance``: 1 takes words as they come, 0 gives each
    language the same, so that poor languages get their words too.
    """
    from tokenizers import models

    tokenizer = new_tokenizer()
    words: dict[str, float] = defaultdict(float)
    for texts in texts_of.values():
        counts = Counter(_words(texts, tokenizer.normalizer))
        weight = max(sum(counts.values()), 1) ** (balance - 1)
        for word, count in counts.items():
            words[word] += count * weight
    if not words:
        raise ValueError(
            f"the texts of {sorted(texts_of)} hold no word, so there is no vocabulary to choose."
        )
    tokens = _choose(words, size)
    total = sum(tokens.values())
    pieces = [(UNKNOWN, 0.0)] + [
        (token, round(float(np.log(weight / total)), 2))
        for token, weight in sorted(tokens.items(), key=lambda item: (-item[1], item[0]))
    ]
    tokenizer.model = models.Unigram(pieces, unk_id=0, byte_fallback=False)
    return tokenizer


def in_pieces(tokenizer, drop: float = 0.7):
    """A tokenizer of the same ids that leaves out a fixed share of the long tokens, so that words are
    cut in pieces now and then. Pieces learn from the words that hold them, and a form that was never
    seen is the sum of pieces that mean something (subword regularisation, Kudo 2018)."""
    from tokenizers import Tokenizer

    rare = json.loads(tokenizer.to_str())
    for piece in rare["model"]["vocab"]:
        dropped = crc32(piece[0].encode()) % 1000 < 1000 * drop
        if dropped and len(piece[0]) > LONGEST_KEPT and not UNSPACED.search(piece[0]):
            piece[1] = NEVER
    return Tokenizer.from_str(json.dumps(rare))


@cache
def _word() -> re.Pattern[str]:
    """Numbers, or letters with their marks: to ``re`` the vowel signs of Devanagari are no part of a word."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if category(chr(code)) in ("Mn", "Mc"))
    return re.compile(rf"\d+|[^\W\d_](?:[^\W\d_]|[{marks}])*")


def _words(texts: Iterable[str], normalizer) -> Iterator[str]:
    for text in texts:
        yield from _word().findall(normalizer.normalize_str(text))


def _choose(words: Mapping[str, float], size: int) -> dict[str, float]:
    """Tokens and weights: single characters first, which are always kept, then the best of each kind,
    then more words."""
    kinds: dict[str, dict[str, float]] = {kind: defaultdict(float) for kind in SHARES}
    characters: dict[str, float] = defaultdict(float)
    for word, weight in words.items():
        for character in word:
            characters[character] += weight
        if UNSPACED.search(word):
            _count_runs(word, weight, kinds["run"])
        else:
            _count_parts(word, weight, kinds)
    single = {character: weight * 0.01 for character, weight in _most(characters, size // 2)}
    single[START] = min(single.values(), default=1.0)
    tokens: dict[str, float] = {}
    for kind, share in SHARES.items():
        # a piece is worth taking only where the word is not known
        worth = 1.0 if kind in ("word", "run") else 0.02
        for token, weight in _most(kinds[kind], int(size * share)):
            tokens[token] = max(tokens.get(token, 0.0), weight * worth)
    for token, weight in _most(kinds["word"], size):
        tokens.setdefault(token, weight)
        if len(tokens) >= size:
            break
    room = size - 1 - len(single)
    return single | dict(_most({one: tokens[one] for one in tokens if one not in single}, room))


def _most(weights: Mapping[str, float], n: int) -> list[tuple[str, float]]:
    """The ``n`` heaviest, ties by the alphabet."""
    return sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:n]


def _count_parts(word: str, weight: float, kinds: dict[str, dict[str, float]]) -> None:
    if len(word) <= LONGEST_WORD:
        kinds["word"][START + word] += weight
    for length in range(2, min(len(word), LONGEST_START + 1)):
        kinds["start"][START + word[:length]] += weight * length
    for length in range(1, min(len(word) - 1, LONGEST_END) + 1):
        kinds["end"][word[-length:]] += weight


def _count_runs(word: str, weight: float, runs: dict[str, float]) -> None:
    """Runs of characters inside text without spaces; longer ones must earn their place."""
    marked = START + word
    for length in range(2, LONGEST_RUN + 1):
        for start in range(len(marked) - length + 1):
            run = marked[start : start + length]
            if run.rfind(START) <= 0:
                runs[run] += weight
