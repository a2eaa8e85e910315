"""Names of found themes by a language model behind an OpenAI-compatible endpoint; off unless it is asked for.

It is sent the keywords of a theme and the sentences that show it, and nothing else. A name is taken if it is
short, one line, and no other theme has it; else the theme keeps the name of its keywords.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import polars as pl

from newstance.themes.config import NamerConfig
from newstance.themes.table import BY_KEYWORDS

BY_NAMER = "namer"
SECONDS, MOST_BYTES = 60, 1_000_000
LONGEST, MOST_WORDS = 60, 7
EXAMPLES, LETTERS = 3, 300
QUESTION = (
    "You name themes of a collection of news articles. Answer with the name alone, in the language {lang}: "
    "two to five words, a noun phrase as a journalist would write it, no quotation marks, no full stop.\n\n"
    "Keywords: {keywords}\nSentences of the theme:\n{sentences}"
)


class NamerError(ValueError):
    """An endpoint that gives no name; the text says why."""


def name_by_model(
    themes: pl.DataFrame, config: NamerConfig, lang: str, done: Callable[[int], None]
) -> tuple[pl.DataFrame, list[str]]:
    """``themes`` with names of the endpoint for those named by keywords, and notes on names not taken.

    ``done`` is called after each theme. An endpoint that cannot be reached is asked once.
    """
    rows = themes.to_dicts()
    faults: list[str] = []
    taken = {row["name"].casefold() for row in rows}
    for row in rows:
        if row["named_by"] != BY_KEYWORDS:
            continue
        try:
            name = _checked(_ask(config, _question(row, lang)), taken)
        except NamerError as error:
            faults.append(str(error))
            if isinstance(error.__cause__, OSError):
                break
        else:
            taken.add(name.casefold())
            row |= {"name": name, "named_by": BY_NAMER}
        done(1)
    notes = []
    if faults:
        n = sum(row["named_by"] == BY_KEYWORDS for row in rows)
        notes.append(f"{n} themes keep the names of their keywords, as {config.url} gave none: {faults[0]}")
    return pl.DataFrame(rows, schema=themes.schema), notes


def _question(row: dict[str, Any], lang: str) -> str:
    words = [word for one in row["keywords"] for word in one["words"]]
    sentences = [f"- {one['text'][:LETTERS]}" for one in row["examples"][:EXAMPLES]]
    return QUESTION.format(
        lang=lang, keywords=", ".join(words[:20]), sentences="\n".join(sentences) or "- none"
    )


def _ask(config: NamerConfig, question: str) -> str:
    """The answer of the endpoint (https://platform.openai.com/docs/api-reference/chat)."""
    body = {"model": config.model, "temperature": 0, "messages": [{"role": "user", "content": question}]}
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get(config.key_env, ""):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(
        f"{config.url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            answer = json.loads(response.read(MOST_BYTES))
        return str(answer["choices"][0]["message"]["content"])
    except urllib.error.HTTPError as error:
        raise NamerError(
            f"it answered {error.code} {error.reason}; is the key in ${config.key_env}?"
        ) from error
    except OSError as error:
        raise NamerError(f"it could not be reached: {getattr(error, 'reason', error)}") from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise NamerError(f"its answer is not that of a chat endpoint: {type(error).__name__}") from error


def _checked(answer: str, taken: set[str]) -> str:
    name = " ".join(answer.strip().strip("\"'«»„“”").rstrip(".").split())
    if not name or len(name) > LONGEST or len(name.split()) > MOST_WORDS or "\n" in answer.strip():
        raise NamerError(f"its answer is no name: {answer.strip()[:LONGEST]!r}")
    if name.casefold() in taken:
        raise NamerError(f"{name!r} is the name of another theme")
    return name
