"""The targets that travel with the package: states and organisations, with their names by language."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FILE = "targets.yaml"


@dataclass(frozen=True)
class ShippedTarget:
    """A target; ``mentions`` and ``exclude`` are by language (ISO 639-1), written as in a codebook."""

    name: str
    description: str
    mentions: Mapping[str, tuple[str, ...]]
    exclude: Mapping[str, tuple[str, ...]]

    @property
    def all_mentions(self) -> tuple[str, ...]:
        """Its names in all languages, each once."""
        return phrases(self.mentions)

    @property
    def all_exclude(self) -> tuple[str, ...]:
        """The phrases of all languages that hold such a name and mean something else."""
        return phrases(self.exclude)


def phrases(by_lang: Mapping[str, tuple[str, ...]], langs: Collection[str] | None = None) -> tuple[str, ...]:
    """The phrases of ``langs``, or of all languages, each once and in their order."""
    return tuple(dict.fromkeys(_each(by_lang, langs)))


def _each(by_lang: Mapping[str, tuple[str, ...]], langs: Collection[str] | None) -> Iterator[str]:
    for lang, some in by_lang.items():
        if langs is None or lang in langs:
            yield from some


@cache
def shipped_targets() -> tuple[ShippedTarget, ...]:
    """All targets of the package, in the order of their file."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is a text
    entries = yaml.load((files("newstance.suggest") / FILE).read_text(encoding="utf-8"), Loader=loader)
    return tuple(
        ShippedTarget(
            entry["name"],
            entry["description"],
            {lang: tuple(some) for lang, some in entry["mentions"].items()},
            {lang: tuple(some) for lang, some in entry.get("exclude", {}).items()},
        )
        for entry in entries
    )
