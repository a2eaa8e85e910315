"""An address, and what a name stands for: a path here, or an address elsewhere."""

import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from os import PathLike
from pathlib import Path
from urllib.parse import unquote

from newstance.addresses.reach import AddressError, is_web, reach, scheme_of, shown

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # one letter is a drive of Windows
LOCAL = ("file", "local")
# A put is seen whole or not at all in these stores, and their folders are but parts of names.
OBJECT_STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "oci", "tos", "hf")
MAGIC = re.compile(r"[*?\[]")
# A secret with a slash in it would be taken for the name of a host, and shown.
SLASH_IN_PASSWORD = re.compile(r"[^/@:]+:(?!\d*/)[^/@]*/.*@")
CHAIN = re.compile(r"::[A-Za-z][A-Za-z0-9+.-]*://")
FOLDER, FILE = "directory", "file"  # as fsspec calls them


class Address:
    """A file or folder that fsspec reaches, as ``s3://bucket/articles``.

    ``url`` is what was given, with a password or a signed query where it has one; they are not in ``str``,
    ``repr`` and messages. ``size`` is in bytes, where the store told it. Raises ``ValueError`` for what is no
    address.
    """

    # No dataclass, which pydantic would write down with its password.
    def __init__(self, url: str, size: int | None = None) -> None:
        self.url, self.size = url, size
        start = SCHEME.match(self.url)
        rest = "" if start is None else self.url[start.end() :]
        if start is None or not rest.strip("/"):
            raise ValueError(f"got {str(self)!r}, expected an address such as s3://bucket/articles.")
        if CHAIN.search(rest):
            raise ValueError(f"{self}: addresses joined by :: are not read; give that of the files.")
        if SLASH_IN_PASSWORD.match(rest) and not rest.startswith("arn:"):
            raise ValueError(f"{start[0]}…: the password before the @ has a slash; write it as %2F.")

    def __str__(self) -> str:
        return shown(self.url)

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self.url == other.url

    def __hash__(self) -> int:
        return hash(self.url)

    def __truediv__(self, name: str) -> "Address":
        return Address(f"{self.url.rstrip('/')}/{name}")

    @property
    def scheme(self) -> str:
        """The part before ``://``, in small letters."""
        return scheme_of(self.url)

    @property
    def is_web(self) -> bool:
        """Whether it is that of a web server, which has files but no folders."""
        return is_web(self.url)

    @property
    def parts(self) -> tuple[str, ...]:
        """Scheme and host or bucket as one, then the folders and the name."""
        scheme, _, rest = str(self).partition("://")
        host, *inner = rest.split("/")
        return f"{scheme}://{host}", *(unquote(one) if self.is_web else one for one in inner if one)

    @property
    def name(self) -> str:
        """The last of ``parts``."""
        return self.parts[-1]

    def found(self) -> list[tuple["Address", bool]]:
        """What it names, and whether that is a folder: itself, or all that its ``*``, ``?`` and ``[ ]``
        match, sorted. Raises ``FileNotFoundError`` where there is nothing."""
        try:
            with reach(self.url, "read") as (store, path):
                store.invalidate_cache()
                told = store.info(path)
        except FileNotFoundError:
            if self.is_web or not (found := self._matches()):
                raise
            return found
        return [(Address(self.url, told.get("size")), told["type"] == FOLDER)]

    def entries(self) -> list[tuple["Address", str]]:
        """What lies in a folder, not below it, and of which kind it is: ``FILE``, ``FOLDER``, or another."""
        with reach(self.url, "listed") as (store, path):
            listed = [one for one in store.ls(path, detail=True) if not _is_same(one["name"], path)]
        named = [(one["name"].rstrip("/").rpartition("/")[2], one) for one in listed]
        return [
            (Address((self / name).url, one.get("size")), one["type"])
            for name, one in named
            if name not in ("", ".", "..")
        ]

    def names(self) -> set[str]:
        """The names in a folder; none where it is not there yet."""
        with reach(self.url, "listed") as (store, _):
            store.invalidate_cache()
        try:
            return {one.name for one, _ in self.entries()}
        except FileNotFoundError:
            return set()

    def copy(self, goal: Path) -> None:
        """Copy the file to ``goal`` here. Raises ``FileNotFoundError`` where it is gone."""
        free = shutil.disk_usage(goal.parent).free
        if self.size is not None and self.size > free:
            raise AddressError(
                f"{self}: has {self.size:,} bytes, and {goal.parent.parent} has room for {free:,}. Make room "
                "there, or set TMPDIR to a folder on a larger disk."
            )
        with reach(self.url, "read") as (store, path):
            store.get_file(path, str(goal))
        n_bytes = goal.stat().st_size
        if self.size is not None and n_bytes < self.size:
            raise AddressError(
                f"{self}: {n_bytes:,} of its {self.size:,} bytes came. Run the same command again; what is "
                "finished is kept."
            )

    def read(self) -> bytes:
        """All bytes of the file."""
        with reach(self.url, "read") as (store, path):
            content: bytes = store.cat_file(path)
        return content

    def put(self, content: bytes) -> None:
        """Write the file whole or not at all."""
        with reach(self.url, "written") as (store, path):
            if self.scheme in OBJECT_STORES:
                store.pipe_file(path, content)
                return
            folder, _, name = path.rpartition("/")
            aside = f"{folder}/.{name}.{secrets.token_hex(8)}.tmp"
            try:
                store.pipe_file(aside, content)
                if store.exists(path):  # some stores rename to no name that is taken
                    store.rm_file(path)
                store.mv(aside, path)
            except BaseException:
                with suppress(Exception):
                    store.rm_file(aside)
                raise

    def make_folder(self) -> None:
        """Make the folder with those above it, where the store has folders."""
        if self.scheme not in OBJECT_STORES:  # there a bucket would be made of a name that is misspelt
            with reach(self.url, "made") as (store, path):
                store.makedirs(path, exist_ok=True)

    def remove(self) -> None:
        """Remove the file."""
        with reach(self.url, "removed") as (store, path):
            store.rm_file(path)

    def _matches(self) -> list[tuple["Address", bool]]:
        """Folder by folder, as a shell does."""
        scheme, _, rest = self.url.partition("://")
        parts = rest.split("/")
        first = next((number for number, part in enumerate(parts) if MAGIC.search(part)), 0)
        if not first:
            return []
        if "**" in parts:
            raise ValueError(f"{self}: ** is not known; give the folder, all below it is read.")
        found = [(Address(f"{scheme}://{'/'.join(parts[:first])}"), FOLDER)]
        for part in parts[first:]:
            below = [entry for address, kind in found if kind == FOLDER for entry in address.entries()]
            found = [
                (address, kind)
                for address, kind in below
                if fnmatchcase(address.name, part) and (address.name[0] != "." or part[0] == ".")
            ]
        return [(address, kind == FOLDER) for address, kind in sorted(found, key=lambda one: one[0].parts)]


Place = Path | Address


def is_address(name: object) -> bool:
    """Whether a text is the address of a file, as ``s3://…``; a path is none."""
    return isinstance(name, str) and SCHEME.match(name) is not None


def place_of(name: "str | PathLike[str] | Address") -> Place:
    """What a name stands for: an ``Address`` where it begins with ``xxx://``, else a path; ``file://`` is a
    path too. Raises ``ValueError`` for an address that cannot be one."""
    if isinstance(name, Address):
        return name
    if not (isinstance(name, str) and is_address(name)):
        return Path(name)
    address = Address(name)
    if address.scheme not in LOCAL:
        return address
    path = unquote(name.partition("://")[2].removeprefix("localhost"))
    if not path.startswith("/"):
        raise ValueError(f"{name}: expected a third slash and a path, as file:///shared/articles.")
    return Path(path[1:] if re.match(r"/[A-Za-z]:", path) else path)


@contextmanager
def at_hand(place: Place) -> Iterator[Path]:
    """The path of a file: its own, or that of a copy which is gone afterwards."""
    if isinstance(place, Path):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="newstance-") as folder:
        path = Path(folder, "copy")
        place.copy(path)
        yield path


def _is_same(name: str, path: str) -> bool:
    """Whether a folder lists itself, as stores do that keep a file in place of a folder."""
    return name.strip("/") == path.strip("/")
