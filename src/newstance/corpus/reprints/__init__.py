"""Finding reprints."""
