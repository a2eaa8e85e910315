"""How often a corpus names each shipped target, and which other names it has."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil

from newstance.scripts import folded
from newstance.stance.mentions import mention_pattern
from newstance.suggest.capitals import SmallWords, names_in
from newstance.suggest.search import TargetSearch
from newstance.suggest.shipped import ShippedTarget, phrases, shipped_targets
from newstance.tables import Corpus

# A name is listed from so many articles on, or this share of them where that is fewer.
FEWEST_ARTICLES, FEWEST_SHARE = 5, 0.01
FEWEST_OF_A_CANDIDATE = 2
ARTICLE = ("article_id", "source", "lang", "duplicate_of")
SENTENCE = ("article_id", "text", "part", "lang")


@dataclass(frozen=True)
class NameCount:
    """A target, or a name that may become one, and where a corpus has it.

    ``n_articles`` are without reprints, ``n_outlets`` with them; ``langs`` are the languages of the articles,
    the most frequent first.
    """

    name: str
    description: str
    mentions: tuple[str, ...]
    exclude: tuple[str, ...]
    n_articles: int
    n_outlets: int
    langs: dict[str, int]


@dataclass(frozen=True)
class Suggestion:
    """Targets and candidates of a corpus, the most frequent first, and the fewest articles of a target."""

    n_articles: int
    fewest: int
    targets: tuple[NameCount, ...]
    candidates: tuple[NameCount, ...]


@dataclass
class _Places:
    """Where one name stands: articles by language, outlets, and how it is written."""

    articles: dict[str, str] = field(default_factory=dict)
    outlets: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def add(
        self, article: str, about: tuple[str | None, str, str | None], written: Iterable[str] = ()
    ) -> None:
        """Count ``article``, of which ``about`` tells outlet, language and the article it repeats."""
        source, lang, original = about
        if source is not None:
            self.outlets.add(source)
        if original is None:
            self.articles[article] = lang
        self.written.update(written)

    @property
    def langs(self) -> dict[str, int]:
        """Articles of each language, the most frequent first."""
        counts = Counter(self.articles.values())
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


@dataclass
class _Found:
    """Targets and other names of a corpus, and its words in small letters."""

    targets: defaultdict[str, _Places] = field(default_factory=lambda: defaultdict(_Places))
    others: defaultdict[str, _Places] = field(default_factory=lambda: defaultdict(_Places))
    small: SmallWords = field(default_factory=SmallWords)


def suggest_targets(corpus: Corpus, most: int = 20) -> Suggestion:
    """The shipped targets that ``corpus`` names, and frequent names that none of them covers.

    A target is listed if at least five articles, or one in a hundred, name it; a reprint counts for its
    outlet alone. ``most`` bounds targets and candidates, each. Raises ``ValueError`` where no target is
    named.
    """
    langs = corpus.articles["lang"].to_list()
    n_articles = corpus.articles["duplicate_of"].null_count()
    fewest = max(1, min(FEWEST_ARTICLES, ceil(FEWEST_SHARE * n_articles)))
    spoken = {lang for lang, count in Counter(map(_base, langs)).items() if count >= fewest}
    targets = shipped_targets()
    found = _read(corpus, targets)
    named = [
        _of_target(target, at, spoken)
        for target in targets
        if len((at := found.targets[target.name]).articles) >= fewest
    ]
    if not named:
        raise ValueError(
            f"none of the {len(targets)} shipped targets is named in {fewest} of {n_articles} articles; "
            "write a codebook of your own, with the names of those that the articles speak of."
        )
    candidates = _candidates(found, max(fewest, FEWEST_OF_A_CANDIDATE))
    return Suggestion(n_articles, fewest, _first(named, most), _first(candidates, most))


def _first(counts: list[NameCount], most: int) -> tuple[NameCount, ...]:
    return tuple(sorted(counts, key=lambda one: (-one.n_articles, -one.n_outlets, one.name))[:most])


def _base(lang: str) -> str:
    return lang.partition("-")[0]


def _read(corpus: Corpus, targets: Sequence[ShippedTarget]) -> _Found:
    """Where each target stands, and each name inside a sentence that overlaps none."""
    about = {row[0]: row[1:] for row in corpus.articles.select(ARTICLE).iter_rows()}
    search = TargetSearch(targets, corpus.sentences["text"])
    found = _Found()
    for article, text, part, lang in corpus.sentences.select(SENTENCE).iter_rows():
        view = folded(text).text
        of_targets = search.find(view)
        for name, spans in of_targets.items():
            found.targets[name].add(article, about[article], [view[start:end] for start, end in spans])
        if part == "body":
            found.small.add(view)
            taken = [span for spans in of_targets.values() for span in spans]
            for start, end in names_in(view, _base(lang)):
                if not any(start < last and first < end for first, last in taken):
                    found.others[view[start:end]].add(article, about[article])
    return found


def _of_target(target: ShippedTarget, at: _Places, spoken: set[str]) -> NameCount:
    """``target`` with the names that the corpus has and those of its languages ``spoken``."""
    used = {one for one in target.all_mentions if any(map(mention_pattern(one).search, at.written))}
    langs = spoken | {lang for lang, some in target.mentions.items() if used.intersection(some)}
    own = set(phrases(target.mentions, spoken))
    return NameCount(
        target.name,
        target.description,
        tuple(one for one in target.all_mentions if one in used or one in own),
        phrases(target.exclude, langs),
        len(at.articles),
        len(at.outlets),
        at.langs,
    )


def _candidates(found: _Found, fewest: int) -> list[NameCount]:
    """Names that at least ``fewest`` articles have, without words that are mostly in small letters."""
    return [
        NameCount(name, "", (name,), (), len(at.articles), len(at.outlets), at.langs)
        for name, at in found.others.items()
        if len(at.articles) >= fewest and not found.small.outweigh(name, len(at.articles))
    ]
