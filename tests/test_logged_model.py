"""The model that MLflow keeps: it brings its own newstance, has an alias, and serves themes and stances."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from newstance.config import load_config
from newstance.tracking import logged_model
from newstance.training import train
from small_project import write_project

SECONDS = 300
TEXTS = [
    "The truce in Aleppo broke down. Washington blamed Moscow for the strikes.",
    "",
    "Москва осудила удар.",
]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A trained model, and the folder in which MLflow keeps it."""
    import mlflow

    folder = tmp_path_factory.mktemp("logged")
    path = list(sys.path)
    made = train(load_config(write_project(folder)))
    assert made.fault is None
    assert sys.path == path, "MLflow's try of the model leaves no code in the path"
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{folder}/mlruns/mlflow.db")
    (output,) = client.get_run(made.run_id).outputs.model_outputs
    place = folder / "mlruns/artifacts/models" / output.model_id / "artifacts"
    return SimpleNamespace(
        made=made, client=client, folder=place, uri=client.tracking_uri, model_id=output.model_id
    )


@pytest.fixture(scope="module")
def loaded(logged: SimpleNamespace):
    import mlflow

    path = list(sys.path)
    yield mlflow.pyfunc.load_model(str(logged.folder))
    sys.path[:] = path


def test_the_newest_model_of_a_name_has_an_alias(logged: SimpleNamespace) -> None:
    version = logged.client.get_model_version_by_alias("newstance-mine", "newest")
    assert (int(version.version), version.run_id) == (1, logged.made.run_id)
    assert version.source == f"models:/{logged.model_id}"


def test_an_article_has_a_theme(loaded, logged: SimpleNamespace) -> None:
    found = loaded.predict(TEXTS)
    assert found["article_id"].tolist() == ["0", "1", "2"]
    expected = logged.made.model.predict(TEXTS)["theme_id"].fill_null(-1).to_list()
    assert found["theme_id"].tolist() == expected
    assert loaded.predict(TEXTS[0])["theme_id"].tolist() == expected[:1], "one plain text"


@pytest.mark.parametrize("kind", [list, np.array, lambda texts: pd.DataFrame({"text": texts})])
def test_a_sentence_has_its_stances(loaded, logged: SimpleNamespace, kind) -> None:
    found = loaded.predict(kind(TEXTS), params={"level": "sentence"})
    expected = logged.made.model.predict(TEXTS, level="sentence").drop_nulls("sentence")
    assert found["article_id"].tolist() == ["0", "0", "2"]
    for column in ("text", "target", "stance", "proba_against", "holder", "theme_id"):
        assert found[column].tolist() == expected[column].to_list()
    assert found["target"].tolist() == [None, "Russia", "Russia"]
    assert json.loads(json.dumps(found.to_dict("records"), allow_nan=False))
    named = pd.DataFrame({"text": TEXTS, "article_id": ["a", "b", "c"]})
    assert loaded.predict(named, params={"level": "sentence"})["article_id"].tolist() == ["a", "a", "c"]


def test_no_row_and_no_level_are_answered(loaded) -> None:
    assert len(loaded.predict([""], params={"level": "sentence"})) == 0
    with pytest.raises(ValueError, match="level: got 'words'"):
        loaded.predict(TEXTS, params={"level": "words"})


def test_it_has_a_signature_and_an_example_that_it_answers(loaded) -> None:
    signature = loaded.metadata.signature
    assert signature.outputs.input_names() == ["article_id", "theme_id", "theme", "proba"]
    assert signature.params.to_dict()[0]["name"] == "level"
    assert len(loaded.predict(loaded.input_example)) == 2


ALONE = """
import json, sys
import mlflow.pyfunc
before = set(sys.modules)
model = mlflow.pyfunc.load_model(sys.argv[1])
model.predict(["The truce holds. Die Waffenruhe. Перемирие.", "<p>A page.</p>"], params={"level": "sentence"})
import newstance
used = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps([newstance.__file__, sorted(used)]))
"""


@pytest.fixture
def strangers(tmp_path: Path) -> Path:
    """A folder of installed packages in which a stranger's is called newstance."""
    (tmp_path / "newstance").mkdir()
    (tmp_path / "newstance/__init__.py").write_text("raise SystemExit('a stranger runs')\n", "utf-8")
    return tmp_path


def test_it_brings_its_own_newstance_and_asks_for_all_else(logged: SimpleNamespace, strangers: Path) -> None:
    """Every library that a prediction imports is asked for, or comes with one that is; a stranger's package
    that is called newstance is not imported, though it stands before all that is installed."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(logged.folder)],
        env={**os.environ, "PYTHONPATH": str(strangers)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    file, modules = json.loads(done.stdout.splitlines()[-1])
    assert Path(file).is_relative_to(logged.folder / "code")
    asked = (logged.folder / "requirements.txt").read_text().split()
    assert all("==" in line for line in asked)
    granted = closure(line.partition("==")[0] for line in asked)
    known = packages_distributions()
    used = {canonical(known[name][0]) for name in modules if name in known} - {"newstance"}
    assert "rensa" in used, "what MLflow imports itself is not counted"
    assert used <= granted
    assert "newstance" not in granted


def test_no_file_lets_pip_look_for_newstance(logged: SimpleNamespace) -> None:
    """What MLflow installs from is libraries, each at one version of an index: no newstance, no address."""
    conda = yaml.safe_load((logged.folder / "conda.yaml").read_text())
    (of_conda,) = [one["pip"] for one in conda["dependencies"] if isinstance(one, dict)]
    assert of_conda == (logged.folder / "requirements.txt").read_text().split()
    plain = [one for one in conda["dependencies"] if isinstance(one, str)]
    environment = yaml.safe_load((logged.folder / "python_env.yaml").read_text())
    assert environment["dependencies"] == ["-r requirements.txt"]
    for one in (*of_conda, *plain, *environment["build_dependencies"]):
        assert re.fullmatch(r"[\w.-]+((==|=|<=)[\w.]+)?", one), one
        assert "newstance" not in canonical(one)


@pytest.mark.parametrize("meta", [{}, {"encoder": {"model": "shipped"}}, {"encoder": {"model": "mine"}}])
def test_a_build_of_torch_is_asked_for_by_its_version(monkeypatch, tmp_path: Path, meta: dict) -> None:
    monkeypatch.setattr(logged_model, "version", lambda name: "2.13.0+cpu" if name == "torch" else "1.0")
    (tmp_path / "manifest.json").write_text(json.dumps({"meta": meta}), "utf-8")
    asked = logged_model._requirements(tmp_path)
    assert [one for one in asked if one.startswith("torch")] == ["torch==2.13.0"] * ("mine" in str(meta))
    assert "numpy==1.0" in asked


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(names) -> set[str]:
    """The distributions ``names`` and all that they require here."""
    found, waiting = set(), [canonical(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            required = distribution(name).requires or []
        except ModuleNotFoundError:
            continue
        waiting += [canonical(re.match(r"[\w.-]+", one)[0]) for one in required if "extra ==" not in one]
    return found


def test_mlflow_serves_it(logged: SimpleNamespace, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/newstance-mine@newest"]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    server = subprocess.Popen(
        command,
        env={
            **os.environ,
            "PATH": commands,
            "MLFLOW_TRACKING_URI": logged.uri,
            "MLFLOW_DISABLE_TELEMETRY": "true",
        },
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_for(port, server, log)
        assert ask(port, {"inputs": TEXTS})[0]["article_id"] == "0"
        rows = ask(port, {"inputs": TEXTS, "params": {"level": "sentence"}})
        assert [row["target"] for row in rows] == [None, "Russia", "Russia"]
        rows = ask(port, {"dataframe_records": [{"article_id": "x", "text": TEXTS[0]}]})
        assert [row["article_id"] for row in rows] == ["x"]
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, 15)
        server.wait(SECONDS)


def ask(port: int, body: dict) -> list[dict]:
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("POST", "/invocations", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, content
    return json.loads(content)["predictions"]


def wait_for(port: int, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < deadline
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/ping")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
