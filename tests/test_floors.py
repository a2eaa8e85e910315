"""Floors of scores: what the file holds, when one may fall, and what is said when gold data changes."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import floors
from checkout import ROOT

NAME = "words/held_out/en"
LOG = "# Log\n\nwords/held_out/en is measured with the new scorer.\n"


@pytest.fixture
def root(tmp_path) -> Path:
    """A checkout of one gold set, whose floor is 0.9."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "docs/log.md").write_text(LOG, "utf-8")
    (tmp_path / "tests/gold.jsonl").write_text("{}\n", "utf-8")
    (tmp_path / "tests/floors.json").write_text("{}\n", "utf-8")
    floors.main(["gold", "words", "tests/gold.jsonl"], tmp_path)
    floors.main(["set", NAME, "0.9"], tmp_path)
    return tmp_path


def held(root: Path) -> float:
    return floors.floor("words", "held_out", "en", root)


def log(root: Path, line: str) -> None:
    (root / "docs/log.md").write_text(f"{LOG}\n{line}\n", "utf-8")


def test_raising_is_free(root):
    floors.main(["set", NAME, "0.95"], root)
    assert held(root) == 0.95
    with pytest.raises(SystemExit, match="never falls"):
        floors.main(["set", NAME, "0.9"], root)


@pytest.mark.parametrize(
    ("line", "arguments", "words"),
    [
        ("`words/held_out/en`: 0.8, as the gold is harder now.", [], "see --lower"),
        ("", ["--lower"], r"a line of docs/log\.md that holds 'words/held_out/en' and 0\.8"),
        ("words/held_out/de falls to 0.8.", ["--lower"], r"docs/log\.md"),
        ("words/held_out/en falls to 0.85.", ["--lower"], r"docs/log\.md"),
        ("words/held_out/en falls\nto 0.8", ["--lower"], r"docs/log\.md"),
    ],
)
def test_lowering_needs_the_word_and_a_line_of_the_log(root, line, arguments, words):
    log(root, line)
    before = (root / "tests/floors.json").read_bytes()
    with pytest.raises(SystemExit, match=words):
        floors.main(["set", NAME, "0.8", *arguments], root)
    assert (root / "tests/floors.json").read_bytes() == before


@pytest.mark.parametrize(
    "line", ["`words/held_out/en`: 0.8, as the gold is harder.", "| words/held_out/en | 0.8 |"]
)
def test_with_both_a_floor_falls(root, line):
    log(root, line)
    floors.main(["set", NAME, "0.8", "--lower"], root)
    assert held(root) == 0.8


def test_changed_gold_is_told_until_it_is_measured_anew(root):
    (root / "tests/gold.jsonl").write_text("{}\n{}\n", "utf-8")
    with pytest.raises(
        AssertionError, match=r"words.*tests/gold\.jsonl.*Measure anew.*floors\.py gold words"
    ):
        held(root)
    floors.main(["gold", "words"], root)
    assert held(root) == 0.9


def test_a_folder_of_gold_changes_with_each_name_and_text(root):
    folder = root / "gold"
    (folder / "de").mkdir(parents=True)
    seen = {floors.digest(["gold"], root)}
    (folder / "de/a.txt").write_text("a", "utf-8")
    seen.add(floors.digest(["gold"], root))
    (folder / "de/a.txt").write_text("b", "utf-8")
    seen.add(floors.digest(["gold"], root))
    (folder / "de/a.txt").rename(folder / "a.txt")
    seen.add(floors.digest(["gold"], root))
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["set", "words/en", "0.5"], "<set>/<part>/<measure>"),
        (["set", "letters/all/en", "0.5"], "no set 'letters'"),
        (["set", NAME, "1.5"], "at most 1, not 1.5"),
        (["set", NAME, "nan"], "not nan"),
        (["gold", "letters"], "letters: expected files"),
        (["gold", "words", "tests/none.jsonl"], r"not there: \['tests/none.jsonl'\]"),
    ],
)
def test_what_cannot_be_written_is_told(root, arguments, words):
    with pytest.raises(SystemExit, match=words):
        floors.main(arguments, root)


@pytest.mark.parametrize("name", floors.read_floors())
def test_each_floor_is_of_the_gold_data_that_is_there(name):
    for part, values in floors.read_floors()[name]["floors"].items():
        for measure, value in values.items():
            assert floors.floor(name, part, measure) == value
            assert 0 < value <= 1


def git(*arguments: str) -> str:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout: earlier floors are unknown")
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"git tells no earlier floors: {done.stderr.strip()}")
    return done.stdout


def test_no_floor_fell_or_went_without_a_line_of_the_log():
    """By hand neither: against every version of the file that git has."""
    now = floors.names(floors.read_floors())
    for commit in git("log", "--format=%H", "--diff-filter=AM", "--", "tests/floors.json").split():
        for name, value in floors.names(json.loads(git("show", f"{commit}:tests/floors.json"))).items():
            if now.get(name, 0) < value:
                words = (name, str(now[name])) if name in now else (name,)
                assert floors.in_log(*words), f"{name} was {value} at {commit[:9]}; docs/log.md says nothing"
