"""Articles: files or tables in; clean texts, languages, sentences and reprints out."""

from newstance.corpus.build import CorpusConfig, corpus_by_row, corpus_from_table, read_corpus

__all__ = ["CorpusConfig", "corpus_by_row", "corpus_from_table", "read_corpus"]
