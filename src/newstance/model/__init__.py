"""A trained model: what it says of a corpus, and its folder of arrays, tables and text."""
