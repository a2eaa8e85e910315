"""The paths of the server. What they take and give is told at /openapi.json."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from newstance.forks import check_fork
from newstance.model.content import ModelError
from newstance.model.news_model import Level
from newstance.plain import plain, plain_lines
from newstance.serve import metrics
from newstance.serve.bodies import (
    JSON_LINES,
    Article,
    Explain,
    Predict,
    Search,
    check_articles,
    check_length,
    check_type,
    checked,
    parsed,
    read_body,
)
from newstance.serve.described import described, jsonl_body, one_body
from newstance.serve.engine import Engine
from newstance.serve.guard import Guard
from newstance.serve.refusal import Refusal, as_json
from newstance.serve.served import Served, themes
from newstance.serve.settings import Settings
from newstance.serve.stream import JsonLines
from newstance.version import __version__

PAGE = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
HEALTH = ("/health", "/health/live", "/health/ready")
ABOUT = "Themes of news articles, the stance taken in them, and the sentences that prove it."


def make_app(engine: Engine, settings: Settings) -> Guard:
    """The server as an ASGI app."""

    @asynccontextmanager
    async def closes_engine(_: FastAPI) -> AsyncIterator[None]:
        check_fork()  # under gunicorn --preload: better not started than each request refused
        yield
        engine.close()

    api = FastAPI(
        title="newstance",
        version=__version__,
        description=ABOUT,
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # the address would name whatever host the sender wrote
        lifespan=closes_engine,
        exception_handlers={
            Refusal: _refused,
            HTTPException: _unknown,
            RequestValidationError: _wrong_query,
            Exception: _fault,
        },
    )
    _add_prediction(api, engine)
    _add_facts(api, engine)
    _add_page(api)
    known = [
        *PAGE,
        *HEALTH,
        "/predict",
        "/predict/stream",
        "/explain",
        "/search",
        "/themes",
        "/metadata",
        "/reload",
    ]
    guard = Guard(api, settings, [*known, "/metrics", "/openapi.json"], [*PAGE, *HEALTH])
    _add_metrics(api, engine, guard)
    _add_reload(api, engine, settings)
    described(api, settings.token is not None)
    return guard


def _add_prediction(api: FastAPI, engine: Engine) -> None:
    limits = engine.limits

    @api.post("/predict", summary="Themes and stances of articles", openapi_extra=one_body(Predict))
    async def predict(request: Request) -> Response:
        asked = checked(parsed(await read_body(request, limits)), Predict)
        articles = asked.all()
        check_articles(articles, limits)
        served, found = await engine.predict(_records(articles), asked.level)
        return _json({"model": _name(served), "level": asked.level, "rows": found})

    @api.post("/predict/stream", summary="The same, line by line", openapi_extra=jsonl_body(Article))
    async def stream(request: Request, level: Annotated[Level, Query()] = "article") -> Response:
        check_type(request, JSON_LINES)
        return JsonLines(engine, level)

    @api.post("/explain", summary="Why a text is judged so", openapi_extra=one_body(Explain))
    async def explain(request: Request) -> Response:
        asked = checked(parsed(await read_body(request, limits)), Explain)
        check_length(Article(text=asked.text), limits.explained)
        with _faults_of_the_sender():
            served, found = await engine.explain(asked.text, asked.target, asked.lang)
        return _json({"model": _name(served), **found})

    @api.post("/search", summary="Articles nearest to a question", openapi_extra=one_body(Search))
    async def search(request: Request) -> Response:
        asked = checked(parsed(await read_body(request, limits)), Search)
        check_length(Article(text=asked.query), limits.characters, "query: ")
        check_articles(asked.articles, limits)
        with _faults_of_the_sender():
            served, found = await engine.search(asked.query, _records(asked.articles), asked.k)
        return _json({"model": _name(served), "rows": found})


def _records(articles: list[Article]) -> list[dict[str, Any]]:
    return [article.model_dump(exclude_none=True) for article in articles]


@contextmanager
def _faults_of_the_sender() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise Refusal(422, plain_lines(error)) from error


def _add_facts(api: FastAPI, engine: Engine) -> None:
    @api.get("/themes", summary="The themes of the model")
    async def all_themes() -> Response:
        return _json({"model": _name(engine.served), "themes": themes(engine.served)})

    @api.get("/metadata", summary="What is served")
    async def metadata() -> Response:
        model = engine.served.model
        return _json(
            {
                "model": _name(engine.served),
                "newstance": __version__,
                "encoder": model.encoder.name,
                "themes": model.themes.select("theme_id", "name").to_dicts(),
                "targets": model.targets,
                "langs": engine.served.langs,
                "limits": vars(engine.limits),
            }
        )

    @api.get("/health/live", summary="Whether the process answers")
    async def live() -> Response:
        return _json({"live": True})

    @api.get("/health/ready", summary="Whether it takes work; 503 where it does not")
    @api.get("/health", summary="Whether it is alive and takes work")
    async def ready() -> Response:
        is_ready = not engine.stopping and engine.n_waiting < engine.limits.waiting
        return _json({"live": True, "ready": is_ready}, 200 if is_ready else 503)


def _add_metrics(api: FastAPI, engine: Engine, guard: Guard) -> None:
    @api.get("/metrics", summary="Counts for Prometheus")
    async def counts() -> Response:
        gauge, counter = "gauge", "counter"
        none: dict[str, str] = {}
        lines = [
            *guard.requests.lines(),
            *metrics.metric(
                "newstance_articles_total", counter, "Articles to judge.", [(none, engine.n_articles)]
            ),
            *metrics.metric(
                "newstance_reloads_total", counter, "Models taken over.", [(none, engine.n_reloads)]
            ),
            *metrics.metric("newstance_running", gauge, "Threads at work.", [(none, engine.n_running)]),
            *metrics.metric("newstance_waiting", gauge, "Requests that wait.", [(none, engine.n_waiting)]),
            *metrics.metric("newstance_streams", gauge, "Open streams.", [(none, engine.n_streams)]),
            *metrics.metric("newstance_model", gauge, "The model of now.", [(_name(engine.served), 1)]),
        ]
        return Response("\n".join([*lines, ""]), headers={"content-type": metrics.TYPE})


def _add_reload(api: FastAPI, engine: Engine, settings: Settings) -> None:
    @api.post("/reload", summary="Take over the model that is in its folder now")
    async def reload() -> Response:
        if settings.token is None:
            raise Refusal(403, "Without a token, a reload is asked for by the signal SIGHUP alone.")
        try:
            return _json({"model": _name(await engine.reload())})
        except (ModelError, OSError) as error:
            raise Refusal(503, f"The model of before is still served: {plain(error)}") from error


def _add_page(api: FastAPI) -> None:
    for path, (name, kind) in PAGE.items():
        content = (files("newstance.serve") / "page" / name).read_bytes()
        answer = _answers_with(content, kind)
        api.add_api_route(path, answer, methods=["GET"], include_in_schema=False)


def _answers_with(content: bytes, kind: str) -> Any:
    async def answer() -> Response:
        return Response(content, headers={"content-type": kind})

    return answer


def _name(served: Served) -> dict[str, str]:
    return {"name": served.model.name, "fingerprint": served.fingerprint}


def _json(value: Any, status: int = 200) -> Response:
    return Response(as_json(value), status, media_type="application/json")


async def _refused(_: Request, refusal: Any) -> Response:
    answer = _json({"error": refusal.words}, refusal.status)
    answer.headers.update(refusal.headers)
    return answer


async def _unknown(request: Request, error: Any) -> Response:
    words = {
        404: "There is no such path; /openapi.json lists them.",
        405: f"{request.method} is not taken here; /openapi.json tells what is.",
    }
    return _json({"error": words.get(error.status_code, str(error.detail))}, error.status_code)


async def _wrong_query(_: Request, error: Any) -> Response:
    faults = [
        f"{one['loc'][-1]}: got {plain(one['input'])[:80]!r}; {one['msg'].lower()}." for one in error.errors()
    ]
    return _json({"error": " ".join(faults)}, 422)


async def _fault(_: Request, error: Exception) -> Response:
    return _json({"error": "A fault of the server, which its log tells more of."}, 500)
