"""How good an encoder is at themes across languages: the protocol behind the scores of the model card.

Sentences of known subject in many languages (SIB-200, arXiv:2309.07445) say whether an encoder groups
by subject, learns one from eight examples, and carries one from English to a language; professional
translations (NTREX-128, aclanthology.org/2022.sumeval-1.4) say whether a sentence finds its own. The
clusters and the eight examples follow MTEB (arXiv:2210.07316) closely enough to stand beside its scores.
"""

import gzip
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from newstance.linear import unit_rows

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

SIB_FILE = "sib200/main30.jsonl.gz"
NTREX_FILE = "ntrex16/data.jsonl.gz"
SIB_COLUMNS = {"lang": pl.String, "text": pl.String, "label": pl.String, "split": pl.String}
NTREX_COLUMNS = {"lang": pl.String, "text": pl.String, "doc_id": pl.String, "sent": pl.Int64}
N_SUBJECTS = 7
N_RUNS = 10
N_SHOTS = 8
PIVOT = "en"
MEAN_LANGS = ("ru", "uk", "de", "fr", "es", "zh", "ar", "tr", "pl", "fa")
BIAS_LANGS = ("en", "ru", "uk", "ar", "de", "fr", "zh")
SCORES = ("sib_cluster", "sib_few_shot", "sib_transfer", "ntrex")

Encode = Callable[[list[str]], np.ndarray]
Labelled = tuple[np.ndarray, np.ndarray]  # vectors (n, n_dims) and the label of each (n,)


class EncoderScores(NamedTuple):
    """``table``: a row a language, columns lang and ``SCORES``, shares of 1, null where a set lacks the
    language. ``means``: "mean/<score>" over ``MEAN_LANGS``, "bias/nmi_lang" and "bias/ami_subject" over
    ``BIAS_LANGS``, each only where all its languages were scored: it would mean another thing.
    """

    table: pl.DataFrame
    means: dict[str, float]


class Encoded(NamedTuple):
    """Rows of a set in one language and their ``vectors`` (n_rows, n_dims)."""

    rows: pl.DataFrame
    vectors: np.ndarray

    def labelled(self, *splits: str) -> Labelled:
        """Vectors and labels of the rows in ``splits``; of all rows where none is given."""
        split = self.rows["split"].to_numpy()
        keep = np.isin(split, splits) if splits else np.full(len(split), True)
        return self.vectors[keep], self.rows["label"].to_numpy()[keep]

    def keys(self) -> np.ndarray:
        """What a sentence shares with its translations, (n_rows,)."""
        return self.rows.select(pl.format("{} {}", "doc_id", "sent")).to_series().to_numpy()


def evaluate_encoder(
    encode: Encode,
    folder: str | Path,
    langs: Sequence[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> EncoderScores:
    """Scores of ``encode``, which gives (n, n_dims) vectors for n texts, on the two sets in ``folder``.

    ``langs`` None takes all languages of either set. Each is encoded once; English always, as the
    others are held against it. ``progress`` is called with each language once it is encoded.
    """
    sets = {
        SIB_FILE: read_set(Path(folder) / SIB_FILE, SIB_COLUMNS),
        NTREX_FILE: read_set(Path(folder) / NTREX_FILE, NTREX_COLUMNS),
    }
    langs = _checked_langs(langs, sets)
    sib, ntrex = _encode_sets(encode, sets, langs, progress)
    classifier = fit_transfer(*sib[PIVOT].labelled("train", "dev"))
    rows = [{"lang": lang} | _sib_scores(sib, lang, classifier) | _ntrex_score(ntrex, lang) for lang in langs]
    table = pl.DataFrame(rows, schema={"lang": pl.String, **dict.fromkeys(SCORES, pl.Float64)})
    return EncoderScores(table, _means(table) | _bias({lang: sib[lang] for lang in langs if lang in sib}))


def sib_cluster(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Mean V-measure of ten MiniBatchKMeans of ``vectors`` (n, n_dims) against the subjects."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.metrics import v_measure_score

    def score(seed: int) -> float:
        kmeans = MiniBatchKMeans(N_SUBJECTS, batch_size=512, n_init=1, random_state=seed)
        return float(v_measure_score(labels, kmeans.fit_predict(vectors)))

    return float(np.mean([score(seed) for seed in range(N_RUNS)]))


def sib_few_shot(train: Labelled, test: Labelled) -> float:
    """Mean accuracy on ``test`` of ten classifiers, each fitted to eight examples a subject drawn from
    ``train`` (to all of a subject that has fewer)."""
    from sklearn.linear_model import LogisticRegression

    vectors, labels = train
    # These draws give the figures published with the protocol; others differ by up to three points.
    rng = np.random.RandomState(42)
    rows_of = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    scores = []
    for _ in range(N_RUNS):
        own = [rng.choice(rows, min(N_SHOTS, len(rows)), replace=False) for rows in rows_of]
        drawn = np.concatenate(own)
        with _few_iterations():
            classifier = LogisticRegression(max_iter=100).fit(vectors[drawn], labels[drawn])
        scores.append(classifier.score(*test))
    return float(np.mean(scores))


def fit_transfer(vectors: np.ndarray, labels: np.ndarray) -> "LogisticRegression":
    """The classifier fitted to English ``vectors`` (n, n_dims) that is then tried on other languages."""
    from sklearn.linear_model import LogisticRegression

    with _few_iterations():
        return LogisticRegression(C=10).fit(vectors, labels)


def sib_transfer(classifier: "LogisticRegression", test: Labelled) -> float:
    """Accuracy on ``test`` of a ``classifier`` of ``fit_transfer``."""
    return float(classifier.score(*test))


def ntrex_retrieval(
    vectors: np.ndarray, keys: np.ndarray, english: np.ndarray, english_keys: np.ndarray
) -> float:
    """Share of sentences whose nearest English one by cosine is their translation, that of equal key.

    ``vectors`` (n, n_dims) with ``keys`` (n,); ``english`` (n_english, n_dims) with its keys.
    """
    nearest = (unit_rows(vectors) @ unit_rows(english).T).argmax(axis=1)
    return float(np.mean(keys == english_keys[nearest]))


def language_bias(vectors: np.ndarray, langs: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Whether pooled languages cluster by language or by subject: normalised mutual information of
    seven KMeans clusters of ``vectors`` (n, n_dims) with ``langs``, adjusted with ``labels``."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    clusters = KMeans(N_SUBJECTS, n_init=N_RUNS, random_state=0).fit_predict(vectors)
    by_lang = normalized_mutual_info_score(langs, clusters)
    return float(by_lang), float(adjusted_mutual_info_score(labels, clusters))


def read_set(path: Path, columns: dict[str, Any]) -> pl.DataFrame:
    """Rows of a gzipped JSONL file with ``columns``; ``FileNotFoundError`` or ``ValueError`` in words."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: no such file. Give the folder that holds {SIB_FILE} (the SIB-200 sentences) "
            f"and {NTREX_FILE} (the NTREX-128 translations)."
        )
    with gzip.open(path) as file:
        rows = pl.read_ndjson(file.read())
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise ValueError(f"{path}: fields {missing} are missing; there are {rows.columns}.")
    return rows.select(pl.col(column).cast(kind) for column, kind in columns.items())


def _checked_langs(langs: Sequence[str] | None, sets: dict[str, pl.DataFrame]) -> list[str]:
    for name, rows in sets.items():
        if PIVOT not in rows["lang"]:
            raise ValueError(f"{name}: no sentence has lang {PIVOT!r}, with which all others are compared.")
    known = sorted({lang for rows in sets.values() for lang in rows["lang"].unique()})
    unknown = sorted(set(langs or ()) - set(known))
    if unknown:
        raise ValueError(f"langs: neither set has {unknown}; they have {known}.")
    return list(dict.fromkeys(langs)) if langs is not None else known


def _encode_sets(
    encode: Encode,
    sets: dict[str, pl.DataFrame],
    langs: list[str],
    progress: Callable[[str], None] | None,
) -> list[dict[str, Encoded]]:
    """Each set by language, English first."""
    encoded: dict[str, dict[str, Encoded]] = {name: {} for name in sets}
    for lang in dict.fromkeys((PIVOT, *langs)):
        for name, rows in sets.items():
            own = rows.filter(pl.col("lang") == lang)
            if own.height:
                encoded[name][lang] = Encoded(own, _vectors(encode, own["text"].to_list(), lang))
        if progress is not None:
            progress(lang)
    return list(encoded.values())


def _vectors(encode: Encode, texts: list[str], lang: str) -> np.ndarray:
    vectors = np.asarray(encode(texts), dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise ValueError(
            f"{lang}: {len(texts)} texts gave vectors of shape {vectors.shape}; expected a row each."
        )
    broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(broken):
        raise ValueError(f"{lang}: {len(broken)} vectors are not finite, the first for {texts[broken[0]]!r}.")
    return vectors


def _sib_scores(sib: dict[str, Encoded], lang: str, classifier: "LogisticRegression") -> dict[str, Any]:
    if lang not in sib:
        return dict.fromkeys(SCORES[:3])
    own = sib[lang]
    test = own.labelled("test")
    return {
        "sib_cluster": sib_cluster(*own.labelled()),
        "sib_few_shot": sib_few_shot(own.labelled("train"), test),
        "sib_transfer": sib_transfer(classifier, test),
    }


def _ntrex_score(ntrex: dict[str, Encoded], lang: str) -> dict[str, Any]:
    if lang == PIVOT or lang not in ntrex:
        return {"ntrex": None}
    own, english = ntrex[lang], ntrex[PIVOT]
    return {"ntrex": ntrex_retrieval(own.vectors, own.keys(), english.vectors, english.keys())}


def _means(table: pl.DataFrame) -> dict[str, float]:
    ten = table.filter(pl.col("lang").is_in(MEAN_LANGS))
    values = {score: ten[score].drop_nulls().to_numpy() for score in SCORES}
    return {
        f"mean/{score}": float(own.mean()) for score, own in values.items() if len(own) == len(MEAN_LANGS)
    }


def _bias(sib: dict[str, Encoded]) -> dict[str, float]:
    if not set(BIAS_LANGS) <= set(sib):
        return {}
    parts = [sib[lang].labelled() for lang in BIAS_LANGS]
    langs = np.repeat(BIAS_LANGS, [len(labels) for _, labels in parts])
    vectors, labels = (np.concatenate(one) for one in zip(*parts, strict=True))
    nmi_lang, ami_subject = language_bias(vectors, langs, labels)
    return {"bias/nmi_lang": nmi_lang, "bias/ami_subject": ami_subject}


@contextmanager
def _few_iterations() -> Iterator[None]:
    """Hide that 100 steps of the solver may be too few: the protocol fixes them."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
