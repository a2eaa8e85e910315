"""What pages hold: one article, several, or none; all texts are invented."""

import json

import pytest

from newstance.corpus.read.files import RawArticle, Rejection
from newstance.corpus.read.page import extract
from newstance.corpus.read.walls import find_wall

FERRY = (
    "The ferry to Norhaven sails again on Sunday, the port said. Passengers had waited for eleven "
    "days in the cold. "
    "The company blamed a valve that came from the wrong yard."
)
MILL = (
    "A fire at the old mill was put out before dawn, the brigade said. The owner blames a heater that "
    "he had meant "
    "to replace. Nobody slept in the house, and the flour was saved."
)
SCHOOL = (
    "Pupils of the island school built a boat of milk cartons and crossed the bay in it. The crossing "
    "took them "
    "an hour. Their teacher rowed beside them with dry socks."
)


def page(body, head="<title>T</title>", lang="en"):
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>'
        f"{body}</body></html>"
    )


def article(heading, *paragraphs, **attributes):
    marks = "".join(f' {name.rstrip("_")}="{value}"' for name, value in attributes.items())
    return f"<article{marks}><h2>{heading}</h2>{''.join(f'<p>{one}</p>' for one in paragraphs)}</article>"


def read(markup, is_saved_page=True):
    raw = RawArticle(
        "a.html",
        None,
        markup,
        None,
        None,
        None,
        None,
        "a.html",
        None,
        is_html=True,
        is_saved_page=is_saved_page,
    )
    return list(extract(raw))


def reason(markup):
    (rejection,) = read(markup)
    assert isinstance(rejection, Rejection), rejection
    return rejection.reason


def text(markup):
    (found,) = read(markup)
    assert isinstance(found, RawArticle), found
    return found.text


def test_every_whole_article_of_a_page_is_read():
    head = '<title>Two</title><meta property="og:site_name" content="The Lantern">'
    found = read(page("<main>" + article("Ferry", FERRY, SCHOOL) + article("Mill", MILL) + "</main>", head))
    assert [one.article_id for one in found] == ["a.html#1", "a.html#2"]
    assert [one.title for one in found] == ["Ferry", "Mill"]
    assert [one.source for one in found] == ["The Lantern"] * 2
    assert SCHOOL in found[0].text
    assert MILL in found[1].text
    assert MILL not in found[0].text
    assert "one of several articles of a page" in found[1].inferred


@pytest.mark.parametrize(
    "other",
    [
        article('<a href="/mill">Mill</a>', MILL[:120] + " …"),
        article('<a href="/mill">Mill</a>', MILL),
        article("Mill", "Fire out."),
        article("A reader", MILL, class_="comment"),
        article("More", MILL, class_="related-story"),
        f"<aside>{article('Mill', MILL)}</aside>",
    ],
)
def test_teasers_and_comments_are_no_articles_of_their_own(other):
    (found,) = read(page("<main>" + article("Ferry", FERRY, SCHOOL) + other + "</main>"))
    assert found.article_id == "a.html"
    assert FERRY in found.text


def test_articles_inside_an_article_are_parts_of_it():
    (found,) = read(
        page(
            f"<article><h1>Storm</h1><p>{FERRY}</p>"
            f"{article('At noon', MILL)}{article('At one', SCHOOL)}</article>"
        )
    )
    assert (FERRY in found.text, MILL in found.text) == (True, True)


def test_entries_of_a_live_blog_are_one_article():
    data = '<script type="application/ld+json">{"@type": "LiveBlogPosting"}</script>'
    (found,) = read(
        page("<main><h1>Live</h1>" + article("At one", MILL) + article("At noon", FERRY) + "</main>", data)
    )
    assert found.article_id == "a.html"


def test_a_row_of_a_table_stays_one_article():
    (found,) = read(article("Ferry", FERRY) + article("Mill", MILL), is_saved_page=False)
    assert found.article_id == "a.html"


@pytest.mark.parametrize("element", ["aside", "dialog", "details open", "section class='sidebar'", "form"])
def test_an_article_in_an_odd_element_is_read_beside_a_notice_of_cookies(element):
    notice = (
        '<div class="cookie-notice"><p>We use cookies to give you the best experience. By clicking '
        "accept you agree to "
        "our use of cookies, and to our privacy policy.</p></div>"
    )
    found = text(
        page(
            f"{notice}<main><{element}><h1>Ferry</h1><p>{FERRY}</p><p>{MILL}</p>"
            f"</{element.split()[0]}></main>"
        )
    )
    assert FERRY in found
    assert MILL in found
    assert "cookies" not in found


CONSENT = {
    "en": "We value your privacy. We and our 842 partners store and access information on a device, "
    "such as cookies, and "
    "process personal data. With your permission we may use precise location data. Accept all. Manage "
    "options.",
    "de": "Wir schätzen Ihre Privatsphäre. Wir und unsere 312 Partner verwenden Cookies und ähnliche "
    "Techniken. Ihre "
    "Einwilligung können Sie in der Datenschutzerklärung widerrufen. Alle akzeptieren",
    "fr": "Nous respectons votre vie privée. Nous et nos 512 partenaires stockons des informations "
    "sur votre appareil. "
    "Avec votre accord, nous utilisons des données de localisation. Continuer sans accepter",
    "es": "Valoramos su privacidad. Nosotros y nuestros 400 socios almacenamos información en su "
    "dispositivo. Puede "
    "retirar su consentimiento en la política de privacidad. Aceptar todo",
    "it": "Rispettiamo la tua privacy. Noi e i nostri 400 partner archiviamo informazioni su un "
    "dispositivo. Puoi "
    "revocare il tuo consenso. Continua senza accettare",
    "pt": "Valorizamos a sua privacidade. Nós e os nossos 400 parceiros armazenamos informações num "
    "dispositivo. Ao "
    "clicar em aceitar, dá o seu consentimento. Aceitar tudo",
    "nl": "Wij waarderen uw privacy. Wij en onze 400 partners slaan informatie op uw apparaat op. Met "
    "uw toestemming "
    "gebruiken wij uw locatie. Alles accepteren",
    "pl": "Cenimy Twoją prywatność. My i nasi 400 partnerzy przechowujemy informacje na urządzeniu. "
    "Klikając przycisk, "
    "wyrażasz zgodę. Polityka prywatności",
    "cs": "Vážíme si vašeho soukromí. My a naši 400 partneři ukládáme informace v zařízení. Kliknutím "
    "na tlačítko "
    "udělíte souhlas. Přijmout vše",
    "tr": "Gizliliğinize değer veriyoruz. Biz ve 400 iş ortağımız cihazınızda bilgi saklıyoruz. "
    "Düğmeye tıklayarak "
    "kabul etmiş olursunuz. Tümünü kabul et",
    "ru": "Мы ценим вашу конфиденциальность. Мы и наши 400 партнеров храним сведения на устройстве. "
    "Нажимая кнопку, вы "
    "соглашаетесь с этим. Принять все",
    "uk": "Ми цінуємо вашу конфіденційність. Ми та наші 400 партнерів зберігаємо відомості на "
    "пристрої. Натискаючи "
    "кнопку, ви погоджуєтеся з цим. Прийняти все",
    "ar": "نحن نقدر خصوصيتك. نستخدم ملفات تعريف الارتباط على هذا الموقع. بالنقر على الزر فإنك تمنح "
    "موافقتك. قبول الكل",
    "fa": "حریم خصوصی شما برای ما مهم است. ما از کوکی‌ها در این سایت استفاده می‌کنیم. با کلیک روی "
    "دکمه می‌پذیرید. پذیرش همه",
    "zh": "我们重视您的隐私。我们使用Cookie来存储信息。点击按钮即表示您同意。接受全部",
}
ERROR = {
    "en": (
        "Page not found | The Lantern",
        "The page you are looking for has been moved or deleted. Use the search.",
    ),
    "de": ("Fehler 404", "Die gesuchte Seite wurde nicht gefunden. Zurück zur Startseite."),
    "fr": (
        "Page introuvable",
        "La page que vous cherchez n'existe plus ou a été déplacée. Retour à l'accueil.",
    ),
    "es": ("Página no encontrada", "La página que busca ya no existe. Volver al inicio."),
    "it": ("Pagina non trovata", "La pagina che stai cercando è stata spostata. Torna alla home."),
    "pt": ("Página não encontrada", "A página que procura foi removida. Voltar à página inicial."),
    "nl": ("Pagina niet gevonden", "De pagina die u zoekt bestaat niet meer. Terug naar de homepage."),
    "pl": ("Nie znaleziono strony", "Strona, której szukasz, została przeniesiona. Wróć na stronę główną."),
    "cs": ("Stránka nenalezena", "Stránka, kterou hledáte, byla odstraněna. Zpět na hlavní stránku."),
    "tr": ("Sayfa bulunamadı", "Aradığınız sayfa taşınmış veya silinmiş olabilir. Ana sayfaya dön."),
    "ru": ("Страница не найдена", "Страница, которую вы ищете, была удалена. Вернуться на главную."),
    "uk": ("Сторінку не знайдено", "Сторінка, яку ви шукаєте, була видалена. Повернутися на головну."),
    "ar": ("الصفحة غير موجودة", "الصفحة التي تبحث عنها تم حذفها. العودة إلى الصفحة الرئيسية."),
    "fa": ("صفحه یافت نشد", "صفحه مورد نظر شما حذف شده است. بازگشت به صفحه اصلی."),
    "zh": ("页面不存在", "您访问的页面已被删除。返回首页。"),
}
CAPTCHA = {
    "en": (
        "Are you a robot?",
        "We have detected unusual activity from your network. Click the box below to go on.",
    ),
    "de": (
        "Überprüfung",
        "Bitte bestätigen Sie, dass Sie ein Mensch sind. Lösen Sie das Captcha, um fortzufahren.",
    ),
    "fr": ("Vérification", "Confirmez que vous n'êtes pas un robot. Résolvez le captcha pour continuer."),
    "es": ("Un momento", "Confirme que no eres un robot. Resuelve el captcha para continuar."),
    "it": ("Verifica", "Conferma che non sei un robot. Risolvi il captcha per continuare."),
    "pt": ("Verificação", "Estamos verificando seu navegador. Resolva o captcha para continuar."),
    "nl": ("Controle", "Uw browser wordt gecontroleerd. Bevestig dat u geen robot bent."),
    "pl": ("Weryfikacja", "Potwierdź, że nie jesteś robotem. Wypełnij captcha, aby przejść dalej."),
    "cs": ("Ověření", "Potvrďte, že nejste robot. Vyplňte captcha a pokračujte."),
    "tr": ("Doğrulama", "Robot olmadığınızı doğrulayın. Devam etmek için captcha'yı çözün."),
    "ru": ("Проверка", "Подтвердите, что вы не робот. Введите код с картинки."),
    "uk": ("Перевірка", "Підтвердьте, що ви не робот. Введіть код з картинки."),
    "ar": ("تحقق", "يرجى تأكيد أنك لست روبوتا. أدخل رمز التحقق للمتابعة."),
    "fa": ("بررسی", "تأیید کنید که شما ربات نیستید. کد امنیتی را وارد کنید."),
    "zh": ("请稍候", "请确认您不是机器人。完成人机验证后继续。"),
}
PAYWALL = {
    "en": "To continue reading this article, subscribe to The Lantern. Already a subscriber? Log in here.",
    "de": "Um weiterzulesen, testen Sie jetzt das Abo. Sie sind bereits Abonnent? Hier anmelden.",
    "fr": "Pour lire la suite de cet article, abonnez-vous. Déjà abonné ? Connectez-vous.",
    "es": "Para seguir leyendo, suscríbete a El Faro. ¿Ya eres suscriptor? Inicia sesión.",
    "it": "Per continuare a leggere, abbonati a La Lanterna. Sei già abbonato? Accedi qui.",
    "pt": "Para continuar lendo, assine o jornal. Já é assinante? Faça login.",
    "nl": "Om verder te lezen, word abonnee. Al abonnee? Log in om door te gaan.",
    "pl": "Aby czytać dalej, wykup dostęp. Masz już prenumeratę? Zaloguj się.",
    "cs": "Chcete-li číst dál, předplaťte si náš deník. Máte již předplatné? Přihlaste se.",
    "tr": "Okumaya devam etmek için abone olun. Zaten abone misiniz? Giriş yapın.",
    "ru": "Чтобы продолжить чтение, оформите подписку. Уже есть подписка? Войдите.",
    "uk": "Щоб продовжити читання, оформіть передплату. Вже передплатили? Увійдіть.",
    "ar": "لمواصلة القراءة اشترك في الصحيفة. هل أنت مشترك بالفعل؟ سجل الدخول.",
    "fa": "برای ادامه مطالعه مشترک شوید. قبلا مشترک شده‌اید؟ وارد شوید.",
    "zh": "继续阅读请订阅本报。已经订阅？登录。",
}
SCRIPT = {
    "en": "Please enable JavaScript to view this page.",
    "de": "Bitte aktivieren Sie JavaScript in Ihrem Browser.",
    "fr": "Veuillez activer JavaScript pour continuer.",
    "es": "Por favor, habilite JavaScript en su navegador.",
    "it": "Abilita JavaScript per vedere questa pagina.",
    "pt": "Ative o JavaScript para continuar.",
    "nl": "Schakel JavaScript in om deze pagina te zien.",
    "pl": "Włącz JavaScript, aby zobaczyć stronę.",
    "cs": "Pro zobrazení stránky povolte JavaScript.",
    "tr": "Devam etmek için lütfen JavaScript'i etkinleştirin.",
    "ru": "Включите JavaScript в браузере.",
    "uk": "Увімкніть JavaScript у браузері.",
    "ar": "يرجى تفعيل جافا سكريبت في المتصفح.",
    "fa": "لطفا جاوااسکریپت را فعال کنید.",
    "zh": "请启用JavaScript后查看本页。",
}


@pytest.mark.parametrize("lang", CONSENT)
def test_walls_are_told_by_kind_in_the_languages_of_the_cleaner(lang):
    assert find_wall("The Lantern", CONSENT[lang]) == "consent"
    assert find_wall(*ERROR[lang]) == "error"
    assert find_wall(*CAPTCHA[lang]) == "captcha"
    assert find_wall("Ferry sails", PAYWALL[lang]) == "paywall"
    assert find_wall("The Lantern", SCRIPT[lang]) == "script"


@pytest.mark.parametrize("lang", CONSENT)
def test_pages_of_walls_are_rejected_by_name(lang):
    assert "consent page" in reason(page(f"<div><p>{CONSENT[lang]}</p><button>OK</button></div>", lang=lang))
    title, words = ERROR[lang]
    assert "error page" in reason(page(f"<h1>{title}</h1><p>{words}</p>", lang=lang))
    title, words = CAPTCHA[lang]
    assert "captcha" in reason(page(f"<h1>{title}</h1><p>{words}</p>", lang=lang))
    assert "paywall" in reason(page(f"<h1>T</h1><div><p>{PAYWALL[lang]}</p></div>", lang=lang))
    assert "JavaScript" in reason(page(f"<noscript>{SCRIPT[lang]}</noscript><div id='app'></div>", lang=lang))


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("404", "The requested URL /ferry was not found on this server."),
        ("403 Forbidden", "You don't have permission to access this resource. nginx"),
        ("502 Bad Gateway", "nginx"),
        ("Oops!", "Something went wrong. Please try again later."),
        (
            "Service unavailable",
            "The server is temporarily unable to service your request. Please try again later.",
        ),
        ("500 - Internal Server Error - The Lantern", "An error occurred. Contact the site administrator."),
        ("404", ""),
        (
            "Access Denied",
            'You don\'t have permission to access "http://lantern.example/" on this server. Reference #18',
        ),
    ],
)
def test_error_pages_of_servers(title, words):
    head = f"<title>{title}</title>"
    assert "error page" in reason(page(f"<center><h1>{title}</h1></center><hr><p>{words}</p>", head))


def test_an_error_page_with_teasers_below_is_one():
    teasers = "".join(f'<div><h3><a href="/{n}">Mill</a></h3><p>{MILL[:90]}</p></div>' for n in range(4))
    body = (
        f"<main><h1>Page not found</h1><p>The page you are looking for may have been moved.</p>"
        f"</main><aside>{teasers}</aside>"
    )
    assert "error page" in reason(page(body, "<title>Page not found</title>"))


def test_cloudflare():
    body = (
        "<h1>lantern.example</h1><p>Checking if the site connection is secure</p><p>lantern.example "
        "needs to review the "
        "security of your connection before proceeding.</p><p>Ray ID: 7a1b</p><p>Performance &amp; "
        "security by Cloudflare</p>"
    )
    assert "captcha" in reason(page(body, "<title>Just a moment...</title>"))


LOOKALIKES = [
    ("Regulator fines site over cookies", "The regulator fined a shop that wrote: “We value your "
    "privacy.” It had shared data "
     "with 300 firms before anyone clicked accept. Banners that say “accept all” in green must offer "
     "a refusal as well."),
    ("Are you a robot?", "The question is asked two hundred million times a day. Captchas were meant "
    "to train machines, and "
     "now machines solve them faster than people. Clicking a box that says “I'm not a robot” proves "
     "little, she says."),
    ("Error 404: the town that maps forgot", "Drivers who look for Lower Senn find a field. The mayor "
    "has written to three "
     "makers of maps. He jokes that his page could not be found. The council meets on it on Monday."),
    ("Page not found", "A page of the town's oldest chronicle has been missing since 1911. It may "
    "have been removed by a "
     "monk, the archive says. Visitors ask for it every week, and leave with a postcard."),
    ("Paper builds a paywall", "The Harbour Sheet will ask readers to pay from May. Those who want to "
    "read more than five "
     "articles must subscribe. Readers who already subscribe to the printed paper need not pay twice."),
    ("Browser maker drops JavaScript engine", "The company said that sites would load faster. "
    "Developers who rely on the "
     "engine must rewrite their code by June. A third of them have begun."),
    ("Forbidden", "Fishing in the sound is forbidden until spring. The ministry wants the herring to "
    "recover. Boats of "
     "less than six metres are exempt."),
    ("Zugriff verweigert", "Die Polizei hat dem Ausschuss den Zugriff auf die Akten verweigert. Das "
    "Spiel der beiden "
     "Ministerien um die Papiere wurde auf Montag verschoben. Ein Sprecher nannte das vorläufig."),
    ("Робот на почте", "На почте в Норхавене посылки теперь разбирает робот. Войти в зал можно будет "
    "только с пропуском. "
     "«Вы не робот?» — шутят с очередью сотрудники. Подписку на газету он тоже оформит."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "words"), LOOKALIKES)
def test_articles_about_walls_are_articles(title, words):
    assert find_wall(title, words) is None
    first, second = words.split(". ", 1)
    found = text(
        page(f"<article><h1>{title}</h1><p>{first}.</p><p>{second}</p></article>", f"<title>{title}</title>")
    )
    assert second[:40] in found


def test_the_opening_of_an_article_before_a_paywall_is_read():
    found = text(page(f"<article><h1>Ferry</h1><p>{FERRY}</p><div><p>{PAYWALL['en']}</p></div></article>"))
    assert FERRY in found


@pytest.mark.parametrize(
    "wall", ["", f"<p>{PAYWALL['en']}</p>", f"<noscript>{SCRIPT['en']}</noscript>", f"<p>{CONSENT['en']}</p>"]
)
@pytest.mark.parametrize("graph", [False, True])
def test_an_article_that_only_the_structured_data_hold(wall, graph):
    data = {
        "@type": "NewsArticle",
        "headline": "Ferry &amp; fares",
        "datePublished": "2015-03-04",
        "articleBody": f"<p>{FERRY}</p><p>{MILL}</p>",
    }
    data = {"@graph": [{"@type": "WebSite"}, data]} if graph else data
    head = f'<title>T</title><script type="application/ld+json">{json.dumps(data)}</script>'
    (found,) = read(page(f"<div id='root'>{wall}</div>", head))
    assert FERRY in found.text
    assert MILL in found.text
    assert "<p>" not in found.text
    assert (found.published, found.title) == ("2015-03-04", "Ferry & fares")


@pytest.mark.parametrize(
    "data", ["{", "[]", '"x"', '{"articleBody": 7}', '{"@type": ["NewsArticle", null]}', "[" * 10_000]
)
def test_odd_structured_data_do_no_harm(data):
    head = f'<title>T</title><script type="application/ld+json">{data}</script>'
    assert FERRY in text(page(f"<article><h1>Ferry</h1><p>{FERRY}</p></article>", head))


def teasers(n, words, tag="h2", inside=True):
    link = '<{0}><a href="/{1}">Story {1}</a></{0}>' if inside else '<a href="/{1}"><{0}>Story {1}</{0}></a>'
    return "".join(f"<div>{link.format(tag, number)}<p>{words} {number}</p></div>" for number in range(n))


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("tag", ["h2", "h3"])
def test_pages_of_teasers_are_rejected(tag, inside):
    body = f"<main><h1>Latest</h1>{teasers(6, MILL[:100], tag, inside)}</main>"
    assert "teasers" in reason(page(body, "<title>Latest news</title>"))


def test_pages_of_teasers_in_articles_are_rejected():
    cards = "".join(article(f'<a href="/{n}">Story {n}</a>', f"{MILL[:110]} {n}") for n in range(6))
    assert "teasers" in reason(page(f"<main><h1>Latest</h1>{cards}</main>"))


@pytest.mark.parametrize(
    "body",
    [
        "".join(
            f"<div><h2>Story {n}</h2><p>{MILL[:100]} {n}</p><a href='/{n}'>Read more</a></div>"
            for n in range(5)
        ),
        "".join(
            f"<h2>Story {n}</h2><p>{MILL[:100]} {n}</p><p><a href='/{n}'>Read more</a></p>" for n in range(5)
        ),
        "<ul>" + "".join(f"<li><a href='/{n}'>{MILL[:60]} {n}</a></li>" for n in range(8)) + "</ul>",
        "".join(
            f"<div><header><h3><a href='/{n}'>Story {n}</a></h3></header><p>{MILL[:100]} {n}</p></div>"
            for n in range(5)
        ),
    ],
)
def test_pages_of_teasers_of_other_forms_are_rejected(body):
    assert "teasers" in reason(page(f"<main><h1>Latest</h1>{body}</main>"))


def test_articles_without_a_heading_are_whole_where_they_are_long():
    long = f"<article><p>{FERRY}</p><p>{MILL}</p><p>{SCHOOL}</p></article>"
    other = long.replace("The", "This")
    assert len(read(page(f"<main>{long}{other}</main>"))) == 2
    assert len(read(page(f"<main>{long}<article><p>{MILL}</p></article></main>"))) == 1


def test_whole_posts_below_linked_headings_are_no_teasers():
    posts = "".join(
        f"<div><h2><a href='/{n}'>Story {n}</a></h2><p>{FERRY} {MILL} {SCHOOL} {n}</p></div>"
        for n in range(4)
    )
    assert SCHOOL in text(page(f"<main><h1>Diary</h1>{posts}</main>"))


def test_an_article_is_found_below_a_longer_notice():
    notice = "".join(f"<p>{words}</p>" for words in CONSENT["en"].replace("842", "17").split(". ") * 3)
    found = text(
        page(f"<div class='wall'>{notice}</div><main><aside><h1>Ferry</h1><p>{FERRY}</p></aside></main>")
    )
    assert FERRY in found
    assert "partners" not in found


def test_an_article_above_teasers_is_read():
    body = (
        f"<main><article><h1>Ferry</h1><p>{FERRY}</p><p>{MILL}</p><p>{SCHOOL}</p></article>"
        f"<section>{teasers(6, 'Short word')}</section></main>"
    )
    assert FERRY in text(page(body))


def test_an_article_whose_headings_are_links_is_read_where_the_page_says_so():
    body = f"<main><article><h1>Six walks</h1>{teasers(6, MILL[:150])}</article></main>"
    assert "Story 1" in text(page(body, '<title>T</title><meta property="og:type" content="article">'))


def test_sections_of_an_article_are_no_teasers():
    sections = "".join(
        f"<h2>Part {n}</h2><p>{words}</p>"
        for n, words in enumerate((FERRY, MILL, SCHOOL, FERRY + " So it goes."))
    )
    assert SCHOOL in text(page(f"<article><h1>Year</h1>{sections}</article>"))


def test_tables_that_lay_out_a_page_leave_no_marks():
    menu = '<td><a href="/">Home</a><br><a href="/s">Sport</a></td>'
    story = f"<td><font size=4><b>Ferry</b></font><br><br>{FERRY}<br><br>{MILL}<br><br>{SCHOOL}</td>"
    found = text(
        f"<html><body><table><tr><td colspan=2>The Lantern</td></tr><tr>{menu}{story}</tr></table>"
        f"</body></html>"
    )
    assert found.split("\n")[-3:] == [FERRY, MILL, SCHOOL]
    assert "|" not in found
    assert "Sport" not in found


def test_tables_in_tables_leave_no_marks():
    inner = f"<table><tr><td><p>{FERRY}</p></td></tr><tr><td><p>{MILL}</p></td></tr></table>"
    found = text(
        f"<html><body><table><tr><td><a href='/'>Home</a></td><td>{inner}</td></tr></table></body></html>"
    )
    assert "|" not in found
    assert "Home" not in found
    assert found.index(FERRY) < found.index(MILL)


def test_a_table_of_data_keeps_its_cells_apart():
    rows = (
        "<tr><th>Port</th><th>Ferries</th></tr><tr><td>Norhaven</td><td>12</td></tr><tr><td>"
        "Senn</td><td>7</td></tr>"
    )
    found = text(page(f"<article><h1>Ferry</h1><p>{FERRY}</p><table>{rows}</table><p>{MILL}</p></article>"))
    assert "| Norhaven | 12 |" in found


@pytest.mark.parametrize("body", ["", "<div id='app'></div><script>run()</script>", "<p></p>"])
def test_pages_without_text(body):
    assert reason(page(body)).startswith("no article")


def test_amp_and_right_to_left_pages():
    words = (
        "قال محافظ المدينة إن العبارة ستبحر من جديد يوم الأحد بعد أحد عشر يوما من الانتظار في "
        "البرد. وأضاف أن الصمام المعيب استبدل."
    )
    assert words in text(page(f"<article dir='rtl'><h1>العبارة</h1><p>{words}</p></article>", lang="ar"))
    amp = page(
        f"<amp-analytics></amp-analytics><article><h1>Ferry</h1><p>{FERRY}</p><amp-ad></amp-ad></article>"
    )
    assert FERRY in text(amp.replace("<html", "<html amp"))
