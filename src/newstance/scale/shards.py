"""Input cut into shards that are known by what they hold, so that none is done twice and none is lost."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

SHARD_ARTICLES = 1_000
SHARD_CHARACTERS = 10_000_000


@dataclass(frozen=True)
class Shard:
    """Articles and rejections ``found`` in a row. ``name`` has its number and a hash of all that decides its
    result, so equal input gives equal names."""

    name: str
    found: list[Any]


def shards_of(found: Iterable[Any], salt: str) -> Iterator[Shard]:
    """``found`` in shards of 1,000, or of less where they are long; ``salt`` is the model and the options."""
    for number, block in enumerate(_blocks(found)):
        digest = hashlib.sha256(salt.encode())
        for one in block:
            digest.update(repr(one).encode())  # repr writes half characters as escapes
        yield Shard(f"part-{number:06d}-{digest.hexdigest()[:16]}", block)


def _blocks(found: Iterable[Any]) -> Iterator[list[Any]]:
    block: list[Any] = []
    n_characters = 0
    for one in found:
        block.append(one)
        n_characters += len(getattr(one, "text", ""))
        if len(block) >= SHARD_ARTICLES or n_characters >= SHARD_CHARACTERS:
            yield block
            block, n_characters = [], 0
    if block:
        yield block
