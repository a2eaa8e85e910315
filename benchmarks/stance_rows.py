"""What `stance.py` measures: for each set, what newstance and the controls say of its pairs."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from newstance.config import load_config
from newstance.corpus.sentences.split import split
from newstance.embed import load_encoder
from newstance.stance.fitting import read_stance
from newstance.stance.model import StanceConfig, StanceModel
from newstance.tables import STANCES
from newstance.themes.codebook import Target
from stance_sets import ROOT, Pairs, agency, joined, newsmtsc, read_lines, real_news, ruarg, rusentne
from stance_systems import (
    fit_and_ask,
    fit_and_ask_blind,
    learn_reader,
    majority,
    read,
    shipped_reader,
    tfidf,
)

N_FOLDS = 5
AGENCY_WEIGHT = 3.0  # as in configs/stance-reader.yaml
BLIND, TFIDF, MAJORITY = "target-blind control", "TF-IDF + LinearSVC", "majority"
SHIPPED, CODEBOOK = "shipped reader", "shipped reader, mentions found by the codebook"
READER, HEAD = "reader of the other folds", "reader of the other folds and fit_stance"
CORRECTED = "shipped reader and fit_stance"
ONE_LANGUAGE, ENCODER = "reader of that language alone", "fit_stance on the encoder alone"
PER_CLAIM = "head a claim"
Said = dict[str, np.ndarray]  # logits (n, k) of each system
Piece = Callable[[str, Callable[[], Said]], Said | None]  # None: not made, and not to be made now


class Judged(NamedTuple):
    """The true classes and groups of a set's parts, and what each system says of them: one part but for
    RuArg, whose claims are scored apart and averaged. ``of`` tells how much of the set it is."""

    parts: list[Pairs]
    said: list[Said]
    of: str = "all"


def folds(groups: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows of training and of test, five folds by group."""
    from sklearn.model_selection import GroupKFold

    return list(GroupKFold(N_FOLDS).split(groups, groups=groups.astype(str)))


def asked_about(
    name: str, train: Pairs, test: Pairs, piece: Piece, ask: Callable[[Pairs, Pairs], Said]
) -> Said | None:
    """What newstance, by ``ask``, and what must be beaten say of ``test`` after learning from ``train``."""
    ours = piece(name, lambda: ask(train, test) | {BLIND: fit_and_ask_blind(train, test)})
    peer = piece(f"{name}.tfidf", lambda: {TFIDF: tfidf(train, test)})
    if ours is None or peer is None:
        return None
    return ours | peer | {MAJORITY: majority(train, test)}


def in_folds(name: str, pairs: Pairs, piece: Piece, ask: Callable[[Pairs, Pairs], Said]) -> Judged | None:
    """What systems say of each fold after learning from the others; folds that are not made are left out."""
    said: dict[str, list[np.ndarray]] = {}
    asked = []
    for number, (train, test) in enumerate(folds(pairs.groups)):
        found = asked_about(f"{name}.{number}", pairs.take(train), pairs.take(test), piece, ask)
        asked += [] if found is None else [test]
        for system, logits in (found or {}).items():
            said.setdefault(system, []).append(logits)
    if not asked:
        return None
    whole = {system: np.concatenate(parts) for system, parts in said.items()}
    return Judged([pairs.take(np.concatenate(asked))], [whole], f"{len(asked)} of {N_FOLDS} folds")


def rusentne_folds(data: Path, piece: Piece, kept: Path) -> Judged | None:
    """RuSentNE by sentence: a reader for each fold, which has not seen it, alone and corrected by the labels
    of the other folds. It has learnt from those labels, so they say less than new ones would."""

    def ask(train: Pairs, test: Pairs) -> Said:
        sources = [(train, 1.0), (newsmtsc(data, "rw", "train"), 1.0), (agency(), AGENCY_WEIGHT)]
        reader = learn_reader(sources, 0, kept)
        return {HEAD: fit_and_ask(train, test, reader), READER: read(reader, test)}

    return in_folds("rusentne", rusentne(data), piece, ask)


def unseen(data: Path, piece: Piece, kept: Path) -> Judged | None:
    """The validation rows of RuSentNE whose sentence is not in train, by the shipped reader."""
    train, test = rusentne(data, "train"), rusentne(data, "unseen")
    said = asked_about("rusentne-unseen", train, test, piece, ask_shipped)
    return None if said is None else Judged([test], [said])


def ask_shipped(train: Pairs, test: Pairs) -> Said:
    """What the shipped reader says; it learns nothing from ``train``."""
    return {SHIPPED: read(shipped_reader(), test)}


def news(kind: str, data: Path, piece: Piece, kept: Path) -> Judged | None:
    """The test rows of NewsMTSC, by the shipped reader."""
    train, test = newsmtsc(data, kind, "train"), newsmtsc(data, kind, "test")
    said = asked_about(f"newsmtsc-{kind}", train, test, piece, ask_shipped)
    return None if said is None else Judged([test], [said])


def to_russian(data: Path, piece: Piece, kept: Path) -> Judged | None:
    """From the English of NewsMTSC (train) to all labelled rows of RuSentNE."""
    return _across("en-ru", newsmtsc(data, "rw", "train"), rusentne(data), piece, kept)


def to_english(data: Path, piece: Piece, kept: Path) -> Judged | None:
    """From all labelled rows of RuSentNE to the English of NewsMTSC rw (test)."""
    return _across("ru-en", rusentne(data), newsmtsc(data, "rw", "test"), piece, kept)


def _across(name: str, train: Pairs, test: Pairs, piece: Piece, kept: Path) -> Judged | None:
    def ask(train: Pairs, test: Pairs) -> Said:
        reader = learn_reader([(train, 1.0)], 0, kept)
        return {ONE_LANGUAGE: read(reader, test), ENCODER: fit_and_ask(train, test, None)}

    said = asked_about(name, train, test, piece, ask)
    return None if said is None else Judged([test], [said])


def claims(data: Path, piece: Piece, kept: Path) -> Judged | None:
    """RuArg by comment: a head for each claim, of the four classes of the shared task; the control has one
    head for all claims."""
    sets = ruarg(data)
    said: dict[str, dict[str, list[np.ndarray]]] = {claim: {} for claim in sets}
    asked = []
    for number, rows in enumerate(folds(next(iter(sets.values())).groups)):
        found = piece(f"ruarg.{number}", partial(_of_claims, sets, *rows))
        peer = piece(f"ruarg.{number}.tfidf", partial(_tfidf_of_claims, sets, *rows))
        if found is None or peer is None:
            continue
        asked.append(rows[1])
        for name, logits in (found | peer).items():
            claim, _, system = name.partition("/")
            said[claim].setdefault(system, []).append(logits)
    if not asked:
        return None
    test = np.concatenate(asked)
    whole = [{system: np.concatenate(parts) for system, parts in its.items()} for its in said.values()]
    return Judged([pairs.take(test) for pairs in sets.values()], whole, f"{len(asked)} of {N_FOLDS} folds")


def _of_claims(sets: dict[str, Pairs], train: np.ndarray, test: np.ndarray) -> Said:
    """What systems say of a fold, by claim and system; all claims have the same comments in one order."""
    learnt, asked = ({name: pairs.take(rows) for name, pairs in sets.items()} for rows in (train, test))
    said = {f"{name}/{PER_CLAIM}": fit_and_ask(learnt[name], asked[name], None) for name in sets}
    blind = fit_and_ask_blind(joined(list(learnt.values())), asked[next(iter(sets))])
    for name in sets:
        said[f"{name}/{BLIND}"] = blind
        said[f"{name}/{MAJORITY}"] = majority(learnt[name], asked[name])
    return said


def _tfidf_of_claims(sets: dict[str, Pairs], train: np.ndarray, test: np.ndarray) -> Said:
    return {f"{name}/{TFIDF}": tfidf(pairs.take(train), pairs.take(test)) for name, pairs in sets.items()}


def real(only_codebook: bool, data: Path, piece: Piece, kept: Path) -> Judged | None:
    """Sentences of real news by the shipped reader, the mention given. ``only_codebook`` leaves the targets
    of the quickstart's codebook, and asks also where the codebook finds the mention itself, as in `predict`;
    one that is not found takes no stance."""
    pairs, rows = real_news(data)
    said = piece(
        "real-news",
        lambda: {SHIPPED: read(shipped_reader(), pairs), CODEBOOK: _by_codebook(rows)},
    )
    if said is None:
        return None
    if not only_codebook:
        return Judged([pairs], [{SHIPPED: said[SHIPPED]}])
    known = {target.name for target in _targets()}
    own = np.flatnonzero([target in known for target in pairs.targets])
    return Judged([pairs.take(own)], [{system: logits[own] for system, logits in said.items()}])


def _by_codebook(rows: list[dict]) -> np.ndarray:
    table = _codebook_model().predict(
        pl.DataFrame(
            {
                "article_id": [str(number) for number in range(len(rows))],
                "sentence": [1] * len(rows),
                "text": [row["text"] for row in rows],
                "lang": [row["lang"] for row in rows],
            }
        ),
        load_encoder().encode,
    )
    probas = np.tile([1e-6, 1e-6, 1.0], (len(rows), 1))
    for one in table.filter(pl.col("mention") == 0).iter_rows(named=True):
        if rows[int(one["article_id"])]["target"] == one["target"]:
            probas[int(one["article_id"])] = [one[f"proba_{stance}"] for stance in STANCES]
    return np.log(np.clip(probas, 1e-6, None))


def _codebook_model() -> StanceModel:
    return read_stance(_targets(), load_encoder().encode, StanceConfig(), shipped_reader())


def _targets() -> list[Target]:
    return load_config(ROOT / "configs/quickstart.yaml").codebook.targets


def real_folds(data: Path, piece: Piece, kept: Path) -> Judged | None:
    """Sentences of real news by article: the shipped reader corrected by the labels of other articles."""

    def ask(train: Pairs, test: Pairs) -> Said:
        return {
            CORRECTED: fit_and_ask(train, test, shipped_reader()),
            ENCODER: fit_and_ask(train, test, None),
        }

    return in_folds("real-news-folds", real_news(data)[0], piece, ask)


def saved_model(model: Path, gold: Path) -> dict:
    """Stance scores of a saved model, as the script that comes with the data gives them."""
    script = gold.parents[2] / "measure/real_news.py"
    command = [sys.executable, str(script), str(model), "--gold", str(gold)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(told[told.index("\n{") :])["stance"]


class Row(NamedTuple):
    """A set: how it is measured, the system that its bars are for, and the bars by score."""

    measure: Callable[[Path, Piece, Path], Judged | None]
    system: str
    bars: dict[str, float]


REAL_NEWS = {"f1_macro": 0.58, "f1_pn": 0.50, "ece_calibrated": 0.03}
ROWS = {
    "RuSentNE-2023, five folds": Row(rusentne_folds, HEAD, {"f1_pn": 0.45, "ece_calibrated": 0.03}),
    "RuSentNE-2023, 840 unseen": Row(unseen, SHIPPED, {"f1_pn": 0.45, "ece_calibrated": 0.03}),
    "NewsMTSC rw": Row(partial(news, "rw"), SHIPPED, {"f1_macro": 0.70, "ece_calibrated": 0.03}),
    "NewsMTSC mt": Row(partial(news, "mt"), SHIPPED, {"f1_macro": 0.66, "ece_calibrated": 0.03}),
    "RuArg-2022, five folds": Row(claims, PER_CLAIM, {"f1_macro": 0.55, "ece_calibrated": 0.03}),
    "English to Russian": Row(to_russian, ONE_LANGUAGE, {"f1_macro": 0.48, "ece_calibrated": 0.03}),
    "Russian to English rw": Row(to_english, ONE_LANGUAGE, {"f1_macro": 0.53, "ece_calibrated": 0.03}),
    "real_news": Row(partial(real, False), SHIPPED, REAL_NEWS),
    "real_news, targets of the quickstart": Row(partial(real, True), CODEBOOK, REAL_NEWS),
    "real_news, five folds": Row(real_folds, CORRECTED, {"f1_macro": 0.62, "ece_calibrated": 0.03}),
}
PAIRS_A_SECOND = 3_000  # on two cores
SPEED_SETS = {"en": "fakes_syria", "ru": "nerel_docs"}
SPEED_EVERY = 4  # articles of these are taken, one of so many


def speed_alone(data: Path) -> dict:
    """Pairs a CPU-second of ``StanceModel.predict`` in this process, on sentences of real articles with the
    targets of the quickstart: on all sentences, and on those alone that name a target."""
    model, encode = _codebook_model(), load_encoder().encode
    every = pl.DataFrame(list(_sentences(data)), orient="row")
    found = model.predict(every.head(2_000), encode)  # words and rules are loaded here
    found = model.predict(every, encode)
    naming = every.join(found.select("article_id", "sentence"), on=["article_id", "sentence"], how="semi")
    told = {"n_sentences": every.height, "n_naming": naming.height, "n_pairs": found.height}
    for name, sentences in (("all_sentences", every), ("naming_sentences", naming)):
        start, wall = time.process_time(), time.time()
        n_pairs = model.predict(sentences, encode).height
        told[name] = {
            "pairs_a_cpu_second": n_pairs / (time.process_time() - start),
            "pairs_a_second": n_pairs / (time.time() - wall),
        }
    return told


def _sentences(data: Path) -> Iterator[dict]:
    for lang, name in SPEED_SETS.items():
        for number, row in enumerate(read_lines(data / name / "data.jsonl.gz")[::SPEED_EVERY]):
            for place, (start, end) in enumerate(split(row["text"], lang), 1):
                yield {
                    "article_id": f"{name}-{number}",
                    "sentence": place,
                    "text": row["text"][start:end],
                    "lang": lang,
                }
