"""The description of the package: the README without its picture, as a page of an index has no files."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PICTURE = re.compile(r"^!\[[^]]*\]\((?!https?://)[^)]*\)\n\n?", re.MULTILINE)


class DescriptionHook(MetadataHookInterface):
    """Called by hatchling for the field ``readme``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set ``readme``."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": PICTURE.sub("", text)}
