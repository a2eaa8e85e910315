"""Abbreviations, first words and verbs of speech of a language, from the ``sentences`` of its language file.

The splitter asks here what the word before a full stop may be; ``languages/scripts.yaml`` says what each
list means.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property

from newstance.languages import language

SCRIPTS = ("latn", "cyrl", "arab")


@dataclass(frozen=True)
class Lexicon:
    """The word lists of one language, together with those of its script."""

    heads: frozenset[str]
    tails: frozenset[str]
    numeric: frozenset[str]
    either: frozenset[str]
    places: frozenset[str]
    doubtful: frozenset[str]
    dates: frozenset[str]
    names: frozenset[str]
    joined: frozenset[str]
    lettered: frozenset[str]
    starters: frozenset[str]
    openers: frozenset[str]
    links: frozenset[str]
    clinging: frozenset[str]
    particles: frozenset[str]
    speech: tuple[str, ...]
    endings: tuple[str, ...]
    titles: tuple[str, ...]
    ordinals: bool

    @cached_property
    def last_parts(self) -> frozenset[str]:
        """The last part of each abbreviation, "д" of "т.д": a word that is none of them is none itself."""
        lists = (getattr(self, name) for name in ABBREVIATIONS)
        return frozenset(PART.split(entry)[-1] for entries in lists for entry in entries)


ABBREVIATIONS = ("heads", "tails", "numeric", "either", "places", "doubtful", "names")
PART = re.compile("[.'’-]")
BEGINNINGS = ("speech", "endings", "titles")  # tried with startswith and endswith, not looked up
LISTS = tuple(name for name in Lexicon.__dataclass_fields__ if name not in (*BEGINNINGS, "ordinals"))


@cache
def lexicon(lang: str) -> Lexicon:
    """The lists for a BCP 47 tag: its own, those of its language, or, where unknown, of all scripts."""
    own = next(filter(None, map(_section, (lang, lang.split("-")[0]))), {})
    scripts = (own["script"],) if own else SCRIPTS
    parts = [*(language("scripts")[script] for script in scripts), own]
    lists = {name: frozenset(" ".join(part.get(name, "") for part in parts).split()) for name in LISTS}
    tuples = {name: tuple(own.get(name, "").split()) for name in BEGINNINGS}
    return Lexicon(**lists, **tuples, ordinals=own.get("ordinals") == "true")  # type: ignore[arg-type]


def _section(tag: str) -> dict[str, str]:
    return language(tag).get("sentences", {})
