"""The page in a browser, its network cut: every control is used, the state survives a reload, and nothing
that articles bring runs.

A script in a copy of the page uses it as a reader would and writes what it saw into the title; Debian's
chromium prints the page. Where there is no chromium, these tests are skipped.
"""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import polars as pl
import pytest

from found import sample_results
from newstance.report import render
from newstance.results import Results

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium to open the page with")
SEEN = re.compile(r"<title>(.*?)</title>", re.DOTALL)
COUNTS = """
  const all = (mask) => mask.reduce((n, one) => n + one, 0);
  const left = () => [all(view.articles()), all(view.sentences())];
"""


@pytest.fixture(scope="module")
def results() -> Results:
    return sample_results()


@pytest.fixture(scope="module")
def html(results: Results) -> str:
    return render(results)


def seen(html: str, script: str, tmp_path: Path, address: str = "") -> dict:
    """What ``script``, the body of a function, gives in the open page, which has no error and no request."""
    harness = f"""<script>
    const errors = [];
    addEventListener("error", (event) => errors.push(event.message));
    addEventListener("securitypolicyviolation", (event) => errors.push(event.blockedURI));
    addEventListener("DOMContentLoaded", () => {{
      {COUNTS}
      let found = null;
      try {{ found = (function () {{ {script} }})(); }} catch (error) {{ errors.push(String(error)); }}
      const requests = performance.getEntriesByType("resource").length;
      setTimeout(() => (document.title = JSON.stringify({{ found, errors, requests }})), 500);
    }});
    </script>"""
    page = tmp_path / "page.html"
    page.write_text(html.replace("<style>", f"{harness}<style>", 1), "utf-8")
    done = subprocess.run(
        [
            str(CHROMIUM),
            *("--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--virtual-time-budget=4000"),
            *("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}"),
            f"{page.as_uri()}{address}",
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    title = SEEN.search(done.stdout)
    assert title, done.stderr[-2000:]
    found = json.loads(unescape(title[1]))
    assert found["errors"] == []
    assert found["requests"] == 0
    return found["found"]


def test_each_number_leads_to_as_many_sentences(html, tmp_path):
    found = seen(
        html,
        """
        const wrong = [];
        let n = 0;
        for (const link of document.querySelectorAll('a[href^="#evidence?"]')) {
          const told = (link.querySelector("title, .whole") || link);
          const number = /([\\d,]+) sentence/.exec(told.title || told.textContent);
          if (!number) continue;
          n += 1;
          view.clear();
          link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
          const n_left = left()[1];
          if (n_left !== Number(number[1].replace(",", ""))) wrong.push([link.hash, number[0], n_left]);
        }
        return { n, wrong, quotes: document.querySelectorAll("#quotes blockquote").length };
        """,
        tmp_path,
    )
    assert found["wrong"] == []
    assert found["n"] > 100
    assert found["quotes"] > 0


def test_filtered_sentences_are_those_of_the_results(results, html, tmp_path):
    wants = [
        {"source": "Harbor Chronicle"},
        {"target": "Russia", "stance": "against"},
        {"lang": "uk", "target": "Ukraine"},
        {"theme": 0},
        {"source": "The Meridian Post", "target": "United States", "theme": 3},
    ]
    script = f"""
      return {json.dumps(wants)}.map(function (want) {{
        view.clear();
        view.set(Object.fromEntries(Object.entries(want).map(([key, value]) => [key, String(value)])));
        return left()[1];
      }});
    """
    expected = [results.evidence(**want).height for want in wants]
    assert seen(html, script, tmp_path) == expected
    assert min(expected[:4]) > 0


def test_every_control_can_be_used(html, tmp_path):
    found = seen(
        html,
        """
        const form = document.getElementById("filter");
        function use(field, value) {
          field.value = value;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }
        const steps = {};
        for (const field of form.querySelectorAll("select")) {
          use(field, field.options[1].value);
          steps[field.name] = [left()[1], view.filter[field.name] === field.value];
          form.querySelector("#clear").click();
        }
        for (const [name, value] of [["from", "2017-01-01"], ["to", "2016-12-31"], ["words", "ceasefire"]]) {
          use(form.elements[name], value);
          steps[name] = [left()[1], location.hash.includes(`${name}=`)];
          form.querySelector("#clear").click();
        }
        const saved = [];
        csv.save = (name, columns, rows) => saved.push([name, columns.length, rows.length]);
        document.querySelectorAll("details").forEach((one) => (one.open = true));
        const buttons = Array.from(document.querySelectorAll("button"));
        buttons.filter((one) => one.checkVisibility()).forEach((one) => one.click());
        const quotes = document.querySelectorAll("#quotes blockquote").length;
        return { steps, whole: left(), saved, quotes };
        """,
        tmp_path,
    )
    assert len(found["steps"]) == 8
    for name, (n, kept) in found["steps"].items():
        assert kept, name
        assert 0 < n < found["whole"][1], name
    names = [name for name, *_ in found["saved"]]
    assert len(names) == len(set(names)) > 10
    assert {"sentences", "articles", "stance_by_outlet", "themes_over_time"} <= set(names)
    assert [one for one in found["saved"] if one[1] < 2 or one[2] < 1] == []
    assert found["quotes"] == 40


def test_the_state_survives_a_reload_and_moves_with_the_address(html, tmp_path):
    address = "#stance?target=Russia&lang=ru"
    script = """
      const chosen = document.querySelector('[name="lang"]').value;
      const first = [view.filter.target, view.filter.lang, chosen, ...left()];
      const cells = Array.from(document.querySelectorAll("#by-outlet .counted:not([hidden])"));
      const counted = cells.map((one) => one.textContent).filter((one) => one !== "0");
      const said = document.querySelector('#stance [data-says="filter.counted"]').hidden;
      view.go("themes");
      return { first, hash: location.hash, counted, said };
    """
    found = seen(html, script, tmp_path, address)
    assert found["first"][:3] == ["Russia", "ru", "ru"]
    assert found["hash"] == "#themes?target=Russia&lang=ru"
    assert found["counted"]
    assert all(re.fullmatch(r"\d+ for, \d+ against, \d+ neither", one) for one in found["counted"])
    assert found["said"] is False
    again = seen(html, script, tmp_path, found["hash"])
    assert again["first"] == found["first"]


EVIL = "<img src=x onerror=\"document.title='bad'\"></script><script>errors.push('ran')</script>"


def test_texts_with_markup_change_nothing(results, tmp_path):
    corpus = results.corpus
    texts = corpus.sentences.with_columns(text=pl.lit(EVIL) + pl.col("text"))
    named = corpus.articles.with_columns(
        source=pl.lit(EVIL), title=pl.lit(EVIL), url=pl.lit("javascript:alert(1)")
    )
    bad = replace(
        results,
        corpus=replace(corpus, sentences=texts, articles=named),
        themes=results.themes.with_columns(name=pl.lit(EVIL)),
        stances=results.stances.with_columns(target=pl.lit(EVIL)),
    )
    found = seen(
        render(bad),
        """
        document.querySelectorAll("details").forEach((one) => (one.open = true));
        const saved = [];
        csv.save = (name, columns, rows) => saved.push(...rows.flat().map(csv.cell));
        document.querySelectorAll("button").forEach((one) => one.click());
        return {
          images: document.images.length,
          links: Array.from(document.links).filter((one) => one.protocol === "javascript:").length,
          quote: document.querySelector("#quotes p").textContent,
        };
        """,
        tmp_path,
    )
    assert found["images"] == found["links"] == 0
    assert found["quote"].startswith(EVIL)


def test_cells_that_a_spreadsheet_would_run_are_text(html, tmp_path):
    values = ["=1+1", "+1", "-1", "@a", "'=1", "\t=1", 'say "no"', "plain", -0.5, None]
    assert seen(html, f"return {json.dumps(values)}.map(csv.cell);", tmp_path) == [
        *('"\'=1+1"', '"\'+1"', '"\'-1"', '"\'@a"', "\"''=1\"", '"\'\t=1"'),
        *('"say ""no"""', '"plain"', '"-0.5"', '""'),
    ]


def test_mentions_are_marked_by_code_points(results, tmp_path):
    corpus = results.corpus
    texts = corpus.sentences.with_columns(text=pl.lit("😀😀 ") + pl.col("text"))
    moved = results.stances.with_columns(pl.col("start", "end") + 3)
    html = render(replace(results, corpus=replace(corpus, sentences=texts), stances=moved))
    script = 'return Array.from(document.querySelectorAll("#quotes mark")).map((one) => one.textContent);'
    mentions = set(results.stances["mention_text"])
    marked = seen(html, script, tmp_path)
    assert len(marked) == 20
    assert set(marked) <= mentions
