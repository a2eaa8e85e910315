"""The ``themes`` section of a config."""

from pathlib import Path

from pydantic import BaseModel, Field, model_validator


class NamerConfig(BaseModel, frozen=True, extra="forbid"):
    """A language model that names found themes; it is sent their keywords and example sentences."""

    url: str = Field(
        pattern=r"^https?://", description="of an OpenAI-compatible endpoint, as http://localhost:11434/v1"
    )
    model: str = Field(min_length=1, description="its name at the endpoint")
    key_env: str = Field(
        "OPENAI_API_KEY", description="environment variable that holds the key, if one is needed"
    )


class ThemesConfig(BaseModel, frozen=True, extra="forbid"):
    """How themes are named, found and assigned."""

    discover: bool = Field(True, description="find themes beside those of the codebook")
    labels: Path | None = Field(
        None, description="JSONL of texts or article_ids with a theme of the codebook, or none"
    )
    translations: bool = Field(
        True, description="articles that are translations of each other are one story and count once"
    )
    unit: str = Field(
        "auto",
        pattern="^(auto|article|sentence)$",
        description="what is clustered; auto takes sentences below 40 articles",
    )
    n_themes: int | None = Field(
        None, ge=2, description="how many themes are found; null chooses by stability"
    )
    min_cluster_size: int | None = Field(
        None, ge=2, description="fewest texts in a fine cluster; null takes 4, or a 200th of the texts"
    )
    min_samples: int | None = Field(None, ge=1, description="of HDBSCAN; null grows with the size")
    n_components: int = Field(5, ge=2, le=100, description="dimensions after UMAP")
    n_neighbors: int = Field(15, ge=2, description="neighbours in UMAP")
    n_splits: int = Field(6, ge=0, description="splits in halves that judge stability")
    max_texts: int = Field(20_000, ge=100, description="texts that are clustered; the head assigns all")
    max_noise: float | None = Field(
        None, ge=0, le=1, description="most articles without a theme; null: those below a probability of 0.5"
    )
    language_bias: str = Field(
        "auto", pattern="^(auto|remove|keep)$", description="auto removes it where it is there"
    )
    outlet_bias: str = Field(
        "keep", pattern="^(remove|keep)$", description="remove takes the house styles of outlets out"
    )
    name_lang: str = Field("en", description="language of theme names, where the theme has words in it")
    n_keywords: int = Field(10, ge=1, le=50, description="words of a theme, for each language")
    namer: NamerConfig | None = Field(
        None, description="a language model that names found themes; null asks none"
    )

    @model_validator(mode="after")
    def _number_can_be_chosen(self) -> "ThemesConfig":
        if self.discover and self.n_themes is None and self.n_splits == 0:
            raise ValueError(
                "n_splits is 0, so stability cannot choose the number of themes; give n_themes or a split"
            )
        return self
