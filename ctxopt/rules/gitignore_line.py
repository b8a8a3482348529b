"""A line of ``.gitignore`` in place of the paths that it stands for: the next package is left out with them.

Reads the ``.gitignore`` at the context root. A line is taken only where it hides what is reported, and nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.read_start import read_start
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.paths import is_covered

_MOST_BYTES: Final = 1 << 16
_MOST_LINES: Final = 500
_SAME_IN_BOTH: Final = r"[\w.@*/-]*\w[\w.@*/-]*"
"""Lines without what git and Docker read differently: classes, escapes, question marks, exceptions."""


class GitignoreLine(NamedTuple):
    """A pattern of an ignore file, and the paths that it makes superfluous."""

    pattern: str
    covered: frozenset[str]


def line_for(facts: Facts, paths: Collection[str]) -> GitignoreLine | None:
    """Return the line that stands for most of ``paths``, at least two; None where each is better named alone."""
    wanted = set(paths)
    texts = read_gitignore_lines(facts.view.tree.root)
    if not texts:
        return None
    best: GitignoreLine | None = None
    found = facts.hits(read_matcher([(None, text) for text in texts]).patterns)
    for text, hits in zip(texts, found, strict=True):
        kept = {hit.path for hit in hits.kept()}
        # Not all hits are listed where there are very many: then it is not known what else would go.
        is_known = hits.count == len(hits.shown)
        if not is_known or not all(is_covered(path, wanted) for path in kept):
            continue
        covered = frozenset(wanted & kept)
        if len(covered) > 1 and (best is None or len(covered) > len(best.covered)):
            best = GitignoreLine(text, covered)
    return best


def read_gitignore_lines(root: str) -> list[str]:
    """Return the lines of ``.gitignore`` at a root as Docker has to be told, those that mean the same to both."""
    content = read_start(os.path.join(root, ".gitignore"), _MOST_BYTES) or b""
    found: dict[str, None] = {}
    for line in content.decode("utf-8-sig", "surrogateescape").splitlines()[:_MOST_LINES]:
        text = line.rstrip().removesuffix("/")
        if not re.fullmatch(_SAME_IN_BOTH, text) or text.endswith("/**"):
            continue
        # Git looks at every depth for a line without a slash before its end.
        if "/" not in text:
            text = f"**/{text}"
        found[text.removeprefix("/")] = None
    return list(found)
