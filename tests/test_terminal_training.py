"""What a training prints: names as text, tables that fit, plain words in a pipe."""

import re
import shlex
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len
from rich.console import Console

from found import MARKUP, awkward_results, sample_results
from newstance.plain import plain
from newstance.report import REPORT
from newstance.results import Results
from newstance.terminal.encoder import show_encoder_scores
from newstance.terminal.training import show_training
from newstance.training import Trained

DRAWN = re.compile("[\u2500-\u259f\x1b]")
TARGETS = [f"Target number {number} of many" for number in range(10)]


def shown(results: Results, width: int = 80, terminal: bool = False) -> str:
    file = StringIO()
    trained = Trained(None, results, Path("models/made"), Path("results/made"), None)
    show_training(trained, None, Console(file=file, width=width, force_terminal=terminal))
    return file.getvalue()


def without_escapes(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def with_ten_targets(results: Results) -> Results:
    """Every stance once towards each of ten targets, and outlets with long names."""
    copies = [results.stances.with_columns(target=pl.lit(target)) for target in TARGETS]
    articles = results.corpus.articles.with_columns(
        source=pl.format("{} and its very long name of the evening edition", "source")
    )
    return replace(results, stances=pl.concat(copies), corpus=replace(results.corpus, articles=articles))


@pytest.fixture(scope="module")
def awkward() -> Results:
    return awkward_results()


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("width", [80, 60, 120])
def test_lines_fit_the_console_with_ten_targets(awkward, width, terminal):
    out = without_escapes(shown(with_ten_targets(awkward), width, terminal))
    tables = out[: out.index("Go on with")]
    assert max(cell_len(line) for line in tables.splitlines()) <= width
    for target in TARGETS:
        assert "number" in out, target
    assert len(re.findall(r"[+−]?\d+ [+−]?\d+…[+−]?\d+", out)) == sum(
        with_ten_targets(awkward).summary.stance_by_outlet["n"] > 0
    )


def test_a_pipe_gets_plain_words(awkward):
    assert not DRAWN.search(shown(awkward))
    assert not re.search("[\x00-\x09\x0b-\x1f]", shown(awkward))


def test_a_terminal_gets_tables_with_lines_and_the_same_words(awkward):
    drawn, plainly = shown(awkward, terminal=True), shown(awkward)
    assert "━" in drawn
    assert "\x1b[1m" in drawn
    words = set(re.findall(r"[\w+−…\[\]/]+", plainly))
    assert words == set(
        re.findall(r"[\w+−…\[\]/]+", without_escapes(drawn).translate({0x2500 + i: " " for i in range(128)}))
    )


@pytest.mark.parametrize("terminal", [False, True])
def test_names_are_text(awkward, terminal):
    out = without_escapes(shown(awkward, 200, terminal))
    assert MARKUP in out
    assert "[red]Sanctions␛[0m" in out
    assert "Evening ␛[2J␇␍\\u202eNews" in out
    assert "note [/bold] 3 lines of ␛]0;x␇a.csv" in out
    assert "no outlet" in out


@pytest.mark.parametrize(
    "name", ["[/b]", "[link=file:///x]y[/link]", ":smile:", "\x1b]8;;x\x07y", "a\nb", "\ud800", "[", "\\[x]"]
)
def test_any_name_of_a_target_theme_or_outlet_is_printed(name):
    results = sample_results()
    articles = results.corpus.articles.with_columns(source=pl.lit(name.encode("utf-8", "replace").decode()))
    results = replace(
        results,
        corpus=replace(results.corpus, articles=articles),
        stances=results.stances.with_columns(target=pl.lit(name.encode("utf-8", "replace").decode())),
        themes=results.themes.with_columns(name=pl.lit(name.encode("utf-8", "replace").decode())),
        notes=[name],
    )
    out = shown(results, 200)
    assert out.count(plain(name.encode("utf-8", "replace").decode())) >= results.themes.height + 2
    assert f"note {plain(name)}\n" in out


def test_outlets_that_are_not_shown_are_counted():
    results = sample_results()
    articles = results.corpus.articles.with_columns(source=pl.col("article_id"))
    results = replace(results, corpus=replace(results.corpus, articles=articles))
    n_outlets = results.summary.stance_by_outlet["source"].n_unique()
    assert n_outlets > 30
    assert f"{n_outlets - 30} more outlets are in the tables" in " ".join(shown(results).split())


def test_the_way_on_can_be_copied_whole(awkward, tmp_path):
    trained = Trained(None, awkward, tmp_path / ("m" * 90), tmp_path / ("[b]" + "r" * 90), None)
    file = StringIO()
    show_training(trained, tmp_path / "runs", Console(file=file, width=80))
    assert f"{'[b]' + 'r' * 90}/{REPORT}\n" in file.getvalue()
    assert f"{'m' * 90} NEW_ARTICLES" in file.getvalue()
    spaced = replace(trained, model_folder=tmp_path / "my model's")
    show_training(spaced, None, Console(file=file, width=80))
    command = next(line for line in file.getvalue().splitlines() if "my model" in line)
    assert shlex.split(command)[3] == str(tmp_path / "my model's")


def test_scores_of_an_encoder_fit_and_absent_ones_are_dashes():
    table = pl.DataFrame({"lang": ["en", "[b]"], "themes": [0.4231, None]})
    file = StringIO()
    show_encoder_scores(table, {"mean": 0.4231}, Console(file=file, width=80))
    lines = [line.split() for line in file.getvalue().splitlines()]
    assert ["en", "42.3"] in lines
    assert ["[b]", "–"] in lines
    assert ["mean:", "42.3"] in lines


def test_a_step_is_a_line_in_a_file_and_a_bar_on_a_terminal():
    code = (
        "from newstance.terminal.bars import Bars\n"
        "with Bars().step('Reading [/b] \\x1b[2J', 3) as done:\n"
        "    done(1); done(2, of=3)\n"
    )
    piped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("", "Reading [/b] ␛[2J\n")
    env_code = "import os; os.environ['FORCE_COLOR'] = '1'\n" + code
    drawn = subprocess.run([sys.executable, "-c", env_code], capture_output=True, text=True, check=True)
    assert "3/3" in without_escapes(drawn.stderr)
    assert "Reading [/b] ␛[2J" in without_escapes(drawn.stderr)
