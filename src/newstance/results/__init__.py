"""All that a training found: kept whole in ``results/<name>/``, loaded again, and asked."""

from newstance.results.results import MANIFEST, METRICS, Results, ResultsError, load_results

__all__ = ["MANIFEST", "METRICS", "Results", "ResultsError", "load_results"]
