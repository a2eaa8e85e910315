"""The command line: what a person sees, what a pipe gets, and that predicting stays light."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from ruamel.yaml import YAML
from typer.main import get_command
from typer.testing import CliRunner

import newstance
from newstance.cli import app
from newstance.config import load_config
from newstance.embed import Encoder, load_encoder
from newstance.model.bundle import save_bundle
from newstance.model.saved import load_model, to_bundle
from small_model import SEEDS, a_model, allowed, small_encoder

SOURCE = str(Path(newstance.__file__).parents[1])
HEAVY = ("torch", "umap", "hdbscan", "numba", "sklearn", "mlflow", "sentence_transformers", "transformers")
ARTICLES = [
    {
        "id": "a1",
        "title": "Truce",
        "text": "The truce in Syria began at midnight. Russia keeps the ceasefire.",
    },
    {"id": "a2", "title": None, "text": "Футбольная команда выиграла кубок в финале.", "outlet": "Сова"},
    {"id": "a3", "text": "Россия объявила о перемирии в Алеппо. Перемирие нарушено.", "date": "2016-09-10"},
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> Iterator[Encoder]:
    with allowed(small_encoder(tmp_path_factory.mktemp("encoders") / "tiny")) as encoder:
        yield encoder


@pytest.fixture(scope="module")
def model(tmp_path_factory, encoder) -> Path:
    folder = tmp_path_factory.mktemp("models") / "made"
    made = a_model(encoder)
    save_bundle(to_bundle(made, list(SEEDS.values()), {"README.md": "made in a test"}), folder)
    return folder


@pytest.fixture(scope="module")
def shipped_model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "shipped"
    save_bundle(to_bundle(a_model(load_encoder()), list(SEEDS.values()), {}), folder)
    return folder


@pytest.fixture
def articles(tmp_path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in ARTICLES), encoding="utf-8")
    return path


def invoke(*arguments: object, stdin: str | bytes | None = None):
    return CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)


def refusal(*arguments: object, stdin: str | bytes | None = None) -> str:
    """The message of a command that must end with a message and exit code 1."""
    result = invoke(*arguments, stdin=stdin)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.count("error: ") == 1
    assert any(line.startswith("error: ") for line in result.stderr.splitlines())
    assert "Traceback" not in result.stderr
    return result.stderr


def the_allowed() -> dict[str, str]:
    """The variable that names the encoder of the tests' model."""
    return {key: value for key, value in os.environ.items() if key == "NEWSTANCE_ENCODER"}


def run(*arguments: object, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess:
    """A command in a process of its own, where bytes matter."""
    return subprocess.run(
        [sys.executable, "-c", "from newstance.cli import app; app()", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={
            "PYTHONPATH": SOURCE,
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONIOENCODING": "utf-8",
            **the_allowed(),
        },
        timeout=300,
        check=False,
    )


# What a person meets first


def test_help_names_every_command():
    result = invoke("--help")
    assert result.exit_code == 0
    for command in ("check", "train", "predict", "report", "config", "encoder"):
        assert command in result.stdout


def commands(group, *names: str) -> list[list[str]]:
    """The names of ``group`` and of all below it."""
    below = [commands(one, *names, name) for name, one in getattr(group, "commands", {}).items()]
    return [list(names), *(found for some in below for found in some)]


@pytest.mark.parametrize("names", commands(get_command(app)), ids=" ".join)
def test_each_help_page_is_plain_and_narrow_and_has_examples(names):
    result = invoke(*names, "-h")
    assert result.exit_code == 0
    assert result.stdout == invoke(*names, "--help").stdout
    assert result.stdout.isascii()
    assert max(map(len, result.stdout.splitlines())) <= 80
    examples = result.stdout.partition("Examples:\n")[2].splitlines()
    assert len([line for line in examples if line.startswith("    newstance ")]) == 2
    assert "..." not in result.stdout.partition("Commands:")[2]


@pytest.mark.parametrize("names", [names for names in commands(get_command(app)) if names], ids=" ".join)
def test_the_examples_of_a_page_are_commands_there_are(names):
    examples = invoke(*names, "-h").stdout.partition("Examples:\n")[2].splitlines()
    for line in examples:
        words = shlex.split(line.partition("<")[0].partition(">")[0].rstrip("\\"))
        if words[:1] == ["newstance"]:
            context, command = None, get_command(app)
            while hasattr(command, "commands"):
                command, words = command.commands[words[1]], words[1:]
            assert command.make_context("newstance", words[1:], parent=context) is not None


def test_the_package_runs_as_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "newstance", "--version"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": SOURCE},
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"newstance {newstance.__version__}\n")


def test_completion_is_offered():
    assert "--install-completion" in invoke("-h").stdout


def test_no_argument_shows_the_help():
    assert "predict" in invoke().output
    assert "schema" in invoke("config").output


def test_version_is_that_of_the_package():
    result = invoke("--version")
    assert (result.exit_code, result.stdout) == (0, f"newstance {newstance.__version__}\n")


@pytest.mark.parametrize(
    "arguments", [["trian"], ["predict"], ["train", "--nope"], ["predict", "m", "--level", "word"]]
)
def test_wrong_usage_is_no_traceback(arguments):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.stderr


# Configs


@pytest.fixture
def config(tmp_path) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text("name: made\ncorpus: {path: articles, langs: [no, en]}\n", encoding="utf-8")
    return path


def test_config_show_prints_what_is_run(config, tmp_path):
    result = invoke("config", "show", config, "themes.max_noise=0.05", "seed=3")
    assert result.exit_code == 0
    shown = YAML(typ="safe", pure=True).load(result.stdout)
    assert (shown["seed"], shown["themes"]["max_noise"]) == (3, 0.05)
    assert shown["corpus"]["langs"] == ["no", "en"]
    (tmp_path / "shown.yaml").write_text(result.stdout, encoding="utf-8")
    assert load_config(tmp_path / "shown.yaml") == load_config(config, ["themes.max_noise=0.05", "seed=3"])


def test_config_schema_prints_json():
    result = invoke("config", "schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "TrainConfig"


@pytest.mark.parametrize("command", [["train"], ["config", "show"]])
def test_faults_of_a_config_are_one_message(config, command):
    told = refusal(*command, config, "themes.max_nois=1", "corpus.min_words=0")
    assert "2 faults" in told
    assert "Did you mean 'max_noise'?" in told
    assert "corpus.min_words: got '0'" in told


def test_a_config_that_is_not_there(tmp_path):
    assert "none.yaml: there is no such" in refusal("train", tmp_path / "none.yaml")


def test_training_without_articles_is_one_message_and_writes_nothing(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "articles" in refusal("train", config)
    (tmp_path / "articles").mkdir()
    assert "articles" in refusal("train", config)
    (tmp_path / "articles").rmdir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.yaml"]


# Predicting


def test_predicting_to_stdout_is_jsonl_in_utf_8(model, articles):
    result = run("predict", model, "-", stdin=articles.read_bytes())
    assert result.returncode == 0, result.stderr.decode()
    assert result.stderr == b""
    lines = result.stdout.decode("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["article_id"] for row in rows] == ["a1", "a2", "a3"]
    assert [row["theme"] for row in rows] == ["truce", "football", "truce"]
    assert [row["lang"] for row in rows] == ["en", "ru", "ru"]
    assert rows[1]["source"] == "Сова"
    assert "Сова" in lines[1]
    assert rows[2]["published"] == "2016-09-10"
    assert [[one["target"] for one in row["stances"] or []] for row in rows] == [["Russia"], [], ["Russia"]]


def test_a_file_and_stdin_give_the_same(model, articles, tmp_path):
    from_file = run("predict", model, articles)
    assert from_file.returncode == 0, from_file.stderr.decode()
    assert run("predict", model, stdin=articles.read_bytes()).stdout == from_file.stdout
    result = invoke("predict", model, articles, "-o", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == from_file.stdout
    assert result.stdout == ""
    assert "3 rows written to" in result.stderr


@pytest.mark.parametrize("level", ["article", "sentence"])
def test_the_command_gives_what_the_library_gives(model, articles, tmp_path, level):
    result = invoke("predict", model, articles, "-o", tmp_path / "out.parquet", "--level", level)
    assert result.exit_code == 0, result.output
    expected = load_model(model).predict(articles, level)
    assert_frame_equal(pl.read_parquet(tmp_path / "out.parquet"), expected)
    assert expected.height == {"article": 3, "sentence": 6}[level]


def test_csv_has_nested_columns_as_json(model, articles, tmp_path):
    assert invoke("predict", model, articles, "-o", tmp_path / "out.csv").exit_code == 0
    table = pl.read_csv(tmp_path / "out.csv")
    assert json.loads(table["mixture"][0])[0]["theme_id"] == 0
    assert json.loads(table["stances"][0])[0]["target"] == "Russia"


def test_articles_that_are_left_out_are_named(model, tmp_path):
    lines = [
        json.dumps({"id": "a", "text": "The truce in Syria began."}),
        json.dumps({"id": "b", "text": " "}),
    ]
    result = invoke("predict", model, "-", "-o", tmp_path / "out.csv", stdin="\n".join(lines))
    assert result.exit_code == 0
    assert "line 2: the text is empty" in result.stderr
    assert "1 rows written" in result.stderr
    assert "1 articles left out" in result.stderr


def test_lines_of_any_shape_come_through(model):
    lines = [
        '\ufeff{"text": "The truce in Syria began.", "id": 1, "tags": [1, "a"]}',
        '{"text": "The truce \\ud800 began. ' + "It went on and on. " * 10 + '", "id": "x", "tags": {}}',
        '{"body": "The truce in Syria ended."}',
    ]
    result = run("predict", model, stdin="\n".join(lines).encode())
    assert result.returncode == 0, result.stderr.decode()
    rows = [json.loads(line) for line in result.stdout.decode().splitlines()]
    assert [row["article_id"] for row in rows] == ["1", "x", "table:3"]


def test_a_wrong_suffix_is_refused_before_any_work(tmp_path):
    told = refusal("predict", tmp_path / "no-model", "-", "-o", tmp_path / "out.xlsx")
    assert "ends in '.xlsx', expected one of .parquet, .csv, .jsonl" in told


def test_an_output_folder_that_is_not_there(tmp_path):
    assert "there is no folder" in refusal("predict", tmp_path, "-", "-o", tmp_path / "no" / "out.csv")


@pytest.mark.parametrize("what", ["nothing", "a file", "an empty folder"])
def test_a_model_path_that_is_none(tmp_path, articles, what):
    path = tmp_path / "model"
    if what == "a file":
        path.write_text("x")
    elif what == "an empty folder":
        path.mkdir()
    told = refusal("predict", path, articles)
    assert f"{path} is no newstance model" in told
    assert "as in models/quickstart" in told


def test_the_folder_above_a_model_tells_which_are_there(model, articles):
    assert "The models in it: made." in refusal("predict", model.parent, articles)


def test_a_damaged_model_is_refused(model, articles, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in model.iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    content = bytearray((broken / "arrays.safetensors").read_bytes())
    content[-1] ^= 1
    (broken / "arrays.safetensors").write_bytes(content)
    assert "arrays.safetensors: is damaged" in refusal("predict", broken, articles)


def test_a_model_whose_encoder_is_gone_or_another(encoder, tmp_path, articles, monkeypatch):
    made = a_model(encoder)
    bundle = to_bundle(made, ["one text"], {})
    save_bundle(bundle, tmp_path / "made")
    for name, expected in [
        (str(tmp_path / "gone"), "needs the encoder"),
        ("nobody-here/no-such-model", "needs the encoder 'nobody-here/no-such-model'"),
        ("", "If you trust it, give its name or folder"),
    ]:
        monkeypatch.setenv("NEWSTANCE_ENCODER", name)
        assert expected in refusal("predict", tmp_path / "made", articles)
    monkeypatch.setenv("NEWSTANCE_ENCODER", encoder.name)
    bundle.meta["encoder"] = {**bundle.meta["encoder"], "model": encoder.name, "fingerprint": "00"}
    save_bundle(bundle, tmp_path / "made")
    assert f"another version of the encoder '{encoder.name}'" in refusal(
        "predict", tmp_path / "made", articles
    )


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        ("", "stdin: no line came; expected JSON objects with a text, one a line."),
        ('{"text": "a"}\n{"text": \n', "stdin, line 2: not JSON"),
        ('{"text": "a"}\n"b"\n', "stdin, line 2: expected an object with a text, got str"),
        (b'{"text": "\xcf\xf0"}\n', "stdin, line 1: not JSON in UTF-8"),
        ('{"tale": "a"}\n', "no column holds the text"),
        ('{"text": " "}\n', "the text is empty"),
    ],
)
def test_bad_lines_on_stdin_are_one_message(model, stdin, message):
    assert message in refusal("predict", model, "-", stdin=stdin)


def test_bad_input_files_are_one_message(model, tmp_path):
    assert "none.jsonl" in refusal("predict", model, tmp_path / "none.jsonl")
    (tmp_path / "empty").mkdir()
    assert "empty" in refusal("predict", model, tmp_path / "empty")
    (tmp_path / "a.csv").write_text("id,tale\n1,The truce began.\n")
    assert "no column holds the text" in refusal("predict", model, tmp_path / "a.csv")


def test_a_text_in_the_place_of_a_path_is_told(model):
    told = refusal("predict", model, "The truce began. " * 300)
    assert told.startswith("error: INPUT: there is no file or folder The truce began.")
    assert len(told) < 400


def test_a_reader_that_goes_away_is_no_traceback(model, articles):
    command = f"{shlex.quote(sys.executable)} -m newstance predict {shlex.quote(str(model))} - | true"
    done = subprocess.run(
        ["sh", "-c", command],
        input=articles.read_bytes(),
        capture_output=True,
        env={"PYTHONPATH": SOURCE, "PATH": "/usr/bin:/bin", **the_allowed()},
    )
    assert b"Traceback" not in done.stderr
    assert b"Errno" not in done.stderr


def test_init_gives_only_configs_that_are_ready_to_train(tmp_path):
    assert invoke("init", tmp_path / "project").exit_code == 0
    configs = sorted((tmp_path / "project/configs").glob("*.yaml"))
    assert configs
    for config in configs:
        result = invoke("check", config)
        assert (result.exit_code, "no warnings" in result.stdout) == (0, True), result.output
    assert "already holds configs" in refusal("init", tmp_path / "project")
    assert "is a file" in refusal("init", configs[0])


def test_a_failure_leaves_no_output(model, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    refusal("predict", model, tmp_path / "none.jsonl", "-o", out / "a.csv")
    assert list(out.iterdir()) == []


def test_a_bug_keeps_its_traceback(model, monkeypatch):
    monkeypatch.setattr("newstance.table_streams.read_jsonl", lambda *_: {}["gone"])
    assert isinstance(invoke("predict", model, stdin="{}").exception, KeyError)


# Evaluating


def test_an_evaluation_is_tables_or_json_and_files(model, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("text,theme\nThe truce in Syria began.,truce\nRain fell.,none\n", encoding="utf-8")
    shown = invoke("evaluate", model, "--themes", labels, "-o", tmp_path / "scores")
    assert shown.exit_code == 0, shown.output
    assert "macro-F1" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert sorted(path.name for path in (tmp_path / "scores").iterdir()) == [
        "confusion.csv",
        "metrics.json",
        "overall.csv",
        "themes.csv",
    ]
    printed = invoke("evaluate", model, "--themes", labels, "--json")
    assert json.loads(printed.stdout) == json.loads((tmp_path / "scores/metrics.json").read_text())
    assert json.loads(printed.stdout)["metrics"]["themes/accuracy"] == 1


def test_an_evaluation_without_labels_shows_how_themes_hold(model, articles):
    result = invoke("evaluate", model, "--articles", articles)
    assert result.exit_code == 0, result.output
    assert "without theme: 0.00" in result.stdout
    assert "note No coherence" in result.stdout


def test_an_evaluation_that_cannot_be_made_is_told(model, tmp_path):
    assert "nothing to evaluate on" in refusal("evaluate", model)
    assert "there is no such file" in refusal("evaluate", model, "--themes", tmp_path / "none.jsonl")
    (tmp_path / "file").write_text("")
    assert "is a file; give the name of a folder" in refusal("evaluate", model, "-o", tmp_path / "file")
    assert "there is no folder" in refusal("evaluate", model, "-o", tmp_path / "no" / "scores")


# Labelling


def test_drawn_sentences_are_labelled_and_read_back(model, articles, tmp_path):
    drawn = invoke("annotate", "next", model, articles, "--themes", "-n", 4, "-o", tmp_path / "next.csv")
    assert drawn.exit_code == 0, drawn.output
    assert drawn.stdout == ""
    assert "4 tasks written to" in drawn.stderr
    table = pl.read_csv(tmp_path / "next.csv")
    for name, labels in (("anna", ["truce", "none"] * 2), ("ben", ["truce", "football"] * 2)):
        table.with_columns(theme=pl.Series(labels)).write_csv(tmp_path / f"{name}.csv")
    read = invoke(
        "annotate", "read", tmp_path / "anna.csv", tmp_path / "ben.csv", "-o", tmp_path / "labels.jsonl"
    )
    assert read.exit_code == 0, read.output
    assert "annotators: anna (4), ben (4)" in read.stdout
    assert "agreement on 4 texts of several annotators: Krippendorff's alpha 0.30" in read.stdout
    assert "2 labels written to" in read.stderr
    assert len((tmp_path / "labels.disagreements.jsonl").read_text().splitlines()) == 2
    scored = invoke("evaluate", model, "--themes", tmp_path / "labels.jsonl", "--json")
    assert json.loads(scored.stdout)["metrics"]["themes/n"] == 2


def test_drawn_mentions_go_to_stdout_or_to_a_tool(model, articles, tmp_path):
    shown = invoke("annotate", "next", model, articles, "--stance")
    rows = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {row["target"] for row in rows} == {"Russia"}
    assert f"only {len(rows)} of 50 could be drawn" in shown.stderr
    out = tmp_path / "tasks.json"
    assert (
        invoke(
            "annotate", "next", model, articles, "--stance", "--format", "label-studio", "-o", out
        ).exit_code
        == 0
    )
    assert len(json.loads(out.read_text())) == len(rows)
    assert (tmp_path / "tasks.xml").is_file()


def test_what_cannot_be_drawn_or_read_is_told(model, articles, tmp_path):
    assert "give --themes or --stance" in refusal("annotate", "next", model, articles)
    assert "give a file with --out" in refusal(
        "annotate", "next", model, articles, "--themes", "--format", "prodigy"
    )
    wrong = ("--themes", "--format", "doccano", "-o", tmp_path / "a.csv")
    assert "ends in '.csv'; expected .jsonl" in refusal("annotate", "next", model, articles, *wrong)
    assert "there is no such file" in refusal(
        "annotate", "read", tmp_path / "a.jsonl", "-o", tmp_path / "b.jsonl"
    )


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "latin-1"}]
)
def test_paths_of_blanks_and_cyrillic_in_a_locale_without_letters(shipped_model, tmp_path, locale):
    folder = tmp_path / "Моя папка"
    shutil.copytree(shipped_model, folder / "модель № 1")
    (folder / "статьи 1").mkdir()
    row = {"text": "Россия объявила о перемирии.", "id": "а"}
    (folder / "статьи 1" / "файл один.jsonl").write_text(json.dumps(row), encoding="utf-8")
    environment = {"PYTHONPATH": SOURCE, "PYTHONUTF8": "0", **locale}
    for command in (
        ["predict", "модель № 1", "статьи 1", "-o", "итог 1.jsonl"],
        ["corpus", "inspect", "статьи 1"],
        ["predict", "модель № 1", "нет такой"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "newstance", *map(os.fsencode, command)],
            capture_output=True,
            cwd=folder,
            env=environment,
            check=False,
        )
        assert b"codec" not in done.stderr, done.stderr
        assert done.returncode == int(command[-1] == "нет такой"), done.stderr
    assert json.loads((folder / "итог 1.jsonl").read_text("utf-8"))["article_id"] == "а"


# How light it is


def modules_after(code: str, *arguments: object) -> set[str]:
    """Names of the modules that are loaded after ``code`` ran in a fresh process."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": SOURCE, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **the_allowed()},
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_predicting_imports_nothing_heavy(shipped_model, articles):
    loaded = modules_after(
        "from pathlib import Path\n"
        "from newstance import load_model\n"
        "model = load_model(sys.argv[1])\n"
        "for level in ('article', 'sentence'):\n"
        "    assert model.predict(Path(sys.argv[2]), level).height\n"
        "assert model.predict(['A text alone. Россия.']).height == 1",
        shipped_model,
        articles,
    )
    assert "newstance.model.news_model" in loaded
    assert not loaded & {*HEAVY, "tokenizers"}


def test_neither_does_the_command(model, articles, tmp_path):
    loaded = modules_after(
        "from newstance.cli import app\n"
        "try:\n    app(['predict', *sys.argv[1:]])\n"
        "except SystemExit as end:\n    assert end.code in (0, None), end.code",
        model,
        articles,
        "-o",
        tmp_path / "out.parquet",
    )
    assert (tmp_path / "out.parquet").is_file()
    assert "newstance.model.news_model" in loaded
    assert not loaded & set(HEAVY)


def test_help_and_the_package_import_almost_nothing():
    loaded = modules_after("import newstance\nfrom newstance.cli import app\nassert newstance.__version__")
    assert not loaded & {*HEAVY, "numpy", "polars", "pydantic", "tokenizers", "newstance.model.news_model"}


def test_public_names_are_found_at_their_first_use():
    for name in newstance.__all__:
        assert getattr(newstance, name) is not None
    assert set(newstance.__all__) <= set(dir(newstance))
    with pytest.raises(AttributeError, match="no attribute 'load_modell'"):
        newstance.load_modell  # noqa: B018


# What a saved model keeps


def test_a_loaded_model_says_what_the_made_one_says(model, encoder, articles):
    made, loaded = a_model(encoder), load_model(model)
    for level in ("article", "sentence"):
        assert_frame_equal(loaded.predict(articles, level), made.predict(articles, level))


def test_one_by_one_and_together_are_the_same(model):
    loaded = load_model(model)
    together = loaded.predict([one["text"] for one in ARTICLES])
    alone = pl.concat([loaded.predict([one["text"]]) for one in ARTICLES])
    assert_frame_equal(together.drop("article_id"), alone.drop("article_id"))


def test_a_model_without_stance(encoder, tmp_path, articles):
    save_bundle(to_bundle(a_model(encoder, with_stance=False), ["one text"], {}), tmp_path / "made")
    loaded = load_model(tmp_path / "made")
    assert loaded.targets == []
    table = loaded.predict(articles)
    assert table["theme"].to_list() == ["truce", "football", "truce"]
    assert table["stances"].to_list() == [None] * 3


def test_an_unknown_level_is_refused(model):
    with pytest.raises(ValueError, match=r"level: got 'word', expected 'article' or 'sentence'"):
        load_model(model).predict(["a"], "word")


def test_a_changed_head_no_longer_gives_its_examples(encoder, tmp_path):
    made = a_model(encoder)
    bundle = to_bundle(made, list(SEEDS.values()), {})
    bundle.arrays["theme_coef"] = bundle.arrays["theme_coef"][::-1].copy()
    save_bundle(bundle, tmp_path / "made")
    with pytest.raises(ValueError, match="a stored example came out as theme"):
        load_model(tmp_path / "made")
