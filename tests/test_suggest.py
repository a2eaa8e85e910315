"""Shipped targets: their names find what they should, and a corpus tells which of them it names."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from newstance.cli import app
from newstance.config import read_yaml
from newstance.corpus import corpus_from_table
from newstance.corpus.clean.rules import LANGS, OTHER_LANGS
from newstance.scripts import folded
from newstance.stance.mentions import TargetNames, mention_pattern
from newstance.suggest import ShippedTarget, codebook_yaml, shipped_targets, suggest_targets
from newstance.suggest.capitals import names_in
from newstance.suggest.search import TargetSearch
from newstance.themes.codebook import Codebook, Target

GOLD = yaml.safe_load((Path(__file__).parent / "data/targets.yaml").read_text("utf-8"))
NAMED, TRAPS = GOLD["named"], GOLD["traps"]
TEXTS = [text for _, text in NAMED] + TRAPS


@pytest.fixture(scope="module")
def search() -> TargetSearch:
    return TargetSearch(shipped_targets(), TEXTS)


def names_of(search: TargetSearch, text: str) -> list[str]:
    return sorted(search.find(folded(text).text))


@pytest.mark.parametrize(("target", "text"), NAMED)
def test_a_sentence_names_its_target_and_no_other(search: TargetSearch, target: str, text: str) -> None:
    assert names_of(search, text) == [target]


@pytest.mark.parametrize("text", TRAPS)
def test_a_word_written_like_a_name_names_nothing(search: TargetSearch, text: str) -> None:
    assert names_of(search, text) == []


def test_every_target_has_two_sentences() -> None:
    targets = [target for target, _ in NAMED]
    assert {one.name for one in shipped_targets()} == set(targets)
    assert all(targets.count(one.name) >= 2 for one in shipped_targets())


def test_names_compile_and_are_of_languages_the_cleaner_knows() -> None:
    for target in shipped_targets():
        assert set(target.mentions) | set(target.exclude) <= {*LANGS, *OTHER_LANGS}
        Target(name=target.name, mentions=list(target.all_mentions), exclude=list(target.all_exclude))
        for phrase in (*target.all_mentions, *target.all_exclude):
            mention_pattern(phrase)


def test_a_target_stands_under_most_languages() -> None:
    """A language may add no name of its own: "Hamas" is written so in German too."""
    for target in shipped_targets():
        assert len(target.mentions) >= 4, target.name


def test_no_name_belongs_to_two_targets() -> None:
    """Each name, its stars left out, is found by its own target alone."""
    owner = {one: target.name for target in shipped_targets() for one in target.all_mentions}
    assert len(owner) == sum(len(target.all_mentions) for target in shipped_targets())
    plain = {mention.replace("*", ""): name for mention, name in owner.items()}
    search = TargetSearch(shipped_targets(), plain)
    wrong = {text: names_of(search, text) for text, name in plain.items() if names_of(search, text) != [name]}
    assert wrong == {}


WORDS = st.sampled_from(
    ["Русь", "Russia", "russian", "US", "us", "中国人", "*", "بروسيا", "EU", "Polen", "el"]
)


@given(st.lists(st.lists(WORDS, max_size=5).map(" ".join), max_size=5))
def test_search_finds_what_target_names_find(texts: list[str]) -> None:
    targets = [
        ShippedTarget("R", "", {"en": ("Russia*", "Рус*", "*روسيا", "中国")}, {"en": ("russian us",)}),
        ShippedTarget("U", "", {"en": ("US", "EU *", "el Pol*n", "* us")}, {}),
    ]
    search = TargetSearch(targets, texts)
    for text in texts:
        wanted = {one.name: TargetNames(one.all_mentions, one.all_exclude).spans(text) for one in targets}
        assert search.find(text) == {name: spans for name, spans in wanted.items() if spans}


@pytest.mark.parametrize(
    ("lang", "text", "names"),
    [
        ("en", "Yesterday the envoy met Anna Lind and went to Oslo.", ["Anna Lind", "Oslo"]),
        ("en", "Bread is dear. “Prices rose”, said Ada, in May.", ["Ada"]),
        ("de", "Der Minister sah den Vertrag mit Anna Lind am Montag.", ["Anna Lind"]),
        ("ru", "Вчера посол встретил Анну Линд в Осло.", ["Анну Линд", "Осло"]),
    ],
)
def test_names_stand_inside_sentences(lang: str, text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in names_in(text, lang)] == names


def a_corpus(articles: list[tuple[str, str]]):
    rows = [{"text": text, "source": source, "lang": "en"} for source, text in articles]
    return corpus_from_table(rows, duplicates=False)


ARTICLES = [
    ("Owl", "The minister left Poland at noon. Nobody saw Anna Lind in the hall of the old station."),
    ("Owl", "A ferry sank near the harbour. In the end Poland paid, as Anna Lind had promised them."),
    ("Fox", "The price of bread rose in Poland again this week, and the mills stood still for days."),
    ("Fox", "A storm broke the bridge in the valley, and the mayor said that he knew nothing of it."),
]


def test_a_suggestion_counts_articles_outlets_and_languages() -> None:
    suggestion = suggest_targets(a_corpus(ARTICLES))
    assert suggestion.n_articles == 4
    (poland,) = suggestion.targets
    assert (poland.name, poland.n_articles, poland.n_outlets, poland.langs) == ("Poland", 3, 2, {"en": 3})
    assert "Poland" in poland.mentions
    assert "Польша" not in poland.mentions
    (lind,) = suggestion.candidates
    assert (lind.name, lind.mentions, lind.n_articles, lind.n_outlets) == ("Anna Lind", ("Anna Lind",), 2, 1)


def test_a_reprint_counts_for_its_outlet_alone() -> None:
    corpus = corpus_from_table(
        [
            {"text": text, "source": source, "lang": "en"}
            for source, text in [*ARTICLES, ("Elk", ARTICLES[0][1])]
        ]
    )
    (poland,) = suggest_targets(corpus).targets
    assert (poland.n_articles, poland.n_outlets) == (3, 3)


def test_most_bounds_targets_and_candidates() -> None:
    more = [*ARTICLES, ("Elk", "Both Poland and Sweden sent boats to help with the rescue on the cold lake.")]
    assert [one.name for one in suggest_targets(a_corpus(more), most=1).targets] == ["Poland"]


def test_the_codebook_is_one_that_a_training_takes(tmp_path: Path) -> None:
    suggestion = suggest_targets(a_corpus(ARTICLES))
    text = codebook_yaml(suggestion)
    path = tmp_path / "codebook.yaml"
    path.write_text(text, "utf-8")
    (target,) = Codebook.model_validate(read_yaml(path)).targets
    assert (target.name, target.mentions) == ("Poland", list(suggestion.targets[0].mentions))
    assert target.exclude == list(suggestion.targets[0].exclude)
    assert "# 3 articles, 2 outlets: en 3" in text
    head, _, tail = text.partition("add their other forms.\n")
    path.write_text(head + "".join(line.removeprefix("# ") + "\n" for line in tail.splitlines()), "utf-8")
    both = Codebook.model_validate(read_yaml(path)).targets
    assert [one.name for one in both] == ["Poland", "Anna Lind"]


def test_every_shipped_target_survives_the_codebook(tmp_path: Path) -> None:
    from newstance.suggest import NameCount, Suggestion

    counts = tuple(
        NameCount(one.name, one.description, one.all_mentions, one.all_exclude, 1, 1, {"en": 1})
        for one in shipped_targets()
    )
    path = tmp_path / "codebook.yaml"
    path.write_text(codebook_yaml(Suggestion(1, 1, counts, ())), "utf-8")
    read = Codebook.model_validate(yaml.load(path.read_text("utf-8"), Loader=yaml.CBaseLoader)).targets
    assert [(one.name, one.description, tuple(one.mentions), tuple(one.exclude)) for one in read] == [
        (one.name, one.description, one.mentions, one.exclude) for one in counts
    ]


def invoke(*arguments: object):
    return CliRunner().invoke(app, ["codebook", "suggest", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, (_, text) in enumerate(ARTICLES):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def test_the_command_shows_and_writes(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "codebook.yaml"
    result = invoke(folder, "-o", out)
    assert result.exit_code == 0, result.output
    assert "Poland" in result.stdout
    assert "Anna Lind" in result.stdout
    assert Codebook.model_validate(read_yaml(out)).targets[0].name == "Poland"
    again = invoke(folder, "-o", out)
    assert again.exit_code == 1
    assert "there already" in again.stderr


@pytest.mark.parametrize(
    ("articles", "out", "said"),
    [
        ("none", None, "none"),
        ("articles", "codebook.txt", "expected .yaml"),
        ("articles", "missing/codebook.yaml", "there is no folder"),
    ],
)
def test_what_cannot_be_done_is_told(folder: Path, articles: str, out: str | None, said: str) -> None:
    result = invoke(folder.parent / articles, *([] if out is None else ["-o", folder.parent / out]))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ") or "\nerror: " in result.stderr
    assert said in result.stderr


def test_articles_that_name_no_target_are_told() -> None:
    with pytest.raises(ValueError, match=r"none of the .* shipped targets is named"):
        suggest_targets(a_corpus([ARTICLES[3]]))
