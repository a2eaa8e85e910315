"""Tasks as files of labelling tools.

Own rows are JSON lines or CSV with an empty ``theme`` or ``stance``. Label Studio takes a list of tasks with
one prediction each, and wants a labelling config; Prodigy takes JSON lines for its choice interface; doccano
JSON lines for text classification (themes) or sequence labelling (stance: the label of the target's place).
Places are code points in all of them.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import polars as pl

from newstance.annotate.tasks import NO_THEME, THEMES
from newstance.disk import write_table, write_text
from newstance.tables import STANCES

JSON_LINES = (".jsonl",)
OWN, LABEL_STUDIO, PRODIGY, DOCCANO = "own", "label-studio", "prodigy", "doccano"
SUFFIXES = {OWN: (".jsonl", ".csv"), LABEL_STUDIO: (".json",), PRODIGY: (".jsonl",), DOCCANO: (".jsonl",)}
VERSION = "newstance"


def check_suffix(path: Path, suffixes: Sequence[str]) -> None:
    """Refuse a file that has none of ``suffixes`` or no folder, before any work is done for it."""
    if path.suffix not in suffixes:
        raise ValueError(f"--out: {path} ends in {path.suffix!r}; expected {' or '.join(suffixes)}.")
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"--out: {path}: give the name of a file in a folder that exists.")


def write_tasks(tasks: pl.DataFrame, path: Path, kind: str, choices: Sequence[str]) -> list[Path]:
    """Write ``tasks`` for the tool ``kind``; ``choices`` are the labels to choose from. Returns what was
    written: for Label Studio also the labelling config."""
    what = "theme" if "theme" in tasks.columns else "stance"
    rows = tasks.drop(what).to_dicts()
    if kind == OWN:
        write_table(tasks, path)
    elif kind == LABEL_STUDIO:
        content = [_label_studio(row, what) for row in rows]
        write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", path)
        config = path.with_suffix(".xml")
        targets = list(dict.fromkeys(tasks["target"])) if what == "stance" else []
        write_text(label_studio_config(what, choices, targets), config)
        return [path, config]
    else:
        make = _prodigy if kind == PRODIGY else _doccano
        lines = [json.dumps(make(row, what, choices), ensure_ascii=False) for row in rows]
        write_text("\n".join(lines) + "\n", path)
    return [path]


def choices_of(model: Any, what: str) -> list[str]:
    """The labels to choose from: themes of the model or "none", or the stances."""
    if what != THEMES:
        return list(STANCES)
    return [*model.themes.filter(pl.col("level") == 0)["name"], NO_THEME]


def _label_studio(row: dict[str, Any], what: str) -> dict[str, Any]:
    value: dict[str, Any] = {"choices": [row["suggested"]]}
    results = [{"from_name": what, "to_name": "text", "type": "choices", "value": value}]
    if what == "stance":
        place = {"start": row["start"], "end": row["end"], "text": row["mention_text"]}
        region = {"from_name": "mention", "to_name": "text", "type": "labels", "id": "m1"}
        results[0] |= {"id": "m1", "value": place | value}
        results.insert(0, region | {"value": place | {"labels": [row["target"]]}})
    return {
        "data": row,
        "predictions": [{"model_version": VERSION, "score": row["proba"], "result": results}],
    }


def label_studio_config(what: str, choices: Sequence[str], targets: Sequence[str]) -> str:
    """The labelling config of a project in Label Studio."""
    shown = "".join(f'  <Text name="{name}" value="${name}"/>\n' for name in ("title", "before", "after"))
    options = "".join(f"    <Choice value={quoteattr(one)}/>\n" for one in choices)
    each = ' perRegion="true"' if what == "stance" else ""
    asked = f'  <Choices name="{what}" toName="text" choice="single"{each}>\n{options}  </Choices>\n'
    regions = ""
    if what == "stance":
        labels = "".join(f"    <Label value={quoteattr(one)}/>\n" for one in targets)
        regions = f'  <Labels name="mention" toName="text">\n{labels}  </Labels>\n'
    return f'<View>\n{shown}  <Text name="text" value="$text"/>\n{regions}{asked}</View>\n'


def _prodigy(row: dict[str, Any], what: str, choices: Sequence[str]) -> dict[str, Any]:
    task = row | {
        "options": [{"id": one, "text": one} for one in choices],
        "accept": [row["suggested"]],
        "meta": {name: row[name] for name in ("source", "title") if row[name]},
    }
    if what == "stance":
        task["spans"] = [{"start": row["start"], "end": row["end"], "label": row["target"]}]
    return task


def _doccano(row: dict[str, Any], what: str, choices: Sequence[str]) -> dict[str, Any]:
    label = row["suggested"] if what == "theme" else [row["start"], row["end"], row["suggested"]]
    return row | {"label": [label]}
