"""Whether there are articles to read, with the columns and the targets that the config names.

Some thousand records are read, the first of each file. Where that is the whole corpus, more can be said.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice
from pathlib import Path

from newstance.addresses import Place
from newstance.check.findings import Findings
from newstance.config import TrainConfig
from newstance.corpus.read.files import read_files
from newstance.corpus.read.formats import OBJECTS, TABLES, format_of
from newstance.corpus.read.page import extract
from newstance.corpus.read.records import RawArticle, Rejection
from newstance.languages.codes import is_language
from newstance.stance.mentions import find_mentions
from newstance.tables import UNKNOWN_LANG

MIN_ARTICLES = 5
RECORDS_A_FILE, RECORDS = 500, 3000
TEXTS_AT_ONCE, MAX_CHARACTERS = 50, 20_000
TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Sample:
    """The first records of the files; ``is_whole`` where there are no others."""

    articles: list[RawArticle]
    rejections: list[Rejection]
    is_whole: bool

    @property
    def what(self) -> str:
        """As sentences call it."""
        n = len(self.articles)
        return "the corpus" if self.is_whole else f"the first {n} articles of the corpus"


def check_articles(config: TrainConfig, findings: Findings, in_memory: bool = False) -> Sample | None:
    """A sample of the corpus, ``None`` where it cannot be read, or where its articles are in memory."""
    unknown = [lang for lang in config.corpus.langs or () if lang != UNKNOWN_LANG and not is_language(lang)]
    if unknown:
        findings.errors.append(f"corpus.langs: {', '.join(unknown)}: no such language in ISO 639-1.")
    if in_memory:
        return None
    if not config.corpus.path:  # none given, or an empty list
        findings.errors.append("corpus.path: is missing; give a file or a folder of articles.")
        return None
    try:
        sample = _sample(config.corpus.path, config.corpus.columns)
    except (OSError, ValueError) as error:
        findings.errors.append(str(error))
        return None
    n_files = len({one.file for one in sample.articles})
    findings.checked.append(
        f"{len(sample.articles):,} articles in {n_files:,} files"
        + ("" if sample.is_whole else ", the first of each; there are more")
    )
    _check_count(config, sample, findings)
    _check_columns(config.corpus.columns, sample, findings)
    _check_targets({one.name: one.mentions for one in config.codebook.targets}, sample, findings)
    return sample


def too_few(n_articles: int, path: object) -> str:
    """What to tell where a corpus is smaller than ``MIN_ARTICLES``."""
    count = "1 article" if n_articles == 1 else f"{n_articles} articles"
    where = "the articles" if path is None else f"corpus.path: {path}"
    return (
        f"{where}: only {count} to train on; a training needs at least {MIN_ARTICLES}, and "
        "themes come out well from some hundred on. Give more articles; to judge single ones, use a trained "
        "model with `newstance predict`."
    )


def _sample(path: Place | Sequence[Place], columns: Mapping[str, str]) -> Sample:
    found = list(islice(read_files(path, columns, most_a_file=RECORDS_A_FILE), RECORDS))
    articles = [one for one in found if isinstance(one, RawArticle)]
    counts: dict[str, int] = {}
    for one in found:
        counts[one.file] = counts.get(one.file, 0) + 1
    is_whole = len(found) < RECORDS and max(counts.values(), default=0) < RECORDS_A_FILE
    return Sample(articles, [one for one in found if isinstance(one, Rejection)], is_whole)


def _check_count(config: TrainConfig, sample: Sample, findings: Findings) -> None:
    if not sample.articles:
        first = sample.rejections[0] if sample.rejections else None
        why = "there is no file in it" if first is None else f"{first.place}: {first.reason}"
        findings.errors.append(
            f"corpus.path: {config.corpus.path}: there is no article that could be read; {why}."
        )
    elif sample.is_whole and (n_articles := _count_some(sample.articles)) < MIN_ARTICLES:
        findings.errors.append(too_few(n_articles, config.corpus.path))
    if sample.articles and sample.rejections:
        first = sample.rejections[0]
        findings.warnings.append(
            f"corpus.path: {len(sample.rejections)} files or records are left out; the first: {first.place}: "
            f"{first.reason}."
        )


def _count_some(articles: Sequence[RawArticle]) -> int:
    """How many articles there are; few are counted in their pages, which may hold several or none."""
    if len(articles) >= MIN_ARTICLES:
        return len(articles)
    return sum(isinstance(found, RawArticle) for one in articles for found in extract(one))


def _check_columns(columns: Mapping[str, str], sample: Sample, findings: Findings) -> None:
    """A mapped column that no file has is a mistake; where records may differ, it is a likely one."""
    named = [one.file for one in sample.articles] + [one.file for one in sample.rejections]
    files = {file for file in named if _is_of(file, TABLES | OBJECTS)}
    files |= {one.file for one in sample.articles if one.columns is not None}  # a table saved as .txt
    if columns and sample.is_whole and not files:
        findings.warnings.append(
            "corpus.columns: has no effect, as no file of the corpus has columns. Leave it out."
        )
    records = [one for one in sample.articles if one.file in files]
    is_sure = sample.is_whole or (
        len(sample.articles) < RECORDS and all(_is_of(file, TABLES) for file in files)
    )
    for field, column in columns.items():
        if not files or any(one.columns is None or field not in one.columns.absent for one in records):
            continue
        where = "no file has" if is_sure else f"none of {sample.what} has"
        message = (
            f"corpus.columns: {field}: {where} a column {column!r}. "
            "Correct the name, or leave it out: `newstance corpus inspect` shows what is found without."
        )
        (findings.errors if is_sure else findings.warnings).append(message)


def _is_of(file: str, formats: Container[str]) -> bool:
    return format_of(Path(file))[0] in formats


def _check_targets(targets: Mapping[str, Sequence[str]], sample: Sample, findings: Findings) -> None:
    missing = dict(targets)
    for start in range(0, len(sample.articles), TEXTS_AT_ONCE):
        if not missing:
            return
        texts = [_text(one) for one in sample.articles[start : start + TEXTS_AT_ONCE]]
        for found in find_mentions(texts, missing):
            missing.pop(found.target, None)
    if sample.articles:
        findings.warnings.extend(
            f"codebook.targets: {name}: none of its mentions stands in {sample.what} "
            f"({', '.join(list(mentions)[:3])}{', …' if len(mentions) > 3 else ''}), so it gets no stance. "
            "Add the words your articles use."
            for name, mentions in missing.items()
        )


def _text(article: RawArticle) -> str:
    text = f"{article.title or ''}\n{article.text[:MAX_CHARACTERS]}"
    return unescape(TAG.sub(" ", text)) if article.is_html else text
