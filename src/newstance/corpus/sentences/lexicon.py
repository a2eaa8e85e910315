"""Abbreviations, first words and verbs of speech of a language, read from ``languages/sentences.yaml``.

The splitter asks here what the word before a full stop may be; what each list means is said in the YAML file.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

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


BEGINNINGS = ("speech", "endings", "titles")  # tried with startswith and endswith, not looked up
LISTS = tuple(name for name in Lexicon.__dataclass_fields__ if name not in (*BEGINNINGS, "ordinals"))


@cache
def _sections() -> dict[str, dict]:
    from ruamel.yaml import YAML

    text = files("newstance.languages").joinpath("sentences.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe", pure=True).load(text)


@cache
def lexicon(lang: str) -> Lexicon:
    """The lists for a BCP 47 tag: its own, those of its language, or, where unknown, of all scripts."""
    sections = _sections()
    known = [tag for tag in (lang, lang.split("-")[0]) if tag in sections and tag not in SCRIPTS]
    own = sections[known[0]] if known else {}
    scripts = (own["script"],) if own else SCRIPTS
    parts = [*(sections[script] for script in scripts), own]
    lists = {name: frozenset(" ".join(part.get(name, "") for part in parts).split()) for name in LISTS}
    tuples = {name: tuple(own.get(name, "").split()) for name in BEGINNINGS}
    return Lexicon(**lists, **tuples, ordinals=own.get("ordinals", False))  # type: ignore[arg-type]
