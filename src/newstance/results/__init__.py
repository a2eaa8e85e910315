"""All that a training found: kept whole in ``results/<name>/``, loaded again, and asked."""

from newstance.results.files import MANIFEST, METRICS
from newstance.results.load import ResultsError, load_results
from newstance.results.results import Results

__all__ = ["MANIFEST", "METRICS", "Results", "ResultsError", "load_results"]
