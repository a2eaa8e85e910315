"""The sentences of a corpus as vectors, block by block."""

from newstance.embed.encoder import Encoder
from newstance.progress import Progress
from newstance.shelf import let_go, mapped_rows
from newstance.tables import Corpus, Encoded

TEXTS_AT_ONCE = 16_384


def encode_corpus(corpus: Corpus, encoder: Encoder, progress: Progress) -> Encoded:
    """``corpus`` with the vectors of its sentences, which lie in a file if they are many."""
    texts = corpus.sentences["text"]
    vectors = mapped_rows(len(texts), encoder.n_dims)
    with progress.step("Encoding sentences", len(texts)) as done:
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            some = texts.slice(start, TEXTS_AT_ONCE).to_list()
            vectors[start : start + len(some)] = encoder.encode(some)
            let_go(vectors)
            done(len(some))
    return Encoded(corpus, vectors)
