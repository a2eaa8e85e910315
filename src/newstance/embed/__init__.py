"""Encoders: texts in, unit vectors out."""

from newstance.embed.encoder import Encoder, load_encoder

__all__ = ["Encoder", "load_encoder"]
