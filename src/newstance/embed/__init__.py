"""Encoders: texts in, unit vectors out."""

from newstance.embed.cache import CachedEncoder, VectorCache
from newstance.embed.encoder import Encoder, load_encoder

__all__ = ["CachedEncoder", "Encoder", "VectorCache", "load_encoder"]
