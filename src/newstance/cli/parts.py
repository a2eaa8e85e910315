"""Predictions of any size, part by part."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from newstance.cli.base import errors_as_text, say
from newstance.terminal.bars import Bars


class EngineName(StrEnum):
    """What runs the work on parts."""

    local = "local"
    ray = "ray"


@dataclass(frozen=True)
class Asked:
    """How the parts are to be."""

    level: str
    wide: bool
    workers: int
    engine: str = "local"
    address: str | None = None


def predict_in_parts(model: Path, source: str, out: str | None, asked: Asked) -> None:
    """Judge ``source`` into the folder ``out``, and tell what was done."""
    with errors_as_text():
        if source == "-":
            raise ValueError("--workers: needs a file or folder as INPUT, so that a stopped run can go on.")
        if out is None:
            raise ValueError("--workers: give a folder for the parts, as -o parts/.")
        from newstance.addresses import place_of
        from newstance.scale import engine_of, predict_shards

        given, goal = place_of(source), place_of(out)
        if isinstance(given, Path) and not given.exists():
            raise FileNotFoundError(f"INPUT: there is no file or folder {source[:200]}.")
        engine = engine_of(asked.engine, asked.workers, asked.address)

        with Bars().step("Predicting") as done:
            told = predict_shards(model, given, goal, asked.level, asked.wide, engine, done)
        kept = f", {told.n_kept} of them from an earlier run" if told.n_kept else ""
        say(
            f"{told.n_rows:,} rows in {len(told.files)} parts in {goal}{kept}; "
            f"{told.n_rejected:,} articles left out; {told.n_copies:,} repeat another, see copies.jsonl."
        )
