"""The vocabulary of a static encoder: whole words by balanced counts, and stems and endings for the rest.

A static encoder knows no context, so a word that is one token keeps its meaning and a word cut in
pieces loses it. But forms of words are many, and most are rare. Tokens are therefore chosen by counting,
languages weighed by size: the commonest words of every language, then stems and endings (``stems``) of the
others; for scripts without spaces, words that a Unigram model finds (Kudo 2018, arXiv:1804.10959). A word
is read as the longest token that fits, then the longest that fits the rest, and so on (the ``WordPiece``
model of tokenizers; a Unigram model of as many tokens takes twice as long to load).
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise, repeat
from typing import NamedTuple
from unicodedata import category
from zlib import crc32

from newstance.embed.stems import Split, find_stems

UNKNOWN = "<unk>"
START = "_"  # before the first letter; a byte in the file, and no text has one once it is read
UNSPACED = "\u3005\u3006\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
LONGEST_KEPT = 4
LONGEST_WORD, LONGEST_BEGINNING, LONGEST_RUN = 24, 9, 4
LONGEST_READ = 32  # characters looked at together: finding the longest token takes their square
# Of what single characters leave; with fewer stems, or fewer words, encoders were worse (docs/log.md).
SHARES = {"word": 0.30, "stem": 0.50, "run": 0.12, "ending": 0.03, "beginning": 0.05}


def new_tokenizer(characters: Collection[str] = ()):
    """A tokenizer without tokens: normalisation that makes spellings of one word meet, then words of
    nothing but ``characters``, if any are given."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordPiece({UNKNOWN: 0}, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            # Arabic vowel marks and tatweel, Hebrew points, the dot that lower-casing İ leaves
            normalizers.Replace(Regex("[\u064b-\u0652\u0670\u0640\u0591-\u05c7\u0307\u00ad]"), ""),
            # the Arabic article, which is written with its word, as are "and", "so", "in" and "to" before
            # it; its alef is bare, and four letters follow the longer forms, or Persian words lose their root
            normalizers.Replace(
                Regex(r"(?<![\p{L}\p{M}])(?:ال(?=\p{Arabic}{3})|(?:[وف]ب?ال|بال|[وف]?لل)(?=\p{Arabic}{4}))"),
                "",
            ),
            normalizers.Replace(Regex("[أإآٱ]"), "ا"),
            normalizers.Replace(Regex("[يى]"), "ی"),
            normalizers.Replace("ك", "ک"),
            normalizers.Replace("ё", "е"),
            # the apostrophe inside a Ukrainian or Belarusian word
            normalizers.Replace(Regex("(?<=[а-яіїєґў])['’ʼ`](?=[а-яіїєґў])"), ""),
        ]
    )
    # Punctuation says little of the subject and would only dilute the mean: it is dropped. So is a character
    # that no token has, as the model would lose the whole word to it.
    unread = [r"[^\p{L}\p{M}\p{N}]+", *([f"[^{_ranges(characters)}]+"] if characters else [])]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), "removed") for pattern in unread),
            pre_tokenizers.Split(Regex(r"\p{N}+"), "isolated"),
            # a name in Latin letters inside Chinese text is a word of its own
            pre_tokenizers.Split(Regex(f"[{UNSPACED}]+"), "isolated"),
            pre_tokenizers.Split(Regex(f".{{1,{LONGEST_READ}}}"), "isolated"),
            pre_tokenizers.Metaspace(START, prepend_scheme="always", split=False),
        ]
    )
    return tokenizer


def _ranges(characters: Iterable[str]) -> str:
    """The characters as the inside of a character class."""
    codes = sorted({ord(one) for one in characters})
    ends = [place for place, (one, two) in enumerate(pairwise(codes)) if two > one + 1]
    starts, stops = [0, *(end + 1 for end in ends)], [*ends, len(codes) - 1]
    return "".join(
        f"\\x{{{codes[start]:x}}}-\\x{{{codes[stop]:x}}}" for start, stop in zip(starts, stops, strict=True)
    )


def build_vocabulary(texts_of: Mapping[str, Iterable[str]], size: int, balance: float):
    """A tokenizer of at most ``size`` tokens over the texts of each language.

    A language with n words weighs n ** ``balance``: 1 takes words as they come, 0 gives each
    language the same, so that poor languages get their words too.
    """
    normalizer = new_tokenizer().normalizer
    languages = [_Language.read(_words(texts, normalizer), balance) for texts in texts_of.values()]
    if not any(language.words for language in languages):
        raise ValueError(
            f"the texts of {sorted(texts_of)} hold no word, so there is no vocabulary to choose."
        )
    return tokenizer_of([UNKNOWN, *_choose(languages, size)])


def tokenizer_of(tokens: Sequence[str]):
    """The tokenizer that knows ``tokens``, the unknown one first; their places are their ids."""
    from tokenizers import models

    tokenizer = new_tokenizer({token for token in tokens if len(token) == 1 and token != START})
    tokenizer.model = models.WordPiece(
        {token: place for place, token in enumerate(tokens)},
        unk_token=UNKNOWN,
        max_input_chars_per_word=2 * LONGEST_READ,
        continuing_subword_prefix="",
    )
    return tokenizer


def in_pieces(tokenizer, drop: float = 0.7):
    """A tokenizer of the same ids that leaves out a fixed share of the long tokens, so that words are
    cut in pieces now and then. Pieces learn from the words that hold them, and a form that was never
    seen is the sum of pieces that mean something (subword regularisation, Kudo 2018)."""
    from tokenizers import Tokenizer

    rare = json.loads(tokenizer.to_str())
    rare["model"]["vocab"] = {
        token: place
        for token, place in rare["model"]["vocab"].items()
        if len(token) <= LONGEST_KEPT
        or place == 0
        or crc32(token.encode()) % 1000 >= 1000 * drop
        or _unspaced().search(token)
    }
    return Tokenizer.from_str(json.dumps(rare))


class _Language(NamedTuple):
    """Words of a language, each with how much it weighs; of spaced ones the split."""

    words: dict[str, float]
    splits: dict[str, Split]

    @classmethod
    def read(cls, words: Iterator[str], balance: float) -> "_Language":
        """Of all words as they come in its texts."""
        counts = Counter(words)
        weight = max(sum(counts.values()), 1) ** (balance - 1)
        spaced = (word for word in counts if word[0].isalpha() and _is_one_word(word))
        return cls({word: count * weight for word, count in counts.items()}, find_stems(spaced))


@cache
def _word() -> re.Pattern[str]:
    """Numbers, or letters with their marks: to ``re`` the vowel signs of Devanagari are no part of a word."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if category(chr(code)) in ("Mn", "Mc"))
    return re.compile(rf"\d+|[{UNSPACED}]+|[^\W\d_](?:(?![{UNSPACED}])[^\W\d_]|[{marks}])*")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]+")


def _words(texts: Iterable[str], normalizer) -> Iterator[str]:
    for text in texts:
        yield from _word().findall(normalizer.normalize_str(text))


def _choose(languages: Sequence[_Language], size: int) -> list[str]:
    """The tokens: single characters first, which are always kept, then each kind's share, then more words."""
    weights = _merged(language.words for language in languages)
    characters: dict[str, float] = defaultdict(float)
    for word, weight in weights.items():
        for character in word:
            characters[character] += weight
    single = [START, *_most(characters, size // 2)]
    room = {kind: int((size - 1 - len(single)) * share) for kind, share in SHARES.items()}
    words = {START + word: weight for word, weight in weights.items() if _is_one_word(word)}
    ranked = _most(words, size)
    tokens = dict.fromkeys(chain(single, ranked[: room["word"]]))
    tokens |= dict.fromkeys(_runs(weights, room["run"]))
    stems, endings = (_most(parts, size) for parts in _parts(languages, known=tokens))
    tokens |= dict.fromkeys(endings[: room["ending"]])
    tokens |= dict.fromkeys(stems[: room["stem"]])
    tokens |= dict.fromkeys(_most(_beginnings(words, known=tokens), room["beginning"]))
    return list(tokens | dict.fromkeys(chain(ranked, stems, endings)))[: size - 1]


def _is_one_word(word: str) -> bool:
    return len(word) <= LONGEST_WORD and not _unspaced().search(word)


def _merged(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    merged: dict[str, float] = defaultdict(float)
    for part in parts:
        for key, weight in part.items():
            merged[key] += weight
    return merged


def _most(weights: Mapping[str, float], n: int) -> list[str]:
    """The ``n`` heaviest, ties by the alphabet."""
    return sorted(weights, key=lambda key: (-weights[key], key))[:n]


def _parts(
    languages: Sequence[_Language], known: Mapping[str, object]
) -> tuple[dict[str, float], dict[str, float]]:
    """Weights of stems and of endings. A stem is worth little (a twentieth) for words that are tokens, as
    it only helps their unseen forms; an ending is read after any stem."""
    stems: dict[str, float] = defaultdict(float)
    endings: dict[str, float] = defaultdict(float)
    for language in languages:
        for word, (stem, ending) in language.splits.items():
            weight = language.words[word]
            if START + stem not in known:
                stems[START + stem] += weight * (0.05 if START + word in known else 1)
            if ending and ending not in known:
                endings[ending] += weight
    return stems, endings


def _beginnings(words: Mapping[str, float], known: Mapping[str, object]) -> dict[str, float]:
    """Weights of the beginnings of words that are no tokens: what is left to a word whose stem nobody saw.
    The longer, the more it tells."""
    beginnings: dict[str, float] = defaultdict(float)
    for word, weight in words.items():
        if word not in known:
            for length in range(3, min(len(word), LONGEST_BEGINNING + 2)):
                if word[:length] not in known:
                    beginnings[word[:length]] += weight * (length - 1)
    return beginnings


def _runs(weights: Mapping[str, float], n: int) -> list[str]:
    """The words of scripts that write none apart, the likeliest first."""
    from tokenizers import Tokenizer, models, trainers

    stretches = {stretch: weight for stretch, weight in weights.items() if _unspaced().fullmatch(stretch)}
    if not stretches or not n:
        return []
    unit = min(stretches.values())
    model = Tokenizer(models.Unigram())
    trainer = trainers.UnigramTrainer(
        vocab_size=len({UNKNOWN, *"".join(stretches)}) + n,
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=LONGEST_RUN,
        show_progress=False,
    )
    times = (repeat(stretch, max(1, round(weight / unit))) for stretch, weight in sorted(stretches.items()))
    model.train_from_iterator(chain.from_iterable(times), trainer)
    found = json.loads(model.to_str())["model"]["vocab"]
    return [token for token, _ in found if len(token) > 1 and token != UNKNOWN][:n]
