"""The documentation keeps its word: blocks run, errors come as shown, links and commands lead somewhere."""

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

import newstance
from blocks import FAILS, FAULT, MARK, faults, marked_blocks, run, run_all
from checkout import ROOT, copy_checkout
from docs_links import broken_links
from docs_pages import COPIED, FOLDER, config_page, write_pages
from newstance.cli import app
from newstance.config import config_schema

DOCS = ROOT / "docs"
WRITTEN = sorted(
    path
    for path in DOCS.rglob("*.md")
    if path.parent.name not in (FOLDER, "decisions") and path.name != "log.md"
)
NAMES = [str(path.relative_to(DOCS)) for path in WRITTEN]
OF_A_MACHINE = [f"/{folder}/" for folder in ("work", "tmp", "root")] + ["index-url", "/simple/"]
NO_NETWORK = """
import runpy, socket, sys
def refuse(*given, **named):
    raise OSError("the network is off")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
sys.argv = ["zensical", "build", "--strict", "--clean"]
runpy.run_module("zensical", run_name="__main__")
"""


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def navigation() -> list[str]:
    """The pages that the site names, in order."""

    def pages(items: list) -> list[str]:
        values = [value for item in items for value in item.values()]
        return [page for value in values for page in ([value] if isinstance(value, str) else pages(value))]

    return pages(tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"])


@pytest.fixture
def trained_folder(tmp_path, quickstart) -> Path:
    """A folder like a checkout in which the quickstart has been trained."""
    folder = copy_checkout(tmp_path)
    shutil.copytree(quickstart.model_folder, folder / "models/quickstart")
    shutil.copytree(quickstart.results_folder, folder / "results/quickstart")
    return folder


@pytest.fixture(scope="module")
def whole_docs(tmp_path_factory) -> Path:
    """A copy of the documents with the pages that are made."""
    folder = tmp_path_factory.mktemp("site") / "docs"
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns(FOLDER))
    write_pages(folder)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_every_mark_stands_before_a_block(name):
    assert read(name).count(MARK) == len(marked_blocks(read(name)))
    assert read(name).count(FAILS) == len(faults(read(name)))


@pytest.mark.parametrize("name", [name for name in NAMES if MARK in read(name) and name != "tutorial.md"])
def test_marked_blocks_run(name, trained_folder):
    run_all(read(name), trained_folder)


def test_the_tutorial_runs_in_an_empty_folder(tmp_path):
    run_all(read("tutorial.md"), tmp_path)


def test_errors_are_as_the_page_shows_them(trained_folder):
    assert faults(read("errors.md"))
    for code, lines in faults(read("errors.md")):
        done = run("bash", code, trained_folder)
        said = " ".join((done.stdout + done.stderr).split())
        assert done.returncode == 1, f"{code}\n{done.stdout}\n{done.stderr}"
        for line in lines:
            assert " ".join(line.split()) in said, f"{code}\n{done.stderr}"


def test_figures_of_the_tutorial_are_those_of_the_sample(quickstart):
    shares = quickstart.results.stance(by="source", target="Russia")
    said = read("tutorial.md")
    for outlet in ("Rheinblick", "Заря недели"):
        row = shares.filter(source=outlet).row(0, named=True)
        low, high = (f"{row[key]:+.2f}".replace("-", "−") for key in ("net_low", "net_high"))
        assert re.search(rf"\*{outlet}\*[^*]*from {re.escape(low)} to {re.escape(high)}", said), (low, high)
    metrics = quickstart.results.metrics
    assert f"macro-F1 is {metrics['stance/f1_macro']:.2f}" in said
    assert f"target has {metrics['stance/target_blind/f1_macro']:.2f}" in " ".join(said.split())


def test_scores_of_stance_are_those_of_the_benchmark():
    """A row names its set as the benchmark does; score, error and control are those of its system."""
    sets = json.loads((ROOT / "benchmarks/results/stance.json").read_text(encoding="utf-8"))["sets"]
    rows = [row for row in read("limits.md").splitlines() if "±" in row and "| stance" in row]
    assert len(rows) >= 6
    for row in rows:
        _, _, name, score, control, _ = (cell.strip() for cell in row.split("|"))
        of = sets[max((one for one in sets if name.startswith(one)), key=len)]
        key = "f1_macro" if score.startswith("macro-F1") else "f1_pn"
        own, blind = (of["systems"].get(system) for system in (of["system"], "target-blind control"))
        assert score.endswith(f" {own[key]:.2f} ± {own[f'{key}_se']:.2f}"), row
        assert control == (f"{blind[key]:.2f}" if blind else ""), row


def test_the_navigation_names_every_page_and_no_other(whole_docs):
    named = navigation()
    assert len(named) == len(set(named))
    there = {str(path.relative_to(whole_docs)) for path in whole_docs.rglob("*.md")}
    assert set(named) == {name for name in there if not name.startswith("decisions/")}


def anchors(page: str) -> set[str]:
    """Names of the headings of a page, as the site gives them."""
    heads = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE), re.MULTILINE
    )
    slugs = (re.sub(r"[^\w\s-]", "", head.replace("`", "")).strip().lower() for head in heads)
    return {re.sub(r"[-\s]+", "-", slug) for slug in slugs} | set(
        re.findall(r"^::: (\S+)", page, re.MULTILINE)
    )


def test_links_of_pages_lead_to_files_and_anchors(whole_docs):
    wrong = []
    for path in whole_docs.rglob("*.md"):
        for link in re.findall(r"\]\((?!https?://)([^)\s]+)\)", path.read_text(encoding="utf-8")):
            goal, _, anchor = link.partition("#")
            target = (path.parent / goal).resolve() if goal else path
            if not target.is_file() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
                wrong.append(f"{path.relative_to(whole_docs)}: {link}")
    assert wrong == []


@pytest.mark.parametrize("name", [*NAMES, "log.md", *COPIED.values()])
def test_no_page_names_a_package_host_or_a_path_of_a_machine(name):
    text = (ROOT / name if name in COPIED.values() else DOCS / name).read_text(encoding="utf-8")
    assert [one for one in OF_A_MACHINE if one in text] == []


def commands_of(page: str) -> list[list[str]]:
    """The words of each command of newstance in a page's blocks of shell."""
    blocks = re.findall(r"^```bash\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    found = [line.rsplit("| ", 1)[-1] for line in lines]
    return [shlex.split(line)[1:] for line in found if line.startswith("newstance ")]


@pytest.mark.parametrize("path", [*WRITTEN, ROOT / "README.md"], ids=[*NAMES, "README.md"])
def test_every_command_and_option_of_a_page_exists(path):
    for words in commands_of(path.read_text(encoding="utf-8")):
        command, rest = typer.main.get_command(app), list(words)
        while hasattr(command, "commands"):
            assert rest, f"{words} ends in a group"
            assert rest[0] in command.commands, f"newstance {shlex.join(words)}"
            command = command.commands[rest.pop(0)]
        options = {name for one in command.params for name in one.opts}
        given = {word for word in rest if re.match(r"--?[a-z]", word)}
        assert given <= options, f"newstance {shlex.join(words)}"


def test_every_key_of_a_config_that_a_page_names_exists():
    """Keys as ``themes.max_noise``, of the sections whose names nothing else has."""
    keys = set(re.findall(r"^\| `([\w.]+)`", config_page(config_schema()), re.MULTILINE))
    sections = {key.split(".")[0] for key in keys if "." in key}
    for name in NAMES:
        said = FAULT.sub("", read(name))
        used = re.findall(rf"\b((?:{'|'.join(sections)})\.[a-z_]+)\b(?=[=:`])", said)
        assert [key for key in used if key not in keys] == [], name


def test_every_key_of_a_config_is_described():
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", config_page(config_schema()), re.MULTILINE)
    assert len(rows) > 40
    assert [key for key, about in rows if not about.strip()] == []


def test_the_reference_has_every_public_name():
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
    shown = set(re.findall(r"^::: newstance\.(\w+)$", pages, re.MULTILINE)) | {"__version__"}
    assert shown == set(newstance.__all__)


def test_links_that_lead_nowhere_are_told(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there">b</a><a href="c.html">c</a><a href="#no">here</a>'
    )
    (tmp_path / "b.html").write_text(
        '<p id="there"><a href="a.html">a</a><a href="https://example.org">out</a>'
        '<script src="https://example.org/x.js"></script>'
    )
    assert broken_links(tmp_path) == [
        "a.html: c.html: there is no such file",
        "a.html: #no: the page has no such anchor",
        "b.html: https://example.org/x.js: loads from elsewhere",
    ]


@pytest.mark.skipif(
    importlib.util.find_spec("zensical") is None, reason="zensical is not installed: make docs does it"
)
def test_the_site_is_built_without_network_and_without_a_broken_link(whole_docs):
    folder = whole_docs.parent
    shutil.copy(ROOT / "zensical.toml", folder)
    (folder / "src").symlink_to(ROOT / "src")
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert broken_links(folder / "site") == []
    assert {f"{Path(name).with_suffix('.html')}" for name in navigation()} <= {
        str(path.relative_to(folder / "site")) for path in (folder / "site").rglob("*.html")
    }
