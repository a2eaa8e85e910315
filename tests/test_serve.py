"""The server by its ASGI app: what it says is what the model says, and what it refuses it tells in words."""

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from newstance import forks
from newstance.model.news_model import NewsModel
from newstance.model.saved import load_model
from newstance.serve.app import make_app
from newstance.serve.engine import Engine
from newstance.serve.served import Served, load_served
from newstance.serve.settings import Limits, Settings, read_token
from shaky import SCHEME, Shaky
from small_model import a_model, allowed, small_encoder

TEXT = "Russia broke the truce in Syria. Россия объявила о перемирии в Алеппо. The team won the cup."
TOKEN = "a-token-of-this-test"
LINES = {"content-type": "application/x-ndjson"}
HERE = "http://127.0.0.1"
PAGE = Path(__file__).parents[1] / "src/newstance/serve/page"
FEW = Limits(body=4000, articles=3, characters=1000, explained=100, seconds=60, waiting=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A saved model that finds reprints."""
    place = tmp_path_factory.mktemp("serve")
    with allowed(small_encoder(place / "encoder")) as encoder:
        a_model(encoder).save(place / "model")
        yield place / "model"


@pytest.fixture(scope="module")
def model(folder: Path) -> NewsModel:
    return load_model(folder)


def client_of(folder: Path, limits: Limits | None = None, token: str | None = None) -> TestClient:
    limits = limits or Limits(seconds=60)
    engine = Engine(load_served(folder), folder, limits)
    client = TestClient(make_app(engine, Settings(token=token, limits=limits)), base_url=HERE)
    client.engine = engine
    return client


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with client_of(folder) as one:
        yield one


@pytest.fixture(scope="module")
def small(folder: Path) -> Iterator[TestClient]:
    """A server of narrow limits."""
    with client_of(folder, FEW) as one:
        yield one


def said(model: NewsModel, articles: list[dict], level: str = "article") -> list[dict]:
    """The rows of the model, as JSON gives them."""
    rows = model.predict(articles, level).to_dicts()
    return json.loads(json.dumps(rows, default=lambda value: value.isoformat()))


def same(answer: list[dict], wanted: list[dict]) -> bool:
    """Whether rows are equal but for the last digits, in which the size of a batch may show."""
    return len(answer) == len(wanted) and all(
        one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
        for one, other in zip(answer, wanted, strict=True)
    )


def _alike(one, other) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, abs=1e-9)
    if isinstance(one, list) and one and isinstance(one[0], dict):
        return isinstance(other, list) and same(one, other)
    return one == other


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [TEXT, "", " ", "/etc/passwd"]
)


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=4), st.sampled_from(["article", "sentence"]))
def test_it_says_what_the_model_says(client, model, some, level):
    articles = [{"text": text} for text in some]
    answer = client.post("/predict", json={"articles": some, "level": level})
    assert answer.status_code == 200
    assert same(answer.json()["rows"], said(model, articles, level))


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=6), st.sampled_from(["article", "sentence"]))
def test_a_stream_says_of_each_line_what_the_model_says_of_it_alone(client, model, some, level):
    body = "".join(json.dumps({"text": text, "article_id": "a"}) + "\n" for text in some)
    answer = client.post(f"/predict/stream?level={level}", content=body, headers=LINES)
    lines = [json.loads(line) for line in answer.text.split("\n")[:-1]]
    assert [line["line"] for line in lines] == list(range(1, len(some) + 1))
    for line, text in zip(lines, some, strict=True):
        assert same(line["rows"], said(model, [{"text": text, "article_id": "a"}], level))


def test_all_fields_of_an_article_count(client, model):
    article = {
        "text": TEXT,
        "title": "The truce in Syria",
        "lang": "en",
        "source": "Rheinblick",
        "published": "2016-02-27",
        "url": "https://a.example/1",
        "article_id": "a-1",
    }
    answer = client.post("/predict", json={"articles": [article, TEXT], "level": "sentence"}).json()["rows"]
    assert same(answer, said(model, [article, {"text": TEXT}], "sentence"))
    assert answer[0]["part"] == "title"
    assert {"holder", "mention_start", "mention_end", "stance"} <= answer[0].keys()
    (row,) = client.post("/predict", json={"articles": [article]}).json()["rows"]
    assert (row["published"], row["source"], row["article_id"]) == ("2016-02-27", "Rheinblick", "a-1")


def test_reprints_are_found_in_a_request_and_not_beyond_it(client, model):
    long = " ".join([TEXT] * 8)
    rows = client.post("/predict", json={"articles": [long, long]}).json()["rows"]
    assert same(rows, said(model, [{"text": long}] * 2))
    assert rows[1]["duplicate_of"] == "table:1"
    with ThreadPoolExecutor(8) as pool:
        alone = list(
            pool.map(lambda _: client.post("/predict", json={"text": long}).json()["rows"], range(16))
        )
    assert all(row[0]["duplicate_of"] is None for row in alone)


def test_many_threads_get_what_one_gets(client, model):
    some = [f"{TEXT} On day {number} Russia and Syria spoke." for number in range(40)]
    wanted = [said(model, [{"text": text}], level) for text in some for level in ("article", "sentence")]
    asked = [{"text": text, "level": level} for text in some for level in ("article", "sentence")]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: client.post("/predict", json=body).json()["rows"], asked))
    assert all(same(one, other) for one, other in zip(answers, wanted, strict=True))


def test_a_text_is_never_a_path(client, folder):
    secret = folder.parent / "secret.txt"
    secret.write_text("The truce in Syria began at midnight.", "utf-8")
    for body in (
        {"text": str(secret), "level": "sentence"},
        {"articles": [str(secret)], "level": "sentence"},
    ):
        (row,) = client.post("/predict", json=body).json()["rows"]
        assert row["text"] == str(secret)
    assert client.post("/explain", json={"text": str(secret)}).json()["sentences"][0]["text"] == str(secret)


def test_a_text_is_never_an_address(client, tmp_path):
    Shaky.start(tmp_path, breaks_at=1)
    url = f"{SCHEME}://box/a.txt"
    for body in (
        {"text": url, "level": "sentence"},
        {"articles": [url], "level": "sentence"},
        {"articles": [{"text": url, "url": url, "source": url}], "level": "sentence"},
    ):
        (row,) = client.post("/predict", json=body).json()["rows"]
        assert row["text"] == url
    client.post("/explain", json={"text": url})
    client.post("/search", json={"query": url, "articles": [url], "k": 1})
    client.post("/predict/stream", content=json.dumps({"text": url}), headers=LINES)
    assert Shaky.done == []


def test_it_explains(client, model):
    answer = client.post("/explain", json={"text": TEXT, "target": "Russia"}).json()
    wanted = model.explain(TEXT, "Russia")
    assert answer["theme"] == wanted.theme
    assert same(answer["stances"], wanted.stances.to_dicts())
    assert same(answer["words"], wanted.words.to_dicts())
    refused = client.post("/explain", json={"text": TEXT, "target": "Rusia"})
    assert (refused.status_code, "Did you mean 'Russia'" in refused.json()["error"]) == (422, True)


def test_it_searches_the_articles_that_are_sent(client, model, small):
    articles = ["The team won the cup.", {"text": "The truce in Syria began.", "article_id": "b"}, "Nothing."]
    rows = client.post("/search", json={"query": "truce", "articles": articles, "k": 2}).json()["rows"]
    asked = [one if isinstance(one, dict) else {"text": one} for one in articles]
    assert same(rows, model.search("truce", asked, 2).to_dicts())
    assert rows[0]["article_id"] == "b"
    for body, status, words in (
        ({"query": " ", "articles": ["a truce"]}, 422, "expected some words"),
        ({"query": "a", "articles": ["", " "]}, 422, "none of 2"),
        ({"query": "a", "articles": []}, 422, "the list is empty"),
        ({"query": "a", "articles": ["a"], "k": 0}, 422, "k: got '0'"),
        ({"query": "a" * 1001, "articles": ["a"]}, 413, "query: the text has 1,001 characters"),
        ({"query": "a", "articles": ["a"] * 4}, 413, "articles: got 4"),
    ):
        answer = small.post("/search", json=body)
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text


def test_it_tells_what_it_serves(client, model):
    told = client.get("/metadata").json()
    assert (told["model"]["name"], told["targets"]) == ("made", ["Russia"])
    assert re.fullmatch("[0-9a-f]{32}", told["model"]["fingerprint"])
    found = client.get("/themes").json()["themes"]
    assert [one["name"] for one in found] == model.themes["name"].to_list()
    assert "examples" not in found[0]
    assert client.get("/health").json() == {"live": True, "ready": True}


HOSTILE = {
    "no JSON": b"themes, please",
    "nothing": b"",
    "not UTF-8": b'{"text": "\xff\xfe"}',
    "NaN": b'{"text": NaN}',
    "infinity": b'{"text": -Infinity}',
    "deep": b"[" * 3900,
    "deep inside": b'{"text":' * 300 + b"1" + b"}" * 300,
    "a huge number": b'{"text": ' + b"9" * 3900 + b"}",
    "a number": b'{"text": 3}',
    "null": b"null",
    "a list": b'["a"]',
    "a text": b'"a"',
    "no text": b"{}",
    "both": b'{"text": "a", "articles": ["b"]}',
    "another level": b'{"text": "a", "level": "word"}',
    "another key": b'{"text": "a", "path": "/etc/passwd"}',
    "no articles": b'{"articles": []}',
    "numbers": b'{"articles": [1, null]}',
    "a dict": b'{"articles": {"text": "a"}}',
    "an id of another type": b'{"articles": [{"text": "a", "article_id": 7}]}',
    "trailing": b'{"text": "a"} {"text": "b"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_body_that_is_none_is_refused_in_words(small, body):
    answer = small.post("/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    words = answer.json()["error"]
    assert words
    assert "Traceback" not in words
    assert "pydantic" not in words
    assert small.post("/predict", json={"text": TEXT}).status_code == 200


def test_all_faults_are_told_at_once(client):
    answer = client.post("/predict", json={"articles": ["a", {"text": 3}, {"txt": "b"}], "level": "word"})
    words = answer.json()["error"]
    assert "articles.1.text: got '3'; expected a text" in words
    assert "Did you mean 'text'" in words
    assert "level: got 'word'" in words


STRANGE = {
    "blanks": " " * 1_000_000,
    "controls": "".join(map(chr, range(32))) * 20 + TEXT,
    "surrogates": TEXT * 20 + "\ud800",
    "only surrogates": "\udfff" * 20,
    "markup": f"<script>alert(1)</script><p>{TEXT}</p>",
    "brackets": "(" * 50_000,
    "one word": "a" * 100_000,
    "marks": "\u0301" * 50_000,
    "lines": "\n" * 100_000 + TEXT,
    "zero": "\0",
    "turned": f"\u202e{TEXT}\u2066",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_strange_texts_are_answered(folder, model, text):
    with client_of(folder, Limits(characters=2_000_000, seconds=60)) as client:
        answer = client.post(
            "/predict", content=json.dumps({"text": text}), headers={"content-type": "application/json"}
        )
    assert answer.status_code == 200
    assert same(answer.json()["rows"], said(model, [{"text": text}]))


def test_limits_are_told(small):
    for body, words in (
        ({"articles": ["a"] * 4}, "got 4, the most taken at once are 3"),
        (
            {"articles": ["b", "a" * 1001]},
            "articles.1: the text has 1,001 characters, the most taken are 1,000",
        ),
        ({"text": "a" * 5000}, "more than 4,000 bytes"),
    ):
        answer = small.post("/predict", json=body)
        assert answer.status_code == 413
        assert words in answer.json()["error"]
    assert small.post("/explain", json={"text": "a" * 101}).status_code == 413
    assert small.post("/predict", json={"text": "a" * 1000}).status_code == 200


def test_other_types_are_refused(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"):
        answer = client.post("/predict", content=b'{"text": "a"}', headers={"content-type": kind})
        assert (answer.status_code, "expected application/json" in answer.json()["error"]) == (415, True)
    packed = {"content-type": "application/json", "content-encoding": "gzip"}
    assert client.post("/predict", content=b"\x1f\x8b", headers=packed).status_code == 415


def test_other_paths_and_methods_are_refused_in_words(client):
    assert client.get("/../etc/passwd").json()["error"].startswith("There is no such path")
    assert client.get("/themes/", follow_redirects=False).status_code == 404
    answer = client.get("/predict")
    assert (answer.status_code, "GET is not taken here" in answer.json()["error"]) == (405, True)
    assert client.post("/predict/stream?level=word", content=b"", headers=LINES).status_code == 422


def test_a_bad_line_stops_no_other(client, model):
    body = b"\n".join(
        [
            b'{"text": "The truce in Syria began."}',
            b"{bad",
            b'{"text": 3}',
            b"",
            b'"The team won the cup."',
            b"[" * 2000,
            b'{"text": "\xff"}',
            json.dumps({"text": "a" * 100_001}).encode(),
            b'{"text": ""}',
            b'{"text": "The team won.", "article_id": "last"}',
        ]
    )
    answer = client.post("/predict/stream", content=body, headers=LINES)
    lines = {line["line"]: line for line in map(json.loads, answer.text.splitlines())}
    assert list(lines) == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert [number for number, line in lines.items() if "error" in line] == [2, 3, 6, 7, 8]
    assert lines[3]["error"].endswith("text: got '3'; expected a text.")
    assert lines[8]["error"].startswith("the text has 100,001 characters")
    assert lines[9]["rows"][0]["reason"] == "the text is empty"
    assert lines[5]["rows"][0]["article_id"] == "line:5"
    assert same(lines[10]["rows"], said(model, [{"text": "The team won.", "article_id": "last"}]))


def test_a_line_without_end_ends_the_stream(small):
    body = b'{"text": "The team won."}\n' + b"a" * 5000
    *_, last = small.post("/predict/stream", content=iter([body]), headers=LINES).text.splitlines()
    assert "more than 4,000 bytes" in json.loads(last)["error"]


def blocked(client: TestClient, n: int) -> threading.Event:
    """Keep ``n`` threads of the server busy until the event is set."""
    free = threading.Event()
    for _ in range(n):
        client.portal.start_task_soon(client.engine._call, client.engine.served, free.wait)
    return free


def wait_for_one(engine: Engine) -> None:
    """Return when a request waits for a thread; a minute is more than any machine needs."""
    for _ in range(6000):
        if engine.n_waiting:
            return
        time.sleep(0.01)
    raise AssertionError("no request came to wait")


def test_a_server_that_is_full_says_so(folder):
    limits = Limits(seconds=60, workers=1, waiting=1)
    with client_of(folder, limits) as client, ThreadPoolExecutor(1) as pool:
        free = blocked(client, 1)
        waits = pool.submit(client.post, "/predict", json={"text": TEXT})
        wait_for_one(client.engine)
        refused = client.post("/predict", json={"text": TEXT})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert client.get("/health").status_code == 503
        assert client.get("/health/live").status_code == 200
        free.set()
        assert waits.result().status_code == 200
        assert client.get("/health/ready").status_code == 200


def test_streams_are_counted(folder):
    with client_of(folder, Limits(seconds=60, waiting=1)) as client:
        with client.engine.stream():
            refused = client.post("/predict/stream", content=b'"a"', headers=LINES)
            assert (refused.status_code, "1 streams are open" in refused.json()["error"]) == (429, True)
            assert "newstance_streams 1" in client.get("/metrics").text
        assert client.post("/predict/stream", content=b'"a"', headers=LINES).status_code == 200
        assert "newstance_streams 0" in client.get("/metrics").text


def test_work_that_takes_too_long_is_given_up(folder):
    with client_of(folder, Limits(seconds=0.2, workers=1)) as client:
        free = blocked(client, 1)
        refused = client.post("/predict", json={"text": TEXT})
        assert (refused.status_code, "more than 0.2 seconds" in refused.json()["error"]) == (503, True)
        (line,) = client.post("/predict/stream", content=b'"a"', headers=LINES).text.splitlines()
        assert "more than 0.2 seconds" in json.loads(line)["error"]
        free.set()


def test_a_server_that_stops_takes_nothing_new(folder):
    with client_of(folder) as client:
        client.engine.stopping = True
        assert client.post("/predict", json={"text": TEXT}).status_code == 503
        assert client.get("/health/ready").status_code == 503


def test_a_token_is_asked_for(folder):
    with client_of(folder, token=TOKEN) as client:
        for headers in (
            {},
            {"authorization": TOKEN},
            {"authorization": f"Bearer {TOKEN}x"},
            {"authorization": "Bearer "},
        ):
            answer = client.get("/themes", headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert TOKEN not in answer.text
        assert client.post("/predict", json={"text": TEXT}).status_code == 401
        right = {"authorization": f"Bearer {TOKEN}"}
        assert client.get("/themes", headers=right).status_code == 200
        assert client.get("/metrics").status_code == 401
        assert client.get("/health").status_code == 200
        assert client.get("/").status_code == 200
        assert client.get("/openapi.json", headers=right).json()["security"] == [{"token": []}]


def test_without_a_token_only_this_machine_is_served(client, tmp_path, monkeypatch):
    for host in ("evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1", "", "[::1"):
        assert client.get("/themes", headers={"host": host}).status_code == 421
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]", "[::1]:8000", "127.8.8.8"):
        assert client.get("/themes", headers={"host": host}).status_code == 200
    with pytest.raises(ValueError, match="no token is set"):
        Settings(host="0.0.0.0")
    with pytest.raises(ValueError, match="no token is set"):
        Settings(host="news.example")
    assert TOKEN not in repr(Settings(host="0.0.0.0", token=TOKEN))
    monkeypatch.setenv("NEWSTANCE_TOKEN", TOKEN)
    assert read_token(None) == TOKEN
    file = tmp_path / "token.txt"
    for wrong in ("short", "with a blank in the middle", "über-alles-in-der-welt"):
        file.write_text(wrong, "utf-8")
        with pytest.raises(ValueError, match=re.escape(str(file))) as error:
            read_token(file)
        assert wrong not in str(error.value)
    file.write_text(f"{TOKEN}\n", "utf-8")
    assert read_token(file) == TOKEN


def test_a_reload_needs_a_token(client):
    assert client.post("/reload").status_code == 403


def test_a_model_is_taken_over_while_requests_run(folder, tmp_path):
    mine = tmp_path / "model"
    first = load_model(folder)
    second = first.rename("truce", "ceasefire")
    first.save(mine)
    body = {"articles": [TEXT, "The team won the cup."]}
    with client_of(mine, Limits(seconds=60), TOKEN) as client, ThreadPoolExecutor(4) as pool:
        client.headers["authorization"] = f"Bearer {TOKEN}"
        before = client.post("/predict", json=body).json()["model"]
        asked = [pool.submit(client.post, "/predict", json=body) for _ in range(30)]
        second.save(mine)
        after = client.post("/reload").json()["model"]
        asked += [pool.submit(client.post, "/predict", json=body) for _ in range(5)]
        answers = [one.result().json() for one in asked]
    assert before["fingerprint"] != after["fingerprint"]
    articles = [{"text": text} for text in body["articles"]]
    wanted = {before["fingerprint"]: said(first, articles), after["fingerprint"]: said(second, articles)}
    assert all(same(one["rows"], wanted[one["model"]["fingerprint"]]) for one in answers)
    assert answers[-1]["model"] == after


def test_what_waits_keeps_the_model_it_came_to(folder, tmp_path):
    mine = tmp_path / "model"
    model = load_model(folder)
    model.save(mine)
    with client_of(mine, Limits(seconds=60, workers=1), TOKEN) as client, ThreadPoolExecutor(1) as pool:
        client.headers["authorization"] = f"Bearer {TOKEN}"
        free = blocked(client, 1)
        waits = pool.submit(client.post, "/predict", json={"text": "The truce in Syria."})
        wait_for_one(client.engine)
        model.rename("truce", "ceasefire").save(mine)
        client.post("/reload")
        comes = pool.submit(client.post, "/predict", json={"text": "The truce in Syria."})
        free.set()
        assert waits.result().json()["rows"][0]["theme"] == "truce"
        assert comes.result().json()["rows"][0]["theme"] == "ceasefire"


def test_a_folder_that_holds_no_model_any_more_changes_nothing(folder, tmp_path):
    mine = tmp_path / "model"
    load_model(folder).save(mine)
    with client_of(mine, None, TOKEN) as client:
        client.headers["authorization"] = f"Bearer {TOKEN}"
        (mine / "manifest.json").write_text("{}", "utf-8")
        refused = client.post("/reload")
        assert (refused.status_code, "still served" in refused.json()["error"]) == (503, True)
        assert client.post("/predict", json={"text": TEXT}).status_code == 200


def test_what_happened_is_counted(folder):
    with client_of(folder, FEW) as client:
        client.post("/predict", json={"text": TEXT})
        client.post("/predict", json={"text": 3})
        client.get("/wp-login.php")
        lines = client.get("/metrics").text.splitlines()
    assert 'newstance_requests_total{path="/predict",status="200"} 1' in lines
    assert 'newstance_requests_total{path="/predict",status="422"} 1' in lines
    assert 'newstance_requests_total{path="other",status="404"} 1' in lines
    assert 'newstance_request_seconds_bucket{path="/predict",le="+Inf"} 2' in lines
    assert "newstance_articles_total 1" in lines
    sample = re.compile(r'[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? [0-9.e+-]+')
    assert all(line.startswith("# ") or sample.fullmatch(line) for line in lines)


def test_openapi_tells_of_each_path_with_an_example(client):
    told = client.get("/openapi.json").json()
    assert {"/predict", "/predict/stream", "/explain", "/search", "/themes", "/metadata", "/health"} <= told[
        "paths"
    ].keys()
    content = told["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert client.post("/predict", json=example["value"]).status_code == 200
    found = told["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert client.post("/search", json=found["two articles"]["value"]).status_code == 200
    lines = told["paths"]["/predict/stream"]["post"]["requestBody"]["content"]["application/x-ndjson"]
    answer = client.post("/predict/stream", content=lines["examples"]["two lines"]["value"], headers=LINES)
    assert ["rows" in json.loads(line) for line in answer.text.splitlines()] == [True, True]
    assert {"413", "422", "429", "503", "408"} <= told["paths"]["/predict"]["post"]["responses"].keys()
    refs = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(told)))
    assert refs <= told["components"]["schemas"].keys()
    assert client.get("/docs").status_code == 404


def test_the_page_asks_nobody_else(client):
    answer = client.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    for path in ("/", "/page.css", "/page.js"):
        content = client.get(path).text
        assert not re.search(
            r"https?://|//[a-z]+\.|@import|innerHTML|insertAdjacent|document\.write|\beval\b", content
        )
    assert " style=" not in answer.text
    assert " on" + "click" not in answer.text
    assert {one.name for one in PAGE.iterdir()} == {"index.html", "page.css", "page.js"}


def test_columns_of_the_training_do_not_rename_the_fields(folder, tmp_path):
    model = load_model(folder)
    model.reading = replace(model.reading, columns={"text": "body"})
    model.save(tmp_path / "model")
    with client_of(tmp_path / "model") as client:
        (row,) = client.post("/predict", json={"text": TEXT}).json()["rows"]
        assert row["reason"] is None


def test_dates_and_halves_of_pairs_become_json():
    from newstance.serve.refusal import as_json

    table = pl.DataFrame({"published": ["2016-02-27"]}).with_columns(pl.col("published").str.to_date())
    assert as_json(table.to_dicts()) == b'[{"published":"2016-02-27"}]'
    assert json.loads(as_json({"error": "a\ud800b 🙂"})) == {"error": "a\ufffdb 🙂"}


def test_a_process_that_was_forked_with_the_model_does_not_start(model, monkeypatch):
    """As under gunicorn --preload: each request would be refused."""
    monkeypatch.setitem(forks._state, "threads_lost", True)
    app = make_app(Engine(Served.of(model, "0"), None, Limits()), Settings())
    with (
        pytest.raises(RuntimeError, match="load the model in each worker and not before the fork"),
        TestClient(app),
    ):
        pass
