"""Configs, folders of models and files of labels as targets of ``make fuzz``."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from fuzz_common import choice_of, told

DATA = Path(__file__).parent / "data"


def config(data: bytes, place: Path) -> None:
    """A config, and overrides after NUL signs; what is read can be written and read again alike."""
    from newstance.config import config_yaml, load_config

    content, *overrides = data.split(b"\0")
    path = place / "run.yaml"
    path.write_bytes(content)
    try:
        found = load_config(path, [one.decode("utf-8", "replace") for one in overrides[:3]])
    except (ValueError, OSError) as error:
        if told(error):
            return
        raise
    path.write_text(config_yaml(found), "utf-8")
    assert load_config(path) == found, "the config came back changed"


def manifest(data: bytes, place: Path) -> None:
    """The manifest of a model, with a hash that fits, and its examples after a NUL sign."""
    from newstance.corpus import Reading
    from newstance.model.content import ModelError
    from newstance.model.manifest import MANIFEST, read_manifest
    from newstance.model.schema import check_examples, check_meta

    content, _, rest = data.partition(b"\0")
    path = place / "model" / MANIFEST
    path.parent.mkdir(exist_ok=True)
    try:
        path.write_bytes(_sealed(content))
        said = read_manifest(path.parent)
        meta = check_meta(path.parent, said["meta"])
        check_examples(path.parent, [json.loads(line) for line in rest.split(b"\n") if line.strip()], meta)
    except ModelError:
        return
    except (ValueError, RecursionError):
        if not rest:
            raise
        return
    try:
        Reading.from_dict(meta.reading)
    except (ValueError, TypeError, AttributeError):  # what a load tells as a ModelError
        return


def _sealed(content: bytes) -> bytes:
    """A manifest with a hash that fits; what is none as it is."""
    from newstance.model.manifest import _digest

    try:
        value = json.loads(content)
        return json.dumps(value | {"sha256": _digest(value)}).encode()
    except (ValueError, TypeError, RecursionError):
        return content


def arrays(data: bytes, place: Path) -> None:
    """The arrays of a model."""
    from newstance.model.content import ModelError, decode_arrays
    from newstance.model.schema import check_arrays

    try:
        check_arrays(place, _meta(), decode_arrays(place, data))
    except ModelError:
        return


@cache
def _meta() -> Any:
    from newstance.model.schema import check_meta

    said = json.loads((DATA / "model_format_1" / "manifest.json").read_text("utf-8"))
    return check_meta(DATA, said["meta"])


def labels(data: bytes, place: Path) -> None:
    """A file of labels."""
    from newstance.label_files import read_rows

    path = place / ("labels" + (".csv", ".tsv", ".json", ".jsonl")[choice_of(data) % 4])
    path.write_bytes(data[1:])
    try:
        read_rows(path, "labels", (lambda names: "text" in names) if choice_of(data) & 4 else None)
    except ValueError as error:
        if not told(error):
            raise
