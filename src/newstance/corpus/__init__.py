"""Articles: files or tables in; clean texts, languages, sentences and reprints out."""

from newstance.corpus.build import corpus_by_row, corpus_from_table, read_corpus
from newstance.corpus.reading import CorpusConfig, Reading

__all__ = ["CorpusConfig", "Reading", "corpus_by_row", "corpus_from_table", "read_corpus"]
