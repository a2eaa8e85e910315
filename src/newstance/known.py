"""Values that a caller asks for by name: refused with what may be meant where they are not there."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_SHOWN = 8


def check_known(key: str, value: str | None, there: Iterable[str | None]) -> None:
    """Raise ``ValueError`` where ``value`` is none of ``there``; the message has the near ones, or the known.

    None asks for nothing, and is always fine.
    """
    known = sorted({one for one in there if one is not None})
    if value is None or value in known:
        return
    raise ValueError(f"{key}: there is no {value!r}. {_hint(str(value), known)}")


def _hint(value: str, known: list[str]) -> str:
    names = {str(one).casefold(): one for one in known}
    near = [names[one] for one in get_close_matches(value.casefold(), names, n=2)]
    if near:
        return f"Did you mean {' or '.join(map(repr, near))}?"
    if not known:
        return "There is none at all."
    more = f" and {len(known) - MOST_SHOWN} more" if len(known) > MOST_SHOWN else ""
    return f"There are {', '.join(map(repr, known[:MOST_SHOWN]))}{more}."
