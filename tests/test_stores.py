"""Where runs are kept is taken as what it is: a folder, a SQLite file, a server; all else is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.stores import checked_store, database_of, resolve_store, tracking_uri

HERE = Path("/somewhere/configs")


@pytest.mark.parametrize(
    ("written", "store"),
    [
        ("runs", HERE / "runs"),
        ("../runs", Path("/somewhere/runs")),
        ("/runs", Path("/runs")),
        ("~/runs", Path.home() / "runs"),
        ("runs:old", HERE / "runs:old"),
        ("file:///runs", Path("/runs")),
        ("file:/runs", Path("/runs")),
        ("file:runs", HERE / "runs"),
        ("file://localhost/runs", Path("/runs")),
        ("file:///my%20runs#1", Path("/my runs#1")),
        ("sqlite:///runs.db", "sqlite:////somewhere/configs/runs.db"),
        ("sqlite:////runs.db", "sqlite:////runs.db"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://runs.example/mlflow/", "https://runs.example/mlflow"),
    ],
)
def test_each_kind_is_what_it_is(written, store):
    resolved = resolve_store(written, HERE)
    assert checked_store(resolved) == store
    assert resolve_store(resolved, Path("/elsewhere")) == resolved


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "is empty; expected a folder"),
        ("s3://bucket/runs", "kind s3: are not supported; expected a folder, file:///"),
        ("postgresql://db/runs", "kind postgresql: are not supported"),
        ("file://host/runs", "a third slash and a folder"),
        ("sqlite://runs.db", "three slashes and a file"),
        ("sqlite:///", "three slashes and a file"),
        ("sqlite:///:memory:", "gone after the training"),
        ("http://", "names no server"),
        ("http:/127.0.0.1:5000", "names no server"),
        ("http://host:99999", "no address of a server"),
        ("localhost:5000", "did you mean http://localhost:5000"),
        ("https://me:secret@host", "MLFLOW_TRACKING_PASSWORD"),
        ("runs?", "Take another"),
    ],
)
def test_other_kinds_are_refused_with_words(written, told):
    with pytest.raises(ValueError, match=told):
        checked_store(resolve_store(written, HERE))


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.text(":/ahtpfilesq?%~.")
)
def test_any_text_is_a_store_or_told(written):
    try:
        store = checked_store(resolve_store(written, HERE))
    except ValueError:
        return
    assert tracking_uri(store).startswith(("sqlite:////", "http://", "https://", "HTTP"))
    assert checked_store(store) == store


def test_where_the_database_lies():
    assert database_of(Path("/runs")) == Path("/runs/mlflow.db")
    assert database_of("sqlite:////runs/all.db") == Path("/runs/all.db")
    assert database_of("http://host") is None
