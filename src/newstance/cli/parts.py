"""Predictions of any size, part by part."""

from dataclasses import dataclass
from pathlib import Path

from newstance.cli.base import errors_as_text, say
from newstance.terminal.bars import Bars


@dataclass(frozen=True)
class Asked:
    """How the parts are to be."""

    level: str
    wide: bool
    workers: int


def predict_in_parts(model: Path, source: str, out: Path | None, asked: Asked) -> None:
    """Judge ``source`` into the folder ``out``, and tell what was done."""
    with errors_as_text():
        if source == "-":
            raise ValueError("--workers: needs a file or folder as INPUT, so that a stopped run can go on.")
        if out is None:
            raise ValueError("--workers: give a folder for the parts, as -o parts/.")
        if not Path(source).exists():
            raise FileNotFoundError(f"INPUT: there is no file or folder {source[:200]}.")
        from newstance.scale import predict_shards

        with Bars().step("Predicting") as done:
            told = predict_shards(model, Path(source), out, asked.level, asked.wide, asked.workers, done)
        kept = f", {told.n_kept} of them from an earlier run" if told.n_kept else ""
        say(
            f"{told.n_rows:,} rows in {len(told.files)} parts in {out}{kept}; "
            f"{told.n_rejected:,} articles left out. Reprints are not looked for across parts, so "
            "duplicate_of is empty."
        )
