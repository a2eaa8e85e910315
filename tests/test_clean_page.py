"""The cleaner on teasers of other articles, cookie notices, paths to sections, and the smaller languages."""

import pytest

from newstance.corpus.clean.clean import clean

DIRT = [
    ("en", "The ferry is back.\nEarlier we reported that the engine had failed.", "teaser"),
    ("en", "The ferry is back. Earlier, we wrote that the engine had failed.", "teaser"),
    ("en", "The ferry is back.\nPreviously: Ferry engine fails off Dunmore", "teaser"),
    ("en", "The ferry is back.\nEarlier today: Ferry fails again\nNext: Who pays for the ferry", "teaser"),
    ("ru", "Паром вернулся.\nРанее мы сообщали о том, что у него отказал двигатель.", "teaser"),
    ("ru", "Паром вернулся.\nРанее сообщалось: Паром застрял у Лучинска", "teaser"),
    ("uk", "Пором повернувся.\nРаніше ми писали, що він застряг біля Кам’янки.", "teaser"),
    ("fr", "Le bac est revenu.\nPlus tôt : Le bac en panne au large", "teaser"),
    ("ar", "عادت العبارة.\nوكنا قد نشرنا سابقا: تعطل العبارة قرب الميناء", "teaser"),
    ("ru", "Паром вернулся.\nПодробнее: https://luchinsk.example.ru/news/17", "teaser"),
    ("ru", "Паром вернулся.\n>>> Читайте также: «Мы ждали ночь»: как спасали паром", "link-list"),
    ("en", "We use cookies to make this site work. Cookie settings\nOK\nThe ferry is back.", "cookies"),
    ("en", "This website uses cookies. Read our cookie policy. Got it\nThe ferry is back.", "cookies"),
    ("de", "Wir verwenden Cookies, um Inhalte zu personalisieren. OK\nDie Fähre fährt.", "cookies"),
    (
        "fr",
        "En poursuivant votre navigation, vous acceptez les cookies.\nJ'accepte\nLe bac roule.",
        "cookies",
    ),
    ("es", "Este sitio utiliza cookies propias y de terceros. Aceptar\nEl barco volvió.", "cookies"),
    ("uk", "Цей сайт використовує файли cookie.\nЗрозуміло\nПором повернувся.", "cookies"),
    ("ar", "يستخدم هذا الموقع ملفات تعريف الارتباط.\nموافق\nعادت العبارة.", "cookies"),
    ("en", "Home > Ports > Dunmore\nThe ferry is back.", "breadcrumbs"),
    ("en", "Home / Ports\nThe ferry is back.", "breadcrumbs"),
    ("en", "You are here: Ports » Dunmore\nThe ferry is back.", "breadcrumbs"),
    ("ru", "Главная / Новости / Паром вернулся в порт после долгого ремонта\nПаром вернулся.", "breadcrumbs"),
    ("ru", "Опубликовано: 12 мая 2016, 14:05 | Обновлено: 13 мая 2016, 09:40 МСК\nПаром пришёл.", "dateline"),
    ("uk", "Пором повернувся.\nПродовження після реклами", "social"),
    ("pl", "Prom wrócił.\nCzytaj także: Prom utknął pod Gdynią", "link-list"),
    ("pl", "Prom wrócił.\nWszelkie prawa zastrzeżone.", "copyright"),
    ("tr", "Vapur döndü.\nİLGİLİ HABERLER: Vapur limanda kaldı", "link-list"),
    ("tr", "Vapur döndü.\nKaynak: Anadolu Ajansı", "source"),
    ("it", "Il traghetto è tornato.\nFonte: ANSA", "source"),
    ("zh", "渡轮已恢复通航。\n图片来源：路透社", "photo-credit"),
    ("zh", "渡轮已恢复通航。\n未经授权不得转载。", "copyright"),
    ("zh", "渡轮已恢复通航。（责任编辑：周敏）", "byline"),
    ("pt", "O barco voltou.\nLeia também: Barco parado em Setúbal", "link-list"),
    ("nl", "De veerboot vaart.\nLees ook: Veerboot ligt stil bij Texel", "link-list"),
    ("cs", "Přívoz jede.\nFoto: Jana Dvořáková", "photo-credit"),
    ("fa", "کشتی بازگشت.\nمنبع: ایرنا", "source"),
    ("zh", "新华社利马3月5日电(记者 周敏)渡轮已恢复通航，船长在码头上说。", "dateline"),
    ("zh", "央视网消息：渡轮已恢复通航，船长在码头上说。", "dateline"),
    ("zh", "渡轮停靠码头 新华社记者周敏摄\n渡轮已恢复通航。", "caption"),
    ("zh", "渡轮已恢复通航。\n（完）", "source"),
    ("zh", "请开启JavaScript以继续浏览。\n渡轮已恢复通航，船长在码头上说。", "social"),
    ("zh", "您正在使用的浏览器版本太旧。\n渡轮已恢复通航，船长在码头上说。", "social"),
    ("it", "(ANSA) - GENOVA, 7 MAG - Il traghetto è tornato in porto dopo la riparazione.", "dateline"),
    ("ru", "Лучинск, 7 мая, ТАСС\nПаром вернулся.", "dateline"),
    ("ru", "/ТАСС/. Паром вернулся в порт Лучинска после ремонта двигателя.", "dateline"),
    ("ar", "طرابلس 7-5-2016 وفا- عادت العبارة إلى الميناء بعد إصلاح طويل لمحركها.", "dateline"),
    ("ar", "عادت العبارة.\nس.ع/ر.م", "byline"),
    ("ru", "Паром вернулся.\nФото: t.me/luchinsk_port", "photo-credit"),
    ("ru", "Паром вернулся.\nЧитать без VPN: clck.ru/abc1", "social"),
    ("ru", "Паром вернулся.\nПрислать новость @luchinsk_bot", "social"),
    ("ru", "Паром вернулся.\n⚓️ Порт Лучинск. Подписаться", "social"),
    ("uk", "Пором повернувся.\nПорт Кам’янка | Підписатися", "social"),
    ("ru", "Паром вернулся.\nРеклама. ООО «Волна», ИНН 7000000000", "social"),
    ("ru", "Паром вернулся.\nЕщё раньше: Паром застрял у Лучинска", "teaser"),
    ("ru", "Паром вернулся.\nВаш браузер устарел", "social"),
    ("ru", "Паром вернулся.\n#паром #лучинск", "social"),
    ("en", "The ferry is back.\n3 hours ago", "dateline"),
    ("en", "The ferry is back.\nAdd us as a preferred source on Google", "social"),
    ("de", "Die Fähre fährt.\nAls bevorzugte Quelle auf Google hinzufügen", "social"),
    ("en", "A ferry lies at the pier. (Photo: AFP)\nThe ferry is back.", "caption"),
    ("en", "A ferry lies at the pier of Dunmore [Ellen Marsh/AFP]\nThe ferry is back.", "caption"),
    ("en", "The ferry is back.\nRelated\nWreck or repair? Four answers\nWho pays", "link-list"),
    ("en", "Date of publication: 7 May 2016\nThe ferry is back.", "dateline"),
    ("pl", "Prom wrócił.\nfot. Jan Zieliński", "photo-credit"),
    ("pl", "Prom wrócił.\n(PAP)", "source"),
]

TRUE = [
    ("en", "The ferry is back.\nEarlier on Monday the port said it was lost."),
    ("en", "The ferry is back.\nEarlier we wrote to the mayor, says Ellen Marsh."),
    ("en", "Earlier we reported that the engine had failed. It has not.\nThe ferry is back."),
    ("en", "Ellen Marsh\nBorn: 1961\nPreviously: Head of the Port Authority\nParty: none"),
    ("en", "The list is short.\nNext: the vote on the pier."),
    ("en", "We use cookies as bait, the ranger said, and the bears come."),
    ("en", "Cookies were sold at the pier.\nOK\nThen they were gone."),
    ("en", "“Shall we sell?”\nAccept\nthe offer, he wrote."),
    ("en", "Rock > Paper > Scissors\nThe game is older than the town."),
    ("en", "The ferry is back.\nHome / Away\nThe town plays on Sunday."),
    ("ru", "Паром вернулся.\nРанее сообщалось, что у него отказал двигатель."),
    ("ru", "Паром вернулся.\nНапомним, двигатель отказал в среду."),
    ("ru", "Паром вернулся.\nКак сообщалось ранее, двигатель отказал в среду."),
    ("ru", "Паром вернулся.\n«Ранее мы писали, что он неисправен», — говорит капитан."),
    ("ru", "Паром вернулся.\nРанее мы писали, что он неисправен, — говорит капитан."),
    ("ru", "Ранее мы писали письма. Теперь их никто не читает.\nПаром вернулся."),
    ("ru", "Этот сайт использует преступник, сообщил следователь."),
    ("ru", "Сайт использует файлы cookie без согласия, решил суд."),
    ("ru", "Главная улица / Заречье: так поделён город.\nПаром вернулся."),
    ("ru", "Читайте также: «мелкий шрифт», — советует юрист."),
    ("uk", "Пором повернувся.\nРаніше повідомлялося, що він застряг."),
    ("pl", "Czytaj także drobny druk, radzi prawniczka."),
    ("tr", "Kaynak: suyun yerden çıktığı yer, diyor sözlük."),
    ("it", "Leggi anche le note, consiglia il notaio."),
    ("zh", "来源：这条消息来自一位不愿透露姓名的官员，他周一在港口说。"),
    ("zh", "分享会在港口举行。来源于当地的歌手唱了两个小时。"),
    ("pt", "Leia também as letras pequenas, aconselha a associação."),
    ("nl", "Lees ook de kleine letters, adviseert de bond."),
    ("cs", "Foto z toho dne nikdo nemá."),
    ("fa", "منبع آب روستا چاهی است که صد سال پیش کنده شد."),
    ("fa", "HIV/ایدز: شمار مبتلایان در منطقه برای سومین سال پیاپی کاهش یافت."),
    ("en", "HIV/AIDS: the figures. HIV/AIDS is known here.\nThe ferry is back."),
    ("en", "HIV/AIDS: The number of patients on the islands fell for the third year in a row."),
    ("en", "Make the preferred source of power the wind.\nThe ferry is back."),
    ("de", "Als bevorzugte Quelle nennt er die Zeitung.\nDie Fähre fährt."),
    ("en", "JavaScript is disabled by default in the new browser.\nThe ferry is back."),
    ("en", "The ferry is back.\nSit down. Join us."),
    ("en", "Website: a page of three lines\nThe ferry is back."),
    ("ru", "Паром вернулся.\nЧас назад."),
    ("ru", "Паром вернулся.\nРанее «Ведомости порта» писали, что он неисправен."),
    ("ru", "Клуб* закрыт.\n**Его винят в помощи движению (признано в России экстремистским).**\nОн молчит."),
    ("ru", "Секта распалась.\nОрганизация признана экстремистской в России."),
    ("ru", "Реклама. Двигатель торговли, говорят в порту.\nПаром вернулся."),
    ("ar", "شارك في التغطية أكثر من مئة صحفي.\nعادت العبارة."),
    ("zh", "据新华社利马3月5日电，船长说渡轮已恢复通航。"),
    ("zh", "环球网3月5日电影频道说，影片下周上映。"),
    ("zh", "他们在码头拍摄\n渡轮已恢复通航。"),
]


@pytest.mark.parametrize(("lang", "text", "reason"), DIRT)
def test_dirt_around_the_article_goes(lang, text, reason):
    cleaned, spans, _ = clean(text, lang=lang)
    assert {span.reason for span in spans} == {reason}
    assert cleaned in text
    assert cleaned.count("\n") == 0
    assert cleaned[-1] in ".。"


@pytest.mark.parametrize(("lang", "text"), TRUE)
def test_text_with_the_same_words_stays(lang, text):
    assert clean(text, lang=lang)[1] == []


def test_quotation_between_tags_keeps_its_words():
    text = 'The monks left. [quote align="right"]We washed the floor first.[/quote] The gate is open.'
    assert clean(text)[0] == "The monks left. We washed the floor first. The gate is open."
    cited = "[blockquote]We washed the floor first.[/blockquote] The gate is open."
    assert clean(cited)[0] == "We washed the floor first. The gate is open."


def test_teaser_far_from_the_end_stays():
    rest = "The ferry left at noon with forty people and a piano aboard, the port said. " * 5
    text = f"It is fixed.\nEarlier we reported that the engine had failed.\n{rest.strip()}"
    assert clean(text, lang="en")[1] == []


def test_smaller_languages_are_read_only_for_their_tag():
    text = "Prom wrócił.\nCzytaj także: Prom utknął pod Gdynią"
    assert clean(text, lang="und")[1] == []
    assert clean(text, lang="pl-PL")[0] == "Prom wrócił."


@pytest.mark.parametrize(
    "piece", ["Home > ", "[quote]a[/quote]", "We use cookies. ", "Next: A b c\n", "来源：", "。"]
)
def test_long_rows_of_such_pieces_are_read_in_linear_time(piece):
    text = piece * (300_000 // len(piece))
    cleaned, spans, _ = clean(text, lang="zh")
    removed = sum(len("".join(text[span.start : span.end].split())) for span in spans)
    assert removed + len("".join(cleaned.split())) == len("".join(text.split()))
