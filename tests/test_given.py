"""A training from a config, the file of one, or articles with settings as keywords."""

import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import newstance
from checkout import ROOT
from newstance.config import ConfigError, load_config
from newstance.given import NAME, config_of
from newstance.progress import Lines, Silence, default_progress

QUICKSTART = ROOT / "configs/quickstart.yaml"
TEXTS = [{"text": "A truce began."}, {"text": "Sanctions were eased."}]


def test_a_config_and_its_file_are_the_same():
    expected = load_config(QUICKSTART)
    for what in (expected, QUICKSTART, str(QUICKSTART)):
        assert config_of(what, {}) == (expected, None)


def test_settings_go_before_those_of_a_file_and_leave_the_others():
    config, articles = config_of(QUICKSTART, {"name": "mine", "themes": {"max_noise": 0.1}, "seed": 3})
    assert articles is None
    assert (config.name, config.seed, config.themes.max_noise) == ("mine", 3, 0.1)
    assert config.codebook == load_config(QUICKSTART).codebook
    assert config_of(load_config(QUICKSTART), {"seed": 3})[0].seed == 3


@pytest.mark.parametrize("data", [TEXTS, {"text": ["a", "b"]}, iter(TEXTS)])
def test_articles_in_memory_are_handed_on(data):
    config, articles = config_of(data, {})
    assert (config.name, config.corpus.path) == (NAME, None)
    assert articles == TEXTS or articles == {"text": ["a", "b"]}


def test_paths_of_articles_are_those_of_the_config():
    assert config_of("articles/", {})[0].corpus.path == Path("articles/")
    assert config_of([Path("a.csv"), "b.csv"], {})[0].corpus.path == (Path("a.csv"), Path("b.csv"))


def test_short_names_and_codebooks():
    config, _ = config_of(
        TEXTS, {"labels": "judged.jsonl", "theme_labels": "themes.csv", "codebook": ["ceasefire"]}
    )
    assert config.stance.labels == Path("judged.jsonl")
    assert config.themes.labels == Path("themes.csv")
    assert [theme.name for theme in config.codebook.themes] == ["ceasefire"]
    book = ROOT / "configs/codebooks/us-russia.yaml"
    assert config_of(TEXTS, {"codebook": book})[0].codebook == load_config(QUICKSTART).codebook
    targets = {"targets": [{"name": "Russia", "mentions": ["Russia*"]}]}
    assert config_of(TEXTS, {"codebook": targets})[0].codebook.targets[0].name == "Russia"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"theme": {}}, "theme: there is no such key. Did you mean 'themes'?"),
        ({"themes": {"n_theme": 5}}, "themes.n_theme: there is no such key. Did you mean 'n_themes'?"),
        ({"codebook": "none.yaml"}, "none.yaml: there is no such file"),
    ],
)
def test_faults_of_settings_are_told(settings, message):
    with pytest.raises(ConfigError) as error:
        config_of(TEXTS, settings)
    assert message in str(error.value)


def test_articles_in_memory_give_what_their_file_gives(quickstart, tmp_path):
    columns = ["article_id", "title", "text", "source", "published"]
    table = quickstart.results.corpus.articles.filter(lang="en").select(columns)
    file = tmp_path / "articles.jsonl"
    rows = [row | {"published": str(row["published"])} for row in table.to_dicts()]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    output = {"models": tmp_path / "m", "results": tmp_path / "r", "tracking": None}
    settings = {"codebook": ["ceasefire", "sanctions"], "themes": {"discover": False}, "output": output}
    by_file = newstance.train(file, **settings).results
    for data in (table, table.to_pandas(), newstance.read_corpus(file)):
        in_memory = newstance.train(data, **settings)
        assert in_memory.results.themes.equals(by_file.themes)
        assert in_memory.results.theme_of_article.equals(by_file.theme_of_article)
        assert newstance.load_results(in_memory.results_folder).equals(in_memory.results)


def test_too_few_articles_are_told(tmp_path):
    output = {"models": tmp_path / "m", "results": tmp_path / "r", "tracking": None}
    with pytest.raises(ConfigError, match="the articles: only 2 articles to train on"):
        newstance.train(TEXTS, output=output)
    assert not any(path.name in ("m", "r") for path in tmp_path.iterdir())


def test_a_notebook_is_shown_each_step(monkeypatch, capsys):
    class ZMQInteractiveShell: ...

    ipython = ModuleType("IPython")
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    ipython.get_ipython = lambda: None
    assert isinstance(default_progress(), Silence)
    ipython.get_ipython = ZMQInteractiveShell
    shown = default_progress()
    assert isinstance(shown, Lines)
    with shown.step("Reading articles") as done:
        done(3)
    assert re.fullmatch(r"Reading articles … \d+\.\d s\n", capsys.readouterr().out)
