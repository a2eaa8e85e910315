"""The codebook: themes and targets that a user names, in any language."""

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from newstance.scripts import folded

LONGEST_MENTION = 200  # characters: what a sentence is searched for takes time by its length


def check_mentions(mentions: list[str]) -> list[str]:
    """``mentions`` without blanks around them; ``ValueError`` for one that names nothing or is too long."""
    for mention in mentions:
        if not folded(mention).text.replace("*", "").strip():
            raise ValueError(f"the mention {mention!r} names nothing; give a name or word, or leave it out")
        if len(mention) > LONGEST_MENTION:
            raise ValueError(
                f"the mention {mention[:40]!r} has {len(mention)} characters, more than {LONGEST_MENTION}; "
                "give a name or a short phrase"
            )
    return [mention.strip() for mention in mentions]


class NamedTheme(BaseModel):
    """A theme by name, with what tells an encoder what is meant."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )

    name: str = Field(min_length=1, description="shown everywhere; any language")
    description: str = Field("", description="a sentence or two on what belongs to it")
    examples: list[str] = Field(default_factory=list, description="example sentences, any language")
    others: list[str] = Field(
        default_factory=list, alias="not", description="sentences that seem to belong to it and do not"
    )

    @property
    def heads(self) -> list[str]:
        """Name and description, without what is empty."""
        return [text for text in (self.name, self.description) if text.strip()]

    @property
    def texts(self) -> list[str]:
        """All texts that describe the theme: name, description, examples."""
        return [*self.heads, *(text for text in self.examples if text.strip())]


class Target(BaseModel):
    """What a stance is about: an entity, or a proposition one can be for or against.

    A sentence is about a target if it contains one of its ``mentions``; ``*`` stands for any letters of one
    word ("санкци*", "*الهدنة", "Бел* дом*"). A mention inside a phrase of ``exclude`` does not count: Moscow
    in "Moscow, Idaho". With ``examples``, sentences that speak of it without a mention are found too, by
    their meaning; those under ``not`` seem to and do not.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )

    name: str = Field(min_length=1, description="shown everywhere; any language")
    description: str = Field("", description="what it is, in a sentence")
    mentions: list[str] = Field(
        default_factory=list, description="names and words, any language; * = any letters"
    )
    exclude: list[str] = Field(
        default_factory=list,
        description="phrases with such a name that mean something else; * as in mentions",
    )
    examples: list[str] = Field(
        default_factory=list, description="sentences that speak of it, with its name or without, any language"
    )
    others: list[str] = Field(
        default_factory=list, alias="not", description="sentences that seem to speak of it and do not"
    )

    @model_validator(mode="after")
    def _can_be_found(self) -> "Target":
        if not self.mentions and not self.examples:
            raise ValueError(
                f"the target {self.name!r} has neither mentions nor examples, so no sentence could be about "
                "it; give names and words, or sentences that speak of it"
            )
        return self

    @property
    def by_meaning(self) -> NamedTheme | None:
        """What finds it by meaning, None where there are no examples."""
        if not self.examples:
            return None
        return NamedTheme(
            name=self.name, description=self.description, examples=self.examples, others=self.others
        )

    @field_validator("mentions", "exclude")
    @classmethod
    def _mentions_name_something(cls, mentions: list[str]) -> list[str]:
        return check_mentions(mentions)


class Codebook(BaseModel, frozen=True, extra="forbid"):
    """Named themes and targets."""

    themes: list[NamedTheme] = Field(default_factory=list, description="what articles may be about")
    targets: list[Target] = Field(default_factory=list, description="what a stance may be about")

    @model_validator(mode="after")
    def _names_differ(self) -> "Codebook":
        for kind, entries in (("themes", self.themes), ("targets", self.targets)):
            names = [entry.name for entry in entries]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{kind} named twice: {twice}; give each its own name")
        return self
