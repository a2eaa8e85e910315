"""Paths that users give, and the letters in them, of which not every locale has the bytes."""

import os
import sys
from pathlib import Path
from typing import Any


def as_path(path: Any, what: str) -> Path:
    """``path`` as a ``Path``; raises ``TypeError``, which names ``what``, for anything but a str or Path, and
    ``ValueError`` for what no file system, or this locale, can name."""
    if not isinstance(path, str | Path):
        raise TypeError(f"got {type(path).__name__}, expected the path of {what}, a str or a pathlib.Path.")
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ValueError(
            no_letters(error) or f"{str(path)!r}: is no path of {what}, as it holds half of a character."
        ) from None
    return Path(path)


def no_letters(error: UnicodeEncodeError) -> str | None:
    """What to do where the locale has no bytes for a letter of a path; None where the path is at fault."""
    if error.encoding.lower().startswith("utf"):
        return None
    return (
        f"{str(error.object)!r}: the locale, which is of {error.encoding}, has no bytes for the letters of "
        "this path. Set PYTHONUTF8=1, or LC_ALL=C.UTF-8."
    )


def fault_of_letters(path: str) -> str | None:
    """Why ``path`` cannot be told by results and runs, which are in UTF-8; None where it can."""
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "backslashreplace").decode()
        return (
            f"{shown}: its letters are no UTF-8 in this locale, which is of {sys.getfilesystemencoding()}. "
            "Set PYTHONUTF8=1 or LC_ALL=C.UTF-8, or rename it."
        )
    return None
