"""Public sets of stances as their authors give them, told by their columns, as rows of our own.

RuSentNE-2023 (github.com/dialogue-evaluation/RuSentNE-evaluation), NewsMTSC (github.com/fhamborg/NewsMTSC,
and its one-target rows for datasets), RuArg-2022 (github.com/dialogue-evaluation/RuArg), x-stance
(github.com/ZurichNLP/xstance) and SemEval-2016 task 6 (alt.qcri.org/semeval2016/task6). A target that its
text does not name has no place: ``start`` and ``end`` are None.
"""

from collections.abc import Callable, Iterator
from typing import Any

from newstance.corpus.language import detect
from newstance.scripts import folded
from newstance.stance.mentions import Span, mention_pattern

Row = dict[str, Any]
OF_SIGN = {"1": "favor", "-1": "against", "0": "none"}
OF_POLARITY = {"6": "favor", "2": "against", "4": "none", **OF_SIGN}
OF_CLAIM = {"2": "favor", "0": "against", "1": "none", "-1": "none"}
OF_WORD = {"FAVOR": "favor", "AGAINST": "against", "NONE": "none"}
CLAIM = "_stance"  # ends the name of a column of RuArg


def own_rows(row: Row) -> list[Row] | None:
    """The judgements of a row of a public set, each with text, target, start, end, stance, lang, group; None
    where it is of none.

    A label that the set does not have stays as it is, and one that is missing is None. Raises ``ValueError``
    where the text does not have the mention at its place.
    """
    columns = set(row)
    return next((list(make(row)) for needed, make in SETS if needed <= columns), None) or _of_claims(row)


def is_tabbed(header: list[str]) -> bool:
    """Whether ``header`` is of a public set whose quotation marks are partly signs of its texts."""
    return any(needed <= set(header) for needed, _ in SETS) or bool(_claims(header))


def _rusentne(row: Row) -> Iterator[Row]:
    text, entity = row["sentence"], row["entity"]
    place = _place(text, entity, row["entity_pos_start_rel"], row["entity_pos_end_rel"])
    yield _own(text, entity, place, OF_SIGN, row.get("label"), lang="ru", group=text)


def _newsmtsc(row: Row) -> Iterator[Row]:
    text = row["sentence_normalized"]
    for one in row["targets"]:
        place = _place(text, one.get("mention"), one.get("from"), one.get("to"))
        about = {"task_id": one.get("Input.gid"), "lang": _lang(row, text), "group": text}
        yield _own(text, one.get("mention"), place, OF_POLARITY, one.get("polarity"), **about)


def _newsmtsc_flat(row: Row) -> Iterator[Row]:
    text, place = row["sentence"], _place(row["sentence"], row["mention"], row["from"], row["to"])
    about = {"task_id": row.get("id"), "lang": _lang(row, text), "group": text}
    yield _own(text, row["mention"], place, OF_POLARITY, row["polarity"], **about)


def _lang(row: Row, text: Any) -> str:
    # Others give sets of other languages in the columns of NewsMTSC, so English is not taken for granted.
    return row.get("language") or row.get("lang") or detect([str(text)])[0]


def _xstance(row: Row) -> Iterator[Row]:
    text, target = row["comment"], row["question"]
    about = {"task_id": row.get("id"), "lang": row.get("language"), "group": row.get("author") or text}
    yield _own(text, target, None, OF_WORD, row["label"], **about)


def _semeval(row: Row) -> Iterator[Row]:
    text, target = row["Tweet"], row["Target"]
    about = {"task_id": row.get("ID"), "lang": "en", "group": text}
    yield _own(text, target, _named(text, target), OF_WORD, row["Stance"], **about)


def _of_claims(row: Row) -> list[Row] | None:
    """RuArg: a judgement a claim, which is called by the name of its column."""
    claims = _claims(row)
    text = row.get("text")
    about = {"task_id": row.get("text_id"), "lang": "ru", "group": text}
    return [_own(text, one, None, OF_CLAIM, row[one + CLAIM], **about) for one in claims] or None


def _claims(columns: Any) -> list[str]:
    names = [str(one).removesuffix(CLAIM) for one in columns if str(one).endswith(CLAIM)]
    is_ruarg = {"text_id", "text"} <= set(columns) and all(f"{one}_argument" in columns for one in names)
    return names if is_ruarg else []


SETS: tuple[tuple[set[str], Callable[[Row], Iterator[Row]]], ...] = (
    ({"sentence", "entity", "entity_pos_start_rel", "entity_pos_end_rel"}, _rusentne),
    ({"sentence_normalized", "targets"}, _newsmtsc),
    ({"sentence", "mention", "from", "to", "polarity"}, _newsmtsc_flat),
    ({"question", "comment", "label"}, _xstance),
    ({"Target", "Tweet", "Stance"}, _semeval),
)


def _own(
    text: Any, target: Any, place: Span | None, of_label: dict[str, str], label: Any, **about: Any
) -> Row:
    start, end = place or (None, None)
    row = {"text": text, "target": target, "start": start, "end": end, "stance": _stance(label, of_label)}
    return row | about


def _place(text: Any, mention: Any, start: Any, end: Any) -> Span:
    """The code points ``start:end`` of ``text``, where ``mention`` has to stand."""
    try:
        place = int(start), int(end)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the target stands at {start!r} to {end!r}; expected numbers") from error
    words = str(text)[slice(*place)]
    if words.casefold() != str(mention).casefold():
        raise ValueError(f"at {start} to {end} stands {words!r}, not {mention!r}")
    return place


def _stance(label: Any, of_label: dict[str, str]) -> str | None:
    if label in (None, ""):
        return None
    word = str(label).strip().removesuffix(".0")
    return of_label.get(word, str(label))


def _named(text: Any, target: Any) -> Span | None:
    """Where ``text`` first names ``target``, in whole words."""
    if not isinstance(text, str) or not isinstance(target, str) or not target.strip():
        return None
    view = folded(text)
    found = mention_pattern(target).search(view.text)
    return view.span(*found.span()) if found else None
