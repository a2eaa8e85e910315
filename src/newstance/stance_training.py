"""The stance step of a training: the head, what it says of judgements it has not seen, and its scores."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from newstance.config import TrainConfig
from newstance.corpus.language import detect
from newstance.embed import Encoder, load_encoder
from newstance.evaluate.scores import Scores
from newstance.evaluate.stance import stance_scores
from newstance.frames import empty
from newstance.progress import Progress
from newstance.stance.abstain import decided_table
from newstance.stance.fitting import LeftOut, across_languages, fit_stance, read_stance
from newstance.stance.judgements import Judgement, read_judgements
from newstance.stance.meaning import MeaningFinder
from newstance.stance.model import StanceModel
from newstance.stance.readers import StanceReader, load_reader
from newstance.stance.splits import split_group
from newstance.tables import JUDGED, STANCES, UNKNOWN_LANG
from newstance.themes.codebook import Target
from newstance.themes.model import fit_codebook
from newstance.themes.space import background_texts, theme_space

TITLE = "Stance, on judgements left out of the fit"
DECIDED_TITLE = "Stances decided, on judgements left out of the fit"
ACROSS_TITLE = "Stance learnt in one language (row), asked in another (column): macro-F1"
FEWEST_OF_A_LANGUAGE = 10  # judgements from which stances of a language are trusted to be known
UNMEASURED = (
    "Stances are what a reader learnt elsewhere says of entities: no judgement of yours measured or "
    "corrected it, and it knows no propositions (a ceasefire as a thing to support). Label sentences of your "
    "own: "
    "stance.labels."
)


@dataclass(frozen=True)
class TrainedStance:
    """The model, None without targets; its scores; ``judged`` (``tables.JUDGED``), what it says of judgements
    left out; and ``langs``, the languages that judgements or the reader cover, None for any."""

    model: StanceModel | None = None
    scores: Scores = field(default_factory=Scores)
    judged: pl.DataFrame = field(default_factory=lambda: empty(JUDGED))
    langs: tuple[str, ...] | None = None


def train_stance(encoder: Encoder, config: TrainConfig, progress: Progress) -> TrainedStance:
    """Fit the head to the judgements of the config; without judgements, take what the reader says."""
    targets = config.codebook.targets
    if not targets or not (config.stance.label_files or config.stance.reader):
        return TrainedStance()
    meaning = _meaning(targets, encoder)
    reader = None
    if config.stance.reader is not None:
        reader = load_reader(load_encoder(abbreviations=False), config.stance.reader)
    if not config.stance.label_files:
        assert reader is not None
        model = read_stance(targets, encoder.encode, config.stance, reader, meaning)
        return TrainedStance(model, Scores(notes=[UNMEASURED]), langs=reader.langs)
    judgements = [one for path in config.stance.label_files for one in read_judgements(path)]
    with progress.step("Training stance"):
        model, left_out = fit_stance(judgements, targets, encoder.encode, config.stance, reader, meaning)
        scores = _scores(judgements, left_out, config)
    if config.evaluation.across_languages:
        with progress.step("Asking across languages"):
            table = across_languages(judgements, targets, encoder.encode, config.stance, reader)
        scores.tables[ACROSS_TITLE] = table
    return TrainedStance(model, scores, _judged(judgements, left_out), _langs(judgements, reader))


def _meaning(targets: list[Target], encoder: Encoder) -> MeaningFinder | None:
    """What finds the targets that have examples; all targets are what each is told apart from."""
    themes = [theme for target in targets if (theme := target.by_meaning) is not None]
    if not themes:
        return None
    space = theme_space(np.zeros((0, encoder.n_dims), dtype=np.float32), encoder.encode(background_texts()))
    coef, intercept = fit_codebook(themes, space, encoder.encode)
    return MeaningFinder(tuple(theme.name for theme in themes), coef, intercept, space)


def _scores(judgements: list[Judgement], left_out: LeftOut, config: TrainConfig) -> Scores:
    scores = stance_scores(
        np.array([STANCES.index(one.stance) for one in judgements]),
        left_out.probas,
        [split_group(one) for one in judgements],
        [one.lang for one in judgements],
        [one.target.label for one in judgements],
        left_out.blind_probas,
        config.evaluation.n_bootstrap,
        config.seed,
        sources=[one.source for one in judgements],
        texts=[one.text for one in judgements],
    )
    tables = {TITLE: scores.table}
    decided = _decided(judgements, left_out, config)
    if decided.height:
        tables[DECIDED_TITLE] = decided
    return Scores(scores.metrics, tables, [*_split_notes(judgements, config), *scores.notes])


def _decided(judgements: list[Judgement], left_out: LeftOut, config: TrainConfig) -> pl.DataFrame:
    """How many stances are decided, and how many of these are right."""
    told = np.flatnonzero(~np.isnan(left_out.probas).any(axis=1))
    judged = [judgements[row] for row in told]
    return decided_table(
        left_out.probas[told],
        np.array([STANCES.index(one.stance) for one in judged], dtype=np.int64),
        [split_group(one) for one in judged],
        [one.lang for one in judged],
        (config.stance.abstain_below, config.stance.coverage),
    )


def _split_notes(judgements: list[Judgement], config: TrainConfig) -> list[str]:
    """What was left out together, and how many judgements have their article on both sides."""
    split = config.stance.split
    if split == "group":
        return []
    sides: dict[str, set[str]] = defaultdict(set)
    for one in judgements:
        sides[split_group(one)].add(split_group(one, split))
    names = {name for own in sides.values() for name in own}
    n_leaked = sum(len(sides[split_group(one)]) > 1 for one in judgements)
    note = f"Stance scores leave out each {split} as a whole ({len(names)} of them)."
    if n_leaked:
        note += (
            f" {n_leaked} of {len(judgements)} judgements are of articles that are judged under another "
            f"{split} too, so their words were seen."
        )
    return [note]


def _judged(judgements: list[Judgement], left_out: LeftOut) -> pl.DataFrame:
    """A row for each judgement that was left out once."""
    about: dict[str, list] = {
        "group": [split_group(one) for one in judgements],
        "lang": [one.lang for one in judgements],
        "target": [one.target.label for one in judgements],
        "stance": [one.stance for one in judgements],
        "source": [one.source for one in judgements],
        "p_draw": [one.p_draw for one in judgements],
        "placed": [one.target.span is not None for one in judgements],
    }
    said = {f"proba_{stance}": left_out.probas[:, column] for column, stance in enumerate(STANCES)}
    return pl.DataFrame(about | said, schema=JUDGED).filter(pl.col("proba_none").is_not_nan())


def _langs(judgements: list[Judgement], reader: StanceReader | None) -> tuple[str, ...]:
    """Languages with enough judgements, and those of the reader. The language of a judgement that has none
    is detected."""
    langs = Counter(one.lang for one in judgements if one.lang != UNKNOWN_LANG)
    langs.update(detect([one.text for one in judgements if one.lang == UNKNOWN_LANG]))
    enough = {lang for lang, n in langs.items() if n >= FEWEST_OF_A_LANGUAGE}
    return tuple(sorted(enough | set(() if reader is None else reader.langs)))
