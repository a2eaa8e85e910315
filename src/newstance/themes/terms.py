"""Terms of articles, the words and phrases that may name a theme: which articles have them, how they are
written, and how well each stands alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from newstance.scripts import UNSPACED_LANGS
from newstance.themes.phrases import FoundPhrases, WordTraits, find_phrases
from newstance.themes.words import Kind, Word, naming_of
from newstance.themes.wordtypes import VERB, stands_alone
from newstance.themes.written import BREAK, Written, read_words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# A term of one article describes the article; in small corpora two articles must do.
FEWEST_ARTICLES, FEWEST_IN_SMALL, SMALL_CORPUS = 3, 2, 40
MOST_ARTICLES = 20_000  # of a language, whose terms are counted
SHORTEST_NAME = 4
PHRASE = 1.2  # how well a phrase stands alone, where a noun is 1
CARRIES = 0.5  # share of the articles of a word that have it in the name of an outlet
# From this share of its capitals on, a word is a name.
NAME = 0.7
# The lemma is shown from this share of the forms on. In languages with cases it is less, as the most frequent
# form is often an oblique one.
LEMMA_SEEN, LEMMA_SEEN_AMONG_CASES = 0.1, 0.03


@dataclass(frozen=True)
class LangTerms:
    """Terms of the articles of one language.

    ``rows`` (n_articles,) are their rows in the corpus, of a large one those of a sample; ``present``
    (n_articles, n_terms) is 1 where an article has a term; ``shown`` (n_terms,) how it is written, ``parts``
    (n_terms,) the keys of its words, ``fitness`` (n_terms,) how well it stands alone, where a noun is 1;
    ``fewest`` articles must have a keyword.
    """

    rows: np.ndarray
    present: "csr_array"
    shown: list[str]
    parts: list[tuple[str, ...]]
    fitness: np.ndarray
    fewest: int


@dataclass(frozen=True)
class Terms:
    """Terms of a corpus by language, and its outlets (n_articles,), "" where not known."""

    by_lang: dict[str, LangTerms]
    sources: np.ndarray

    def of_articles(self) -> list[set[str] | None]:
        """The terms of each article as they are shown; those in which scores look keywords up. None for an
        article that was not looked at."""
        found: list[set[str] | None] = [None for _ in self.sources]
        for own in self.by_lang.values():
            for place, row in enumerate(own.rows):
                start, end = own.present.indptr[place : place + 2]
                found[row] = {own.shown[term] for term in own.present.indices[start:end]}
        return found


def find_terms(texts: Iterable[str], langs: Iterable[str], sources: Iterable[str | None]) -> Terms:
    """Terms of articles with ``texts``, ``langs`` and ``sources`` (n_articles,); names of the outlets
    themselves are none. Of more than 20,000 articles of a language a fixed sample is looked at."""
    langs = list(langs)
    outlets = np.array([source or "" for source in sources], dtype=object)
    if len(outlets) != len(langs):
        raise ValueError(f"sources: {len(outlets)} for {len(langs)} articles; expected one each.")
    all_rows: dict[str, list[int]] = defaultdict(list)
    for row, lang in enumerate(langs):
        all_rows[lang].append(row)
    by_size = sorted(all_rows, key=lambda lang: (-len(all_rows[lang]), lang))
    rows_of = {lang: _sample(np.array(all_rows[lang])) for lang in by_size}
    looked_at = np.zeros(len(langs), dtype=bool)
    for rows in rows_of.values():
        looked_at[rows] = True
    text_of = {row: text for row, (text, _) in enumerate(zip(texts, langs, strict=True)) if looked_at[row]}
    names = {name.casefold() for name in outlets if name}
    return Terms(
        {
            lang: _terms_of_lang(rows, [text_of[row] for row in rows], lang, names)
            for lang, rows in rows_of.items()
        },
        outlets,
    )


def _sample(rows: np.ndarray) -> np.ndarray:
    """At most 20,000 of ``rows``, in their order; the same ones each time."""
    if len(rows) <= MOST_ARTICLES:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, MOST_ARTICLES, replace=False))


def _terms_of_lang(rows: np.ndarray, texts: list[str], lang: str, outlets: set[str]) -> LangTerms:
    written = read_words(texts, lang)
    numbers: dict[tuple[str, Kind], int] = {}
    number_of_word = [numbers.setdefault((word.key, word.kind), len(numbers)) for word in written.words]
    keys = list(numbers)
    number_of = _one_name(written.words, numbers, lang)[number_of_word]
    words = number_of[written.numbers]
    fewest = FEWEST_ARTICLES if len(texts) >= SMALL_CORPUS else FEWEST_IN_SMALL
    forms = _forms(written, number_of, len(keys))
    name = np.array([_capitals(own) for own in forms]) >= NAME
    fitness = stands_alone(words, keys, forms, name, lang)
    found = find_phrases(words, written.text_rows, _traits(keys, fitness, name, lang), fewest)
    phrase_forms = _phrase_forms(written, found)
    spelling = _Spelling.of(lang)
    shown = [spelling.word(key, forms[number]) for number, (key, _) in enumerate(keys)]
    parts = [(key,) for key, _ in keys] + [
        tuple(keys[word][0] for word in phrase) for phrase in found.phrases
    ]
    shown += [spelling.phrase(*one) for one in zip(parts[len(keys) :], phrase_forms, strict=True)]
    alone = np.concatenate([fitness, np.full(len(found.phrases), PHRASE)])
    present = _present(words, written.text_rows, found, (len(texts), len(alone)))
    alone[_of_outlets(shown, parts, np.asarray(present.sum(axis=0)).ravel(), outlets)] = 0
    terms = np.flatnonzero(alone)
    return LangTerms(
        rows,
        present[:, terms],
        [shown[one] for one in terms],
        [parts[one] for one in terms],
        alone[terms],
        fewest,
    )


def _present(
    words: np.ndarray, text_rows: np.ndarray, found: FoundPhrases, shape: tuple[int, int]
) -> "csr_array":
    """1 where an article has a term, of ``shape`` (n_articles, n_terms): words, and behind them phrases."""
    from scipy.sparse import csr_array  # loads much that a saved model need not wait for

    n_articles, n_terms = shape
    n_words = n_terms - len(found.phrases)
    rows = np.concatenate([text_rows[words != BREAK], text_rows[found.starts]])
    columns = np.concatenate([words[words != BREAK], n_words + found.which])
    places = np.unique(rows * max(n_terms, 1) + columns)
    rows, columns = np.divmod(places, max(n_terms, 1))
    starts = np.searchsorted(rows, np.arange(n_articles + 1))
    return csr_array((np.ones(len(columns)), columns, starts), shape=shape)


def _one_name(words: list[Word], numbers: dict[tuple[str, Kind], int], lang: str) -> np.ndarray:
    """The number to take for each number (n_words,): names that no dictionary knows lose the endings of their
    cases where the corpus has them without ("Чавеса", "Чавес")."""
    endings, nominative = naming_of(lang).get("name_cases", ()), naming_of(lang).get("name_ends", ())
    same = np.arange(len(numbers))
    names = {word.key for word in words if word.inside and word.form[:1].isupper()}
    for number, (key, kind) in enumerate(numbers):
        stems = [key.removesuffix(end) for end in endings if key.endswith(end)] if key in names else []
        bases = [stem + end for stem in stems if len(stem) >= SHORTEST_NAME for end in ("", *nominative)]
        for base in bases:
            if base != key and base in names and (base, kind) in numbers:
                same[number] = numbers[base, kind]
                break
    return same


def _forms(written: Written, number_of: np.ndarray, n_words: int) -> list[Counter[str]]:
    """How often each word is written in which way (n_words,), as it would be inside a sentence."""
    n_written = np.bincount(written.numbers, minlength=len(written.words)).tolist()
    inside: list[Counter[str]] = [Counter() for _ in range(n_words)]
    starts: list[Counter[str]] = [Counter() for _ in range(n_words)]
    for word, number, count in zip(written.words, number_of.tolist(), n_written, strict=True):
        counted = inside if word.inside else starts
        counted[number][word.form] += count
    return [_in_sentence(own, at_start) for own, at_start in zip(inside, starts, strict=True)]


def _in_sentence(inside: Counter[str], starts: Counter[str]) -> Counter[str]:
    """Forms with those of the starts of sentences, which lose their capital where the word is no name."""
    if not inside or _capitals(inside) >= NAME:
        return inside + starts
    lowered: Counter[str] = Counter(inside)
    for form, count in starts.items():
        lowered[form[:1].lower() + form[1:]] += count
    return lowered


def _capitals(forms: Counter[str]) -> float:
    return sum(count for form, count in forms.items() if form[:1].isupper()) / max(forms.total(), 1)


def _traits(keys: list[tuple[str, Kind]], fitness: np.ndarray, name: np.ndarray, lang: str) -> WordTraits:
    joiners = set(naming_of(lang).get("joiners", ()))
    kinds = np.array([kind for _, kind in keys])
    content = (kinds == Kind.CONTENT) & (fitness > VERB)
    edge = content | (kinds == Kind.NAME_PART)
    joins = np.array([key in joiners for key, _ in keys])
    return WordTraits(edge, edge & ((fitness >= 1) | name | (kinds == Kind.NAME_PART)), edge | joins, name)


def _phrase_forms(written: Written, found: FoundPhrases) -> list[Counter[tuple[str, ...]]]:
    """How often each phrase is written in which way (n_phrases,), as it would be inside sentences."""
    inside: list[Counter[tuple[str, ...]]] = [Counter() for _ in found.phrases]
    starts: list[Counter[tuple[str, ...]]] = [Counter() for _ in found.phrases]
    lengths = np.array([len(phrase) for phrase in found.phrases], dtype=np.int64)[found.which]
    for length in np.unique(lengths).tolist():
        own = lengths == length
        places = found.starts[own][:, None] + np.arange(length)
        for phrase, *numbers, count in _counted(found.which[own], written.numbers[places]):
            words = [written.words[number] for number in numbers]
            counted = inside if words[0].inside else starts
            counted[phrase][tuple(word.form for word in words)] += count
    return [_phrase_in_sentence(own, at_start) for own, at_start in zip(inside, starts, strict=True)]


def _counted(which: np.ndarray, words: np.ndarray) -> list[list[int]]:
    """Distinct rows of ``which`` (n,) and ``words`` (n, length), in the order in which they first come, each
    with how often it comes."""
    same = which
    for column in words.T:
        _, same = np.unique(same * (int(column.max()) + 1) + column, return_inverse=True)
    _, first, counts = np.unique(same, return_index=True, return_counts=True)
    rows = np.column_stack([which[first], words[first], counts])
    return rows[np.argsort(first)].tolist()


def _phrase_in_sentence(
    inside: Counter[tuple[str, ...]], starts: Counter[tuple[str, ...]]
) -> Counter[tuple[str, ...]]:
    """As of words: where the phrase is no name, forms of the starts are written as those inside sentences."""
    n_capitals = sum(count for form, count in inside.items() if form[0][:1].isupper())
    if n_capitals >= NAME * inside.total():
        return inside + starts
    known = {_folded(form): form for form, _ in reversed(inside.most_common())}
    lowered: Counter[tuple[str, ...]] = Counter(inside)
    for form, count in starts.items():
        lowered[known.get(_folded(form), (form[0][:1].lower() + form[0][1:], *form[1:]))] += count
    return lowered


def _folded(form: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in form)


@dataclass(frozen=True)
class _Spelling:
    """How terms of a language are written: the share from which a form is not rare, the endings of adjectives
    that agree with a noun in its dictionary form, and what stands between words."""

    fewest: float
    agreeing: tuple[str, ...]
    joint: str

    @staticmethod
    def of(lang: str) -> "_Spelling":
        agreeing = tuple(naming_of(lang).get("agreeing", ()))
        fewest = LEMMA_SEEN_AMONG_CASES if agreeing else LEMMA_SEEN
        return _Spelling(fewest, agreeing, "" if lang in UNSPACED_LANGS else " ")

    def word(self, key: str, forms: Counter[str]) -> str:
        """The lemma where it is a word of the corpus, else the form written most often."""
        lemma = Counter({form: count for form, count in forms.items() if form.casefold() == key})
        chosen = lemma if lemma.total() >= self.fewest * forms.total() else forms
        best = min(chosen, key=lambda form: (-chosen[form], form), default=key)
        plain = best[:1].lower() + best[1:]
        return plain if plain in forms and _capitals(forms) < NAME else best

    def phrase(self, keys: tuple[str, ...], forms: Counter[tuple[str, ...]]) -> str:
        """The form with most words as a dictionary has them, of those that are not rare; then the one written
        most often."""

        def order(form: tuple[str, ...]) -> tuple:
            n_plain = sum(self._is_plain(part, key) for part, key in zip(form, keys, strict=True))
            return -n_plain, -forms[form], form

        common = [form for form in forms if forms[form] >= self.fewest * forms.total()]
        return self.joint.join(sorted(common, key=order)[0])

    def _is_plain(self, part: str, key: str) -> bool:
        return part.casefold().replace("ё", "е") == key.replace("ё", "е") or (
            bool(self.agreeing) and part.endswith(self.agreeing)
        )


def _of_outlets(
    shown: list[str], parts: list[tuple[str, ...]], counts: np.ndarray, outlets: set[str]
) -> list[int]:
    """Terms that are names of outlets, or parts of such a name that come mostly in it; ``counts`` (n_terms,)
    are the articles of each term."""
    names = outlets | {outlet.partition(".")[0] for outlet in outlets}
    whole = [number for number, term in enumerate(shown) if term.casefold() in names]
    torn = [
        number
        for number, own in enumerate(parts)
        for outlet in whole
        if set(own) < set(parts[outlet]) and counts[number] * CARRIES <= counts[outlet]
    ]
    return whole + torn
