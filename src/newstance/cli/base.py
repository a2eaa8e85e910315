"""What all commands share: their help pages, and errors as text."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from newstance.plain import plain_lines

Overrides = Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="settings to change")]
ConfigPath = Annotated[Path, typer.Argument(metavar="CONFIG", help="YAML config of one training")]
NO_MEMORY = (
    "the memory is not enough for this. Nothing half-written is left. End other programs, or give fewer "
    "articles; `newstance predict` needs little for any number with --workers 1 and a folder as --out"
)


def examples(*commands: str) -> str:
    """The end of a help page; the sign keeps click from joining the lines."""
    return "\b\nExamples:\n" + "\n".join(f"  newstance {command}" for command in commands)


def group(about: str, *commands: str) -> typer.Typer:
    """A group of commands. Its help is plain text: alike in a terminal, in a pipe, and at once."""
    return typer.Typer(
        help=about,
        epilog=examples(*commands),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    )


@contextmanager
def errors_as_text() -> Iterator[None]:
    """A user's mistake is one clear message and exit code 1; a bug keeps its traceback."""
    _write_any_letter()
    try:
        with _sigterm_as_interrupt():
            yield
    except BrokenPipeError:  # the reader of our output went, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except MemoryError as error:
        say(f"error: {NO_MEMORY}{f' ({error})' if str(error) else ''}")
        raise typer.Exit(1) from error
    except (ValueError, OSError) as error:
        say(f"error: {in_words(error)}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt as stop:
        say("stopped; nothing half-written is left. The same command goes on from the vectors cached so far.")
        raise typer.Exit(128 + (signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT)) from None


class Terminated(KeyboardInterrupt):
    """The process was asked to end, as by kill or by a scheduler."""


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does: what is open is closed, and one line is said."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may choose what a signal does
        return

    def stop(number: int, frame: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _write_any_letter() -> None:
    """Where the locale has no name for a letter, its number is written; files are UTF-8 everywhere."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors="backslashreplace")


def in_words(error: Exception) -> str:
    """The error without the number of the system's call."""
    if isinstance(error, UnicodeEncodeError):
        from newstance.paths import no_letters

        return no_letters(error) or str(error)
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    if error.filename:
        return f"{error.filename}: {error.strerror}"
    from newstance.disk import FULL

    return f"{error.strerror}. Make room where the output goes." if error.errno in FULL else error.strerror


def line(number: int | None) -> str:
    """The end of a place in a file, empty where no line is known."""
    return "" if number is None else f", line {number}"


def say(text: str) -> None:
    """A line on stderr; names in it are text and steer no terminal."""
    typer.echo(plain_lines(text), err=True)
