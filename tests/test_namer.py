"""Names of themes by a language model: an endpoint of the test's own."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import ValidationError

from found import sample_results
from newstance.namer import BY_NAMER, name_by_model
from newstance.themes.config import NamerConfig, ThemesConfig


@pytest.fixture
def endpoint():
    """Answers with the next of ``answers``; keeps what it was asked."""
    asked: list[dict] = []
    answers: list = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
            answer = answers[min(len(asked), len(answers)) - 1]
            if isinstance(answer, int):
                self.send_error(answer)
                return
            content = (
                answer
                if isinstance(answer, bytes)
                else json.dumps({"choices": [{"message": {"content": answer}}]}).encode()
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", answers, asked
    server.shutdown()
    server.server_close()


def named(url: str, lang: str = "en") -> tuple:
    themes = sample_results().themes.head(4)  # the second and third are not of the codebook
    counted: list[int] = []
    return themes, *name_by_model(themes, NamerConfig(url=url, model="m"), lang, counted.append)


def test_themes_of_the_codebook_keep_their_names_and_others_get_one(endpoint, monkeypatch):
    url, answers, asked = endpoint
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    answers += ["“Grain corridor.”", "Prison exchange", "Harbour strike", "Fuel prices"]
    before, after, notes = named(url, "fr")
    own = before["named_by"] == "keywords"
    assert after.filter(~own).equals(before.filter(~own))
    assert (
        after.filter(own)["name"].to_list()
        == ["Grain corridor", "Prison exchange", "Harbour strike", "Fuel prices"][: own.sum()]
    )
    assert set(after.filter(own)["named_by"]) == {BY_NAMER}
    assert after.drop("name", "named_by").equals(before.drop("name", "named_by"))
    assert notes == []
    assert {one["path"] for one in asked} == {"/v1/chat/completions"}
    assert {one["key"] for one in asked} == {"Bearer secret"}
    assert "truce" in asked[0]["messages"][0]["content"]
    assert "language fr" in asked[0]["messages"][0]["content"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("I am sorry, but I cannot name this theme without more articles to read.", "is no name"),
        ("One\nTwo", "is no name"),
        ("", "is no name"),
        (b"<html>", "not that of a chat endpoint"),
        (b'{"choices": []}', "not that of a chat endpoint"),
        (401, "answered 401"),
    ],
)
def test_what_is_no_name_leaves_the_keywords(endpoint, answer, told):
    url, answers, _ = endpoint
    answers.append(answer)
    before, after, notes = named(url)
    assert after.equals(before)
    assert len(notes) == 1
    assert told in notes[0]


def test_two_themes_never_have_one_name(endpoint):
    url, answers, _ = endpoint
    answers.append("Grain corridor")
    _, after, notes = named(url)
    assert after["name"].n_unique() == after.height
    assert (after["named_by"] == BY_NAMER).sum() == 1
    assert "name of another theme" in notes[0]


def test_an_endpoint_that_is_not_there_is_asked_once(endpoint):
    _, _, asked = endpoint
    before, after, notes = named("http://127.0.0.1:9/v1")
    assert after.equals(before)
    assert "could not be reached" in notes[0]
    assert asked == []


def test_an_address_of_another_kind_is_refused():
    with pytest.raises(ValidationError, match="url"):
        ThemesConfig(namer={"url": "file:///etc/passwd", "model": "m"})
    assert ThemesConfig().namer is None
