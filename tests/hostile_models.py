"""Model folders that somebody with bad intent, or a bad disk, may have made. Each is a good folder, changed;
all hashes are made to fit, where the change is not one that a hash should notice."""

import hashlib
import io
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import load, save

ARRAYS, EXAMPLES, MANIFEST = "arrays.safetensors", "examples.jsonl", "manifest.json"
THEMES, JUDGED = "themes.parquet", "judged.parquet"
Change = Callable[[Path], Any]


def read_manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / MANIFEST).read_text("utf-8"))


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest with a hash that fits."""
    bare = {key: value for key, value in manifest.items() if key != "sha256"}
    text = json.dumps(bare, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    bare["sha256"] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(bare), "utf-8")


def put(folder: Path, name: str, content: bytes) -> None:
    """A file of the model and its entry, with the right size and hash."""
    (folder / name).write_bytes(content)
    manifest = read_manifest(folder)
    manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    seal(folder, manifest)


def says(**changes: Any) -> Change:
    """A manifest that says something else."""
    return lambda folder: seal(folder, read_manifest(folder) | changes)


def meta(**changes: Any) -> Change:
    def change(folder: Path) -> None:
        manifest = read_manifest(folder)
        manifest["meta"] |= changes
        seal(folder, manifest)

    return change


def without_meta(key: str) -> Change:
    def change(folder: Path) -> None:
        manifest = read_manifest(folder)
        del manifest["meta"][key]
        seal(folder, manifest)

    return change


def encoder(**changes: Any) -> Change:
    return lambda folder: meta(encoder=read_manifest(folder)["meta"]["encoder"] | changes)(folder)


def arrays(change: Callable[[dict[str, np.ndarray]], Any]) -> Change:
    def apply(folder: Path) -> None:
        values = load((folder / ARRAYS).read_bytes())
        change(values)
        put(folder, ARRAYS, save({name: np.ascontiguousarray(one) for name, one in values.items()}))

    return apply


def array(name: str, make: Callable[[np.ndarray], np.ndarray]) -> Change:
    return arrays(lambda values: values.update({name: make(values[name])}))


def filled(name: str, value: float) -> Change:
    def one_number(array: np.ndarray) -> np.ndarray:
        changed = array.copy()
        changed.flat[0] = value
        return changed

    return array(name, one_number)


def raw_arrays(header: Any, data: bytes = b"") -> Change:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return lambda folder: put(folder, ARRAYS, struct.pack("<Q", len(text)) + text + data)


def themes(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Change:
    def apply(folder: Path) -> None:
        content = io.BytesIO()
        change(pl.read_parquet(folder / THEMES)).write_parquet(content)
        put(folder, THEMES, content.getvalue())

    return apply


def judged(**changes: Any) -> Change:
    """A table of one judgement, with other values in some columns."""

    def apply(folder: Path) -> None:
        row = {
            "group": "0",
            "lang": "en",
            "target": "Russia",
            "stance": "favor",
            "source": None,
            "p_draw": None,
        }
        row |= {"placed": True, "proba_favor": 0.5, "proba_against": 0.25, "proba_none": 0.25}
        content = io.BytesIO()
        pl.DataFrame([row | changes]).write_parquet(content)
        put(folder, JUDGED, content.getvalue())

    return apply


def example(**changes: Any) -> Change:
    def apply(folder: Path) -> None:
        rows = [json.loads(line) for line in (folder / EXAMPLES).read_text("utf-8").splitlines()]
        put(folder, EXAMPLES, "".join(json.dumps(row | changes) + "\n" for row in rows).encode())

    return apply


def raw(name: str, content: bytes) -> Change:
    """A file with an entry that fits."""
    return lambda folder: put(folder, name, content)


def silently(name: str, change: Callable[[bytes], bytes]) -> Change:
    """A file that no longer fits its entry."""
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def instead(name: str, make: Callable[[Path], Any]) -> Change:
    """Something else in the place of a file."""

    def apply(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return apply


def swapped(folder: Path) -> None:
    one, other = (folder / ARRAYS).read_bytes(), (folder / THEMES).read_bytes()
    put(folder, ARRAYS, other)
    put(folder, THEMES, one)


def footer(content: bytes) -> bytes:
    """A parquet file of a footer alone."""
    return b"PAR1" + content + struct.pack("<I", len(content)) + b"PAR1"


def sparse(folder: Path) -> None:
    with (folder / ARRAYS).open("wb") as file:
        file.truncate(2**40)
    manifest = read_manifest(folder)
    manifest["files"][ARRAYS]["bytes"] = 2**40
    seal(folder, manifest)


def bomb(n_rows: int) -> bytes:
    content = io.BytesIO()
    pl.select(theme_id=pl.repeat(0, n_rows, dtype=pl.Int64)).write_parquet(content)
    return content.getvalue()


def long_list(n_values: int) -> bytes:
    """A table of one row in five hundred bytes, whose list has very many nulls."""
    content = io.BytesIO()
    values = pa.nulls(n_values, pa.int64())
    rows = pa.ListArray.from_arrays(pa.array([0, n_values], pa.int32()), values)
    pq.write_table(pa.table({"theme_id": rows}), content)
    return content.getvalue()


def deep(text: str = "[", n: int = 100_000) -> bytes:
    return (text * n).encode()


RUSSIA = ["Russia", ["Russia*"], []]
# The change, and the file or place that the error must name.
CASES: dict[str, tuple[Change, str]] = {
    # the manifest as a file
    "manifest empty": (silently(MANIFEST, lambda _: b""), MANIFEST),
    "manifest truncated": (silently(MANIFEST, lambda data: data[:-20]), MANIFEST),
    "manifest not UTF-8": (silently(MANIFEST, lambda data: b'{"format": "\xff\xfe"}'), MANIFEST),
    "manifest a list": (silently(MANIFEST, lambda _: b"[1]"), MANIFEST),
    "manifest nested": (silently(MANIFEST, lambda _: deep()), MANIFEST),
    "manifest nested objects": (silently(MANIFEST, lambda _: deep('{"a":')), MANIFEST),
    "manifest huge": (silently(MANIFEST, lambda data: data + b" " * (17 << 20)), MANIFEST),
    "manifest with an endless number": (
        silently(MANIFEST, lambda _: b'{"a": ' + b"9" * 9000 + b"}"),
        MANIFEST,
    ),
    "manifest with NaN": (says(seed=float("nan")), MANIFEST),
    "manifest with Infinity": (meta(reject=float("inf")), MANIFEST),
    "manifest with a lone surrogate": (says(name="\ud800"), MANIFEST),
    "manifest a folder": (instead(MANIFEST, Path.mkdir), MANIFEST),
    "manifest a pipe": (instead(MANIFEST, os.mkfifo), MANIFEST),
    "manifest a device": (instead(MANIFEST, lambda path: path.symlink_to("/dev/zero")), MANIFEST),
    "manifest a link to itself": (instead(MANIFEST, lambda path: path.symlink_to(path)), MANIFEST),
    "manifest with a wrong hash": (silently(MANIFEST, lambda data: data.replace(b"made", b"mine")), MANIFEST),
    "version of text": (says(format_version="2"), MANIFEST),
    "version of a truth value": (says(format_version=True), MANIFEST),
    "version below one": (says(format_version=0), MANIFEST),
    "files a list": (says(files=[]), MANIFEST),
    "file with a path": (says(files={"../a.md": {"bytes": 1, "sha256": ""}}), "../a.md"),
    "file with a path of Windows": (says(files={"..\\a.md": {"bytes": 1, "sha256": ""}}), "a.md"),
    "file with a lookalike name": (says(files={"аrrays.safetensors": {"bytes": 1, "sha256": ""}}), MANIFEST),
    "file of a terabyte": (says(files={"a.md": {"bytes": 2**40, "sha256": ""}}), MANIFEST),
    "file of minus one byte": (says(files={"a.md": {"bytes": -1, "sha256": ""}}), "a.md"),
    "thousands of files": (
        says(files={f"{n}.md": {"bytes": 0, "sha256": ""} for n in range(5000)}),
        MANIFEST,
    ),
    # what the manifest says
    "no encoder": (without_meta("encoder"), "encoder: is missing"),
    "no targets": (without_meta("targets"), "targets: is missing"),
    "setting of the machine": (meta(n_jobs=64), "n_jobs: there is no such key"),
    "encoder of a stranger": (encoder(model="stranger/runs-code"), "NEWSTANCE_ENCODER"),
    "encoder by a path": (encoder(model="/dev/shm/encoder"), "NEWSTANCE_ENCODER"),
    "encoder that is a list": (encoder(model=["shipped"]), "encoder.model"),
    "encoder of no dimension": (encoder(n_dims=0), "encoder.n_dims"),
    "encoder of 2^40 dimensions": (encoder(n_dims=2**40), "encoder.n_dims"),
    "encoder of other dimensions": (encoder(n_dims=255), ARRAYS),
    "encoder of another fingerprint": (encoder(fingerprint="0"), "another version of the encoder"),
    "reader of a stranger": (
        meta(stance_kind="reader", stance_reader="0", stance_reader_name="/dev/shm/reader"),
        "NEWSTANCE_READER",
    ),
    "reader without a fingerprint": (meta(stance_kind="reader", stance_reader=None), MANIFEST),
    "threshold above one": (meta(reject=1.5), "reject"),
    "threshold of text": (meta(core="0.5"), "core"),
    "temperature of zero": (meta(stance_temperature=0.0), "stance_temperature"),
    "no threshold of stances": (meta(abstain_below=None), MANIFEST),
    "kind of head unknown": (meta(stance_kind="pickle"), "stance_kind"),
    "stances in another order": (meta(label_order=["none", "favor", "against"]), "label_order"),
    "target named twice": (meta(targets=[RUSSIA, RUSSIA]), "targets"),
    "target of numbers": (meta(targets=[[1, [2]]]), "targets"),
    "target without mentions": (meta(targets=[["Russia"]]), "targets"),
    "mention of blanks": (meta(targets=[["Russia", ["     "], []]]), "names nothing"),
    "mention of a star": (meta(targets=[["Russia", ["*"], []]]), "names nothing"),
    "mention as long as a book": (meta(targets=[["Russia", ["a*" * 50_000], []]]), "more than 200"),
    "mentions without end": (meta(targets=[["Russia", ["a"] * 30_000, []]]), "more than 20000"),
    "meaning of no target": (meta(meaning=["Nowhere"]), "meaning"),
    "reading that is text": (meta(reading="fast"), "reading"),
    "reading of an unknown key": (meta(reading={"run": "rm"}), MANIFEST),
    "reading of wrong lines": (meta(reading={"boilerplate": {"a": 1}}), MANIFEST),
    "history of text": (meta(history="none"), "history"),
    "history of ids without names": (meta(history=[{"action": "drop", "theme_ids": [1]}]), "history"),
    # the arrays
    "arrays empty": (raw(ARRAYS, b""), ARRAYS),
    "arrays truncated": (silently(ARRAYS, lambda data: data[:-8]), ARRAYS),
    "arrays changed": (silently(ARRAYS, lambda data: data[:-1] + b"\1"), ARRAYS),
    "arrays of zeros": (raw(ARRAYS, bytes(1000)), ARRAYS),
    "arrays of a terabyte": (sparse, MANIFEST),
    "arrays with an endless header": (raw(ARRAYS, struct.pack("<Q", 2**60) + b"{}"), ARRAYS),
    "arrays with a nested header": (raw_arrays(deep()), ARRAYS),
    "arrays of a huge claimed shape": (
        raw_arrays(
            {"theme_coef": {"dtype": "F64", "shape": [2**31, 2**31], "data_offsets": [0, 8]}}, bytes(8)
        ),
        ARRAYS,
    ),
    "arrays without bytes and of a huge shape": (
        raw_arrays({"theme_coef": {"dtype": "F64", "shape": [0, 2**60], "data_offsets": [0, 0]}}),
        ARRAYS,
    ),
    "arrays that overlap": (
        raw_arrays({n: {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} for n in "ab"}, bytes(8)),
        ARRAYS,
    ),
    "arrays of an unknown type": (
        raw_arrays({"a": {"dtype": "OBJECT", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)),
        ARRAYS,
    ),
    "arrays swapped with the themes": (swapped, ARRAYS),
    "array missing": (arrays(lambda values: values.pop("theme_coef")), "theme_coef missing"),
    "array unknown": (arrays(lambda values: values.update(extra=np.zeros(2))), "'extra' is of no model"),
    "coef with NaN": (filled("theme_coef", np.nan), "theme_coef"),
    "intercept of infinity": (filled("theme_intercept", np.inf), "theme_intercept"),
    "stance weights with NaN": (filled("stance_dense", np.nan), "stance_dense"),
    "centre of infinity": (filled("centre", -np.inf), "centre"),
    "coef turned": (array("theme_coef", np.transpose), "theme_coef"),
    "coef of one axis": (array("theme_coef", np.ravel), "theme_coef"),
    "coef of whole numbers": (array("theme_coef", lambda one: one.astype(np.int64)), "theme_coef"),
    "coef with one row more": (array("theme_coef", lambda one: np.vstack([one, one[:1]])), "theme_coef"),
    "intercept a number": (array("theme_intercept", lambda one: one[0].reshape(())), ARRAYS),
    "lexical weights too few": (array("stance_lexical", lambda one: one[:, :5]), "stance_lexical"),
    "vectors of more targets": (array("target_vectors", lambda one: np.vstack([one, one])), "target_vectors"),
    "ids below zero": (array("theme_ids", lambda one: one - 5), "theme_ids"),
    "ids that are no themes": (array("theme_ids", lambda one: one + 900), THEMES),
    "ids of fractions": (array("theme_ids", lambda one: one.astype(float)), "theme_ids"),
    # what is known of its stances
    "judged with no number": (judged(proba_favor=float("nan")), JUDGED),
    "judged with less than nothing": (judged(proba_favor=-0.5), JUDGED),
    "judged with more than is": (judged(proba_none=7.0), JUDGED),
    "judged drawn by no chance": (judged(p_draw=0.0), JUDGED),
    "judged of no stance": (judged(stance="maybe"), JUDGED),
    "judged of no group": (judged(group=None), JUDGED),
    "judged of text": (judged(placed="yes or no"), JUDGED),
    "judged without end": (raw(JUDGED, bomb(1_000_001)), JUDGED),
    "scores that are no numbers": (meta(stance_metrics={"stance/ece": "low"}), "stance_metrics"),
    "languages without end": (meta(stance_langs=["en"] * 20_000), "stance_langs"),
    # the themes
    "themes missing": (instead(THEMES, lambda _: None), THEMES),
    "themes not listed": (
        lambda folder: (
            (folder / THEMES).unlink(),
            says(files={k: v for k, v in read_manifest(folder)["files"].items() if k != THEMES})(folder),
        ),
        THEMES,
    ),
    "themes empty": (raw(THEMES, b""), THEMES),
    "themes truncated": (
        lambda folder: put(folder, THEMES, (folder / THEMES).read_bytes()[:-30]),
        THEMES,
    ),
    "themes that are JSON": (raw(THEMES, b"[]"), THEMES),
    "themes of a million rows": (raw(THEMES, bomb(1_000_001)), THEMES),
    # a footer of one list of 2^60 bytes, of which none is there
    "themes with an endless list of nothing": (
        raw(THEMES, footer(b"\x49\xf3" + b"\x80" * 8 + b"\x10\x00")),
        THEMES,
    ),
    # a footer of one column, whose number of values is a list
    "themes with a list for a number": (
        raw(THEMES, footer(b"\x49\x1c\x19\x1c\x3c\x59\x05\x46\x08\x00\x00\x00\x00")),
        THEMES,
    ),
    "themes with an endless list": (lambda folder: put(folder, THEMES, long_list(20_000_001)), THEMES),
    "themes with an id twice": (themes(lambda table: pl.concat([table, table])), THEMES),
    "themes without ids": (themes(lambda table: table.drop("theme_id")), THEMES),
    "themes with ids of text": (themes(lambda table: table.with_columns(theme_id=pl.lit("one"))), THEMES),
    "themes with a null id": (themes(lambda table: table.with_columns(theme_id=pl.lit(None))), THEMES),
    "themes without names": (themes(lambda table: table.with_columns(name=pl.lit(None))), THEMES),
    "themes with names like books": (
        themes(lambda table: table.with_columns(name=pl.lit("a" * 100_000))),
        THEMES,
    ),
    "themes of bytes": (themes(lambda table: table.with_columns(name=pl.lit(b"\xff"))), THEMES),
    "themes of a thousand columns": (
        themes(lambda table: table.with_columns(pl.lit(0).alias(f"c{n}") for n in range(1000))),
        THEMES,
    ),
    # the examples
    "no example": (raw(EXAMPLES, b""), EXAMPLES),
    "examples not listed": (
        lambda folder: (
            (folder / EXAMPLES).unlink(),
            says(files={k: v for k, v in read_manifest(folder)["files"].items() if k != EXAMPLES})(folder),
        ),
        EXAMPLES,
    ),
    "examples not JSON": (raw(EXAMPLES, b"{\n"), EXAMPLES),
    "examples nested": (raw(EXAMPLES, deep()), EXAMPLES),
    "examples of lists": (raw(EXAMPLES, b"[1]\n"), EXAMPLES),
    "examples not UTF-8": (raw(EXAMPLES, b'{"text": "\xff"}\n'), EXAMPLES),
    "examples without end": (raw(EXAMPLES, b'{"text": "a"}\n' * 100_000), EXAMPLES),
    "example as long as a book": (example(text="a" * 100_000), EXAMPLES),
    "example of another answer": (example(theme_id=77), EXAMPLES),
    "example with a chance above one": (example(proba=7.0), EXAMPLES),
    "example with a chance of NaN": (example(proba=float("nan")), EXAMPLES),
    "example towards no target": (example(stances={"Nowhere": [0.5, 0.5]}), EXAMPLES),
    "example with three chances": (example(stances={"Russia": [0.5, 0.5, 0.5]}), EXAMPLES),
    # the folder
    "card not UTF-8": (raw("MODEL_CARD.md", b"\xff"), "MODEL_CARD.md"),
    "card a link to a device": (
        instead("MODEL_CARD.md", lambda path: path.symlink_to("/dev/zero")),
        "MODEL_CARD.md",
    ),
    "card a pipe": (instead("MODEL_CARD.md", os.mkfifo), "MODEL_CARD.md"),
    "card a broken link": (
        instead("MODEL_CARD.md", lambda path: path.symlink_to("nowhere")),
        "MODEL_CARD.md",
    ),
    "card a link out of the folder": (
        instead("MODEL_CARD.md", lambda path: path.symlink_to("/etc/hostname")),
        "MODEL_CARD.md",
    ),
    "a pickle beside": (lambda folder: (folder / "head.pkl").write_bytes(b"\x80"), "head.pkl"),
    "a module beside": (lambda folder: (folder / "newstance.py").write_text("boom"), "newstance.py"),
    "a name turned around": (lambda folder: (folder / "a\u202egp.md").write_text(""), "gp.md"),
}
