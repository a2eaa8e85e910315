"""Runs in MLflow: real stores, real processes. One subprocess and one fresh store serve all tests."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import newstance
from newstance.corpus import Reading
from newstance.embed import load_encoder
from newstance.model.bundle import save_bundle
from newstance.model.news_model import NewsModel
from newstance.model.saved import to_bundle
from newstance.tables import THEMES
from newstance.themes.assign import ThemeHead
from newstance.themes.model import ThemeModel
from newstance.themes.space import ThemeSpace
from newstance.tracking import TrackedRun, TrackingError, flat_params, legal_keys, log_run, ui_command
from newstance.train_encoder.save import save_static
from newstance.train_encoder.shrink import own_rows
from small_model import allowed

SOURCE = str(Path(newstance.__file__).parents[1])
DATASET = {"name": "sample", "path": "data/sample", "fingerprint": "ab" * 32, "articles": 180}

# Three forked processes go for one fresh store at the same moment; fork saves two imports of MLflow.
THREE_AT_ONCE = """
import multiprocessing, sys
from pathlib import Path
import mlflow.pyfunc
from newstance.tracking import log_run

context = multiprocessing.get_context("fork")
start = context.Barrier(3)

def run(number):
    start.wait()
    log_run(
        Path("store"), "together", f"run {number}", params={"number": number}, metrics={"f1": number / 10},
        tags={}, artifacts=[], model_folder=None, dataset={"fingerprint": "00"},
    )

processes = [context.Process(target=run, args=(number,)) for number in range(3)]
for process in processes:
    process.start()
for process in processes:
    process.join()
sys.exit(sum(process.exitcode != 0 for process in processes))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in a folder with an odd name, made by three processes at once."""
    folder = tmp_path_factory.mktemp("tracking") / "мои данные #1"
    folder.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", THREE_AT_ONCE],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": SOURCE, "MLFLOW_DISABLE_TELEMETRY": "true"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == "", "a run is silent"
    return folder / "store"


@pytest.fixture(scope="module")
def model_folder(store: Path) -> Path:
    """A small model of two themes, told apart by their words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = ["[UNK]", "ceasefire", "truce", "football", "goal"]
    tokenizer = Tokenizer(WordLevel({word: row for row, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    table = np.array([[0, 0, 0], [1, 0, 0], [1, 0.1, 0], [0, 0, 1], [0, 0.1, 1]], dtype=np.float32)
    save_static(store.parent / "encoder", own_rows(table), tokenizer.to_str())
    head = ThemeHead(np.array([[8.0, 0, -8], [-8, 0, 8]]), np.zeros(2), np.arange(2), 0.6, 0.9)
    named = {name: [None, None] for name in THEMES} | {"theme_id": [0, 1], "name": ["ceasefire", "sport"]}
    model = NewsModel(
        "small",
        pl.DataFrame(named, schema=THEMES),
        ThemeModel(ThemeSpace(np.zeros((0, 3)), np.zeros(3)), head),
        None,
        load_encoder(str(store.parent / "encoder")),
        Reading(),
    )
    folder = store.parent / "models" / "small.v1"
    save_bundle(to_bundle(model, ["ceasefire holds"], {"MODEL_CARD.md": "# small\n"}), folder)
    return folder


@pytest.fixture(scope="module")
def logged(store: Path, model_folder: Path) -> Iterator[SimpleNamespace]:
    """One full run, and the client that sees it."""
    report, figures = store.parent / "report.html", store.parent / "figures"
    report.write_text("<p>report</p>")
    figures.mkdir()
    (figures / "map.svg").write_text("<svg/>")
    import mlflow

    run_id = log_run(
        store,
        "newstance",
        "quickstart",
        params={"seed": 0, "themes": {"max_noise": 0.1, "name_lang": "en"}, "note": "x" * 7000},
        metrics={
            "themes/noise": 0.05,
            "stance/lang=ru/f1_macro": np.float32(0.5),
            "stance/target=США/f1": 0.25,
        },
        tags={"purpose": "test"},
        artifacts=[report, figures],
        model_folder=model_folder,
        dataset=DATASET,
    )
    assert "NEWSTANCE_ENCODER" not in os.environ, "the encoder was allowed for the logging alone"
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{store}/mlflow.db")
    with allowed(load_encoder(str(store.parent / "encoder"))):
        yield SimpleNamespace(client=client, run_id=run_id, run=client.get_run(run_id))


def test_three_runs_at_once_on_a_fresh_store_all_succeed(store: Path, logged: SimpleNamespace):
    experiment = logged.client.get_experiment_by_name("together")
    runs = logged.client.search_runs([experiment.experiment_id])
    assert sorted((run.data.params["number"], run.data.metrics["f1"]) for run in runs) == [
        ("0", 0.0),
        ("1", 0.1),
        ("2", 0.2),
    ]
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_params_are_flat_and_cut(logged: SimpleNamespace):
    params = logged.run.data.params
    assert params["themes.max_noise"] == "0.1"
    assert params["themes.name_lang"] == "en"
    assert len(params["note"]) == 6000
    assert params["note"].endswith("(cut)")


def test_metrics_have_readable_names(logged: SimpleNamespace):
    assert logged.run.data.metrics == {
        "themes/noise": 0.05,
        "stance/lang.ru/f1_macro": 0.5,
        "stance/target.США/f1": 0.25,
    }


def test_the_run_says_what_it_was_made_of(logged: SimpleNamespace):
    assert logged.run.info.run_name == "quickstart"
    assert logged.run.info.status == "FINISHED"
    tags = logged.run.data.tags
    assert tags["newstance.version"] == newstance.__version__
    assert tags["dataset.fingerprint"] == DATASET["fingerprint"]
    assert tags["purpose"] == "test"
    dataset = logged.run.inputs.dataset_inputs[0].dataset
    assert dataset.name == "sample"
    assert DATASET["fingerprint"].startswith(dataset.digest)
    assert json.loads(dataset.profile)["articles"] == 180


def test_artifacts_lie_in_the_store(store: Path, logged: SimpleNamespace):
    assert {one.path for one in logged.client.list_artifacts(logged.run_id)} == {"report.html", "figures"}
    assert [one.path for one in logged.client.list_artifacts(logged.run_id, "figures")] == ["figures/map.svg"]
    copies = list((store / "artifacts" / logged.run_id).rglob("report.html"))
    assert [copy.read_text() for copy in copies] == ["<p>report</p>"]


def test_the_run_of_a_notebook_goes_on_beside_ours(
    store: Path, model_folder: Path, logged: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    import mlflow

    assert mlflow.active_run() is None
    assert not mlflow.is_tracking_uri_set()
    uri = f"sqlite:///{store}/mlflow.db"
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID", raising=False)
    mlflow.set_tracking_uri(uri)
    try:
        mlflow.set_experiment("notebook")
        with mlflow.start_run() as theirs:
            ours = log_run(
                store,
                "newstance",
                "from a notebook",
                params={},
                metrics={},
                tags={},
                artifacts=[],
                model_folder=model_folder,
                dataset=DATASET,
            )
            assert mlflow.active_run().info.run_id == theirs.info.run_id
            assert mlflow.get_tracking_uri() == uri
    finally:
        mlflow.set_tracking_uri(None)
    run = logged.client.get_run(ours)
    (output,) = run.outputs.model_outputs
    assert "mlflow.parentRunId" not in run.data.tags
    assert logged.client.get_logged_model(output.model_id).experiment_id == run.info.experiment_id
    assert not logged.client.get_run(theirs.info.run_id).outputs.model_outputs


def test_the_logged_model_is_code_with_a_signature_and_predicts(store: Path, logged: SimpleNamespace):
    import mlflow

    (output,) = logged.run.outputs.model_outputs
    model = logged.client.get_logged_model(output.model_id)
    assert (model.name, model.experiment_id) == ("small_v1", logged.run.info.experiment_id)
    folder = store / "artifacts" / "models" / output.model_id / "artifacts"
    assert not [path.name for path in folder.rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib")]
    assert "newstance" not in (folder / "requirements.txt").read_text(), "an index may have a stranger's"

    loaded = mlflow.pyfunc.load_model(str(folder))
    assert loaded.metadata.signature.outputs.input_names() == ["article_id", "theme_id", "theme", "proba"]

    asked = pd.DataFrame(
        {"text": ["goal goal football", "", "ceasefire truce"], "article_id": ["b", "b", None]}
    )
    found = loaded.predict(asked)
    assert found["theme_id"].tolist() == [1, -1, 0]
    assert found["theme"].fillna("").tolist() == ["sport", "", "ceasefire"]
    assert found["article_id"].fillna("").tolist() == ["b", "b", ""]
    assert found["proba"].iloc[0] > 0.9
    assert loaded.predict(asked[["text"]])["article_id"].tolist() == ["0", "1", "2"]
    assert loaded.predict(pd.DataFrame({"body": ["truce"]}))["theme"].tolist() == ["ceasefire"]
    with pytest.raises(ValueError, match="no column holds the text"):
        loaded.predict(pd.DataFrame({"tale": ["truce"]}))


@pytest.fixture(scope="module")
def served(store: Path, logged: SimpleNamespace):
    """The logged model as MLflow loads it."""
    import mlflow

    (output,) = logged.run.outputs.model_outputs
    return mlflow.pyfunc.load_model(str(store / "artifacts" / "models" / output.model_id / "artifacts"))


NOTHING = {"theme_id": -1, "theme": None, "proba": 0.0}


@pytest.mark.parametrize("text", ["", "  \n", None, float("nan")])
def test_the_logged_model_answers_where_there_is_nothing_to_read(served, text):
    found = served.predict(pd.DataFrame({"text": [text]}))
    assert found.astype({"theme": object}).to_dict("records") == [{"article_id": "0"} | NOTHING]
    assert (found["theme_id"].dtype, found["proba"].dtype) == ("int64", "float64")


def test_the_logged_model_answers_no_rows_with_none(served):
    for nothing in (pd.DataFrame({"text": []}), pd.DataFrame({"text": [], "title": []}), []):
        found = served.predict(nothing)
        assert list(found.columns) == ["article_id", "theme_id", "theme", "proba"]
        assert len(found) == 0


def test_the_logged_model_takes_columns_of_any_type(served):
    asked = pd.DataFrame(
        {
            "article_id": [5, 5],
            "text": ["ceasefire truce", "goal football"],
            "title": [float("nan"), float("nan")],
            "published": pd.to_datetime(["2016-09-12", None]),
            "pages": [[1, 2], None],
            "paid": [True, False],
        },
        index=["x", "y"],
    )
    found = served.predict(asked)
    assert found["article_id"].tolist() == ["5", "5"]
    assert found["theme"].tolist() == ["ceasefire", "sport"]
    assert served.predict(asked.drop(columns="article_id"))["theme"].tolist() == ["ceasefire", "sport"]


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, iter, lambda texts: {"text": texts}])
def test_the_logged_model_takes_texts_alone(served, kind):
    found = served.predict(kind(["ceasefire truce", "", "goal football"]))
    assert found["theme_id"].tolist() == [0, -1, 1]
    assert found["article_id"].tolist() == ["0", "1", "2"]


def test_the_logged_model_takes_a_column_that_is_called_by_its_number(served):
    assert served.predict(pd.DataFrame(["goal football"]))["theme"].tolist() == ["sport"]
    assert served.predict(pd.DataFrame({"0": ["goal football"]}))["theme"].tolist() == ["sport"]


@pytest.mark.parametrize(("stop", "status"), [(ZeroDivisionError, "FAILED"), (KeyboardInterrupt, "KILLED")])
def test_a_stopped_run_is_marked(store: Path, logged: SimpleNamespace, stop: type, status: str):
    class Stops:
        def __float__(self) -> float:
            raise stop

    with pytest.raises(stop):
        log_run(
            store,
            "stopped",
            stop.__name__,
            params={},
            metrics={"f1": Stops()},
            tags={},
            artifacts=[],
            model_folder=None,
            dataset=DATASET,
        )
    experiment = logged.client.get_experiment_by_name("stopped")
    runs = logged.client.search_runs([experiment.experiment_id])
    assert {run.info.run_name: run.info.status for run in runs}[stop.__name__] == status


def test_a_run_whose_clock_was_set_back_lasts_no_less_than_nothing(monkeypatch: pytest.MonkeyPatch):
    ends: list[tuple] = []
    client = SimpleNamespace(set_terminated=lambda *told: ends.append(told))
    info = SimpleNamespace(run_id="1", run_name="a", experiment_id="0", start_time=5000)
    for now in (4.0, 6.0):
        monkeypatch.setattr("time.time", lambda now=now: now)
        TrackedRun(Path("store"), client, SimpleNamespace(info=info), set()).end()
    assert ends == [("1", "FINISHED", 5000), ("1", "FINISHED", 6000)]


def test_many_values_take_more_than_one_batch(store: Path, logged: SimpleNamespace):
    run_id = log_run(
        store,
        "large",
        "large",
        params={f"p{number}": number for number in range(250)},
        metrics={f"m{number}": number for number in range(1700)},
        tags={},
        artifacts=[],
        model_folder=None,
        dataset=DATASET,
    )
    data = logged.client.get_run(run_id).data
    assert (len(data.params), len(data.metrics)) == (250, 1700)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"artifacts": [Path("no/report.html")]}, r"no/report\.html: not there"),
        ({"model_folder": Path("no/model")}, "no/model: not there"),
        ({"artifacts": [Path(__file__), Path(__file__)]}, r"Two artifacts are named test_tracking\.py"),
        ({"dataset": {"name": "x"}}, r"needs a 'fingerprint'; it has \['name'\]"),
    ],
)
def test_a_run_that_cannot_be_whole_is_not_begun(tmp_path: Path, change: dict, message: str):
    asked = {
        "params": {},
        "metrics": {},
        "tags": {},
        "artifacts": [],
        "model_folder": None,
        "dataset": DATASET,
    }
    with pytest.raises(TrackingError, match=message):
        log_run(tmp_path / "store", "e", "r", **(asked | change))
    with pytest.raises(TrackingError, match="Take another"):
        log_run(tmp_path / "what?", "e", "r", **asked)
    assert not any(tmp_path.iterdir())


def test_the_command_that_opens_the_page_survives_a_shell(store: Path):
    words = shlex.split(ui_command(store))
    assert words == ["mlflow", "ui", "--backend-store-uri", f"sqlite:///{store}/mlflow.db"]
    assert store.is_absolute()


def test_a_sqlite_file_is_a_store_with_its_artifacts_beside_it(tmp_path: Path):
    store = f"sqlite:///{tmp_path}/runs/all.db"
    artifact = tmp_path / "report.html"
    artifact.write_text("<p>report</p>")
    asked = {"params": {}, "metrics": {"f1": 0.5}, "tags": {}, "model_folder": None, "dataset": DATASET}
    run_id = log_run(store, "newstance", "r", artifacts=[artifact], **asked)
    assert (tmp_path / "runs/all.db").is_file()
    assert list((tmp_path / "runs/artifacts" / run_id).rglob("report.html"))
    assert shlex.split(ui_command(store))[-1] == store


def test_a_server_that_is_not_there_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    asked = {"params": {}, "metrics": {}, "tags": {}, "artifacts": [], "model_folder": None}
    with pytest.raises(TrackingError, match=r"output\.tracking: MLflow could not use http://127"):
        log_run("http://127.0.0.1:9", "newstance", "r", dataset=DATASET, **asked)


def test_the_runs_of_a_server_are_seen_at_its_address():
    assert ui_command("http://127.0.0.1:5000/") == "http://127.0.0.1:5000"


def test_params_keep_what_yaml_means():
    flat = flat_params(
        {"a": {"b": {"c": None}}, "d": [1, "ж"], "e": {}, "f": True, "g": "true", "h": Path("x")}
    )
    assert flat == {"a.b.c": "null", "d": '[1, "ж"]', "e": "{}", "f": "true", "g": "true", "h": '"x"'}


@pytest.mark.parametrize(
    ("key", "legal"),
    [
        ("stance/lang=ru/f1_macro", "stance/lang.ru/f1_macro"),
        ("xfer/en→ru/f1", "xfer/en_ru/f1"),
        ("target=США: санкции", "target.США. санкции"),
        ("/a//b/", "a/b"),
        ("a/../b", "a/__/b"),
        ("", "_"),
    ],
)
def test_keys_are_mapped_readably(key: str, legal: str):
    assert legal_keys([key]) == [legal]


@given(st.lists(st.text(max_size=300) | st.text("=:/. ", max_size=6), unique=True))
def test_every_key_becomes_one_that_mlflow_takes(keys: list[str]):
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    legal = legal_keys(keys)
    assert len(set(legal)) == len(keys)
    for key in legal:
        assert len(key) <= 250
        _validate_metric_name(key)
        _validate_param_name(key)
