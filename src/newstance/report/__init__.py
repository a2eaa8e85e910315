"""The report: one HTML file that a person opens, with all that a training found."""

from newstance.report.page import REPORT, render

__all__ = ["REPORT", "render"]
