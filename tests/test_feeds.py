"""Feeds; all items are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.read.feeds import is_feed, read_feed
from newstance.corpus.read.files import RawArticle, Rejection, read_files
from newstance.corpus.read.markup import plain_text

FERRY = "The ferry to Norhaven sails again on Sunday, the port said."
RSS = f"""<?xml version="1.0" encoding="{{encoding}}"?>
<?xml-stylesheet href="feed.css"?>
<!-- made by hand -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>The Lantern &amp; Sheet</title><link>https://lantern.example</link>
<atom:link href="https://lantern.example/feed" rel="self"/>
<image><title>Logo</title></image>
<item><media:title>A picture</media:title><title><![CDATA[Ferry sails &amp; returns]]></title>
<link>https://lantern.example/ferry</link><guid isPermaLink="false">17</guid>
<pubDate>Wed, 04 Mar 2015 10:31:00 GMT</pubDate><description>A short word.</description>
<content:encoded><![CDATA[<p>{FERRY}</p>
<figure><img src="a.png"/><figcaption>Pier</figcaption></figure>
<p>Fares rise&nbsp;by a tenth.</p><script>x()</script>]]></content:encoded></item>
<item><title>Mill</title><guid>https://lantern.example/mill</guid><dc:date>2015-03-05T08:00:00Z</dc:date>
<source url="https://sheet.example/feed">The Harbour Sheet</source>
<description>&lt;p&gt;A fire at the old mill &amp;amp; its barn was put out.&lt;/p&gt;</description></item>
<item><title>Only a title</title></item>
<item></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">The Lantern</title><id>urn:feed</id>
<entry><title type="html">Ferry &lt;b&gt;sails&lt;/b&gt;</title><id>urn:17</id>
<link rel="edit" href="https://lantern.example/edit"/><link href="https://lantern.example/ferry"/>
<updated>2015-03-06T00:00:00Z</updated><published>2015-03-04T10:31:00Z</published>
<summary>A short word.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{FERRY}</p>
<p>Fares rise by <em>a tenth</em>.</p></div></content></entry>
<entry><title>Mill</title><updated>2015-03-05T08:00:00Z</updated>
<source><title>The Harbour Sheet</title></source>
<summary type="html">&lt;p&gt;A fire.&lt;/p&gt;</summary></entry></feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Lantern</title></channel>
<item><title>Ferry sails</title><link>https://lantern.example/ferry</link><dc:date>2015-03-04</dc:date>
<description>{FERRY}</description></item></rdf:RDF>"""


@pytest.mark.parametrize("name", ["a.xml", "a.rss", "a.txt", "a.html", "a.htm"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_rss_whatever_the_file_is_called(tmp_path, name, encoding):
    text = RSS.format(encoding=encoding).replace("Only a title", "Только заголовок, и больше ничего")
    (tmp_path / name).write_bytes(text.encode(encoding))
    ferry, mill, title, empty = read_files(tmp_path)
    assert (ferry.title, ferry.source) == ("Ferry sails & returns", "The Lantern & Sheet")
    assert (ferry.url, ferry.published) == ("https://lantern.example/ferry", "Wed, 04 Mar 2015 10:31:00 GMT")
    assert ferry.text == f"{FERRY}\nFares rise by a tenth."
    assert (ferry.article_id, ferry.line, ferry.is_html) == (f"{name}#1", 1, False)
    assert (mill.source, mill.published) == ("The Harbour Sheet", "2015-03-05T08:00:00Z")
    assert mill.url == "https://lantern.example/mill"
    assert mill.text == "A fire at the old mill & its barn was put out."
    assert any("summary" in note for note in mill.inferred)
    assert not any("summary" in note for note in ferry.inferred)
    assert title.text == title.title == "Только заголовок, и больше ничего"
    assert isinstance(empty, Rejection)
    assert empty.line == 4


def test_atom(tmp_path):
    (tmp_path / "a.atom").write_text(ATOM)
    ferry, mill = read_files(tmp_path)
    assert (ferry.title, ferry.source, ferry.url) == (
        "Ferry sails",
        "The Lantern",
        "https://lantern.example/ferry",
    )
    assert ferry.published == "2015-03-04T10:31:00Z"
    assert ferry.text == f"{FERRY}\nFares rise by a tenth."
    assert (mill.source, mill.text, mill.published) == (
        "The Harbour Sheet",
        "A fire.",
        "2015-03-05T08:00:00Z",
    )


def test_rss_of_the_first_kind():
    (item,) = read_feed(RDF)
    assert (item.title, item.source, item.text) == ("Ferry sails", "The Lantern", FERRY)


def test_faults_of_feeds_are_passed_over():
    broken = (
        f"<rss><channel><title>Sun & Lantern</title><item><title>Ferry &ndash; sails</title>"
        f"<description>{FERRY}"
    )
    (item,) = read_feed(broken)
    assert (item.title, item.text) == ("Ferry – sails", FERRY)


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    text = (
        f"{bomb}<rss><channel><item><title>T</title><description>x &b; y</description></item></channel></rss>"
    )
    assert is_feed(text)
    assert "aaaaaaaaaa" not in next(read_feed(text)).text


def test_a_feed_without_items_is_told(tmp_path):
    (tmp_path / "a.xml").write_text("<rss><channel><title>The Lantern</title></channel></rss>")
    (rejection,) = read_files(tmp_path)
    assert rejection.reason == "the feed holds no item"


@pytest.mark.parametrize(
    ("text", "told"),
    [("<urlset><url/></urlset>", "<urlset>"), ("no markup", "no XML"), ("<rssx></rssx>", "<rssx>")],
)
def test_other_xml_is_refused_by_its_first_element(tmp_path, text, told):
    (tmp_path / "a.xml").write_text(text)
    (rejection,) = read_files(tmp_path)
    assert "no RSS or Atom feed" in rejection.reason
    assert told in rejection.reason


def test_a_page_called_xml_is_a_page(tmp_path):
    (tmp_path / "a.xml").write_text(f'<?xml version="1.0"?><html><body><p>{FERRY}</p></body></html>')
    (page,) = read_files(tmp_path)
    assert isinstance(page, RawArticle)
    assert page.is_saved_page


def test_a_text_about_feeds_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_text(f"How to write a feed\n\nBegin with <rss> and <channel>.\n{FERRY}")
    (article,) = read_files(tmp_path)
    assert article.article_id == "a.txt"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a < b and b > c", "a < b and b > c"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("Some <b>bold</b> claims.<br/><br>Then <a href='x'>more</a>.", "Some bold claims.\nThen more."),
        ("<p>One\ntwo</p>  <ul><li>three</li><li>four</li></ul>tail", "One two\nthree\nfour\ntail"),
        ("&lt;p&gt;Tom &amp;amp; Ida&lt;/p&gt;", "Tom & Ida"),
        ("caf&eacute; &#8211; ok", "café – ok"),
        ("<p>kept<!-- gone --> here<script>gone()</script> too</p>", "kept here too"),
        ("", ""),
    ],
)
def test_markup_to_text(markup, text):
    assert plain_text(markup) == text


@given(st.text())
def test_markup_of_any_kind_gives_a_text(text):
    assert "<script>" not in plain_text(f"<p>{text}</p>")
