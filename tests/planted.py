"""Copies with planted edits, of which it is known whose copies they are. For tests and benchmarks."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

LATIN, CYRILLIC = "aeopcxy", "аеорсху"
SWAP = str.maketrans(LATIN + CYRILLIC, CYRILLIC + LATIN)
FIRST_DAY = date(2024, 1, 1)
COPY_DAY = date(2024, 6, 1)

Edit = Callable[[str, list[str], random.Random], str]


def change_words(text: str, others: list[str], rng: random.Random) -> str:
    """5 to 15 % of the words replaced by words of another text."""
    words = text.split(" ")
    spare = rng.choice(others).split()
    n_changed = max(1, round(len(words) * rng.uniform(0.05, 0.15)))
    for position in rng.sample(range(len(words)), n_changed):
        words[position] = rng.choice(spare)
    return " ".join(words)


def add_tail(text: str, others: list[str], rng: random.Random) -> str:
    """Up to a third as long again of another text at the end."""
    tail = " ".join(rng.choice(others).split()[: max(3, len(text.split()) // 3)])
    return f"{text} {tail}"


def replace_headline(text: str, others: list[str], rng: random.Random) -> str:
    """The first words, up to a sixth of the text, give way to as many others."""
    words = text.split(" ")
    n = min(10, max(2, len(words) // 6))
    return " ".join(rng.choice(others).split()[:n] + words[n:])


def mix_alphabets(text: str, others: list[str], rng: random.Random) -> str:
    """Half of the words, addresses left out, get look-alike letters of the other alphabet."""
    words = text.split(" ")
    return " ".join(word if "://" in word or rng.random() < 0.5 else word.translate(SWAP) for word in words)


def change_and_mix(text: str, others: list[str], rng: random.Random) -> str:
    """Words changed and two alphabets mixed at once."""
    return mix_alphabets(change_words(text, others, rng), others, rng)


EDITS: dict[str, Edit] = {
    "5-15 % of words": change_words,
    "tail added": add_tail,
    "headline replaced": replace_headline,
    "alphabets mixed": mix_alphabets,
    "words and alphabets": change_and_mix,
}


def articles_of(texts: list[str], first_id: str = "a", day: date = FIRST_DAY) -> pl.DataFrame:
    """Articles of ``texts``, on days from ``day`` on, by five outlets."""
    return pl.DataFrame(
        {
            "article_id": [f"{first_id}{n:06d}" for n in range(len(texts))],
            "text": texts,
            "published": [day + timedelta(days=n % 60) for n in range(len(texts))],
            "source": [f"outlet {n % 5}" for n in range(len(texts))],
        },
        schema={"article_id": pl.String, "text": pl.String, "published": pl.Date, "source": pl.String},
    )


def plant(bases: list[str], others: list[str], edit: Edit, seed: int) -> tuple[pl.DataFrame, dict[str, str]]:
    """``bases`` and a later copy of every second one; the original of each copy by id."""
    rng = random.Random(seed)
    originals = articles_of(bases)
    chosen = list(range(0, len(bases), 2))
    copies = articles_of([edit(bases[n], others, rng) for n in chosen], "b", COPY_DAY)
    truth = {copy: originals["article_id"][n] for copy, n in zip(copies["article_id"], chosen, strict=True)}
    return pl.concat([originals, copies]).sample(fraction=1.0, shuffle=True, seed=seed), truth


def plant_blocks(bases: list[str], n_words: int, seed: int) -> tuple[pl.DataFrame, dict[str, str]]:
    """Every fourth base gets ``n_words`` in a row of the one before it, put in after its middle."""
    rng = random.Random(seed)
    texts, truth = list(bases), {}
    ids = articles_of(bases)["article_id"]
    for n in range(1, len(bases), 4):
        words, own = bases[n - 1].split(), bases[n].split()
        start = rng.randrange(max(1, len(words) - n_words))
        middle = len(own) // 2
        texts[n] = " ".join(own[:middle] + words[start : start + n_words] + own[middle:])
        truth[ids[n]] = ids[n - 1]
    days = [COPY_DAY if article_id in truth else FIRST_DAY for article_id in ids]
    return articles_of(texts).with_columns(pl.Series("published", days)), truth


def scores(copies: pl.DataFrame, truth: dict[str, str]) -> tuple[float, float]:
    """Recall of the planted copies, and precision of all rows found."""
    found = zip(copies["article_id"], copies["duplicate_of"], strict=True)
    right = sum(truth.get(copy) == original for copy, original in found)
    return right / len(truth), right / copies.height if copies.height else 0.0
