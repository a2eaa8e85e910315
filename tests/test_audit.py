"""What an install brings: pins and hashed pins agree, and the audit finds what it should."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

import audit
import hashed

PYPROJECT = tomllib.loads((hashed.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = hashed.versions(hashed.CONSTRAINTS.read_text("utf-8"))
ONE = "a" * 64
COMPILED = f"""\
rensa==0.5.0 \\
    --hash=sha256:{ONE} \\
    --hash=sha256:{"b" * 64}
nvidia-nvtx==13.0 ; sys_platform == 'linux' \\
    --hash=sha256:{ONE}
torch==2.13.0 \\
    --hash=sha256:{ONE}
Torch_Like==1.0 \\
    --hash=sha256:{ONE}
"""


def read(path: Path) -> str:
    return path.read_text("utf-8")


def asked(group: list[str]) -> dict[str, Requirement]:
    return {hashed.canonical(one.name): one for one in map(Requirement, group)}


@pytest.mark.parametrize("path", [hashed.HASHED, hashed.HASHED_TORCH])
def test_each_hashed_pin_has_a_hash_and_no_address(path: Path) -> None:
    for entry in hashed.entries(read(path)).values():
        assert len(set(hashed.HASH.findall(entry))) >= 1, entry
    assert not re.search(r"://|--[a-z-]*(index|find|trusted)", read(path))
    assert "://" not in read(hashed.CONSTRAINTS)


def test_hashed_pins_are_those_of_the_constraints() -> None:
    assert {
        name: version
        for name, version in hashed.versions(read(hashed.HASHED)).items()
        if PINS.get(name) != version
    } == {}, "run: make hashes"


def test_all_that_an_install_asks_for_has_hashes() -> None:
    found = hashed.versions(read(hashed.HASHED)) | hashed.versions(read(hashed.HASHED_TORCH))
    for name, requirement in asked(PYPROJECT["dependencies"]).items():
        assert requirement.specifier.contains(found[name]), name
    assert "newstance" not in found, "a package of this name on an index may be a stranger's"
    for name in asked(PYPROJECT["optional-dependencies"]["audit"]):
        assert name not in found
        assert name in PINS


def test_torch_and_cuda_are_apart() -> None:
    assert not [name for name in PINS if hashed.OF_TORCH.fullmatch(name)]
    assert all(hashed.OF_TORCH.fullmatch(name) for name in hashed.versions(read(hashed.HASHED_TORCH)))
    assert {"sympy", "networkx", "setuptools"} <= set(hashed.versions(read(hashed.HASHED)))


def test_all_platforms_are_in_it() -> None:
    entries = hashed.entries(read(hashed.HASHED))
    marker = Marker(hashed.PIN.match(entries["pywin32"])["marker"].strip(" ;"))
    assert marker.evaluate({"sys_platform": "win32"})
    assert not marker.evaluate({"sys_platform": "linux"})
    assert len(hashed.HASH.findall(entries["numpy"])) > 20


def test_compiled_pins_are_split_whole() -> None:
    texts = hashed.split(COMPILED)
    general, torch = (hashed.entries(texts[path]) for path in (hashed.HASHED, hashed.HASHED_TORCH))
    assert list(general) == ["rensa", "torch-like"]
    assert list(torch) == ["nvidia-nvtx", "torch"]
    assert general | torch == hashed.entries(COMPILED)
    assert len(hashed.HASH.findall(general["rensa"])) == 2
    assert "sys_platform == 'linux'" in torch["nvidia-nvtx"]


@pytest.mark.parametrize(
    "line",
    [
        "rensa>=0.5",
        "rensa",
        "--index-url=somewhere\nrensa==0.5.0",
        "rensa @ somewhere://rensa.whl",
        "rensa==0.5.0 \\\n    --hash=sha256:abc",
        f"rensa==0.5.0 \\\n    --hash=md5:{ONE}",
        "rensa==0.5.0 --index-url somewhere",
    ],
)
def test_another_line_than_a_hashed_pin_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="expected name==version"):
        hashed.entries(line + "\n")


def test_a_package_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ruamel\.yaml comes twice"):
        hashed.entries("ruamel-yaml==1.0\nruamel.yaml==2.0\n")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in which ``hashed`` reads and writes, with COMPILED as the answer of uv."""
    for name in ("CONSTRAINTS", "HASHED", "HASHED_TORCH"):
        monkeypatch.setattr(hashed, name, tmp_path / name)
    monkeypatch.setattr(hashed, "HEADERS", {hashed.HASHED: "# a\n", hashed.HASHED_TORCH: "# b\n"})
    monkeypatch.setattr(hashed, "compile_all", lambda: COMPILED)
    return tmp_path


def test_pins_that_the_constraints_lack_are_told_and_nothing_is_written(files: Path, capsys) -> None:
    (files / "CONSTRAINTS").write_text("rensa==0.4.0\ntorch_like==1.0\n", "utf-8")
    assert hashed.main() == 1
    assert capsys.readouterr().err.splitlines()[1:] == ["rensa==0.5.0"]
    assert [path.name for path in files.iterdir()] == ["CONSTRAINTS"]


def test_both_files_are_written(files: Path) -> None:
    (files / "CONSTRAINTS").write_text("rensa==0.5.0\ntorch_like==1.0\n", "utf-8")
    assert hashed.main() == 0
    assert list(hashed.versions(read(files / "HASHED"))) == ["rensa", "torch-like"]
    assert list(hashed.versions(read(files / "HASHED_TORCH"))) == ["nvidia-nvtx", "torch"]


def component(name: str, *licences: dict) -> dict:
    return {"name": name, "version": "1.0", "licenses": list(licences)}


EXPRESSION = {"expression": "MIT OR GPL-3.0-only"}
GPL = {"license": {"id": "GPL-3.0-only"}}
NAMED = {"license": {"name": "License :: OSI Approved"}}


@pytest.mark.parametrize(
    ("licences", "good"),
    [
        ([{"license": {"id": "MIT"}}], True),
        ([EXPRESSION], True),
        ([{"expression": "MIT AND GPL-3.0-only"}], False),
        ([{"expression": "GPL-3.0-only OR MIT AND Zlib"}], False),
        ([{"expression": "(MIT OR Zlib) AND GPL-3.0-only"}], False),
        ([{"license": {"id": "MIT"}}, GPL], False),
        ([GPL], False),
        ([NAMED], False),
        ([], False),
    ],
)
def test_a_licence_must_be_allowed(licences: list[dict], good: bool) -> None:
    faults = audit.licence_faults({"components": [component("a", *licences)]}, ["MIT"], [])
    assert (faults == []) is good


def test_an_exception_holds_for_its_package_and_what_it_declares() -> None:
    exceptions = [{"packages": ["a-b", "c"], "declared": ["GPL-3.0-only"], "reason": "made"}]
    sbom = {"components": [component("A_b", GPL), component("c", GPL, NAMED), component("d", GPL)]}
    assert audit.licence_faults(sbom, [], exceptions) == [
        "c 1.0 declares GPL-3.0-only; License :: OSI Approved",
        "d 1.0 declares GPL-3.0-only",
    ]


def test_the_kept_list_has_reasons_and_no_strong_copyleft() -> None:
    rules = tomllib.loads(read(audit.LICENCES))
    assert rules["allowed"] == sorted(set(rules["allowed"]), key=rules["allowed"].index)
    assert not [one for one in rules["allowed"] if "GPL" in one]
    pinned = PINS | hashed.versions(read(hashed.HASHED_TORCH))
    for one in rules["exceptions"]:
        assert one["reason"]
        assert set(one["packages"]) <= set(pinned), "an exception for a package that is not pinned"


LOOKED_UP = {"name": "Rensa", "version": "0.5.0", "vulns": []}
WEAK = {"name": "six", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1", "1.2"]}]}
SKIPPED = {"name": "six", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("said", "status", "printed"),
    [
        ([LOOKED_UP, {**WEAK, "vulns": []}], 0, "vulnerabilities: nothing found"),
        ([LOOKED_UP, WEAK], audit.FOUND, "six 1.0: CVE-1, mended in 1.1, 1.2"),
        (
            [LOOKED_UP, SKIPPED],
            audit.NOT_CHECKED,
            "NOT CHECKED. pip-audit could not look up 1 of 2 packages: not",
        ),
        ([LOOKED_UP], audit.NOT_CHECKED, "six is not in its answer"),
        ([{"name": "rensa", "skip_reason": "not found"}, WEAK], audit.FOUND, "NOT CHECKED"),
    ],
)
def test_vulnerabilities_are_found_or_said_to_be_unknown(monkeypatch, capsys, said, status, printed) -> None:
    answer = SimpleNamespace(stdout=json.dumps({"dependencies": said}), stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    assert audit.check_vulnerabilities({"rensa": "0.5.0", "six": "1.0"}) == status
    assert printed in capsys.readouterr().out


def test_a_service_that_cannot_be_reached_is_told(monkeypatch, capsys) -> None:
    answer = SimpleNamespace(stdout="", stderr="Traceback\n  line\nConnectionError: no route\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    assert audit.check_vulnerabilities({"six": "1.0"}) == audit.NOT_CHECKED
    assert "NOT CHECKED. pip-audit has no answer: ConnectionError: no route" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("licence", "looked_up", "status"),
    [(0, 0, 0), (0, 3, 3), (1, 3, 1), (1, 0, 1), (0, 1, 1)],
)
def test_the_sbom_is_written_whatever_else_is_found(
    monkeypatch, tmp_path: Path, licence: int, looked_up: int, status: int
) -> None:
    """The SBOM holds what the environment does, below newstance in its version."""
    made = {"metadata": {"component": {"name": "newstance"}}, "components": [component("rensa")]}
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=json.dumps(made)))
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    monkeypatch.setattr(audit, "SBOM", tmp_path / "dist/newstance.cdx.json")
    (tmp_path / "src/newstance").mkdir(parents=True)
    (tmp_path / "src/newstance/version.py").write_text('"""V."""\n__version__ = "9.8"\n', "utf-8")
    monkeypatch.setattr(audit, "check_licences", lambda sbom: licence)
    monkeypatch.setattr(audit, "check_vulnerabilities", lambda pins: looked_up if "torch" in pins else 9)
    assert audit.main(Path("python")) == status
    written = json.loads(read(tmp_path / "dist/newstance.cdx.json"))
    assert written["metadata"]["component"] == {"name": "newstance", "version": "9.8"}
    assert written["components"] == made["components"]
