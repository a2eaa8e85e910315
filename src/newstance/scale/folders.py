"""Where parts are written: a folder here, or one at an address. Each file is there whole or not at all."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from newstance.addresses import Address, Place
from newstance.addresses.address import MAGIC
from newstance.disk import locked, write_file


@dataclass(frozen=True)
class Folder:
    """A folder of files, without folders inside.

    Stores have no locks, so nothing keeps two runs at one address apart. What each writes is known by what it
    holds, and a run ends only where all its parts are there.
    """

    place: Place

    def __str__(self) -> str:
        return str(self.place)

    def __truediv__(self, name: str) -> Place:
        return self.place / name

    def is_file(self) -> bool:
        """Whether a file has its name."""
        if isinstance(self.place, Path):
            return self.place.exists() and not self.place.is_dir()
        try:
            return not all(is_folder for _, is_folder in self.place.found())
        except FileNotFoundError:
            return False

    def make(self) -> None:
        """Make it with those above, where it is not there."""
        if isinstance(self.place, Path):
            self.place.mkdir(parents=True, exist_ok=True)
        else:
            self.place.make_folder()

    def alone(self) -> AbstractContextManager[None]:
        """While it lasts no other run writes here; on a disk, that is."""
        return locked(self.place) if isinstance(self.place, Path) else nullcontext()

    def names(self) -> set[str]:
        """The names of its files; none where it is not there."""
        if isinstance(self.place, Address):
            return self.place.names()
        return {path.name for path in self.place.iterdir()} if self.place.exists() else set()

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        file = self.place / name
        return file.read_bytes() if isinstance(file, Path) else file.read()

    def write(self, name: str, content: bytes) -> None:
        """Write a file, also over one that is there."""
        file = self.place / name
        if isinstance(file, Path):
            write_file(content, file)
        else:
            file.put(content)

    def remove(self, name: str) -> None:
        """Remove a file."""
        file = self.place / name
        if isinstance(file, Path):
            file.unlink()
        else:
            file.remove()


def folder_of(place: Place) -> Folder:
    """The folder at ``place``. Raises ``ValueError`` for an address that cannot be written."""
    if isinstance(place, Path):
        return Folder(place.resolve())
    if place.is_web or MAGIC.search(str(place)):
        what = "a web server is only read from" if place.is_web else "it has a wildcard"
        raise ValueError(f"--out: {place}: {what}; give a folder, as s3://bucket/parts.")
    return Folder(place)
