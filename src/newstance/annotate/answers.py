"""What people answered, read from the files of labelling tools."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from newstance.annotate.public import is_tabbed, own_rows
from newstance.label_files import read_rows, told_faults

WHAT = "annotate read"
ABOUT = (
    *("task_id", "text", "article_id", "sentence", "before", "after", "title", "lang", "source", "group"),
    *("target", "start", "end", "suggested", "drawn", "p_draw"),
)


class Answer(NamedTuple):
    """The ``label`` that ``annotator`` gave to a task; ``about`` holds the fields of the task, with target,
    start and end if it asks for a stance."""

    about: dict[str, Any]
    label: str
    annotator: str

    @property
    def unit(self) -> tuple:
        """What was labelled: the same for each annotator."""
        place = tuple(self.about.get(key) for key in ("target", "start", "end"))
        return (self.about.get("task_id") or self.about["text"], *place)


def read_answers(path: Path) -> tuple[list[Answer], Counter[str]]:
    """All answers of a file, and why how many tasks have none.

    The format is seen in the rows: own ones, exports of Label Studio (JSON), Prodigy or doccano, and public
    sets of stances (``annotate.public``). An answer without a name of its annotator has that of the file.
    Raises ``ValueError`` that lists what is no task, ``FileNotFoundError`` where there is no such file.
    """
    answers, left = [], Counter[str]()
    faults = []
    for place, row in read_rows(path, WHAT, is_tabbed):
        try:
            found = list(_answers(row))
        except ValueError as error:
            faults.append(f"{place}: {error}")
            continue
        for about, label, annotator in found:
            if isinstance(label, _No):
                left[label.why] += 1
            elif not isinstance(about.get("text"), str) or not about["text"].strip():
                faults.append(f"{place}: there is no text")
            elif fault := _fault_of_place(about):
                faults.append(f"{place}: {fault}")
            else:
                own = {key: about[key] for key in ABOUT if about.get(key) is not None}
                answers.append(Answer(_numbers(own), label, annotator or path.stem))
    if faults:
        raise ValueError(told_faults(faults, f"{WHAT}: {path}"))
    return answers, left


class _No(NamedTuple):
    """Why a task has no answer."""

    why: str


UNLABELLED = _No("not labelled")
SKIPPED = _No("skipped by the annotator")
SEVERAL = _No("more than one label was chosen")

_Found = tuple[dict[str, Any], str | _No, str | None]


def _answers(row: dict[str, Any]) -> Iterator[_Found]:
    public = own_rows(row)
    if public is not None:
        for one in public:
            yield one, _only([one["stance"]]), _name(row.get("annotator"))
    elif isinstance(row.get("data"), dict):
        yield from _of_label_studio(row)
    elif isinstance(row.get("accept"), list):
        answer = row.get("answer", "accept")
        label = _only(row["accept"]) if answer == "accept" else SKIPPED
        yield row, label, _name(row.get("_annotator_id") or row.get("_session_id"))
    elif isinstance(row.get("label"), list) or isinstance(row.get("entities"), list):
        yield row, _of_doccano(row), _name(row.get("annotator") or row.get("username"))
    else:
        given = row.get("stance") if row.get("target") else row.get("theme")
        if isinstance(given, dict):  # several choices in the short JSON of Label Studio
            given = given.get("choices")
        yield _flat(row), _only([given] if isinstance(given, str) else given), _name(row.get("annotator"))


def _of_label_studio(row: dict[str, Any]) -> Iterator[_Found]:
    done = [one for one in row.get("annotations") or [] if isinstance(one, dict)]
    if not done:
        yield row["data"], UNLABELLED, None
    for annotation in done:
        by = annotation.get("completed_by")
        name = _name(by.get("email") or by.get("id") if isinstance(by, dict) else by)
        if annotation.get("was_cancelled"):
            yield row["data"], SKIPPED, name
            continue
        results = [one for one in annotation.get("result") or [] if isinstance(one.get("value"), dict)]
        labels = {
            one.get("id"): _first(one["value"].get("labels"))
            for one in results
            if one.get("type") == "labels"
        }
        chosen = [one for one in results if one.get("type") == "choices"]
        if not chosen:
            yield row["data"], UNLABELLED, name
        for one in chosen:
            value = one["value"]
            about = dict(row["data"])
            if "start" in value and about.get("target"):
                about |= _region(value, labels.get(one.get("id")) or about["target"], about)
            yield about, _only(value.get("choices")), name


def _region(value: dict[str, Any], target: str, about: dict[str, Any]) -> dict[str, Any]:
    """Target and place of a region. Old versions of Label Studio count UTF-16 units."""
    start, end = value["start"], value["end"]
    text, words = str(about.get("text")), value.get("text")
    if words and text[start:end] != words:
        units = text.encode("utf-16-le", "surrogatepass")
        before, through = (units[: 2 * place].decode("utf-16-le", "replace") for place in (start, end))
        start, end = len(before), len(through)
    own = (target, start, end) == tuple(about.get(key) for key in ("target", "start", "end"))
    # a mention that the annotator added is a task of its own
    return {} if own else {"target": target, "start": start, "end": end, "task_id": None}


def _of_doccano(row: dict[str, Any]) -> str | _No:
    labels = row.get("label")
    if labels is None:
        labels = [[one["start_offset"], one["end_offset"], one["label"]] for one in row["entities"]]
    if not row.get("target"):
        return _only(labels)
    start, end = int(row["start"]), int(row["end"])
    places = [one for one in labels if isinstance(one, list) and one[0] < end and start < one[1]]
    return _only([one[2] for one in places])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its target as in ``stance.labels`` or as in a table."""
    target = row.get("target")
    if not isinstance(target, dict):
        return row
    place = {"target": target.get("label"), "start": target.get("start"), "end": target.get("end")}
    return row | place | {"task_id": row.get("task_id") or row.get("id")}


def _only(labels: Any) -> str | _No:
    found = [str(one).strip() for one in labels or [] if one not in (None, "")]
    return UNLABELLED if not found else found[0] if len(found) == 1 else SEVERAL


def _first(values: Any) -> str | None:
    return str(values[0]) if isinstance(values, list) and values else None


def _name(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _fault_of_place(about: dict[str, Any]) -> str | None:
    if not about.get("target") or _has_no_place(about):
        return None
    try:
        start, end = int(about["start"]), int(about["end"])
    except (KeyError, TypeError, ValueError):
        return "start and end of the target are no numbers"
    words = about.get("mention_text")
    if not 0 <= start < end <= len(about["text"]):
        return f"the target stands at {start} to {end}, outside the text"
    if words and about.get("task_id") and about["text"][start:end] != words:
        return f"at {start} to {end} stands {about['text'][start:end]!r}, not {words!r}: the text was changed"
    return None


def _has_no_place(about: dict[str, Any]) -> bool:
    """Whether a task says that its text does not name the target, by places that are there and empty."""
    return all(about.get(key, "") is None for key in ("start", "end"))


def _numbers(about: dict[str, Any]) -> dict[str, Any]:
    """The fields that are numbers as such; in CSV all are texts."""
    for key in ("sentence", "start", "end"):
        if key in about:
            about[key] = int(about[key])
    return about | ({"p_draw": float(about["p_draw"])} if "p_draw" in about else {})
