"""Reading files and records as raw articles."""
