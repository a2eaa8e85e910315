"""Spelling out abbreviations of the news before a text is encoded.

A static encoder that ignores case reads "US" as "us" and "START" as "start", and it has no vector for most
of the abbreviations that news are full of. The table is ``languages/abbreviations.yaml``. Only what is
encoded changes: spans and texts of a corpus stay as they are.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

# A word that begins with a capital, with the full stops in it ("OSCE", "AfD", "U.S.", "EE.UU.").
CANDIDATE = re.compile(r"(?<![\w.])[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁЄІЇҐ]\w*(?:\.\w+)*\.?")


def table_text() -> str:
    """The table as it is written; an encoder that uses it has it in its fingerprint."""
    return files("newstance.languages").joinpath("abbreviations.yaml").read_text(encoding="utf-8")


@cache
def expansions() -> dict[str, str]:
    """What each abbreviation stands for; case counts."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar a string: NO stays "NO"
    by_lang = yaml.load(table_text(), Loader=loader)
    return {short: full for table in by_lang.values() for short, full in table.items()}


def spell_out(texts: Sequence[str]) -> list[str]:
    """``texts`` with their abbreviations spelled out; a headline all in capitals stays, as any word may stand
    there."""
    return [text if _is_shouted(text) else CANDIDATE.sub(_spelled, text) for text in texts]


def spelled_places(text: str) -> list[tuple[int, int, str]]:
    """Start and end of each abbreviation in ``text``, and what ``spell_out`` puts in its place."""
    if _is_shouted(text):
        return []
    spelled = ((*match.span(), _spelled(match), match[0]) for match in CANDIDATE.finditer(text))
    return [(start, end, full) for start, end, full, short in spelled if full != short]


def _is_shouted(text: str) -> bool:
    return text.isupper() and " " in text.strip()


def _spelled(match: re.Match[str]) -> str:
    word = match[0]
    table = expansions()
    if word in table:
        return table[word]
    bare = word.removesuffix(".")
    return table[bare] + "." if bare != word and bare in table else word
