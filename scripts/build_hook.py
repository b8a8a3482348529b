"""What hatchling runs while it builds a wheel: it makes the manual pages, and compiles where that is asked for.

``CTXOPT_NATIVE=1`` asks for the compiled reader of folders; without it no compiler is looked for.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The build starts this file alone, without the folder that it is in.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.manual import write


# hatchling is there only while a wheel is built.
class Additions(BuildHookInterface):  # type: ignore[misc]
    """Adds the pages to the wheel as files that are installed beside the package, and the compiled reader."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the pages, of which an editable install has none, and compile."""
        is_asked_to_compile = os.environ.get("CTXOPT_NATIVE") == "1"
        if version == "editable":
            if is_asked_to_compile:
                _compile_into(None)
            return
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        for page in write(folder):
            build_data["shared_data"][str(page)] = f"share/man/man1/{page.name}"
        if is_asked_to_compile:
            compiled = _compile_into(folder)
            build_data["force_include"][str(compiled)] = f"ctxopt/tree/{compiled.name}"
            build_data["pure_python"] = False
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["tag"] = f"cp311-abi3-{platform}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was made."""
        if version != "editable":
            self._folder.cleanup()


def _compile_into(folder: Path | None) -> Path:
    # Here, as a build without the compiled reader is not even given what compiles.
    from scripts.extension import SOURCE, compile_into

    return compile_into(folder or SOURCE.parent)
