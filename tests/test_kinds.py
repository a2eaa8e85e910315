import os
import socket

import pytest

from newstance.corpus.build import read_corpus
from newstance.corpus.read.files import RawArticle, Rejection, read_files
from newstance.corpus.read.kinds import is_about, is_litter, is_litter_folder

TEXT = "The ferry to Sell sails again after the storm. Its crew was thanked by the mayor."
LITTER = ".DS_Store ._a.txt Thumbs.db desktop.ini ~$notes.docx #a.txt# a.txt~ a.txt.bak .a.swp a.csv.part"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    return tmp_path / "in"


def read(path):
    found = list(read_files(path))
    assert [one.file for one in found if isinstance(one, RawArticle)][:1] == ["a.txt"]
    return {one.file: one.reason for one in found if isinstance(one, Rejection)}


@pytest.mark.parametrize("name", LITTER.split())
def test_litter_is_left_out_and_counted(folder, name):
    (folder / name).write_text("x")
    assert read(folder) == {}
    assert f"hidden and temporary files left out: 1 ({name})" in read_corpus(folder).notes


def test_folders_of_systems_and_files_about_the_folder_are_left_out_and_counted(folder):
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "b.txt").write_text(TEXT)
    for name in ("README.md", "LICENSE", "readme.txt"):
        (folder / name).write_text("About these texts.")
    assert read(folder) == {}
    notes = read_corpus(folder).notes
    assert any(note.startswith("files that tell about the folder left out: 3") for note in notes)
    assert "hidden folders and those of systems left out: 1 (__MACOSX)" in notes


def test_names_of_articles_are_no_litter():
    for name in ("license-to-fish.txt", "readme-or-not.html", "a#1.txt", "old.txt", "backup.csv", "a~b.txt"):
        assert not is_litter(name)
        assert not is_about(name)
    assert not is_litter_folder("Thumbs")


def test_a_file_about_the_folder_is_read_where_it_is_named(folder):
    (folder / "README.txt").write_text(TEXT)
    assert [one.file for one in read_files(folder / "README.txt")] == ["README.txt"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.zip", "archive"),
        ("a.tar.gz", "archive"),
        ("a.epub", "e-book"),
        ("a.rtf", "an RTF document"),
        ("a.xls", "an old Excel workbook"),
        ("a.sqlite", "database"),
        ("a.PKL", "pickle"),
        ("a.md", "Markdown"),
        ("a", "without a suffix"),
        ("a.xyz", "'.xyz'"),
    ],
)
def test_other_kinds_are_refused_by_name(folder, name, kind):
    (folder / name).write_bytes(b"PK")
    assert kind in read(folder)[name]


def test_pipes_sockets_and_links_never_stop_a_corpus(folder, tmp_path):
    os.mkfifo(folder / "pipe.txt")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / "socket.csv"))
    (tmp_path / "secret.txt").write_text(TEXT)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.txt").write_text(TEXT)
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "gone.txt").symlink_to(tmp_path / "nothing")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "null.txt").symlink_to("/dev/null")
    (folder / "empty.jsonl").write_text("")
    reasons = read(folder)
    server.close()
    words = {
        "pipe.txt": "pipe",
        "socket.csv": "socket",
        "out.txt": "out of the folder",
        "out": "out of the folder",
        "gone.txt": "not there",
        "loop.txt": "cannot be opened",
        "null.txt": "device",
        "empty.jsonl": "empty",
    }
    assert set(reasons) == set(words)
    assert all(words[file] in reason for file, reason in reasons.items())


def test_a_name_that_is_no_utf8_is_read_and_shown(folder):
    name = os.fsdecode(b"caf\xe9.txt")
    (folder / name).write_text(TEXT)
    files = [one.file for one in read_files(folder)]
    assert files == ["a.txt", "caf\\xe9.txt"]
    assert read_corpus(folder).articles.height == 2


@pytest.mark.parametrize(
    "name", ["a.csv.gz", "a.csv.bz2", "a.csv.xz", "a.json", "a.parquet", "a.txt", "a.tsv"]
)
def test_any_bytes_are_a_rejection(folder, name):
    for content in (b"BZh9", b"\x1f\x8b\x08", b"\xfd7zXZ\0", bytes(range(32)) * 8, b"PAR1PAR1"):
        (folder / f"b{name}").write_bytes(content)
        assert read(folder)[f"b{name}"]
