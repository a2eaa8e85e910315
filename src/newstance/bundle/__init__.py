"""Saved models: folders of arrays, tables and text, checked whole, never a pickle."""

from newstance.bundle.bundle import Bundle, load_bundle, save_bundle
from newstance.bundle.content import ModelError

__all__ = ["Bundle", "ModelError", "load_bundle", "save_bundle"]
