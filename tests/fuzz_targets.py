"""All that takes what strangers write, each as a function of bytes: what ``make fuzz`` feeds and
``test_fuzz.py`` replays. ``fuzz_common`` tells what a finding is."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from fuzz_reading import (
    columns,
    dates,
    decode,
    feed,
    json_document,
    json_lines,
    mhtml,
    packed,
    page,
    parquet,
    repair,
    sheet,
    table,
    text,
    warc,
    word,
)
from fuzz_saved import arrays, config, labels, manifest
from fuzz_server import judge, serve
from fuzz_texts import clean, holder, language, mentions, repeated, split

KEPT = Path(__file__).parent / "data" / "fuzz"
Target = Callable[[bytes, Path], None]
TARGETS: dict[str, Target] = {
    one.__name__: one
    for one in (
        *(text, page, feed, mhtml, warc, table, json_document, json_lines, word, sheet, parquet, packed),
        *(decode, columns, dates, repair, clean, repeated, split, language, mentions, holder),
        *(config, manifest, arrays, labels, serve, judge),
    )
}


def kept(target: str) -> list[bytes]:
    """The inputs of a target that are kept in the repository."""
    path = KEPT / f"{target}.zip"
    if not path.exists():
        return []
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]
