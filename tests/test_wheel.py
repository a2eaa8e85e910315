"""The wheel stands alone: away from the checkout, with encoder, sample and configs inside."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network and unpacked as pip would."""
    out = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(out),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out / "site")
    return out / "site"


def run(installed: Path, cwd: Path, *arguments: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    here = f"assert newstance.__file__.startswith({str(installed)!r})"
    code = f"import newstance; {here}; from newstance.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_encoder_sample_and_configs_travel_inside(installed: Path) -> None:
    shipped = installed / "newstance" / "shipped"
    assert (shipped / "encoder" / "modules.json").is_file()
    assert (shipped / "sample" / "articles" / "ru.jsonl").is_file()
    assert (shipped / "configs" / "quickstart.yaml").is_file()
    assert (installed / "newstance" / "suggest" / "targets.yaml").is_file()
    assert (installed / "newstance" / "serve" / "page" / "page.js").is_file()
    assert (installed / "newstance" / "report" / "texts" / "ru.yaml").is_file()
    assert (installed / "newstance" / "report" / "templates" / "sections" / "short.html.j2").is_file()


def test_notebooks_travel_inside_with_their_output(installed: Path) -> None:
    shipped = installed / "newstance/shipped/notebooks"
    assert {path.name: path.read_bytes() for path in shipped.iterdir()} == {
        path.name: path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")
    }


def test_trains_on_a_users_own_folder(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(6):
        text = f"The truce broke down on day {number}. Aid convoys waited at the border for inspectors."
        (folder / f"{number}.txt").write_text(text, "utf-8")
    (tmp_path / "mine.yaml").write_text(
        "name: mine\ncorpus:\n  path: articles\noutput:\n  tracking: null\n", "utf-8"
    )
    printed = run(installed, tmp_path, "train", "mine.yaml")
    assert "6 articles" in printed
    assert (tmp_path / "results/mine/report.html").is_file()
    assert "theme_id" in run(installed, tmp_path, "predict", "models/mine", "articles")


def test_init_gives_a_place_to_start_from(installed: Path, tmp_path: Path) -> None:
    assert "newstance train" in run(installed, tmp_path, "init", "project")
    shown = run(installed, tmp_path, "config", "show", "project/configs/quickstart.yaml")
    assert str(tmp_path / "project/data/sample/articles") in shown
    assert (tmp_path / "project/data/sample/articles/ru.jsonl").is_file()
    notebooks = list((tmp_path / "project/notebooks").glob("*.ipynb"))
    assert len(notebooks) == 5
    named = {
        name
        for path in notebooks
        for name in re.findall(r"\.\./(?:data|configs)/[\w./-]*\w", path.read_text("utf-8"))
    }
    assert "../data/sample/articles" in named
    assert [name for name in named if not (notebooks[0].parent / name).exists()] == []
