"""What hatchling runs while it builds a wheel: the manual pages are made, and put where ``man`` looks."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The build starts this file alone, without the folder that it is in.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.manual import write


# hatchling is there only while a wheel is built.
class ManualPages(BuildHookInterface):  # type: ignore[misc]
    """Adds the pages to the wheel as files that are installed beside the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the pages; an editable install has none."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        for page in write(Path(self._folder.name)):
            build_data["shared_data"][str(page)] = f"share/man/man1/{page.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was made."""
        if version != "editable":
            self._folder.cleanup()
