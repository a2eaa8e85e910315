"""All sentences behind the shares, as the page's filter searches them."""

from typing import Any

from newstance.report.address import web_address
from newstance.results import Results
from newstance.summary.words import NO_OUTLET, day

MOST = 20_000
# What can be chosen, by the label of its field; each is a column of the sentences.
CHOICES = {"Target": "target", "Stance": "stance", "Outlet": "source", "Theme": "theme", "Language": "lang"}


def sentences(results: Results) -> dict[str, Any]:
    """The decided sentences, the most certain first, at most 20,000: ``rows`` of plain values, one for each
    sentence and target, with ``columns``, and how many there are in ``total``."""
    found = results.evidence()
    rows = [
        {
            "target": row["target"],
            "stance": row["stance"],
            "source": row["source"] or NO_OUTLET,
            "theme": row["theme"] or "",
            "lang": row["sentence_lang"] or "",
            "text": row["text"],
            "start": row["start"],
            "end": row["end"],
            "proba": round(row["proba"], 2),
            "published": "" if row["published"] is None else row["published"].isoformat(),
            "day": day(row["published"]),
            "holder": row["holder"] or "",
            "title": row["title"] or "",
            "url": web_address(row["url"]) or "",
        }
        for row in found.head(MOST).to_dicts()
    ]
    columns = list(rows[0]) if rows else []
    return {"columns": columns, "rows": [list(row.values()) for row in rows], "total": found.height}
