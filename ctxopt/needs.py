"""What a build is known to read, so that nobody calls it superfluous: sources, manifests, git.

Reads the manifests and build files that can be reached; decides nothing about sizes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """One reason why a path must stay."""

    path: str
    reason: str
    """One clause: ``named by COPY in line 4``, ``pyproject.toml reads it as readme``."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The reasons by path; a need of a folder holds for everything below it."""

    needs: tuple[Need, ...] = ()
    git: tuple[str, ...] = ()
    """Why the build may read ``.git``; empty where nothing shows that it does."""
    tests: str | None = None
    """The test command that a RUN step gives, if one does."""

    def why(self, path: str) -> str | None:
        """Return why ``path`` or something below it must stay; None if nothing is known."""
        for need in self.needs:
            if need.path == path or need.path.startswith(path + "/"):
                return need.reason
        return None
