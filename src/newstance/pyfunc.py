"""A saved model as MLflow's pyfunc, for ``mlflow models serve`` and Spark.

MLflow copies this file into the logged model and runs the copy when it loads it ("models from code"),
so there is no pickle. Nothing else imports it.
"""

from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from newstance.corpus.inputs import settle, to_records
from newstance.tables import NOISE

# What a row of level "sentence" tells of a sentence and a mention of a target in it.
SENTENCE = (
    *("article_id", "sentence", "text", "lang", "theme_id", "theme", "target", "stance", "decided"),
    *("proba_favor", "proba_against", "proba_none", "mention_text", "holder", "speech"),
)
UNSTATED = r"^table:(\d+)$"  # how newstance calls the rows of a table without ids, from 1


class NewsPythonModel(PythonModel):
    """Themes and stances of articles."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the model folder that was logged."""
        import newstance

        self.model = newstance.load_model(context.artifacts["model"])

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,  # MLflow warns if the hint is wider, or missing
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """One row for each row of ``model_input``, in its order: article_id, theme_id, theme, proba.

        ``model_input`` is a DataFrame, or anything else in memory that ``NewsModel.predict`` takes: a text, a
        list of texts. ``article_id`` is the given one; if no row has one, it is the number of the row. A text
        in which nothing can be read, such as an empty one, has no theme: -1, null, 0.

        With ``params={"level": "sentence"}`` a row is a sentence, and where it names targets one a mention,
        with the columns ``SENTENCE``; target, stance and what follows are null where no target is named.
        """
        given = _with_name(model_input)
        records = to_records(given, self.model.reading.columns)
        level = (params or {}).get("level", "article")
        found = self.model.predict(given, level)
        if level == "sentence":
            return _sentences(found)
        stated = records.ids if any(records.ids) else [str(row) for row in range(len(records))]
        return pd.DataFrame(
            {
                "article_id": stated,
                "theme_id": pd.Series(list(found["theme_id"]), dtype="Int64").fillna(NOISE).astype("int64"),
                "theme": list(found["theme"]),
                "proba": pd.Series(list(found["proba"]), dtype="float64").fillna(0.0),
            }
        )


def _sentences(found: Any) -> pd.DataFrame:
    """Rows of sentences, with plain None for what is absent: JSON has no NaN."""
    frame = found if isinstance(found, pd.DataFrame) else found.to_pandas()
    frame = frame.loc[frame["sentence"].notna(), list(SENTENCE)].reset_index(drop=True)
    frame = frame.astype({"sentence": "int64"})
    frame["theme_id"] = frame["theme_id"].fillna(NOISE).astype("int64")
    number = frame["article_id"].str.extract(UNSTATED, expand=False)
    numbered = (pd.to_numeric(number) - 1).astype("Int64").astype("string")
    frame["article_id"] = numbered.fillna(frame["article_id"].astype("string")).astype(object)
    blank = frame.columns[frame.isna().any()]
    frame[blank] = frame[blank].astype(object).where(frame[blank].notna(), None)
    return frame


def _with_name(model_input: Any) -> Any:
    """``model_input``; a single column that is called 0, as Spark does, is the text."""
    is_frame = isinstance(model_input, pd.DataFrame) and len(model_input.columns) == 1
    if is_frame and str(model_input.columns[0]) == "0":
        return model_input.set_axis(["text"], axis="columns")
    return settle(model_input)


set_model(NewsPythonModel())
