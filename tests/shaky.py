"""A file system for fsspec that lies in a folder of this machine and breaks at a chosen operation."""

import os
import shutil
import signal
from pathlib import Path
from typing import ClassVar

from fsspec import AbstractFileSystem, register_implementation

SCHEME = "shaky"


class Shaky(AbstractFileSystem):
    """``shaky://a/b`` is the file a/b of ``root``. The operation number ``breaks_at`` fails, a write in the
    middle of its bytes, or with ``late`` when it is done; with ``kills`` it ends this process instead."""

    protocol = SCHEME
    cachable = False
    root: ClassVar[Path]
    done: ClassVar[list[str]] = []
    breaks_at: ClassVar[int | None] = None
    late: ClassVar[bool] = False
    kills: ClassVar[bool] = False

    @classmethod
    def start(cls, root: Path, breaks_at: int | None = None, late: bool = False, kills: bool = False) -> None:
        cls.root, cls.breaks_at, cls.late, cls.kills, cls.done = root, breaks_at, late, kills, []

    def _break(self) -> None:
        if self.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        raise ConnectionResetError("the connection was lost")

    def _place(self, operation: str, path: str) -> Path:
        self.done.append(f"{operation} {path}")
        if len(self.done) == self.breaks_at and not (self.late and operation in ("pipe", "mv", "rm")):
            if operation == "pipe":
                return self.root / path
            self._break()
        return self.root / path

    def _end(self) -> None:
        if len(self.done) == self.breaks_at:
            self._break()

    def info(self, path, **kwargs):
        place = self._place("info", path)
        kind = "directory" if place.is_dir() else "file"
        return {"name": path, "size": place.stat().st_size, "type": kind}

    def ls(self, path, detail=True, **kwargs):
        place = self._place("ls", path)
        kinds = {one.name: "directory" if one.is_dir() else "file" for one in place.iterdir()}
        return [
            {"name": f"{path}/{name}", "size": (place / name).stat().st_size, "type": kind}
            for name, kind in kinds.items()
        ]

    def exists(self, path, **kwargs):
        return self._place("exists", path).exists()

    def get_file(self, rpath, lpath, **kwargs):
        content = self._place("get", rpath).read_bytes()
        Path(lpath).write_bytes(content)

    def cat_file(self, path, **kwargs):
        return self._place("cat", path).read_bytes()

    def pipe_file(self, path, value, **kwargs):
        place = self._place("pipe", path)
        breaks = len(self.done) == self.breaks_at and not self.late
        place.write_bytes(value[: len(value) // 2] if breaks else value)
        self._end()

    def mv(self, path1, path2, **kwargs):
        place = self._place("mv", path1)
        if (self.root / path2).exists():
            raise FileExistsError(path2)
        shutil.move(place, self.root / path2)
        self._end()

    def rm_file(self, path):
        self._place("rm", path).unlink()
        self._end()

    def makedirs(self, path, exist_ok=False):
        self._place("makedirs", path).mkdir(parents=True, exist_ok=exist_ok)


register_implementation(SCHEME, Shaky, clobber=True)
