"""What says how articles are read survives saving; it cleans new articles as the training's were."""

import json

import pytest

from newstance.corpus import CorpusConfig, Reading, corpus_from_table

FOOT = "The gate stays open from nine to five"


def rows(n: int) -> list[dict]:
    return [
        {"source": "O", "text": f"Ferry {k} left the quay {k + 3} hours late on Monday.\n{FOOT}"}
        for k in range(n)
    ]


def test_what_was_learnt_once_is_taken_out_of_one_article_too():
    learnt = corpus_from_table(rows(6), duplicates=False)
    assert learnt.boilerplate == {"O": (FOOT,)}
    reading = Reading.of(CorpusConfig(), learnt.boilerplate)
    assert corpus_from_table(rows(1), reading=reading).articles["text"][0] == learnt.articles["text"][0]
    assert FOOT in corpus_from_table(rows(1)).articles["text"][0]


def test_a_model_learns_no_lines_from_what_it_reads():
    read = corpus_from_table(rows(6), reading=Reading())
    assert read.articles["text"].str.contains(FOOT).all()
    assert read.boilerplate == {}


def test_its_options_are_those_of_the_config_and_may_be_set_anew():
    config = CorpusConfig(path="x", langs=["en"], min_words=3, n_jobs=2, columns={"text": "body"})
    reading = Reading.of(config, {})
    assert CorpusConfig(path="x", n_jobs=2, **reading.options()) == config
    short = corpus_from_table([{"body": "Too few words here for that."}], reading=reading, min_words=1)
    assert len(short) == 1


def test_it_is_read_back_from_json():
    reading = Reading(langs=("en", "de"), min_words=2, boilerplate={"O": (FOOT,)})
    stored = json.loads(json.dumps(reading.to_dict()))
    assert stored == reading.to_dict()  # a manifest refuses what would come back changed
    assert Reading.from_dict(stored) == reading
    assert Reading.from_dict(stored | {"n_jobs": 4, "path": None}) == reading
    assert not {"n_jobs", "path"} & stored.keys()


@pytest.mark.parametrize("wrong", [{"min_words": 0}, {"speed": 1}, {"columns": {"txt": "body"}}])
def test_what_is_no_reading_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Reading.from_dict(wrong)
