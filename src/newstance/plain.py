"""Text from articles and files as text: signs that steer a terminal are shown, never sent to it.

Escape codes could clear a screen or forge a line; marks that turn the direction of writing reach over
everything that follows. Both come with names of outlets, targets and files.
"""

import re

# C0 controls have pictures of their own in Unicode.
PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
# C1 controls, line and paragraph separators, embeddings, overrides and isolates, and the surrogates that
# stand for the bytes of a file name that is not UTF-8.
STEERING = re.compile("[\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LINES = {code: sign for code, sign in PICTURES.items() if chr(code) not in "\n\t"}


def plain(value: object) -> str:
    """``value`` on one line: a control character as its picture, any other steering sign as an escape such
    as ``\\u202e``."""
    return STEERING.sub(_escape, str(value).translate(PICTURES))


def plain_lines(value: object) -> str:
    """As ``plain``, but line ends and tabs stay."""
    return STEERING.sub(_escape, str(value).replace("\r\n", "\n").translate(LINES))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
