"""What a person sees of a check before a training."""

from rich.console import Console
from rich.text import Text

from newstance.check import Findings
from newstance.plain import plain_lines


def show_findings(findings: Findings, name: str, console: Console | None = None) -> None:
    """Print errors, then warnings, then whether the training can begin."""
    console = console or Console()
    for kind, style, messages in (
        ("error", "red", findings.errors),
        ("warning", "yellow", findings.warnings),
    ):
        for message in messages:
            console.print(Text.assemble((kind, style), f": {plain_lines(message)}"), soft_wrap=True)
    counts = f"{_count(len(findings.errors), 'error')}, {_count(len(findings.warnings), 'warning')}"
    looked_at = f"; found {', '.join(findings.checked)}" if findings.checked else ""
    state = "not ready to train" if findings.errors else "ready to train"
    console.print(Text(plain_lines(f"{name}: {state}: {counts}{looked_at}")), soft_wrap=True)


def _count(number: int, word: str) -> str:
    return f"1 {word}" if number == 1 else f"{number or 'no'} {word}s"
