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


class NewsPythonModel(PythonModel):
    """Themes of articles."""

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

        ``model_input`` is a DataFrame, or anything else in memory that ``NewsModel.predict`` takes.
        ``article_id`` is the given one; if no row has one, it is the number of the row. A text in which
        nothing can be read, such as an empty one, has no theme: -1, null, 0.
        """
        given = _with_name(model_input)
        records = to_records(given, self.model.reading.columns)
        stated = records.ids if any(records.ids) else [str(row) for row in range(len(records))]
        found = self.model.predict(given)
        return pd.DataFrame(
            {
                "article_id": stated,
                "theme_id": pd.Series(list(found["theme_id"]), dtype="Int64").fillna(NOISE).astype("int64"),
                "theme": list(found["theme"]),
                "proba": pd.Series(list(found["proba"]), dtype="float64").fillna(0.0),
            }
        )


def _with_name(model_input: Any) -> Any:
    """``model_input``; a single column that is called 0, as Spark does, is the text."""
    is_frame = isinstance(model_input, pd.DataFrame) and len(model_input.columns) == 1
    if is_frame and str(model_input.columns[0]) == "0":
        return model_input.set_axis(["text"], axis="columns")
    return settle(model_input)


set_model(NewsPythonModel())
