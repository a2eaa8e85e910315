"""Articles at an address: read as those of a folder, told in words where they cannot be, no secret kept."""

import gzip
import http.server
import json
import pickle
import shutil
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import newstance
from newstance.addresses import Address, AddressError, at_hand, is_address, place_of
from newstance.check import check_training
from newstance.config import ConfigError, config_yaml, load_config, portable_yaml
from newstance.corpus.read import lines
from newstance.corpus.read.files import ReadLog, read_files
from newstance.given import config_of
from newstance.recorder import input_fingerprints
from newstance.recorder.content import files_at_start, parameters
from shaky import SCHEME, Shaky
from small_model import a_model, allowed, small_encoder

TEXT = b"The truce in Syria began at midnight."
SECRET = "ftp://me:s3cr%2Ft@host.example/articles"
SIGNED = "https://host.example/a.csv?X-Signature=s3cr/t"


@pytest.fixture
def memory():
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield store
    store.store.clear()


def read(place, **options):
    log = ReadLog()
    return list(read_files(place, log=log, **options)), log.notes()


# Names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["articles", "C:/articles", "C://articles", "s3:/bucket", "a b://c", "://x", "simplecache::s3://b/a"],
)
def test_a_path_is_a_path(name):
    assert place_of(name) == Path(name)
    assert not is_address(name)


def test_an_address_keeps_its_slashes_and_file_is_a_path(tmp_path):
    assert str(place_of("s3://bucket//a/b.csv")) == "s3://bucket//a/b.csv"
    assert place_of("S3://bucket/a").parts == ("S3://bucket", "a")
    assert place_of("file:///a%20b/c") == place_of("file://localhost/a%20b/c") == Path("/a b/c")
    assert place_of("file:///C:/a") == Path("C:/a")
    assert place_of(tmp_path) == tmp_path
    assert place_of("https://h/a%20b.csv?x=1").name == "a b.csv"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("s3://", "expected an address such as s3://bucket/articles"),
        ("zip://*.csv::s3://bucket/a.zip", "addresses joined by :: are not read"),
        ("file://articles", "expected a third slash"),
        ("ftp://me:s3/cret@host/a", r"^ftp://…: the password before the @ has a slash; write it as %2F\.$"),
    ],
)
def test_what_is_no_address_is_told(name, words):
    with pytest.raises(ValueError, match=words):
        place_of(name)


def test_an_address_with_a_port_or_an_at_is_one():
    for url in ("sftp://host:22/a@b.csv", "hf://datasets/me/news@main/a.csv", "abfs://box@account.net/a"):
        assert str(Address(url)) == url


# The same as of a folder ---------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["a.txt", "b.html", "z.TXT", ".hidden", "README.md", "c.pdf", "x.jsonl", "ё ä.txt", "~$a.txt", "_d"]
)
FOLDERS = st.sampled_from(["", "Le Monde/", "2020/", "Daily/01/", ".git/", "__MACOSX/", "B/.x/"])
CONTENTS = st.sampled_from(
    [TEXT, b"", b'{"text": "The football team won.", "id": 1}\n{no', b"<p>The cup was won.</p>", b"\xff\xfe"]
)


@settings(max_examples=60, deadline=None)
@given(tree=st.dictionaries(st.tuples(FOLDERS, NAMES).map("".join), CONTENTS, max_size=12))
def test_a_folder_at_an_address_is_read_as_one_here(tree, tmp_path_factory):
    here = tmp_path_factory.mktemp("news")
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = ["", "/news"]
    for name, content in tree.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(content)
        store.pipe_file(f"/news/{name}", content)
    assert read(Address("memory://news")) == read(here)
    assert read(Address("memory://news/")) == read(here)


def test_several_roots_are_named_as_several_paths(memory, tmp_path):
    for name in ("a/x/1.txt", "a/y/1.txt", "a/z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(TEXT)
        memory.pipe_file(f"/box/{name}", TEXT)
    for names in (["a/x", "a/y"], ["a/z.txt", "a/x"], ["a/z.txt"], ["a"]):
        there = read([Address(f"memory://box/{name}") for name in names])
        assert there == read([tmp_path / name for name in names])
    with pytest.raises(ValueError, match="is named together with files inside it"):
        read([Address("memory://box/a"), Address("memory://box/a/z.txt")])
    both = [one.file for one in read([tmp_path / "a/z.txt", Address("memory://box/a/z.txt")])[0]]
    assert both == ["z.txt", "memory://box/a/z.txt"]


def test_a_wildcard_stands_for_what_it_matches(memory):
    for name in ("a/1.txt", "a/2.txt", "a/3.csv", "a/.h.txt", "b/1.txt", "a[1].txt"):
        memory.pipe_file(f"/box/{name}", TEXT + name.encode())

    def files(url):
        return [one.file for one in read(Address(url))[0]]

    assert files("memory://box/a/*.txt") == ["1.txt", "2.txt"]
    assert files("memory://box/?/1.txt") == ["a/1.txt", "b/1.txt"]
    assert files("memory://box/[ab]") == ["a/1.txt", "a/2.txt", "a/3.csv", "b/1.txt"]
    assert files("memory://box/a[1].txt") == ["a[1].txt"]
    with pytest.raises(FileNotFoundError, match=r"memory://box/\*.xml: there is no such file"):
        files("memory://box/*.xml")
    with pytest.raises(ValueError, match=r"\*\* is not known; give the folder"):
        files("memory://box/**/1.txt")


def test_read_corpus_takes_addresses_in_text(memory, tmp_path):
    shutil.copytree(Path(__file__).parents[1] / "data/sample/articles", tmp_path / "articles")
    memory.put(str(tmp_path / "articles"), "/box/articles", recursive=True)
    here = newstance.read_corpus(tmp_path / "articles", n_jobs=1)
    for name in ("memory://box/articles", ["memory://box/articles"], f"file://{tmp_path}/articles"):
        there = newstance.read_corpus(name, n_jobs=1)
        assert there.articles.equals(here.articles)
        assert there.rejected.equals(here.rejected)
        assert there.notes == here.notes


# What goes wrong -----------------------------------------------------------------------------------------


@pytest.fixture
def shaky(tmp_path):
    (tmp_path / "box").mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / "box" / name).write_bytes(TEXT + name.encode())
    Shaky.start(tmp_path)
    return tmp_path / "box"


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_network_that_breaks_leaves_no_article_out(shaky, number):
    Shaky.start(shaky.parent, number)
    with pytest.raises(AddressError, match=r"the connection was lost\. Check the address and"):
        read(Address(f"{SCHEME}://box"))
    assert len(read(Address(f"{SCHEME}://box"))[0]) == 3


def test_a_file_that_goes_while_others_are_read_is_told(shaky):
    found = read_files(Address(f"{SCHEME}://box"))
    first = next(found)
    (shaky / "b.txt").unlink()
    gone, last = found
    assert (first.file, gone.file, gone.reason, last.file) == ("a.txt", "b.txt", "the file is gone", "c.txt")


def test_a_copy_that_breaks_off_in_silence_is_told(shaky, monkeypatch):
    monkeypatch.setattr(Shaky, "get_file", lambda self, path, goal: Path(goal).write_bytes(b"The"))
    with pytest.raises(AddressError, match=r"a.txt: 3 of its 42 bytes came"):
        read(Address(f"{SCHEME}://box"))


def test_the_copy_is_gone_when_the_file_is_read(shaky):
    with at_hand(Address(f"{SCHEME}://box/a.txt")) as path:
        assert path.read_bytes() == TEXT + b"a.txt"
    assert not path.parent.exists()
    assert (shaky / "a.txt").exists()


def test_what_is_too_large_is_not_copied(shaky, monkeypatch):
    (shaky / "b.txt").write_bytes(b"a" * 200)
    monkeypatch.setattr(lines, "MOST_BYTES", 100)
    found, _ = read(Address(f"{SCHEME}://box"))
    assert found == read(shaky)[0]
    assert "more than 100 bytes" in found[1].reason
    assert [one for one in Shaky.done if one.startswith("get")] == ["get box/a.txt", "get box/c.txt"]
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(9, 8, 7))
    with pytest.raises(
        AddressError, match=r"has 42 bytes, and .* has room for 7. Make room there, or set TMPDIR"
    ):
        read(Address(f"{SCHEME}://box/a.txt", 42))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (PermissionError("Forbidden"), AddressError, r"no access \(Forbidden\). Give your keys"),
        (FileNotFoundError("box"), FileNotFoundError, "there is no such file, folder or bucket"),
        (RuntimeError(f"no route to {SECRET} or {SIGNED}."), AddressError, "no route to ftp://host.example"),
        (NotImplementedError(), AddressError, "could not be read: shaky:// has no way to"),
    ],
)
def test_errors_of_any_kind_are_told(shaky, monkeypatch, error, kind, words):
    def fail(self, path):
        raise error

    monkeypatch.setattr(Shaky, "info", fail)
    with pytest.raises(kind, match=words) as raised:
        read(Address(f"{SCHEME}://box"))
    assert f"{SCHEME}://box: " in str(raised.value)
    assert "s3cr" not in str(raised.value)


def test_a_package_that_is_not_there_is_named(monkeypatch):
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(AddressError, match=r"^s3://b/a: s3:// needs the package s3fs: pip install s3fs\.$"):
        read(place_of("s3://b/a"))
    with pytest.raises(AddressError, match="s4:// is no known kind of address; expected such as s3://"):
        read(place_of("s4://b/a"))


def test_a_path_that_lost_a_slash_is_explained():
    with pytest.raises(FileNotFoundError, match="A Path has lost a slash of an address; give it as a str"):
        newstance.read_corpus(Path("s3://bucket/articles"))


# A web server --------------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(b"")

    def do_GET(self):
        content = json.dumps({"text": TEXT.decode(), "url": self.path}).encode()
        self.answer(gzip.compress(content) if ".gz" in self.path else content)

    def answer(self, content):
        status = {"/gone": 404, "/closed": 403, "/ill": 500}.get(self.path.split(".")[0], 200)
        self.send_response(status)
        if ".gz" in self.path:  # as Apache says of files that are packed
            self.send_header("Content-Encoding", "gzip")
        extra = 100 if self.path.startswith("/broken") else 0
        if self.command == "GET":
            self.send_header("Content-Length", str(len(content) + extra))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_a_file_of_a_web_server_is_read(web):
    found, _ = read([Address(f"{web}/a.jsonl?signature=s3cret"), Address(f"{web}/a%20b.jsonl.gz")])
    assert [(one.file, one.text) for one in found] == [
        ("a.jsonl", TEXT.decode()),
        ("a b.jsonl.gz", TEXT.decode()),
    ]
    assert found[0].url == "/a.jsonl?signature=s3cret"  # the server was asked for it


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("gone.jsonl?k=s3cret", FileNotFoundError, "there is no such file"),
        ("closed.jsonl?k=s3cret", AddressError, "no access"),
        ("ill.jsonl?k=s3cret", AddressError, "could not be read"),
        ("broken.jsonl?k=s3cret", AddressError, "could not be read"),
        ("folder/?k=s3cret", ValueError, "A web server lists no folders"),
    ],
)
def test_what_a_web_server_refuses_is_told(web, name, kind, words):
    with pytest.raises(kind, match=words) as raised:
        read(Address(f"{web}/{name}"))
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None  # whose words have the whole address


def test_a_web_server_that_is_not_there_is_told():
    with pytest.raises(AddressError, match=r"could not be read: .*Check the address and the network"):
        read(Address("http://127.0.0.1:9/a.jsonl"))


# Configs and secrets -------------------------------------------------------------------------------------


def config_with(folder: Path, path: str, more: str = ""):
    (folder / "run.yaml").write_text(f"name: a\ncorpus: {{path: {path}}}\n{more}", "utf-8")
    return load_config(folder / "run.yaml")


def test_an_address_in_a_config_stays(tmp_path, memory):
    assert config_with(tmp_path, "s3://bucket/articles").corpus.path == Address("s3://bucket/articles")
    mixed = config_with(tmp_path, "[s3://bucket/a, here]")
    assert mixed.corpus.path == (Address("s3://bucket/a"), tmp_path / "here")
    (tmp_path / "again.yaml").write_text(config_yaml(mixed), "utf-8")
    assert load_config(tmp_path / "again.yaml") == mixed
    assert load_config(tmp_path / "run.yaml", ["corpus.path=gs://b/c"]).corpus.path == Address("gs://b/c")
    assert config_with(tmp_path, "file:///shared/a").corpus.path == Path("/shared/a")
    with pytest.raises(
        ConfigError, match=r"stance.labels: only corpus.path may be an address; copy the file"
    ):
        config_with(tmp_path, "a", "stance: {labels: s3://bucket/labels.jsonl}")
    for wrong in ("zip://a::ftp://me:s3cret@b/c", "ftp://me:s3/cret@b/c"):
        with pytest.raises(ConfigError, match=r"^corpus.path: (zip|ftp)://.*(joined by ::|slash)") as raised:
            config_with(tmp_path, f"'{wrong}'")
        assert "cret" not in str(raised.value)
    assert config_of("s3://bucket/a.yaml", {})[0].corpus.path == Address("s3://bucket/a.yaml")
    assert config_of(["s3://bucket/a", "b"], {})[0].corpus.path == (Address("s3://bucket/a"), Path("b"))
    memory.pipe_file("/box/a.txt", TEXT)
    findings = check_training(config_with(tmp_path, "memory://box"))
    assert any("memory://box: only 1 article to train on" in error for error in findings.errors)
    findings = check_training(config_with(tmp_path, "memory://bax"))
    assert any("memory://bax: there is no such file" in error for error in findings.errors)


@pytest.mark.parametrize("url", [SECRET, SIGNED])
def test_a_secret_is_used_and_never_kept(tmp_path, url):
    config = config_with(tmp_path, f"'{url}'")
    place = config.corpus.path
    assert place.url == pickle.loads(pickle.dumps(place)).url == url
    changed = newstance.TrainConfig.model_validate(config.model_dump())
    assert changed.corpus.path.url == url
    kept = [
        *(str(place), repr(place), str(place / "x"), f"{place}", place.name, repr(place.parts), repr(config)),
        *(config_yaml(config), portable_yaml(config), config.model_dump_json(), str(parameters(config))),
        *(json.dumps(files_at_start(config)), str(changed)),
    ]
    assert not [text for text in kept if "s3cr" in text or "me:s" in text or "//me" in text]
    assert portable_yaml(config).count("://") == 0


def test_the_fingerprint_of_an_address_is_that_of_its_files(tmp_path, memory):
    (tmp_path / "box/Daily").mkdir(parents=True)
    for name in ("a.txt", "Daily/b.txt"):
        (tmp_path / "box" / name).write_bytes(TEXT)
        memory.pipe_file(f"/box/{name}", TEXT)
    there = input_fingerprints(config_with(tmp_path, "memory://box"))
    assert there == input_fingerprints(config_with(tmp_path, "box"))
    memory.pipe_file("/box/Daily/b.txt", TEXT + b"!")
    assert there != input_fingerprints(config_with(tmp_path, "memory://box"))


# Nobody is asked unasked ---------------------------------------------------------------------------------


def test_a_text_and_a_model_folder_ask_nobody(tmp_path):
    from newstance.model.bundle import save_bundle
    from newstance.model.saved import load_model, to_bundle

    Shaky.start(tmp_path, breaks_at=1)
    url = f"{SCHEME}://box/a.txt"
    with allowed(small_encoder(tmp_path / "encoder")) as encoder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        texts = {"MODEL_CARD.md": f"# {url}\n", "config.yaml": f"name: made\ncorpus: {{path: {url}}}\n"}
        save_bundle(to_bundle(a_model(encoder), [url], texts), tmp_path / "model")
        model = load_model(tmp_path / "model")
        rows = model.predict(url, "sentence")
        assert rows["text"].to_list() == [url]
        assert model.predict([url, {"text": url}])["article_id"].len() == 2
        assert model.explain(url).sentences.height
    assert Shaky.done == []


def test_fsspec_is_imported_for_an_address_alone(tmp_path):
    (tmp_path / "a.txt").write_bytes(TEXT)
    code = (
        "import sys, newstance; newstance.read_corpus(sys.argv[1], n_jobs=1);"
        "from newstance.addresses import Address; Address('s3://a/b'); assert 'fsspec' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=120)
