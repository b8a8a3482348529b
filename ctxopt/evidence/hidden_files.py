"""What the ignore file hides of the places where a stage would have it: the other side of ``image_tree``.

Asks the disk whether what is hidden is there, and opens manifests and sources that are sent.
"""

from __future__ import annotations

import glob
import os
import posixpath
from collections.abc import Iterator
from functools import cached_property

from ctxopt.build.image_steps import ImageSteps
from ctxopt.build.image_tree import SOMEWHERE, ImageTree
from ctxopt.evidence.facts import Facts, is_waste
from ctxopt.evidence.read_start import read_start
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.languages.dockerfile import Build, RunStep, Source
from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import join, name, overlaps
from ctxopt.tree.model import FILE

_MOST_BYTES = 1 << 18
_MOST_MATCHES = 200


class HiddenFiles:
    """What a context has and does not send, though it is no waste."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._sent = SentFiles(facts.analysis, facts.catalog, facts.needs.texts)
        self.lookup = self._sent.lookup
        self.root = facts.view.tree.root

    @cached_property
    def hides_history(self) -> bool:
        """Whether the context has a ``.git`` that is not sent."""
        is_hidden = self._facts.matcher.decide(".git").excluded and not self._sent.has(".git")
        return is_hidden and os.path.lexists(os.path.join(self.root, ".git"))

    def holds(self, path: str) -> bool:
        """Tell whether ``path`` is there, hidden, and neither generated nor git-ignored."""
        if not path or not self._facts.matcher.decide(path).excluded or self._sent.has(path):
            return False
        if self._is_generated(path):
            return False
        evidence = self._facts.evidence
        # What a clean checkout lacks is made by something, before the build or in it.
        if evidence is not None and evidence.is_ignored(path):
            return False
        return os.path.lexists(os.path.join(self.root, path))

    def _is_generated(self, path: str) -> bool:
        """Whether it is called like what tools make, tracked or not; a wheel or an archive was put there to be read."""
        is_dir = os.path.isdir(os.path.join(self.root, path))
        if is_dir and is_waste(self._facts, path, is_dir):
            return True
        here = path
        if is_dir:
            here = join(path, "_")
        return not self._sent.is_input(here)

    def is_tracked(self, path: str) -> bool:
        """Tell whether every checkout has ``path``, as far as git tells."""
        evidence = self._facts.evidence
        if evidence is None or not evidence.knows_tracked:
            return False
        return evidence.is_tracked(path) or evidence.has_tracked_below(path)

    def text(self, path: str) -> str:
        """Return the start of a file; nothing where there is none."""
        content = read_start(os.path.join(self.root, path), _MOST_BYTES)
        return (content or b"").decode("utf-8-sig", "replace")

    def matching(self, pattern: str) -> list[str]:
        """Return what a pattern of a manifest matches on disk, hidden or not."""
        if "**" in pattern:
            return []
        found = glob.iglob(pattern, root_dir=self.root)
        return sorted(
            path.rstrip("/") for path, _ in zip(found, range(_MOST_MATCHES), strict=False)
        )


class StageFiles:
    """What lies in one stage, and what would lie there if nothing were hidden."""

    def __init__(self, build: Build, tree: ImageTree, stage: int, hidden: HiddenFiles) -> None:
        self._tree = tree
        self._hidden = hidden
        lineage = set(build.lineage(stage))
        self._foreign = [
            _place_of(source.dest, source)
            for source in build.sources
            if source.stage in lineage and source.mount is None and _is_foreign(source)
        ]
        self.scripts = tree.scripts

    def hidden_at(self, path: str) -> str | None:
        """Return what of the context would lie at the image's ``path`` and is hidden; None where nothing is."""
        if has_meta(path) or self._tree.kind(path) is not None:
            return None
        # What another image or an address brings is not known.
        if any(overlaps(path, place) for place in self._foreign):
            return None
        for part in reversed(self._tree.placed):
            if part.lookup is not self._hidden.lookup:
                continue
            inside = part.path_at(path)
            if inside and not part.is_hidden(inside) and self._hidden.holds(inside):
                return inside
        return None

    def lacks_history_at(self, path: str) -> bool:
        """Tell whether the context would bring its ``.git`` to the image's ``path`` if that were not hidden."""
        if self._tree.kind(path) is not None or not self._hidden.hides_history:
            return False
        parts = (part for part in self._tree.placed if part.lookup is self._hidden.lookup)
        return any(part.path_at(path) == ".git" for part in parts)

    def sent_at(self, path: str) -> str | None:
        """Return which file of the context lies at the image's ``path``; None where none does."""
        found = self._tree.find(path)
        if found is None:
            return None
        part, inside = found
        if part.lookup is not self._hidden.lookup or part.kind_of(inside) != FILE:
            return None
        return inside

    def has_match(self, pattern: str) -> bool:
        """Tell whether something in the stage matches a pattern."""
        return bool(self._tree.named_by(pattern))

    def has(self, path: str) -> bool:
        """Tell whether the stage is known to have ``path``."""
        return self._tree.kind(path) is not None


def stages_of(build: Build, hidden: HiddenFiles) -> Iterator[StageFiles]:
    """Yield what lies in each stage of a build, in their order."""
    steps = ImageSteps(build, {None: hidden.lookup}, lambda _: False)
    for stage in build.stages:
        yield StageFiles(build, steps.stage(stage.index), stage.index, hidden)


def working_folder(run: RunStep) -> str:
    """Return where a step starts, as a path in its image."""
    if run.workdir.startswith("/"):
        return posixpath.normpath(run.workdir).strip("/")
    return join(SOMEWHERE, posixpath.normpath(run.workdir or ".").removeprefix("."))


def inside_image(folder: str, word: str) -> str | None:
    """Return the path in the image that ``word`` means in ``folder``; None where that leaves what is known."""
    if word.startswith("/"):
        return posixpath.normpath(word).strip("/")
    path = posixpath.normpath(posixpath.join(folder, word))
    if path.startswith("..") or path == "." or (SOMEWHERE in folder and SOMEWHERE not in path):
        return None
    return path


def _is_foreign(source: Source) -> bool:
    is_fetched = any(path.kind != "local" for path in source.paths)
    return source.from_ is not None or is_fetched or bool(source.heredocs)


def _place_of(dest: str, source: Source) -> str:
    path = inside_image(working_root(source), dest)
    return path or name(dest)


def working_root(source: Source) -> str:
    """Return what a relative destination starts from, as a path in the image."""
    if source.dest_root is None:
        return SOMEWHERE
    return source.dest_root.strip("/")
