"""`newstance corpus inspect` on the sample corpus, as a person calls it."""

import io
import json
import re
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from newstance.cli import app
from newstance.corpus import read_corpus
from newstance.terminal.corpus import show_article, text_as_read

SAMPLE = Path(__file__).parent.parent / "data" / "sample" / "articles"


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(SAMPLE, n_jobs=1)


def inspect(*arguments: object, source: Path = SAMPLE, exit_code: int = 0) -> str:
    ran = CliRunner().invoke(app, ["corpus", "inspect", str(source), *map(str, arguments)])
    assert ran.exit_code == exit_code, ran.output
    return ran.stdout if exit_code == 0 else ran.stderr


def marked(out: str) -> list[tuple[str, str]]:
    """Reason and text of the marked spans."""
    return re.findall(r"\[-([\w-]+): (.*?)-\]", out, re.DOTALL)


def removed_of(corpus, article_id: str) -> list[tuple[str, str]]:
    rows = corpus.removed.filter(corpus.removed["article_id"] == article_id).sort("start")
    return list(rows.select("reason", "text").iter_rows())


def write(folder: Path, *records: dict) -> Path:
    path = folder / "some.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_counts_of_the_corpus(corpus):
    out = inspect()
    assert f"{len(corpus)} articles, {corpus.sentences.height:,} sentences, 6 languages" in out
    assert f"{corpus.copies.height} reprints, {corpus.removed.height} spans removed, 0 left out" in out
    for reason, count in corpus.removed["reason"].value_counts().iter_rows():
        assert re.search(rf"^{reason} +{count} +\d", out, re.MULTILINE), reason
    assert re.search(rf"near +{corpus.copies.height} ", out)


def test_every_article_is_shown_as_read_with_all_its_removals(corpus):
    for article_id in sorted({*corpus.removed["article_id"], "ru-001"}):
        console = Console(record=True, width=200, file=io.StringIO())
        show_article(corpus, SAMPLE, article_id, None, console)
        out = console.export_text()
        text = text_as_read(SAMPLE, article_id)
        assert marked(out) == removed_of(corpus, article_id)
        assert re.sub(r"\[-[\w-]+: (.*?)-\]", r"\1", out, flags=re.DOTALL).count(text.strip()) == 1


def test_an_article_by_the_command(corpus):
    article_id = corpus.removed["article_id"][0]
    out = inspect("--article", article_id)
    assert out.startswith(f"{article_id}\n")
    assert marked(out) == removed_of(corpus, article_id)
    sentences = corpus.sentences.filter(corpus.sentences["article_id"] == article_id)
    for number, lang, text in sentences.select("sentence", "lang", "text").iter_rows():
        assert f"{number:>4} {lang:<7} {text}\n" in out


def test_a_page_is_shown_as_extracted(corpus):
    article_id = next(one for one in corpus.articles["article_id"] if one.endswith(".html"))
    out = inspect("--article", article_id)
    assert "<p" not in out
    assert corpus.sentences.filter(corpus.sentences["article_id"] == article_id)["text"][0] in out


def test_each_article_of_a_page_is_shown_by_its_own_id(tmp_path):
    texts = {
        "a.html#1": "The ferry sails again on Sunday, the port said. Passengers had waited for eleven days, "
        "and some had slept on the pier in the cold of the first week of the year.",
        "a.html#2": "A fire at the old mill was put out before dawn. Nobody slept in the house, and the "
        "flour was saved by neighbours, who carried the sacks to the school of the village.",
    }
    parts = "".join(f"<article><h2>{key}</h2><p>{text}</p></article>" for key, text in texts.items())
    (tmp_path / "a.html").write_text(f"<html><body><main>{parts}</main></body></html>")
    for article_id, text in texts.items():
        assert text in text_as_read(tmp_path, article_id)
        assert text[:20] in inspect("--article", article_id, source=tmp_path)
    with pytest.raises(ValueError, match="no longer holds it"):
        text_as_read(tmp_path, "a.html")


def test_a_reprint_and_its_original_name_each_other(corpus):
    copy, original, similarity, kind = corpus.copies.row(0)
    assert f"repeats {original}: {kind}, similarity {similarity:.2f}\n" in inspect("--article", copy)
    assert f"repeated by {copy}: {kind}, similarity {similarity:.2f}\n" in inspect("--article", original)


def test_a_reason_alone_lists_its_spans(corpus):
    datelines = corpus.removed.filter(corpus.removed["reason"] == "dateline")
    out = inspect("--reason", "dateline", "--limit", 2)
    assert [one in out for one in datelines["article_id"][:3]] == [True, True, False]
    assert f"and {datelines.height - 2} more" in out


def test_a_reason_marks_only_its_spans(corpus):
    several = (
        corpus.removed.group_by("article_id").n_unique().filter(pl.col("reason") > 1)["article_id"].sort()
    )
    article_id, reason = several[0], removed_of(corpus, several[0])[0][0]
    out = inspect("--article", article_id, "--reason", reason)
    assert {found for found, _ in marked(out)} == {reason}
    for other, text in removed_of(corpus, article_id):
        assert text in out, other


def test_colours_on_a_terminal_alone(corpus):
    article_id = corpus.removed["article_id"][0]
    reason, text = removed_of(corpus, article_id)[0]
    console = Console(record=True, width=500, force_terminal=True, file=io.StringIO())
    show_article(corpus, SAMPLE, article_id, None, console)
    out = console.export_text(styles=True)
    assert f"\x1b[9;31m{text}\x1b[0m\x1b[2;3m {reason} \x1b[0m" in out
    assert "\x1b" not in inspect("--article", article_id)


def test_signs_that_steer_a_terminal_are_shown(tmp_path):
    text = "A storm came \x1b[2Jover the hills on Monday.\x9b31m The bridge held, the mayor said."
    path = write(tmp_path, {"id": "a", "text": text})
    out = inspect("--article", "a", source=path)
    assert "\x1b" not in out
    assert "\x9b" not in out
    assert "came ␛[2Jover" in out


def test_what_was_left_out_is_told(tmp_path):
    path = write(tmp_path, {"id": "a", "text": "A storm came over the hills."}, {"id": "b", "text": ""})
    out = inspect(source=path)
    assert "1 left out" in out
    assert "the text is empty" in out
    assert "'b'; it may be among those left out" in inspect("--article", "b", source=path, exit_code=1)


def test_mistakes_are_told_in_one_line(tmp_path):
    assert "did you mean ru-036" in inspect("--article", "ru-36", exit_code=1)
    assert "the reasons here: byline, caption" in inspect("--reason", "dust", exit_code=1)
    assert "does not exist" in inspect(source=tmp_path / "none", exit_code=1)


def test_a_file_that_changed_meanwhile_is_refused(tmp_path):
    path = write(tmp_path, {"id": "a", "text": "MOSCOW, Feb 24 (Reuters) — Two cosmonauts repaired a pump."})
    before = read_corpus(path)
    assert before.removed.height == 1
    write(tmp_path, {"id": "a", "text": "Two cosmonauts repaired a pump on Monday."})
    with pytest.raises(ValueError, match="has changed"):
        show_article(before, path, "a", None)
    write(tmp_path, {"id": "b", "text": "Two cosmonauts."})
    with pytest.raises(ValueError, match="no longer holds it"):
        show_article(before, path, "a", None)
