"""Whose stance a sentence conveys: speakers in four languages, and sentences in which nobody speaks."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newstance.languages import language
from newstance.stance.holder import find_holder, find_holders
from newstance.stance.speech_cues import find_cues
from newstance.stance.speech_tokens import read_sentence
from newstance.stance.speech_words import RUN, speech_words

LANGS = ("ru", "uk", "en", "de")

SPEAKERS = [
    (
        "ru",
        "Губернатор Санкт-Петербурга подчеркнула, что мост откроют в срок.",
        "Губернатор Санкт-Петербурга",
    ),
    ("ru", "В заявлении МИД Сирии говорится, что удар был неспровоцированным.", "МИД Сирии"),
    ("ru", "Дорога закрыта, говорится в сообщении областной полиции.", "областной полиции"),
    ("ru", "По данным Минобороны, погибли двое.", "Минобороны"),
    ("ru", "Пленных, по словам командира батальона, обменяют в среду.", "командира батальона"),
    (
        "ru",
        "Об этом сообщил пресс-секретарь президента Дмитрий Орлов.",
        "пресс-секретарь президента Дмитрий Орлов",
    ),
    ("ru", "Местные жители говорят, что стреляли ночью.", "Местные жители"),
    ("ru", "Во вторник в Женеве спецпосланник ООН заявил, что раунд завершён.", "спецпосланник ООН"),
    ("ru", "В Кремле заявили, что визит отложен.", "Кремле"),
    ("ru", "Как считает профессор Илья Сомов, цены вырастут.", "профессор Илья Сомов"),
    ("ru", "Министр обвинил соседнюю страну в поставках оружия.", "Министр"),
    ("ru", "Директор завода, выступая в клубе, рассказал, что станки встали.", "Директор завода"),
    ("ru", "Склад горел всю ночь, передаёт областное радио.", "областное радио"),
    ("uk", "За словами речниці штабу, бої тривали всю ніч.", "речниці штабу"),
    ("uk", "Міністр заявив, що гроші виділять у травні.", "Міністр"),
    ("uk", "Про це повідомив голова Одеської ОВА Олег Кіт.", "голова Одеської ОВА Олег Кіт"),
    ("uk", "На думку експерта, санкції не діють.", "експерта"),
    ("uk", "У заяві міністерства йдеться, що удар був уночі.", "міністерства"),
    ("uk", "У міноборони заявили, що ротація триває.", "міноборони"),
    ("uk", "Депутатка Ганна Лис, яка очолює комітет, зазначила, що закон ухвалять.", "Депутатка Ганна Лис"),
    ("uk", "Посол засудив обстріл лікарні.", "Посол"),
    ("en", "The governor of the north said the road was open.", "The governor of the north"),
    ("en", "According to the ministry of transport, trains will run again.", "the ministry of transport"),
    ("en", "The truce has held, according to two aid workers in Idlib.", "two aid workers in Idlib"),
    ("en", "In a statement, the foreign ministry said the raid was illegal.", "the foreign ministry"),
    ("en", "The minister told reporters that talks had failed.", "The minister"),
    ("en", "Officials say the dam is safe.", "Officials"),
    ("en", "The envoy, who arrived on Monday, said no deal was near.", "The envoy"),
    ("en", "On Tuesday the army spokesman said two villages were taken.", "the army spokesman"),
    ("en", "Two wells were mined, said a farmer from Kafr Zaid, who lost a leg.", "a farmer from Kafr Zaid"),
    ("en", "The senator condemned the raid on the port.", "The senator"),
    (
        "de",
        "Der Sprecher des Ministeriums sagte am Dienstag, die Lage sei ruhig.",
        "Der Sprecher des Ministeriums",
    ),
    (
        "de",
        "Die Lage sei ruhig, sagte eine Sprecherin der Polizei am Dienstag.",
        "eine Sprecherin der Polizei",
    ),
    ("de", "Nach Angaben der Feuerwehr entstand ein Schaden von 20.000 Euro.", "der Feuerwehr"),
    ("de", "Nach Angaben von Anna Berger ist der Pass gesperrt.", "Anna Berger"),
    ("de", "Laut Polizei wurde niemand verletzt.", "Polizei"),
    ("de", "Dem Minister zufolge beginnt die Reform im Herbst.", "Dem Minister"),
    ("de", "Wie die Stadtverwaltung mitteilte, bleibt die Brücke gesperrt.", "die Stadtverwaltung"),
    ("de", "Am Freitag teilte das Landgericht Aubach mit, dass die Klage ruht.", "das Landgericht Aubach"),
    (
        "de",
        "Der Vorsitzende Karl Moser hatte zuvor angekündigt, sein Amt niederzulegen.",
        "Der Vorsitzende Karl Moser",
    ),
    ("de", "Anna Berger, die Vorsitzende des Vereins, erklärte, man gebe nicht nach.", "Anna Berger"),
    ("de", "Dies sei falsch, so Berger.", "Berger"),
    ("de", "In einer Mitteilung der Behörde heißt es, das Wasser sei sauber.", "der Behörde"),
    ("de", "Kritiker hingegen warfen der Regierung vor, die Zahlen zu beschönigen.", "Kritiker"),
]

QUOTED = [
    ("ru", "«Мы готовы», — сказала директор школы Анна Лосева.", "директор школы Анна Лосева"),
    ("uk", "«Ми готові», — сказала директорка лікарні Олена Сич.", "директорка лікарні Олена Сич"),
    ("en", '"We have no choice," said Maria Keller, the mayor of Oldport.', "Maria Keller"),
    ("en", "“The bridge will hold,” the engineer said.", "the engineer"),
    ("de", "„Wir haben keine Wahl“, sagte der Bürgermeister von Altenau.", "der Bürgermeister von Altenau"),
]

NOBODY = [
    ("ru", "Следует сказать, что переговоры шли долго."),
    ("ru", "Сообщается, что дорога закрыта."),
    ("ru", "Говорится много, но делается мало."),
    ("ru", "Это говорит о слабости режима."),
    ("ru", "Ему сообщили о гибели брата."),
    ("ru", "Музей открыл выставку «Дом у реки»."),
    ("uk", "Повідомляється, що міст закрито."),
    ("uk", "Потяг прибув до Львова вчасно."),
    ("en", "It is said that the bridge was built in a year."),
    ("en", "He was told that the talks had failed."),
    ("en", "A man accused of spying was released."),
    ("en", "Rebels said to be close to the group fled."),
    ("en", "The so-called caliphate lost its capital."),
    ("en", "We call for an end to the embargo."),
    ("de", "Er wurde zu drei Jahren Haft verurteilt."),
    ("de", "Es hieß, die Verhandlungen seien gescheitert."),
    ("de", "Man sagte uns nichts."),
    ("de", "Das Unternehmen teilte sich die Kosten mit der Stadt."),
    ("de", "Der Angriff forderte zwölf Todesopfer."),
]


@pytest.mark.parametrize(("lang", "text", "holder"), SPEAKERS)
def test_a_reported_speaker_is_the_holder(lang, text, holder):
    found = find_holder(text, (), lang)
    assert (found.text, found.speech) == (holder, "indirect")
    assert text[found.start : found.end] == holder


@pytest.mark.parametrize(("lang", "text", "holder"), QUOTED)
def test_a_quoted_speaker_is_the_holder(lang, text, holder):
    found = find_holder(text, (), lang)
    assert (found.text, found.speech) == (holder, "direct")
    assert text[found.start : found.end] == holder


@pytest.mark.parametrize(("lang", "text"), NOBODY)
def test_nobody_speaks_in_the_outlets_own_voice_nor_in_passives(lang, text):
    assert find_holder(text, (), lang) == (None, None, None, "none")


@pytest.mark.parametrize(
    ("lang", "before", "text", "speaker"),
    [
        (
            "ru",
            "Губернатор Пётр Лунёв сообщил, что мост закрыт.",
            "Он добавил, что ремонт начат.",
            "Губернатор Пётр Лунёв",
        ),
        ("uk", "Речниця штабу повідомила, що бої тривали.", "Вона додала, що втрат немає.", "Речниця штабу"),
        ("en", "The mayor said the bridge was closed.", "He added that repairs had begun.", "The mayor"),
        (
            "de",
            "Die Ministerin sagte, die Brücke sei zu.",
            "Sie betonte, man arbeite daran.",
            "Die Ministerin",
        ),
    ],
)
def test_a_pronoun_is_the_last_speaker(lang, before, text, speaker):
    assert find_holder(text, [before], lang) == (speaker, None, None, "indirect")
    assert find_holder(text, (), lang) == (None, None, None, "indirect")


def test_a_pronoun_that_does_not_agree_with_the_last_speaker_is_nobody():
    before = "Министр Пётр Лунёв заявил, что мост закрыт."
    assert find_holder("Она добавила, что ремонт начат.", [before], "ru").text is None


def test_a_quotation_over_several_sentences_keeps_its_speaker():
    before = "The mayor said: “The bridge is closed."
    assert find_holder("We will open it when it is safe.", [before], "en") == (
        "The mayor",
        None,
        None,
        "direct",
    )


def test_words_inside_a_quotation_are_no_cue():
    text = "“He said nothing and the minister said less,” the driver recalled."
    assert find_holder(text, (), "en").text == "the driver"


def test_an_agency_holds_the_stance_only_where_nobody_else_speaks():
    text = "Как сообщает агентство «Заря», министр транспорта заявил, что рейсы отменены."
    assert find_holder(text, (), "ru").text == "министр транспорта"
    assert find_holder("Как сообщает агентство «Заря», рейсы отменены.", (), "ru").text == "агентство «Заря»"


def test_spans_are_those_of_the_text_as_read():
    text = "Der Spre\u00adcher sagte, die La\u00adge sei ruhig."
    found = find_holder(text, (), "de")
    assert found.text == text[found.start : found.end] == "Der Spre\u00adcher"


def test_a_language_without_lists_has_no_holder():
    assert find_holder("Le maire a dit que le pont est fermé.", (), "fr") == (None, None, None, "none")
    assert find_holder("The mayor said so.", (), "und").speech == "none"
    assert find_holder("The mayor said the road was open.", (), "en-GB").text == "The mayor"


def test_holders_of_a_table_look_no_further_than_the_article():
    table = pl.DataFrame(
        {
            "article_id": ["a", "a", "b"],
            "text": [
                "The mayor said the bridge was closed.",
                "He added that it will open.",
                "He added nothing new.",
            ],
            "lang": ["en", "en", None],
        }
    )
    found = find_holders(table, [1, 1, 2])
    assert [one.text for one in found] == ["The mayor", "The mayor", None]
    assert find_holders(table, []) == []
    table = table.with_columns(lang=pl.lit("en"))
    assert find_holders(table, [2])[0] == (None, None, None, "indirect")


@pytest.mark.parametrize("lang", LANGS)
def test_every_list_is_of_words_in_lower_case_and_known(lang):
    words = speech_words(lang)
    assert words is not None
    known = {*words.__dataclass_fields__} - {"lang", "ands"} | {"and", "endings"}
    assert language(lang)["holders"].keys() <= known
    assert all(word == word.lower() for word in words.verbs)
    assert words.marked | words.takes_object <= words.verbs
    assert not words.pronouns & words.nobody


PIECES = st.sampled_from(
    [word for _, text, _ in SPEAKERS for word in text.split()]
    + ["«", "»", '"', "“", "”", ",", "—", "\u00ad", "\n", "é"]
)


@given(st.lists(PIECES, max_size=25), st.lists(PIECES, max_size=12), st.sampled_from(LANGS))
def test_a_span_slices_the_text(pieces, earlier, lang):
    text, before = " ".join(pieces), " ".join(earlier)
    found = find_holder(text, [before], lang)
    assert found.speech in ("direct", "indirect", "none")
    assert (found.start is None) == (found.end is None)
    if found.start is not None:
        assert found.start < found.end
        assert text[found.start : found.end] == found.text
    if found.text is not None:
        assert found.speech != "none"
        assert found.text in text or found.text in before


LISTS = ("say", "judge", "after", "so", "stands", "documents", "auxiliaries", "pronouns", "clauses", "media")


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(["ru", "uk", "en", "de"]), st.data())
def test_a_text_without_a_sign_has_no_cue(lang, data):
    words = speech_words(lang)
    sources = [" ".join(phrase) for phrases in words.sources.values() for phrase in phrases]
    known = sorted({*sources, *words.split, *(one for name in LISTS for one in getattr(words, name))})
    drawn = st.one_of(
        st.sampled_from(known), st.sampled_from(["Anna", "Анна", "U.S.", "nach Polizeiangaben"])
    )
    text = "".join(
        word + mark
        for word, mark in data.draw(
            st.lists(
                st.tuples(drawn, st.sampled_from([" ", ", ", "-", " «", "» ", ": ", "’", ". "])), max_size=6
            )
        )
    )
    if find_cues(read_sentence(text).tokens, words):
        assert not words.signs.isdisjoint(RUN.findall(text.lower()))
