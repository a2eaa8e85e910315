"""The whole way: one training on the sample corpus, and the laws and bars that hold for it."""

import hashlib
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from rich.console import Console

import newstance
from floors import floor
from newstance import disk
from newstance.config import ConfigError, load_config
from newstance.embed.cache import CachedEncoder
from newstance.model.content import ModelError
from newstance.summary.words import NOT_MEASURED
from newstance.terminal.training import show_training
from newstance.training import Trained, train

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data/sample/articles"


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def small_config(tmp_path: Path, *overrides: str):
    return load_config(
        ROOT / "configs/quickstart.yaml",
        [
            f"output.models={tmp_path}/models",
            f"output.results={tmp_path}/results",
            "output.tracking=null",
            "encoder.cache=null",
            "evaluation.themes=null",
            *overrides,
        ],
    )


def train_small(tmp_path: Path, corpus: Path, *overrides: str) -> Trained:
    plain = ["stance.labels=null", "themes.n_splits=1"]
    return train(small_config(tmp_path, f"corpus.path={corpus}", *plain, *overrides))


@pytest.mark.parametrize(
    ("gold", "metric"),
    [
        ("sample_themes", "themes/ami"),
        ("sample_themes", "themes/purity"),
        ("sample_stance", "stance/f1_macro"),
        ("sample_stance", "stance/f1_favor_against"),
    ],
)
def test_scores_do_not_fall(quickstart: Trained, gold: str, metric: str) -> None:
    assert quickstart.results.metrics[metric] >= floor(gold, "all", metric)


def test_noise_is_what_no_theme_has_at_one_half(quickstart: Trained) -> None:
    themes = quickstart.results.theme_of_article
    assert quickstart.model.theme_model.head.reject == 0.5
    assert ((themes["theme_id"] == -1) == (themes["proba"] < 0.5)).all()
    assert 0 < (themes["theme_id"] == -1).mean() < 0.5


def test_every_article_and_sentence_has_its_row(quickstart: Trained) -> None:
    results = quickstart.results
    assert results.theme_of_article["article_id"].to_list() == results.corpus.articles["article_id"].to_list()
    keys = ["article_id", "sentence"]
    assert results.theme_of_sentence.select(keys).equals(results.corpus.sentences.select(keys))
    assert results.layout.height == results.corpus.articles.height


def test_one_rule(quickstart: Trained) -> None:
    """Training, batch, shards, one by one, saved and loaded: the same theme and the same stance."""
    trained = quickstart.results
    model = newstance.load_model(quickstart.model_folder)
    corpus = model.read(SAMPLE)
    whole = model.apply(corpus)
    assert whole.theme_of_article.equals(trained.theme_of_article)
    assert whole.theme_of_sentence.equals(trained.theme_of_sentence)
    assert whole.stances.equals(trained.stances)
    for article in corpus.articles["article_id"].gather_every(17):
        alone = model.apply(_only(corpus, [article]))
        for table in ("theme_of_article", "theme_of_sentence", "stances"):
            expected = getattr(whole, table).filter(pl.col("article_id") == article)
            assert getattr(alone, table).equals(expected), (article, table)
    shard = corpus.articles["article_id"].sample(40, seed=3, shuffle=True).to_list()
    part = model.apply(_only(corpus, shard)).theme_of_article.sort("article_id")
    assert part.equals(whole.theme_of_article.filter(pl.col("article_id").is_in(shard)).sort("article_id"))


def _only(corpus, articles: list[str]):
    from dataclasses import replace

    order = pl.DataFrame({"article_id": articles})
    return replace(
        corpus,
        articles=order.join(corpus.articles, on="article_id", maintain_order="left"),
        sentences=order.join(corpus.sentences, on="article_id", maintain_order="left"),
    )


def test_texts_frames_and_files_agree(quickstart: Trained, tmp_path: Path) -> None:
    model = quickstart.model
    rows = [json.loads(line) for line in (SAMPLE / "en.jsonl").read_text("utf-8").splitlines()][:6]
    frame = pl.DataFrame(rows)
    path = tmp_path / "six.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    columns = ["article_id", "theme_id", "proba"]
    expected = model.predict(path).select(columns)
    assert model.predict(frame).select(columns).equals(expected)
    assert pl.from_pandas(model.predict(frame.to_pandas())[columns]).equals(expected)
    texts = model.predict([row["text"] for row in rows])
    assert texts["theme_id"].to_list() == expected["theme_id"].to_list()


def test_predict_loads_nothing_heavy(quickstart: Trained) -> None:
    code = (
        "import sys, newstance\n"
        "from pathlib import Path\n"
        f"model = newstance.load_model({str(quickstart.model_folder)!r})\n"
        f"model.predict(Path({str(SAMPLE)!r}))\n"
        "heavy = {'torch', 'umap', 'hdbscan', 'numba', 'mlflow', 'sentence_transformers'}\n"
        "heavy &= set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_two_trainings_give_identical_files(tmp_path: Path) -> None:
    """Also in another process, where hashes of strings differ."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("en.jsonl", "ru.jsonl"):
        (folder / name).write_bytes((SAMPLE / name).read_bytes())
    train_small(tmp_path / "first", folder)
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\n"
        "from test_train import train_small\n"
        f"train_small(Path({str(tmp_path / 'second')!r}), Path({str(folder)!r}))\n"
    )
    env = {**os.environ, "PYTHONHASHSEED": "123"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=env, capture_output=True)
    first, second = files_of(tmp_path / "first"), files_of(tmp_path / "second")
    differ = {name for name in first if first[name] != second.get(name)}
    # the resolved config names its output folders, and the manifest holds its hash
    assert first.keys() == second.keys()
    assert {Path(name).name for name in differ} <= {"config.yaml", "manifest.json"}


def test_a_second_run_encodes_nothing(tmp_path: Path) -> None:
    encoder = newstance.load_encoder()
    texts = ["The truce holds.", "Перемирие соблюдается.", "The truce holds."]
    first = CachedEncoder(encoder, tmp_path / "vectors.sqlite")
    second = CachedEncoder(encoder, tmp_path / "vectors.sqlite")
    assert np.array_equal(first.encode(texts), second.encode(texts))
    assert (first.n_encoded, second.n_encoded) == (2, 0)


ARTICLE = (
    "The truce in Aleppo broke down at dawn. Washington blamed Moscow for the strikes. "
    "Aid convoys waited at the border while diplomats argued about inspections."
)


def write_articles(folder: Path, texts: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f"{number:04}.txt").write_text(text, "utf-8")
    return folder


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ValueError, match="nothing"):
        train_small(tmp_path, tmp_path / "nothing")


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"corpus\.path"):
        train_small(tmp_path, tmp_path / "missing")


def test_few_articles_give_an_answer(tmp_path: Path) -> None:
    texts = [f"{ARTICLE} This is report number {number}." for number in range(5)]
    trained = train_small(tmp_path, write_articles(tmp_path / "few", texts))
    assert trained.results.theme_of_article.height == 5
    assert any("few" in note for note in trained.results.notes)
    page = (trained.results_folder / "report.html").read_text("utf-8")
    assert "</html>" in page
    assert newstance.load_model(trained.model_folder).predict("One more text.").height == 1


def test_without_a_codebook_few_articles_have_no_theme_and_say_so(tmp_path: Path) -> None:
    trained = train_small(tmp_path, write_articles(tmp_path / "one", [ARTICLE] * 5), "codebook={}")
    assert trained.results.themes.height == 0
    assert set(trained.results.theme_of_article["theme_id"]) == {-1}
    assert any("No theme was found" in note for note in trained.results.notes)


def test_a_thousand_copies_weigh_as_one(tmp_path: Path) -> None:
    trained = train_small(tmp_path, write_articles(tmp_path / "copies", [ARTICLE] * 1000))
    assert trained.results.metrics["corpus/reprints"] == 999
    assert trained.results.theme_of_article["theme_id"].n_unique() == 1


def test_a_translation_counts_once_unless_asked(tmp_path: Path) -> None:
    in_russian = (
        "Перемирие в Алеппо сорвалось на рассвете. Вашингтон обвинил Москву в ударах. "
        "Колонны с помощью ждали на границе, пока дипломаты спорили о досмотре."
    )
    others = [
        "A brass band played in the park all afternoon.",
        "The new bakery sells out of rye bread by noon every day.",
        "Sonja Velt won the district chess cup for the third time.",
    ]
    folder = write_articles(tmp_path / "two", [ARTICLE, in_russian, *others])
    once = train_small(tmp_path, folder, "name=once").results
    assert once.metrics["corpus/translations"] == 1
    assert once.metrics["corpus/reprints"] == 0
    assert once.corpus.articles["duplicate_of"].drop_nulls().to_list() == ["0000.txt"]
    each = train_small(tmp_path, folder, "name=each", "themes.translations=false").results
    assert each.metrics["corpus/translations"] == 0
    assert each.corpus.copies.is_empty()


def test_empty_texts_and_binaries_are_listed(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "mixed", [ARTICLE, "", "   \n\t ", *[ARTICLE] * 3])
    (folder / "picture.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "broken.jsonl").write_text(
        '{"text": "One whole article about a truce."}\n{"text": "cut', "utf-8"
    )
    rejected = train_small(tmp_path, folder).results.corpus.rejected
    assert sorted(Path(file).name for file in rejected["file"]) == [
        "0001.txt",
        "0002.txt",
        "broken.jsonl",
        "picture.txt",
    ]
    assert rejected.filter(pl.col("file").str.ends_with("broken.jsonl"))["line"].to_list() == [2]


def test_five_megabytes_in_one_line(tmp_path: Path) -> None:
    text = (ARTICLE + " ") * (5_000_000 // len(ARTICLE))
    folder = write_articles(tmp_path / "long", [text, *[ARTICLE] * 4])
    trained = train_small(tmp_path, folder, "themes.max_texts=500", "stance.reader=null")
    assert trained.results.corpus.articles["n_sentences"].sum() > 10_000


def test_all_noise_is_an_answer(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    texts = [
        " ".join("".join(rng.choice(letters, 6)) for _ in range(40)).capitalize() + "." for _ in range(60)
    ]
    trained = train_small(tmp_path, write_articles(tmp_path / "noise", texts), "codebook={}")
    assert trained.results.theme_of_article.height == 60


def test_too_few_articles_after_cleaning_are_told_before_any_is_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newstance.training.encode_corpus", None)
    folder = write_articles(tmp_path / "some", [ARTICLE] * 4 + ["Short text."])
    with pytest.raises(ConfigError, match=r"only 4 articles to train on; a training needs at least 5"):
        train_small(tmp_path, folder, "corpus.min_words=5")


@pytest.mark.parametrize("n_labels", [2, 8])
def test_few_labels_are_enough_for_every_face(tmp_path: Path, n_labels: int) -> None:
    """Scores that so few cannot give are absent, and the terminal, the page and the card say so."""
    lines = (ROOT / "data/sample/labels/stance.jsonl").read_text("utf-8").splitlines()
    labels = tmp_path / "few.jsonl"
    labels.write_text("\n".join(lines[:: len(lines) // n_labels][:n_labels]) + "\n", "utf-8")
    corpus = write_articles(tmp_path / "some", [f"{ARTICLE} Number {n}." for n in range(12)])
    trained = train(
        small_config(tmp_path, f"corpus.path={corpus}", f"stance.labels={labels}", "themes.n_splits=1")
    )
    summary = trained.results.summary
    assert summary.scores.stance_f1_low is None
    words = NOT_MEASURED if summary.scores.stance_f1 is None else "no interval: too few labelled texts"
    file = StringIO()
    show_training(trained, None, Console(file=file, width=80))
    for face in (
        file.getvalue(),
        (trained.results_folder / "report.html").read_text("utf-8"),
        (trained.model_folder / "MODEL_CARD.md").read_text("utf-8"),
    ):
        assert words in " ".join(face.split())
    assert newstance.load_results(trained.results_folder).equals(trained.results)


def test_labels_without_targets_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"codebook\.targets"):
        train(small_config(tmp_path, "codebook={}"))


def test_labels_of_other_articles_are_an_error(tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("article_id,theme\nsomething,else\n", "utf-8")
    with pytest.raises(ConfigError, match=r"evaluation\.themes"):
        train(small_config(tmp_path, f"evaluation.themes={labels}", "themes.n_splits=1"))


def test_an_unknown_encoder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises((ConfigError, OSError), match="no/such-model"):
        train(small_config(tmp_path, "encoder.model=no/such-model"))


@pytest.mark.parametrize("name", ["report.html", "manifest.json"])  # of the results, and of the model
def test_nothing_is_left_of_a_training_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write = disk._write

    def full(path: Path, content: bytes) -> None:
        if path.name == name:
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(disk, "_write", full)
    with pytest.raises((OSError, ModelError), match=r"no space left on device.*MB are to be written"):
        train_small(tmp_path, write_articles(tmp_path / "some", [ARTICLE] * 5))
    folders = (tmp_path / "models", tmp_path / "results")
    left = [path for folder in folders for path in folder.rglob("*") if not path.name.endswith(".lock")]
    assert left == []


def test_themes_of_many_articles_are_found_in_a_sample_and_given_to_all(tmp_path):
    trained = train_small(tmp_path, SAMPLE, "themes.max_texts=100")
    results = trained.results
    assert any("looked for in 100 of " in note and "drawn at random" in note for note in results.notes)
    assert (results.theme_of_article["theme_id"] != -1).sum() > 100
    again = trained.model.apply(results.corpus)
    assert again.theme_of_article.equals(results.theme_of_article)
