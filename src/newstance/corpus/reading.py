"""How articles are read: the ``corpus`` section of a config, and the part of it that travels with a model."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    Field,
    FieldSerializationInfo,
    GetPydanticSchema,
    WrapValidator,
    field_serializer,
    field_validator,
)

from newstance import tables
from newstance.addresses import Address, Place, place_of
from newstance.corpus.prepare import stated_lang
from newstance.corpus.read.columns import check_columns
from newstance.corpus.read.dates import is_date_format

# What says where the articles lie and how many processes read them, not how.
OF_THE_MACHINE = {"path", "n_jobs"}


def _place(given: Any, as_path: Callable[[Any], Path]) -> Place:
    place = place_of(given) if isinstance(given, str) else given
    return place if isinstance(place, Address) else as_path(place)


# To pydantic it is a path that may be an address.
Articles = Annotated[Place, GetPydanticSchema(lambda _, schema_of: schema_of(Path)), WrapValidator(_place)]


class CorpusConfig(BaseModel, frozen=True, extra="forbid"):
    """The ``corpus`` section of a config."""

    path: Articles | tuple[Articles, ...] | None = Field(
        None,
        description="a file, a folder with all below it, an address (s3://bucket/folder), or a list",
    )
    columns: dict[str, str] = Field({}, description="our field: the column in your files, as `text: body`")
    langs: tuple[str, ...] | None = Field(
        None, description="keep articles in these languages (BCP 47); null keeps all"
    )
    min_words: int = Field(1, ge=1, description="fewest words of an article, after cleaning")
    date_format: str | None = Field(
        None, description="strptime format of the dates, as %d/%m/%Y; without a day it gives the first"
    )
    clean: bool = Field(True, description="take link lists, captions, credits and the like out of the texts")
    duplicates: bool = Field(True, description="find reprints")
    n_jobs: int | None = Field(None, ge=1, description="processes; null is one for each core")

    @field_serializer("path")
    def _without_password(self, path: Any, info: FieldSerializationInfo) -> Any:
        if path is None or info.mode == "python":
            return path
        return [str(one) for one in path] if isinstance(path, tuple) else str(path)

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, columns: dict[str, str]) -> dict[str, str]:
        check_columns(columns)
        return columns

    @field_validator("langs")
    @classmethod
    def _are_tags(cls, langs: tuple[str, ...] | None) -> tuple[str, ...] | None:
        wrong = [lang for lang in langs or () if stated_lang(lang) != lang and lang != tables.UNKNOWN_LANG]
        if wrong:
            raise ValueError(f"{wrong} are no BCP 47 tags; expected such as 'en', 'sr-Latn' or 'und'")
        return langs

    @field_validator("date_format")
    @classmethod
    def _is_format(cls, date_format: str | None) -> str | None:
        if date_format is not None and not is_date_format(date_format):
            raise ValueError("not a strptime format of a date; expected such as '%d/%m/%Y'")
        return date_format


@dataclass(frozen=True)
class Reading:
    """How a model's articles were read and cleaned, so that it reads new ones alike.

    The fields are those of ``CorpusConfig`` that say how; ``boilerplate`` holds what reading learnt: the
    repeated lines to take out, by outlet.
    """

    columns: dict[str, str] = field(default_factory=dict)
    langs: tuple[str, ...] | None = None
    min_words: int = 1
    date_format: str | None = None
    clean: bool = True
    duplicates: bool = True
    boilerplate: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, config: CorpusConfig, boilerplate: Mapping[str, tuple[str, ...]]) -> "Reading":
        """The reading that ``config`` asked for and that learnt ``boilerplate``."""
        return cls(**config.model_dump(exclude=OF_THE_MACHINE), boilerplate=boilerplate)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Reading":
        """The reading of ``to_dict``, also where it still names a number of processes.

        Raises ``ValueError`` for an unknown key or a value of another type.
        """
        options = {name: value for name, value in values.items() if name not in OF_THE_MACHINE}
        lines = options.pop("boilerplate", None) or {}
        boilerplate = {str(outlet): tuple(map(str, repeated)) for outlet, repeated in lines.items()}
        return cls.of(CorpusConfig.model_validate(options), boilerplate)

    def to_dict(self) -> dict[str, Any]:
        """All fields, as JSON takes and gives them."""
        fields = asdict(self)
        langs = None if self.langs is None else list(self.langs)
        boilerplate = {outlet: list(lines) for outlet, lines in self.boilerplate.items()}
        return fields | {"langs": langs, "boilerplate": boilerplate}

    def options(self) -> dict[str, Any]:
        """The fields of ``CorpusConfig`` among these."""
        return {name: value for name, value in asdict(self).items() if name != "boilerplate"}
