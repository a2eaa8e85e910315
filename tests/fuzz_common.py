"""What the targets of ``make fuzz`` share.

A target takes what a person may be told (``ValueError`` with words, ``Refusal``) and asserts laws of what
comes out; whatever else it raises is a finding. Where the input is a text, its first byte chooses language
and options. Files are not used where a stream does.
"""

LANGS = ("en", "ru", "uk", "de", "ar", "zh", "fr", "und")


def told(error: BaseException) -> bool:
    """Whether an expected error says in words what is wrong: not in those of a codec, nor that memory or the
    stack is full, as no small input may fill them."""
    is_blunt = isinstance(error, UnicodeError | MemoryError | RecursionError)
    return not is_blunt and len(str(error).split()) >= 3


def choice_of(data: bytes) -> int:
    """The first byte."""
    return data[0] if data else 0


def text_of(data: bytes) -> str:
    """The text after the first byte."""
    return data[1:].decode("utf-8", "replace")


def lang_of(data: bytes) -> str:
    """The language that the first byte chooses."""
    return LANGS[choice_of(data) % len(LANGS)]
