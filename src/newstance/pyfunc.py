"""A saved model as MLflow's pyfunc, for ``mlflow models serve`` and Spark.

MLflow copies this file into the logged model and runs the copy when it loads it ("models from code"),
so there is no pickle. Nothing else imports it.
"""

from typing import Any

import pandas as pd
import polars as pl
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from newstance.tables import NOISE


class NewsPythonModel(PythonModel):
    """Themes of the articles in a frame."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the model folder that was logged."""
        import newstance

        self.model = newstance.load_model(context.artifacts["model"])

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """One row for each row of ``model_input``, in its order: article_id, theme_id, theme, proba.

        A text in which nothing can be read, such as an empty one, has no theme: -1, null, 0.
        """
        rows = pl.Series("article_id", [str(row) for row in range(len(model_input))])
        asked = pl.from_pandas(model_input.reset_index(drop=True))
        found = self.model.predict(asked.with_columns(rows)).select(
            "article_id", "theme_id", "theme", "proba"
        )
        table = rows.to_frame().join(found, on="article_id", how="left", maintain_order="left")
        return table.with_columns(
            asked["article_id"] if "article_id" in asked.columns else rows,
            pl.col("theme_id").fill_null(NOISE),
            pl.col("proba").fill_null(0.0),
        ).to_pandas()


set_model(NewsPythonModel())
