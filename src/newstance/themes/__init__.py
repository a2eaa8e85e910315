"""Themes: found by density, assigned by one calibrated head, named by their words."""
