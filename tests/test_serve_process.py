"""The server as a process: it starts, streams, takes over a model, and stops when it is told."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newstance.model.saved import load_model
from small_model import a_model, allowed, small_encoder

SECONDS = 120
TOKEN = "a-token-of-this-test"
TEXT = "Russia broke the truce in Syria. The team won the cup."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("serve")
    with allowed(small_encoder(place / "encoder")) as encoder:
        a_model(encoder).save(place / "model")
        yield place / "model"


class Served:
    """A running server: its process, its port, and the lines that it says."""

    def __init__(self, folder: Path, *options: str, **env: str):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "newstance", "serve", str(folder), "--port", "0", *options],
            env={**os.environ, **env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = [self.line()]
        found = re.search(r"at http://127\.0\.0\.1:(\d+);", self.said[0])
        assert found, self.said
        self.port = int(found[1])

    def line(self) -> str:
        assert self.process.stderr
        return self.process.stderr.readline()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
        connection = self.connection()
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"content-type": "application/json", **headers})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        return answer.status, found

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code, and what it said last."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said


@contextmanager
def serving(folder: Path, *options: str, **env: str) -> Iterator[Served]:
    served = Served(folder, *options, **env)
    guard = threading.Timer(2 * SECONDS, served.process.kill)  # readline has no time limit
    guard.start()
    try:
        yield served
    finally:
        guard.cancel()
        served.process.kill()
        served.process.wait(SECONDS)
        served.process.stderr.close()


def test_it_starts_answers_takes_over_a_model_and_stops(folder, tmp_path):
    mine = tmp_path / "model"
    model = load_model(folder)
    model.save(mine)
    with serving(mine) as served:
        status, answer = served.ask("POST", "/predict", {"text": "The truce in Syria."})
        assert (status, answer["rows"][0]["theme"]) == (200, "truce")
        model.rename("truce", "ceasefire").save(mine)
        served.process.send_signal(signal.SIGHUP)
        assert "took over the model made" in served.line()
        assert (
            served.ask("POST", "/predict", {"text": "The truce in Syria."})[1]["rows"][0]["theme"]
            == "ceasefire"
        )
        (mine / "manifest.json").write_text("{}", "utf-8")
        served.process.send_signal(signal.SIGHUP)
        assert "still served" in served.line()
        assert served.ask("GET", "/health")[0] == 200
        assert served.stop(signal.SIGINT) == (0, "")


def test_what_was_asked_before_a_stop_is_answered(folder):
    with serving(folder) as served:
        connection = served.connection()
        body = json.dumps({"articles": [f"{TEXT} It was day {day}." for day in range(200)]}).encode()
        connection.putrequest("POST", "/predict")
        connection.putheader("content-type", "application/json")
        connection.putheader("content-length", str(len(body)))
        connection.endheaders()
        connection.send(body[:-1])
        assert served.ask("GET", "/health")[0] == 200
        connection.send(body[-1:])
        while "newstance_articles_total 200" not in metrics(served):
            pass
        served.process.send_signal(signal.SIGTERM)
        assert len(json.loads(connection.getresponse().read())["rows"]) == 200
        assert served.stop()[0] == 0


def metrics(served: Served) -> str:
    connection = served.connection()
    connection.request("GET", "/metrics")
    found = connection.getresponse().read().decode()
    connection.close()
    return found


def test_a_stream_is_answered_while_it_is_sent(folder):
    with serving(folder) as served:
        connection = served.connection()
        connection.putrequest("POST", "/predict/stream?level=sentence")
        connection.putheader("content-type", "application/x-ndjson")
        connection.putheader("transfer-encoding", "chunked")
        connection.endheaders()
        answer = None
        for number in range(1, 4):
            line = json.dumps({"text": f"The truce began. It was day {number}."}).encode() + b"\n"
            connection.send(b"%x\r\n%b\r\n" % (len(line), line))
            answer = answer or connection.getresponse()
            found = json.loads(answer.readline())
            assert (found["line"], len(found["rows"])) == (number, 2)
        connection.send(b"0\r\n\r\n")
        assert answer.read() == b""
        assert served.stop()[0] == 0


def test_a_slow_body_is_given_up(folder):
    with serving(folder, "--max-seconds", "0.5") as served:
        with socket.create_connection(("127.0.0.1", served.port), SECONDS) as slow:
            head = "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            slow.sendall(f'{head}content-length: 100\r\n\r\n{{"text"'.encode())
            assert slow.recv(20).startswith(b"HTTP/1.1 408")
        assert served.ask("GET", "/health")[0] == 200
        assert served.stop()[0] == 0


def test_a_token_stays_out_of_what_it_says(folder):
    with serving(folder, NEWSTANCE_TOKEN=TOKEN) as served:
        assert served.ask("GET", "/themes")[0] == 401
        assert served.ask("GET", "/themes", authorization=f"Bearer {TOKEN}")[0] == 200
        assert served.ask("POST", "/reload", authorization=f"Bearer {TOKEN}")[0] == 200
        code, said = served.stop()
    assert code == 0
    assert TOKEN not in "".join([*served.said, said])


def test_what_cannot_be_served_is_told(folder, tmp_path):
    def refused(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "newstance", "serve", *arguments],
            env={key: value for key, value in os.environ.items() if key != "NEWSTANCE_TOKEN"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    assert "no token is set" in refused(str(folder), "--host", "0.0.0.0")
    assert "is no newstance model" in refused(str(tmp_path), "--port", "0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "Choose another port" in refused(str(folder), "--port", str(taken.getsockname()[1]))
