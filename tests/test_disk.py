"""Tables to files and lines from streams: whole or not at all, and a fault has its line."""

import csv
import errno
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import typer
from polars.testing import assert_frame_equal

import newstance
from newstance.cli.base import errors_as_text, in_words
from newstance.disk import check_output, folder_aside, refusal_in_words, replace_folder, write_table
from newstance.paths import as_path
from newstance.starter import start_project
from newstance.table_streams import read_jsonl, write_by_suffix, write_jsonl
from newstance.tables import MIXTURE

SOURCE = str(Path(newstance.__file__).parents[1])
TABLE = pl.DataFrame(
    {
        "article_id": ["a", "b", None],
        "title": ['Перемирие, "тишина"\nв Алеппо', "هدنة", None],
        "published": [date(2016, 9, 10), None, date(2017, 1, 1)],
        "proba": [0.25, None, 1.0],
        "mixture": pl.Series(
            [[{"theme_id": 0, "share": 0.5}, {"theme_id": 2, "share": 0.5}], [], None], dtype=MIXTURE
        ),
    }
)


def rows(text: str | bytes) -> list[dict]:
    return read_jsonl(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "stdin")


def test_parquet_comes_back_as_it_was(tmp_path):
    write_table(TABLE, tmp_path / "out.parquet")
    assert_frame_equal(pl.read_parquet(tmp_path / "out.parquet"), TABLE)


def test_csv_holds_nested_columns_as_json(tmp_path):
    write_table(TABLE, tmp_path / "out.csv")
    back = pl.read_csv(tmp_path / "out.csv", try_parse_dates=True)
    assert_frame_equal(back.drop("mixture"), TABLE.drop("mixture"))
    nested = [None if cell is None else json.loads(cell) for cell in back["mixture"]]
    assert nested == TABLE["mixture"].to_list()


def test_jsonl_is_one_object_a_line(tmp_path):
    write_table(TABLE, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    first, _, last = map(json.loads, lines)
    assert first == {**TABLE.row(0, named=True), "published": "2016-09-10"}
    assert last["mixture"] is None
    assert "Перемирие" in lines[0]


def test_jsonl_written_is_jsonl_read():
    stream = io.BytesIO()
    write_jsonl(TABLE.drop("published"), stream)
    assert rows(stream.getvalue()) == TABLE.drop("published").to_dicts()


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_table_of_no_rows_can_be_written(tmp_path, suffix):
    write_table(TABLE.clear(), tmp_path / f"out{suffix}")
    assert [path.name for path in tmp_path.iterdir()] == [f"out{suffix}"]


def test_a_file_that_was_there_is_replaced(tmp_path):
    (tmp_path / "out.csv").write_text("old")
    write_table(TABLE.select("article_id"), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().startswith("article_id")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "out.csv").write_text("old")
    strange = pl.DataFrame({"a": pl.Series([[b"\xff"]], dtype=pl.List(pl.Binary))})
    with pytest.raises(TypeError):  # bytes are no JSON
        write_table(strange, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("name", ["out.xlsx", "out", "out.csv.gz", ".csv"])
def test_a_suffix_that_is_none_of_ours_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match=r"expected one of \.parquet, \.csv, \.jsonl"):
        check_output(tmp_path / name)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere; make it first"):
        check_output(tmp_path / "nowhere" / "out.csv")


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(ValueError, match=r"out\.csv is a folder"):
        check_output(tmp_path / "out.csv")


def test_a_path_that_can_be_written_passes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_output(Path("out.jsonl"))
    assert list(tmp_path.iterdir()) == []


def test_lines_may_differ_in_keys_and_types():
    text = '{"text": "a", "id": 1}\n\n  \n{"text": "b", "id": "x", "tags": [1, "y"]}\r\n{"title": null}'
    assert rows(text) == [
        {"text": "a", "id": 1},
        {"text": "b", "id": "x", "tags": [1, "y"]},
        {"title": None},
    ]


def test_a_byte_order_mark_and_line_separators_inside_text_do_no_harm():
    assert rows(b'\xef\xbb\xbf{"text": "a"}\n') == [{"text": "a"}]
    assert rows('{"text": "one\u2028two\u0085three"}\n') == [{"text": "one\u2028two\u0085three"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"text": "a"}\n{"text": \n', r"stdin, line 2: not JSON in UTF-8 \(Expecting value"),
        ('{"text": "a"}\n\n["a"]\n', r"stdin, line 3: expected an object with a text, got list"),
        ("plain text\n", r"stdin, line 1: not JSON"),
        (b'{"text": "a"}\n{"text": "\xef\xf0"}\n', r"stdin, line 2: not JSON in UTF-8 \('utf-8' codec"),
        ("[" * 100_000, r"stdin, line 1: not JSON"),
        ("", r"stdin: no line came"),
        ("\n \n", r"stdin: no line came"),
    ],
)
def test_a_fault_has_its_line(text, message):
    with pytest.raises(ValueError, match=message):
        rows(text)


DISK_FULL = """
import resource, signal, sys
from pathlib import Path
import polars as pl
from newstance.disk import write_table

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
table = pl.DataFrame({"text": [str(number * 7919 % 1_000_003) for number in range(100_000)]})
out = Path(sys.argv[1])
out.write_text("old")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_table(table, out)
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files by setrlimit")
@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_full_disk_is_told_with_the_path_and_leaves_the_old_file(tmp_path, suffix):
    out = tmp_path / f"out{suffix}"
    ran = subprocess.run(
        [sys.executable, "-c", DISK_FULL, str(out)],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"{out}: could not be written: file too large. What was there before is")
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "write", [write_jsonl, lambda table, stream: write_by_suffix(table, ".parquet", stream)]
)
def test_a_stream_that_takes_nothing_raises_its_own_error(write):
    with pytest.raises(OSError, match="No space left"), open("/dev/full", "wb", buffering=0) as stream:
        write(TABLE, stream)


# The last one has an apostrophe of its own; only with a second one can the first be told from ours.
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1"]


def test_csv_cells_that_a_spreadsheet_would_run_are_made_harmless(tmp_path):
    harmless = ["a=1", " =1", "'a=1", "", None, "Перемирие", "−1"]
    table = pl.DataFrame({"title": FORMULAS + harmless, "proba": [-0.5] * 15, "tags": [["=1"]] * 15})
    write_table(table, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"] for row in rows] == [f"'{cell}" for cell in FORMULAS] + [
        one or "" for one in harmless
    ]
    assert {(row["proba"], row["tags"]) for row in rows} == {("-0.5", '["=1"]')}


def test_other_formats_keep_such_cells_as_they_are(tmp_path):
    table = pl.DataFrame({"title": FORMULAS})
    for suffix, read in ((".parquet", pl.read_parquet), (".jsonl", pl.read_ndjson)):
        write_table(table, tmp_path / f"out{suffix}")
        assert_frame_equal(read(tmp_path / f"out{suffix}"), table)


@pytest.mark.parametrize("path", ["a\ud800", Path("a\ud800")])
def test_what_no_file_system_can_name_is_refused_in_words(path):
    with pytest.raises(ValueError, match="is no path of a model, as it holds half of a character"):
        as_path(path, "a model")


FILES = {"a.txt": b"new", "b.txt": b"new"}


def full_at(n: int):
    """A write of the files of a folder that fails at the ``n``-th one, as on a full disk."""
    left = iter(range(n))

    def write(path: Path, content: bytes) -> None:
        if next(left, None) is None:
            path.write_bytes(content[:1])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        path.write_bytes(content)

    return write


@pytest.mark.parametrize("n", [0, 1])
def test_a_folder_that_finds_no_room_stays_as_it_was(tmp_path, monkeypatch, n):
    folder = tmp_path / "kept"
    replace_folder(folder, {"old.txt": b"old"})
    monkeypatch.setattr("newstance.disk._write", full_at(n))
    with pytest.raises(OSError, match="left on device") as told, refusal_in_words(folder, 2_500_000):
        replace_folder(folder, FILES)
    assert str(told.value) == (
        f"{folder}: could not be written: no space left on device. What was there before is unchanged. "
        "Make room there (2.5 MB are to be written), or choose another place."
    )
    assert told.value.errno == errno.ENOSPC
    assert [path.name for path in tmp_path.rglob("*")] == ["kept", "old.txt"]


def test_what_is_refused_for_another_reason_needs_no_room():
    with (
        pytest.raises(
            OSError, match=r"place: could not be .*denied\. .*unchanged\. Mend permissions, or choose"
        ),
        refusal_in_words(Path("place"), 1),
    ):
        raise PermissionError(errno.EACCES, "Permission denied", "place")


def test_a_folder_that_waits_for_another_takes_its_place_with_it_or_not_at_all(tmp_path):
    folder = tmp_path / "kept"
    replace_folder(folder, {"old.txt": b"old"})
    with pytest.raises(ValueError, match="the other"), folder_aside(folder, FILES):
        raise ValueError("the other one failed")
    assert [path.name for path in tmp_path.rglob("*")] == ["kept", "old.txt"]
    with folder_aside(folder, FILES):
        assert [path.name for path in folder.iterdir()] == ["old.txt"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "b.txt", "kept"]


def test_a_project_that_finds_no_room_leaves_nothing(tmp_path, monkeypatch):
    copy, left = shutil.copy2, iter(range(20))

    def full(source, goal):
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source), None, str(goal))
        copy(source, goal)

    (tmp_path / "mine.txt").write_text("mine")
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", full)
        with pytest.raises(
            OSError, match=r"could not be written: no space left on device.*Make room there, or"
        ):
            start_project(tmp_path)
    assert next(left, None) is None
    assert [path.name for path in tmp_path.rglob("*") if path.name != "data"] == ["mine.txt"]
    start_project(tmp_path)
    assert {"configs", "data", "notebooks", "mine.txt"} == {path.name for path in tmp_path.iterdir()}


def test_an_error_of_the_system_is_told_without_its_number():
    assert in_words(OSError(errno.ENOSPC, "No space left on device")) == (
        "No space left on device. Make room where the output goes."
    )
    assert in_words(OSError(errno.EIO, "Input/output error")) == "Input/output error"
    assert in_words(FileNotFoundError(errno.ENOENT, "No such file", "a.txt")) == "a.txt: No such file"


def test_a_file_may_have_the_longest_name_there_is(tmp_path):
    for name in ("n" * 251 + ".csv", "ж" * 125 + ".csv", "語" * 83 + ".csv"):
        write_table(TABLE.select("article_id"), tmp_path / name)
        assert [path.name for path in tmp_path.iterdir()] == [name]
        (tmp_path / name).unlink()


def test_a_path_for_which_the_locale_has_no_bytes_is_told():
    fault = UnicodeEncodeError("ascii", "статьи", 0, 6, "ordinal not in range(128)")
    assert in_words(fault) == (
        "'статьи': the locale, which is of ascii, has no bytes for the letters of this path. Set "
        "PYTHONUTF8=1, or LC_ALL=C.UTF-8."
    )
    assert "surrogates" in in_words(UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"))


def test_too_little_memory_is_one_message(capsys):
    with pytest.raises(typer.Exit) as end, errors_as_text():
        raise MemoryError("Unable to allocate 9 GiB")
    assert end.value.exit_code == 1
    told = capsys.readouterr().err
    assert told.startswith("error: the memory is not enough for this. ")
    assert "--workers 1" in told
    assert "(Unable to allocate 9 GiB)" in told
