"""What would stop a training is told before it begins, with its file, line or key, all at once."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from newstance.check import Findings, check_training
from newstance.cli import app
from newstance.config import ConfigError, load_config, resolve_paths
from newstance.training import train

ROOT = Path(__file__).parents[1]
TEXT = "Moscow hails the truce in Aleppo, and sanctions stay."
JUDGEMENT = {
    "id": "1",
    "text": TEXT,
    "target": {"label": "Russia", "start": 0, "end": 6},
    "stance": "favor",
    "lang": "en",
}


class Project:
    """A small project that can be trained on; each part can be spoilt."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "articles").mkdir()
        rows = [{"id": f"a{number}", "text": f"{TEXT} Report {number}."} for number in range(6)]
        self.write("articles/a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        self.judge(
            JUDGEMENT, JUDGEMENT | {"id": "2", "stance": "against"}, JUDGEMENT | {"id": "3", "stance": "none"}
        )
        self.write("themes.csv", "article_id,theme\na0,war\na1,peace\n")
        self.write(
            "run.yaml",
            "name: mine\ncorpus: {path: articles}\nstance: {labels: labels.jsonl}\n"
            "evaluation: {themes: themes.csv}\n"
            "codebook: {targets: [{name: Russia, mentions: [Moscow*]}, {name: truce, mentions: [truce]}]}\n"
            "output: {models: models, results: results, tracking: null}\n",
        )

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def judge(self, *judgements: dict) -> None:
        self.write("labels.jsonl", "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in judgements))

    def check(self, *overrides: str) -> Findings:
        return check_training(load_config(self.folder / "run.yaml", list(overrides)))

    def only_error(self, *overrides: str) -> str:
        (error,) = self.check(*overrides).errors
        return error


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return Project(tmp_path / "project")


def test_what_is_right_is_found_right_and_nothing_is_written(project):
    before = sorted(project.folder.rglob("*"))
    findings = project.check()
    assert (findings.errors, findings.warnings) == ([], [])
    assert findings.checked == ["6 articles in 1 files", "3 judgements of stance", "themes of 2 articles"]
    assert sorted(project.folder.rglob("*")) == before


def test_the_config_of_the_sample_is_ready_and_the_check_loads_nothing_heavy():
    code = (
        "import sys\nfrom newstance.cli import app\n"
        "try:\n    app(['check', 'configs/quickstart.yaml'])\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'torch', 'umap', 'hdbscan', 'numba', 'sklearn', 'mlflow', 'sentence_transformers'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ready to train: no errors, no warnings; found 222 articles" in done.stdout


def test_all_faults_come_at_once_and_the_command_fails(project):
    project.judge(JUDGEMENT | {"lang": "xx"}, JUDGEMENT | {"id": "2", "stance": "against"})
    project.write("themes.csv", "id,theme\na0,war\n")
    project.write("models", "a file")
    result = CliRunner().invoke(app, ["check", "run.yaml", "corpus.columns={text: body}"])
    assert result.exit_code == 1
    for told in ("lang: got 'xx'", "is it 'id'?", "models is a file", "no file has a column 'body'"):
        assert told in result.stdout, told
    assert "warning: stance.labels:" in result.stdout
    assert "mine: not ready to train: 4 errors, 1 warning" in result.stdout
    with pytest.raises(ConfigError, match="4 errors, found before the work was begun"):
        train(load_config("run.yaml", ["corpus.columns={text: body}"]))


# Stance labels


def test_a_misspelt_target_is_told_with_its_lines(project):
    project.judge(
        JUDGEMENT,
        *[
            JUDGEMENT | {"id": name, "stance": "none", "target": {"label": "Rusia", "start": 0, "end": 6}}
            for name in "xy"
        ],
    )
    assert (
        "labels.jsonl: lines 2, 3: the codebook has no target 'Rusia'; did you mean 'Russia'?"
        in project.only_error()
    )


def test_a_target_that_the_codebook_lacks_is_told_but_may_teach(project):
    project.judge(
        JUDGEMENT,
        JUDGEMENT | {"id": "2", "stance": "none", "target": {"label": "Aleppo", "start": 26, "end": 32}},
    )
    findings = project.check()
    assert findings.errors == []
    assert any("learnt from, but not asked for: 'Aleppo' (1)" in one for one in findings.warnings)


def test_labels_of_no_target_at_all_are_an_error(project):
    others = [{"label": "Aleppo", "start": 26, "end": 32}] * 2
    project.judge(
        *[
            JUDGEMENT | {"id": str(n), "stance": s, "target": others[0]}
            for n, s in enumerate(("favor", "none"))
        ]
    )
    assert "no judgement is about a target of the codebook (Russia, truce)" in project.only_error()


def test_an_id_for_and_against_is_an_error_and_two_targets_of_an_id_are_none(project):
    truce = {"label": "truce", "start": 17, "end": 22}
    project.judge(JUDGEMENT, JUDGEMENT | {"target": truce, "stance": "against"})
    assert project.check().errors == []
    project.judge(
        JUDGEMENT, JUDGEMENT | {"target": truce, "stance": "against"}, JUDGEMENT | {"stance": "against"}
    )
    assert "lines 1 and 3: the id '1' is in favor of 'Russia' and against it" in project.only_error()


@pytest.mark.parametrize("lang", ["xx", "english", "EN ", "e"])
def test_a_language_that_is_none_is_an_error(project, lang):
    project.judge(JUDGEMENT, JUDGEMENT | {"id": "2", "stance": "none", "lang": lang})
    assert f"line 2: lang: got {lang!r}, which is no language" in project.only_error()


@pytest.mark.parametrize("lang", ["en", "sr-Latn", "ckb", "und", "pt_BR"])
def test_languages_of_two_and_three_letters_are_taken(project, lang):
    project.judge(JUDGEMENT, JUDGEMENT | {"id": "2", "stance": "none", "lang": lang})
    assert project.check().errors == []


def test_stances_that_are_missing_are_told(project):
    project.judge(JUDGEMENT)
    assert "every judgement is 'favor'; at least two stances are needed" in project.only_error()
    project.judge(JUDGEMENT, JUDGEMENT | {"id": "2", "stance": "against"})
    assert any("no judgement is 'none'" in one for one in project.check().warnings)
    project.judge()
    assert "holds no judgement" in project.only_error()


def test_labels_and_targets_need_each_other(project):
    assert "codebook.targets: is empty, yet stance.labels is given" in project.only_error("codebook={}")
    assert any("nothing measures them" in one for one in project.check("stance.labels=null").warnings)


# Theme labels


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,theme\na0,war\n", "no column 'article_id' (is it 'id'? rename that)"),
        ("article_id,topic\na0,war\n", "no column 'theme' (is it 'topic'? rename that)"),
        ("", "Its first line names nothing; expected article_id,theme"),
        ("article_id,theme\na0,war,more\n", "line 2: 3 fields, where the header has 2"),
        (
            "article_id,theme\na0,war\na0,peace\n",
            "line 3: article_id 'a0' has the theme 'peace' here and 'war' in line 2",
        ),
        ("article_id,theme\n,war\n", "line 2: the theme 'war' has no article_id"),
        ("article_id,theme\na0,\n", "gives no article a theme"),
        (
            "article_id,theme\nzz,war\n",
            "none of its 1 article_ids is in the corpus; it has such as zz, the corpus such as a0",
        ),
    ],
)
def test_faults_of_theme_labels(project, content, told):
    project.write("themes.csv", content)
    error = project.only_error()
    assert told in error
    assert error.startswith(f"evaluation.themes: {project.folder / 'themes.csv'}: ")


def test_theme_labels_with_other_delimiters_are_read(project):
    project.write("themes.csv", "\ufeffarticle_id;note;theme\r\na0;x, y;war\r\n")
    assert project.check().errors == []


def test_some_foreign_articles_are_a_warning(project):
    project.write("themes.csv", "article_id,theme\na0,war\nzz,war\n")
    findings = project.check()
    assert findings.errors == []
    assert any("1 of 2 article_ids are not in the corpus: zz" in one for one in findings.warnings)


# Articles


def test_a_column_that_some_file_has_is_no_fault(project):
    project.write("articles/b.csv", f"head,text\nNews,{TEXT.replace(',', '')}\n")
    assert project.check("corpus.columns={title: head}").errors == []
    assert "no file has a column 'heads'" in project.only_error("corpus.columns={title: heads}")


def test_too_few_articles_are_told_with_the_number(project):
    project.write("articles/a.jsonl", json.dumps({"text": TEXT}) + "\n")
    assert "only 1 article to train on" in project.only_error("evaluation.themes=null")


def test_articles_are_counted_in_the_pages_of_a_small_corpus(project):
    (project.folder / "articles/a.jsonl").unlink()
    part = f"<article><h2>{{}}</h2><p>{TEXT} {'The harbour waits for news of it. ' * 6}</p></article>"
    page = "<html><body><main>{}</main></body></html>"
    for name, count in (("a", 3), ("b", 1)):
        parts = "".join(part.format(f"{name} {number}") for number in range(count))
        project.write(f"articles/{name}.html", page.format(parts))
    assert "only 4 articles to train on" in project.only_error("evaluation.themes=null")
    project.write("articles/c.html", page.format(part.format("c")))
    assert project.check("evaluation.themes=null").errors == []


@pytest.mark.parametrize("name", ["b.xlsx", "b.csv.xz", "b.tab"])
def test_every_table_has_columns_whatever_its_suffix(project, name):
    (project.folder / "articles/a.jsonl").unlink()
    project.write("articles/a.txt", f"{TEXT}\n" * 9)
    project.write(f"articles/{name}", "")
    assert not any("no file of the corpus has columns" in one for one in columns_told(project))
    (project.folder / "articles" / name).unlink()
    assert any("no file of the corpus has columns" in one for one in columns_told(project))
    project.write("articles/b.txt", f"id\ttitle\ttext\n1\tTruce\t{TEXT}\n")
    assert not any("no file of the corpus has columns" in one for one in columns_told(project))


def columns_told(project: Project) -> list[str]:
    return project.check("evaluation.themes=null", "corpus.columns={title: title}").warnings


def test_a_corpus_of_nothing_readable_says_why(project):
    project.write("articles/a.jsonl", '{"prose": "x"}\n')
    assert "no article that could be read; a.jsonl, line 1: no column holds the text" in project.only_error()
    for nothing in ("null", "[]"):
        assert "corpus.path: is missing" in project.only_error(f"corpus.path={nothing}")
    assert "none does not exist" in project.only_error("corpus.path=none")


def test_a_target_that_is_nowhere_named_is_told(project):
    targets = (
        "codebook.targets=[{name: Russia, mentions: [Moscow]}, {name: Turkey, mentions: [Turk*, Ankara]}]"
    )
    (warning,) = project.check(targets).warnings
    assert "Turkey: none of its mentions stands in the corpus (Turk*, Ankara)" in warning


def test_of_a_large_corpus_the_first_records_are_judged_and_said_to_be_those(project, monkeypatch):
    monkeypatch.setattr("newstance.check.articles.RECORDS_A_FILE", 3)
    project.write("themes.csv", "article_id,theme\nzz,war\n")
    findings = project.check(
        "corpus.columns={title: head}", "codebook={targets: [{name: Russia, mentions: [Mars]}]}"
    )
    assert findings.errors == []
    assert "3 articles in 1 files, the first of each; there are more" in findings.checked
    assert any(
        "none of the first 3 articles of the corpus has a column 'head'" in one for one in findings.warnings
    )
    assert any("stands in the first 3 articles of the corpus (Mars)" in one for one in findings.warnings)


def test_a_table_tells_its_columns_in_the_first_record(project, monkeypatch):
    monkeypatch.setattr("newstance.check.articles.RECORDS_A_FILE", 3)
    (project.folder / "articles/a.jsonl").unlink()
    project.write("articles/a.csv", "text\n" + "The truce of Moscow holds.\n" * 6)
    assert "no file has a column 'head'" in project.only_error("corpus.columns={title: head}")


def test_names_reach_a_terminal_as_text(project):
    project.write("themes.csv", "article_id,theme\n\x1b[31mzz [/b],war\n")
    result = CliRunner().invoke(app, ["check", "run.yaml"])
    assert result.exit_code == 1
    assert "␛[31mzz [/b]" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_mention_in_a_page_is_found_behind_its_markup(project):
    for path in (project.folder / "articles").iterdir():
        path.unlink()
    for number in range(5):
        project.write(
            f"articles/{number}.html",
            f"<html><body><p>{number} M&#111;scow and the <b>truce</b></p></body></html>",
        )
    assert project.check("evaluation.themes=null").warnings == []


def test_a_language_of_the_config_that_is_none(project):
    assert "corpus.langs: xx: no such language" in project.only_error("corpus.langs=[en, xx]")


# Places


def test_a_foreign_folder_is_not_replaced(project):
    for key in ("models", "results"):
        (project.folder / key / "mine").mkdir(parents=True)
        project.write(f"{key}/mine/thesis.txt", "mine")
    errors = project.check().errors
    assert len(errors) == 2
    assert errors[0].startswith("output.models: ")
    assert errors[1].startswith("output.results: ")
    assert all("may not be replaced" in one for one in errors)


def test_files_in_the_way_are_told(project):
    project.write("vectors.sqlite", "no database")
    project.write("runs.db", "no database")
    project.write("file", "x")
    errors = project.check(
        "encoder.cache=vectors.sqlite", "output.tracking=sqlite:///runs.db", "output.results=file/deep"
    ).errors
    assert [error.partition(":")[0] for error in errors] == [
        "output.results",
        "output.tracking",
        "encoder.cache",
    ]


def database(path: Path, n_rows: int = 500) -> Path:
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("CREATE TABLE vectors (key, vector)")
        opened.executemany("INSERT INTO vectors VALUES (?, ?)", [(n, bytes(1000)) for n in range(n_rows)])
    return path


@pytest.mark.parametrize("key", ["encoder.cache=v.db", "output.tracking=sqlite:///v.db"])
def test_a_database_that_is_whole_passes_and_one_that_was_cut_or_is_a_folder_is_told(project, key):
    path = database(project.folder / "v.db")
    assert project.check(key).errors == []
    assert [one.name for one in project.folder.glob("v.db*")] == ["v.db"]
    os.truncate(path, path.stat().st_size // 2)
    assert "v.db is no whole SQLite file (database disk image is malformed). Move it" in project.only_error(
        key
    )
    path.unlink()
    path.mkdir()
    assert "v.db is no file. Move it away, or give another." in project.only_error(key)


def test_a_database_that_another_process_writes_passes(project):
    with closing(sqlite3.connect(database(project.folder / "v.db"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert project.check("encoder.cache=v.db").errors == []


def test_files_that_may_not_be_written_are_told(project, monkeypatch):
    database(project.folder / "v.db")
    able = os.access
    monkeypatch.setattr(
        os, "access", lambda path, how: not (str(path).endswith("v.db") and how & os.W_OK) and able(path, how)
    )
    for key in ("encoder.cache=v.db", "output.tracking=sqlite:///v.db"):
        assert "v.db cannot be written. Mend its permissions, or give another." in project.only_error(key)


def test_names_that_no_folder_can_have_are_told_before_the_work(project):
    assert project.check("name=" + 200 * "n").errors == []
    with pytest.raises(ConfigError, match=r"name: .*at most 200 characters"):
        project.check("name=" + 201 * "n")
    with pytest.raises(ConfigError, match=r"output\.models: .*udcff: its letters .* Set PYTHONUTF8=1"):
        resolve_paths({"output": {"models": "\udcff"}}, (("output", "models"),), project.folder)


def test_a_full_disk_is_told(project, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 3 << 20})())
    errors = project.check().errors
    assert [error.partition(":")[0] for error in errors] == ["output.models", "output.results", "TMPDIR"]
    assert "has 3 MB left; at least 50 are needed" in errors[0]


def test_an_encoder_that_is_not_there(project):
    assert "encoder.model: " in project.only_error("encoder.model=./none")
    (project.folder / "empty").mkdir()
    assert "empty is not a folder with a sentence-transformers model" in project.only_error(
        "encoder.model=empty"
    )
    (warning,) = project.check("encoder.model=no/such-model").warnings
    assert "looked for among the models of sentence-transformers" in warning


def test_a_server_of_runs_is_asked(project):
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(403 if self.server.is_shut else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    server.is_shut = False
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"output.tracking=http://127.0.0.1:{server.server_port}"
    try:
        findings = project.check(address)
        assert (findings.errors, findings.warnings) == ([], [])
        server.is_shut = True
        assert any("MLFLOW_TRACKING_USERNAME" in one for one in project.check(address).warnings)
    finally:
        server.shutdown()
        server.server_close()
    assert "does not answer" in project.only_error(address)


# Whatever comes

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 99) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "name",
        "corpus.path",
        "corpus.columns",
        "corpus.langs",
        "codebook",
        "codebook.targets",
        "encoder.model",
        "encoder.cache",
        "stance.labels",
        "evaluation.themes",
        "output.models",
        "output.results",
        "output.tracking",
        "corpus.min_words",
        "themes",
        "stance.C",
        "zzz",
        "a.b.c",
    ]
)


def told(project: Project, *overrides: str) -> str:
    """All that ``check`` says; anything but an end with words is a failure."""
    result = CliRunner().invoke(app, ["check", str(project.folder / "run.yaml"), *overrides])
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code in (0, 1), result.output
    return result.output


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("shared") / "project"
    folder.mkdir()
    return Project(folder)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from([*JUDGEMENT, "group", "line", "x"]), VALUES, min_size=1, max_size=3),
    st.booleans(),
)
def test_any_judgement_is_read_or_told_with_file_and_line(shared, changes, drops):
    changed = {key: value for key, value in JUDGEMENT.items() if not (drops and key in changes)}
    changed |= {} if drops else changes
    shared.judge(
        JUDGEMENT,
        JUDGEMENT | {"id": "2", "stance": "none"},
        JUDGEMENT | {"id": "3", "stance": "against"},
        changed,
    )
    said = told(shared)
    assert "not ready" not in said or (
        ("labels.jsonl" in said and "line 4" in said) or "lines 1 and 4" in said
    ), said
    shared.judge(JUDGEMENT, JUDGEMENT | {"id": "2", "stance": "none"})


@settings(max_examples=40)
@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_for_labels_are_read_or_told_with_their_file(shared, content):
    goods = {
        "labels.jsonl": (shared.folder / "labels.jsonl").read_bytes(),
        "themes.csv": (shared.folder / "themes.csv").read_bytes(),
    }
    for name, good in goods.items():
        for spoilt in (good + content, content):
            (shared.folder / name).write_bytes(spoilt)
            said = told(shared)
            assert "not ready" not in said or name in said, said
        (shared.folder / name).write_bytes(good)


@settings(max_examples=80)
@given(KEYS, VALUES | st.text(max_size=30))
def test_any_value_of_a_key_is_taken_or_told_with_the_key(shared, key, value):
    override = f"{key}={json.dumps(value)}"
    said = told(shared, override)
    assert "error: " not in said or key.partition(".")[0] in said, said


def test_judgements_may_stand_in_several_files(project):
    files = "stance.labels=[labels.jsonl, more.jsonl]"
    second = JUDGEMENT | {"text": f"{TEXT} Again.", "id": "4", "stance": "none"}
    project.write("more.jsonl", json.dumps(second))
    stance = load_config(project.folder / "run.yaml", [files]).stance
    assert [path.name for path in stance.label_files] == ["labels.jsonl", "more.jsonl"]
    findings = project.check(files)
    assert "4 judgements of stance" in findings.checked
    project.write("more.jsonl", json.dumps(second | {"stance": "maybe"}))
    assert "more.jsonl" in project.only_error(files)
    assert load_config(project.folder / "run.yaml", ["stance.labels=null"]).stance.label_files == ()


def test_a_split_by_what_all_judgements_share_is_told(project):
    assert "every judgement has the same source ('')" in project.only_error("stance.split=source")
    with pytest.raises(ConfigError, match=r"stance\.split"):
        project.check("stance.split=day")
    assert project.check("stance.split=group").errors == []
