"""``python -m newstance`` is the command line."""

from newstance.cli import app

app(prog_name="newstance")
