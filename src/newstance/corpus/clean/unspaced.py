"""Datelines and credits of Chinese agencies: "新华社北京3月5日电（记者 李雷）", "新华社记者李雷摄".

No space ends a word there, so they are read whole: the agency, the place, the day and the word for
"cabled" or "reported" follow each other at once, and with a comma after them they are words of a sentence.
"""

import re
from collections.abc import Iterator
from functools import cache

from newstance.corpus.clean.rules import Removed
from newstance.scripts import is_unspaced

MAX_HEADS, MAX_LINE = 5, 160
HAN = "[\u3400-\u9fff]"
NAME = rf"{HAN}(?:[ ·]?{HAN}){{1,4}}"
REPORTER = "(?:记者|記者|通讯员|通訊員)"
BYLINE = rf"[ \t]?[（(](?:见习|实习|特约)?{REPORTER}[^（()）\n]{{0,40}}[)）]"
AGENCY = rf"{HAN}{{1,4}}[社网網报報]"
CABLED = rf"{AGENCY}(?:{HAN}|[·/ ]){{0,14}}?(?:\d{{4}}年)?(?:\d{{1,2}}月)?\d{{1,2}}日[电電讯訊]"
# "电" is also the first sign of "film", "telephone", "power", "television".
NO_WORD = "(?=[^，,：:报報影话話力视視台子脑腦信])"
DATELINE = (
    rf"(?:【{CABLED}】|[（(]{CABLED}[)）]|{CABLED}(?:{BYLINE}|{NO_WORD})"
    rf"|本[报報][讯訊](?:{BYLINE}|(?=[ \t\u3000]))"
    rf"|(?!据|據){HAN}{{1,4}}[网網]消息[:：])(?:[ \t\u3000]*[-–—]{{1,2}})?"
)
CREDIT = (
    rf"(?:^|(?<=[。！？\s（(]))[（(]?(?:(?:{AGENCY})?[发發]?{REPORTER} ?{NAME} ?[摄攝]|{NAME} [摄攝]"
    rf"|(?<=[（(]){NAME}[摄攝]|{HAN}{{2,12}} ?供[图圖])[)）]?$"
)
SLASHED = re.compile(rf"[（(]?(?P<label>[图圖文]) ?[/／丨｜] ?{HAN}(?:[ ·]?{HAN}){{1,9}}[)）]?")
END = re.compile(r"[（(](?:完|新华社|新華社|中新社|中央社|法新社|路透社|美联社|人民网|央视网)[)）]")
STOP = re.compile("[。！？]")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """``pattern``, compiled when the first text needs it: these take as long as a hundred others."""
    return re.compile(pattern)


def find_unspaced_dateline(text: str, starts: list[int]) -> Removed | None:
    """The dateline that opens one of the first lines, as a removal with reason "dateline"."""
    for start in starts[:MAX_HEADS]:
        first = text[start : start + 1]
        if not first or not (first in "【（(" or is_unspaced(first)):
            continue
        dateline = _compiled(DATELINE).match(text, start, start + MAX_LINE)
        if dateline is not None and dateline.end() < len(text):
            return Removed(start, dateline.end(), "dateline")
    return None


def find_unspaced_credits(text: str, lines: list[tuple[int, int]]) -> Iterator[Removed]:
    """Lines that are a credit, captions of one sentence that end with one, and the sign of the end."""
    for start, end in lines:
        last = text[end - 2] if text[end - 1] in ")）" and end - start > 2 else text[end - 1]
        if not is_unspaced(last) or end - start > MAX_LINE:
            continue
        line = text[start:end]
        slashed, credit = SLASHED.fullmatch(line), _compiled(CREDIT).search(line)
        if slashed:
            yield Removed(start, end, "byline" if slashed["label"] == "文" else "photo-credit")
        elif END.fullmatch(line):
            yield Removed(start, end, "source")
        elif credit and credit.start():
            one = len(STOP.findall(line[: credit.start()].rstrip("。！？ "))) == 0
            yield Removed(start if one else start + credit.start(), end, "caption" if one else "photo-credit")
        elif credit:
            yield Removed(start, end, "photo-credit")
