"""Exports of press databases; all texts are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newstance.corpus.read.dates import parse_date
from newstance.corpus.read.exports import split_export
from newstance.corpus.read.files import RawArticle, Rejection, read_files

FERRY = "The ferry to Norhaven sails again on Sunday, the port said. Passengers had waited for eleven days."
MILL = (
    "A fire at the old mill was put out before dawn. The owner blames a heater that he had meant to replace."
)

LEXISNEXIS = f"""
                               1 of 2 DOCUMENTS


                                 The Lantern

                             March 4, 2015 Wednesday
                                Late Edition

Ferry to Norhaven
sails again

BYLINE: Ida Brook

SECTION: REGION; Pg. 4

LENGTH: 17 words

DATELINE: NORHAVEN


{FERRY}

INTERVIEWER: And the fares?

GRAPHIC: Photo: the ferry at its pier

LOAD-DATE: March 5, 2015

LANGUAGE: ENGLISH

PUBLICATION-TYPE: Newspaper


                     Copyright 2015 Lantern Press Ltd
                          All Rights Reserved

                               2 of 2 DOCUMENTS

                     Copyright 2014 Harbour Sheet Ltd
                          All Rights Reserved

                              The Harbour Sheet

                          December 30, 2014, Tuesday

SECTION: Local

LENGTH: 24 words

HEADLINE: Mill fire out before dawn

BODY:
{MILL}

LOAD-DATE: December 31, 2014
"""

GERMAN = """                              Dokument 1 von 1

                              Der Hafenbote

                           4. März 2015 Mittwoch
                              Gesamtausgabe

Fähre fährt wieder

AUTOR: Ida Bach

RUBRIK: REGION; S. 4

LÄNGE: 17 Wörter

Die Fähre nach Norhaven fährt ab Sonntag wieder, teilte der Hafen mit.

UPDATE: Am Abend sagte der Hafen, es bleibe dabei.

UPDATE: 5. März 2015

SPRACHE: GERMAN; DEUTSCH

PUBLICATION-TYPE: Zeitung

                        Copyright 2015 Hafenbote Verlag
                           Alle Rechte vorbehalten
"""

FRENCH = """                              Document 1 de 1

                             La Lanterne

                           mercredi 4 mars 2015

Le bac reprend la mer

AUTEUR: Ida Ruisseau

RUBRIQUE: RÉGION; Pg. 4

LONGUEUR: 17 mots

Le bac de Norhaven reprendra la mer dimanche, a annoncé le port.

DATE-CHARGEMENT: 5 mars 2015

LANGUE: FRENCH; FRANÇAIS
"""

RUSSIAN = """                              Документ 1 из 1

                             Портовый листок

                           4 марта 2015 г. среда

Паром снова пойдёт

РУБРИКА: КРАЙ

ДЛИНА: 17 слов

Паром на Норхавен снова пойдёт в воскресенье, сообщил порт.

ДАТА-ЗАГРУЗКИ: 5 марта 2015 г.

ЯЗЫК: RUSSIAN
"""


def nexis_uni(body="Body", end="End of Document"):
    return f"""Ferry to Norhaven sails again after March 1, 2015
The Lantern
March 4, 2015 Wednesday 10:31 AM GMT
Late Edition

Copyright 2015 Lantern Press Ltd All Rights Reserved
Section: REGION; Pg. 4
Length: 17 words
Byline: Ida Brook
Highlight: The ferry had stood still
for eleven days.
{body}

{FERRY}

Body of water, say sailors, is no name for the sound.

Classification

Language: ENGLISH

Load-Date: March 5, 2015


{end}

Mill fire out before dawn
The Harbour Sheet
December 30, 2014

Length: 24 words
{body}

{MILL}

{end}
"""


COVER = """User Name: reader
Date and Time: Monday, March 9, 2015 11:02:00 AM CET
Job Number: 12345
Documents (2)
1. Ferry to Norhaven sails again after March 1, 2015
Client/Matter: -None-
Search Terms: ferry
2. Mill fire out before dawn
Client/Matter: -None-

"""

FACTIVA_CODES = f"""SE REGION
HD Ferry to Norhaven sails again
BY Ida Brook
WC 17 words
PD 4 March 2015
ET 10:31
SN The Lantern
SC LANTRN
LA English
CY Copyright 2015 Lantern Press Ltd
LP
{FERRY.split(". ")[0]}.

TD
{FERRY.split(". ")[1]}

IN THE SOUND, sailors said, no one was surprised.

CO nrhvnp : Port of Norhaven
NS gtrans : Transport | gcat : News
IPC NEWS
PUB Lantern Press Ltd
AN Document LANTRN0020150304eb340000b

HD Mill fire out before dawn
WC 24 words
PD 30 December 2014
SN The Harbour Sheet
SC HRBSHT
LA English
CY (c) 2014 Harbour Sheet Ltd
LP
{MILL}
AN Document HRBSHT0020141230eacu0000c
"""

FACTIVA_PLAIN = f"""Region
Ferry to Norhaven sails again
By Ida Brook and Another Writer with a Long Name
1,117 words
4 March 2015
10:31
The Lantern
LANTRN
4
English
Copyright 2015 Lantern Press Ltd. All Rights Reserved.

{FERRY}

It sold 300 words

Document LANTRN0020150304eb340000b

Mill fire out before dawn
24 words
30 December 2014
The Harbour Sheet
HRBSHT
English
© 2014 Harbour Sheet Ltd

{MILL}

Document HRBSHT0020141230eacu0000c

Search Summary
Text ferry or mill
© 2015 Factiva, Inc. All rights reserved.
"""


def fields(text):
    export = split_export(text)
    return [(one.title, one.source, parse_date(one.published).isoformat()) for one in export.documents]


TWO = [
    ("Ferry to Norhaven sails again", "The Lantern", "2015-03-04"),
    ("Mill fire out before dawn", "The Harbour Sheet", "2014-12-30"),
]


def test_lexisnexis_gives_title_outlet_and_date():
    assert split_export(LEXISNEXIS).database == "LexisNexis"
    assert fields(LEXISNEXIS) == TWO


def test_lexisnexis_bodies_end_before_the_fields_and_keep_speakers():
    first, second = split_export(LEXISNEXIS).documents
    assert first.text == f"{FERRY}\n\nINTERVIEWER: And the fares?"
    assert second.text == MILL


@pytest.mark.parametrize(
    ("text", "title", "outlet", "end"),
    [
        (GERMAN, "Fähre fährt wieder", "Der Hafenbote", "UPDATE: Am Abend sagte der Hafen, es bleibe dabei."),
        (FRENCH, "Le bac reprend la mer", "La Lanterne", "a annoncé le port."),
        (RUSSIAN, "Паром снова пойдёт", "Портовый листок", "сообщил порт."),
    ],
)
def test_lexisnexis_in_other_languages(text, title, outlet, end):
    assert fields(text) == [(title, outlet, "2015-03-04")]
    assert split_export(text).documents[0].text.endswith(end)


def test_lexisnexis_without_margins_and_of_one_document():
    flush = "\n".join(line.strip() for line in LEXISNEXIS.split("\n"))
    assert fields(flush) == TWO
    one = flush.split("2 of 2")[0].replace("1 of 2 DOCUMENTS", "")
    assert fields(one) == TWO[:1]


def test_a_title_may_name_a_day_and_a_date_only_a_month():
    text = LEXISNEXIS.replace("Ferry to Norhaven\nsails again", "Ferry stopped on February 21, 2015")
    assert split_export(text).documents[0].title == "Ferry stopped on February 21, 2015"
    text = LEXISNEXIS.replace("March 4, 2015 Wednesday", "March 2015")
    assert split_export(text).documents[0].published == "March 2015"


@pytest.mark.parametrize("cover", ["", COVER])
def test_nexis_uni_gives_title_outlet_and_date(cover):
    title = "Ferry to Norhaven sails again after March 1, 2015"
    text = cover + nexis_uni()
    assert split_export(text).database == "Nexis Uni"
    assert fields(text) == [(title, *TWO[0][1:]), TWO[1]]
    first, second = split_export(text).documents
    assert first.text == f"{FERRY}\n\nBody of water, say sailors, is no name for the sound."
    assert second.text == MILL


def test_nexis_uni_without_the_line_above_the_body():
    documents = split_export(nexis_uni(body="").replace("still\nfor", "still for")).documents
    assert [one.text.split("\n")[0] for one in documents] == [FERRY, MILL]
    assert [one.source for one in documents] == ["The Lantern", "The Harbour Sheet"]


@pytest.mark.parametrize(
    "form", ["Document {} of 2", "DOCUMENT {} OF 2", "{} von 2 DOKUMENTEN", "{} of 2 DOCUMENTS"]
)
def test_lexisnexis_counts_its_documents_in_several_ways(form):
    text = LEXISNEXIS.replace("1 of 2 DOCUMENTS", form.format(1)).replace("2 of 2 DOCUMENTS", form.format(2))
    assert fields(text) == TWO


def test_nexis_uni_with_empty_lines_between_all():
    spaced = nexis_uni().replace("\n", "\n\n")
    assert [one.source for one in split_export(spaced).documents] == ["The Lantern", "The Harbour Sheet"]


@pytest.mark.parametrize(("body", "end"), [("Text", "Ende des Dokuments"), ("Corps", "Fin du document")])
def test_nexis_uni_in_other_languages(body, end):
    text = nexis_uni(body, end).replace("Length: 17 words", "Länge: 17 Wörter")
    assert [one.source for one in split_export(text).documents] == ["The Lantern", "The Harbour Sheet"]


@pytest.mark.parametrize("text", [FACTIVA_CODES, FACTIVA_PLAIN])
def test_factiva_gives_title_outlet_and_date(text):
    assert split_export(text).database == "Factiva"
    assert fields(text) == TWO


def test_factiva_texts_hold_no_fields():
    first, second = split_export(FACTIVA_CODES).documents
    assert first.text.startswith(FERRY.split(". ")[0])
    assert first.text.endswith("IN THE SOUND, sailors said, no one was surprised.")
    assert second.text == MILL
    first, second = split_export(FACTIVA_PLAIN).documents
    assert first.text == f"{FERRY}\n\nIt sold 300 words"
    assert second.text == MILL


def test_factiva_codes_may_stand_alone_on_their_lines():
    text = "\n".join(
        f"{line[:2]}\n{line[3:]}" if line[:3] in ("HD ", "PD ", "SN ") else line
        for line in FACTIVA_CODES.split("\n")
    )
    assert fields(text) == TWO


@pytest.mark.parametrize(
    "text",
    [
        FERRY,
        f"{FERRY}\n\nEnd of document\n\n{MILL}",
        f"The archive holds much.\n\n3 of 5 documents\n\nwere found, it said on March 4, 2015.\n{FERRY}",
        f"LENGTH: 90 metres\n\nThe new ferry\n\n{FERRY}",
        f"Ferry sails\n\n{FERRY}\n\nLoad-Date: March 5, 2015",
        f"Ferry sails\n17 words\n4 March 2015\n\n{FERRY}\n\nDocument signed by the port",
        f"A poem of\n20 words\n{FERRY}",
        f"Body\n\nThe word has many meanings.\n\nCopyright 2015 Lantern Press\n\n{FERRY}",
    ],
)
def test_texts_that_are_no_export(text):
    assert split_export(text) is None


def test_an_export_in_a_folder_gives_a_row_a_document(tmp_path):
    (tmp_path / "press").mkdir()
    empty = LEXISNEXIS.replace(MILL, "")
    (tmp_path / "press" / "export.txt").write_text(empty.replace("\n", "\r\n"), encoding="utf-8", newline="")
    article, rejection = read_files(tmp_path)
    assert isinstance(article, RawArticle)
    assert (article.article_id, article.line, article.source) == ("press/export.txt#1", 5, "The Lantern")
    assert any("LexisNexis" in note for note in article.inferred)
    assert isinstance(rejection, Rejection)
    assert "document 2 of the LexisNexis export ('Mill fire out before dawn') has no text" in rejection.reason


def test_an_export_that_begins_as_a_table_is_an_export(tmp_path):
    (tmp_path / "a.txt").write_text(f"title\ttext\nFerry\tsails\n{LEXISNEXIS}", encoding="utf-8")
    assert [one.article_id for one in read_files(tmp_path)] == ["a.txt#1", "a.txt#2"]


@given(st.lists(st.sampled_from([FERRY, MILL]), min_size=1, max_size=5))
def test_as_many_articles_come_out_as_documents_went_in(bodies):
    parts = [
        f"\n {number} of {len(bodies)} DOCUMENTS\n\n The Lantern\n\n March {number}, 2015\n\nTitle "
        f"{number}\n\n"
        f"LENGTH: 9 words\n\n{body}\n\nLOAD-DATE: March 9, 2015\n"
        for number, body in enumerate(bodies, 1)
    ]
    documents = split_export("".join(parts)).documents
    assert [one.text for one in documents] == bodies
    assert [one.title for one in documents] == [f"Title {number}" for number in range(1, len(bodies) + 1)]


@given(st.text(st.sampled_from("HD PD\nSN:LENGTH 1 of 2 DOCUMENTS Body End of Document 2015 March words")))
def test_any_text_is_split_or_left(text):
    export = split_export(text)
    assert export is None or all(one.line >= 1 for one in export.documents)
