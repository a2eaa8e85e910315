"""Stance: what a sentence conveys towards a target, with calibrated probabilities."""
