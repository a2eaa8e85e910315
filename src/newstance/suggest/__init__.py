"""A codebook to start from: which states and organisations a corpus names, under which names."""

from newstance.suggest.codebook import codebook_yaml
from newstance.suggest.counts import NameCount, Suggestion, suggest_targets
from newstance.suggest.shipped import ShippedTarget, shipped_targets

__all__ = [
    "NameCount",
    "ShippedTarget",
    "Suggestion",
    "codebook_yaml",
    "shipped_targets",
    "suggest_targets",
]
