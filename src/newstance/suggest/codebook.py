"""A suggestion as a codebook: YAML with the counts as comments, and candidates to uncomment."""

import json
import re
from collections.abc import Iterable

from newstance.suggest.counts import NameCount, Suggestion

PLAIN = re.compile(r"[^\W\d_][\w *.'-]*(?<! )")
WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
HEAD = """\
# Targets that {n_articles} articles name, reprints left out. Take out those that you do not study.
# A sentence is about a target if it contains one of its mentions; * is any letters within one word.
# A mention inside a phrase of exclude does not count.
"""
CANDIDATES = """\
# Names that no target above covers. Remove the "# " before those that you want, and add their other forms.
"""


def codebook_yaml(suggestion: Suggestion) -> str:
    """``suggestion`` as a codebook that a training takes; candidates stand in comments."""
    text = HEAD.format(n_articles=suggestion.n_articles) + "targets:\n"
    text += "".join(_entry(target) for target in suggestion.targets)
    if suggestion.candidates:
        text += CANDIDATES
    return text + "".join(_commented(_entry(candidate)) for candidate in suggestion.candidates)


def _entry(count: NameCount) -> str:
    """One target, below its counts."""
    lines = [f"  # {counts_in_words(count)}", f"  - name: {_scalar(count.name)}"]
    if count.description:
        lines.append(f"    description: {_scalar(count.description)}")
    lines.append(f"    mentions: {_list(count.mentions)}")
    if count.exclude:
        lines.append(f"    exclude: {_list(count.exclude)}")
    return "\n".join(lines) + "\n"


def counts_in_words(count: NameCount) -> str:
    """Articles, outlets and languages of a name, as "12 articles, 3 outlets: en 8, ru 4"."""
    langs = ", ".join(f"{lang} {number}" for lang, number in count.langs.items())
    return f"{_many(count.n_articles, 'article')}, {_many(count.n_outlets, 'outlet')}: {langs}"


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _commented(entry: str) -> str:
    return "".join(f"# {line}\n" for line in entry.splitlines())


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_scalar, texts))}]"


def _scalar(text: str) -> str:
    """``text`` as YAML: plain where that is safe, else in double quotes, as JSON is YAML too."""
    plain = PLAIN.fullmatch(text) and text.casefold() not in WORDS_OF_YAML
    return text if plain else json.dumps(text, ensure_ascii=False)
