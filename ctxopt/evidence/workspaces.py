"""Which folders of a project have a part in a build: steps work there, name them, or a workspace has them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from ctxopt.paths import is_at_or_below, name, parent

MANAGERS: Final = ("pnpm-workspace.yaml", "lerna.json", "nx.json", "rush.json")
"""Files by which other tools than npm and yarn list packages, in ways of their own."""
_SITE: Final = "docusaurus."
"""A site is built in a folder of its own, with a package there or without one."""


class Workspaces:
    """The packages of a context, and where steps work.

    ``started`` are the folders in which steps start; ``copied`` are paths that instructions name; ``packages`` are the
    texts of package.json by folder; ``is_managed`` says that another tool lists them all.
    """

    def __init__(
        self,
        *,
        started: Iterable[str],
        copied: Iterable[str],
        packages: Mapping[str, str],
        is_managed: bool,
    ) -> None:
        self._started: Final = {"", *started}
        self._copied: Final = "\n".join(copied)
        self._packages: Final = packages
        self._is_managed: Final = is_managed
        self._members: dict[str, bool] = {}

    def has_part(self, folder: str, texts: Iterable[str]) -> bool:
        """Tell whether a build with these commands may work in ``folder``."""
        if folder in self._started or self._is_member(folder):
            return True
        words = {name(folder), self._package_name(folder)}
        expression = re.compile(
            "|".join(rf"(?<![\w.-]){re.escape(word)}(?![\w.-])" for word in sorted(words))
        )
        # To look for a word alone is a hundred times as fast, and most texts lack it.
        holding = (text for text in (self._copied, *texts) if any(word in text for word in words))
        return any(map(expression.search, holding))

    def configures(self, path: str, texts: Collection[str]) -> bool:
        """Tell whether the bundler's configuration at ``path`` is of a package that has a part."""
        folder = parent(path)
        if name(path).startswith(_SITE):
            return self.has_part(folder, texts)
        above = [here for here in self._packages if is_at_or_below(folder, here)]
        return self.has_part(max(above, key=len, default=""), texts)

    def _is_member(self, folder: str) -> bool:
        known = self._members.get(folder)
        if known is None:
            known = folder in self._packages and (
                self._is_managed or any(self._lists(outer, folder) for outer in self._packages)
            )
            self._members[folder] = known
        return known

    def _lists(self, outer: str, folder: str) -> bool:
        """Whether the package in ``outer`` has the one in ``folder`` in its workspaces."""
        if outer == folder or not is_at_or_below(folder, outer):
            return False
        from fnmatch import fnmatchcase

        from ctxopt.evidence.recipes import json_table

        value = json_table(self._packages[outer]).get("workspaces")
        if isinstance(value, dict):
            value = value.get("packages")
        if not isinstance(value, list):
            return False
        prefix = outer and f"{outer}/"
        # Its star goes over slashes as well: too many packages belong, never too few.
        globs = (prefix + item.removeprefix("./").rstrip("/") for item in map(str, value))
        return any(fnmatchcase(folder, glob) for glob in globs)

    def _package_name(self, folder: str) -> str:
        if folder not in self._packages:
            return name(folder)
        from ctxopt.evidence.recipes import json_table

        found = json_table(self._packages[folder]).get("name")
        if not isinstance(found, str) or not found:
            return name(folder)
        return found
