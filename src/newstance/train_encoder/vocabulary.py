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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, repeat
from typing import NamedTuple
from unicodedata import category
from zlib import crc32

from newstance.embed.spelling import START, UNKNOWN, UNSPACED, new_tokenizer, tokenizer_of
from newstance.train_encoder.stems import Split, find_stems

LONGEST_KEPT = 4
LONGEST_WORD, LONGEST_BEGINNING, LONGEST_RUN = 24, 9, 4
# Of what single characters leave; with fewer stems, or fewer words, encoders were worse (docs/log.md).
SHARES = {"word": 0.30, "stem": 0.50, "run": 0.12, "ending": 0.03, "beginning": 0.05}


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


def in_pieces(vocabulary: Mapping[str, int], drop: float = 0.7) -> dict[str, int]:
    """The tokens of a ``vocabulary`` and their ids without a fixed share of the long ones, so that words are
    cut in pieces now and then. Pieces learn from the words that hold them, and a form that was never
    seen is the sum of pieces that mean something (subword regularisation, Kudo 2018)."""
    return {
        token: place
        for token, place in vocabulary.items()
        if len(token) <= LONGEST_KEPT
        or place == 0
        or crc32(token.encode()) % 1000 >= 1000 * drop
        or _unspaced().search(token)
    }


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
