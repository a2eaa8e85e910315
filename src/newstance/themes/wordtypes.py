"""Which words stand for something alone: nouns and names do, adjectives and verbs do less, adverbs do not.

There is no tagger. Used are the endings in the part ``naming`` of a language file, and how a word comes in
the corpus: an adjective that stands before nouns is rarely the last word of its phrase, a verb comes behind
"to" and "will" and in forms that are no plural. No phrase holds a word whose ending shows a verb or adverb.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from newstance.themes.words import Kind, naming_of

WEAK, VERB = 0.25, 0.1  # of an adjective, of a verb, where a noun is 1
FEWEST_SEEN = 5
ENDS_PHRASE, AFTER_CUE, VERB_FORMS = 0.3, 0.25, 0.3


def stands_alone(
    words: np.ndarray,
    keys: list[tuple[str, Kind]],
    forms: list[Counter[str]],
    name: np.ndarray,
    lang: str,
) -> np.ndarray:
    """How well each word stands alone (n_words,): 1 as a noun or name, less as an adjective or verb, 0 as an
    adverb or where it must not.

    ``words`` (n_tokens,) are the numbers of the words of all articles, 0 between runs, ``keys`` and ``forms``
    what the numbers mean, ``name`` (n_words,) which words have capitals.
    """
    naming = naming_of(lang)
    fitness = np.array([float(kind is Kind.CONTENT) for _, kind in keys])
    nouns = naming.get("noun_ends", ())
    weak = np.array([_has_ending(key, naming.get("weak_ends", ()), nouns) for key, _ in keys])
    if naming.get("adjectives") == "before nouns":
        weak |= _is_modifier(words, keys)
    if cues := set(naming.get("before_verbs", ())):
        weak |= _share_after(words, keys, cues) >= AFTER_CUE
    if naming.get("plural") == "s":
        plurals = set(naming.get("plurals", ()))
        weak |= np.array(
            [_verb_forms(key, own, plurals) >= VERB_FORMS for (key, _), own in zip(keys, forms, strict=True)]
        )
    if naming.get("nouns") == "capitals":
        weak |= ~name
    else:
        of_places = np.array([_has_ending(key, naming.get("demonym_ends", ()), ()) for key, _ in keys])
        weak &= ~name | of_places
    fitness[weak] *= WEAK
    verb = np.array([_has_ending(key, naming.get("verb_ends", ()), nouns) for key, _ in keys]) & ~name
    fitness[verb] *= VERB
    adverb = np.array([_has_ending(key, naming.get("adverb_ends", ()), nouns) for key, _ in keys])
    fitness[adverb & ~name] = 0
    return fitness


def _has_ending(key: str, ends: Sequence[str], nouns: Sequence[str]) -> bool:
    """Whether ``key`` ends as ``ends`` say, and not as ``nouns`` do."""
    return key.endswith(tuple(ends)) and not key.endswith(tuple(nouns))


def _is_modifier(words: np.ndarray, keys: list[tuple[str, Kind]]) -> np.ndarray:
    """Words that are rarely the last of a run of content words."""
    content = np.array([kind in (Kind.CONTENT, Kind.NAME_PART) for _, kind in keys])
    follows = np.append(content[words[1:]], False)[: len(words)]
    seen = np.bincount(words, minlength=len(keys))
    last = np.bincount(words[~follows], minlength=len(keys))
    return (seen >= FEWEST_SEEN) & (last < ENDS_PHRASE * seen)


def _share_after(words: np.ndarray, keys: list[tuple[str, Kind]], cues: set[str]) -> np.ndarray:
    """Share of the occurrences of each word that stand behind one of ``cues``."""
    is_cue = np.array([key in cues for key, _ in keys])
    seen = np.bincount(words, minlength=len(keys))
    behind = np.bincount(words[1:][is_cue[words[:-1]]], minlength=len(keys))
    return np.where(seen >= FEWEST_SEEN, behind / np.maximum(seen, 1), 0.0)


def _verb_forms(key: str, forms: Counter[str], plurals: set[str]) -> float:
    """Share of forms that are neither the lemma nor a plural."""
    others = sum(
        count
        for form, count in forms.items()
        if form.casefold() != key and not form.casefold().endswith("s") and form.casefold() not in plurals
    )
    return others / max(forms.total(), 1)
