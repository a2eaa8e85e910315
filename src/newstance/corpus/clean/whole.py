"""Dirt that is a whole line or a tag: buttons, addresses, signatures, shortcodes of the publishing system."""

import re
from collections.abc import Iterator

from newstance.corpus.clean.rules import Removed, Rules, fold, letters

MAX_LINE = 90
ADDRESS = re.compile(r"(?:(?:https?://|www\.)[^\s]+|(?:[\w-]+\.)+(?P<top>[^\W\d_]{2,7})(?:/\S*)?)[\s.,;:]*")
LINK = re.compile(r"\[([^\[\]\n]{0,80})\]\(([^()\s]{0,300})\)")
# "*Н.С./М.К." and "Т.И. / Ф.М.": author and editor by their initials, which a star or a stroke shows.
ONE = r"(?:[^\W\d_]\.\s?){1,3}"
INITIALS = re.compile(
    rf"\*+\s*{ONE}(?:[/,–-]\s*{ONE})*/?|[(/]?{ONE}(?:/\s*{ONE})+[)/]?|[(/]{ONE}[)/]|\*+\s*[^\W\d_]{{2,4}}(?:/[^\W\d_]{{2,4}})*"
)
# "dpa/jt": agency and desk, or two editors, at the very end.
DESK = re.compile(r"\(?[a-zäöü]{2,5}(?:/[a-zäöü]{2,5})+\)?|\([a-zäöü]{2,4}\)")
# "م.ح/ن.س": the same where the last full stop is left out, or where Arabic writes none.
ONE_ARABIC = r"[\u0621-\u064a](?:[. ]{1,2}[\u0621-\u064a]){0,2}\.?"
OPEN_INITIALS = re.compile(
    r"[(/*]?[^\W\d_](?:\.\s?[^\W\d_]){1,2}\.?(?:\s?/\s?[^\W\d_](?:\.\s?[^\W\d_]){1,2}\.?)+[)/]?"
    rf"|[(/*]?{ONE_ARABIC}(?:\s?/\s?{ONE_ARABIC})+[)/]?|/[\u0621-\u064a]\.[\u0621-\u064a]\.?/"
)
AGE_MARK = re.compile(r"[(\[]?(?:0|6|12|16|18)\+[)\]]?")
# The footnote that Russian law demands under the name of an organisation.
LEGAL_NOTE = re.compile(
    r"\*[ \t]?[^\n*()]{0,60}?\b(?:запрещ[её]н\w*|признан\w*|внес[её]н\w*|включ[её]н\w*)\b[^\n*]{0,160}"
    r"(?:\bРФ\b|\bРоссии\b|Российской Федерации|иностранн\w+ агент\w*|иноагент\w*|экстремист\w+|террорист\w+)"
    r"[^\n*.!?]{0,80}\.?",
    re.I,
)
INITIALS_AND_NAME = re.compile(r"(?:[^\W\d_]\. ?){1,2}([^\W\d_]{3,15})\.?")
MIN_PARAGRAPH = 40
# "Павел ЗОРИН, «Лучинские ведомости»": the surname in capitals marks a signature.
SIGNED = re.compile(
    r"(?P<first>[^\W\d_]\w+) (?P<last>[^\W\d_]{3,})(?P<outlet>(?:, ?| ?[/|] ?)[«\"“][^»\"”\n]{2,40}[»\"”])?"
    r"(?:, (?P<post>[^\W\d_]+)(?:[ -][^\n.,!?]{1,40})?)?\.?"
)
SLASHED = re.compile(r"[^\W\d_][\w-]+(?: [^\W\d_][\w-]+)?(?: ?/ ?[^\W\d_][\w-]+(?: [^\W\d_][\w-]+)?){1,3}")
TAG = re.compile(
    r"\[(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9_-]{1,30})(?P<rest>[ =][^\]\n]{0,400}|/?)\](?!\()"
)
BUILDER = re.compile(r"vc_|et_pb_|su_|fusion_|av_")
ATTRIBUTE = re.compile(r"\s[a-zA-Z_-]+=[\"'»«”“&]")
MAX_PAIR = 4000
AROUND = 12_000
QUOTES = ' \t\n«»„“”".…'
EDGE_LINES = 3
MAX_FIRST = 30
FIRST_WORD = re.compile(r"[^\W\d_]+")
MAX_WORDS = 10


def find_whole_lines(text: str, lines: list[tuple[int, int]], rules: Rules) -> Iterator[Removed]:
    """Lines that are only a button, an address or a signature; ``lines`` are spans without outer spaces."""
    for number, (start, end) in enumerate(lines):
        if end - start > 3 * MAX_LINE:
            continue
        line = text[start:end]
        visible = LINK.sub(r"\1", line) if "](" in line else line
        reason = _buttons(visible, rules) or _address_or_initials(visible, rules)
        if reason is None and line[0] == "*" and number >= len(lines) - EDGE_LINES:
            reason = "copyright" if "*" in text[:start] and LEGAL_NOTE.fullmatch(line) else None
        if reason is None and (number < EDGE_LINES or number >= len(lines) - EDGE_LINES):
            is_last = number == len(lines) - 1
            before = text[slice(*lines[number - 1])] if is_last and number else ""
            signed = is_signature(line, is_last, rules) or (before and is_last_name(line, before))
            reason = "byline" if signed else None
        if reason is not None:
            yield Removed(start, end, reason)


def _buttons(visible: str, rules: Rules) -> str | None:
    """The reason of a button, or of a row of buttons ("Subscribe | Send news"), each of them known."""
    too_long = len(visible) > MAX_LINE and "|" not in visible
    if too_long or not opens_button(visible, rules) or _is_spoken(visible):
        return None
    reasons = [rules.lines.get(letters(part)) for part in visible.split("|") if letters(part)]
    if reasons and all(reasons):
        # "3 hours ago" is the age of the page; without its number it may be a sentence of the article.
        return reasons[0] if reasons[0] != "dateline" or re.search(r"\d", visible) else None
    return row_of_words(letters(visible).split(), rules) if len(visible) <= MAX_LINE else None


def opens_button(line: str, rules: Rules) -> bool:
    """Whether the first word may be that of a button: a quick look before the costly one."""
    first = FIRST_WORD.search(line, 0, MAX_FIRST)
    return first is not None and fold(first.group()) in rules.line_starts


def _is_spoken(line: str) -> bool:
    """Whether a line of few words is speech or a sentence: in quotation marks, or one word with a stop."""
    if line[0] in "«\"“„'‘" or line[-1] in '»"”':
        return True
    return line[-1] in ".!?" and not line.endswith("..") and " " not in line


def row_of_words(words: list[str], rules: Rules) -> str | None:
    """The reason of buttons with only spaces or numbers between them: "Tweet 3 Share 12 Print"."""
    reason, start = None, 0
    while start < len(words) <= MAX_WORDS:
        ends = range(min(len(words), start + 4), start, -1)
        end = next((end for end in ends if " ".join(words[start:end]) in rules.lines), None)
        if end is None:
            return None
        reason, start = rules.lines[" ".join(words[start:end])], end
    return reason


def is_address(line: str, rules: Rules) -> bool:
    """Whether a line is nothing but an address of the web."""
    if "." not in line or " " in line.strip() or not (address := ADDRESS.fullmatch(line.strip())):
        return False
    return address["top"] is None or address["top"].lower() in rules.words["top_domains"]


def _address_or_initials(line: str, rules: Rules) -> str | None:
    if "." in line and " " not in line and ADDRESS.fullmatch(line):
        return "domain" if is_address(line, rules) else None
    if line[-1:] in ("+", ")", "]") and AGE_MARK.fullmatch(line):
        return "social"
    signed = INITIALS.fullmatch(line) or ("/" in line and OPEN_INITIALS.fullmatch(line))
    return "byline" if len(line) <= MAX_LINE and signed else None


def is_signature(line: str, is_last: bool, rules: Rules) -> bool:
    """Whether a line is the name of its author: with the outlet or the post after a comma; at the very end
    also with the surname in capitals, with initials, or between strokes."""
    if len(line) > MAX_LINE:
        return False
    signed = SIGNED.fullmatch(line)
    if signed and signed["first"].istitle() and (signed["last"].isupper() or signed["last"].istitle()):
        post = signed["post"] is not None and (
            fold(signed["post"]) in rules.words["roles"]
            or (
                signed["last"].istitle()
                and fold(line.rpartition(", ")[2]).rstrip(".") in rules.words["agencies"]
            )
        )
        upper = is_last and signed["last"].isupper() and len(signed["last"]) >= 5
        if signed["outlet"] is not None or post or (upper and signed["post"] is None):
            return True
    if not is_last:
        return False
    initials = INITIALS_AND_NAME.fullmatch(line)
    if DESK.fullmatch(line) or (initials and (initials[1].istitle() or initials[1].isupper())):
        return True
    return SLASHED.fullmatch(line) is not None and all(
        part.strip(' «»"“”').istitle() for part in line.split("/")[:1]
    )


def is_last_name(line: str, before: str) -> bool:
    """Whether the last line is nothing but a name, after a paragraph that ends a sentence."""
    words = line.split()
    plain = 2 <= len(words) <= 3 and all(
        word.istitle() and word.isalpha() and len(word) > 2 for word in words
    )
    return plain and len(before) >= MIN_PARAGRAPH and before[-1] in '.!?…»”"'


def find_shortcodes(text: str, rules: Rules) -> Iterator[Removed]:
    """Tags in square brackets. A pair goes with what it holds where that is no text of the article. A tag
    alone goes if it has attributes or its name is no word that an editor may put in brackets ("[button]")."""
    opened: dict[str, re.Match[str]] = {}
    for tag in TAG.finditer(text) if "[" in text else ():
        name = tag["name"].lower()
        certain = (name in rules.shortcodes["certain"] and not tag["name"].istitle()) or BUILDER.match(name)
        known = bool(certain) or any(name in names for names in rules.shortcodes.values())
        if not tag["close"]:
            opened[name] = tag
            if certain or ATTRIBUTE.match(tag["rest"]) or (known and tag["rest"].startswith("=")):
                yield Removed(tag.start(), tag.end(), "shortcode")
            continue
        opening = opened.pop(name, None)
        if opening is not None and tag.start() - opening.start() <= MAX_PAIR and known:
            if _goes_whole(text, opening.end(), tag.start(), name, rules):
                yield Removed(opening.start(), tag.end(), "shortcode")
                continue
            yield Removed(opening.start(), opening.end(), "shortcode")
        if certain or opening is not None:
            yield Removed(tag.start(), tag.end(), "shortcode")


def _goes_whole(text: str, start: int, end: int, name: str, rules: Rules) -> bool:
    """Whether what a pair of tags holds goes with them. A quotation goes only if the article has its words
    elsewhere too, as a pull quote does."""
    if name not in rules.shortcodes["quotes"]:
        return name in rules.shortcodes["certain"] or name in rules.shortcodes["with_text"]
    words = text[start:end].strip(QUOTES)
    return words in text[max(0, start - AROUND) : start] or words in text[end : end + AROUND]
