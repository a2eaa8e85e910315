"""Every figure a person is shown, worked out once.

The terminal, the report, the model card, the notebooks and the parquet files read it, so one question has
one answer: the same counts, the same shares, the same intervals.
"""

from newstance.summary.summarise import Scores, Summary, summarise

__all__ = ["Scores", "Summary", "summarise"]
