"""Tables that wait on disk are the tables that were put there."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from newstance import shelf, tables
from newstance.corpus import read_corpus
from newstance.frames import empty

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
TABLES = ("articles", "sentences", "removed", "rejected", "copies")


def frames(n: int) -> list[pl.DataFrame]:
    rows = [(f"файл {number}", number if number % 2 else None, "причина " * number) for number in range(n)]
    return [pl.DataFrame([row], tables.REJECTED, orient="row") for row in rows]


def shelved(parts: list[pl.DataFrame]) -> pl.DataFrame:
    own = shelf.Shelf(tables.REJECTED)
    for part in parts:
        own.add(part)
    return own.frame()


@pytest.mark.parametrize("at_most", [0, 300, 10**9])
def test_what_was_added_comes_back_in_its_order(monkeypatch, at_most):
    monkeypatch.setattr(shelf, "AT_MOST", at_most)
    assert_frame_equal(shelved(frames(40)), pl.concat(frames(40)))


def test_a_shelf_without_rows_has_its_columns():
    assert_frame_equal(shelf.Shelf(tables.REJECTED).frame(), empty(tables.REJECTED))


def test_a_corpus_is_the_same_on_disk_as_in_memory(monkeypatch):
    in_memory = read_corpus(SAMPLE)
    monkeypatch.setattr(shelf, "AT_MOST", 0)
    on_disk = read_corpus(SAMPLE)
    for name in TABLES:
        assert_frame_equal(getattr(on_disk, name), getattr(in_memory, name))
    assert on_disk.notes == in_memory.notes


def test_small_tables_touch_no_disk(monkeypatch):
    monkeypatch.setattr(shelf, "_on_disk", lambda frame: pytest.fail("a small table went to disk"))
    assert shelved(frames(40)).height == 40


@pytest.mark.skipif("sys.platform == 'win32'")
def test_no_file_is_left_behind(monkeypatch):
    monkeypatch.setattr(shelf, "AT_MOST", 0)
    kept = shelved(frames(5))
    assert list(Path(shelf._folder().name).iterdir()) == []
    assert kept["line"].to_list() == [None, 1, None, 3, None]


def test_a_full_disk_says_what_to_do(monkeypatch):
    def full(frame, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "AT_MOST", 0)
    monkeypatch.setattr(pl.DataFrame, "write_ipc", full)
    with pytest.raises(OSError, match=r"No space left on device.*set TMPDIR to a folder that has it"):
        shelved(frames(1))


@pytest.mark.parametrize("at_most", [0, 10**9])
def test_an_array_holds_what_was_written_also_after_it_was_let_go(monkeypatch, at_most):
    monkeypatch.setattr(shelf, "ARRAY_AT_MOST", at_most)
    written = np.random.default_rng(0).normal(size=(300, 7)).astype(np.float32)
    rows = shelf.mapped_rows(*written.shape)
    assert rows.dtype == np.float32
    assert not rows.any()
    for start in range(0, 300, 64):
        rows[start : start + 64] = written[start : start + 64]
        shelf.let_go(rows[start:])
    assert np.array_equal(rows, written)
    assert list(Path(shelf._folder().name).iterdir()) == []


@pytest.mark.skipif("not hasattr(__import__('os'), 'posix_fallocate')")
@pytest.mark.parametrize("at_most", [0, shelf.ARRAY_AT_MOST])
def test_rows_are_taken_from_an_array_in_blocks(monkeypatch, at_most):
    monkeypatch.setattr(shelf, "ARRAY_AT_MOST", at_most)
    monkeypatch.setattr(shelf, "PLACES_AT_ONCE", 7)
    rows = shelf.mapped_rows(100, 3)
    rows[:] = np.arange(300).reshape(100, 3)
    for places in (np.arange(0, 100, 3), np.arange(100), np.array([99]), np.zeros(0, dtype=int)):
        taken = shelf.rows_at(rows, places)
        np.testing.assert_array_equal(taken, rows[places])
        assert type(taken) is np.ndarray


def test_an_array_without_room_says_what_to_do(monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "ARRAY_AT_MOST", 0)
    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(OSError, match=r"could not set 1 MB.*set TMPDIR"):
        shelf.mapped_rows(1024, 256)
    assert list(Path(shelf._folder().name).iterdir()) == []
