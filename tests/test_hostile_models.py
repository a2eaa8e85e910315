"""Hostile model folders give our error, which names the file, and take little time and memory."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import newstance
from hostile_models import CASES
from newstance.embed import load_encoder
from newstance.model.bundle import save_bundle
from newstance.model.content import ModelError
from newstance.model.saved import load_model, to_bundle
from small_model import SEEDS, a_model

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes pipes and links to devices")


def save_good(folder: Path) -> Path:
    texts = {"MODEL_CARD.md": "# made\n", "config.yaml": "name: made\n"}
    save_bundle(to_bundle(a_model(load_encoder()), list(SEEDS.values()), texts), folder)
    return folder


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> Path:
    return save_good(tmp_path_factory.mktemp("models") / "good")


def test_the_folder_that_is_changed_is_good(good):
    assert load_model(good).targets == ["Russia"]


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_folder_is_refused_by_the_name_of_its_file(good, tmp_path, case):
    change, named = CASES[case]
    folder = shutil.copytree(good, tmp_path / "model")
    change(folder)
    with pytest.raises(ModelError) as raised:
        load_model(folder)
    message = str(raised.value)
    assert named in message
    assert str(folder) in message
    assert len(message) < 3_000


ALL_IN_ONE = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import shutil
from hostile_models import CASES
from newstance.model.content import ModelError
from newstance.model.saved import load_model
good, work = Path(sys.argv[2]), Path(sys.argv[3])
load_model(good)
for number, (change, _) in enumerate(CASES.values()):
    change(shutil.copytree(good, work / str(number)))
in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + 500_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (200, 200))
for number, case in enumerate(CASES):
    try:
        load_model(work / str(number))
    except ModelError:
        continue
    sys.exit(f"{case} was loaded")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads how much memory is in use from /proc")
def test_all_of_them_are_refused_within_500_megabytes(good, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ALL_IN_ONE, str(Path(__file__).parent), str(good), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(newstance.__file__).parents[1]), "POLARS_MAX_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1000:]
