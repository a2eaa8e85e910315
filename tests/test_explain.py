"""Why a text has its theme and stance: what words give adds up, and what decides weighs most."""

import json
import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from typer.testing import CliRunner

from named_model import named_model
from newstance.cli import app
from newstance.corpus.sentences.parts import sentence_parts
from newstance.embed import load_encoder
from newstance.embed.words import word_spans, word_sums
from newstance.model.bundle import save_bundle
from newstance.model.explanation import Explanation
from newstance.model.left_out import without
from newstance.model.news_model import NewsModel
from newstance.model.saved import to_bundle
from newstance.stance.features import N_BUCKETS, N_PARTS, _bucket
from newstance.stance.fitting import read_stance
from newstance.stance.head import StanceHead
from newstance.stance.model import StanceConfig
from newstance.stance.readers import load_reader
from newstance.themes.codebook import Target
from newstance.themes.space import ThemeSpace
from small_model import SEEDS, a_model, small_encoder

# By language; each names the target Russia.
TEXTS = {
    "en": "The U.S. praised Russia, although the truce in Aleppo failed. The OSCE was silent on it.",
    "ru": "Россия объявила о перемирии в Алеппо, но футболисты США выиграли матч. Цены на нефть выросли.",
    "uk": "Об'єднання лікарів засудило Росію, хоча перемир'я почалося.",
    "de": "Russland lobte die Waffenruhe, während der Ölpreis fiel.",
    "ar": "قال الرئيس إن روسيا تدعم الهدنة في حلب.",
    "zh": "俄罗斯谴责了2020年的停火，而OPEC保持沉默。",
    "ja": "ロシアは停戦を歓迎した。",
}
MENTIONS = ["Russia", "Росси*", "Росі*", "Russland", "*روسيا", "俄罗斯", "ロシア"]
RUSSIA = Target(name="Russia", mentions=MENTIONS)
FRANCE = Target(name="France", mentions=["France", "Paris"])


@pytest.fixture(scope="module")
def model() -> NewsModel:
    """The shipped encoder and reader, four named themes, and a space without two directions."""
    made = named_model()
    encode = made.encoder.encode
    reader = load_reader(load_encoder(abbreviations=False))
    made.stance_model = read_stance([RUSSIA, FRANCE], encode, StanceConfig(), reader)
    space = made.theme_model.space
    basis, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(made.encoder.n_dims, 2)))
    made.theme_model = replace(made.theme_model, space=ThemeSpace(basis.T.astype(np.float32), space.centre))
    return made


class WholeTexts:
    """An encoder that tells nothing of words, as a transformer."""

    def __init__(self, encoder):
        self.encoder = encoder
        self.name, self.n_dims, self.fingerprint = "whole", encoder.n_dims, "whole"

    def encode(self, texts):
        return self.encoder.encode(texts)


def of_theme(explained: Explanation, about: str = "theme") -> pl.DataFrame:
    return explained.words.filter(about=about)


def gains(explained: Explanation, **key) -> dict[str, float]:
    return dict(explained.words.filter(about="stance", **key).select("word", "contribution").iter_rows())


@settings(deadline=None, max_examples=12)
@given(st.lists(st.sampled_from(list(TEXTS.values())), min_size=1, max_size=4).map("\n".join))
def test_what_words_give_and_the_rest_add_up_to_the_logits(model, text):
    explained = model.explain(text)
    assert explained.themes["about"].to_list() == ["theme", "other theme"]
    for theme in explained.themes.to_dicts():
        words = of_theme(explained, theme["about"])
        assert words["name"].unique().to_list() == [theme["name"]]
        assert words["by"].unique().to_list() == ["exact"]
        assert words["contribution"].sum() + theme["rest"] == pytest.approx(theme["logit"], abs=1e-4)
        assert 1 / (1 + np.exp(-theme["logit"])) == pytest.approx(theme["proba"], abs=1e-5)


@pytest.mark.parametrize("lang", TEXTS)
def test_it_explains_what_is_predicted(model, lang):
    text = TEXTS[lang]
    explained = model.explain(text, lang=lang)
    said = model.predict([{"text": text, "lang": lang}]).row(0, named=True)
    nearest = explained.themes.row(0, named=True)
    assert (explained.theme, nearest["assigned"]) == (said["theme"], said["assigned"])
    assert nearest["proba"] == pytest.approx(said["proba"], abs=1e-6)
    by_mention = model.predict([{"text": text, "lang": lang}], level="sentence").drop_nulls("target")
    columns = ["sentence", "target", "mention", "stance", "proba_favor", "decided", "holder"]
    assert explained.stances.height > 0
    assert explained.stances.select(columns).equals(by_mention.select(columns))
    for one in explained.stances.to_dicts():
        probas = [one[f"proba_{name}"] for name in (one["stance"], one["next"])]
        assert np.log(probas[0] / probas[1]) == pytest.approx(one["log_odds"], abs=1e-4)


@pytest.mark.parametrize("lang", TEXTS)
def test_words_stand_where_they_are_told_and_those_of_the_mention_stay(model, lang):
    explained = model.explain(TEXTS[lang])
    texts = dict(explained.sentences.select("sentence", "text").iter_rows())
    assert explained.words.height > 8
    for row in explained.words.to_dicts():
        assert texts[row["sentence"]][row["start"] : row["end"]] == row["word"]
    for mention in explained.stances.to_dicts():
        words = explained.words.filter(about="stance", target=mention["target"], mention=mention["mention"])
        inside = (pl.col("start") < mention["end"]) & (pl.col("end") > mention["start"])
        assert words.filter(inside).is_empty()
    chosen = explained.clauses
    assert [texts[row["sentence"]][row["start"] : row["end"]] for row in chosen.to_dicts()] == chosen[
        "clause"
    ].to_list()


def test_the_words_of_a_theme_speak_for_it(model):
    words = dict(
        of_theme(model.explain("The striker of the museum scored in the final."))
        .select("word", "contribution")
        .iter_rows()
    )
    assert max(words, key=words.__getitem__) == "striker"
    assert words["striker"] + words["scored"] + words["final"] > words["museum"] + 1


def test_the_word_that_decides_weighs_most(model):
    """A head that knows one word: without it nothing speaks for the stance."""
    lexical = np.zeros((3, N_BUCKETS), dtype=np.float32)
    lexical[0, _bucket("s:prais")] = 30
    head = StanceHead(np.zeros((3, N_PARTS * model.encoder.n_dims)), lexical, np.zeros(3), 0.5)
    stance = replace(model.stance_model, head=head, reader=None)
    knows = NewsModel("made", model.themes, model.theme_model, stance, model.encoder, model.reading)
    explained = knows.explain("Russia was praised on Monday, while the weather in Geneva was fine.")
    own = gains(explained)
    assert explained.stances["stance"].to_list() == ["favor"]
    assert own.pop("praised") == pytest.approx(explained.stances["log_odds"][0])
    assert max(map(abs, own.values())) < 0.3 * explained.stances["log_odds"][0]
    first, second = explained.clauses.to_dicts()
    assert (first["has_mention"], second["has_mention"]) == (True, False)
    assert first["contribution"] > 1 > 0 > second["contribution"]
    assert explained.counter_evidence.filter(kind="clause")["text"].to_list() == [second["clause"]]
    assert (explained.counter_evidence["contribution"] < 0).all()


@pytest.mark.parametrize(
    ("text", "decides", "unrelated"),
    [
        ("The minister condemned Russia on Monday morning.", "condemned", "morning"),
        ("Министр осудил Россию в понедельник утром.", "осудил", "утром"),
    ],
)
def test_the_reader_of_mentions_looks_at_what_was_said(model, text, decides, unrelated):
    explained = model.explain(text, target="Russia")
    own = gains(explained)
    assert abs(own[decides]) > 2 * abs(own[unrelated])
    assert explained.stances["holder"][0] is None or explained.stances["holder"][0] in text


def test_an_encoder_without_word_vectors_is_asked_without_each_word(model):
    text = "The striker of the museum scored in the final. The weather was fine."
    whole = NewsModel("made", model.themes, model.theme_model, None, WholeTexts(model.encoder), model.reading)
    explained, exact = whole.explain(text), of_theme(model.explain(text))
    assert explained.themes["rest"].to_list() == [None, None]
    assert any("'whole' has no vectors of single words" in note for note in explained.notes)
    words = of_theme(explained)
    assert words["by"].unique().to_list() == ["left out"]
    assert words.select("word", "start").equals(exact.select("word", "start"))
    changed = whole.explain(text.replace("striker ", "")).themes["logit"][0]
    assert words.filter(word="striker")["contribution"][0] == pytest.approx(
        explained.themes["logit"][0] - changed, abs=1e-4
    )
    assert np.corrcoef(words["contribution"], exact["contribution"])[0, 1] > 0.8


def test_merged_themes_are_explained_by_their_surest_part(model):
    merged = model.merge(["truce", "oil"], name="both")
    explained = merged.explain("Oil prices fell again.")
    assert explained.theme == "both"
    alone = model.explain("Oil prices fell again.")
    assert explained.themes["logit"][0] == pytest.approx(alone.themes["logit"][0])
    assert explained.themes["name"][1] not in ("truce", "oil", "both")


def test_nearest_judged_sentences(model):
    text = "Critics condemned Russia for the attack."
    start = text.index("Russia")
    place = {"label": "Russia", "start": start, "end": start + 6}
    same = {"text": text, "target": place, "stance": "against", "id": 7, "source": "Owl"}
    other = {"text": "Russia signed.", "target": {"label": "Russia", "start": 0, "end": 6}, "stance": "none"}
    france = {"text": "France won.", "target": {"label": "France", "start": 0, "end": 6}, "stance": "favor"}
    explained = model.explain(text, judgements=[other, france, same, same | {"not_target": True}])
    nearest = explained.nearest.to_dicts()
    assert [one["stance"] for one in nearest] == ["against", "none"]
    assert nearest[0]["cosine"] == pytest.approx(1)
    assert nearest[1]["cosine"] < 0.9
    assert (nearest[0]["id"], nearest[0]["source"], nearest[0]["rank"]) == ("7", "Owl", 1)
    encode, stance = model.encoder.encode, model.stance_model
    both = stance.features([text, "Russia signed."], [(start, start + 6), (0, 6)], ["Russia"] * 2, encode)
    own, n_dense = both.matrix().toarray(), both.dense.shape[1]
    one, two = np.delete(own, np.s_[n_dense - model.encoder.n_dims : n_dense], axis=1)  # not the target
    expected = one @ two / np.linalg.norm(one) / np.linalg.norm(two)
    assert nearest[1]["cosine"] == pytest.approx(expected)
    assert "judged against, cosine 1.00: Critics condemned" in str(explained)
    told = model.explain(text, judgements=[france])
    assert told.nearest.is_empty()
    assert told.notes[-1:] == ["no judgement is about 'Russia'; they are about France."]
    assert model.explain(text).notes[-1:] == ["no judgements were given, so no judged sentences are shown."]


def test_judgements_come_from_a_file_too(model, tmp_path):
    path = tmp_path / "judgements.jsonl"
    row = {"text": "Russia won.", "target": {"label": "Russia", "start": 0, "end": 6}, "stance": "favor"}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    for given_as in (path, str(path)):
        assert model.explain("Russia won.", judgements=given_as).nearest["line"].to_list() == [1]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("", "the text is empty"),
        ("  \n ", "the text is empty"),
        ("The striker scored.", "does not name any target of the model, so no stance"),
        ("ჟ ჟჟ", "no word of the text is known to the encoder"),
        ("The museum opened late.", "the text has no theme: the nearest has a probability of"),
    ],
)
def test_what_cannot_be_explained_is_told(model, text, note):
    explained = model.explain(text)
    assert any(note in one for one in explained.notes)
    assert note in str(explained)
    assert explained.stances.is_empty()
    assert explained.words.filter(about="stance").is_empty()
    explained._repr_html_()


def test_a_target_that_is_not_named_and_a_model_without_targets(model):
    assert "does not name the target 'France'" in str(model.explain(TEXTS["en"], target="France"))
    bare = NewsModel("made", model.themes, model.theme_model, None, model.encoder, model.reading)
    assert "the model has no targets" in str(bare.explain(TEXTS["en"]))
    with pytest.raises(ValueError, match=r"no target 'Russia'. It has none\."):
        bare.explain(TEXTS["en"], target="Russia")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "rusia"}, r"no target 'rusia'\. Did you mean 'Russia'\?"),
        ({"target": "Peru"}, r"no target 'Peru'\. It has 'Russia', 'France'\."),
        ({"lang": "English"}, "lang: got 'English', expected a BCP 47 tag"),
        ({"judgements": [{"text": "a"}]}, "item 1: target is missing"),
        ({"judgements": ["a"]}, "item 1: got str; expected a dict"),
        ({"judgements": "no/such.jsonl"}, "there is no such file"),
        ({"judgements": 3}, "judgements: got int"),
    ],
)
def test_what_is_asked_wrongly_is_told(model, options, message):
    with pytest.raises((ValueError, TypeError, FileNotFoundError), match=message):
        model.explain(TEXTS["en"], **options)


def test_only_a_text_is_explained(model):
    with pytest.raises(TypeError, match="got list, expected one text"):
        model.explain(["Russia"])


def test_signs_of_markup_and_terminals_stay_text(model):
    text = 'Russia <script>alert(1)</script> & "Sons" \u202e[red] praised the truce, they said \x1b[31m.'
    explained = model.explain(text)
    page, printed = explained._repr_html_(), str(explained)
    assert "<script" not in page
    assert "\x1b" not in page + printed
    assert "\u202e" not in page + printed
    odd = explained.sentences.with_columns(text=pl.lit("<b>\x1b\"Russia</b>' & \u202e"))
    page = replace(explained, sentences=odd)._repr_html_()
    assert all(sign not in page for sign in ("<b>\x1b", "<b>␛", "</b>'", "\x1b", "\u202e"))
    assert "&lt;b&gt;␛&quot;" in re.sub("<[^>]*>", "", page)
    odd = Explanation(notes=["<b>\x1b[31m</b>"])
    assert odd._repr_html_() == "<div><p><b>notes</b><br>&lt;b&gt;␛[31m&lt;/b&gt;</p></div>"
    assert str(odd) == "notes\n  <b>␛[31m</b>"


def test_html_colours_words_by_sign_and_strength(model):
    page = model.explain("The minister condemned Russia on Monday morning.")._repr_html_()
    strongest = page.count("rgba(26, 110, 190, 0.60)") + page.count("rgba(214, 96, 20, 0.60)")
    assert 2 <= strongest <= 4  # one word of the theme and one of the stance, or two that are alike
    assert '<span style="border-bottom: 2px solid" title="the mention">Russia</span>' in page


def test_the_command_line(tmp_path, monkeypatch):
    folder = tmp_path / "made"
    small = a_model(small_encoder(tmp_path / "tiny"))
    monkeypatch.setenv("NEWSTANCE_ENCODER", small.encoder.name)
    save_bundle(to_bundle(small, list(SEEDS.values()), {}), folder)
    done = CliRunner().invoke(
        app, ["explain", str(folder), "Russia began the truce in Syria.", "--target", "Russia"]
    )
    assert done.exit_code == 0, done.output
    assert done.output.startswith("theme: truce (")
    assert "stance towards Russia (“Russia”, sentence 1)" in done.output
    wrong = CliRunner().invoke(app, ["explain", str(folder), "Russia", "--target", "russia"])
    assert wrong.exit_code == 1
    assert "Did you mean 'Russia'?" in wrong.output


# words


def test_words_add_up_with_any_tokenizer(tmp_path, model):
    for encoder in (model.encoder, small_encoder(tmp_path / "tiny")):
        for text in [*TEXTS.values(), "...США", "", "!?", "OSCE SAYS", "Truce began"]:
            sums = word_sums(encoder, text)
            assert_allclose(sums.rest, 0, atol=1e-5)
            whole = sums.vectors.sum(axis=0)
            assert_allclose(whole / max(np.linalg.norm(whole), 1e-9), encoder.encode([text])[0], atol=1e-5)


def test_words_of_many_scripts(model):
    def words(text):
        return [text[start:end] for start, end in word_sums(model.encoder, text).spans]

    assert words("The U.S. and об'єднання: №5!") == ["The", "U.S", "and", "об'єднання", "№5"]
    assert words("俄罗斯谴责了2020年") == ["俄罗斯", "谴责", "了", "2020", "年"]
    assert words("हिन्दी में") == ["हिन्दी", "में"]
    assert [*word_spans("停火 now")] == [(0, 1), (1, 2), (3, 6)]


@pytest.mark.parametrize(
    ("lang", "sentence", "clauses"),
    [
        (
            "en",
            "They met in Geneva, but nobody spoke while it rained.",
            ["They met in Geneva,", "but nobody spoke", "while it rained."],
        ),
        ("en", "Russia, Iran and Syria met.", ["Russia, Iran and Syria met."]),
        ("ru", "Он сказал, что мир близок.", ["Он сказал,", "что мир близок."]),
        ("zh", "俄罗斯谴责了停火，而美国保持沉默。", ["俄罗斯谴责了停火，", "而美国保持沉默。"]),
        ("und", "", []),
    ],
)
def test_clauses_of_a_sentence(lang, sentence, clauses):
    assert [sentence[start:end] for start, end in sentence_parts(sentence, lang)] == clauses


@given(st.text("ab ,", min_size=3, max_size=30), st.data())
def test_what_is_left_out_never_touches_what_is_kept(text, data):
    def span():
        start = data.draw(st.integers(0, len(text) - 1))
        return start, data.draw(st.integers(start + 1, len(text)))

    left, kept = span(), span()
    if text[slice(*kept)].strip() != text[slice(*kept)]:
        return
    shorter, place = without(text, [left], kept)
    assert shorter[slice(*place)] == text[slice(*kept)]
    gone = set(range(*left)) - set(range(*kept))
    assert len(gone) <= len(text) - len(shorter) <= len(gone) + 2
