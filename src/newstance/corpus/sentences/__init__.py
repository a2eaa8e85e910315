"""Splitting texts into sentences."""
