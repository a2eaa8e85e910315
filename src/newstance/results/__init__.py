"""All that a training found: kept whole in ``results/<name>/``, loaded again, and asked."""

from newstance.results.files import MANIFEST, METRICS, found_hashes
from newstance.results.load import ResultsError, load_results, read_manifest
from newstance.results.results import Results

__all__ = ["MANIFEST", "METRICS", "Results", "ResultsError", "found_hashes", "load_results", "read_manifest"]
