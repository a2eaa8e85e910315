"""What tells of speech in a language: the ``holders`` part of its file, read once."""

import re
from dataclasses import dataclass
from functools import cache, cached_property

from newstance.languages import language

BEFORE_COMPOUND = "nach"  # German: "nach Polizeiangaben"
RUN = re.compile(r"[^\W_]+")
PLUS = "+"  # in the lists: the word takes each of the ``endings``


@dataclass(frozen=True)
class SpeechWords:
    """The lists of one language, in lower case; ``languages/any.yaml`` explains each."""

    lang: str
    say: frozenset[str]
    judge: frozenset[str]
    marked: frozenset[str]
    takes_object: frozenset[str]
    unlike: frozenset[str]
    asides: frozenset[str]
    participles: frozenset[str]
    auxiliaries: frozenset[str]
    split: dict[str, frozenset[str]]
    sources: dict[str, tuple[tuple[str, ...], ...]]  # phrases by their first word, longer ones first
    after: frozenset[str]
    so: frozenset[str]
    compounds: frozenset[str]
    documents: frozenset[str]
    stands: frozenset[str]
    topics: frozenset[str]
    attached: frozenset[str]
    places: frozenset[str]
    prepositions: frozenset[str]
    skips: frozenset[str]
    times: frozenset[str]
    recipients: frozenset[str]
    clauses: frozenset[str]
    ands: frozenset[str]
    pronouns: frozenset[str]
    possessives: frozenset[str]
    nobody: frozenset[str]
    passives: frozenset[str]
    media: frozenset[str]
    nominatives: frozenset[str]
    determiners: frozenset[str]
    agreement: str

    @cached_property
    def verbs(self) -> frozenset[str]:
        """Every form that may be the verb of a cue."""
        return self.say | self.judge | self.split.keys()

    @cached_property
    def signs(self) -> frozenset[str]:
        """The first letters and digits of each word at which a cue may be found: a text without one of them
        has no cue."""
        words = self.verbs | self.auxiliaries | self.after | self.so | self.stands | self.sources.keys()
        found = (RUN.search(word) for word in (*words, *([BEFORE_COMPOUND] if self.compounds else ())))
        return frozenset(match[0] for match in found if match)

    @cached_property
    def joins(self) -> frozenset[str]:
        """Words with which no phrase ends."""
        return self.prepositions | self.attached | self.ands

    @cached_property
    def fillers(self) -> frozenset[str]:
        """Words before which a phrase ends, unless they are written as a name."""
        return self.skips | self.recipients | self.auxiliaries

    @cached_property
    def no_nouns(self) -> frozenset[str]:
        """Words before which an English noun begins."""
        return self.prepositions | self.passives | self.verbs | self.pronouns | self.skips


@cache
def speech_words(lang: str) -> SpeechWords | None:
    """The lists for a BCP 47 tag, or those of its language; None where its file has none."""
    part = language(lang).get("holders") or language(lang.split("-")[0]).get("holders")
    if not part:
        return None
    endings = part.get("endings", "").split()
    lists = {
        name: frozenset(_forms(part.get({"ands": "and"}.get(name, name), ""), endings))
        for name, kind in SpeechWords.__annotations__.items()
        if kind == frozenset[str]
    }
    split: dict[str, set[str]] = {}
    for pair in part.get("split", "").split():
        verb, _, particle = pair.partition(":")
        split.setdefault(verb, set()).add(particle)
    sources = sorted((tuple(phrase.split()) for phrase in part["sources"].split(",")), key=len, reverse=True)
    return SpeechWords(
        lang=lang,
        sources={first: tuple(one for one in sources if one[0] == first) for first, *_ in sources},
        split={verb: frozenset(particles) for verb, particles in split.items()},
        agreement=part["agreement"],
        **lists,
    )


def _forms(words: str, endings: list[str]) -> list[str]:
    forms = []
    for word in words.split():
        if PLUS in word:
            forms += [word.replace(PLUS, ending) for ending in endings]
        else:
            forms.append(word)
    return forms
