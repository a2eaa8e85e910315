"""Where a sentence speaks of a target: its names and words, found as the codebook gives them."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Mention(NamedTuple):
    """Target ``target`` named at ``start:end`` (code points) of text ``row``."""

    row: int
    target: str
    start: int
    end: int


def mention_pattern(mentions: Iterable[str]) -> re.Pattern[str]:
    """One expression for all ``mentions``: whole words, any case, ``*`` for any letters there.

    Written in one case (all capitals of at most four letters: "US", "ЕС"), a mention must stand so,
    as "us" is another word.
    """
    parts = sorted(mentions, key=lambda mention: (-len(mention), mention))
    return re.compile("|".join(_part(mention) for mention in parts))


def _part(mention: str) -> str:
    body = re.escape(mention.strip("*")).replace(r"\ ", r"\s+")
    before = r"(?<!\w)\w*" if mention.startswith("*") else r"(?<!\w)"
    after = r"\w*" if mention.endswith("*") else r"(?!\w)"
    exact = mention.isupper() and len(mention) <= 4
    return f"{before}{body}{after}" if exact else f"(?i:{before}{body}{after})"


def find_mentions(texts: Iterable[str], targets: Mapping[str, Iterable[str]]) -> list[Mention]:
    """First mention of each target in each text, in the order of the texts and the targets."""
    patterns = {name: mention_pattern(mentions) for name, mentions in targets.items()}
    found = []
    for row, text in enumerate(texts):
        for name, pattern in patterns.items():
            if match := pattern.search(text):
                found.append(Mention(row, name, match.start(), match.end()))
    return found
