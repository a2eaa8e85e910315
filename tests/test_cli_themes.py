"""The commands that show and edit the themes of a saved model."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import newstance
from newstance.cli import app
from newstance.model.bundle import save_bundle
from newstance.model.saved import to_bundle
from small_model import SEEDS, a_model, allowed, small_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    with allowed(small_encoder(tmp_path_factory.mktemp("encoders") / "tiny")) as encoder:
        yield encoder


@pytest.fixture
def folder(tmp_path, encoder) -> Path:
    save_bundle(
        to_bundle(a_model(encoder), list(SEEDS.values()), {"MODEL_CARD.md": "# made\n"}), tmp_path / "made"
    )
    return tmp_path / "made"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["themes", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def names(folder: Path) -> dict[int, str]:
    return dict(newstance.load_model(folder).themes.select("theme_id", "name").iter_rows())


def test_show_lists_themes_and_edits(folder):
    page = run("show", folder)
    assert "truce" in page
    assert "football" in page
    assert "Edits" not in page
    assert max(map(len, page.splitlines())) <= 80
    run("rename", folder, "truce", "peace [/b]")
    page = run("show", folder)
    assert "peace [/b]" in page
    assert "rename: 0 'truce' -> 0 'peace [/b]'" in page


def test_an_edit_replaces_the_model_and_tells_what_was_done(folder):
    assert (
        run("rename", folder, 1, "soccer").strip()
        == f"rename: 1 'football' -> 1 'soccer'; written to {folder}"
    )
    assert run("merge", folder, "truce", "soccer", "--name", "all").startswith(
        "merge: 0 'truce', 1 'soccer' -> 2 'all'"
    )
    assert names(folder) == {2: "all"}
    assert run("drop", folder, "2").startswith("drop: 2 'all'; ")
    assert "has no themes" in run("show", folder)
    assert "- drop: 2 'all'" in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_add_takes_a_description_and_sentences(folder, tmp_path):
    run(
        *("add", folder, "--name", "cup", "--description", "The cup.", "--example", "The team won the cup"),
        *("--example", "кубок в финале", "--not", "The truce began", "-o", tmp_path / "grown"),
    )
    assert names(folder) == {0: "truce", 1: "football"}
    assert names(tmp_path / "grown")[2] == "cup"
    assert newstance.load_model(tmp_path / "grown").predict("кубок в финале")["theme"].to_list() == ["cup"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("drop", "MODEL", "truse"), "there is no theme 'truse'. Did you mean 'truce'?"),
        (("rename", "MODEL", "truce", "football"), "there is a theme 1 'football' already"),
        (("merge", "MODEL", "truce"), "got one theme"),
        (("add", "MODEL", "--name", "?"), "knows no word of the theme"),
        (("drop", "none", "truce"), "there is no such folder"),
        (("drop", "MODEL", "truce", "-o", "."), "may not be replaced"),
    ],
)
def test_a_mistake_is_a_message_and_the_model_stays(folder, arguments, message):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.parent)
        result = CliRunner().invoke(
            app, ["themes", *(str(folder) if one == "MODEL" else one for one in arguments)]
        )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
