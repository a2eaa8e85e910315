"""Faulty calls of the public functions and of the command line.

Each gives an answer or an error in words; none ends in the KeyError, IndexError or MarkupError of a bug.
"""

import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import newstance
from newstance.cli import app
from newstance.model.bundle import save_bundle
from newstance.model.saved import to_bundle
from small_model import SEEDS, a_model, allowed, small_encoder

CONFIG = "name: made\ncorpus: {path: articles}\n"
MARKUP = "Daily [/b] Times [red]"

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.binary(max_size=8),
    st.text(max_size=30).filter(lambda text: text.strip() not in ("/", "~", "..")),  # a whole disk
    st.sampled_from(
        [
            "",
            ".",
            "/none",
            "~none",
            MARKUP,
            "\0",
            "\ud800",
            "x" * 300,
            "x" * 5000,
            "a/b.csv",
            "none.yaml",
            "-",
        ]
    ),
)
NAMES = st.sampled_from(
    ["text", "Text", "body", "id", "title", "published", "date", "lang", "source", "url", MARKUP]
)
RECORD = st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=2), max_size=4)
LISTS = st.lists(SCALARS | RECORD, max_size=4)
FRAMES = st.dictionaries(
    NAMES, st.lists(st.none() | st.text(max_size=20), min_size=2, max_size=2), max_size=3
)
DATA = st.one_of(
    SCALARS,
    RECORD,
    LISTS,
    LISTS.map(iter),
    LISTS.map(tuple),
    FRAMES.map(lambda columns: pd.DataFrame(columns)),
    FRAMES.map(lambda columns: pl.DataFrame(columns, strict=False)),
    FRAMES.map(lambda columns: pl.LazyFrame(columns).select("text")),
    FRAMES.map(lambda columns: pl.DataFrame(columns).to_arrow()),
    st.lists(SCALARS, max_size=3).map(lambda items: pd.Series(items, dtype=object)),
    st.lists(st.text(max_size=9), max_size=3).map(lambda items: np.array(items, dtype=object)),
    st.sampled_from(
        [object(), len, io.StringIO("a"), {"a"}, Path(""), Path("none"), Path("\0"), Path("x" * 300)]
    ),
    st.lists(st.sampled_from([Path("none"), Path("."), "none", 5]), max_size=2),
)
OPTIONS = st.dictionaries(
    st.sampled_from(["columns", "langs", "min_words", "date_format", "clean", "n_jobs", "nothing"]),
    SCALARS,
    max_size=2,
)
LINES = st.one_of(
    st.binary(max_size=40),
    st.lists(RECORD, max_size=3).map(
        lambda rows: pl.Series([str(row) for row in rows]).str.join("\n").item().encode()
    ),
    st.sampled_from(
        [b'{"text": "%s"}\n' % MARKUP.encode(), b'{"text": ""}', b"[1]", b'{"text": [1]}', b"{" * 3000]
    ),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Path]:
    """A folder with a model, a config, and articles of an outlet whose name looks like markup."""
    folder = tmp_path_factory.mktemp("faulty")
    encoder = small_encoder(folder / "encoder")
    model = a_model(encoder)
    save_bundle(to_bundle(model, list(SEEDS.values()), {}), folder / "model")
    (folder / "run.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "articles").mkdir()
    pl.DataFrame(
        {"text": list(SEEDS.values()), "source": [MARKUP] * 2, "id": ["[/b]", "[red]"]}
    ).write_ndjson(folder / "articles" / "two.jsonl")
    with allowed(encoder):
        yield folder


@pytest.fixture(scope="module")
def model(place) -> newstance.NewsModel:
    return newstance.load_model(place / "model")


def error_of(call) -> Exception | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except (ValueError, OSError, TypeError) as error:
        return error
    return None


def ends_in_words(call) -> None:
    """``call`` may return, or raise an error that tells a person something; other exceptions pass."""
    error = error_of(call)
    assert error is None or len(str(error).split()) >= 3, repr(error)
    # Python's own are TypeErrors too; ours say what was expected.
    assert not isinstance(error, TypeError) or "expected" in str(error), repr(error)
    assert not isinstance(error, UnicodeError), repr(error)


@settings(max_examples=60)
@given(DATA, st.sampled_from(["article", "sentence"]) | SCALARS)
def test_predict(model, data, level):
    ends_in_words(lambda: model.predict(data, level))


@settings(max_examples=50)
@given(DATA, OPTIONS)
def test_read_corpus(place, data, options):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place / "articles")
        ends_in_words(lambda: newstance.read_corpus(data, **{"n_jobs": 1} | options))


@settings(max_examples=50)
@given(DATA)
def test_load_model_and_load_config(place, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        ends_in_words(lambda: newstance.load_model(data))
        ends_in_words(lambda: newstance.load_config(data))


@settings(max_examples=50)
@given(
    st.lists(
        st.text(max_size=20) | st.sampled_from(["seed=x", "themes.=1", "=", "corpus=5", "a.b.c=[", MARKUP])
    )
)
def test_load_config_with_overrides(place, overrides):
    ends_in_words(lambda: newstance.load_config(place / "run.yaml", overrides))


WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
COMMANDS = st.one_of(
    st.tuples(st.just("predict"), st.just("model"), st.just("articles") | WORD),
    st.tuples(st.just("predict"), WORD, st.just("-")),
    st.tuples(
        st.just("predict"), st.just("model"), st.just("-"), st.just("--level"), WORD | st.just("sentence")
    ),
    st.tuples(st.just("predict"), st.just("model"), st.just("-"), st.just("-o"), WORD | st.just("out.csv")),
    st.tuples(st.just("corpus"), st.just("inspect"), st.just("articles") | WORD),
    st.tuples(
        st.just("corpus"),
        st.just("inspect"),
        st.just("articles"),
        st.just("--article"),
        WORD | st.just("[/b]"),
    ),
    st.tuples(st.just("corpus"), st.just("inspect"), st.just("articles"), st.just("--reason"), WORD),
    st.tuples(st.just("config"), st.just("show"), st.just("run.yaml") | WORD, WORD),
    st.tuples(st.just("themes"), st.just("drop"), st.just("model"), WORD, st.just("-o"), st.just("edited")),
    st.tuples(st.just("themes"), st.just("merge"), st.just("model"), WORD, WORD),
    st.tuples(
        *map(st.just, ("themes", "rename", "model", "0")),
        WORD | st.just(MARKUP),
        *map(st.just, ("-o", "edited")),
    ),
    st.tuples(*map(st.just, ("themes", "add", "model", "-o", "edited", "--name")), WORD),
    st.tuples(st.just("train"), WORD),
    st.tuples(st.just("encoder"), st.just("evaluate"), WORD, st.just("--data"), WORD),
    st.lists(WORD, max_size=3).map(tuple),
)


@settings(max_examples=80)
@given(COMMANDS, LINES)
def test_commands(place, command, stdin):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        result = CliRunner().invoke(app, list(command), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (0, 1, 2)
    assert "Traceback" not in result.output
    if result.exit_code:
        assert result.output.strip()
