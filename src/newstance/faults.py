"""What is wrong with a config, in the words of who wrote it, where pydantic would speak of Python's types."""

import difflib
import re
from typing import Any

from pydantic import BaseModel, ValidationError

EXPECTED = {
    "list_type": "expected a list",
    "model_type": "expected keys and values",
    "path_type": "expected a path",
    "string_type": "expected a text",
    "tuple_type": "expected a list",
}


def faults_of(error: ValidationError, model: type[BaseModel], most: int | None = None) -> str:
    """Every fault of a config, or the first ``most``, a line each: key, what came, what is allowed."""
    errors = error.errors(include_url=False)
    lines = list({_key(one): _fault(one, model) for one in reversed(errors[:most])}.values())[::-1]
    n_faults = len(lines) if most is None or len(errors) <= most else error.error_count()
    count = "1 fault" if n_faults == 1 else f"{n_faults} faults"
    return f"{count}\n  " + "\n  ".join(lines)


def _key(error: Any) -> str:
    """The key as the user wrote it: pydantic adds the alternatives of a type, as ``tuple[str, ...]``."""
    parts = [str(part) for part in error["loc"]]
    return (
        ".".join(part for part in parts if not re.match(r"(tuple|lax-or-strict|function-\w+)\[", part))
        or "config"
    )


def _fault(error: Any, model: type[BaseModel]) -> str:
    key = _key(error)
    if error["type"] == "extra_forbidden":
        allowed = _allowed(error["loc"][:-1], model)
        near = difflib.get_close_matches(str(error["loc"][-1]), allowed, n=1)
        meant = f" Did you mean {near[0]!r}?" if near else f" Allowed here: {', '.join(allowed)}."
        return f"{key}: there is no such key.{meant}"
    if error["type"] == "missing":
        return f"{key}: is missing, and has no default."
    wanted = EXPECTED.get(error["type"]) or error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{key}: got {str(error['input'])[:80]!r}; {wanted[:1].lower()}{wanted[1:]}."


def _allowed(loc: tuple, model: Any) -> list[str]:
    for part in loc:
        if isinstance(part, int):
            continue
        model = _model_in(model.model_fields[part].annotation)
    return sorted(getattr(model, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    """The model in a type such as ``list[Model] | None``, None where there is none."""
    if hasattr(annotation, "model_fields"):
        return annotation
    return next(filter(None, map(_model_in, getattr(annotation, "__args__", ()))), None)
