"""Keys, values and names as MLflow accepts them (mlflow/utils/validation.py)."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

MAX_KEY, MAX_PARAM, MAX_TAG = 250, 6000, 5000
CUT = " … (cut)"
NOT_IN_A_KEY = re.compile(r"[^\w.\- /]")
NOT_IN_A_MODEL_NAME = re.compile(r"[/:.%\"']")


def flat_params(params: Mapping[str, Any]) -> dict[str, str]:
    """Nested ``params`` as a.b.c -> text: strings as they are, all else as JSON, cut to MLflow's length."""
    flat: dict[str, str] = {}
    for key, value in params.items():
        if isinstance(value, Mapping) and value:
            flat |= {f"{key}.{inner}": text for inner, text in flat_params(value).items()}
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            flat[str(key)] = _cut(text, MAX_PARAM)
    return flat


def legal_keys(keys: list[str]) -> list[str]:
    """``keys`` as MLflow allows them, and still different from each other.

    Letters of all scripts, digits, ``_ - . /`` and blanks may stay; ``=`` and ``:`` become ``.``, so
    "stance/lang=ru/f1_macro" reads "stance/lang.ru/f1_macro", and the rest ``_``. A colon is allowed
    on some systems only.
    """
    legal: dict[str, None] = {}
    for key in keys:
        plain = _legal_key(key)
        fresh, count = plain, 1
        while fresh in legal:
            count += 1
            fresh = f"{plain[: MAX_KEY - 8]}_{count}"
        legal[fresh] = None
    return list(legal)


def tag_text(value: object) -> str:
    """``value`` as the text of a tag, cut to MLflow's length."""
    return _cut(str(value), MAX_TAG)


def legal_model_name(name: str) -> str:
    """``name`` without the signs that MLflow refuses in the name of a model."""
    return NOT_IN_A_MODEL_NAME.sub("_", name)


def _legal_key(key: str) -> str:
    key = unicodedata.normalize("NFC", key).replace("=", ".").replace(":", ".")
    parts = [part for part in NOT_IN_A_KEY.sub("_", key).split("/") if part]
    # A key may be the path of a file to MLflow, so none may begin like one that leads elsewhere.
    parts = [re.sub(r"^\.+", lambda dots: "_" * len(dots[0]), part) for part in parts]
    return ("/".join(parts) or "_")[:MAX_KEY].rstrip("/")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - len(CUT)] + CUT
