"""What several tests share."""

import pytest
from made import encode_words


@pytest.fixture(scope="session")
def encode():
    """A small encoder that gives the same vectors in every process, text by text."""
    return encode_words
