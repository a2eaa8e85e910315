"""How text is cut in words: the rules, once, and as the ``tokenizer.json`` that other libraries read.

Spellings of one word are made to meet, then words are runs of characters that some token has. The rules
use listed characters alone, no classes of Unicode, so that every library and version reads them alike;
``reader`` follows the same rules, faster.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any
from unicodedata import category

UNKNOWN = "<unk>"
START = "_"  # before the first letter; a byte in the file, and no text has one once it is read
LONGEST_READ = 32  # characters looked at together: finding the longest token takes their square

# Apart from scripts.UNSPACED: it is part of every encoder's tokenizer.json and must not change under it.
UNSPACED = "\u3005\u3006\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59"
ARABIC = "\u0620-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"
CYRILLIC = "а-яіїєґў"
APOSTROPHES = "'’ʼ`"
# Arabic vowel marks and tatweel, Hebrew points, the dot that lower-casing İ leaves, the soft hyphen
DROPPED = "\u064b-\u0652\u0670\u0640\u0591-\u05c7\u0307\u00ad"
SAME = {"ا": "أإآٱ", "ی": "يى", "ک": "ك", "е": "ё"}  # letters that are read as another
# The apostrophe inside a Ukrainian or Belarusian word.
APOSTROPHE = f"(?<=[{CYRILLIC}])[{APOSTROPHES}](?=[{CYRILLIC}])"


def article(characters: Collection[str] = ()) -> str:
    """Pattern of the Arabic article, which is written with its word, as are "and", "so", "in" and "to" before
    it. Its alef is bare, and four letters follow the longer forms, or Persian words lose their root. Letters
    are those that are read as one of ``characters``, if any are given."""
    known = set(characters) | {other for one in characters for other in SAME.get(one, "")}
    letters = "".join(one for one in _members(ARABIC) if one in known) if known else ARABIC
    if not letters:
        return "(?!)"
    return f"(?<![{letters}])(?:ال(?=[{letters}]{{3}})|(?:[وف]ب?ال|بال|[وف]?لل)(?=[{letters}]{{4}}))"


def new_tokenizer(characters: Collection[str] = ()):
    """A tokenizer without tokens: the rules of spelling, then words of nothing but ``characters``."""
    return _built({UNKNOWN: 0}, characters)


def tokenizer_of(tokens: Sequence[str]):
    """The tokenizer that knows ``tokens``, the unknown one first; their places are their ids."""
    return tokenizer_with({token: place for place, token in enumerate(tokens)})


def tokenizer_with(vocabulary: dict[str, int]):
    """The tokenizer of a ``vocabulary`` of tokens and their ids."""
    return _built(vocabulary, characters_of(vocabulary))


def characters_of(tokens: Iterable[str]) -> set[str]:
    """Letters, marks and digits that are tokens themselves: all other characters are no part of a word."""
    return {token for token in tokens if len(token) == 1 and category(token)[0] in "LMN"}


def _built(vocabulary: dict[str, int], characters: Collection[str]):
    from tokenizers import Tokenizer

    return Tokenizer.from_str(json.dumps(rules(characters) | {"model": model(vocabulary)}))


def rules(characters: Collection[str]) -> dict[str, Any]:
    """All of a ``tokenizer.json`` but the model."""
    normalizers = [
        {"type": "NFKC"},
        {"type": "Lowercase"},
        _replace(f"[{DROPPED}]", ""),
        _replace(article(characters), ""),
        *(_replace(f"[{others}]", one) for one, others in SAME.items()),
        _replace(APOSTROPHE, ""),
    ]
    # Punctuation says little of the subject and would only dilute the mean: it is dropped, with all that no
    # token has, as the model would lose a whole word to it. Of numbers and of scripts without spaces each
    # run is a word, so that a name in Latin letters inside Chinese text is one.
    cuts = [
        *([_split(f"[^{_ranges(characters)}]+", "Removed")] if characters else []),
        _split(f"[{DIGITS}]+", "Isolated"),
        _split(f"[{UNSPACED}]+", "Isolated"),
        _split(f".{{1,{LONGEST_READ}}}", "Isolated"),
        {"type": "Metaspace", "replacement": START, "prepend_scheme": "always", "split": False},
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": cuts},
        "post_processor": None,
        "decoder": None,
    }


def model(vocabulary: dict[str, int]) -> dict[str, Any]:
    """The model of a ``tokenizer.json``: of each word the longest token that begins it, and so on."""
    return {
        "type": "WordPiece",
        "unk_token": UNKNOWN,
        "continuing_subword_prefix": "",
        "max_input_chars_per_word": 2 * LONGEST_READ,
        "vocab": vocabulary,
    }


def spans(characters: str) -> list[tuple[int, int]]:
    """First and last code of each span in the inside of a character class."""
    return [(ord(span[0]), ord(span[-1])) for span in re.findall(".-.|.", characters)]


def _members(characters: str) -> list[str]:
    return [chr(code) for first, last in spans(characters) for code in range(first, last + 1)]


def _replace(pattern: str, content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def _split(pattern: str, behavior: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": False}


def _ranges(characters: Iterable[str]) -> str:
    """The characters as the inside of a character class."""
    codes = sorted({ord(one) for one in characters})
    ends = [place for place, (one, two) in enumerate(pairwise(codes)) if two > one + 1]
    starts, stops = [0, *(end + 1 for end in ends)], [*ends, len(codes) - 1]
    return "".join(
        f"\\x{{{codes[start]:x}}}-\\x{{{codes[stop]:x}}}" for start, stop in zip(starts, stops, strict=True)
    )
