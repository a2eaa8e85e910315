"""Audit what a user's install brings: python tools/audit.py PYTHON

PYTHON is that of an environment which holds such an install and nothing else; what this file needs is the
extra ``audit``. Three parts: an SBOM, the licences in it, known vulnerabilities of all pins. Exit status 1
means a finding, 3 that there is none but that vulnerabilities were not all looked up.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hashed import CONSTRAINTS, HASHED_TORCH, ROOT, canonical, versions

LICENCES = ROOT / "tools/licences.toml"
SBOM = ROOT / "dist/newstance.cdx.json"
VERSION = re.compile(r'__version__ = "(.+)"')
FOUND, NOT_CHECKED = 1, 3


class NotChecked(Exception):
    """The vulnerabilities could not be looked up; the message says why."""


def make_sbom(python: Path) -> dict[str, Any]:
    """The packages of the environment of ``python`` as CycloneDX, with newstance as the main one."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--mc-type", "library"]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", str(python)]
    sbom = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    source = (ROOT / "src/newstance/version.py").read_text(encoding="utf-8")
    sbom["metadata"]["component"]["version"] = VERSION.search(source)[1]  # type: ignore[index]
    return sbom


def licence_faults(
    sbom: Mapping[str, Any], allowed: Sequence[str], exceptions: Sequence[Mapping[str, Any]]
) -> list[str]:
    """A line for each component of ``sbom`` whose licence is neither allowed nor an exception."""
    excepted = {(name, tuple(sorted(one["declared"]))) for one in exceptions for name in one["packages"]}
    faults = []
    for component in sbom["components"]:
        declared = declared_licences(component)
        known = (canonical(component["name"]), tuple(sorted(declared))) in excepted
        if not known and not (declared and all(_may(one, allowed) for one in declared)):
            said = "; ".join(declared) or "nothing"
            faults.append(f"{component['name']} {component['version']} declares {said}")
    return faults


def declared_licences(component: Mapping[str, Any]) -> list[str]:
    """What ``component`` declares: SPDX expressions and identifiers, or names as it wrote them."""
    found = []
    for entry in component.get("licenses", []):
        licence = entry.get("license", {})
        found.append(entry.get("expression") or licence.get("id") or licence["name"])
    return found


def _may(declared: str, allowed: Sequence[str]) -> bool:
    """Whether every licence of one of the choices in ``declared`` is allowed; one with brackets never is."""
    choices = [choice.split(" AND ") for choice in declared.split(" OR ")]
    return any(all(licence in allowed for licence in choice) for choice in choices)


def ask_vulnerabilities(pins: Mapping[str, str]) -> list[dict[str, Any]]:
    """What pip-audit says of ``pins``, the version of each package.

    Raises:
        NotChecked: pip-audit had no answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "pins.txt"
        asked.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()), "utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(asked), "--no-deps"]
        command += ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NotChecked(f"pip-audit has no answer: {last}") from None


def vulnerability_faults(answer: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each vulnerability in ``answer``, the dependencies of pip-audit's JSON."""
    return [
        f"{one['name']} {one['version']}: {known['id']}, mended in "
        f"{', '.join(known['fix_versions']) or 'no version'}"
        for one in answer
        for known in one.get("vulns", [])
    ]


def check_all_known(answer: Sequence[Mapping[str, Any]], pins: Mapping[str, str]) -> None:
    """See that each of ``pins`` was looked up: pip-audit alone calls a package clean that it could not find.

    Raises:
        NotChecked: some were not.
    """
    lacking = set(pins) - {canonical(one["name"]) for one in answer if "skip_reason" not in one}
    if lacking:
        reasons = [one["skip_reason"] for one in answer if canonical(one["name"]) in lacking]
        why = min(reasons, default=f"{min(lacking)} is not in its answer")
        raise NotChecked(f"pip-audit could not look up {len(lacking)} of {len(pins)} packages: {why}")


def check_vulnerabilities(pins: Mapping[str, str]) -> int:
    """Look up ``pins`` and print what is known; 0, or the exit status told above."""
    known: list[str] = []
    try:
        answer = ask_vulnerabilities(pins)
        known = vulnerability_faults(answer)
        check_all_known(answer, pins)
    except NotChecked as error:
        print(f"vulnerabilities: NOT CHECKED. {error}")
        if not known:
            return NOT_CHECKED
    _tell("vulnerabilities", known, "raise the pin in constraints.txt, then make hashes")
    return FOUND if known else 0


def check_licences(sbom: Mapping[str, Any]) -> int:
    """Print which licences in ``sbom`` are not allowed; 0, or the exit status told above."""
    rules = tomllib.loads(LICENCES.read_text(encoding="utf-8"))
    faults = licence_faults(sbom, rules["allowed"], rules["exceptions"])
    _tell("licences", faults, f"allow it in {LICENCES.relative_to(ROOT)}, with a reason, or drop the package")
    return FOUND if faults else 0


def main(python: Path) -> int:
    """Do the three parts and print what was found; returns the exit status told above."""
    sbom = make_sbom(python)
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(sbom, indent=2) + "\n", encoding="utf-8")
    print(f"SBOM: {len(sbom['components'])} packages in {SBOM.relative_to(ROOT)}")
    pins = versions(CONSTRAINTS.read_text("utf-8")) | versions(HASHED_TORCH.read_text("utf-8"))
    statuses = {check_licences(sbom), check_vulnerabilities(pins)}
    return FOUND if FOUND in statuses else max(statuses)


def _tell(part: str, faults: Sequence[str], advice: str) -> None:
    """Print the findings of one part."""
    print(f"{part}: {len(faults)} found" if faults else f"{part}: nothing found")
    for fault in faults:
        print(f"  {fault}")
    if faults:
        print(f"  To do: {advice}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
