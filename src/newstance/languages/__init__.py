"""What is known of each language, one YAML file a language; ``any.yaml`` explains the parts of a file."""

from functools import cache
from importlib.resources import files
from typing import Any

# Files that belong to no single language.
SHARED = ("abbreviations", "any", "scripts")


@cache
def language(tag: str) -> dict[str, Any]:
    """The content of ``<tag>.yaml``, empty where there is no such file. Do not change it: it is cached.

    Every scalar is a string, so that the words "no" and "on" stay words. Only this one file is read.
    """
    import yaml

    if tag not in _files():
        return {}
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # in C: 20 times as fast
    return yaml.load(_files()[tag].read_text(encoding="utf-8"), Loader=loader)


def language_tags() -> tuple[str, ...]:
    """The languages that have a file."""
    return tuple(tag for tag in _files() if tag not in SHARED)


@cache
def _files() -> dict[str, Any]:
    entries = sorted(files("newstance.languages").iterdir(), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".yaml"): entry for entry in entries if entry.name.endswith(".yaml")}
