"""What a model carries beside what predicts: its card, its config, its examples, and its edits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

CARD, EDITS = "MODEL_CARD.md", "\n## Edits\n"


@dataclass(frozen=True)
class Edit:
    """One edit of a model's themes: ``action``, the themes it was done to with their names of then, the
    themes that came of it, the coarse themes that were left without a theme, and its settings."""

    action: str
    theme_ids: Sequence[int] = ()
    names: Sequence[str] = ()
    new_ids: Sequence[int] = ()
    new_names: Sequence[str] = ()
    emptied_ids: Sequence[int] = ()
    settings: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def ids(self) -> set[int]:
        """All ids it speaks of."""
        return {*self.theme_ids, *self.new_ids, *self.emptied_ids}

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Edit":
        """From plain JSON; raises ``TypeError`` for other keys."""
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return cls(**plain)

    def __str__(self) -> str:
        before, after = _themes(self.theme_ids, self.names), _themes(self.new_ids, self.new_names)
        parts = [f"{self.action}:", " -> ".join(part for part in (before, after) if part)]
        parts += [f"{key}={value}" for key, value in self.settings.items()]
        if self.emptied_ids:
            parts.append(f"(coarse themes left without a theme: {', '.join(map(str, self.emptied_ids))})")
        return " ".join(part for part in parts if part)


def _themes(ids: Sequence[int], names: Sequence[str]) -> str:
    return ", ".join(f"{theme} {name!r}" for theme, name in zip(ids, names, strict=True))


@dataclass(frozen=True)
class Record:
    """``texts`` by file name (card, config), ``examples`` whose answers a saved model is checked by, and the
    ``history`` of edits, oldest first."""

    texts: Mapping[str, str] = field(default_factory=dict)
    examples: Sequence[str] = ()
    history: tuple[Edit, ...] = ()

    def after(self, edit: Edit) -> "Record":
        """The record with one more edit, told in the card too, where there is one."""
        texts = dict(self.texts)
        if CARD in texts:
            card = texts[CARD].rstrip("\n") + "\n"
            texts[CARD] = card + ("" if EDITS in card else f"{EDITS}") + f"- {edit}\n"
        return replace(self, texts=texts, history=(*self.history, edit))
