"""Hostile corpora give rejections that name the file, in little time and memory; what can be read is read."""

import io
import os
import subprocess
import sys
from contextlib import suppress
from itertools import product
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import newstance
from hostile_corpora import CASES, FRACTION, TEXT
from newstance.corpus.read import json_records, lines, office, parquet_pages, unpack
from newstance.corpus.read.files import CHANGED, RawArticle, Rejection, read_files
from newstance.corpus.read.page import extract

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes pipes and links to devices")


@pytest.fixture(autouse=True)
def low_limits(monkeypatch):
    """A thousandth of the limits, so that a bomb in a test need not be one of the whole size."""
    monkeypatch.setattr(lines, "MOST_BYTES", lines.MOST_BYTES // FRACTION * 70)  # a long line is read whole
    monkeypatch.setattr(json_records, "MOST_VALUES", 300_000)
    for module, name in (
        (office, "MOST_PART"),
        (office, "MOST_TAGS"),
        (parquet_pages, "MOST_PAGE"),
        (parquet_pages, "MOST_VALUES"),
        (unpack, "MOST_BYTES"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name) // FRACTION)


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_corpus_is_told_by_the_name_of_its_file(tmp_path, case):
    make, told = CASES[case]
    make(tmp_path)
    (name,) = [path.name for path in tmp_path.iterdir()]
    found = [one for raw in read_files(tmp_path) for one in extract(raw)]
    if told is None:
        assert [one.text for one in found if isinstance(one, RawArticle)] == [TEXT]
        return
    rejected = [one for one in found if isinstance(one, Rejection)]
    assert rejected
    assert all(one.file.startswith(name) for one in rejected)
    assert any(told in one.reason for one in rejected), [one.reason for one in rejected]
    assert all(one.reason and len(one.reason) < 500 for one in rejected)


def parquet() -> bytes:
    written = io.BytesIO()
    pl.DataFrame({"text": [TEXT, "a"], "tags": [["a"], []]}).write_parquet(written)
    return written.getvalue()


PARQUET = parquet()
ALL_IN_ONE = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from hostile_corpora import CASES
from newstance.corpus import read_corpus
import pyarrow.parquet
root = Path(sys.argv[2])
for number, (make, _) in enumerate(CASES.values()):
    (root / str(number)).mkdir()
    make(root / str(number))
in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + 2_000_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (200, 200))
corpus = read_corpus(root, n_jobs=1)
print(len(corpus), len(set(corpus.rejected["file"])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads how much memory is in use from /proc")
def test_all_of_them_in_one_corpus_are_read_in_bounded_memory(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ALL_IN_ONE, str(Path(__file__).parent), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(newstance.__file__).parents[1]), "POLARS_MAX_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1000:]
    n_articles, n_files = map(int, done.stdout.split())
    assert n_articles >= sum(told is None for _, told in CASES.values()) - 3  # equal texts may be copies
    assert n_files > 60


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "{TEXT}"}}\n' * 3)
    reading = read_files(tmp_path)
    assert isinstance(next(reading), RawArticle)
    with path.open("a") as file:
        file.write('{"text": "more"}\n')
    *_, last = reading
    assert (last.file, last.reason) == ("a.jsonl", CHANGED)


def test_a_file_that_vanishes_before_it_is_read_is_told(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT)
    reading = read_files(tmp_path)
    next(reading)
    (tmp_path / "b.txt").unlink()
    assert [one.reason for one in reading] == ["the file is gone"]


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path):
    path = tmp_path / "a.txt"
    os.mkfifo(path)
    with pytest.raises(OSError, match="no plain file any more"):
        unpack.open_plain(path, None)


def test_a_parquet_text_that_stands_once_for_all_rows_is_unpacked_row_by_row(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_pages, "MOST_PAGE", 1 << 30)
    pq.write_table(pa.table({"text": [TEXT * 10_000] * 50}), tmp_path / "a.parquet")
    table = pq.ParquetFile(tmp_path / "a.parquet")
    with (tmp_path / "a.parquet").open("rb") as stream:
        assert parquet_pages.rows_at_once(table, stream, ["text"], 500) < 300
        monkeypatch.setattr(parquet_pages, "MOST_AT_ONCE", 1_000_000)
        assert parquet_pages.rows_at_once(table, stream, ["text"], 500) == 1
    assert sum(isinstance(one, RawArticle) for one in read_files(tmp_path)) == 50


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=4), st.integers(0, 2000))
def test_damaged_parquet_is_refused_before_it_is_unpacked(damage, place):
    content = bytearray(PARQUET)
    place %= len(content)
    content[place : place + len(damage)] = damage
    with suppress(ValueError):
        parquet_pages.check_pages(bytes(content))


def test_whole_parquet_passes_whatever_wrote_it():
    table = pl.DataFrame({"text": [TEXT] * 50, "tags": [["a", None]] * 50, "n": [None] * 50})
    for compression in ("zstd", "snappy", "uncompressed"):
        written = io.BytesIO()
        table.write_parquet(written, compression=compression)
        parquet_pages.check_pages(written.getvalue())
    for version, use_dictionary in product(("1.0", "2.0"), (True, False)):
        written = io.BytesIO()
        pq.write_table(
            table.to_arrow(),
            written,
            data_page_version=version,
            use_dictionary=use_dictionary,
            row_group_size=7,
        )
        parquet_pages.check_pages(written.getvalue())
    parquet_pages.check_pages(PARQUET)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads all files")
def test_a_file_without_permission_is_told(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.txt").chmod(0)
    (rejection,) = read_files(tmp_path)
    assert "Permission denied" in rejection.reason
