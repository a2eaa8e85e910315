"""Which judgements are left out together when stances are measured."""

from newstance.stance.judgements import Judgement


def split_group(judgement: Judgement, split: str = "group") -> str:
    """What is left out together with the judgement; "" where it does not say."""
    if split == "group":
        return judgement.group or judgement.text
    known = {
        "target": judgement.target.label,
        "source": judgement.source,
        "lang": judgement.lang,
        "month": (judgement.published or "")[:7],
    }
    return known[split] or ""
