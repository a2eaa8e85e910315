"""Languages: close relatives, both Serbian scripts, what is too short, what is inherited."""

import pytest

from newstance.corpus.language import detect


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ru", "Министр заявил, что переговоры продолжатся на следующей неделе."),
        ("uk", "Міністр заявив, що перемовини триватимуть наступного тижня."),
        ("be", "Міністр заявіў, што перамовы працягнуцца на наступным тыдні."),
        ("bg", "Министърът заяви, че преговорите ще продължат следващата седмица."),
        ("mk", "Министерот изјави дека преговорите ќе продолжат следната недела."),
        ("sr", "Председник је изјавио да ће Србија наставити преговоре."),
        ("sr-Latn", "Predsednik je izjavio da će Srbija nastaviti pregovore sa Kosovom."),
        ("en", "The minister said that the talks would go on next week."),
        ("de", "Der Minister sagte, die Gespräche würden nächste Woche fortgesetzt."),
        ("ar", "قال الوزير إن المحادثات ستستمر الأسبوع المقبل."),
        ("zh", "部长表示，谈判将于下周继续进行。"),
        ("ja", "大臣は来週も交渉を続けると述べた。"),
    ],
)
def test_a_sentence(lang, text):
    assert detect([text]) == [lang]
    assert detect([f"{text[:20]}\n{text[20:]}"]) == [lang]
    assert detect([text], ["fr"]) == [lang]  # a clear sentence does not inherit


def test_croatian_stays_what_the_model_says():
    assert detect(["Predsjednik je izjavio da će Hrvatska nastaviti pregovore s Mađarskom."])[0] in (
        "hr",
        "bs",
    )


@pytest.mark.parametrize("text", ["", "12.04.2016", "— «…»", "ok", "https://example.com/novosti", "😀😀😀"])
def test_too_little_to_say(text):
    assert detect([text]) == ["und"]
    assert detect([text], ["uk"]) == ["uk"]


def test_nonsense_is_und():
    assert detect(["xqz vrt plk wqx zzr tpk"]) == ["und"]


def test_short_sentences_inherit_unless_the_script_differs():
    assert detect(["Сказал он.", "Да.", "Сказал он тихо."], ["bg", "uk", "en"]) == ["bg", "uk", "ru"]
    assert detect(["Da, tako je.", "Да, тако је."], ["sr", "sr-Latn"]) == ["sr-Latn", "sr"]


@pytest.mark.parametrize(
    ("lang", "article", "text"),
    [
        (
            "uk",
            "ru",
            "Міністр закордонних справ заявив у понеділок, що перемовини про перемир'я триватимуть у Женеві.",
        ),
        (
            "be",
            "ru",
            "Міністр замежных спраў заявіў у панядзелак, што перамовы аб перамір'і працягнуцца ў Жэневе.",
        ),
        (
            "bg",
            "ru",
            "Министърът на външните работи заяви в понеделник, че преговорите ще продължат в Женева.",
        ),
        (
            "ru",
            "uk",
            "Министр иностранных дел заявил в понедельник, что переговоры о перемирии продолжатся в Женеве.",
        ),
        (
            "pt",
            "es",
            "O ministro das Relações Exteriores disse na segunda-feira que as negociações vão continuar.",
        ),
    ],
)
def test_a_long_sentence_in_a_relative_of_the_language_of_its_article(lang, article, text):
    assert detect([text, text], [article, lang]) == [lang, lang]


def test_capitals_change_nothing():
    text = (
        "THE FOREIGN MINISTER SAID ON MONDAY THAT THE TALKS IN GENEVA WOULD GO ON FOR ANOTHER WEEK AT LEAST."
    )
    assert detect([text, text], ["und", "en"]) == ["en", "en"]


def test_an_unknown_article_gives_nothing_to_inherit():
    assert detect(["Сказал он тихо."], ["und"]) == ["ru"]


def test_a_name_in_another_alphabet_changes_nothing():
    text = "Украинская газета «Дзеркало тижня» (Київ) сообщила о новых переговорах в Женеве и Вене."
    assert detect([text]) == ["ru"]


def test_a_mixed_article_is_what_most_of_it_is():
    english, russian = (
        "The minister said that the talks go on. ",
        "Министр заявил, что переговоры продолжатся. ",
    )
    article = english + russian * 100
    assert detect([article, russian + english * 100]) == ["ru", "en"]
    assert detect([english, russian], ["ru", "ru"]) == ["en", "ru"]


def test_lists_of_different_length():
    with pytest.raises(ValueError, match="2 texts but 1 languages"):
        detect(["a", "b"], ["en"])
