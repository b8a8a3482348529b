"""Which members of a workspace ask for which other ones: by their manifests, and by what their texts name.

Opens the texts of members that are built, a bounded number of characters, each once a run; what is beyond that is a doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from ctxopt.evidence.packages.chosen import ChosenMembers
from ctxopt.evidence.packages.mentions import (
    Mentions,
    is_searched,
    mentions_of,
    tasks_of_others,
    works_on_all,
)
from ctxopt.evidence.packages.model import Package, Workspace
from ctxopt.evidence.packages.node import MANIFEST, scripts_of
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.paths import join, parent

_MOST_TEXT: Final = 1 << 25
_LEAST: Final = 10_000
"""Bytes of a member from which on it is worth to read for."""
_COMMANDS: Final = (".sh", ".py")
"""Texts in which a name needs no quotes to be that of a package."""
_CONFIG_DEPTH: Final = 2
_CONFIGS: Final = ("tsconfig", "jsconfig")
_NOT_FOR_BUILDS: Final = ("dev", "watch", "test", "e2e", "lint", "storybook", "format", "start")
"""How scripts begin that no build runs."""


class Graph:
    """The members of a workspace and what they ask for; ``entered`` are the folders of the project itself."""

    def __init__(self, workspace: Workspace, entered: Sequence[str], files: SentFiles) -> None:
        self.workspace: Final = workspace
        self._files: Final = files
        self._entered: Final = entered
        self._read: Final[dict[str, tuple[frozenset[str], list[str]]]] = {}
        self._asked: Final[dict[str, list[str]]] = {}
        self._closures: Final[dict[frozenset[str], set[str]]] = {}
        self._targets: frozenset[str] = frozenset()
        self._text_left = _MOST_TEXT

    def look_for(self, needless: Collection[str]) -> None:
        """Say which members are to be looked for in texts: all but ``needless``, which are part of it anyway."""
        # A small one may ask for a large one.
        self._targets = frozenset(self.workspace.members).difference(needless)

    def is_heavy(self, folder: str) -> bool:
        """Tell whether a member weighs enough for the texts of others to be read."""
        tally = self._files.lookup.view.totals.get(folder)
        return tally is not None and tally.bytes >= _LEAST

    def asked_for(self, start: Iterable[str]) -> set[str]:
        """Return ``start`` with the members that manifests ask for, and the root's manifest."""
        waiting = [*start, *self._asked_by(self.workspace.root)]
        found: set[str] = set()
        while waiting:
            folder = waiting.pop()
            if folder not in found:
                found.add(folder)
                waiting += self._asked_by(self.workspace.members[folder])
        return found

    def _asked_by(self, package: Package) -> list[str]:
        """The members that a manifest asks for, and the tasks beside it."""
        known = self._asked.get(package.folder)
        if known is None:
            tasks = self._tasks(join(package.folder, "turbo.json"))
            known = [*self.workspace.asks[package.folder], *tasks]
            self._asked[package.folder] = known
        return known

    def closure(self, choice: ChosenMembers) -> set[str]:
        """Return the members that are built with those of ``choice``, and that their texts name.

        Notes in ``choice`` what makes more of it.
        """
        # Several Dockerfiles may build the same.
        key = frozenset((*choice.folders, *choice.files, str(choice.root)))
        if key not in self._closures:
            self._closures[key] = self._search(choice)
        found = self._closures[key]
        if any(map(self._works_on_all, found)):
            choice.everything = "a script of a package works on all packages"
        if self._text_left <= 0:
            choice.doubt = choice.doubt or "there are more sources than are read"
        return found

    def _search(self, choice: ChosenMembers) -> set[str]:
        found = self.asked_for(choice.folders)
        waiting = sorted(found)
        if choice.root:
            waiting.append("")
        texts = sorted(path for path in choice.files if self._is_text(path))
        seen = set(texts)
        while (waiting or texts) and not self._targets <= found:
            if waiting:
                texts += self._texts_of(waiting.pop())
                continue
            members, others = self._mentioned(texts.pop())
            if not members <= found:
                more = self.asked_for(members) - found
                found |= more
                waiting += more
            texts += [path for path in others if path not in seen]
            seen.update(others)
        return found

    def _works_on_all(self, folder: str) -> bool:
        return any(map(works_on_all, _scripts_for_builds(self.workspace.members[folder])))

    def _tasks(self, path: str) -> Iterator[str]:
        if self._files.has(path):
            asked = set(tasks_of_others(self._files.text(path)))
            members = self.workspace.members.values()
            yield from (item.folder for item in members if item.name in asked)

    def _is_text(self, path: str) -> bool:
        if not is_searched(path) or path in self._files.tree.folders or not self._files.has(path):
            return False
        # What a root's tsconfig says of folders is not read by whoever extends it; its aliases are names.
        return bool(parent(path)) or not path.startswith(_CONFIGS)

    def _texts_of(self, folder: str) -> Iterator[str]:
        for below in self._by_member.get(folder, ()):
            inside = self._files.tree.folders[below]
            # Far from the manifest, JSON is data.
            is_near = below.count("/") - folder.count("/") < _CONFIG_DEPTH
            names = [
                item
                for item in filter(is_searched, inside.names)
                if is_near or not item.endswith(".json")
            ]
            yield from filter(self._files.has, map(inside.child, names))

    @cached_property
    def _by_member(self) -> Mapping[str, list[str]]:
        """The folders of each member, and under the root those of none."""
        grouped: dict[str, list[str]] = {}
        for folder in self._entered:
            around = self.workspace.around(folder)
            owner = "" if around is None else around.folder
            grouped.setdefault(owner, []).append(folder)
        return grouped

    def _mentioned(self, path: str) -> tuple[frozenset[str], list[str]]:
        """The targets that a text names, and the texts of no member."""
        known = self._read.get(path)
        if known is None and self._text_left > 0:
            around = self.workspace.around(path)
            is_manifest = around is not None and path == around.manifest and path.endswith(MANIFEST)
            text = self._files.text(path)
            if around is not None and is_manifest:
                text = "\n".join(_scripts_for_builds(around))
            self._text_left -= len(text)
            is_commands = is_manifest or path.endswith(_COMMANDS)
            named = self._mentions.in_text(path, text, is_commands=is_commands)
            others = (item for item in named.climbed if self.workspace.around(item) is None)
            known = named.members, list(filter(self._is_text, others))
            self._read[path] = known
        return known or (frozenset(), [])

    @cached_property
    def _mentions(self) -> Mentions:
        names = self._files.tree.folders[""].names
        configs = [file for file in names if file.startswith(_CONFIGS) and self._files.has(file)]
        return mentions_of(
            tuple((item.folder, item.name) for item in self.workspace.members.values()),
            self._targets,
            tuple((file, self._files.text(file)) for file in configs),
        )


def _scripts_for_builds(member: Package) -> list[str]:
    scripts = scripts_of(member).items()
    return [script for key, script in scripts if not key.startswith(_NOT_FOR_BUILDS)]
