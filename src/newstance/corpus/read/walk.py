"""Which files there are at and below what a user names, here or at an address, and how messages call them."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from newstance.addresses import FILE, FOLDER, Address, Place
from newstance.corpus.read.formats import READERS, format_of
from newstance.corpus.read.kinds import is_about, is_litter, is_litter_folder, leads_out, plain, unreadable
from newstance.corpus.read.log import ReadLog
from newstance.corpus.read.records import File

HIDDEN_FILES = "hidden and temporary files"
HIDDEN_FOLDERS = "hidden folders and those of systems"
ABOUT_FILES = "files that tell about the folder"
NO_FILE = "it is no plain file, and links are not followed at an address"
NO_LISTING = (
    "{}: names no file of a kind that is read. A web server lists no folders: give the addresses of its "
    "files, as https://example.org/articles.jsonl."
)
LONGEST_SHOWN = 200
LOST_SLASH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/[^/]")

Parts = tuple[str, ...]


class Root(NamedTuple):
    """A file or folder that is named."""

    place: Place
    is_folder: bool

    @property
    def parent(self) -> Parts:
        """The parts of its folder, which is itself where it is one."""
        parts = self.place.parts if isinstance(self.place, Address) else self.place.absolute().parts
        return parts if self.is_folder else parts[:-1]


def roots_of(places: Iterable[Place]) -> list[Root]:
    """What the user names, the wildcards of addresses filled in. Raises ``FileNotFoundError`` for what does
    not exist."""
    return [root for place in places for root in _roots_of(place)]


def list_files(roots: Sequence[Root], log: ReadLog) -> Iterator[tuple[File, str | None]]:
    """All files, sorted by their path, and why one must not be opened.

    Names are relative to the root, or to the parent of several. Those of addresses are whole where roots lie
    in several stores.
    """
    here = [root for root in roots if isinstance(root.place, Path)]
    there = [root for root in roots if isinstance(root.place, Address)]
    folders = [root.place for root in roots if root.is_folder]
    if len(roots) > 1 and folders and len({root.parent for root in roots}) == 1:
        raise ValueError(f"corpus.path: {folders[0]} is named together with files inside it.")
    n_here = _n_shared(here)
    n_there = 0 if here else _n_shared(there)
    for root in roots:
        listed = _files_here(root, log) if isinstance(root.place, Path) else _files_there(root, log)
        n_shared = n_here if isinstance(root.place, Path) else n_there
        for place, inside, why in listed:
            folder = next((plain(part) for part in inside[:-1] if _has_letters(part)), None)
            yield File(place, plain("/".join((root.parent + inside)[n_shared:])), folder), why


def _roots_of(place: Place) -> list[Root]:
    if isinstance(place, Address):
        found = [Root(one, is_folder) for one, is_folder in place.found()]
        if place.is_web and format_of(Path(place.name))[0] not in READERS:
            raise ValueError(NO_LISTING.format(place))
        return found
    if not os.path.exists(place):  # unlike Path.exists, false for a name that is too long
        slash = (
            " A Path has lost a slash of an address; give it as a str."
            if LOST_SLASH.match(str(place))
            else ""
        )
        raise FileNotFoundError(
            f"corpus.path: {_shown(place)} does not exist; give a file or a folder of articles.{slash}"
        )
    return [Root(place, place.is_dir())]


def _shown(path: Path) -> str:
    name = str(path)
    return name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…"


def _n_shared(roots: Sequence[Root]) -> int:
    """How many parts the folders of all have in common from their beginning."""
    in_step = zip(*(root.parent for root in roots), strict=False)
    return sum(1 for _ in takewhile(lambda parts: len(set(parts)) == 1, in_step))


def _files_here(root: Root, log: ReadLog) -> Iterator[tuple[Place, Parts, str | None]]:
    """Each file, its parts below the root, and why it must not be opened, looked at just before."""
    path = root.place
    assert isinstance(path, Path)
    if not root.is_folder:
        yield path, (path.name,), unreadable(path, None)
        return
    for one in _walk(path, log):
        yield one, one.relative_to(path).parts, unreadable(one, path)


def _files_there(root: Root, log: ReadLog) -> Iterator[tuple[Place, Parts, str | None]]:
    """As ``_files_here``, for an address."""
    assert isinstance(root.place, Address)
    if not root.is_folder:
        yield root.place, (root.place.name,), None
        return
    found: list[tuple[Parts, Address, str | None]] = []
    folders: list[tuple[Parts, Address]] = [((), root.place)]
    while folders:
        above, folder = folders.pop()
        entries = sorted(folder.entries(), key=lambda one: one[0].name)
        inner = [address for address, kind in entries if kind == FOLDER]
        kept = [one for one in inner if not _is_left_out(one.name, is_litter_folder, HIDDEN_FOLDERS, log)]
        folders += [((*above, one.name), one) for one in reversed(kept)]
        for address, kind in entries:
            if kind != FOLDER and not _is_no_article(address.name, log):
                found.append(((*above, address.name), address, None if kind == FILE else NO_FILE))
    for inside, address, why in sorted(found, key=lambda one: one[0]):
        yield address, inside, why


def _has_letters(name: str) -> bool:
    """Also where the locale is not of UTF-8, and letters came as the bytes they are."""
    return any(map(str.isalpha, name.encode("utf-8", "surrogateescape").decode("utf-8", "ignore")))


def _walk(root: Path, log: ReadLog) -> list[Path]:
    """Files below ``root`` but the hidden ones; links to folders inside are followed, each folder once.
    Folders that cannot be opened, and links that lead out, are among the files, to be told."""
    seen: set[str] = set()
    files: list[Path] = []
    closed: list[str] = []
    walk = os.walk(root, onerror=lambda error: closed.append(error.filename), followlinks=True)
    for folder, inner, names in walk:
        real = os.path.realpath(folder)
        if real in seen:
            inner.clear()
            continue
        seen.add(real)
        kept = sorted(name for name in inner if not _is_left_out(name, is_litter_folder, HIDDEN_FOLDERS, log))
        outside = [name for name in kept if leads_out(Path(folder, name), root)]
        inner[:] = [name for name in kept if name not in outside]
        own = [name for name in sorted(names) if not _is_no_article(name, log)]
        files += [Path(folder, name) for name in outside + own]
    files += map(Path, closed)
    return sorted(files, key=lambda path: path.relative_to(root).parts)


def _is_no_article(name: str, log: ReadLog) -> bool:
    return _is_left_out(name, is_litter, HIDDEN_FILES, log) or _is_left_out(name, is_about, ABOUT_FILES, log)


def _is_left_out(name: str, test: Callable[[str], bool], kind: str, log: ReadLog) -> bool:
    is_left_out = test(name)
    if is_left_out:
        log.leave_out(kind, plain(name))
    return is_left_out
