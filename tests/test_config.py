"""Configs: YAML 1.2, every fault at once, paths against the file, and the same again when reread."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from newstance.config import ConfigError, TrainConfig, config_schema, config_yaml, load_config, portable_yaml
from newstance.themes.codebook import Codebook

ROOT = Path(__file__).parents[1]
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
CODEBOOKS = sorted((ROOT / "configs" / "codebooks").glob("*.yaml"))
BOOK = """\
themes:
  - {name: перемирие, description: тишина, examples: ["هدنة في حلب"]}
targets:
  - {name: Russia, mentions: [Russia*, "*روسيا"]}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a config to a folder that is not the working directory."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    folder = tmp_path / "configs"
    folder.mkdir()

    def write_(text: str, name: str = "run.yaml") -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return write_


def faults(path: Path, overrides: list[str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return str(caught.value)


def test_yaml_1_2_keeps_no_a_language(write):
    config = load_config(write("name: a\ncorpus: {path: x, langs: [no, en, uk]}\n"))
    assert config.corpus.langs == ("no", "en", "uk")


def test_yaml_1_2_keeps_words_words(write):
    config = load_config(write("name: on\ncorpus: {path: x, columns: {text: yes, title: off}}\n"))
    assert config.name == "on"
    assert config.corpus.columns == {"text": "yes", "title": "off"}


def test_defaults_are_filled_in(write):
    config = load_config(write("name: a\ncorpus: {path: x}\n"))
    assert config == TrainConfig(name="a", corpus={"path": config.corpus.path})
    assert (config.seed, config.encoder.model, config.encoder.cache) == (0, "shipped", None)
    assert config.codebook == Codebook()


def test_all_faults_come_at_once_with_what_was_meant(write):
    text = faults(
        write(
            """\
nam: a
corpus: {path: 3, lang: [no], min_words: 0, date_format: "%d%", columns: {txt: body}}
themes: {min_clustr_size: 5, unit: page, min_samples: many}
codebook:
  themes: [{nme: a}]
  targets: [{name: b}]
stance: 3
zzz: 1
"""
        )
    )
    lines = text.splitlines()
    assert lines[0].endswith("run.yaml: 15 faults")
    assert len(lines) == 16
    for expected in (
        "name: is missing, and has no default.",
        "nam: there is no such key. Did you mean 'name'?",
        "corpus.lang: there is no such key. Did you mean 'langs'?",
        "corpus.path: got '3'; expected a path.",
        "corpus.min_words: got '0'; input should be greater than or equal to 1.",
        "corpus.date_format: got '%d%'; not a strptime format of a date; expected such as '%d/%m/%Y'.",
        "themes.min_clustr_size: there is no such key. Did you mean 'min_cluster_size'?",
        "codebook.themes.0.nme: there is no such key. Did you mean 'name'?",
        "codebook.targets.0: got \"{'name': 'b'}\"; the target 'b' has neither mentions nor examples, so no "
        "sentence could be about it; give names and words, or sentences that speak of it.",
        "stance: got '3'; expected keys and values.",
    ):
        assert f"  {expected}" in lines
    assert any(line.startswith("  corpus.columns: ") and "did you mean 'text'?" in line for line in lines)
    assert any(line.startswith("  themes.min_samples: got 'many'; ") for line in lines)
    assert "  zzz: there is no such key. Allowed here: codebook, corpus, encoder" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected keys and values, found NoneType"),
        ("- a\n- b\n", "expected keys and values, found list"),
        ("name: [a\n", "not YAML"),
        ("name: a\nname: b\ncorpus: {}\n", 'duplicate key "name"'),
        ("name: a\ncorpus: !!python/object:os.system {}\n", "not YAML"),
        ("name: a\ncorpus:\n", "corpus: got 'None'; expected keys and values."),
        ("name: a\ncorpus: {langs: en}\n", "corpus.langs: got 'en'; expected a list."),
        ("name: a\ncorpus: {langs: [english]}\n", "['english'] are no BCP 47 tags"),
        ("name: ../a\ncorpus: {}\n", "name: got '../a'"),
        ("name: a\ncorpus: {}\n1: 2\n", "1: got '1'; keys should be strings."),
        ("name: a\ncorpus: {}\nseed: -1\n", "seed: got '-1'; input should be greater than or equal to 0."),
        ("name: a\ncorpus: {}\ncodebook: none.yaml\n", "none.yaml: there is no such file"),
        ("name: a\ncorpus: {}\ncodebook: 3\n", "codebook: got '3'; expected keys and values."),
        (
            "name: a\ncorpus: {}\ncodebook: {themes: [{name: x}, {name: x}]}\n",
            "themes named twice: ['x']; give each its own name.",
        ),
    ],
)
def test_one_fault_is_told_with_its_file(write, text, message):
    told = faults(write(text))
    assert message in told
    assert ".yaml" in told
    assert "Config'" not in told  # no class of ours
    assert "pathlib" not in told


def test_a_config_that_is_not_there(tmp_path):
    assert f"{tmp_path / 'none.yaml'}: there is no such" in faults(tmp_path / "none.yaml")
    assert "is a folder; give a YAML file" in faults(tmp_path)


def test_a_config_in_another_encoding_is_refused_and_a_byte_order_mark_is_not(write):
    path = write("")
    path.write_bytes("name: a\ncorpus: {}\n".encode("utf-8-sig"))
    assert load_config(path).name == "a"
    path.write_bytes("name: a\ncorpus: {}\n".encode("utf-16"))
    assert "not YAML" in faults(path)


def test_relative_paths_are_those_of_the_file(write, tmp_path):
    (tmp_path / "encoder").mkdir()
    write(BOOK, "book.yaml")
    path = write(
        """\
name: a
corpus: {path: [articles, ../more, /absolute]}
encoder: {model: ../encoder, cache: ../v.sqlite}
codebook: book.yaml
stance: {labels: l.jsonl}
evaluation: {themes: t.csv}
output: {models: m, results: ../r, tracking: t}
"""
    )
    config = load_config(path)
    here = tmp_path / "configs"
    assert config.corpus.path == (here / "articles", tmp_path / "more", Path("/absolute"))
    assert config.encoder.model == str(tmp_path / "encoder")
    assert config.encoder.cache == tmp_path / "v.sqlite"
    assert (config.stance.labels, config.evaluation.themes) == (here / "l.jsonl", here / "t.csv")
    assert (config.output.models, config.output.results) == (here / "m", tmp_path / "r")
    assert config.output.tracking == here / "t"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("sqlite:///runs/all.db", "sqlite:///{here}/runs/all.db"),
        ("file:../runs", Path("{above}/runs")),
        ("~/runs", Path("{home}/runs")),
        ("null", None),
    ],
)
def test_a_store_is_taken_as_what_it_is(write, tmp_path, given, taken):
    config = load_config(
        write(f"name: a\ncorpus: {{}}\noutput: {{tracking: '{given}'}}\n".replace("'null'", "null"))
    )
    places = {"here": tmp_path / "configs", "above": tmp_path, "home": Path.home()}
    expected = None if taken is None else type(taken)(str(taken).format(**places))
    assert config.output.tracking == expected
    shown = write(config_yaml(config), "shown.yaml")
    assert load_config(shown).output.tracking == expected


def test_a_store_of_another_kind_is_a_fault_of_its_key(write):
    told = faults(write("name: a\ncorpus: {}\n"), ["output.tracking=s3://bucket/runs", "seed=-1"])
    assert "2 faults" in told
    assert "output.tracking: got 's3://bucket/runs'; stores of the kind s3: are not supported" in told


def test_a_coverage_asks_for_judgements(write):
    told = faults(write("name: a\ncorpus: {}\n"), ["stance.coverage=0.8"])
    assert "stance: " in told
    assert "coverage: 0.8 is learnt from judgements; set labels, or coverage: null" in told


def test_a_home_folder_is_filled_in_for_every_path(write):
    config = load_config(write("name: a\ncorpus: {path: ~/news}\n"), ["output.models=~/models"])
    assert config.corpus.path == Path.home() / "news"
    assert config.output.models == Path.home() / "models"


@pytest.mark.parametrize(
    "text", ["name: 2016-13-45\n", "name: " + "[" * 3000, "? [a, {b: c}]\n: d\n", "name: !!int x\n"]
)
def test_what_the_yaml_reader_stumbles_over_is_a_fault_of_the_file(write, text):
    assert "run.yaml" in faults(write(text))


def test_halves_of_a_character_are_joined_as_json_writes_them(write):
    assert load_config(write('{"name": "a", "corpus": {"path": "\\ud83d\\ude00"}}')).corpus.path.name == "😀"
    assert "not YAML" in faults(write('{"name": "a", "corpus": {"path": "\\ud83d"}}'))


def test_a_path_with_a_null_character_is_a_fault_of_its_key(write):
    assert "corpus.path: got" in faults(write('name: a\ncorpus: {path: "a\\0b"}\n'))


def test_a_relative_config_path_is_one_of_the_working_directory(write, tmp_path, monkeypatch):
    write("name: a\ncorpus: {path: x}\n")
    monkeypatch.chdir(tmp_path)
    assert load_config("configs/run.yaml").corpus.path == tmp_path / "configs" / "x"


def test_the_default_output_is_in_the_working_directory(write, tmp_path, monkeypatch):
    config = load_config(write("name: a\ncorpus: {path: x}\n"))
    assert config.output.models == tmp_path / "elsewhere" / "models"
    monkeypatch.chdir(tmp_path)
    assert config.output.models == tmp_path / "elsewhere" / "models"


@pytest.mark.parametrize("name", ["shipped", "intfloat/multilingual-e5-small", "LaBSE"])
def test_an_encoder_by_name_stays_a_name(write, tmp_path, name):
    assert load_config(write(f"name: a\ncorpus: {{}}\nencoder: {{model: {name}}}\n")).encoder.model == name


def test_an_encoder_by_path_is_a_path_even_where_there_is_none(write, tmp_path):
    (tmp_path / "configs" / "mine").mkdir()
    (tmp_path / "configs" / "shipped").mkdir()
    text = "name: a\ncorpus: {{}}\nencoder: {{model: {}}}\n"
    for given_, taken in [
        ("mine", str(tmp_path / "configs" / "mine")),
        ("../none", str(tmp_path / "none")),
        ("shipped", "shipped"),
    ]:
        assert load_config(write(text.format(given_))).encoder.model == taken


def test_a_reader_of_stances_by_path_is_taken_from_the_folder_of_the_config(write, tmp_path):
    (tmp_path / "configs" / "teacher").mkdir()
    text = "name: a\ncorpus: {{}}\nstance: {{reader: {}}}\n"
    for given_, taken in [
        ("teacher", str(tmp_path / "configs" / "teacher")),
        ("../none", str(tmp_path / "none")),
        ("shipped", "shipped"),
        ("null", None),
    ]:
        config = load_config(write(text.format(given_)))
        assert config.stance.reader == taken
        assert str(tmp_path) not in portable_yaml(config)


def test_overrides_change_what_they_name_and_nothing_else(write, tmp_path):
    path = write("name: a\ncorpus: {path: x, columns: {title: head}}\nthemes: {n_keywords: 3}\n")
    plain = load_config(path)
    changed = load_config(
        path,
        [
            "themes.max_noise=0.05",
            "corpus.columns.text=body",
            "corpus.langs=[no, ru]",
            "stance.C=2",
            "name=b=c",
            "name=b",
            "output.tracking=null",
        ],
    )
    assert changed.name == "b"
    assert changed.themes == plain.themes.model_copy(update={"max_noise": 0.05})
    assert changed.themes.n_keywords == 3
    assert changed.corpus.columns == {"title": "head", "text": "body"}
    assert changed.corpus.langs == ("no", "ru")
    assert changed.stance.C == 2.0
    assert changed.output.tracking is None
    assert changed.output.models == plain.output.models


def test_paths_of_overrides_are_those_of_the_working_directory(write, tmp_path):
    write(BOOK, "book.yaml")
    path = write("name: a\ncorpus: {path: x}\n")
    changed = load_config(path, ["corpus.path=y", "output.models=m", "codebook=../configs/book.yaml"])
    assert changed.corpus.path == tmp_path / "elsewhere" / "y"
    assert changed.output.models == tmp_path / "elsewhere" / "m"
    assert changed.codebook.targets[0].name == "Russia"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("themes.max_noise", "an override has the form key=value, as in themes.max_noise=0.05."),
        ("=3", "an override has the form key=value"),
        ("themes..max_noise=1", "an override has the form key=value"),
        ("corpus.langs=[no", "'corpus.langs=[no': its value is not YAML"),
        ("themes.max_nois=1", "themes.max_nois: there is no such key. Did you mean 'max_noise'?"),
        ("themes.max_noise=2", "themes.max_noise: got '2'; input should be less than or equal to 1."),
        ("theme.max_noise=0.1", "theme: there is no such key. Did you mean 'themes'?"),
        ("themes=3", "themes: got '3'; expected keys and values."),
        ("name.x=3", "name: got"),
    ],
)
def test_bad_overrides_are_told(write, override, message):
    assert message in faults(write("name: a\ncorpus: {path: x}\n"), [override])


def test_faults_of_file_and_overrides_come_together(write):
    told = faults(write("name: a\ncorpus: {pth: x}\n"), ["themes.unit=page"])
    assert "2 faults" in told
    assert "Did you mean 'path'?" in told
    assert "themes.unit: got 'page'" in told


def test_a_codebook_file_is_read_and_one_part_of_it_can_be_changed(write):
    write(BOOK, "book.yaml")
    path = write("name: a\ncorpus: {path: x}\ncodebook: book.yaml\n")
    book = load_config(path).codebook
    assert [theme.name for theme in book.themes] == ["перемирие"]
    assert book.themes[0].texts == ["перемирие", "тишина", "هدنة في حلب"]
    assert book.targets[0].mentions == ["Russia*", "*روسيا"]
    changed = load_config(path, ["codebook.targets=[]"]).codebook
    assert changed == Codebook(themes=book.themes)


def test_faults_of_a_codebook_file_are_told(write):
    write("themes: [{name: a, exampels: [b]}]\n", "book.yaml")
    told = faults(write("name: a\ncorpus: {path: x}\ncodebook: book.yaml\n"))
    assert "codebook.themes.0.exampels: there is no such key. Did you mean 'examples'?" in told


def test_there_are_configs():
    assert CONFIGS
    assert CODEBOOKS


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_our_configs_load_and_what_they_name_is_inside_the_checkout(path):
    if "corpus" not in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")):
        pytest.skip("a config of another command")
    config = load_config(path)
    assert ROOT in config.corpus.path.parents
    assert ROOT in config.output.models.parents


@pytest.mark.parametrize("path", CODEBOOKS, ids=lambda path: path.name)
def test_our_codebooks_are_whole(path):
    book = Codebook.model_validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
    assert book.themes
    assert book.targets
    for target in book.targets:
        assert all(mention.strip("* ") for mention in target.mentions), target.name


def test_the_schema_is_json_and_tells_of_every_key():
    schema = json.loads(json.dumps(config_schema()))
    assert schema["type"] == "object"
    assert set(schema["required"]) == {"name", "corpus"}
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(TrainConfig.model_fields)
    for name, section in schema["$defs"].items():
        assert section["additionalProperties"] is False
        assert section["description"], name
        told = [key for key, entry in section["properties"].items() if entry.get("description")]
        assert len(told) > len(section["properties"]) / 2 or name in ("Codebook", "Target"), (name, told)
    themes = schema["$defs"]["ThemesConfig"]["properties"]
    assert {"type": "null"} in themes["max_noise"]["anyOf"]
    assert max(kind.get("maximum", 0) for kind in themes["max_noise"]["anyOf"]) == 1
    assert themes["max_noise"]["default"] is None


def test_the_schema_agrees_with_the_reader(write):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(config_schema())
    jsonschema.Draft202012Validator.check_schema(config_schema())
    good = load_config(write("name: a\ncorpus: {path: x, langs: [no]}\n")).model_dump(mode="json")
    assert list(validator.iter_errors(good)) == []
    assert list(validator.iter_errors({**good, "themes": {"max_noise": 2}}))
    assert list(validator.iter_errors({**good, "thems": {}}))


def test_the_resolved_config_reads_back_the_same_from_anywhere(write, tmp_path, monkeypatch):
    (tmp_path / "configs" / "mine").mkdir()
    write(BOOK, "book.yaml")
    path = write(
        "name: a\nseed: 7\ncorpus: {path: [x, y], langs: [no, en], columns: {text: off}}\n"
        "codebook: book.yaml\nencoder: {model: mine}\nstance: {labels: l.jsonl}\n"
    )
    config = load_config(path, ["themes.max_noise=1e-3", "output.results=r"])
    other = tmp_path / "other"
    other.mkdir()
    (other / "again.yaml").write_text(config_yaml(config), encoding="utf-8")
    monkeypatch.chdir(other)
    assert load_config(other / "again.yaml") == config


tricky = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


@given(
    names=st.lists(
        tricky | st.sampled_from(["no", "1e3", "null", "2016-09-10", "- a", "*x", "a: b", "#", "~"]),
        unique=True,
        max_size=4,
    ),
    line=st.sampled_from(["long " * 60, "a\nb", " lead", "trail ", "\ttab", "'q\"", "é\u2028\u0085x"]),
)
def test_any_words_of_a_codebook_survive_the_dump(tmp_path_factory, names, line):
    config = TrainConfig(
        name="a",
        corpus={"path": "/x"},
        codebook={"themes": [{"name": name, "description": line} for name in names]},
    )
    path = tmp_path_factory.mktemp("dump") / "a.yaml"
    path.write_text(config_yaml(config), encoding="utf-8")
    assert load_config(path) == config


def test_the_config_of_a_model_folder_tells_no_path(write, tmp_path):
    (tmp_path / "configs" / "mine").mkdir()
    text = "name: a\ncorpus: {{path: [x, /y/z]}}\nstance: {{labels: l.jsonl}}\nencoder: {{model: {}}}\n"
    for given_, taken in [
        ("mine", "mine"),
        ("intfloat/e5-small", "intfloat/e5-small"),
        ("shipped", "shipped"),
    ]:
        shown = portable_yaml(load_config(write(text.format(given_))))
        assert str(tmp_path) not in shown
        values = YAML(typ="safe", pure=True).load(shown)
        assert values["encoder"]["model"] == taken
        assert (values["corpus"]["path"], values["stance"]["labels"]) == (["x", "z"], "l.jsonl")
        assert "output" not in values
