"""What /openapi.json tells of bodies and answers, with an example of each."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from newstance.serve.bodies import JSON_LINES, SAMPLE, Article, Explain, Predict, Search

SCHEMAS = "#/components/schemas/{model}"
ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
REFUSED = {
    "401": "no token, or another one",
    "408": "the body came too slowly",
    "413": "too many bytes, articles or characters",
    "415": "a body of another type",
    "422": "a body that is not understood; all faults are told",
    "429": "too many wait; ask again after retry-after seconds",
    "503": "it took too long, or the server stops",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "Predict": {
        "one text": {"value": {"text": SAMPLE, "level": "sentence"}},
        "a list": {
            "value": {
                "articles": [
                    SAMPLE,
                    {"article_id": "a-2", "title": "A truce", "text": "It began at midnight."},
                ]
            }
        },
    },
    "Search": {
        "two articles": {
            "value": {"query": "un cessez-le-feu", "articles": ["A truce began.", "A cup was won."]}
        }
    },
    "Explain": {"one target": {"value": {"text": SAMPLE, "target": "Russia"}}},
    "Article": {"two lines": {"value": '{"text": "It began at midnight."}\n"A text alone is a line too."\n'}},
}
ROW = {
    "article_id": "table:1",
    "sentence": 1,
    "text": SAMPLE,
    "theme_id": 4,
    "theme": "sanctions",
    "proba": 0.98,
    "target": "Russia",
    "stance": "against",
    "mention_text": "Moscow",
    "mention_start": 0,
    "mention_end": 6,
    "holder": None,
    "reason": None,
}


def one_body(kind: type[BaseModel]) -> dict[str, Any]:
    """The description of a path that takes a ``kind`` as JSON."""
    return _body("application/json", kind)


def jsonl_body(kind: type[BaseModel]) -> dict[str, Any]:
    """The description of a path that takes a ``kind`` a line."""
    return _body(JSON_LINES[0], kind)


def _body(media: str, kind: type[BaseModel]) -> dict[str, Any]:
    content = {"schema": {"$ref": SCHEMAS.format(model=kind.__name__)}, "examples": EXAMPLES[kind.__name__]}
    refused = {
        status: {"description": words, "content": {"application/json": {"schema": ERROR}}}
        for status, words in REFUSED.items()
    }
    answer = {"description": "the rows", "content": {media: {"example": _answer(kind)}}}
    return {
        "requestBody": {"required": True, "content": {media: content}},
        "responses": {"200": answer, **refused},
    }


def _answer(kind: type[BaseModel]) -> dict[str, Any]:
    model = {"name": "quickstart", "fingerprint": "0b1c"}
    if kind is Article:
        return {"line": 1, "rows": [ROW]}
    if kind is Search:
        found = {"article_id": "table:1", "similarity": 0.71, "sentence": 1, "text": "A truce began."}
        return {"model": model, "rows": [found]}
    if kind is Explain:
        return {"model": model, "theme": "sanctions", "words": [], "stances": [], "notes": []}
    return {"model": model, "level": "sentence", "rows": [ROW]}


def described(api: FastAPI, has_token: bool) -> None:
    """Add the schemas of the bodies to what ``api`` tells of itself, and the token where it asks for one."""
    schema = api.openapi()
    parts = schema.setdefault("components", {})
    own = parts.setdefault("schemas", {})
    for kind in (Article, Predict, Search, Explain):
        found = kind.model_json_schema(ref_template=SCHEMAS)
        own |= found.pop("$defs", {}) | {kind.__name__: found}
    for texts in (
        own["Predict"]["properties"]["articles"]["anyOf"][0],
        own["Search"]["properties"]["articles"],
    ):
        texts["items"] = {"anyOf": [{"type": "string"}, texts["items"]]}
    if has_token:
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"token": []}]
