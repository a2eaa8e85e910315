"""What the targets of ``make fuzz`` share.

A target takes what a person may be told (``ValueError`` with words, ``Refusal``) and asserts laws of what
comes out; whatever else it raises is a finding. Where the input is a text, its first byte chooses language
and options. Files are not used where a stream does.
"""

LANGS = ("en", "ru", "uk", "de", "ar", "zh", "fr", "und")


def told(error: BaseException) -> bool:
    """Whether an error is one that a person is told, in words that are not those of a codec."""
    is_meant = isinstance(error, ValueError | OSError) and not isinstance(error, UnicodeError)
    return is_meant and len(str(error).split()) >= 3


def choice_of(data: bytes) -> int:
    """The first byte."""
    return data[0] if data else 0


def text_of(data: bytes) -> str:
    """The text after the first byte."""
    return data[1:].decode("utf-8", "replace")


def lang_of(data: bytes) -> str:
    """The language that the first byte chooses."""
    return LANGS[choice_of(data) % len(LANGS)]
