"""Secrets by what they are: the small files that git does not have are opened, whatever their names.

Opens regular files that are sent, the first bytes of each, and never keeps or shows what it reads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ctxopt.evidence.candidate import Candidate, CandidateJudge
from ctxopt.evidence.new_files import LARGEST, find_new_files
from ctxopt.evidence.reach import Reaches
from ctxopt.evidence.read_start import read_start
from ctxopt.tree.model import FILE, Flag
from ctxopt.tree.view import View

if TYPE_CHECKING:
    from ctxopt.evidence.secret_clue import Clue

CLOSED: Final = frozenset(
    ["dependencies", "build-output", "cache", "test-report", "version-control", "worktree"]
)
"""What tools fill: keys in there came with a package, and there are thousands of files."""
_MADE: Final = frozenset(["build-output", "test-report"])
TOLD: Final = frozenset(["secret", "infrastructure-state"])
_PROGRAMS: Final = """
    .py .pyi .js .jsx .mjs .cjs .ts .tsx .mts .cts .vue .svelte .go .rs .java .kt .kts .scala .groovy .clj .c .h .cc .cpp .hpp .cs
    .fs .vb .swift .m .mm .rb .php .pl .pm .lua .r .jl .dart .ex .exs .erl .hs .ml .nim .zig .sql .graphql .proto .md .mdx
    .rst .adoc .txt .html .htm .ipynb .tex .j2 .tmpl .tpl .erb .ejs .hbs
"""
_CODE: Final = frozenset(_PROGRAMS.split())
_FOR_SHOW: Final = (
    r"(?i)(?:\A|[-_.])(?:example|sample|template|dummy|fake|mock|dist|schema|defaults?)(?:[-_.]|\Z)"
    r"|\A(?:docker-)?compose\b.*\.ya?ml\Z|\.(?:dist|tpl|tmpl|j2)\Z|snakeoil|insecure"
)


class NewSecrets:
    """The secrets that no name gave away; each file is looked into once, whichever builds take it."""

    def __init__(self, judge: CandidateJudge, found: Sequence[Candidate]) -> None:
        """Find the files that may hold some; ``found`` is what names say."""
        told = {item.path for item in found if item.topic in TOLD}
        closed = told.union(item.path for item in found if _is_closed(item))
        new = find_new_files(judge.view, judge.git.new_in, closed)
        self.unread: Final = new.unread
        """How many files are not looked into."""
        self._judge = judge
        self._files = [
            (path, size)
            for path, size in (*_copied_settings(judge.view, found), *new.files)
            if path not in told and not judge.is_kept(path)
        ]
        self._known: dict[str, Candidate] = {}

    def taken(self, reaches: Reaches) -> Iterator[Candidate]:
        """Yield the files that may get somewhere, with the clue in those that hold a secret."""
        for path, size in self._files:
            if not reaches.gets_somewhere(path):
                continue
            if path not in self._known:
                candidate = self._judge.secret(path, size)
                clue = _look_into(self._judge.view.tree.root, candidate)
                self._known[path] = replace(candidate, clue=clue)
            yield self._known[path]


def _copied_settings(view: View, found: Sequence[Candidate]) -> Iterator[tuple[str, int]]:
    """Yield the ``.env`` files near the top of build output, with their bytes: bundlers put copies there."""
    for item in found:
        if not item.is_dir or item.topic != "build-output" or not _is_closed(item):
            continue
        top = view.tree.folders.get(item.path)
        if top is None:
            continue
        # Copies lie at the top or one folder down; output is large, and a look at all of it is felt.
        for path in (item.path, *top.subfolders()):
            folder = view.tree.folders.get(path)
            if folder is None or not view.sends_below(path) or ".env" not in folder.joined:
                continue
            flags = view.flags(folder) or bytes(len(folder.names))
            for place, name in enumerate(folder.names):
                is_sent_file = folder.kinds[place] == FILE and not flags[place] & Flag.EXCLUDED
                if is_sent_file and name.startswith(".env"):
                    yield folder.child(name), folder.sizes[place]


def _is_closed(candidate: Candidate) -> bool:
    """Whether a folder is not looked into: tools fill it, and a line takes it away with all that is in it."""
    return candidate.topic in CLOSED and (
        candidate.topic not in _MADE or not candidate.needed_because
    )


def clue_at(root: str, path: str, *, is_suspect: bool) -> Clue | None:
    """Return what shows secrets in a file that may not be sent; None where nothing does, and for what is no file.

    ``is_suspect`` says whether its name raises the suspicion.
    """
    from ctxopt.evidence.secret_clue import find_clue, find_value, without_harmless

    content = read_start(os.path.join(root, path), LARGEST)
    if content is None:
        return None
    left = without_harmless(content)
    found = find_clue(left, is_code=_is_code(path), is_suspect=is_suspect)
    return found or find_value(left, path)


def _is_code(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in _CODE


def _look_into(root: str, candidate: Candidate) -> Clue | None:
    path = candidate.path
    if candidate.entry is not None:
        # A hundred expressions, which most contexts do not need.
        from ctxopt.evidence.secrets import clue_of

        # A folder of another kind may stand before its name.
        return clue_of(root, candidate)
    if is_for_show(path):
        return None
    content = read_start(os.path.join(root, path), LARGEST)
    if content is None:
        return None
    return clue_in_new(path, content)


def is_for_show(path: str) -> bool:
    """Tell whether a file is called as examples and templates are."""
    return re.search(_FOR_SHOW, path.rpartition("/")[2]) is not None


def clue_in_new(path: str, content: bytes) -> Clue | None:
    """Return what shows a secret in a file of which the name says nothing; None where nothing does."""
    from ctxopt.evidence.secret_clue import find_clue, find_value

    return find_clue(content, is_code=_is_code(path), is_suspect=False) or find_value(content, path)
